"""The project: its datasets, its cache, and who works in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from guidewright import datasets
from guidewright.doctor import Finding
from guidewright.fetch import CONNECT_SECONDS, READ_SECONDS
from guidewright.settings import Dataset, Settings

AREA = "project"
_PIP_SECONDS = 60.0

Answers = Callable[[str], bool]
"""Whether a source can be had now: a URL, or a package's requirement."""


def dataset(wanted: Dataset, settings: Settings, answers: Answers, *, used: bool) -> Finding:
    """Look for a dataset in the cache, then ask its sources without fetching it.

    Args:
        used: a guide loads it.
    """
    file = datasets.location(wanted, settings.cache)
    if file.is_file():
        return Finding(
            area="datasets", name=wanted.name, message=f"is here, {_megabytes(file.stat().st_size)}"
        )
    sources = [wanted.url, *([wanted.package.distribution] if wanted.package else [])]
    for source in sources:
        if answers(source):
            return Finding(area="datasets", name=wanted.name, message=f"is not here yet; {source} has it")
    return Finding(
        area="datasets",
        name=wanted.name,
        message=f"is not here, and cannot be had now from {' or '.join(sources)}",
        state="needed" if used else "useful",
        mend=f"connect to the network; or put the file at {file}",
    )


def answers(source: str) -> bool:
    """Ask a URL for its head, or pip whether it finds a package."""
    return _url_answers(source) if "://" in source else _pip_finds(source)


def _url_answers(url: str) -> bool:
    import requests

    try:
        return requests.head(url, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=True).ok
    except requests.RequestException:
        return False


def _pip_finds(requirement: str) -> bool:
    options = [
        "--dry-run",
        "--no-deps",
        "--ignore-installed",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
    ]
    command = [sys.executable, "-m", "pip", "install", *options, requirement]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_PIP_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def cache(settings: Settings) -> Finding:
    """Tell how much the local cache takes."""
    size = 0
    for folder, _, names in os.walk(settings.cache):
        for name in names:
            with suppress(OSError):
                size += (Path(folder) / name).lstat().st_size
    return Finding(
        area=AREA,
        name="cache",
        message=f"{_megabytes(size)} of quick records and datasets; guidewright clean --cache removes them",
    )


def lock(settings: Settings) -> Finding:
    """Tell whether a command works in this checkout now; the lock is let go at once."""
    file = settings.cache / "lock"
    free = Finding(area=AREA, name="lock", message="no other command works here")
    if not file.exists():
        return free
    held = FileLock(file)
    try:
        held.acquire(timeout=0)
    except (Timeout, OSError):
        owner = ""
        with suppress(OSError):
            owner = (settings.cache / "owner.txt").read_text("utf-8").strip()
        message = f"is held by {owner or 'another guidewright'}: a command that writes waits for it"
        return Finding(
            area=AREA, name="lock", message=message, state="useful", mend="wait for it, or end that process"
        )
    held.release()
    return free


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"

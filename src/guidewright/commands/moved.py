"""What the project has moved on to since its records were made: by its lock file, else by what is installed."""

from __future__ import annotations

from collections.abc import Callable

from packaging.utils import canonicalize_name

from guidewright.errors import InputError, Problem
from guidewright.execute.environment import installed_version
from guidewright.lockfile import pins
from guidewright.model import Record
from guidewright.settings import FILE, Backend, Settings

Today = Callable[[str], frozenset[str]]
"""The versions of a distribution that the project is at; empty where nothing is known of it."""


def today(settings: Settings) -> Today:
    """Return what a record's versions are held against.

    With a lock file, only that counts: a site built where other versions, or none, are installed says the same.

    Raises:
        InputError: the lock file that the settings name cannot be read.
    """
    if settings.lock is None:
        return lambda name: frozenset(filter(None, [installed_version(name)]))
    try:
        pinned = pins(settings.lock.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        path = settings.lock.relative_to(settings.root).as_posix()
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        hint = f"write it, or mend lock in [tool.guidewright] of {FILE}"
        raise InputError(Problem(path=path, message=f"cannot be read: {reason}", hint=hint)) from error
    return lambda name: pinned.get(canonicalize_name(name), frozenset())


def moved(record: Record, names: list[str], versions: Today) -> list[str]:
    """Return those of the named distributions that the record was made with, and the project has left behind."""
    then = record.environment.distributions
    return [
        name
        for name in names
        if name in then
        and (now := {_public(version) for version in versions(name)})
        and _public(then[name]) not in now
    ]


def named(settings: Settings, backend: Backend) -> list[str]:
    """Return the distributions whose release a page names: the backend's own, and what the settings show of every page."""
    return [*backend.distributions, *(name for names in settings.shown.values() for name in names)]


def _public(version: str) -> str:
    """Drop the local part: ``2.13.0+cpu`` and ``2.13.0`` are builds of one release."""
    return version.partition("+")[0]

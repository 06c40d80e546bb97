"""A second environment: this one, with other releases of some distributions on top, and records of its own.

What differs between the two environments' records is the doing of what was asked for: everything else stays equal.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from guidewright.commands.project import Project
from guidewright.errors import InputError, Problem
from guidewright.settings import Settings
from guidewright.store import Store

FOLDER = "with"
"""Of the cache."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Second:
    """A second environment, made or not."""

    pins: tuple[str, ...]
    """The requirements that take the place of the project's own, such as ``keras==3.14.0``."""
    folder: Path

    @property
    def prefix(self) -> Path:
        return self.folder / "environment"

    @property
    def python(self) -> Path:
        return self.prefix / "bin" / "python"

    @property
    def store(self) -> Store:
        """Its own records, full ones too: none is ever committed, and none of the checkout's is read."""
        return Store(committed=self.folder / "full", cache=self.folder)

    @property
    def is_this(self) -> bool:
        """Whether this process runs in it."""
        return self.prefix.exists() and self.prefix.samefile(sys.prefix)

    @property
    def words(self) -> str:
        return ", ".join(self.pins)


def second(settings: Settings, given: Sequence[str]) -> Second:
    """Return the second environment that requirements ask for.

    Raises:
        InputError: one of them is no requirement, says nothing of a release, or speaks of the same distribution as another.
    """
    found: dict[str, str] = {}
    problems = []
    for text in given:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            problems.append(_bad(text, "is no requirement"))
            continue
        name = canonicalize_name(requirement.name)
        if not requirement.specifier and not requirement.url:
            problems.append(_bad(text, "says nothing of a release"))
        elif name in found:
            problems.append(_bad(text, f"speaks of the same distribution as '{found[name]}'"))
        found[name] = str(requirement)
    if problems:
        raise InputError(problems)
    pins = tuple(found[name] for name in sorted(found))
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", "_".join(pins))[:60]
    return Second(pins=pins, folder=settings.cache / FOLDER / f"{readable}-{digest(*pins)}")


def apart(project: Project, second: Second) -> Project:
    """Return the project with the second environment's records in place of the checkout's."""
    return replace(
        project,
        settings=replace(project.settings, stores=()),
        store=second.store,
        pins=second.pins,
    )


def start_over(second: Second) -> NoReturn:
    """Run this very command line again in the second environment, in the place of this process."""
    sys.stdout.flush()
    sys.stderr.flush()
    # -P: the program `guidewright` has no working directory on its path, either.
    os.execv(second.python, [str(second.python), "-P", "-m", "guidewright.cli", *sys.argv[1:]])


def _bad(text: str, why: str) -> Problem:
    return Problem(message=f"--with {text}: it {why}", hint="name a release of each, such as keras==3.14.0")


def digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]

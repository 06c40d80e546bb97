"""Which records nobody needs any more. Pure: what is where, and how it is removed, is the caller's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from guidewright.model import BackendName, Job, Outcome, Profile, Slug

Why = Literal["no guide claims it", "of former code"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A record that a store holds, as far as retention asks."""

    where: str
    """What names it in its store."""
    slug: Slug
    backend: BackendName
    profile: Profile
    fingerprint: str
    started: dt.datetime
    outcome: Outcome = "passed"
    bytes: int = 0

    @property
    def name(self) -> str:
        return f"{self.slug}[{self.backend},{self.profile}]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Surplus:
    held: Held
    why: Why


def surplus(held: Sequence[Held], jobs: Iterable[Job], before: dt.datetime) -> list[Surplus]:
    """Return the records of one store that can go, in its order.

    A record stays if any of these holds:

    - it is of the code and data of a job of today, whatever guide's: a guide that has moved takes its record along;
    - it is its job's newest, or the newest that passed: what a changed guide is held against until it has run;
    - it began at ``before`` or later: other branches and releases may be of its code.

    Args:
        jobs: all of the library, of both profiles.
    """
    today = list(jobs)
    keys = {job.fingerprint.key for job in today}
    names = {job.name for job in today}
    newest = {*_newest(held), *_newest([one for one in held if one.outcome == "passed"])}
    return [
        Surplus(held=one, why="of former code" if one.name in names else "no guide claims it")
        for one in held
        if one.fingerprint not in keys
        and one.started < before
        and not (one.name in names and one.where in newest)
    ]


def _newest(held: Iterable[Held]) -> list[str]:
    """Return where each job's newest record is."""
    found: dict[str, Held] = {}
    for one in held:
        if one.name not in found or one.started > found[one.name].started:
            found[one.name] = one
    return [one.where for one in found.values()]

"""Guides × backends × selectors → jobs, each with whether it is to be run, and why. Plans before it acts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from guidewright import pycode
from guidewright.errors import Problem, SelectorError
from guidewright.fingerprint import fingerprint
from guidewright.model import (
    BackendName,
    Cell,
    Guide,
    Job,
    JobCell,
    PlannedJob,
    Profile,
    Reason,
    Record,
)
from guidewright.settings import Backend

_SELECTOR = re.compile(r"^(?P<slug>[^\[\]]+)(?:\[(?P<inside>[^\[\]]*)\])?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What the user asked for; empty means all."""

    patterns: tuple[str, ...] = ()
    """Slugs, globs of slugs, paths of guides' files, or whole job names."""
    backends: tuple[BackendName, ...] = ()
    profile: Profile = "quick"
    changed: bool = False
    """Only jobs that would run."""
    paths: frozenset[str] | None = None
    """Only guides whose file is among these; None for no such limit."""
    force: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the store has of a job."""

    match: Record | None = None
    """The record with the job's code and data."""
    newest: Record | None = None
    """The newest record of the same guide, backend and profile, whatever its code."""


Lookup = Callable[[Job], Known]
Difference = Callable[[Record], str]
"""How the environment at hand differs from a record's, in words; empty where it does not."""


# --------------------------------------------------------------------- jobs


def make_job(guide: Guide, backend: Backend, profile: Profile, dataset_digests: Mapping[str, str]) -> Job:
    """Turn a guide into what one backend runs in one profile."""
    cells = tuple(
        _job_cell(guide, cell, backend, profile) for cell in guide.cells if _runs(cell, backend.name, profile)
    )
    digests = {name: dataset_digests[name] for name in guide.header.datasets}
    return Job(
        slug=guide.slug,
        path=guide.path,
        backend=backend.name,
        profile=profile,
        accelerator=guide.header.accelerator,
        cells=cells,
        datasets=guide.header.datasets,
        requires=guide.header.requires,
        computed=_computed(cells),
        fingerprint=fingerprint(cells, backend=backend.name, profile=profile, datasets=digests),
    )


def _runs(cell: Cell, backend: BackendName, profile: Profile) -> bool:
    if cell.kind != "code" or not cell.admits(backend) or not cell.source.strip():
        return False
    if "quick" in cell.tags and profile != "quick":
        return False
    return not ("test" in cell.tags and "full" in cell.tags and profile != "full")


def _job_cell(guide: Guide, cell: Cell, backend: Backend, profile: Profile) -> JobCell:
    source = shown_code(cell, backend)
    if profile == "quick" and "parameters" in cell.tags:
        source = pycode.put_values(source, guide.header.quick)
    return JobCell(
        id=cell.id, source=source, line=cell.line, tags=cell.tags, needs=cell.needs, shown=not cell.hidden
    )


def shown_code(cell: Cell, backend: Backend) -> str:
    """Return a cell's code as a reader of the backend's tab sees it."""
    return pycode.put_environment(cell.source, backend.env)


def _computed(cells: Sequence[JobCell]) -> frozenset[str]:
    return frozenset(
        name for cell in cells if cell.shown for s in pycode.statements(cell.source) for name in s.computes
    )


# ---------------------------------------------------------------- selection


def select(
    guides: Sequence[Guide], backends: Mapping[BackendName, Backend], selection: Selection
) -> list[tuple[Guide, Backend, Profile]]:
    """Return the guide, backend and profile of every job selected, in the library's order.

    Raises:
        SelectorError: a pattern matches no job, or a backend is not one of the settings.
    """
    problems = [_unknown_backend(name, backends) for name in selection.backends if name not in backends]
    if problems:
        raise SelectorError(problems)
    matched: set[str] = set()
    chosen = []
    for guide in guides:
        for name in guide.header.backends:
            hits = [
                pattern for pattern in selection.patterns if matches(pattern, guide, name, selection.profile)
            ]
            matched.update(hits)
            wanted = (hits or not selection.patterns) and (
                name in selection.backends or not selection.backends
            )
            if wanted and (selection.paths is None or guide.path in selection.paths):
                chosen.append((guide, backends[name], selection.profile))
    if unmatched := [pattern for pattern in selection.patterns if pattern not in matched]:
        raise SelectorError([_no_match(pattern, guides) for pattern in unmatched])
    return chosen


def matches(pattern: str, guide: Guide, backend: BackendName, profile: Profile) -> bool:
    """Tell whether a selector names this guide, or this job of it."""
    found = _SELECTOR.match(pattern)
    if not found:
        return False
    name = found["slug"]
    if not (fnmatchcase(guide.slug, name) or guide.path == name.removeprefix("./")):
        return False
    inside = [part.strip() for part in (found["inside"] or "").split(",") if part.strip()]
    return all(part in (backend, profile) for part in inside)


def _unknown_backend(name: str, backends: Mapping[str, Backend]) -> Problem:
    return Problem(message=f"there is no backend '{name}'", hint=f"the settings have: {', '.join(backends)}")


def _no_match(pattern: str, guides: Sequence[Guide]) -> Problem:
    slugs = ", ".join(guide.slug for guide in guides) or "none"
    return Problem(message=f"the selector '{pattern}' matches no guide", hint=f"the guides are: {slugs}")


# --------------------------------------------------------------------- plan


def plan(
    jobs: Iterable[Job], selection: Selection, lookup: Lookup, difference: Difference
) -> list[PlannedJob]:
    """Say of each job whether it runs, and why."""
    planned = [_decide(job, lookup(job), selection.force, difference) for job in jobs]
    return [entry for entry in planned if entry.run or not selection.changed]


def _decide(job: Job, known: Known, force: bool, difference: Difference) -> PlannedJob:
    reason, detail, run = _reason(job, known, force, difference)
    newest = known.match or known.newest
    record = known.match if known.match and known.match.outcome == "passed" else None
    seconds = newest.seconds if newest and newest.outcome == "passed" else None
    return PlannedJob(job=job, reason=reason, detail=detail, run=run, record=record, seconds=seconds)


def _reason(job: Job, known: Known, force: bool, difference: Difference) -> tuple[Reason, str, bool]:
    """Return reason, detail and whether to run; the first that holds, the most telling first."""
    record = known.match
    if record is None:
        if known.newest is None:
            return "new", "", True
        changed: Reason = (
            "code changed" if known.newest.fingerprint.code != job.fingerprint.code else "data changed"
        )
        return changed, "", True
    if record.outcome != "passed":
        return "failed before", record.outcome, True
    if force:
        return "forced", "", True
    if found := difference(record):
        return "environment changed", found, True
    if record.fingerprint.checks != job.fingerprint.checks:
        # A full record stays what it is: what the page shows has not changed, and an hour is not run again for a check.
        return "checks changed", "", job.profile == "quick"
    return "unchanged", "", False

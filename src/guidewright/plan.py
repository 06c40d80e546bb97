"""Guides × backends × selectors → jobs, each with whether it is to be run, and why. Plans before it acts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from guidewright import pycode
from guidewright.errors import Problem, SelectorError
from guidewright.fingerprint import fingerprint
from guidewright.model import (
    PROFILES,
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
from guidewright.shards import Shard, part

_SELECTOR = re.compile(r"(?P<slug>[^\[\]]+)(?:\[(?P<inside>[^\[\]]*)\])?")


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
    shard: Shard | None = None
    """Only this one's jobs of what all the rest selects."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the store has of a job."""

    match: Record | None = None
    """The record with the job's code and data."""
    passed: Record | None = None
    """The newest of these that passed: what a page shows, also where a later attempt failed."""
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
        preload=guide.header.preload,
        fingerprint=fingerprint(cells, backend=backend.name, profile=profile, datasets=digests),
    )


def _runs(cell: Cell, backend: BackendName, profile: Profile) -> bool:
    if cell.kind != "code" or not cell.admits(backend) or not pycode.parse(cell.source).body:
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
    """Return the guide, backend and profile of every job selected, in the library's order, each once.

    Raises:
        SelectorError: a pattern or a backend selects no job; what git has not seen change is no error.
    """
    profile = selection.profile
    pairs = [(guide, name) for guide in guides for name in guide.header.backends]
    admitted = [(guide, name) for guide, name in pairs if name in (selection.backends or backends)]
    if problems := [
        *_backend_problems(pairs, backends, selection),
        *_pattern_problems(guides, admitted, selection),
    ]:
        raise SelectorError(problems)
    return [
        (guide, backends[name], profile)
        for guide, name in admitted
        if (selection.paths is None or guide.path in selection.paths)
        and (not selection.patterns or any(matches(p, guide, name, profile) for p in selection.patterns))
    ]


def matches(pattern: str, guide: Guide, backend: BackendName, profile: Profile) -> bool:
    """Tell whether a selector names this guide, or this job of it."""
    name, inside = _split(pattern)
    return _names(name, guide) and all(part in (backend, profile) for part in inside)


def _split(pattern: str) -> tuple[str, list[str]]:
    """Return a selector's name, and what stands in the brackets behind it."""
    found = _SELECTOR.fullmatch(pattern)
    if not found:
        return "", []
    return found["slug"], [part.strip() for part in (found["inside"] or "").split(",") if part.strip()]


def _names(name: str, guide: Guide) -> bool:
    return fnmatchcase(guide.slug, name) or guide.path == name.removeprefix("./")


def _backend_problems(
    pairs: Sequence[tuple[Guide, BackendName]], backends: Mapping[BackendName, Backend], selection: Selection
) -> Iterator[Problem]:
    claimed = {name for _, name in pairs}
    for backend in selection.backends:
        if backend not in backends:
            hint = f"the settings have: {', '.join(backends)}"
            yield Problem(message=f"there is no backend '{backend}'", hint=hint)
        elif pairs and backend not in claimed:
            hint = f"they claim: {', '.join(name for name in backends if name in claimed)}"
            yield Problem(message=f"no guide claims the backend '{backend}'", hint=hint)


def _pattern_problems(
    guides: Sequence[Guide], admitted: Sequence[tuple[Guide, BackendName]], selection: Selection
) -> Iterator[Problem]:
    for pattern in selection.patterns:
        if any(matches(pattern, guide, name, selection.profile) for guide, name in admitted):
            continue
        name, inside = _split(pattern)
        named = [guide for guide in guides if _names(name, guide)]
        if not named:
            hint = f"{_nearest(name, guides)}; guidewright check tells of guides that cannot be read"
            yield Problem(message=f"the selector '{pattern}' matches no guide", hint=hint)
        elif any(other in inside for other in PROFILES if other != selection.profile):
            hint = f"it is of another profile than this run, {selection.profile}; choose one with --profile"
            yield Problem(message=f"the selector '{pattern}' matches no job", hint=hint)
        else:
            claims = "; ".join(
                f"{guide.slug} claims: {', '.join(guide.header.backends)}" for guide in named[:5]
            )
            yield Problem(message=f"the selector '{pattern}' matches no job", hint=claims)


def _nearest(name: str, guides: Sequence[Guide]) -> str:
    slugs = [guide.slug for guide in guides]
    if close := get_close_matches(name, slugs, n=1):
        return f"did you mean '{close[0]}'?"
    more = f" and {len(slugs) - 10} more" if len(slugs) > 10 else ""
    return f"the guides are: {', '.join(slugs[:10]) or 'none'}{more}"


# --------------------------------------------------------------------- plan


def plan(
    jobs: Iterable[Job], selection: Selection, lookup: Lookup, difference: Difference
) -> list[PlannedJob]:
    """Say of each job whether it runs, and why."""
    planned = [_decide(job, lookup(job), selection.force, difference) for job in jobs]
    shown = [entry for entry in planned if entry.run or not selection.changed]
    return part(shown, selection.shard) if selection.shard else shown


def _decide(job: Job, known: Known, force: bool, difference: Difference) -> PlannedJob:
    reason, detail, run = _reason(job, known, force, difference)
    newest = known.match or known.newest
    record = aligned(known.match, job) if known.match and known.match.outcome == "passed" else None
    seconds = newest.seconds if newest and newest.outcome == "passed" else None
    memory = (newest.peak_memory_mb or None) if newest else None
    return PlannedJob(
        job=job, reason=reason, detail=detail, run=run, record=record, seconds=seconds, memory_mb=memory
    )


def aligned(record: Record, job: Job) -> Record:
    """Return a record of a job's code with the ids that the job's cells have today.

    An id follows what the author wrote, and the fingerprint what runs. The two part where a guide names another backend,
    or the parameters another value than the quick one that is put in: the record holds, under the cells' old ids.
    """
    if record.fingerprint != job.fingerprint or len(record.cells) != len(job.cells):
        return record
    cells = (replace(run, id=cell.id) for run, cell in zip(record.cells, job.cells, strict=True))
    return replace(record, cells=tuple(cells))


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

"""``guidewright run --compare-preload``: every job in a forked kernel and in a fresh process; no record is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console

from guidewright.commands.console import plain
from guidewright.commands.diff_text import lines
from guidewright.commands.fetching import fetch
from guidewright.commands.lock import exclusive
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.report import Report
from guidewright.compare.changes import changes
from guidewright.errors import FINE, GUIDE_FAILED
from guidewright.execute.environment import Machine
from guidewright.execute.fresh import why_fresh
from guidewright.execute.job import CellStarted, Slot, run_job
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.missing import missing_backend, missing_others
from guidewright.execute.nursery import Nursery, nursery
from guidewright.execute.scheduler import run_all
from guidewright.model import CellId, Guide, Job, PlannedJob, Record, RecordChange
from guidewright.plan import Selection
from guidewright.settings import Settings

_SAME = "the same"


@dataclass(kw_only=True, slots=True)
class _Both:
    """Runs a job both ways, and tells at once what came of it; a :class:`RunJob`."""

    guides: Mapping[str, Guide]
    console: Console
    nursery: Nursery
    different: list[str] = field(default_factory=list)

    async def __call__(
        self,
        job: Job,
        settings: Settings,
        slot: Slot,
        machine: Machine,
        datasets: Sequence[DatasetFile] = (),
        on_cell: CellStarted = lambda _number, _count: None,
    ) -> Record:
        def once(parents: Nursery | None = None) -> Awaitable[Record]:
            return run_job(job, settings, slot, machine, datasets, on_cell, parents)

        guide = self.guides[job.slug]
        cells = {cell.id: cell for cell in guide.cells}
        forked, fresh = await once(self.nursery), await once()
        change, moves = changes(fresh, forked, cells), frozenset[CellId]()
        if _differing(change):
            moves = _differing(changes(fresh, await once(), cells))
        said = _said(change, guide, moves, self.nursery.told.get(job.name, ""))
        self.different += [job.name] if said[0] != _SAME else []
        took = f"{forked.seconds:.1f} s forked, {fresh.seconds:.1f} s fresh"
        self.console.print(plain("\n".join([f"  {job.name}: {said[0]}; {took}", *said[1:]])))
        return forked


def compare(project: Project, selection: Selection, console: Console) -> int:
    """Run what is selected both ways, whatever its records, and say what differs; return the exit code."""
    jobs = [job for job in project.jobs(selection) if _can_run(project, job)]
    backends = project.settings.backends
    forked = [job for job in jobs if not why_fresh(job, backends[job.backend], project.machine)]
    wanted = [PlannedJob(job=job, reason="forced", run=True) for job in forked]
    report = Report()
    with exclusive(project.settings.cache, "run", lambda text: console.print(plain(text))):
        files = fetch(project.settings, wanted, console, report)
        ready = [entry for entry in wanted if all(name in files for name in entry.job.datasets)]
        with nursery() as parents:
            guides = {guide.slug: guide for guide in project.library.guides}
            both = _Both(guides=guides, console=console, nursery=parents)
            asyncio.run(run_all(ready, project.settings, project.machine, files, lambda _: None, both))
    left = f"; {plural(len(jobs) - len(ready), 'job')} run in fresh processes anyway"
    console.print(f"{plural(len(ready), 'job')} run both ways, {len(both.different)} not the same{left}")
    return GUIDE_FAILED if both.different else FINE


def _can_run(project: Project, job: Job) -> bool:
    return not [*missing_backend(job, project.settings), *missing_others(job, project.settings)]


def _differing(change: RecordChange) -> frozenset[CellId]:
    return frozenset(cell.id for cell in change.cells if cell.state != "same")


def _said(change: RecordChange, guide: Guide, moves: frozenset[CellId], refused: str) -> list[str]:
    """Say what a forked kernel did otherwise than a fresh process, in lines.

    Args:
        moves: the cells whose outputs differ between two fresh processes as well.
    """
    fresh, forked = change.old, change.new
    if refused:
        return [f"a fresh process, since {refused}"]
    if fresh.outcome != forked.outcome:
        failures = [record.failure for record in (fresh, forked) if record.failure]
        told = f"{fresh.outcome} in a fresh process, {forked.outcome} in a forked kernel"
        return [told, *(f"    {failure.name}: {failure.message}" for failure in failures)]
    if change.environment or _differing(change) - moves:
        head, *rest = lines(change, guide)
        return [f"not the same: {head.partition(': ')[2]}", *(f"  {line}" for line in rest)]
    if count := len(_differing(change)):
        return [
            _SAME,
            f"    but for {plural(count, 'cell')}, where fresh processes differ from each other, too",
        ]
    return [_SAME]

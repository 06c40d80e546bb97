"""``guidewright run --compare-preload``: every job in a forked kernel and in a fresh process; no record is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from rich.console import Console

from guidewright.commands.console import plain
from guidewright.commands.fetching import fetch
from guidewright.commands.lock import exclusive
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.report import Report
from guidewright.compare.changes import changes
from guidewright.errors import FINE, GUIDE_FAILED
from guidewright.execute.fresh import why_fresh
from guidewright.execute.job import run_job
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.missing import missing_backend, missing_others
from guidewright.execute.nursery import nursery
from guidewright.execute.scheduler import Event, RunJob, run_all
from guidewright.model import Job, PlannedJob, Record, RecordChange
from guidewright.plan import Selection


def compare(project: Project, selection: Selection, console: Console) -> int:
    """Run what is selected both ways, whatever its records, and say what differs; return the exit code."""
    jobs = [job for job in project.jobs(selection) if _can_run(project, job)]
    forked = [job for job in jobs if not why_fresh(job, project.settings.backends[job.backend])]
    wanted = [PlannedJob(job=job, reason="forced", run=True) for job in forked]
    report = Report()
    with exclusive(project.settings.cache, "run", lambda text: console.print(plain(text))):
        files = fetch(project.settings, wanted, console, report)
        ready = [entry for entry in wanted if all(name in files for name in entry.job.datasets)]
        with nursery() as parents:
            one = _records(project, ready, files, partial(run_job, nursery=parents))
            refused = dict(parents.told)
        other = _records(project, ready, files, run_job)
    cells = {guide.slug: {cell.id: cell for cell in guide.cells} for guide in project.library.guides}
    found = {
        name: refused.get(name) or _difference(changes(other[name], one[name], cells[other[name].slug]))
        for name in one
    }
    for name, difference in found.items():
        console.print(f"  {plain(name)}: {plain(difference or 'the same')}")
    different = sum(map(bool, found.values()))
    left = f"; {plural(len(jobs) - len(ready), 'job')} run in fresh processes anyway"
    console.print(f"{plural(len(found), 'job')} run both ways, {different} not the same{left}")
    return GUIDE_FAILED if different else FINE


def _can_run(project: Project, job: Job) -> bool:
    return not [*missing_backend(job, project.settings), *missing_others(job, project.settings)]


def _records(
    project: Project, ready: Sequence[PlannedJob], files: Mapping[str, DatasetFile], run: RunJob
) -> dict[str, Record]:
    records: dict[str, Record] = {}

    def on_event(event: Event) -> None:
        if event.record:
            records[event.job.name] = event.record

    asyncio.run(run_all(ready, project.settings, project.machine, files, on_event, run))
    return dict(sorted(records.items()))


def _difference(change: RecordChange) -> str:
    """Say what a forked kernel did otherwise than a fresh process; empty where nothing."""
    if change.old.outcome != change.new.outcome:
        return f"{change.old.outcome} in a fresh process, {change.new.outcome} in a forked kernel"
    for number, cell in enumerate(change.cells, 1):
        if cell.state != "same":
            piece = next((piece.difference for piece in cell.pieces if piece.difference), "")
            return f"code cell {number}: {piece or cell.state}"
    moved = [f"{name} {then} → {now}" for name, then, now in change.environment]
    return f"the environment: {', '.join(moved)}" if moved else ""

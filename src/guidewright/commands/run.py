"""``guidewright run``: plan, run what is to be run, keep the records."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rich.console import Console

from guidewright.commands.console import plain
from guidewright.commands.fetching import fetch
from guidewright.commands.lock import exclusive
from guidewright.commands.origin import origin
from guidewright.commands.progress import progress
from guidewright.commands.project import Project
from guidewright.commands.report import Report
from guidewright.commands.sending import sending
from guidewright.errors import CannotRunError, StoreError
from guidewright.execute import compiled
from guidewright.execute.job import run_job
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.pool import Local, Pool
from guidewright.execute.scheduler import Event, RunJob
from guidewright.model import Job, PlannedJob, Record
from guidewright.plan import Selection
from guidewright.settings import LOCAL, parse_scheduler

__all__ = ["Report", "run"]

_BRACKETS = re.compile(r"\[([^\]]*)\]")


def run(
    project: Project,
    selection: Selection,
    console: Console,
    report: Report,
    *,
    environ: Mapping[str, str] = os.environ,
    run_one: RunJob = run_job,
    preload: bool | None = None,
    scheduler: str | None = None,
) -> None:
    """Run what the plan says, under the checkout's lock; ``report`` is filled as it goes.

    Args:
        preload: whether kernels are forked from processes that have imported already, where that can be; None for
            what the settings say.
        scheduler: the address of the cluster's scheduler to run on, or ``local``; None for what the settings say.

    Raises:
        InputError: ``scheduler`` is neither.
        CannotRunError: there is no such cluster, or it cannot be used.
    """
    forking = project.settings.preload if preload is None else preload
    pool = _pool(project, scheduler or project.settings.scheduler, run_one, forking=forking)
    project = replace(project, machines=tuple(pool.machines))
    with exclusive(project.settings.cache, "run", lambda text: console.print(plain(text))):
        report.planned = project.plan(selection)  # behind the lock: whoever had it may have done the work
        report.problems += [*project.library.problems, *project.damaged.values()]
        strict = environ.get("CI", "") not in ("", "0", "false")
        wanted = _runnable(pool, selection, report, strict=strict)
        files = fetch(project.settings, wanted, console, report)
        ready = [entry for entry in wanted if all(name in files for name in entry.job.datasets)]
        if ready:
            _execute(pool, project, ready, files, console, report)
            compiled.prune(project.settings.cache, project.settings.compile_cache_mb)


def _pool(project: Project, scheduler: str, run_one: RunJob, *, forking: bool) -> Pool:
    if parse_scheduler(scheduler) == LOCAL:
        return Local(settings=project.settings, machine=project.machine, run_one=run_one, forking=forking)
    try:
        from guidewright.execute.cluster import open_cluster
    except ModuleNotFoundError as error:
        message = f"a cluster needs Dask, which is not installed: {error}"
        raise CannotRunError(message, hint="pip install 'guidewright[cluster]'") from error
    return open_cluster(scheduler, project.settings, project.library.guides)


def _runnable(pool: Pool, selection: Selection, report: Report, *, strict: bool) -> list[PlannedJob]:
    """Leave out what cannot start here: an error where a backend was named, or in CI; else counted as skipped."""
    wanted = []
    named = _named_backends(selection)
    for entry in report.planned:
        if not entry.run:
            continue
        missing = pool.missing(entry.job)
        problems = missing.problems
        if missing.backend and not strict and entry.job.backend not in named:
            report.skipped[entry.job.name] = problems
        elif problems:
            report.not_run[entry.job.name] = problems
        else:
            wanted.append(entry)
    return wanted


def _named_backends(selection: Selection) -> set[str]:
    """Return what the user asked for by name: with ``--backend``, or in a job's brackets."""
    brackets = [inside for pattern in selection.patterns for inside in _BRACKETS.findall(pattern)]
    return {*selection.backends, *(name.strip() for inside in brackets for name in inside.split(","))}


def _execute(
    pool: Pool,
    project: Project,
    ready: Sequence[PlannedJob],
    files: Mapping[str, DatasetFile],
    console: Console,
    report: Report,
) -> None:
    made = origin(project.settings, project.pins)
    if pool.runner and made.runner == "local":
        made = replace(made, runner=pool.runner)
    with sending(project.settings.records_to, report) as soon, progress(console, len(ready)) as shown:

        def on_event(event: Event) -> None:
            if event.record:
                _keep(project, event.job, replace(event.record, origin=made), report, soon)
            shown(event)

        report.not_run |= pool.run(ready, files, on_event)
    for note in pool.notes:
        console.print(f"  {plain(note)}")


def _keep(project: Project, job: Job, record: Record, report: Report, soon: Callable[[Record], None]) -> None:
    """Save at once: what is done is kept, whatever comes next."""
    try:
        project.store.save(record)
        report.records[job.name] = record
        soon(record)
    except StoreError as error:
        report.not_run[job.name] = list(error.problems)

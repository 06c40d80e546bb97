"""``guidewright run``: plan, run what is to be run, keep the records."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from rich.console import Console

from guidewright.commands.console import plain
from guidewright.commands.fetching import fetch
from guidewright.commands.lock import exclusive
from guidewright.commands.origin import origin
from guidewright.commands.progress import progress
from guidewright.commands.project import Project
from guidewright.commands.report import Report
from guidewright.errors import StoreError
from guidewright.execute import compiled
from guidewright.execute.job import run_job
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.missing import missing_backend, missing_others
from guidewright.execute.nursery import nursery
from guidewright.execute.scheduler import Event, RunJob, run_all
from guidewright.model import Job, PlannedJob, Record
from guidewright.plan import Selection

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
) -> None:
    """Run what the plan says, under the checkout's lock; ``report`` is filled as it goes.

    Args:
        preload: whether kernels are forked from processes that have imported already, where that can be; None for
            what the settings say.
    """
    with exclusive(project.settings.cache, "run", lambda text: console.print(plain(text))):
        report.planned = project.plan(selection)  # behind the lock: whoever had it may have done the work
        report.problems += [*project.library.problems, *project.damaged.values()]
        wanted = _runnable(project, selection, report, strict=environ.get("CI", "") not in ("", "0", "false"))
        files = fetch(project.settings, wanted, console, report)
        ready = [entry for entry in wanted if all(name in files for name in entry.job.datasets)]
        if ready:
            forking = project.settings.preload if preload is None else preload
            with nursery() as forks:
                chosen = partial(run_job, nursery=forks) if forking and run_one is run_job else run_one
                _execute(project, ready, files, console, report, chosen)
            for name, why in forks.told.items():
                console.print(f"  {plain(name)}: a fresh process, since {plain(why)}")
            compiled.prune(project.settings.cache, project.settings.compile_cache_mb)


def _runnable(project: Project, selection: Selection, report: Report, *, strict: bool) -> list[PlannedJob]:
    """Leave out what cannot start here: an error where a backend was named, or in CI; else counted as skipped."""
    wanted = []
    named = _named_backends(selection)
    for entry in report.planned:
        if not entry.run:
            continue
        absent = missing_backend(entry.job, project.settings)
        problems = absent or missing_others(entry.job, project.settings)
        if absent and not strict and entry.job.backend not in named:
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
    project: Project,
    ready: Sequence[PlannedJob],
    files: Mapping[str, DatasetFile],
    console: Console,
    report: Report,
    run_one: RunJob,
) -> None:
    made = origin(project.settings)
    with progress(console, len(ready)) as shown:

        def on_event(event: Event) -> None:
            if event.record:
                _keep(project, event.job, replace(event.record, origin=made), report)
            shown(event)

        asyncio.run(run_all(ready, project.settings, project.machine, files, on_event, run_one))


def _keep(project: Project, job: Job, record: Record, report: Report) -> None:
    """Save at once: what is done is kept, whatever comes next."""
    try:
        project.store.save(record)
        report.records[job.name] = record
    except StoreError as error:
        report.not_run[job.name] = list(error.problems)

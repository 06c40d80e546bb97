"""``guidewright run``: plan, run what is to be run, keep the records."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from guidewright import datasets
from guidewright.commands.lock import exclusive
from guidewright.commands.progress import progress
from guidewright.commands.project import Project
from guidewright.errors import COULD_NOT_RUN, FINE, GUIDE_FAILED, WRONG_USE, DatasetError, Problem, StoreError
from guidewright.execute import environment as env
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.scheduler import Event, run_all
from guidewright.model import Job, PlannedJob, Record
from guidewright.plan import Selection


@dataclass(kw_only=True, slots=True)
class Report:
    """What a run came to; made while it goes on, so that an interruption can still be told."""

    planned: list[PlannedJob] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    """Of jobs that ran, by name."""
    not_run: dict[str, list[Problem]] = field(default_factory=dict)
    """Jobs that could not be started, by name, with why."""
    skipped: dict[str, list[Problem]] = field(default_factory=dict)
    """Jobs of backends that are not installed and that nobody named."""
    problems: list[Problem] = field(default_factory=list)
    """Of the library and the store."""

    @property
    def exit_code(self) -> int:
        """0 fine; 1 a guide failed; 2 bad input; 3 could not run, which wins."""
        outcomes = {record.outcome for record in self.records.values()}
        if (
            self.not_run
            or "errored" in outcomes
            or any(p.severity == "error" and not p.line and not p.path for p in self.problems)
        ):
            return COULD_NOT_RUN
        if any(problem.severity == "error" for problem in self.problems):
            return WRONG_USE
        return GUIDE_FAILED if "failed" in outcomes else FINE

    def as_json(self) -> list[dict[str, Any]]:
        return [self._row(entry) for entry in self.planned]

    def _row(self, entry: PlannedJob) -> dict[str, Any]:
        name = entry.job.name
        record = self.records.get(name) or entry.record
        state = "not run" if name in self.not_run else "skipped" if name in self.skipped else "reused"
        problems = self.not_run.get(name) or self.skipped.get(name) or []
        return {
            "job": name,
            "reason": entry.reason,
            "state": "ran" if name in self.records else state,
            "outcome": record.outcome if record and state == "reused" else None,
            "seconds": record.seconds if record else None,
            "checks": record.checks if record else None,
            "problems": [problem.message for problem in problems],
        }


def run(
    project: Project, selection: Selection, console: Console, report: Report, environ: Any = os.environ
) -> None:
    """Run what the plan says, under the checkout's lock; ``report`` is filled as it goes."""
    with exclusive(project.settings.cache, "run", lambda text: console.print(text, highlight=False)):
        report.planned = project.plan(selection)
        report.problems += [*project.library.problems, *project.damaged.values()]
        wanted = _runnable(project, selection, report, bool(environ.get("CI")))
        files = _datasets(project, wanted, console, report)
        ready = [entry for entry in wanted if all(name in files for name in entry.job.datasets)]
        _execute(project, ready, files, console, report)


def _runnable(project: Project, selection: Selection, report: Report, ci: bool) -> list[PlannedJob]:
    """Leave out what cannot start here: an error where a backend was named, or in CI; else counted as skipped."""
    wanted = []
    for entry in report.planned:
        if not entry.run:
            continue
        absent = env.missing_backend(entry.job, project.settings)
        problems = env.missing(entry.job, project.settings)
        if absent and len(absent) == len(problems) and not ci and entry.job.backend not in selection.backends:
            report.skipped[entry.job.name] = problems
        elif problems:
            report.not_run[entry.job.name] = problems
        else:
            wanted.append(entry)
    return wanted


# ----------------------------------------------------------------- datasets


def _datasets(
    project: Project, wanted: Sequence[PlannedJob], console: Console, report: Report
) -> dict[str, DatasetFile]:
    names = sorted({name for entry in wanted for name in entry.job.datasets})
    files: dict[str, DatasetFile] = {}
    for name in names:
        try:
            files[name] = _resolve(name, project, console)
        except DatasetError as error:
            for entry in wanted:
                if name in entry.job.datasets:
                    report.not_run.setdefault(entry.job.name, []).extend(error.problems)
    return files


def _resolve(name: str, project: Project, console: Console) -> DatasetFile:
    columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(f"dataset {name}", total=None, visible=False)
        told: set[str] = set()

        def told_once(_name: str, done: int, total: int | None) -> None:
            if not told and not console.is_terminal:
                console.print(f"  fetching dataset {name}", highlight=False)
            told.add(name)
            bars.update(task, completed=done, total=total, visible=True)

        found = datasets.resolve(project.settings.datasets[name], project.settings.cache, report=told_once)
    if told:
        console.print(f"  dataset {name} from {found.source}", highlight=False)
    return DatasetFile(
        name=name,
        file=found.file,
        url=found.url,
        path=str(found.path),
        source=found.source,
        digest=found.digest,
    )


# ------------------------------------------------------------------ execute


def _execute(
    project: Project,
    ready: Sequence[PlannedJob],
    files: dict[str, DatasetFile],
    console: Console,
    report: Report,
) -> None:
    if not ready:
        return
    with progress(console, len(ready)) as shown:

        def on_event(event: Event) -> None:
            if event.record:
                _keep(project, event.job, event.record, report)
            shown(event)

        asyncio.run(_interruptible(run_all(ready, project.settings, project.machine, files, on_event)))


def _keep(project: Project, job: Job, record: Record, report: Report) -> None:
    """Save at once: what is done is kept, whatever comes next."""
    try:
        project.store.save(record)
        report.records[job.name] = record
    except StoreError as error:
        report.not_run[job.name] = list(error.problems)


async def _interruptible(work: Any) -> None:
    """Treat a request to end (SIGTERM) like Ctrl-C, so that kernels are ended in both cases."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    terminated = False

    def terminate() -> None:
        nonlocal terminated
        terminated = True
        task.cancel()

    if hasattr(signal, "SIGTERM") and os.name == "posix":
        loop.add_signal_handler(signal.SIGTERM, terminate)
    try:
        await task
    except asyncio.CancelledError:
        if terminated:
            raise KeyboardInterrupt from None
        raise

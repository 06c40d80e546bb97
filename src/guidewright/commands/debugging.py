"""``guidewright run --pdb``: one job in the terminal, with a debugger where it raises."""

from __future__ import annotations

from rich.console import Console

from guidewright.commands.console import plain
from guidewright.commands.fetching import fetch
from guidewright.commands.lock import exclusive
from guidewright.commands.project import Project
from guidewright.commands.report import Report
from guidewright.commands.summary import some
from guidewright.errors import FINE, GUIDE_FAILED, CannotRunError, InputError
from guidewright.execute.debugger import debug as run_under_debugger
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.missing import missing_backend, missing_others
from guidewright.model import Job, PlannedJob
from guidewright.plan import Selection


def debug(project: Project, selection: Selection, console: Console, *, terminal: bool) -> int:
    """Run the one job selected, whatever its record; return the exit code.

    Args:
        terminal: whether there is one to type in.

    Raises:
        InputError: there is no terminal, or not exactly one job is selected.
        CannotRunError: what the job needs is missing, or its process died.
    """
    if not terminal:
        raise InputError("--pdb needs a terminal to type in", hint="run it in one, without a pipe")
    job = _only(project.jobs(selection))
    if problems := [*missing_backend(job, project.settings), *missing_others(job, project.settings)]:
        raise CannotRunError(problems)
    datasets = _fetched(project, job, console)
    guide = next(guide for guide in project.library.guides if guide.slug == job.slug)
    console.print(f"  debugging {plain(job.name)}: no limit of time, and no record is kept")
    passed = run_under_debugger(job, guide, project.settings, project.machine, datasets)
    if passed:
        console.print(f"  [green]✓ passed[/]  {plain(job.name)}: nothing to debug")
    return FINE if passed else GUIDE_FAILED


def _only(jobs: list[Job]) -> Job:
    if len(jobs) == 1:
        return jobs[0]
    if not jobs:
        raise InputError("--pdb needs one job, and none is selected", hint="name a guide and a --backend")
    hint = f"choose a --backend, or name it: guidewright run --pdb '{jobs[0].name}'"
    raise InputError(
        f"--pdb needs one job, and {len(jobs)} are selected: {some([job.name for job in jobs])}", hint=hint
    )


def _fetched(project: Project, job: Job, console: Console) -> list[DatasetFile]:
    """Have the datasets, under the checkout's lock; the debugger itself holds nobody up."""
    report = Report()
    with exclusive(project.settings.cache, "run", lambda text: console.print(plain(text))):
        files = fetch(project.settings, [PlannedJob(job=job, reason="forced", run=True)], console, report)
    if problems := report.not_run.get(job.name):
        raise CannotRunError(problems)
    return [files[name] for name in job.datasets]

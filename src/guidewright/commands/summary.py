"""What people read at the end of a command: problems, failures, and the table guide × backend."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

import click
from rich.table import Table

from guidewright.commands.console import new_table, plain, print_table
from guidewright.commands.failures import failure
from guidewright.commands.progress import MARKS, plural
from guidewright.commands.project import Project
from guidewright.errors import Problem
from guidewright.execute.missing import program_hint
from guidewright.model import PlannedJob

if TYPE_CHECKING:
    from guidewright.commands.report import Report


def print_problems(problems: Iterable[Problem], stream: TextIO | None = None) -> None:
    """Print problems to standard error, warnings marked as such."""
    for problem in problems:
        mark = "warning: " if problem.severity == "warning" else ""
        click.echo(f"{mark}{problem}", file=stream or sys.stderr)


def print_report(report: Report, project: Project, stream: TextIO, *, full_traceback: bool = False) -> None:
    """Print failures with their place in the guide's file, then the table."""
    print_problems(report.problems)
    print_problems(_by_problem(report.not_run, "could not run"))
    print_problems(_by_problem(report.skipped, "skipped"))
    print_problems(_by_problem(report.unsent, "kept here alone"))
    for record in report.records.values():
        if record.failure:
            job = next((entry.job for entry in report.planned if entry.job.name == record.name), None)
            guide = next((guide for guide in project.library.guides if guide.slug == record.slug), None)
            click.echo(failure(record, job, guide, full=full_traceback), file=sys.stderr)
    print_problems(_left_out(report))
    if report.planned:
        print_table(table(report, project), stream)


def _by_problem(jobs: Mapping[str, Sequence[Problem]], what: str) -> Iterator[Problem]:
    """Tell each problem once, with the jobs that it keeps from running."""
    names: dict[Problem, list[str]] = {}
    for name, problems in jobs.items():
        for problem in problems:
            names.setdefault(problem, []).append(name)
    for problem, kept in names.items():
        yield replace(problem, message=f"{what} {some(kept)}: {problem.message}")


def some(names: Sequence[str]) -> str:
    """Name the first three, and count the rest."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


def _left_out(report: Report) -> Iterator[Problem]:
    """Tell each missing program once, with how to get it: quick runs leave out the cells that need it."""
    cells: dict[str, list[str]] = {}
    for entry in report.planned:
        record = report.records.get(entry.job.name) or entry.record
        for cell in record.skipped if record else ():
            for program in cell.missing:
                cells.setdefault(program, []).append(entry.job.name)
    for program, jobs in sorted(cells.items()):
        message = f"{plural(len(jobs), 'cell')} skipped for want of the program '{program}': {some(jobs)}"
        yield Problem(message=message, severity="warning", hint=program_hint(program))


def table(report: Report, project: Project) -> Table:
    """Return guide × backend with outcome, seconds and checks."""
    backends = [
        name for name in project.settings.backends if any(p.job.backend == name for p in report.planned)
    ]
    result = new_table("guide", *(plain(project.settings.backends[name].label) for name in backends))
    cells = {(entry.job.slug, entry.job.backend): _state(report, entry) for entry in report.planned}
    for slug in dict.fromkeys(entry.job.slug for entry in report.planned):
        result.add_row(slug, *(cells.get((slug, backend), "[dim]–[/]") for backend in backends))
    return result


def _state(report: Report, entry: PlannedJob) -> str:
    name, state = entry.job.name, report.state(entry)
    if name in report.not_run:
        return "[red]! could not run[/]"
    if state == "skipped":
        return "[yellow]skipped: not installed[/]"
    record = report.records.get(name) or entry.record
    if state == "not run" or record is None:
        return "[yellow]not run[/]"
    told = f"{MARKS[record.outcome]} {record.seconds:.1f} s, {plural(record.checks, 'check')}"
    if record.skipped:
        told += f", {plural(len(record.skipped), 'cell')} skipped"
    return told if state == "ran" else f"{told} [dim](kept)[/]"

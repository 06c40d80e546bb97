"""``guidewright status``: what is proven, on what, and what is not."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from guidewright.commands.console import new_table, plain, print_table
from guidewright.commands.pages import versions
from guidewright.commands.progress import MARKS
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.errors import FINE, WRONG_USE
from guidewright.model import PROFILES, PlannedJob, Record
from guidewright.plan import Selection


def status(project: Project, selection: Selection, *, as_json: bool, both: bool) -> int:
    """Print one row a job; return the exit code."""
    rows = []
    for profile in PROFILES if both else (selection.profile,):
        chosen = Selection(patterns=selection.patterns, backends=selection.backends, profile=profile)
        rows += [_row(project, entry) for entry in project.plan(chosen)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print(rows)
    print_problems([*project.library.problems, *project.damaged.values()])
    return WRONG_USE if project.library.errors else FINE


def _row(project: Project, entry: PlannedJob) -> dict[str, Any]:
    job = entry.job
    row = {
        "job": job.name,
        "guide": job.slug,
        "backend": job.backend,
        "profile": job.profile,
        "reason": entry.reason,
    }
    record = project.job(job).match
    return {
        **row,
        "outcome": record.outcome if record else None,
        **(_facts(project, record) if record else {}),
    }


def _facts(project: Project, record: Record) -> dict[str, Any]:
    environment = record.environment
    named = versions(project, project.settings.backends[record.backend], record)
    return {
        "seconds": record.seconds,
        "checks": record.checks,
        "skipped_cells": len(record.skipped),
        "started": record.started.isoformat(),
        "python": environment.python,
        "platform": environment.platform,
        "device": environment.device,
        "cores": environment.cores,
        "versions": dict(named),
        "datasets": {use.name: use.source for use in record.datasets},
        "failure": f"line {record.failure.line}: {record.failure.name}: {record.failure.message}"
        if record.failure
        else None,
    }


def _print(rows: list[dict[str, Any]]) -> None:
    table = new_table("job", "outcome", "seconds", "checks", "on", "record")
    for row in rows:
        outcome = MARKS[row["outcome"]] if row["outcome"] else "[yellow]not run[/]"
        seconds = f"{row['seconds']:.1f}" if "seconds" in row else ""
        on = " · ".join(f"{name} {version}" for name, version in row.get("versions", {}).items())
        table.add_row(plain(row["job"]), outcome, seconds, str(row.get("checks", "")), on, row["reason"])
    if rows:
        print_table(table, sys.stdout)

"""``guidewright plan``: what would run, and why."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from guidewright import shards
from guidewright.commands.console import new_table, plain, print_table
from guidewright.commands.moved import moved, named, today
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems, some
from guidewright.errors import FINE, WRONG_USE
from guidewright.execute.fresh import why_fresh
from guidewright.model import PlannedJob, Record
from guidewright.plan import Selection


def plan(project: Project, selection: Selection, *, as_json: bool) -> int:
    """Print the plan; return the exit code."""
    planned = project.plan(selection)
    if as_json:
        click.echo(json.dumps([_row(entry, project) for entry in planned], ensure_ascii=False, indent=2))
    else:
        _print(planned, project)
    print_problems([*project.library.problems, *project.damaged.values()])
    return WRONG_USE if project.library.errors else FINE


def matrix(project: Project, selection: Selection, most: int) -> int:
    """Print a workflow's matrix in one line, as ``$GITHUB_OUTPUT`` takes it; return the exit code.

    Other machines are to run it, so this one's device, cores and packages say nothing: what counts is the releases that the
    project has moved on to, as for a page.
    """
    versions = today(project.settings)

    def difference(record: Record) -> str:
        shown = named(project.settings, project.settings.backends[record.backend])
        return ", ".join(moved(record, shown, versions))

    planned = project.plan(selection, difference)
    click.echo(json.dumps(shards.matrix(planned, most), ensure_ascii=False))
    print_problems([*project.library.problems, *project.damaged.values()])
    return WRONG_USE if project.library.errors else FINE


def _row(entry: PlannedJob, project: Project) -> dict[str, Any]:
    return {
        "job": entry.job.name,
        "guide": entry.job.slug,
        "backend": entry.job.backend,
        "profile": entry.job.profile,
        "run": entry.run,
        "reason": entry.reason,
        "detail": entry.detail,
        "fresh": _why_fresh(entry, project),
        "cells": len(entry.job.cells),
        "seconds": entry.seconds,
        "fingerprint": entry.job.fingerprint.key,
    }


def _why_fresh(entry: PlannedJob, project: Project) -> str:
    settings = project.settings
    if not settings.preload:
        return "the settings say so"
    return why_fresh(entry.job, settings.backends[entry.job.backend], project.machine)


def _print(planned: list[PlannedJob], project: Project) -> None:
    table = new_table("job", "", "why", "measured")
    for entry in planned:
        why = entry.reason + (f": {entry.detail}" if entry.detail else "")
        seconds = f"{entry.seconds:.1f} s" if entry.seconds else ""
        table.add_row(plain(entry.job.name), "run" if entry.run else "keep", plain(why), seconds)
    if planned:
        print_table(table, sys.stdout)
    to_run = sum(entry.run for entry in planned)
    click.echo(f"{to_run} of {plural(len(planned), 'job')} would run")
    _print_fresh(planned, project)


def _print_fresh(planned: list[PlannedJob], project: Project) -> None:
    """Say which light jobs start more slowly than others, and why."""
    reasons: dict[str, list[str]] = {}
    for entry in planned:
        why = _why_fresh(entry, project)
        if (
            entry.run
            and why
            and project.settings.preload
            and project.settings.backends[entry.job.backend].preload
        ):
            reasons.setdefault(why, []).append(entry.job.name)
    for why, names in sorted(reasons.items()):
        click.echo(f"in a fresh process, since {why}: {some(names)}")

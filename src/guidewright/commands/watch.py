"""``guidewright watch``: the issues of what fails with releases to come, from the reports of nightly runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from guidewright import upstream
from guidewright.commands.summary import some
from guidewright.errors import COULD_NOT_RUN, FINE, InputError, Problem
from guidewright.github import Issues


def watch(folders: Sequence[Path], issues: Issues, *, run: str = "", dry_run: bool = False) -> int:
    """Do to the issues what the reports ask for, and tell it; return the exit code.

    Raises:
        InputError: there is no report, or one cannot be read; nothing was done.
        CannotRunError: GitHub refused.
    """
    rows = _rows(folders)
    for step in upstream.steps(rows, issues.opened(), run):
        where = f"#{step.number} " if step.number else ""
        click.echo(f"{step.kind} {where}{step.job}")
        if not dry_run:
            _do(step, issues)
    missing = upstream.undecided(rows)
    if missing:
        click.echo(f"came to no verdict: {some(missing)}", err=True)
    return COULD_NOT_RUN if missing else FINE


def _do(step: upstream.Step, issues: Issues) -> None:
    if step.kind == "open":
        issues.open(step.title, step.body)
    elif step.kind == "update":
        issues.update(step.number, step.body)
    else:
        issues.close(step.number, step.body)


def _rows(folders: Sequence[Path]) -> list[dict[str, Any]]:
    files = [
        file
        for folder in folders
        for file in (sorted(folder.rglob("*.json")) if folder.is_dir() else [folder])
    ]
    if not files:
        raise InputError(
            "there is no report", hint="name the file that guidewright run --json wrote, or its folder"
        )
    rows: list[dict[str, Any]] = []
    problems = []
    for file in files:
        try:
            found = json.loads(file.read_text("utf-8"))
            rows += [{**row, "job": row["job"], "outcome": row["outcome"]} for row in found]
        except (OSError, ValueError, TypeError, KeyError):
            problems.append(Problem(path=str(file), message="this is no report of guidewright run --json"))
    if problems:
        raise InputError(problems)
    return rows

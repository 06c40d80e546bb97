"""``guidewright build``: run, then render and build the site, then say what came of it."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from rich.console import Console

from guidewright.commands import run as running
from guidewright.commands import site, summary
from guidewright.commands.project import Project
from guidewright.errors import WRONG_USE, GuidewrightError, Problem
from guidewright.plan import Selection


def build(
    project: Project,
    selection: Selection,
    console: Console,
    *,
    as_json: bool,
    preload: bool | None = None,
    scheduler: str | None = None,
) -> int:
    """Prove the guides and build the site; return the exit code.

    A failed guide leaves the others, and the site, to be built all the same. A site that cannot be built does not
    hide what the run came to: the graver of the two exit codes counts.
    """
    report = running.Report()
    made: dict[str, Any] = {"site": "", "findings": []}
    failed: GuidewrightError | None = None
    catalogs: list[Problem] = []
    try:
        running.run(project, selection, console, report, preload=preload, scheduler=scheduler)
        try:
            catalogs = _site(project, console, made)
        except GuidewrightError as error:
            failed = error
    finally:
        if as_json:
            click.echo(json.dumps({"jobs": report.as_json(), **made}, ensure_ascii=False, indent=2))
        else:
            summary.print_report(report, project, sys.stdout)
    if failed:
        click.echo(f"guidewright: {failed}", err=True)
        return max(failed.exit_code, report.exit_code)
    summary.print_problems(catalogs)
    if not as_json:
        _say(made)
    return max(WRONG_USE, report.exit_code) if catalogs else report.exit_code


def _site(project: Project, console: Console, made: dict[str, Any]) -> list[Problem]:
    """Build the site, note what came of it, and return what is wrong with catalogs."""
    console.print("  building the site", highlight=False)
    folder, found = site.site(project, lambda text: console.print(text, highlight=False, markup=False))
    made["findings"] = [str(problem) for problem in site.findings(found.entries)]
    made["site"] = site.relative(folder / "index.html", project)
    return site.catalog_problems(found.languages)


def _say(made: dict[str, Any]) -> None:
    if count := len(made["findings"]):
        click.echo(
            f"\n{count} difference{'' if count == 1 else 's'} between backends to look at: guidewright site"
        )
    click.echo(f"\nThe site is ready: {made['site']}")

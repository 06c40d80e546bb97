"""``guidewright build``: run, then render and build the site, then say what came of it."""

from __future__ import annotations

import json
import sys

import click
from rich.console import Console

from guidewright.commands import run as running
from guidewright.commands import site, summary
from guidewright.commands.project import Project
from guidewright.errors import GuidewrightError
from guidewright.plan import Selection


def build(project: Project, selection: Selection, console: Console, *, as_json: bool) -> int:
    """Prove the guides and build the site; a failed guide leaves the others, and the site, to be built all the same."""
    report = running.Report()
    failed: GuidewrightError | None = None
    index = ""
    try:
        running.run(project, selection, console, report)
        console.print("  building the site", highlight=False)
        folder, _ = site.site(project, lambda text: console.print(text, highlight=False))
        index = (folder / "index.html").relative_to(project.settings.root).as_posix()
    except GuidewrightError as error:
        failed = error
    finally:
        if as_json:
            click.echo(json.dumps({"jobs": report.as_json(), "site": index}, ensure_ascii=False, indent=2))
        else:
            summary.print_report(report, project, sys.stdout)
    if failed:
        raise failed
    if not as_json:
        click.echo(f"\nThe site is ready: {index}")
    return report.exit_code

"""The command line of what workflows on GitHub use: ``summary`` and ``watch``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from guidewright import cli_options as cli


@click.command(
    epilog=cli.examples("guidewright summary", 'guidewright summary --profile full >>"$GITHUB_STEP_SUMMARY"')
)
@cli.guides_argument
@cli.backend_option
@cli.profile_option
@click.pass_context
def summary(context: click.Context, /, **options: Any) -> int:
    """Print as Markdown what the records at hand came to: outcomes, failures, changes of parity; run nothing."""
    from guidewright.commands.digest import digest

    project = cli.project(context)
    return digest(project, cli.selection(project, options))


@click.command(
    epilog=cli.examples("guidewright watch build/reports --repository keras-team/guides --dry-run")
)
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--repository", required=True, metavar="OWNER/NAME", help="Where the issues are.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing.")
@click.pass_context
def watch(_context: click.Context, /, reports: tuple[Path, ...], repository: str, dry_run: bool) -> int:
    """Open, update and close one issue a guide and backend, from what nightly runs reported (guidewright run --json)."""
    from guidewright.commands.watch import watch as command
    from guidewright.github import GitHub

    run = os.environ.get("GITHUB_RUN_ID", "")
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    address = f"{server}/{repository}/actions/runs/{run}" if run else ""
    return command(reports, GitHub(repository=repository), run=address, dry_run=dry_run)

"""The parser of the commands that work on records: ``merge`` and ``records``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from guidewright import cli_options as cli


@click.command(
    epilog=cli.examples(
        "guidewright merge shard-1 shard-2 shard-3",
        "guidewright merge downloaded --profile full",
        "guidewright merge downloaded --guide 'intro*' --force --json",
    )
)
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    metavar="DIR...",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
)
@click.option(
    "--guide",
    "guides",
    multiple=True,
    metavar="GUIDE",
    help="The shards ran these guides only, so that no other is missing; may be repeated.",
)
@cli.backend_option
@cli.profile_option
@click.option(
    "--force", is_flag=True, help="The shards ran with --force: all jobs must be among their records."
)
@cli.json_option
@click.pass_context
def merge(context: click.Context, /, folders: tuple[Path, ...], as_json: bool, **options: Any) -> int:
    """Join the records that shards left in folders, whatever their layout, and report the jobs that no shard ran.

    All are verified first, and must be of this checkout's guides: where one is not, nothing is written.
    """
    from guidewright.commands import merge as command

    project = cli.project(context)
    chosen = cli.selection(project, options)
    return command.merge(project, chosen, folders, cli.console(), as_json=as_json)


@click.group()
def records() -> None:
    """Look after the stores of records."""


@records.command(
    epilog=cli.examples(
        "guidewright records prune --dry-run",
        "guidewright records prune --days 30",
        "guidewright records prune --dry-run --json",
    )
)
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=90,
    show_default=True,
    help="Keep all that began in the last so many days: other branches may need them.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@cli.json_option
@click.pass_context
def prune(context: click.Context, /, days: int, dry_run: bool, as_json: bool) -> int:
    """Remove old records that are of no guide's code and not the newest of their job, where this checkout writes."""
    import datetime as dt

    from guidewright.commands import records as command

    now = dt.datetime.now(dt.UTC)
    return command.prune(cli.project(context), now=now, days=days, dry_run=dry_run, as_json=as_json)


@records.command(epilog=cli.examples("guidewright records push"))
@click.pass_context
def push(context: click.Context, /) -> int:
    """Write the records of full runs that are at hand to the store that `records_to` names."""
    from guidewright.commands import records as command

    return command.push(cli.project(context))

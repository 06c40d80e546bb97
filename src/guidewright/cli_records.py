"""The parser of the commands that work on records: ``merge``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from guidewright import cli_options as cli


@click.command(
    epilog=cli.examples(
        "guidewright merge shard-1 shard-2 shard-3",
        "guidewright merge downloaded --profile full",
        "guidewright merge downloaded --force --json",
    )
)
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    metavar="DIR...",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
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
    chosen = cli.selection(project, {**options, "guides": ()})
    return command.merge(project, chosen, folders, cli.console(), as_json=as_json)

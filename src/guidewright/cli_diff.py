"""The command line of ``guidewright diff``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from guidewright import cli_options as cli

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(
    epilog=cli.examples(
        "guidewright diff",
        "guidewright diff guides/functional_api.py --backend jax --html diff.html",
        "guidewright diff --profile full",
        "guidewright diff --with keras==3.16.0",
        "guidewright diff --against ../with-keras-3.15/.guidewright/records --json",
    )
    + "\n\nExit codes: 0 no output differs; 1 one does; 2 wrong use, or nothing to compare."
)
@cli.guides_argument
@cli.backend_option
@cli.profile_option
@cli.quick_option
@click.option("--against", type=_FOLDER, metavar="DIR", help="Compare with the records below this folder.")
@click.option("--records", type=_FOLDER, metavar="DIR", help="Take the newer records from below this folder.")
@cli.with_option
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write one page, too: texts, numbers, and pictures side by side.",
)
@cli.json_option
@click.pass_context
def diff(
    context: click.Context,
    /,
    against: Path | None,
    records: Path | None,
    pins: tuple[str, ...],
    html: Path | None,
    quick: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Show how the newest outputs differ from those before; run nothing.

    A quick record is compared with the one that the same code left in the environment before, so after an upgrade what the
    upgrade changed is shown; where there is none, with the newest that passed of other code, so after an edit what the edit
    changed is shown. A full record (--profile full) is compared with the committed one, git's HEAD. --against names another
    folder: of several records of a job below it the newest that passed counts. Quick and full records are never compared.

    --with compares what run --with made in the second environment with the records of the project's own: full ones with those that
    are committed.

    Numbers within a cell's rtol and atol are told, and are no difference. Timings, addresses and paths are left out.
    """
    from guidewright.commands import second
    from guidewright.commands.diff import diff as command

    cli.only_quick(context, quick=quick)
    if pins and records:
        raise click.UsageError("--with and --records both name the newer records: leave one out", context)
    project = cli.project(context)
    selection = cli.selection(project, options)
    other = second.second(project.settings, pins) if pins else None
    return command(
        project, selection, against=against, records=records, second=other, html=html, json=as_json
    )

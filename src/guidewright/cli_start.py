"""The commands with which somebody starts: a site, a guide, a machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from guidewright import cli_options as cli


@click.command(
    epilog=cli.examples(
        "guidewright init my-guides",
        "guidewright init my-guides --backends numpy --name 'NumPy by example'",
        "guidewright init --backends keras",
        "guidewright init --backends jax,torch",
    )
)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--backends",
    multiple=True,
    metavar="NAME",
    help="What the guides run on: python (the default), numpy, keras, or backends by their names.",
)
@click.option("--name", default="", help="The site's name.")
@click.option("--force", is_flag=True, help="Also in a folder that is not empty; what is there stays.")
@click.pass_context
def init(
    context: click.Context, /, folder: Path | None, backends: tuple[str, ...], name: str, force: bool
) -> int:
    """Make a site of one's own in an empty folder (default: this one), with a first guide."""
    import datetime as dt

    from guidewright.commands import init as command

    folder = folder or context.obj or Path()
    return command.init(folder, cli.names(backends), name, force=force, today=dt.date.today())


@click.command(
    epilog=cli.examples(
        "guidewright new my_guide",
        "guidewright new my_guide --title 'My guide' --description 'What it shows.' --tag training --backend jax",
    )
)
@click.argument("slug")
@click.option("--title", default="", help="The page's title.")
@click.option("--description", default="", help="One sentence for cards, search and link previews.")
@click.option(
    "--author", "authors", multiple=True, help="Plain, or as a Markdown link (default: git's user.name)."
)
@click.option(
    "--category", default="", metavar="KEY", help="One of the settings' (default: asked for, or the first)."
)
@click.option("--tag", "tags", multiple=True, help="A word to find it by; may be repeated.")
@click.option(
    "--backend",
    "backends",
    multiple=True,
    metavar="NAME",
    help="It claims this backend only; may be repeated.",
)
@click.pass_context
def new(context: click.Context, /, tags: tuple[str, ...], backends: tuple[str, ...], **said: Any) -> int:
    """Write a small guide that runs on every backend; asks for what is not said."""
    import datetime as dt

    from guidewright.commands import new as command

    wanted = command.Wanted(tags=cli.names(tags), backends=cli.names(backends), **said)
    ask = _ask if sys.stdin.isatty() else None
    return command.new(cli.project(context), wanted, ask, dt.date.today())


@click.command(epilog=cli.examples("guidewright doctor", "guidewright doctor --json"))
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=1),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="How long a backend may take.",
)
@cli.json_option
@click.pass_context
def doctor(context: click.Context, /, seconds: float, as_json: bool) -> int:
    """Tell what is here, what works and what is missing, and the command that mends it.

    Ends with 1 where something is missing that the guides need.
    """
    from guidewright.commands import doctor as command

    start = (context.obj or Path.cwd()).resolve()
    return command.doctor(start, seconds=seconds, as_json=as_json)


def _ask(question: str, proposed: str, choices: tuple[str, ...]) -> str:
    kind = click.Choice(choices) if choices else None
    answer: str = click.prompt(question, default=proposed or None, type=kind, err=True)
    return answer

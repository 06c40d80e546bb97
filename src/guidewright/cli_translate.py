"""``guidewright translate …``: the commands of translators. None needs a backend."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from guidewright import cli_options as cli

language = click.argument("language", metavar="LANG")


@click.group()
def translate() -> None:
    """Follow, judge and bring in translations."""


@translate.command(epilog=cli.examples("guidewright translate extract", "guidewright translate extract ko"))
@click.argument("languages", nargs=-1, metavar="[LANG]...")
@click.option("--guide", "guides", multiple=True, metavar="SLUG", help="This guide only; may be repeated.")
@click.pass_context
def extract(context: click.Context, /, languages: tuple[str, ...], guides: tuple[str, ...]) -> int:
    """Have the catalogs follow the English guides; no translation is lost."""
    from guidewright.commands import catalogs as command

    return command.extract(cli.project(context), languages, guides)


@translate.command(
    epilog=cli.examples("guidewright translate status ko", "guidewright translate status ko --json")
)
@language
@cli.json_option
@click.pass_context
def status(context: click.Context, /, language: str, as_json: bool) -> int:
    """Say of each guide what is translated, fuzzy and missing, when it was checked, and what is wrong."""
    from guidewright.commands import translation_status as command

    return command.status(cli.project(context), language, as_json=as_json)


@translate.command(name="next", epilog=cli.examples("guidewright translate next ko"))
@language
@click.option("--limit", type=click.IntRange(min=1), default=5, show_default=True, help="Catalogs to list.")
@cli.json_option
@click.pass_context
def next_(context: click.Context, /, language: str, limit: int, as_json: bool) -> int:
    """List what to translate next, where a word wins most first."""
    from guidewright.commands import translation_status as command

    return command.next_(cli.project(context), language, limit=limit, as_json=as_json)


@translate.command(
    epilog=cli.examples("guidewright translate check ko", "guidewright translate check ko functional_api")
)
@language
@click.argument("guides", nargs=-1, metavar="[GUIDE]...")
@click.pass_context
def check(context: click.Context, /, language: str, guides: tuple[str, ...]) -> int:
    """Hold translations against the English: markup, code, glossary, register."""
    from guidewright.commands import translation_status as command

    return command.report_check(cli.project(context), language, guides)


@translate.command(epilog=cli.examples("guidewright translate checked ko functional_api"))
@language
@click.argument("guide")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The date (default: today).")
@click.pass_context
def checked(context: click.Context, /, language: str, guide: str, on: Any) -> int:
    """Note that you have held a guide's translation against today's English."""
    from guidewright.commands import catalogs as command

    day = on.date() if on else dt.date.today()
    return command.checked(cli.project(context), language, guide, day)


@translate.command(epilog=cli.examples("guidewright translate preview ko functional_api"))
@language
@click.argument("guide")
@click.pass_context
def preview(context: click.Context, /, language: str, guide: str) -> int:
    """Build the site, and say where a guide's page is."""
    from guidewright.commands import making
    from guidewright.commands import translation_status as command

    def build(project: Any) -> int:
        return making.report_site(project.settings.root, strict_parity=False, as_json=False)

    return command.preview(cli.project(context), language, guide, build)


@translate.command(
    name="import",
    epilog=cli.examples("guidewright translate import ko old/functional_api.ko.md --guide functional_api"),
)
@language
@click.argument("page", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--guide", default="", metavar="SLUG", help="Whose translation it is (default: as the page says)."
)
@click.pass_context
def import_(context: click.Context, /, language: str, page: Path, guide: str) -> int:
    """Take an existing translated page, Hugo's or plain Markdown, into a guide's catalog."""
    from guidewright.commands import importing as command

    return command.import_page(cli.project(context), language, page, guide)

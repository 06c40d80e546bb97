"""The commands that exchange guides with other formats."""

from __future__ import annotations

from pathlib import Path

import click

from guidewright import cli_options as cli


@click.command(
    "import",
    epilog=cli.examples(
        "guidewright import old_guide.py",
        "guidewright import notebook.ipynb --slug my_guide --author '[A. Author](https://example.org)'",
        "guidewright import script.py --from py:light --category training --force",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--slug", "-o", "slug", default="", metavar="SLUG", help="The guide's name (default: made of the file's)."
)
@click.option(
    "--from",
    "form",
    default="",
    metavar="FORMAT",
    help="tutobook, ipynb, or jupytext's name of a format, such as py:light (default: told by the file).",
)
@click.option("--title", default="", help="The page's title (default: the file's).")
@click.option("--description", default="", help="One sentence (default: the file's, or its first).")
@click.option("--author", "authors", multiple=True, help="Plain, or as a Markdown link; may be repeated.")
@click.option("--category", default="", metavar="KEY", help="One of the settings' (default: the first).")
@click.option("--force", is_flag=True, help="Overwrite a guide of that name.")
@cli.json_option
@click.pass_context
def import_(
    context: click.Context,
    /,
    file: Path,
    slug: str,
    form: str,
    title: str,
    description: str,
    authors: tuple[str, ...],
    category: str,
    force: bool,
    as_json: bool,
) -> int:
    """Make a guide of a tutobook, a notebook, a script or a MyST page."""
    import datetime as dt

    from guidewright.commands import import_guide as command

    wanted = command.Wanted(
        file=file,
        slug=slug.removesuffix(".py"),
        form=form,
        title=title,
        description=description,
        authors=authors,
        category=category,
        force=force,
    )
    return command.import_guide(cli.project(context), wanted, dt.date.today(), as_json=as_json)


def _exporter(form: str, what: str) -> click.Command:
    @click.command(form, help=what, epilog=cli.examples(f"guidewright export {form} functional_api -o FILE"))
    @click.argument("guide")
    @click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A file (default: standard output).",
    )
    @click.pass_context
    def export(context: click.Context, /, guide: str, output: Path | None) -> int:
        from guidewright.commands import export as command

        return command.foreign(cli.project(context), guide, form, output)

    return export


EXPORTS = (
    _exporter("tutobook", "Write a guide as a tutobook, the format of Keras' repositories."),
    _exporter("ipynb", "Write a guide as a notebook without outputs, with all its cells."),
    _exporter("py:light", "Write a guide as a script in jupytext's light format."),
    _exporter("myst", "Write a guide as a MyST notebook."),
)
"""Every one reads again what it wrote, and refuses where a cell would be lost."""

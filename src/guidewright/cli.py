"""The command line: parser, dispatch, and the one place that turns errors into exits.

Commands import what they need when they run, so that ``--help`` starts fast.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from guidewright import __version__
from guidewright import cli_options as cli
from guidewright.cli_diff import diff
from guidewright.cli_github import summary as summary_command
from guidewright.cli_github import watch
from guidewright.cli_import import EXPORTS, import_
from guidewright.cli_records import merge, records
from guidewright.cli_start import doctor, init, new
from guidewright.cli_translate import translate
from guidewright.commands.interrupt import end_like_ctrl_c
from guidewright.errors import EXIT_CODES, FINE, INTERRUPTED, WRONG_USE, GuidewrightError

EPILOG = f"Exit codes: {'; '.join(f'{code} {words}' for code, words in EXIT_CODES.items())}."

BROKEN_PIPE = 141
"""What a shell tells of a program whose reader went away."""


class _Group(click.Group):
    """Prints examples as written, and errors as problems."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        end_like_ctrl_c()
        try:
            code = super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.ClickException as error:
            error.show()
            sys.exit(WRONG_USE)
        except (KeyboardInterrupt, click.Abort):
            click.echo("interrupted: what was done is kept", err=True)
            sys.exit(INTERRUPTED)
        except GuidewrightError as error:
            click.echo(f"guidewright: {error}", err=True)
            sys.exit(error.exit_code)
        sys.exit(code if isinstance(code, int) else FINE)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except BrokenPipeError:  # click would end with 1, which says here that a guide failed
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return BROKEN_PIPE


@click.group(
    cls=_Group,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    help="The project's folder (default: found from here).",
)
@click.version_option(__version__, prog_name="guidewright")
@click.pass_context
def main(context: click.Context, /, root: Path | None) -> None:
    """Guides that are run before they are read: one file, every backend, every language."""
    context.obj = root


@main.command(
    epilog=cli.examples(
        "guidewright plan",
        "guidewright plan 'intro*' --backend torch --profile full",
        "guidewright plan --changed --json",
        "guidewright plan --shard 2/5",
        "guidewright plan --profile full --matrix --shards 4 --json",
    )
)
@cli.selecting
@cli.shard_option
@click.option("--matrix", is_flag=True, help="Print what would run as the matrix of a workflow; with --json.")
@click.option(
    "--shards",
    "most",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="With --matrix: the most shares of a backend.",
)
@cli.json_option
@click.pass_context
def plan(context: click.Context, /, as_json: bool, matrix: bool, most: int, **options: Any) -> int:
    """Print what would run and why, and exit."""
    from guidewright.commands import plan as command

    if matrix and (not as_json or options["shard"] is not None):
        raise click.UsageError("--matrix is for programs: give --json with it, and no --shard", context)
    project = cli.project(context)
    chosen = cli.selection(project, options)
    if matrix:
        return command.matrix(project, chosen, most)
    return command.plan(project, chosen, as_json=as_json)


@main.command(
    epilog=cli.examples(
        "guidewright run",
        "guidewright run intro_to_keras_for_engineers --backend jax",
        "guidewright run --profile full --changed",
        "guidewright run 'intro*[torch,quick]' --force",
        "guidewright run --quick guides/functional_api.py --backend jax",
        "guidewright run --quick guides/functional_api.py --backend jax --pdb",
        "guidewright run --profile full --shard 2/5",
        "guidewright run --scheduler tcp://127.0.0.1:8786",
        "guidewright run --with keras==3.16.0",
    )
)
@cli.selecting
@cli.shard_option
@cli.scheduler_option
@cli.quick_option
@click.option("--full-traceback", is_flag=True, help="Show the frames of libraries where a guide raises.")
@click.option(
    "--pdb", is_flag=True, help="Run one job here, and open a debugger where it raises; keep no record."
)
@cli.with_option
@cli.preload_option
@cli.compile_cache_option
@click.option(
    "--compare-preload",
    is_flag=True,
    help="Run jobs in forked kernels and in fresh processes; say what differs.",
)
@cli.json_option
@click.pass_context
def run(
    context: click.Context, /, as_json: bool, quick: bool, full_traceback: bool, pdb: bool, **options: Any
) -> int:
    """Run the jobs whose record does not match any more.

    Where a guide raises, the failing cell is shown, then the exception: the guide's own frames and the innermost one, as
    guides/x.py:12, which editors can follow.

    With --with, jobs run in a second environment, kept in the cache: this one, with other releases on top. Their records are
    kept apart, and guidewright diff --with compares them with those of the project's own environment.
    """
    from guidewright.commands import run as command
    from guidewright.commands import summary

    cli.only_quick(context, quick=quick)
    cli.only_local(context, "pdb", "compare_preload", "pins")
    project = cli.in_environment(context, options)
    if pdb:
        return cli.debug(project, options, as_json=as_json)
    if options["compare_preload"]:
        from guidewright.commands.both_ways import compare

        return compare(project, cli.selection(project, options), cli.console())
    report = command.Report()
    try:
        command.run(
            project,
            cli.selection(project, options),
            cli.console(),
            report,
            preload=options["preload"],
            scheduler="local" if options["pins"] else options["scheduler"],
        )
    finally:
        if as_json:
            cli.show(report.as_json())
        else:
            summary.print_report(report, project, sys.stdout, full_traceback=full_traceback)
    return report.exit_code


@main.command(
    epilog=cli.examples(
        "guidewright build",
        "guidewright build intro_to_keras_for_engineers --backend torch",
        "guidewright build --profile full",
    )
)
@cli.selecting
@cli.scheduler_option
@cli.preload_option
@cli.compile_cache_option
@cli.json_option
@click.pass_context
def build(
    context: click.Context,
    /,
    as_json: bool,
    preload: bool | None,
    scheduler: str | None,
    compile_cache: bool,
    **options: Any,
) -> int:
    """Run, render and build the site: what `make guides` does."""
    from guidewright.commands import build as command

    project = cli.project(context, compile_cache=compile_cache)
    return command.build(
        project,
        cli.selection(project, options),
        cli.console(),
        as_json=as_json,
        preload=preload,
        scheduler=scheduler,
    )


@main.command(epilog=cli.examples("guidewright render", "guidewright render --no-cache"))
@cli.cache_option
@cli.json_option
@click.pass_context
def render(context: click.Context, /, as_json: bool, cache: bool) -> int:
    """Write pages and notebooks under build/ from the records at hand; run nothing.

    Where nothing has changed since the last time, there is nothing to do.
    """
    from guidewright.commands import making as command

    return command.report_render(cli.root(context), as_json=as_json, anew=not cache)


@main.command(
    epilog=cli.examples(
        "guidewright site", "guidewright site --strict-parity", "guidewright site --engine zensical"
    )
)
@click.option(
    "--engine",
    type=click.Choice(["mkdocs", "zensical"]),
    default="mkdocs",
    show_default=True,
    help="What makes HTML of the pages.",
)
@click.option("--strict-parity", is_flag=True, help="End with 1 where backends differ and no cell says so.")
@cli.cache_option
@cli.json_option
@click.pass_context
def site(context: click.Context, /, engine: str, strict_parity: bool, as_json: bool, cache: bool) -> int:
    """Render and build the site from the records at hand; run nothing, need no backend.

    Where nothing has changed since the last time, there is nothing to do.
    """
    from guidewright.commands import making as command

    return command.report_site(
        cli.root(context), engine=engine, strict_parity=strict_parity, as_json=as_json, anew=not cache
    )


@main.command(
    epilog=cli.examples(
        "guidewright serve",
        "guidewright serve functional_api --backend torch --lang ko",
        "guidewright serve --no-run --port 0",
    )
)
@cli.guides_argument
@cli.backend_option
@click.option(
    "--lang", "languages", multiple=True, metavar="CODE", help="This language only; may be repeated."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Where to serve; 0 takes a free port.",
)
@click.option("--run/--no-run", default=True, help="Whether a guide whose code was edited runs (quick).")
@click.option("--open", "open_", is_flag=True, help="Open it in the browser.")
@click.pass_context
def serve(
    context: click.Context,
    /,
    guides: tuple[str, ...],
    backends: tuple[str, ...],
    languages: tuple[str, ...],
    **options: Any,
) -> int:
    """Serve the site on this machine only, and keep it in step with the files."""
    from guidewright.commands import serve as command
    from guidewright.plan import Selection
    from guidewright.settings import find_root

    names = tuple(part for name in backends for part in name.split(",") if part)
    selection = Selection(patterns=guides, backends=names)
    codes = [part for code in languages for part in code.split(",") if part]
    root = find_root((context.obj or Path.cwd()).resolve())
    return command.serve(root, selection, languages=codes, **options)


@main.command(
    epilog=cli.examples(
        "guidewright status", "guidewright status --json", "guidewright status 'intro*' --profile full"
    )
)
@cli.guides_argument
@cli.backend_option
@click.option("--profile", type=click.Choice(["quick", "full"]), help="This profile only (default: both).")
@cli.json_option
@click.pass_context
def status(context: click.Context, /, as_json: bool, profile: str | None, **options: Any) -> int:
    """Say of each job whether it is proven, on what, and when."""
    from guidewright.commands import status as command

    project = cli.project(context)
    selection = cli.selection(project, {**options, "profile": profile or "quick"})
    return command.status(project, selection, as_json=as_json, both=profile is None)


@main.command(epilog=cli.examples("guidewright clean", "guidewright clean --cache"))
@click.option(
    "--cache", is_flag=True, help="Also quick records, damaged records, datasets, and what run --with made."
)
@click.pass_context
def clean(context: click.Context, /, cache: bool) -> int:
    """Remove build/ and site/; never a committed record."""
    from guidewright.commands import clean as command

    return command.clean(cli.project(context).settings, cache=cache)


@main.command(
    epilog=cli.examples(
        "guidewright check",
        "guidewright check functional_api guides/transfer_learning.py",
        "guidewright check --fix",
        "guidewright check --format github",
    )
)
@cli.guides_argument
@click.option(
    "--fix", is_flag=True, help="Write guides as they should be: canonical, formatted, headings with ids."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    show_default=True,
    help="For editors (file:line:column), as GitHub's annotations, or for programs.",
)
@click.pass_context
def check(context: click.Context, /, guides: tuple[str, ...], fix: bool, form: str) -> int:
    """Report what is wrong with guides and translations, without running anything."""
    from guidewright.commands import check as command
    from guidewright.settings import find_root

    root = find_root((context.obj or Path.cwd()).resolve())
    return command.check(root, guides, fix=fix, form=form)


@main.command(epilog=cli.examples("guidewright inventory", "guidewright inventory --check"))
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; end with 1 where the file is not that of the installed package.",
)
@click.pass_context
def inventory(context: click.Context, /, check: bool) -> int:
    """Write the public names of the package that the guides teach, from the installed one."""
    from guidewright.commands import inventory as command
    from guidewright.settings import find_root, load

    root = find_root((context.obj or Path.cwd()).resolve())
    return command.write(load(root), check=check)


@main.command(epilog=cli.examples("guidewright links", "guidewright links --max-age 0 --json"))
@click.option(
    "--max-age",
    "days",
    type=click.FloatRange(min=0),
    default=7,
    show_default=True,
    metavar="DAYS",
    help="How old an answer that was fine may be.",
)
@cli.json_option
@click.pass_context
def links(context: click.Context, /, days: float, as_json: bool) -> int:
    """Ask over the network whether links to other sites still lead somewhere."""
    from guidewright.commands import weblinks as command

    return command.links(cli.project(context), days=days, as_json=as_json)


@main.group()
def export() -> None:
    """Write a guide in another form."""


@export.command(
    epilog=cli.examples(
        "guidewright export script intro_to_keras_for_engineers --backend torch",
        "guidewright export script intro_to_keras_for_engineers --backend jax --profile full -o intro.py",
    )
)
@click.argument("guide")
@click.option(
    "--backend", "backends", multiple=True, metavar="NAME", required=True, help="The backend to write it for."
)
@cli.profile_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file (default: standard output).",
)
@click.pass_context
def script(context: click.Context, /, guide: str, output: Path | None, **options: Any) -> int:
    """Write exactly what a job runs as a plain Python script."""
    from guidewright.commands import export as command

    project = cli.project(context)
    return command.script(project, cli.selection(project, {**options, "guides": (guide,)}), output)


@export.command(
    epilog=cli.examples("guidewright export hugo functional_api --lang ko -o functional_api.md"),
)
@click.argument("guide")
@click.option("--lang", "language", default="en", show_default=True, help="The page's language.")
@click.option(
    "--backend", default="", metavar="NAME", help="Whose outputs it shows (default: the guide's first)."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file (default: standard output).",
)
@click.pass_context
def hugo(context: click.Context, /, guide: str, language: str, backend: str, output: Path | None) -> int:
    """Write a guide's page for a Hugo site."""
    from guidewright.commands import export as command

    return command.hugo(cli.project(context), guide, language, backend, output)


@main.command(
    epilog=cli.examples(
        "guidewright requirements", "guidewright requirements intro_to_keras_for_engineers --backend torch"
    )
)
@cli.guides_argument
@cli.backend_option
@click.pass_context
def requirements(context: click.Context, /, **options: Any) -> int:
    """Print what pip has to install for the jobs selected."""
    from guidewright.commands import requirements as command

    project = cli.project(context)
    return command.requirements(project, cli.selection(project, {**options, "profile": "quick"}))


main.add_command(doctor)
main.add_command(import_)
main.add_command(init)
main.add_command(merge)
main.add_command(new)
main.add_command(records)
main.add_command(translate)
main.add_command(diff)
main.add_command(summary_command)
main.add_command(watch)
for exporter in EXPORTS:
    export.add_command(exporter)


if __name__ == "__main__":
    main()

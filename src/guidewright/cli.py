"""The command line: parser, dispatch, and the one place that turns errors into exits.

Commands import what they need when they run, so that ``--help`` starts fast.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from guidewright import __version__
from guidewright.errors import FINE, GUIDE_FAILED, INTERRUPTED, WRONG_USE, GuidewrightError

EXIT_CODES = "Exit codes: 0 fine; 1 a guide failed or a check found something; 2 wrong use or bad input; 3 could not run; 130 interrupted."


class _Group(click.Group):
    """Prints examples as written, and errors as problems."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
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
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(FINE)
        sys.exit(code if isinstance(code, int) else FINE)


def _examples(*lines: str) -> str:
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


@click.group(
    cls=_Group,
    epilog=EXIT_CODES,
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


def _project(context: click.Context) -> Any:
    from guidewright.commands.project import open_project
    from guidewright.settings import find_root

    return open_project(find_root((context.obj or Path.cwd()).resolve()))


# ------------------------------------------------------------ shared options

_guides = click.argument("guides", nargs=-1, metavar="[GUIDE]...")
_backends = click.option(
    "--backend", "backends", multiple=True, metavar="NAME", help="This backend only; may be repeated."
)
_profile = click.option("--profile", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def _selecting(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        _guides,
        _backends,
        _profile,
        click.option("--changed", is_flag=True, help="Only jobs whose record no longer matches."),
        click.option("--since", metavar="REV", help="Only guides whose file git says has changed since REV."),
        click.option("--force", is_flag=True, help="Run again what need not be."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _selection(project: Any, options: dict[str, Any]) -> Any:
    from guidewright.commands.project import since
    from guidewright.plan import Selection

    revision = options.get("since")
    return Selection(
        patterns=tuple(options["guides"]),
        backends=tuple(part for name in options["backends"] for part in name.split(",") if part),
        profile=options["profile"],
        changed=options.get("changed", False),
        paths=since(revision, project) if revision else None,
        force=options.get("force", False),
    )


def _show(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _console() -> Any:
    from rich.console import Console

    # Progress is for people and goes to standard error, so that --json stays clean.
    return Console(stderr=True, soft_wrap=True)


# ----------------------------------------------------------------- commands


@main.command(
    epilog=_examples(
        "guidewright plan",
        "guidewright plan 'intro*' --backend torch --profile full",
        "guidewright plan --changed --json",
    )
)
@_selecting
@_json
@click.pass_context
def plan(context: click.Context, /, as_json: bool, **options: Any) -> int:
    """Print what would run and why, and exit."""
    from guidewright.commands import plan as command

    project = _project(context)
    return command.plan(project, _selection(project, options), as_json=as_json)


@main.command(
    epilog=_examples(
        "guidewright run",
        "guidewright run intro_to_keras_for_engineers --backend jax",
        "guidewright run --profile full --changed",
        "guidewright run 'intro*[torch,quick]' --force",
    )
)
@_selecting
@_json
@click.pass_context
def run(context: click.Context, /, as_json: bool, **options: Any) -> int:
    """Run the jobs whose record does not match any more."""
    from guidewright.commands import run as command
    from guidewright.commands import summary

    project = _project(context)
    report = command.Report()
    try:
        command.run(project, _selection(project, options), _console(), report)
    finally:
        _show(report.as_json()) if as_json else summary.print_report(report, project, sys.stdout)
    return report.exit_code


@main.command(
    epilog=_examples(
        "guidewright build",
        "guidewright build intro_to_keras_for_engineers --backend torch",
        "guidewright build --profile full",
    )
)
@_selecting
@_json
@click.pass_context
def build(context: click.Context, /, as_json: bool, **options: Any) -> int:
    """Run, render and build the site: what `make guides` does."""
    from guidewright.commands import build as command

    project = _project(context)
    return command.build(project, _selection(project, options), _console(), as_json=as_json)


@main.command(epilog=_examples("guidewright render"))
@_json
@click.pass_context
def render(context: click.Context, /, as_json: bool) -> int:
    """Write pages and notebooks under build/ from the records at hand; run nothing."""
    from guidewright.commands import site as command
    from guidewright.commands.summary import print_problems

    project = _project(context)
    found = command.render(project, _tell)
    print_problems([*project.library.problems, *project.damaged.values()])
    build_folder = project.settings.build.relative_to(project.settings.root).as_posix()
    _show({"build": build_folder, "pages": [e.guide.slug for e in found]}) if as_json else click.echo(
        f"rendered {len(found)} guides into {build_folder}/"
    )
    return WRONG_USE if project.library.errors else FINE


@main.command(epilog=_examples("guidewright site", "guidewright site --strict-parity"))
@click.option("--strict-parity", is_flag=True, help="End with 1 where backends differ and no cell says so.")
@_json
@click.pass_context
def site(context: click.Context, /, strict_parity: bool, as_json: bool) -> int:
    """Render and build the site from the records at hand; run nothing, need no backend."""
    from guidewright.commands import site as command
    from guidewright.commands.summary import print_problems

    project = _project(context)
    folder, found = command.site(project, _tell)
    print_problems([*project.library.problems, *project.damaged.values()])
    findings = command.findings(found)
    print_problems(findings)
    index = (folder / "index.html").relative_to(project.settings.root).as_posix()
    _show({"site": index, "findings": [str(p) for p in findings]}) if as_json else click.echo(
        f"The site is ready: {index}"
    )
    if project.library.errors:
        return WRONG_USE
    return GUIDE_FAILED if strict_parity and findings else FINE


@main.command(
    epilog=_examples(
        "guidewright status", "guidewright status --json", "guidewright status 'intro*' --profile full"
    )
)
@_guides
@_backends
@click.option("--profile", type=click.Choice(["quick", "full"]), help="This profile only (default: both).")
@_json
@click.pass_context
def status(context: click.Context, /, as_json: bool, profile: str | None, **options: Any) -> int:
    """Say of each job whether it is proven, on what, and when."""
    from guidewright.commands import status as command

    project = _project(context)
    selection = _selection(project, {**options, "profile": profile or "quick"})
    return command.status(project, selection, as_json=as_json, both=profile is None)


@main.command(epilog=_examples("guidewright clean", "guidewright clean --cache"))
@click.option("--cache", is_flag=True, help="Also quick records, damaged records and datasets.")
@click.pass_context
def clean(context: click.Context, /, cache: bool) -> int:
    """Remove build/ and site/; never a committed record."""
    from guidewright.commands import clean as command

    return command.clean(_project(context).settings, cache=cache)


@main.command(epilog=_examples("guidewright check", "guidewright check --fix"))
@click.option("--fix", is_flag=True, help="Write guides as jupytext would: line endings, magics, spacing.")
@click.pass_context
def check(context: click.Context, /, fix: bool) -> int:
    """Report what is wrong with guides, without running them."""
    from guidewright.commands import check as command

    return command.check(_project(context), fix=fix)


@main.group()
def export() -> None:
    """Write a guide in another form."""


@export.command(
    epilog=_examples(
        "guidewright export script intro_to_keras_for_engineers --backend torch",
        "guidewright export script intro_to_keras_for_engineers --backend jax --profile full -o intro.py",
    )
)
@click.argument("guide")
@click.option(
    "--backend", "backends", multiple=True, metavar="NAME", required=True, help="The backend to write it for."
)
@_profile
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

    project = _project(context)
    return command.script(project, _selection(project, {**options, "guides": (guide,)}), output)


@main.command(
    epilog=_examples(
        "guidewright requirements", "guidewright requirements intro_to_keras_for_engineers --backend torch"
    )
)
@_guides
@_backends
@click.pass_context
def requirements(context: click.Context, /, **options: Any) -> int:
    """Print what pip has to install for the jobs selected."""
    from guidewright.commands import requirements as command

    project = _project(context)
    return command.requirements(project, _selection(project, {**options, "profile": "quick"}))


if __name__ == "__main__":
    main()

"""What the commands of the command line share: options, and what is made of them.

What is slow to import is imported where it is needed, so that ``--help`` starts fast.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click


def examples(*lines: str) -> str:
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def root(context: click.Context) -> Path:
    from guidewright.settings import find_root

    return find_root((context.obj or Path.cwd()).resolve())


def project(context: click.Context, *, compile_cache: bool = True) -> Any:
    """Open the project that the command is asked for.

    Args:
        compile_cache: whether backends may keep what they compile; false wins over the settings.
    """
    from guidewright.commands.project import open_project

    opened = open_project(root(context))
    return opened if compile_cache else without_compile_cache(opened)


def without_compile_cache(project: Any) -> Any:
    """Have no backend keep anything; what is kept already stays."""
    backends = {name: replace(each, compile_cache={}) for name, each in project.settings.backends.items()}
    return replace(project, settings=replace(project.settings, backends=backends))


def in_environment(context: click.Context, options: dict[str, Any]) -> Any:
    """Open the project; with ``--with``, in the second environment, where this process starts over.

    Raises:
        GuidewrightError: the requirements make no sense, or the environment cannot be made.
    """
    opened = project(context, compile_cache=options["compile_cache"])
    if not options["pins"]:
        return opened
    from guidewright.commands import second
    from guidewright.commands.second_making import make

    chosen = second.second(opened.settings, options["pins"])
    if not chosen.is_this:
        make(chosen, opened, selection(opened, options), tell)
        second.start_over(chosen)
    return second.apart(opened, chosen)


guides_argument = click.argument("guides", nargs=-1, metavar="[GUIDE]...")
backend_option = click.option(
    "--backend", "backends", multiple=True, metavar="NAME", help="This backend only; may be repeated."
)
profile_option = click.option(
    "--profile", type=click.Choice(["quick", "full"]), default="quick", show_default=True
)
quick_option = click.option(
    "--quick", is_flag=True, help="The quick profile, by its name; it is the default."
)
preload_option = click.option(
    "--preload/--no-preload",
    default=None,
    help="Fork kernels from a process that has imported the backend already, where that is safe; else as the settings say.",
)
compile_cache_option = click.option(
    "--compile-cache/--no-compile-cache",
    default=True,
    help="Let backends keep what they compile for the next quick run, as far as the settings do; on by default.",
)
scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run on the workers of this Dask scheduler, tcp://host:port or tls://host:port, or on this machine: local (default: as the settings say).",
)
cache_option = click.option(
    "--cache/--no-cache",
    default=True,
    help="Whether what was made before, and would be the same today, is kept; it is.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


shard_option = click.option(
    "--shard", metavar="I/N", help="Only this one of N shares of about equal length, such as 2/5."
)


with_option = click.option(
    "--with",
    "pins",
    multiple=True,
    metavar="REQUIREMENT",
    help="In a second environment, with this release in place of the project's: keras==3.15.0. May be repeated.",
)


def selecting(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        guides_argument,
        backend_option,
        profile_option,
        click.option("--changed", is_flag=True, help="Only jobs whose record no longer matches."),
        click.option("--since", metavar="REV", help="Only guides whose file git says has changed since REV."),
        click.option("--force", is_flag=True, help="Run again what need not be."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def only_local(context: click.Context, *names: str) -> None:
    """Refuse a cluster's address beside an option that has jobs run here.

    Raises:
        click.UsageError: both are given.
    """
    given = [name for name in names if context.params[name]]
    if given and context.params["scheduler"] not in (None, "local"):
        raise click.UsageError(f"--{_option(given[0])} runs jobs here: leave --scheduler out", context)


def _option(name: str) -> str:
    return {"pins": "with"}.get(name, name.replace("_", "-"))


def only_quick(context: click.Context, *, quick: bool) -> None:
    """Refuse the name of the quick profile beside another one.

    Raises:
        click.UsageError: ``--quick`` and ``--profile full`` are given.
    """
    if quick and context.params["profile"] != "quick":
        raise click.UsageError("--quick and --profile full name two profiles: leave one out", context)


def names(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that were given one an option, or several in one by commas, each once."""
    return tuple(dict.fromkeys(part for name in given for part in name.split(",") if part))


def selection(project: Any, options: dict[str, Any]) -> Any:
    from guidewright.commands.project import since
    from guidewright.plan import Selection
    from guidewright.shards import parse

    shard = parse(options["shard"]) if options.get("shard") is not None else None
    revision = options.get("since")
    return Selection(
        patterns=tuple(_pattern(text, project.settings.root) for text in options["guides"]),
        backends=tuple(part for name in options["backends"] for part in name.split(",") if part),
        profile=options["profile"],
        changed=options.get("changed", False),
        paths=since(revision, project) if revision else None,
        force=options.get("force", False),
        shard=shard,
    )


def debug(opened: Any, options: dict[str, Any], *, as_json: bool) -> int:
    """Run one job under the debugger.

    Raises:
        click.UsageError: JSON is asked for, too.
    """
    from guidewright.commands.debugging import debug as command

    if as_json:
        raise click.UsageError("--pdb and --json do not go together: one is for people")
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return command(opened, selection(opened, options), console(), terminal=terminal)


def _pattern(text: str, root: Path) -> str:
    """Return a selector; what an editor gives as a file's whole path becomes the path in the project."""
    path = Path(text)
    if path.is_absolute() and path.resolve().is_relative_to(root):
        return path.resolve().relative_to(root).as_posix()
    return text


def show(value: Any) -> None:
    import json

    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def tell(text: str) -> None:
    click.echo(text, err=True)


def console() -> Any:
    from guidewright.commands.console import console as on

    # Progress is for people and goes to standard error, so that --json stays clean.
    return on(sys.stderr)

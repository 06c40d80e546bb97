"""Write docs/reference/ from the code: ``python -m scripts.reference`` (a test holds it up to date).

What the pages say stands beside what it is about: in the header's schema, the settings' and the cell options' schemas, the
commands' help, the errors. So a page cannot say anything else than the code does.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from guidewright import errors, settings
from guidewright.cli import main
from guidewright.source import header, options

FOLDER = Path(__file__).parents[1] / "docs/reference"
NOTE = "<!-- Written by `python -m scripts.reference` from the code; edit the words there. -->"


def pages() -> dict[str, str]:
    """Return the text of each page, by its name in the folder.

    Raises:
        KeyError: a key has no description in its schema.
    """
    return {
        "header.md": _header(),
        "cells.md": _cells(),
        "settings.md": _settings(),
        "commands.md": _commands(),
        "exit-codes.md": _exit_codes(),
    }


def write(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")


# ------------------------------------------------------------------ tables


def _page(title: str, lead: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", NOTE, lead, *parts]) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _keys(schema: Mapping[str, Any]) -> str:
    required = schema.get("required", [])
    rows = (
        [f"`{key}`", _kind(value) + (", required" if key in required else ""), value["description"]]
        for key, value in schema["properties"].items()
    )
    return _table(["key", "value", "meaning"], rows)


def _kind(schema: Mapping[str, Any]) -> str:
    """Say what a value has to be, in words."""
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(_named(name, schema) for name in names)


def _named(name: str, schema: Mapping[str, Any]) -> str:
    if name == "string":
        return "date" if schema.get("format") == "date" else "text"
    if name == "array":
        return f"list of {_kind(schema['items'])}s"
    return {"integer": "whole number", "object": "table"}.get(name, name)


# ------------------------------------------------------------------ guides


def _header() -> str:
    lead = (
        "A guide's file begins with its header: YAML between two lines `# ---`, each line behind `# `. "
        "`guidewright new` writes one."
    )
    return _page("The header's keys", lead, _keys(header.schema()))


def _cells() -> str:
    lead = (
        "A cell begins with `# %%` (code) or `# %% [markdown]`. Options stand behind it as `key=value` with JSON values: "
        '`# %% tags=["varies"] rtol=0.001`. Anything else there is an error, so that nothing is lost silently.'
    )
    tags = _table(["tag", "meaning"], ([f"`{tag}`", words] for tag, words in options.TAGS.items()))
    rows = (
        [f"`{key}`", _kind(value), value["description"]]
        for key, value in options.SCHEMA["properties"].items()
    )
    return _page(
        "Cell tags and options",
        lead,
        "## Options",
        _table(["option", "value", "meaning"], rows),
        "## Tags",
        tags,
    )


# ---------------------------------------------------------------- settings


def _settings() -> str:
    lead = (
        "The settings are the table `[tool.guidewright]` of the project's `pyproject.toml`. Paths are relative to that file. "
        "A key that is not listed here is an error."
    )
    parts = [
        part for name, schema in _tables("", settings.SCHEMA) for part in (f"## `{name}`", _keys(schema))
    ]
    return _page("Settings", lead, *parts)


def _tables(prefix: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each table with keys of its own, by its heading in TOML."""
    yield f"[tool.guidewright{prefix}]", schema
    for key, value in schema["properties"].items():
        inner = value.get("additionalProperties")
        if "properties" in value:
            yield from _tables(f"{prefix}.{key}", value)
        elif isinstance(inner, dict) and "properties" in inner:
            yield from _tables(f"{prefix}.{key}.NAME", inner)


# ---------------------------------------------------------------- commands


def _commands() -> str:
    lead = (
        "Every command prints its options with `--help`. In a checkout, `.venv/bin/guidewright` is the command; "
        "`make` sets that environment up."
    )
    shared = _options(main, click.Context(main, info_name="guidewright"))
    return _page("Commands", lead, "## Options of all commands", shared, *_command_parts(main, "guidewright"))


def _command_parts(group: click.Group, prefix: str) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        path = f"{prefix} {name}"
        if isinstance(command, click.Group):
            yield from _command_parts(command, path)
        else:
            yield from _command(command, path)


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path, max_content_width=110)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## `{path}` {{#{path.replace(' ', '-').replace(':', '-')}}}"
    yield inspect.cleandoc(command.help or "")
    yield f"    {path} {usage}"
    if options_ := _options(command, context):
        yield options_
    if examples := _examples(command.epilog or ""):
        yield "```\n" + "\n".join(examples) + "\n```"


def _options(command: click.Command, context: click.Context) -> str:
    records = (param.get_help_record(context) for param in command.params)
    # A table cannot hold "|" in code: not every reader of Markdown takes its escape back there.
    rows = [
        [f"`{names.replace('|', ' or ')}`", " ".join(words.split())]
        for names, words in filter(None, records)
        if words
    ]
    return _table(["option", "meaning"], rows) if rows else ""


def _examples(epilog: str) -> list[str]:
    return re.findall(r"^  (guidewright .*)$", epilog, re.MULTILINE)


# -------------------------------------------------------------- exit codes


def _exit_codes() -> str:
    lead = "Every command ends with one of these. `make` itself ends with 2 whatever the failure."
    codes = _table(["code", "meaning"], ([str(code), words] for code, words in errors.EXIT_CODES.items()))
    rows = (
        [f"`{kind.__name__}`", str(kind.exit_code), " ".join((kind.__doc__ or "").replace("``", "`").split())]
        for kind in _errors(errors.GuidewrightError)
    )
    kinds = "Errors are told with where, what, and what to do next. These are their kinds:"
    return _page("Exit codes", lead, codes, "## Errors", kinds, _table(["error", "code", "when"], rows))


def _errors(kind: type[errors.GuidewrightError]) -> Iterator[type[errors.GuidewrightError]]:
    for child in sorted(kind.__subclasses__(), key=lambda one: one.__name__):
        if child.__module__ == errors.__name__:
            yield child
            yield from _errors(child)


if __name__ == "__main__":
    write()

"""The reference under docs/reference/ is what the code makes of itself."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from guidewright.cli import main
from guidewright.errors import EXIT_CODES
from guidewright.settings import SCHEMA
from guidewright.source import header, options
from scripts import reference


def test_the_committed_reference_is_what_the_code_makes(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-reference"):
        reference.write()
    committed = {path.name: path.read_text("utf-8") for path in reference.FOLDER.iterdir()}
    assert committed == reference.pages(), (
        "write it anew: pytest tests/house/test_reference.py --update-reference"
    )


def test_writing_it_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        reference.write(tmp_path)
        found.append({path.name: path.read_bytes() for path in tmp_path.iterdir()})
    assert found[0] == found[1]


def _leaves(group: click.Group, prefix: str) -> list[tuple[str, click.Command]]:
    found = []
    for name, command in group.commands.items():
        path = f"{prefix} {name}"
        found += _leaves(command, path) if isinstance(command, click.Group) else [(path, command)]
    return found


def test_every_command_and_option_is_in_the_reference() -> None:
    text = reference.pages()["commands.md"]
    for path, command in _leaves(main, "guidewright"):
        assert f"## `{path}` " in text
        names = [
            name for option in command.params if isinstance(option, click.Option) for name in option.opts
        ]
        assert [name for name in names if name not in text] == []


def test_every_key_tag_option_and_exit_code_is_in_the_reference() -> None:
    pages = reference.pages()
    wanted = {
        "header.md": header.schema()["properties"],
        "settings.md": SCHEMA["properties"],
        "cells.md": [*options.TAGS, *options.SCHEMA["properties"]],
    }
    for name, keys in wanted.items():
        assert [key for key in keys if f"| `{key}` |" not in pages[name]] == []
    assert [code for code in EXIT_CODES if f"| {code} |" not in pages["exit-codes.md"]] == []

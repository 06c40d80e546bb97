"""``guidewright init``: a site of one's own, with a first guide."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path

import click

from guidewright import __version__, gitinfo, settings, starters
from guidewright.commands.new import TEMPLATE
from guidewright.errors import FINE, CannotRunError, InputError, Problem
from guidewright.files import create
from guidewright.source import scaffold

_NO_CONTENT = frozenset({".git", ".venv", ".DS_Store"})
"""What may be in a folder that counts as empty: a fresh repository, and where Guidewright itself is installed."""


def init(root: Path, backends: Iterable[str], site_name: str, *, force: bool, today: dt.date) -> int:
    """Write a site's files, and tell what to do next; no file that is there is touched.

    Raises:
        InputError: no starter has such backends; the folder is not empty, without ``force``; it has a
            ``pyproject.toml`` for something else.
        CannotRunError: a file cannot be written.
    """
    starter, chosen = starters.choose(backends)
    site_name = " ".join(site_name.split()) or "Guides"
    try:
        _refuse(root, force=force)
        for path, text in _files(starter, chosen, site_name, root, today).items():
            _write(root, path, text)
    except OSError as error:
        raise CannotRunError(
            Problem(path=str(root), message=f"cannot be written: {error.strerror}")
        ) from error
    _tell_next(root)
    return FINE


def _refuse(root: Path, *, force: bool) -> None:
    held = (
        sorted(path.name for path in root.iterdir() if path.name not in _NO_CONTENT) if root.is_dir() else []
    )
    if held and not force:
        more = f" and {len(held) - 3} more" if len(held) > 3 else ""
        message = f"is not empty: {', '.join(held[:3])}{more}"
        hint = (
            "name another folder: guidewright init DIR; or --force, which adds the files that are not there"
        )
        raise InputError(Problem(path=str(root), message=message, hint=hint))
    if settings.FILE in held and not settings.is_project(root):
        message = "is there, has no [tool.guidewright], and is not overwritten"
        raise InputError(
            Problem(
                path=str(root / settings.FILE),
                message=message,
                hint="name a folder of the site's own: guidewright init guides",
            )
        )


def _files(
    starter: starters.Starter, chosen: tuple[str, ...], site_name: str, root: Path, today: dt.date
) -> dict[str, str]:
    """Return the site's files by their path, in the order in which they are written."""
    config = starters.settings(starter, chosen, site_name)
    environment = starters.environment(config, chosen[0])
    fields = {
        "title": "A first guide",
        "description": "A pattern to begin with: replace it by what you have to tell.",
        "authors": [gitinfo.user_name(root if root.is_dir() else Path.cwd()) or "An author"],
        "created": today,
        "modified": today,
    }
    return {
        settings.FILE: config,
        **starters.site_files(site_name),
        "requirements.txt": starters.requirements(config, __version__),
        f"guides/{TEMPLATE}": scaffold.compose(
            starter.template, {"created": today, "modified": today}, environment
        ),
        "guides/first.py": scaffold.compose(starter.template, fields, environment),
    }


def _write(root: Path, path: str, text: str) -> None:
    try:
        create(root / path, text.encode())
    except FileExistsError:
        click.echo(f"kept {path}")
    else:
        click.echo(f"wrote {path}")


def _tell_next(root: Path) -> None:
    click.echo("next:")
    if (where := os.path.relpath(root)) != ".":
        click.echo(f"    cd {where}")
    click.echo(
        "    make guides           installs what is needed into .venv, runs the guide, builds the site"
    )
    click.echo(
        "    guidewright build     the same with what is installed here: guidewright doctor tells what is missing"
    )

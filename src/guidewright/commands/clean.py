"""``guidewright clean``: remove what can be made again."""

from __future__ import annotations

import shutil

import click

from guidewright.commands.lock import exclusive
from guidewright.errors import FINE, CannotRunError, Problem
from guidewright.settings import Settings


def clean(settings: Settings, *, cache: bool) -> int:
    """Remove the build and the site; with ``cache`` also quick records, damaged ones, datasets, compiled code and second
    environments.

    Committed records are never touched.

    Raises:
        CannotRunError: a folder cannot be removed.
    """
    with exclusive(settings.cache, "clean", click.echo):
        folders = [settings.build, settings.site]
        if cache:
            folders += [
                settings.cache / name
                for name in ("records", "former", "damaged", "datasets", "compiled", "with", "built")
            ]
        for folder in folders:
            if folder.is_dir():
                try:
                    shutil.rmtree(folder)
                except OSError as error:
                    message = f"cannot be removed: {error.strerror}"
                    raise CannotRunError(
                        Problem(path=str(folder), message=message, hint="mend its permissions")
                    ) from error
                click.echo(f"removed {folder.relative_to(settings.root)}")
    return FINE

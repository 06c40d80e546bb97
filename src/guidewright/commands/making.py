"""``guidewright render`` and ``guidewright site``: where nothing has changed, what was said before is said again.

What is slow to import is imported where there is something to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from guidewright.commands import built
from guidewright.commands.built import Told

if TYPE_CHECKING:
    from guidewright.commands.project import Project
    from guidewright.commands.site import Made

T = TypeVar("T")
MKDOCS = "mkdocs"


def report_render(root: Path, *, as_json: bool, anew: bool = False) -> int:
    """Render, say so, and return the exit code.

    Args:
        anew: make everything, whatever was made before.
    """
    told = (None if anew else built.unchanged(root, "render")) or _render(root, anew=anew)
    return built.say_render(told, as_json=as_json)


def report_site(
    root: Path, *, strict_parity: bool, as_json: bool, engine: str = MKDOCS, anew: bool = False
) -> int:
    """Build the site, say what backends differ in, and return the exit code.

    Args:
        anew: make everything, whatever was made before.
    """
    told = (None if anew else built.unchanged(root, f"site-{engine}")) or _site(root, engine, anew=anew)
    return built.say_site(told, strict_parity=strict_parity, as_json=as_json)


def _render(root: Path, *, anew: bool) -> Told:
    from guidewright.commands import site

    project = _opened(root)
    made = _with_problems(project, lambda: site.render(project, _tell, anew=anew))
    told = site.told(made)
    if _lasting(made):
        built.remember(project.settings, "render", made.inputs, told, _folders(made))
    return told


def _site(root: Path, name: str, *, anew: bool) -> Told:
    from guidewright.commands import site
    from guidewright.site import config
    from guidewright.site.engines import ENGINES

    project = _opened(root)
    folder, made = _with_problems(project, lambda: site.site(project, _tell, ENGINES[name], anew=anew))
    told = site.told(made)
    if _lasting(made) and config.is_closed(root):
        built.remember(project.settings, f"site-{name}", made.inputs, told, [folder, *_folders(made)])
    return told


def _opened(root: Path) -> Project:
    """Open a project without its guides: those that have changed are read as they are needed."""
    from guidewright.commands.project import bare
    from guidewright.settings import load

    return bare(load(root))


def _with_problems(project: Project, make: Callable[[], T]) -> T:
    """Tell what is wrong with guides and records also where nothing can be made."""
    from guidewright.commands.site import known
    from guidewright.source import library

    try:
        return make()
    except Exception:
        found = library.load(project.settings, project.reference)
        built.say(known(replace(project, library=found)))
        raise


def _lasting(made: Made) -> bool:
    """Tell whether the same inputs would come to the same again.

    Not where a damaged record was set aside, nor where a store has to be asked for a record.
    """
    views = [view for entry in made.entries for view in entry.views]
    whole = all(view.record and view.record.profile == "full" for view in views)
    return not made.project.damaged and (whole or not made.project.settings.stores)


def _folders(made: Made) -> list[Path]:
    return [made.project.settings.build / one.language.code for one in made.languages]


def _tell(text: str) -> None:
    click.echo(text, err=True)

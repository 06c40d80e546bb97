"""``guidewright doctor``: what is here, what works, what is missing, and the command that mends it.

What may be missing itself is imported behind the look at the dependencies.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from guidewright.doctor import Finding, installed
from guidewright.errors import FINE, GUIDE_FAILED, GuidewrightError

if TYPE_CHECKING:
    from guidewright.commands.project import Project

_MARKS = {"fine": "✓", "needed": "✗", "useful": "–"}


def doctor(start: Path, *, seconds: float, as_json: bool) -> int:
    """Print the findings; return 0 where all that ``make guides`` needs is there, else 1.

    Args:
        start: the folder at or below the project's.
        seconds: how long a backend may take.
    """
    found = examine(start, seconds, lambda text: click.echo(text, err=True))
    needed = [one for one in found if one.state == "needed"]
    if as_json:
        findings = [asdict(one) for one in found]
        click.echo(json.dumps({"ready": not needed, "findings": findings}, ensure_ascii=False, indent=2))
    else:
        _print(found, len(needed))
    return GUIDE_FAILED if needed else FINE


def examine(start: Path, seconds: float, tell: Callable[[str], None]) -> list[Finding]:
    """Return every finding, in the order in which it is shown."""
    found = list(installed.installed(_install(_checkout(start), "guidewright")))
    if any(one.state == "needed" for one in found):
        return found  # what else there is to look at needs these
    from guidewright.commands.project import open_project
    from guidewright.settings import find_root

    try:
        root = find_root(start)
        project = open_project(root)
    except GuidewrightError as error:
        return [*found, *_broken(error), *_machine(None, start)]
    found += _project(project)
    return [*found, *_slow(project, seconds, tell), *_machine(project, root)]


def _broken(error: GuidewrightError) -> Iterator[Finding]:
    for problem in error.problems:
        where = f"{problem.path}: " if problem.path else ""
        mend = problem.hint + ("; or: guidewright init DIR" if "no pyproject.toml" in problem.message else "")
        yield Finding(
            area="project", name="settings", message=f"{where}{problem.message}", state="needed", mend=mend
        )


def _project(project: Project) -> Iterator[Finding]:
    from guidewright.doctor import project as about
    from guidewright.execute.missing import is_installed

    settings, count = project.settings, len(project.library.guides)
    yield Finding(area=about.AREA, name="settings", message=f"{settings.root}, {count} guides")
    if errors := project.library.errors:
        message = f"{len(errors)} mistakes keep guides from being run"
        yield Finding(
            area=about.AREA, name="guides", message=message, state="useful", mend="guidewright check"
        )
    wanted = {
        name for guide in project.library.guides for name in guide.header.requires
    } - settings.backends.keys()
    absent = sorted(name for name in wanted if not is_installed(name))
    if absent:
        message = f"not installed: {', '.join(absent)}"
        mend = _install(_checkout(settings.root), *absent)
        yield Finding(area=about.AREA, name="requires", message=message, state="needed", mend=mend)
    elif wanted:
        yield Finding(area=about.AREA, name="requires", message=f"{', '.join(sorted(wanted))}: installed")
    yield about.cache(settings)
    yield about.lock(settings)


def _slow(project: Project, seconds: float, tell: Callable[[str], None]) -> list[Finding]:
    """Try all backends and ask for all datasets at the same time."""
    from guidewright.doctor import backends
    from guidewright.doctor import project as about

    settings = project.settings
    used = {name for guide in project.library.guides for name in guide.header.datasets}
    tell(f"trying {', '.join(backend.label for backend in settings.backends.values())} …")
    stop = Event()
    with ThreadPoolExecutor(max_workers=len(settings.backends) + len(settings.datasets)) as pool:
        tried = [
            pool.submit(
                backends.try_backend,
                backend,
                settings,
                project.machine,
                install=_install(_checkout(settings.root), backend.install or " ".join(backend.modules)),
                seconds=seconds,
                environ=os.environ,
                stop=stop,
            )
            for backend in settings.backends.values()
        ]
        asked = [
            pool.submit(about.dataset, dataset, settings, about.answers, used=name in used)
            for name, dataset in settings.datasets.items()
        ]
        try:
            return [future.result() for future in [*tried, *asked]]
        except BaseException:
            stop.set()  # else an interrupt would wait for the slowest backend
            raise


def _machine(project: Project | None, root: Path) -> Iterator[Finding]:
    from guidewright.doctor import machine
    from guidewright.execute.environment import find_program, this_machine

    guides = project.library.guides if project else ()
    yield from machine.about(project.machine if project else this_machine(), guides, root)
    yield from machine.programs(guides, root, find_program)
    yield from machine.fonts(project.settings.languages if project else (), shutil.which)


def _checkout(start: Path) -> Path | None:
    """Return the checkout of Guidewright itself that this is in: there, a script installs what is locked."""
    parts = ("scripts/install", "src/guidewright")
    return next(
        (one for one in (start, *start.parents) if all((one / part).exists() for part in parts)), None
    )


def _install(checkout: Path | None, *requirements: str) -> str:
    """Return the command that installs requirements here."""
    if checkout is None:
        return shlex.join([sys.executable, "-m", "pip", "install", *requirements])
    return shlex.join(
        ["sh", "scripts/install", *(re.sub(r"^guidewright\b", ".", name) for name in requirements)]
    )


def _print(found: Sequence[Finding], needed: int) -> None:
    width = max(len(one.name) for one in found)
    for area, findings in groupby(found, key=lambda one: one.area):
        click.echo(area)
        for one in findings:
            click.echo(f"  {_MARKS[one.state]} {one.name:{width}}  {one.message}")
            if one.mend:
                click.echo(f"    {'':{width}}  → {one.mend}")
    useful = sum(one.state == "useful" for one in found)
    more = f"; {useful} more would be of use (–)" if useful else ""
    if needed:
        click.echo(f"\n{needed} of what the guides need {'is' if needed == 1 else 'are'} missing (✗){more}")
    else:
        click.echo(f"\nAll that the guides need is here{more}")

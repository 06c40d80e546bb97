"""What the last build was made from, what it left, and what it said: where nothing has changed since, it is said again.

One small JSON document a command, in the cache's folder. It is written when a build has ended well and nothing was touched
meanwhile; one that cannot be read counts as none.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from guidewright.commands.inputs import Inputs, written
from guidewright.errors import FINE, GUIDE_FAILED, WRONG_USE, Problem
from guidewright.files import write_atomically
from guidewright.settings import Settings, cache_folder

FOLDER = "built"
FORM = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a build says at its end."""

    slugs: tuple[str, ...]
    """Of the guides that have pages."""
    problems: tuple[Problem, ...]
    """Of guides and records."""
    catalogs: tuple[Problem, ...]
    findings: tuple[Problem, ...]
    build: str
    site: str
    """The folders, as people of the project know them."""

    @property
    def unusable(self) -> bool:
        """Whether a guide or a catalog could not be read or used."""
        return bool(self.catalogs) or any(problem.severity == "error" for problem in self.problems)


def unchanged(root: Path, command: str) -> Told | None:
    """Return what the last build of a project said, if it would say and make the same today; else None.

    Args:
        command: ``render``, or the site by an engine: what :func:`remember` was given.
    """
    with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        document = json.loads(_file(cache_folder(root), command).read_bytes())
        # Of a project that was copied with its cache, the paths are still the first one's.
        if document["form"] != FORM or document["root"] != str(root):
            return None
        if written(document["folders"], document["without"]) != document["written"]:
            return None
        if Inputs.read(document["roots"]).digest == document["inputs"]:
            return _told(document["told"])
    return None


def remember(settings: Settings, command: str, inputs: Inputs, told: Told, folders: Iterable[Path]) -> None:
    """Keep what a build came to, unless something was touched while it worked; a full disk is no failure.

    Args:
        folders: what it has left.
    """
    from guidewright.site.tree import SITE

    if not inputs.settled:
        return
    left = [*folders]
    without = [str(folder / SITE) for folder in left if folder.parent == settings.build]
    document = {
        "form": FORM,
        "root": str(settings.root),
        "roots": inputs.roots,
        "inputs": inputs.digest,
        "folders": [str(folder) for folder in left],
        "without": without,
        "written": written(map(str, left), without),
        "told": dataclasses.asdict(told),
    }
    with suppress(OSError):
        write_atomically(_file(settings.cache, command), json.dumps(document).encode())


def _file(cache: Path, command: str) -> Path:
    return cache / FOLDER / f"{command}.json"


def _told(found: dict[str, Any]) -> Told:
    lists = {
        name: tuple(Problem(**one) for one in found[name]) for name in ("problems", "catalogs", "findings")
    }
    return Told(slugs=tuple(found["slugs"]), build=found["build"], site=found["site"], **lists)


# ------------------------------------------------------------------- saying


def say_render(told: Told, *, as_json: bool) -> int:
    """Say what has been rendered, and return the exit code."""
    say([*told.problems, *told.catalogs])
    if as_json:
        _show({"build": told.build, "pages": list(told.slugs)})
    else:
        count = len(told.slugs)
        click.echo(f"rendered {count} guide{'' if count == 1 else 's'} into {told.build}/")
    return WRONG_USE if told.unusable else FINE


def say_site(told: Told, *, strict_parity: bool, as_json: bool) -> int:
    """Say where the site is and what backends differ in, and return the exit code."""
    say([*told.problems, *told.catalogs, *told.findings])
    home = f"{told.site}/index.html"
    if as_json:
        _show({"site": home, "findings": [str(problem) for problem in told.findings]})
    else:
        click.echo(f"The site is ready: {home}")
    if told.unusable:
        return WRONG_USE
    return GUIDE_FAILED if strict_parity and told.findings else FINE


def say(problems: Sequence[Problem]) -> None:
    """Print problems to standard error, warnings marked as such."""
    for problem in problems:
        mark = "warning: " if problem.severity == "warning" else ""
        click.echo(f"{mark}{problem}", file=sys.stderr)


def _show(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))

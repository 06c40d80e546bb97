"""Whether a guide is as ``ruff format`` writes it, by the project's own settings: the one seam to ruff."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from guidewright.errors import CannotRunError, Problem

_HINT = "guidewright check --fix writes it so"


def problems(paths: Sequence[str], root: Path) -> dict[str, Problem]:
    """Return, by path, what is wrong with the form of guides: the first place where ruff would write something else.

    Args:
        paths: of files that are Python, relative to ``root``.

    Raises:
        CannotRunError: ruff is not there, or does not understand the project's settings.
    """
    if not paths:
        return {}
    names = {str((root / path).resolve()): path for path in paths}
    found: dict[str, Problem] = {}
    for entry in json.loads(_ruff("--check", "--output-format", "json", *names, root=root) or "[]"):
        path = names.get(str(Path(entry["filename"]).resolve()))
        place = entry.get("location") or {}
        if path and path not in found:
            found[path] = Problem(
                path=path,
                line=place.get("row"),
                column=place.get("column"),
                message="code is not as ruff would format it, from here on",
                hint=_HINT,
                severity="warning",
                rule="format",
            )
    return found


def formatted(text: str, path: Path, root: Path) -> str:
    """Return a file's text as ruff writes it.

    Raises:
        CannotRunError: as :func:`problems`.
    """
    return _ruff("--stdin-filename", str(path), "-", root=root, text=text)


def _ruff(*arguments: str, root: Path, text: str | None = None) -> str:
    try:
        from ruff import find_ruff_bin

        command = [find_ruff_bin(), "format", "--no-cache", *arguments]
        done = subprocess.run(
            command, cwd=root, input=text, capture_output=True, encoding="utf-8", check=False
        )
    except (ImportError, OSError) as error:
        message = f"ruff cannot be started, which tells whether code is formatted: {error}"
        raise CannotRunError(Problem(message=message, hint="pip install ruff")) from error
    if done.returncode not in (0, 1):
        message = (
            f"ruff could not check the guides: {done.stderr.strip().splitlines()[-1:] or ['no reason given']}"
        )
        raise CannotRunError(Problem(message=message, hint="mend [tool.ruff] of the project"))
    return done.stdout

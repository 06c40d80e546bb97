"""Whether a guide is as ``ruff format`` writes it, by the project's own settings: the one seam to ruff.

A cell is Python with magics; a guide's file has them as comments. So a file can be none although each of its cells is fine:
a block that holds nothing but a magic is empty there.
"""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from guidewright.errors import CannotRunError, Problem

_HINT = "guidewright check --fix writes it so"
_NO_PYTHON = "invalid-syntax"
"""What ruff calls a file that it cannot parse; it goes on with the others, and ends with 2."""


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
    for entry in _found(list(names), root):
        path = names.get(str(Path(entry["filename"]).resolve()))
        if path and path not in found:
            found[path] = _problem(path, entry)
    return found


def _found(files: Sequence[str], root: Path) -> list[dict[str, Any]]:
    """Return what ruff says of files; where it fails for another reason than theirs, it says nothing."""
    done = _ruff("--check", "--output-format", "json", *files, root=root)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError:
        _fail(done)
    return found


def _problem(path: str, entry: Mapping[str, Any]) -> Problem:
    message, hint, rule = "code is not as ruff would format it, from here on", _HINT, "format"
    if entry.get("code") == _NO_PYTHON:
        message = f"where magics are comments, the file is no Python: {entry.get('message')}"
        hint, rule = "put a statement beside the magic, such as pass: readers run the file, too", "syntax"
    place = entry.get("location") or {}
    return Problem(
        path=path,
        line=place.get("row"),
        column=place.get("column"),
        message=message,
        hint=hint,
        severity="warning",
        rule=rule,
    )


def formatted(text: str, path: Path, root: Path) -> str:
    """Return a file's text as ruff writes it; as it is, where it is no Python.

    Raises:
        CannotRunError: as :func:`problems`.
    """
    done = _ruff("--stdin-filename", str(path), "-", root=root, text=text)
    if done.returncode == 0:
        return done.stdout
    try:
        ast.parse(text)
    except SyntaxError:
        return text
    _fail(done)


def _ruff(*arguments: str, root: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        from ruff import find_ruff_bin

        command = [find_ruff_bin(), "format", "--no-cache", *arguments]
        return subprocess.run(
            command, cwd=root, input=text, capture_output=True, encoding="utf-8", check=False
        )
    except (ImportError, OSError) as error:
        message = f"ruff cannot be started, which tells whether code is formatted: {error}"
        raise CannotRunError(Problem(message=message, hint="pip install ruff")) from error


def _fail(done: subprocess.CompletedProcess[str]) -> NoReturn:
    reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
    message = f"ruff could not check the guides: {reason[0]}"
    raise CannotRunError(Problem(message=message, hint="mend [tool.ruff] of the project"))

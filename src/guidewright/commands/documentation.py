"""The project's documentation, read from its folder; none where the settings name none, or the folder is not there."""

from __future__ import annotations

from guidewright.errors import InputError, Problem
from guidewright.render.documentation import INDEX, Documentation
from guidewright.settings import Settings


def documentation(settings: Settings) -> Documentation:
    """Read every file of the folder.

    Raises:
        InputError: it has no index, or a page is not UTF-8.
    """
    folder = settings.documentation
    if folder is None or not folder.is_dir():
        return Documentation(folder="")
    name = folder.relative_to(settings.root).as_posix()
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
    if INDEX not in files:
        hint = "write one: its headings and lists are the section's order"
        raise InputError(Problem(path=f"{name}/{INDEX}", message="is missing", hint=hint))
    if problems := [
        _not_text(f"{name}/{path}") for path, data in files.items() if _is_page(path) and not _text(data)
    ]:
        raise InputError(problems)
    return Documentation(folder=name, files=files)


def _is_page(path: str) -> bool:
    return path.endswith(".md")


def _text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _not_text(path: str) -> Problem:
    return Problem(path=path, message="is not UTF-8", hint="save it as UTF-8")

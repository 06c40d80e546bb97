"""Words that are right in this project, and what is told of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from guidewright.errors import InputError, Problem
from guidewright.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """A word that English does not have, where a guide has it first."""

    word: str
    line: int
    column: int
    cell: str
    near: str | None
    """The word that may have been meant; empty where none is near, None where nobody has looked."""


def own_words(settings: Settings) -> frozenset[str]:
    """Return the words beside English: of this package's list, of the project's, and what its settings name.

    A list is a word a line, with ``#`` before remarks.

    Raises:
        InputError: the project's list cannot be read.
    """
    found = _listed(files("guidewright.lint").joinpath("words.txt").read_text("utf-8"))
    try:
        found |= _listed(settings.words.read_text("utf-8")) if settings.words.is_file() else set()
    except (OSError, UnicodeDecodeError) as error:
        file = settings.words
        path = file.relative_to(settings.root).as_posix() if file.is_relative_to(settings.root) else str(file)
        hint = "it is UTF-8 text with a word a line"
        raise InputError(Problem(path=path, message=f"cannot be read: {error}", hint=hint)) from error
    found |= {settings.api.package.lower(), settings.api.label.lower()} if settings.api else set()
    for backend in settings.backends.values():
        found |= {word.lower() for word in (backend.name, *backend.label.split(), *backend.modules)}
    return frozenset(found)


def _listed(text: str) -> set[str]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return {line.lower() for line in lines if line}


def plain(word: str) -> str:
    """Return a word as lists have it."""
    return word.lower().replace("’", "'")


def problems(path: str, found: Iterable[Unknown], own: frozenset[str]) -> Iterator[Problem]:
    """Yield the unknown words of a guide that are none of the project's own."""
    for one in found:
        if plain(one.word) not in own:
            near = _looked_up(one.word) if one.near is None else one.near
            hint = f"did you mean '{near}'? Else" if near else "mend it, or"
            yield Problem(
                path=path,
                line=one.line,
                column=one.column,
                cell=one.cell,
                message=f"unknown word '{one.word}'",
                hint=f"{hint} add it to the project's word list",
                rule="spelling",
            )


def _looked_up(word: str) -> str:
    """Return what may have been meant by a word that was the project's own when its guide was read."""
    from guidewright.lint.spelling import near  # slow to load, and needed where a word was taken off the list

    return near(word)

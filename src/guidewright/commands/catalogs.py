"""``guidewright translate extract`` and ``checked``: catalogs, with the English that they follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import click

from guidewright.commands.languages import locales, read, shown, strays
from guidewright.commands.lock import exclusive
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.commands.works import Work, works
from guidewright.errors import (
    FINE,
    WRONG_USE,
    CannotRunError,
    InputError,
    Problem,
    SelectorError,
)
from guidewright.files import write_atomically
from guidewright.translate import catalog as catalogs
from guidewright.translate.catalog import Catalog, Entry, short
from guidewright.translate.language import Locale
from guidewright.translate.merge import merge
from guidewright.translate.units import revision

PROJECT = "Guidewright"
_UNSURE = ("is fuzzy", "mend its msgstr, take out 'fuzzy' and the lines with '#|', and say it again")
_MISSING = ("is not translated", "write its msgstr, and say it again")


# ------------------------------------------------------------------ reading


def locale(project: Project, code: str) -> Locale:
    """Return a language of the project.

    Raises:
        SelectorError: the settings name no such language.
    """
    found = {one.code: one for one in locales(project.settings)}
    if code not in found:
        known = ", ".join(found) or "none"
        hint = f"known: {known}; a new one is a folder and a line of settings: docs/translating.md"
        raise SelectorError(Problem(message=f"there is no language '{code}'", hint=hint))
    return found[code]


# ------------------------------------------------------------------ extract


def extract(project: Project, codes: Sequence[str], names: Sequence[str] = ()) -> int:
    """Have the catalogs follow the English; return 2 where one could not be read, and is as it was.

    A catalog whose guide is gone is told, and what it has is offered to the others: the guide may have another name now.

    Args:
        codes: the languages; all where it is empty.
        names: guides, and ``site``; all where it is empty.
    """
    chosen = [locale(project, code) for code in codes] or locales(project.settings)
    if not chosen:
        hint = 'name one: languages = ["ko"] in [tool.guidewright]; docs/translating.md tells the rest'
        raise InputError(Problem(message="the project has no language beside English", hint=hint))
    told = list(project.library.errors)
    with exclusive(project.settings.cache, "translate extract", _tell):
        for one in chosen:
            works(project, one, names)  # refuses a name that is no guide's
            found, problems = works(project, one)
            told += problems
            left, gone = _left(project, one)
            told += gone
            memory = [*left, *(e for work in found for e in work.catalog.entries if e.translated)]
            for work in found:
                if not names or work.name in names:
                    _follow(work, one, memory)
    print_problems(told)
    return WRONG_USE if any(problem.severity == "error" for problem in told) else FINE


def _left(project: Project, of: Locale) -> tuple[list[Entry], list[Problem]]:
    """Return what catalogs have whose guide is gone, used before obsolete; and what to do with them."""
    entries: list[Entry] = []
    obsolete: list[Entry] = []
    problems: list[Problem] = []
    for stray in strays(project, of):
        name = PurePosixPath(stray.path).relative_to(shown(project.settings, of.code)).with_suffix("")
        try:
            catalog = read(of, name.as_posix(), project.settings)
        except InputError as error:
            problems += [stray, *error.problems]
            continue
        entries += catalog.entries
        obsolete += catalog.obsolete
        hint = "where the guide was renamed, its translations were offered to the new one: delete this once they are there"
        problems.append(replace(stray, severity="warning", hint=hint))
    return [*entries, *obsolete], problems


def _follow(work: Work, of: Locale, memory: Sequence[Entry]) -> None:
    followed = merge(work.catalog, work.units, memory)
    if not followed.top:
        followed = replace(followed, top=top(work, of))
    if save(work, followed, of):
        states = catalogs.counted(followed.entries)
        told = ", ".join(f"{states[state]} {state}" for state in ("translated", "fuzzy", "missing"))
        click.echo(f"{work.path}: {told}")


def top(work: Work, of: Locale) -> str:
    """Return the comment above a new catalog's header."""
    about = f"guides/{work.name}.py" if work.guide else "the site's own texts"
    return f"{of.english_name} for {about}. Write msgstr; `guidewright translate extract {of.code}` writes the rest."


def save(work: Work, catalog: Catalog, of: Locale) -> bool:
    """Write a catalog, and tell whether it changed.

    Raises:
        CannotRunError: it cannot be written; what was there stays.
    """
    data = catalogs.write(catalog, project=PROJECT)
    # What cannot be read again must not take the place of what can.
    catalogs.read(data, path=work.path, language=of.code)
    try:
        return write_atomically(of.catalog(work.name), data)
    except OSError as error:
        hint = "make room, or change who may write there, and try again"
        raise CannotRunError(
            Problem(path=work.path, message=f"cannot be written: {error.strerror}", hint=hint)
        ) from error


def checked(project: Project, code: str, name: str, day: dt.date) -> int:
    """Note that a person has held a guide's translation against today's English.

    Raises:
        InputError: the day is to come, or the catalog does not follow the English, or is not wholly translated.
    """
    if day > dt.date.today():
        hint = "say the day on which it was held against the English; without --on it is today"
        raise InputError(Problem(message=f"{day.isoformat()} is to come", hint=hint))
    of = locale(project, code)
    with exclusive(project.settings.cache, "translate checked", _tell):
        work = readable(project, of, name)
        if problems := _not_checkable(work, code):
            raise InputError(problems)
        save(work, replace(work.catalog, checked=day), of)
    click.echo(f"{work.path}: checked on {day.isoformat()}")
    return FINE


def _not_checkable(work: Work, code: str) -> list[Problem]:
    """Return why nobody can have held a catalog against today's English as a whole."""
    if work.catalog.revision != revision(work.units):
        hint = f"guidewright translate extract {code}, mend what it finds fuzzy, and say it again"
        return [Problem(path=work.path, message="does not follow today's English", hint=hint)]
    return [
        Problem(path=work.path, line=entry.line or None, message=f"{what}: {short(entry.msgid)}", hint=hint)
        for entry in work.followed.entries
        if not entry.translated
        for what, hint in [_UNSURE if entry.msgstr else _MISSING]
    ]


def readable(project: Project, of: Locale, name: str) -> Work:
    """Return one catalog of a language.

    Raises:
        InputError: it cannot be read.
    """
    found, problems = works(project, of, [name])
    if problems:
        raise InputError(problems)
    return found[0]


def _tell(text: str) -> None:
    click.echo(text, err=True)

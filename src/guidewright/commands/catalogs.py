"""``guidewright translate extract`` and ``checked``: catalogs, with the English that they follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import click

from guidewright.commands.lock import exclusive
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.commands.translations import interface_units, locales, read, shown
from guidewright.errors import (
    FINE,
    WRONG_USE,
    CannotRunError,
    InputError,
    Problem,
    SelectorError,
)
from guidewright.files import write_atomically
from guidewright.model import Guide
from guidewright.translate import catalog as catalogs
from guidewright.translate.catalog import Catalog, Entry
from guidewright.translate.language import Locale
from guidewright.translate.merge import merge
from guidewright.translate.units import Unit, revision, units

SITE = "site"
PROJECT = "Guidewright"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One catalog of one language, with the English that it follows."""

    name: str
    """A guide's slug, or ``site`` for the interface."""
    path: str
    guide: Guide | None
    units: tuple[Unit, ...]
    catalog: Catalog

    @property
    def followed(self) -> Catalog:
        """The catalog as it would be after ``extract``."""
        return merge(self.catalog, self.units)


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


def works(project: Project, of: Locale, names: Sequence[str] = ()) -> tuple[list[Work], list[Problem]]:
    """Return the catalogs of a language, and what is wrong with those that cannot be read.

    Raises:
        SelectorError: a name is no guide's.
    """
    guides = {guide.slug: guide for guide in project.library.guides}
    for name in names:
        if name not in (*guides, SITE):
            close = get_close_matches(name, [*guides, SITE], n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join([*guides, SITE])}"
            raise SelectorError(Problem(message=f"there is no guide '{name}'", hint=hint))
    place = {slug: number for number, slug in enumerate(project.settings.reading_order)}
    chosen = names or [SITE, *sorted(guides, key=lambda slug: (place.get(slug, len(place)), slug))]
    found: list[Work] = []
    problems: list[Problem] = []
    for name in chosen:
        guide = guides.get(name)
        try:
            catalog = read(of, name, project.settings)
        except InputError as error:
            problems += error.problems
            continue
        messages = units(guide) if guide else interface_units(project.settings)
        path = shown(project.settings, of.code, f"{name}.po")
        found.append(Work(name=name, path=path, guide=guide, units=tuple(messages), catalog=catalog))
    return found, problems


# ------------------------------------------------------------------ extract


def extract(project: Project, codes: Sequence[str], names: Sequence[str] = ()) -> int:
    """Have the catalogs follow the English; return 2 where one could not be read, and is as it was.

    Args:
        codes: the languages; all where it is empty.
        names: guides, and ``site``; all where it is empty.
    """
    chosen = [locale(project, code) for code in codes] or locales(project.settings)
    if not chosen:
        hint = 'name one: languages = ["ko"] in [tool.guidewright]; docs/translating.md tells the rest'
        raise InputError(Problem(message="the project has no language beside English", hint=hint))
    failed: list[Problem] = []
    with exclusive(project.settings.cache, "translate extract", _tell):
        for one in chosen:
            works(project, one, names)  # refuses a name that is no guide's
            found, problems = works(project, one)
            failed += problems
            memory = [entry for work in found for entry in work.catalog.entries if entry.translated]
            for work in found:
                if not names or work.name in names:
                    _follow(work, one, memory)
    print_problems(failed)
    return WRONG_USE if failed else FINE


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
    """Note that a person has held a guide's translation against today's English."""
    of = locale(project, code)
    work = readable(project, of, name)
    if work.catalog.revision != revision(work.units):
        hint = f"guidewright translate extract {code}, mend what it finds fuzzy, and say it again"
        message = "does not follow today's English"
        raise InputError(Problem(path=work.path, message=message, hint=hint))
    save(work, replace(work.catalog, checked=day), of)
    click.echo(f"{work.path}: checked on {day.isoformat()}")
    return FINE


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

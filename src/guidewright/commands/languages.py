"""The project's languages beside English, and their catalogs as they are read: quick to load, for it needs no record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from guidewright.errors import InputError, Problem
from guidewright.render.interface import TEXTS
from guidewright.settings import FILE, Settings
from guidewright.source.library import Library
from guidewright.translate import catalog as catalogs
from guidewright.translate.catalog import Catalog
from guidewright.translate.language import Locale, load
from guidewright.translate.units import Unit, of_interface


class Reading(Protocol):
    """What a catalog is held against: a project, or less of one."""

    @property
    def settings(self) -> Settings: ...

    @property
    def library(self) -> Library: ...


def locales(settings: Settings) -> list[Locale]:
    """Return the languages beside English.

    Raises:
        InputError: one has no settings, or they are wrong; all problems together.
    """
    found: list[Locale] = []
    problems: list[Problem] = []
    for code in settings.languages:
        try:
            found.append(load(settings.locales / code, code=code, shown=shown(settings, code)))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def shown(settings: Settings, *parts: str) -> str:
    """Name a file of the locales as people of the project know it."""
    folder = settings.locales.joinpath(*parts)
    return (
        folder.relative_to(settings.root).as_posix() if folder.is_relative_to(settings.root) else str(folder)
    )


def interface_units(settings: Settings) -> list[Unit]:
    """Return what the site itself says: the texts of the pages, the categories, the tags, the name."""
    texts = {**TEXTS, "site name": settings.site_name}
    texts |= {"notice": settings.notice} if settings.notice else {}
    texts |= {f"category {key}": title for key, title in settings.categories.items()}
    texts |= {f"tag {tag}": words for tag, words in settings.tags.items()}
    return of_interface(texts)


def read(locale: Locale, name: str, settings: Settings) -> Catalog:
    """Read one catalog of a language: ``site``, or a guide's slug; an empty one where there is no file.

    Raises:
        InputError: the file cannot be read as a catalog of this language.
    """
    file = locale.catalog(name)
    path = shown(settings, locale.code, f"{name}.po")
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return Catalog(language=locale.code)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise InputError(Problem(path=path, message=message, hint="mend its permissions")) from error
    return catalogs.read(data, path=path, language=locale.code)


def strays(project: Reading, locale: Locale) -> Iterator[Problem]:
    """Tell of catalogs whose guide is gone; that of a guide which cannot be read waits for it."""
    guides = {guide.slug for guide in project.library.guides}
    for file in sorted(locale.folder.rglob("*.po")):
        name = file.relative_to(locale.folder).with_suffix("").as_posix()
        if name != "site" and name not in guides and not (project.settings.guides / f"{name}.py").is_file():
            yield Problem(
                path=shown(project.settings, locale.code, f"{name}.po"),
                message=f"there is no guide '{name}'",
                hint=f"where the guide was renamed: guidewright translate extract {locale.code}, then delete this",
            )


def unconfigured(settings: Settings) -> Iterator[Problem]:
    """Tell of folders with catalogs that are no language of the settings."""
    if not settings.locales.is_dir():
        return
    for folder in sorted(settings.locales.iterdir()):
        if folder.is_dir() and folder.name not in settings.languages and next(folder.rglob("*.po"), None):
            yield Problem(
                path=shown(settings, folder.name),
                message=f"has catalogs, and '{folder.name}' is no language of the project",
                hint=f"add it to languages in [tool.guidewright] of {FILE}, or move the folder away",
            )

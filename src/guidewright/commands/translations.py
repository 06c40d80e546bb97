"""Locales and catalogs → what the site is made in: each language with its texts, and each guide in it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from guidewright.commands.languages import interface_units, read, strays
from guidewright.commands.pages import Entry
from guidewright.commands.project import Project
from guidewright.errors import InputError, Problem
from guidewright.files import signature
from guidewright.memory import Remember, afresh
from guidewright.model import Guide, Slug, Translation
from guidewright.plan import shown_code
from guidewright.render.interface import EN, TEXTS, Language
from guidewright.settings import Settings
from guidewright.translate.apply import Localised, apply
from guidewright.translate.catalog import Catalog
from guidewright.translate.language import Locale
from guidewright.translate.markup import placeholder_problem
from guidewright.translate.merge import merge


@dataclass(frozen=True, kw_only=True, slots=True)
class Translated:
    """One language's site: its entries in the order of the English ones."""

    locale: Locale | None
    """None for English."""
    language: Language
    entries: tuple[Entry, ...]
    categories: Mapping[str, str]
    tags: Mapping[str, str]
    site_name: str
    notice: str
    translations: Mapping[Slug, Translation] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    """Catalogs that could not be read: their guides are in English."""


def english(project: Project, entries: list[Entry]) -> Translated:
    settings = project.settings
    return Translated(
        locale=None,
        language=EN,
        entries=tuple(entries),
        categories=settings.categories,
        tags=settings.tags,
        site_name=settings.site_name,
        notice=settings.notice,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """A language with its own texts."""

    locale: Locale
    texts: Mapping[str, str]
    """The interface's, by name."""
    problems: tuple[Problem, ...] = ()
    """Of their catalog."""

    @property
    def language(self) -> Language:
        return Language(
            code=self.locale.code,
            name=self.locale.name,
            english_name=self.locale.english_name,
            direction=self.locale.direction,
            texts=self.texts,
        )


def voice(locale: Locale, settings: Settings, remember: Remember = afresh) -> Voice:
    """Read a language's own texts."""
    texts, problems = remember(
        ("texts", locale.code),
        (locale, settings, signature(locale.catalog("site"))),
        lambda: _texts(locale, settings),
    )
    return Voice(locale=locale, texts=texts, problems=problems)


def translated(
    project: Project, locale: Locale, entries: list[Entry], remember: Remember = afresh
) -> Translated:
    """Put every guide, and the interface, into a language; what cannot be read stays English, and is told."""
    speaking = voice(locale, project.settings, remember)
    done, made = [], {}
    problems: list[Problem] = []
    for entry in entries:
        one, made[entry.guide.slug], wrong = remembered(project, speaking, entry, remember)
        done.append(one)
        problems += wrong
    return whole(project, speaking, done, made, problems)


def whole(
    project: Project,
    voice: Voice,
    entries: Iterable[Entry],
    made: Mapping[Slug, Translation],
    problems: Iterable[Problem],
) -> Translated:
    """Return a language's site.

    Args:
        entries: in the language.
        problems: of the guides' catalogs.
    """
    settings, texts = project.settings, voice.texts
    return Translated(
        locale=voice.locale,
        language=voice.language,
        entries=tuple(entries),
        categories={key: texts.get(f"category {key}", title) for key, title in settings.categories.items()},
        tags={tag: texts.get(f"tag {tag}", words) for tag, words in settings.tags.items()},
        site_name=texts.get("site name", settings.site_name),
        notice=texts.get("notice", settings.notice),
        translations=made,
        problems=(*strays(project, voice.locale), *voice.problems, *problems),
    )


def remembered(
    project: Project, voice: Voice, entry: Entry, remember: Remember
) -> tuple[Entry, Translation, tuple[Problem, ...]]:
    """Do what :func:`spoken` does, unless it was done."""
    locale, slug = voice.locale, entry.guide.slug
    return remember(
        ("translated", locale.code, slug),
        (locale, project.settings, entry, voice.texts, signature(locale.catalog(slug))),
        functools.partial(spoken, project, voice, entry),
    )


def spoken(project: Project, voice: Voice, entry: Entry) -> tuple[Entry, Translation, tuple[Problem, ...]]:
    """Put one guide into a language; a catalog that cannot be read is told, and counts as empty."""
    locale = voice.locale
    problems: tuple[Problem, ...] = ()
    try:
        found = read(locale, entry.guide.slug, project.settings)
    except InputError as error:
        problems = error.problems
        found = Catalog(language=locale.code)
    localised = apply(
        entry.guide,
        found,
        threshold=locale.threshold,
        old_title=voice.texts.get("old_translation", TEXTS["old_translation"]),
    )
    return _in_language(project, entry, localised.guide), _translation(localised, found), problems


def _texts(locale: Locale, settings: Settings) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """Return the interface's texts by name, and what is wrong; one whose placeholders differ would fail where it is used."""
    try:
        entries = merge(read(locale, "site", settings), interface_units(settings)).find()
    except InputError as error:
        return {}, error.problems
    found = {}
    for unit in interface_units(settings):
        entry = entries.get(unit.key)
        if entry and entry.translated and not placeholder_problem(unit.text, entry.msgstr):
            found[unit.context] = entry.msgstr
    return found, ()


def _in_language(project: Project, entry: Entry, guide: Guide) -> Entry:
    """Put a guide's words into an entry; outputs and records are the same, to the byte."""
    cells = {cell.id: cell for cell in guide.cells}
    backends = project.settings.backends
    views = tuple(
        replace(view, code={id_: shown_code(cells[id_], backends[view.backend]) for id_ in view.code})
        for view in entry.views
    )
    return replace(entry, guide=guide, views=views)


def _translation(localised: Localised, found: Catalog) -> Translation:
    states = localised.states
    return Translation(
        whole=localised.whole,
        fuzzy=states.get("fuzzy", 0),
        missing=states.get("missing", 0),
        checked=found.checked,
    )

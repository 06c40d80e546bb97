"""What ``guidewright check`` does with what has changed: reads guides and catalogs, and asks every rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from guidewright.api import guide as names
from guidewright.api import reference as api
from guidewright.commands.findings import Entry
from guidewright.commands.languages import locales, strays, unconfigured
from guidewright.commands.rows import judged, told
from guidewright.commands.works import works as read_works
from guidewright.errors import CannotRunError, Problem
from guidewright.files import write_atomically
from guidewright.lint import formatting, guide, prose, recorded, spelling
from guidewright.lint.places import Text
from guidewright.lint.words import own_words
from guidewright.model import Guide, Slug
from guidewright.settings import Settings
from guidewright.source import library
from guidewright.source.percent import Parsed
from guidewright.translate.language import Locale

_QUOTED = re.compile(r"'([^']+)'")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """What catalogs are held against."""

    settings: Settings
    library: library.Library


@dataclass(frozen=True, kw_only=True, slots=True)
class Checker:
    settings: Settings
    files: Mapping[Slug, Path]
    reference: api.Reference | None
    parsed: dict[Slug, Parsed] = field(default_factory=dict)
    """Guides read so far."""
    languages: dict[str, Locale] = field(default_factory=dict)
    """All of the project's, once one was asked for."""
    words: list[frozenset[str]] = field(default_factory=list)
    """Those of the project's own, once they were asked for."""

    @classmethod
    def of(cls, settings: Settings, files: Mapping[Slug, Path]) -> Checker:
        """Make one.

        Raises:
            InputError: the inventory cannot be read.
        """
        return cls(settings=settings, files=files, reference=api.load(settings))

    def read(self, slug: Slug) -> Parsed:
        if slug not in self.parsed:
            self.parsed[slug] = library.read(self.files[slug], slug, self.settings)
        return self.parsed[slug]

    # --------------------------------------------------------------- guides

    def guides(self, slugs: Iterable[Slug]) -> dict[Slug, Entry]:
        """Return what is wrong with guides, but for links and words, whose judgment needs more than the guide.

        Raises:
            CannotRunError: ruff cannot be run.
        """
        found = {slug: self._guide(slug) for slug in slugs}
        paths = {parsed.guide.path: slug for slug in found if (parsed := self.read(slug)).guide}
        for path, problem in formatting.problems(list(paths), self.settings.root).items():
            entry = found[paths[path]]
            found[paths[path]] = replace(entry, problems=(*entry.problems, problem))
        return found

    def _guide(self, slug: Slug) -> Entry:
        parsed = self.read(slug)
        lines = _lines(self.files[slug])
        problems = list(parsed.problems)
        if parsed.guide is None:
            return Entry(problems=_with_columns(problems, lines), readable=False)
        problems += names.problems(parsed.guide, self.reference) if self.reference else []
        readable = not any(problem.severity == "error" for problem in problems)
        text = Text(guide=parsed.guide, lines=lines)
        records = self.settings.records / slug
        problems += guide.problems(
            text,
            self.settings,
            recorded=recorded.figures(records),
            is_proven=partial(recorded.has_cell, records),
        )
        outline = prose.outline(text)
        unknown = [
            (one.word, one.line, one.column, one.cell, one.near)
            for one in spelling.unknown(text, self._own())
        ]
        return Entry(
            problems=_with_columns(problems, lines),
            readable=readable,
            anchors=tuple(sorted(outline.anchors)),
            links=tuple((link.target, link.line, link.column, link.cell) for link in outline.links),
            unknown=tuple(unknown),
        )

    def _own(self) -> frozenset[str]:
        if not self.words:
            self.words.append(own_words(self.settings))
        return self.words[0]

    def mend(self, slug: Slug) -> bool:
        """Rewrite a guide that can be read as it should be written; tell whether anything changed.

        Raises:
            CannotRunError: it cannot be written, or ruff cannot be run.
        """
        from guidewright.commands import mending

        parsed, file = self.read(slug), self.files[slug]
        if parsed.guide is None:
            return False
        text = file.read_bytes().decode("utf-8")
        mended = mending.mended(text, parsed.guide, file, self.settings)
        try:
            return write_atomically(file, mended.encode())
        except OSError as error:
            problem = Problem(path=parsed.guide.path, message=f"cannot be written: {error.strerror}")
            raise CannotRunError(problem) from error

    # ------------------------------------------------------------- catalogs

    def catalog(self, code: str, slug: Slug) -> Entry:
        """Return what is wrong with a guide's catalog in a language; nothing where the guide cannot be read."""
        found = self.read(slug).guide
        return self._rows(code, slug, [found]) if found else Entry()

    def language(self, code: str) -> Entry:
        """Return what is wrong with the site's own catalog in a language, and which catalogs have no guide."""
        lost = [*strays(self._with([]), self._locale(code)), *unconfigured(self.settings)]
        entry = self._rows(code, "site", [])
        return replace(
            entry,
            problems=(*_of_catalogs(lost), *entry.problems),
            readable=entry.readable and not lost,
        )

    def _rows(self, code: str, name: str, guides: Sequence[Guide]) -> Entry:
        of = self._locale(code)
        found, unreadable = read_works(self._with(guides), of, [name])
        problems = [*unreadable, *(problem for work in found for problem in told(judged(work, of), code))]
        return Entry(problems=_of_catalogs(problems), readable=not unreadable)

    def _with(self, guides: Sequence[Guide]) -> _Read:
        return _Read(settings=self.settings, library=library.Library(guides=tuple(guides)))

    def _locale(self, code: str) -> Locale:
        if not self.languages:
            self.languages.update({one.code: one for one in locales(self.settings)})
        return self.languages[code]


def _of_catalogs(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(replace(problem, rule="catalog") for problem in problems)


def _lines(file: Path) -> list[str]:
    """Return a guide's lines, as the source stage counts them."""
    try:
        text = file.read_bytes().decode("utf-8", errors="replace").removeprefix("\ufeff")
    except OSError:
        return []
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _with_columns(problems: Iterable[Problem], lines: Sequence[str]) -> tuple[Problem, ...]:
    """Give problems that know their line only the column of what their message quotes, or of the line's first word."""
    return tuple(
        problem if problem.column or not problem.line else replace(problem, column=_column(problem, lines))
        for problem in problems
    )


def _column(problem: Problem, lines: Sequence[str]) -> int:
    line = lines[problem.line - 1] if problem.line and problem.line <= len(lines) else ""
    for quoted in _QUOTED.findall(problem.message):
        for words in (quoted, quoted.rpartition(".")[2]):
            if (found := line.find(words)) >= 0:
                return found + 1
    return len(line) - len(line.lstrip()) + 1

"""Guides, one at a time → what the rest of the site has to know of each; found again where its files are what they were.

What a page shows, its text, code and outputs, is many times as much as what all other pages need of it. So only that is kept
in memory, and on the shelf; a whole guide is made again, or read from a file that is gone with the process.
"""

from __future__ import annotations

import bisect
import os
import pickle
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from guidewright.api import guide as api
from guidewright.api.inventory import Symbol
from guidewright.commands import inputs as reading
from guidewright.commands import pages, translations
from guidewright.commands.inputs import Inputs
from guidewright.commands.moved import Today
from guidewright.commands.pages import Entry
from guidewright.commands.project import Project
from guidewright.commands.shelf import Shelf
from guidewright.commands.translations import Voice
from guidewright.errors import Problem
from guidewright.model import BackendView, CellRun, Header, Record, Slug, Translation
from guidewright.render import cards, related
from guidewright.settings import FILE
from guidewright.source import library
from guidewright.source.naming import PICTURES


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of a guide in English."""

    problems: tuple[Problem, ...]
    entry: Entry | None
    """Without cells, code and outputs; None where the guide cannot be read."""
    card: cards.Card | None = None
    symbols: tuple[Symbol, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """What is known of it in another language."""

    header: Header
    translation: Translation
    problems: tuple[Problem, ...]


@dataclass(kw_only=True)
class Guides:
    """Every guide of a project. Not for several threads."""

    project: Project
    inputs: Inputs
    shelf: Shelf
    today: Today
    files: Mapping[Slug, Path]
    voices: Sequence[Voice]
    """The languages beside English."""
    whole: Whole = field(default_factory=lambda: Whole())
    paths: list[str] = field(init=False)
    """Of all inputs, sorted."""
    common: str = field(init=False)
    keys: dict[tuple[Slug, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settings = self.project.settings
        files = [settings.root / FILE, settings.lock]
        files += [settings.api.inventory, settings.api.pages] if settings.api else []
        self.paths = sorted(self.inputs.files)
        self.common = reading.digest([self.inputs.tool, *self._of(file for file in files if file)])

    # ----------------------------------------------------------------- keys

    def key(self, slug: Slug, code: str = "en") -> str:
        """Return a digest of all that a guide follows from, in English or in another language."""
        if (slug, code) not in self.keys:
            self.keys[slug, code] = reading.digest([self.common, slug, code, *self._parts(slug, code)])
        return self.keys[slug, code]

    def _parts(self, slug: Slug, code: str) -> Iterator[str]:
        settings, file = self.project.settings, self.files[slug]
        yield from self._of([file])
        yield from self._below(file.with_suffix(PICTURES))
        for folder in (settings.records, settings.cache / "records", settings.cache / "shared"):
            yield from self._below(folder / slug)
        if code != "en":
            locale = settings.locales / code
            yield from self._of([locale / f"{slug}.po", locale / "site.po"])
            settled = self._below(locale)
            yield from (part for part in settled if not part.partition("\0")[0].endswith(".po"))

    def _of(self, files: Iterable[Path]) -> list[str]:
        paths = [os.path.normpath(file) for file in files]
        return [f"{path}\0{self.inputs.files.get(path, '')}" for path in paths]

    def _below(self, folder: Path) -> Iterator[str]:
        """Yield the files below a folder, each with its digest."""
        start = f"{os.path.normpath(folder)}{os.sep}"
        for place in range(bisect.bisect_left(self.paths, start), len(self.paths)):
            path = self.paths[place]
            if not path.startswith(start):
                return
            yield f"{path}\0{self.inputs.files[path]}"

    # ---------------------------------------------------------------- facts

    def facts(self, slug: Slug) -> tuple[Facts, dict[str, Spoken]]:
        """Return what is known of a guide, in English and by language."""
        english = self.shelf.get(f"facts {self.key(slug)}")
        others = {code: self.shelf.get(f"spoken {self.key(slug, code)}") for code in self._codes}
        if isinstance(english, Facts) and (
            english.entry is None or all(isinstance(found, Spoken) for found in others.values())
        ):
            return english, {code: found for code, found in others.items() if found}
        return self._made(slug)

    def near(self, slugs: Sequence[Slug]) -> Mapping[Slug, tuple[Slug, ...]]:
        """Return what each of the guides leads to; they are given in reading order."""
        keys = [f"about {self.key(slug)}" for slug in slugs]
        self.shelf.keep(keys)
        key = f"near {reading.digest(keys)}"
        found: Mapping[Slug, tuple[Slug, ...]] | None = self.shelf.get(key)
        if found is None:
            found = related.nearest([self._about(slug) for slug in slugs])
            self.shelf.put(key, found)
        return found

    def _about(self, slug: Slug) -> related.About:
        found = self.shelf.get(f"about {self.key(slug)}")
        if not isinstance(found, related.About):
            self._made(slug)
            found = self.shelf.get(f"about {self.key(slug)}")
        assert isinstance(found, related.About)
        terms = {sys.intern(term): count for term, count in found.terms.items()}
        return replace(found, terms=terms)

    def entry(self, slug: Slug, code: str) -> Entry:
        """Return a guide whole, in a language."""
        if slug not in self.whole:
            self._made(slug)
        entry: Entry = self.whole.get(slug)[code]
        return entry

    @property
    def _codes(self) -> list[str]:
        return [voice.locale.code for voice in self.voices]

    def _made(self, slug: Slug) -> tuple[Facts, dict[str, Spoken]]:
        """Read a guide, compare its outputs and put it into every language."""
        settings, reference = self.project.settings, self.project.reference
        damaged = len(self.project.damaged)
        parsed = library.read(self.files[slug], slug, settings)
        if parsed.guide is None:
            return self._kept(slug, Facts(problems=tuple(parsed.problems), entry=None), {}, None)
        named = api.problems(parsed.guide, reference) if reference else ()
        entry = pages.entry(self.project, parsed.guide, self.today)
        facts = Facts(
            problems=(*parsed.problems, *named),
            entry=light(entry),
            card=cards.card(parsed.guide, entry.views),
            symbols=tuple(api.symbols(parsed.guide, reference)) if reference else (),
        )
        whole, others = {"en": entry}, {}
        for voice in self.voices:
            code = voice.locale.code
            whole[code], translation, problems = translations.spoken(self.project, voice, entry)
            header = whole[code].guide.header
            others[code] = Spoken(header=header, translation=translation, problems=problems)
        self.whole.put(slug, whole)
        about = related.about(parsed.guide)
        # Nothing is kept of a record that was just set aside: the next build finds other files.
        return self._kept(slug, facts, others, about, lasting=len(self.project.damaged) == damaged)

    def _kept(
        self,
        slug: Slug,
        facts: Facts,
        others: dict[str, Spoken],
        about: related.About | None,
        *,
        lasting: bool = True,
    ) -> tuple[Facts, dict[str, Spoken]]:
        if lasting:
            self.shelf.put(f"facts {self.key(slug)}", facts)
            for code, found in others.items():
                self.shelf.put(f"spoken {self.key(slug, code)}", found)
        if about:
            self.shelf.put(f"about {self.key(slug)}", about)
        return facts, others


class Whole:
    """Guides in every language, in a temporary file that is gone with the process, whatever ends it."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._places: dict[Slug, tuple[int, int]] = {}
        self._last: tuple[Slug, Any] = ("", None)

    def close(self) -> None:
        self._file.close()

    def __contains__(self, slug: Slug) -> bool:
        return slug in self._places

    def put(self, slug: Slug, entries: Mapping[str, Entry]) -> None:
        start = self._file.seek(0, 2)
        pickle.dump(dict(entries), self._file, protocol=5)
        self._places[slug] = (start, self._file.tell() - start)
        self._last = ("", None)

    def get(self, slug: Slug) -> Mapping[str, Entry]:
        """Return a guide by language; the last one that was asked for is at hand."""
        if self._last[0] != slug:
            start, length = self._places[slug]
            self._file.seek(start)
            # Of our own process: nobody else has the file.
            self._last = (slug, pickle.loads(self._file.read(length)))
        found: Mapping[str, Entry] = self._last[1]
        return found


def light(entry: Entry) -> Entry:
    """Return an entry without what only its own page shows."""
    guide = replace(entry.guide, cells=(), pictures={})
    failed = {name: _light_record(record) for name, record in entry.failed.items()}
    return replace(entry, guide=guide, views=tuple(map(_light_view, entry.views)), failed=failed)


def _light_view(view: BackendView) -> BackendView:
    return replace(view, code={}, outputs={}, record=view.record and _light_record(view.record))


def _light_record(record: Record) -> Record:
    """Keep of the cells what is counted: checks, and those that were skipped."""
    cells = tuple(
        CellRun(
            id=cell.id, status=cell.status, seconds=cell.seconds, checks=cell.checks, missing=cell.missing
        )
        for cell in record.cells
        if cell.checks or cell.status == "skipped"
    )
    return replace(record, cells=cells)

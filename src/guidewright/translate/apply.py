"""Guide + catalog → the guide in the catalog's language; every unit as the catalog has it, English where it has not.

Only words are put in: cells, their ids, and the code are the English guide's. A missing message is English, marked as
such; a fuzzy one is today's English, with the translation of the former English folded under it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from markdown_it import MarkdownIt

from guidewright.model import Cell, Guide
from guidewright.pycode.comments import Comment, replace_comments
from guidewright.translate import prose
from guidewright.translate.catalog import Catalog, Entry
from guidewright.translate.markup import retargeted
from guidewright.translate.merge import merge
from guidewright.translate.units import Key, Unit, distinct, is_translated, of_figure, of_slot, units

State = Literal["translated", "fuzzy", "missing"]
_MARKDOWN = MarkdownIt("commonmark")
_UNLINKED = re.compile(r"</?a\b[^>]*>|<img\b[^>]*>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Localised:
    """A guide in a language, and how much of it is."""

    guide: Guide
    states: Mapping[State, int]
    """Messages by what has become of them; each message once."""
    share: float
    """Translated messages of all, 0 to 1."""
    whole: bool
    """Whether enough is translated for the page to be in the language; else ``guide`` is the English one."""


def apply(guide: Guide, catalog: Catalog, *, threshold: float, old_title: str) -> Localised:
    """Put a guide together in a language.

    Args:
        threshold: the share of translated messages, 0 to 1, below which the page stays English as a whole.
        old_title: what is written on the fold of a former translation.
    """
    # In memory the catalog follows today's English, whether or not somebody has extracted it.
    found = units(guide)
    entries = merge(catalog, found).find()
    states = Counter(state(entries.get(unit.key)) for unit in distinct(found))
    share = states["translated"] / max(1, states.total())
    whole = share >= threshold and share > 0
    made = _Localiser(entries, old_title).guide(guide) if whole else guide
    return Localised(guide=made, states=states, share=share, whole=whole)


def state(entry: Entry | None) -> State:
    if entry is None or not entry.msgstr:
        return "missing"
    return "fuzzy" if entry.fuzzy else "translated"


class _Localiser:
    def __init__(self, entries: Mapping[Key, Entry], old_title: str) -> None:
        self.entries, self.old_title = entries, old_title

    def guide(self, guide: Guide) -> Guide:
        header = replace(
            guide.header,
            title=self._plain(Unit(text=guide.header.title, kind="title")),
            description=self._plain(Unit(text=guide.header.description, kind="description")),
        )
        cells = tuple(self._cell(cell) if is_translated(cell) else cell for cell in guide.cells)
        return replace(guide, header=header, cells=cells)

    def _cell(self, cell: Cell) -> Cell:
        if cell.kind == "markdown":
            source = prose.join(prose.pieces(cell.source), lambda slot: self._words(slot, cell))
            return replace(cell, source=source)

        def comment(found: Comment) -> str | None:
            return self._translation(Unit(text=found.text, kind="comment"))

        alt = tuple(self._plain(of_figure(words, cell)) for words in cell.alt)
        return replace(cell, source=replace_comments(cell.source, comment), alt=alt)

    def _translation(self, unit: Unit) -> str | None:
        entry = self.entries.get(unit.key)
        return retargeted(entry.msgstr, unit.text) if entry and entry.translated else None

    def _plain(self, unit: Unit) -> str:
        return self._translation(unit) or unit.text

    def _words(self, slot: prose.Slot, cell: Cell) -> str:
        unit = of_slot(slot, cell)
        translation = self._translation(unit)
        if translation:
            return translation
        entry = self.entries.get(unit.key)
        if state(entry) == "missing" or entry is None:
            return f'<span class="gw-missing" lang="en" dir="ltr">{slot.text}</span>'
        now = f'<span class="gw-stale" lang="en" dir="ltr">{slot.text}</span>'
        return f"{now}{self._fold(entry.msgstr, slot)}"

    def _fold(self, old: str, slot: prose.Slot) -> str:
        """The former translation as HTML, which every reader of Markdown passes on as it is.

        Without its links and images: where they led may be gone, and no engine rewrites an address in HTML.
        """
        words = _UNLINKED.sub("", _MARKDOWN.renderInline(old)).replace("\n", " ")
        fold = f'<details class="gw-old"><summary>{self.old_title}</summary>{words}</details>'
        return fold if slot.kind in ("item", "cell") else f"\n\n{fold}\n"

"""A guide → its messages, in the order in which a reader meets them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from guidewright.model import Cell, Guide
from guidewright.pycode.comments import comments
from guidewright.translate import prose

Kind = Literal[
    "title", "description", "heading", "paragraph", "item", "cell", "figure", "comment", "interface"
]
Key = tuple[str, str]
"""``msgctxt`` (empty where there is none) and ``msgid``: what a catalog's entry is found by."""

CONTEXTS: dict[str, str] = {
    "title": "title",
    "description": "description",
    "heading": "heading",
    "figure": "figure",
    "comment": "comment",
}
"""Kinds that are a context of their own: the same words may want another form there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """One message at one place."""

    text: str
    kind: Kind
    context: str = ""
    """What the author wrote; else the kind's own."""
    note: str = ""
    line: int = 0
    """In the guide's file."""
    cell: str = ""

    @property
    def key(self) -> Key:
        return (self.context or CONTEXTS.get(self.kind, ""), self.text)


def units(guide: Guide) -> list[Unit]:
    """Return every message of a guide; one that occurs twice is there twice."""
    head = [
        Unit(text=guide.header.title, kind="title", line=1),
        Unit(text=guide.header.description, kind="description", line=1),
    ]
    return [*head, *(unit for cell in guide.cells if is_translated(cell) for unit in _of_cell(cell))]


def is_translated(cell: Cell) -> bool:
    """A cell that no reader sees is not for translators either."""
    return not cell.hidden and not (cell.kind == "markdown" and "remove-cell" in cell.tags)


def _of_cell(cell: Cell) -> Iterator[Unit]:
    if cell.kind == "markdown":
        for slot in prose.slots(cell.source):
            yield of_slot(slot, cell)
        return
    for comment in comments(cell.source):
        yield Unit(text=comment.text, kind="comment", line=cell.line + comment.first, cell=cell.id)
    for words in cell.alt:
        yield of_figure(words, cell)


def of_slot(slot: prose.Slot, cell: Cell) -> Unit:
    return Unit(
        text=slot.text,
        kind=slot.kind,
        context=slot.context,
        note=slot.note,
        line=cell.line + slot.line,
        cell=cell.id,
    )


def of_figure(words: str, cell: Cell) -> Unit:
    return Unit(text=words, kind="figure", line=cell.line, cell=cell.id)


def of_interface(texts: Mapping[str, str]) -> list[Unit]:
    """Return the messages of the site itself, by name: the name is the context."""
    return [Unit(text=words, kind="interface", context=name) for name, words in texts.items()]


def distinct(found: Iterable[Unit]) -> list[Unit]:
    """Return the first unit of each key: those that share one share its entry."""
    first: dict[Key, Unit] = {}
    for unit in found:
        first.setdefault(unit.key, unit)
    return list(first.values())


def revision(found: Iterable[Unit]) -> str:
    """Return the English revision: twelve hex digits of a SHA-256 over all messages in order."""
    text = "\x00".join(f"{context}\x04{words}" for context, words in (unit.key for unit in found))
    return hashlib.sha256(text.encode()).hexdigest()[:12]

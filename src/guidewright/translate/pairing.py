"""An existing page ↔ the English guide: which of its words translate which message.

By heading ids first; between them by code cells with the same syntax tree; between these by the run of blocks; and where
the runs differ, by length and what both have in code spans and links. What is not certain says why.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from guidewright import pycode
from guidewright.model import Cell, Guide
from guidewright.pycode.comments import comment_places
from guidewright.translate import prose
from guidewright.translate.hugo import Block, Sheet
from guidewright.translate.markup import protected, targets
from guidewright.translate.units import Unit, is_translated, of_slot

_TOKEN = re.compile(r"\w+|\S")
_ALIKE = 0.5
"""The share of tokens, 0 to 1, from which on two cells are taken for one that was changed."""
_LIKELY = 0.3
"""The score, 0 to 1, from which on two blocks of unequal runs are paired."""
_SAME_PAGE = 0.8
"""The share of the page's code that must be the guide's for its words to be taken without a doubt."""
_OTHER_CODE = "the page's code is not this guide's, so that its words may be another English's, too"
_Part = TypeVar("_Part", "_Item", Block)
_LENGTHS = (0.12, 2.5)
"""Characters of a translation for each of the English; beyond these something is missing on one side."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    unit: Unit
    text: str
    doubt: str = ""
    """Why the pairing is not certain; empty where it is."""


@dataclass(kw_only=True, slots=True)
class Pairing:
    pairs: list[Pair] = field(default_factory=list)
    unpaired: list[Block] = field(default_factory=list)
    """What of the page translates no message of the guide."""
    altered: list[tuple[Block, str]] = field(default_factory=list)
    """Code of the page that is not the guide's, and what of it differs; it is not taken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Item:
    """One block of the English."""

    unit: Unit | None
    cell: Cell
    id: str = ""

    @property
    def kind(self) -> str:
        return self.unit.kind if self.unit else "code"


def pair(guide: Guide, sheet: Sheet) -> Pairing:
    """Pair a page's words with a guide's messages; its head first."""
    items = list(_items(guide))
    trusted = _share_of_code(items, sheet.blocks) >= _SAME_PAGE
    found = Pairing(pairs=list(_head(guide, sheet, trusted=trusted)), unpaired=list(sheet.folded))
    english = _sections(items)
    page = _sections(list(sheet.blocks))
    left = dict(page)
    for id_, part in english:
        if id_ in left:
            _section(part, left.pop(id_), found, trusted=trusted)
    for blocks in left.values():
        found.unpaired += blocks
    found.unpaired.sort(key=lambda block: block.line)
    return found


def _head(guide: Guide, sheet: Sheet, *, trusted: bool) -> Iterator[Pair]:
    """Pair title and description: there is one of each, so that only the page itself can be the wrong one."""
    header = guide.header
    doubt = "" if trusted else _OTHER_CODE
    if sheet.title:
        yield Pair(unit=Unit(text=header.title, kind="title"), text=sheet.title, doubt=doubt)
    if sheet.description:
        yield Pair(
            unit=Unit(text=header.description, kind="description"), text=sheet.description, doubt=doubt
        )


def _items(guide: Guide) -> Iterator[_Item]:
    for cell in guide.cells:
        if not is_translated(cell):
            continue
        if cell.kind == "code":
            yield _Item(unit=None, cell=cell)
            continue
        for slot in prose.slots(cell.source):
            id_ = slot.after.strip().removeprefix("{#").removesuffix("}")
            yield _Item(unit=of_slot(slot, cell), cell=cell, id=id_)


def _sections(parts: Sequence[_Part]) -> list[tuple[str, list[_Part]]]:
    """Part at headings that have an id; what is before the first has the id ``""``."""
    found: list[tuple[str, list[_Part]]] = [("", [])]
    for part in parts:
        if part.kind == "heading" and part.id:
            found.append((part.id, []))
        found[-1][1].append(part)
    return found


def _share_of_code(items: Sequence[_Item], blocks: Sequence[Block]) -> float:
    """Return the share, 0 to 1, of the page's code that is the guide's: whether both are of one English.

    All of the page's, since two guides may share a section with its code. A page without code is trusted where the guide
    has none either.
    """
    codes = [block for block in blocks if block.kind == "code"]
    known = {_meaning(item.cell.source) for item in items if item.kind == "code"}
    if not codes:
        return 0.0 if known else 1.0
    return sum(_meaning(block.text) in known for block in codes) / len(codes)


def _section(items: list[_Item], blocks: list[Block], found: Pairing, *, trusted: bool) -> None:
    """Pair two sections: their code first, then what is between."""
    english = [place for place, item in enumerate(items) if item.kind == "code"]
    page = [place for place, block in enumerate(blocks) if block.kind == "code"]
    a = b = 0
    for i, j in [*_code_pairs(items, english, blocks, page), (len(items), len(blocks))]:
        _run(
            [item for item in items[a:i] if item.kind != "code"],
            [block for block in blocks[b:j] if block.kind != "code"],
            found,
            trusted=trusted,
        )
        if i < len(items):
            _comments(items[i].cell, blocks[j], found)
        a, b = i + 1, j + 1
    paired = {j for _, j in _code_pairs(items, english, blocks, page)}
    found.altered += [(blocks[j], "is no cell of the guide") for j in page if j not in paired]


def _code_pairs(
    items: Sequence[_Item], english: Sequence[int], blocks: Sequence[Block], page: Sequence[int]
) -> list[tuple[int, int]]:
    meanings = [_meaning(items[place].cell.source) for place in english]
    given = [_meaning(blocks[place].text) for place in page]
    matcher = difflib.SequenceMatcher(None, meanings, given, autojunk=False)
    pairs: list[tuple[int, int]] = []
    for tag, i, stop, j, end in matcher.get_opcodes():
        if tag == "equal":
            pairs += zip(english[i:stop], page[j:end], strict=True)
        elif tag == "replace":
            pairs += [
                (one, other)
                for one, other in zip(english[i:stop], page[j:end], strict=False)
                if _likeness(items[one].cell.source, blocks[other].text) >= _ALIKE
            ]
    return pairs


def _meaning(source: str) -> str:
    try:
        return pycode.meaning(source)
    except (SyntaxError, ValueError, RecursionError):
        return source


def _likeness(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, _TOKEN.findall(one), _TOKEN.findall(other), autojunk=False)
    return matcher.ratio()


def _comments(cell: Cell, block: Block, found: Pairing) -> None:
    """Pair comments by the code before them; where the code is not the same, by their order."""
    try:
        english, given = comment_places(cell.source), comment_places(block.text)
    except (SyntaxError, ValueError):
        found.altered.append((block, "cannot be parsed"))
        return
    same = _meaning(cell.source) == _meaning(block.text)
    if not same:
        found.altered.append((block, "is not the code of the guide's cell"))
    if same:
        by_place = dict(given)
        pairs = [(comment, by_place.pop(place)) for place, comment in english if place in by_place]
        rest = list(by_place.values())
    else:
        count = min(len(english), len(given))
        pairs = [(one, other) for (_, one), (_, other) in zip(english, given, strict=False)]
        rest = [comment for _, comment in given[count:]]
    for comment, translation in pairs:
        unit = Unit(text=comment.text, kind="comment", line=cell.line + comment.first, cell=cell.id)
        doubt = "" if same else "the code around it has changed"
        found.pairs.append(Pair(unit=unit, text=translation.text, doubt=doubt))
    found.unpaired += [
        Block(kind="code", text=f"# {comment.text}", line=block.line + comment.first) for comment in rest
    ]


def _run(items: list[_Item], blocks: list[Block], found: Pairing, *, trusted: bool) -> None:
    """Pair two runs of prose."""
    if [item.kind for item in items] == [block.kind for block in blocks]:
        for item, block in zip(items, blocks, strict=True):
            _add(item, block, _doubt(item, block, trusted=trusted), found)
        return
    doubt = f"here the English has {len(items)} passages, and the page has {len(blocks)}"
    paired = dict(_best(items, blocks))
    for i, item in enumerate(items):
        if i in paired:
            certain = item.kind == "heading" and item.id == blocks[paired[i]].id != ""
            _add(item, blocks[paired[i]], "" if certain else doubt, found)
    taken = set(paired.values())
    found.unpaired += [block for place, block in enumerate(blocks) if place not in taken]


def _add(item: _Item, block: Block, doubt: str, found: Pairing) -> None:
    assert item.unit is not None
    found.pairs.append(Pair(unit=item.unit, text=block.text, doubt=doubt))


def _doubt(item: _Item, block: Block, *, trusted: bool) -> str:
    assert item.unit is not None
    if item.kind == "heading" and item.id == block.id != "":
        return ""
    if item.kind in ("paragraph", "item") and block.text == item.unit.text:
        return "it is the English itself, which a page that is not wholly translated has"
    shares = len(block.text) / max(1, len(item.unit.text))
    if not _LENGTHS[0] <= shares <= _LENGTHS[1] and len(item.unit.text) > 20:
        return "its length is far from the English's"
    if _spans(item.unit.text) and not _spans(item.unit.text) & _spans(block.text):
        return "it shares no code with the English"
    if not trusted and not (_marks(item.unit.text) and _marks(item.unit.text) == _marks(block.text)):
        return _OTHER_CODE
    return ""


def _spans(text: str) -> set[str]:
    return set(protected(text).get("code span", {}))


def _best(items: Sequence[_Item], blocks: Sequence[Block]) -> Iterable[tuple[int, int]]:
    """Align two runs without crossing, so that the sum of scores is highest (Needleman and Wunsch, 1970)."""
    scores = [[_score(item, block) for block in blocks] for item in items]
    best = [[0.0] * (len(blocks) + 1) for _ in range(len(items) + 1)]
    for i in range(len(items) - 1, -1, -1):
        for j in range(len(blocks) - 1, -1, -1):
            joined = scores[i][j] + best[i + 1][j + 1] if scores[i][j] >= _LIKELY else 0.0
            best[i][j] = max(joined, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(items) and j < len(blocks):
        if scores[i][j] >= _LIKELY and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def _score(item: _Item, block: Block) -> float:
    """Score how likely two blocks are one: 0 for other kinds, up to 1 by shared code and links, and by length."""
    if item.kind != block.kind or item.unit is None:
        return 0.0
    if item.kind == "heading":
        return 1.0 if item.id == block.id else 0.0
    one, other = _marks(item.unit.text), _marks(block.text)
    shared = len(one & other) / len(one | other) if one | other else 0.5
    lengths = sorted((len(item.unit.text), 2 * len(block.text)))
    return 0.7 * shared + 0.3 * lengths[0] / max(1, lengths[1])


def _marks(text: str) -> set[str]:
    return _spans(text) | {target.strip("/") for target in targets(text)}

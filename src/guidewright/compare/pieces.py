"""Two cells' outputs, piece by piece: which belong together, and how each pair differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from guidewright.compare.numbers import Between, Verdict, short, text_difference
from guidewright.compare.pictures import image_difference
from guidewright.model import (
    BackendName,
    Difference,
    HtmlOutput,
    ImageOutput,
    ShownKind,
    ShownOutput,
    Side,
    TextOutput,
)
from guidewright.normalise import comparable


def pairs(
    one: Sequence[ShownOutput], other: Sequence[ShownOutput]
) -> Iterator[tuple[ShownOutput | None, ShownOutput | None]]:
    """Pair by position, stderr apart: a warning on one backend must not shift all that follows."""
    for apart in (False, True):
        yield from zip_longest(
            [piece for piece in one if _is_stderr(piece) is apart],
            [piece for piece in other if _is_stderr(piece) is apart],
        )


def _is_stderr(piece: ShownOutput) -> bool:
    return isinstance(piece, TextOutput) and piece.stream == "stderr"


def piece_difference(one: ShownOutput | None, other: ShownOutput | None, between: Between) -> Verdict:
    """Compare two outputs that stand in the same place; one of them may be missing."""
    if one is None or other is None:
        there, without = (between.one, between.other) if one is not None else (between.other, between.one)
        side = _side(there, one if one is not None else other)
        found = Difference(kind="only", one=side, other=Side(backend=without))
        return Verdict(state="varies", difference=found)
    if isinstance(one, ImageOutput) and isinstance(other, ImageOutput):
        return image_difference(one, other, between)
    if isinstance(one, HtmlOutput) and isinstance(other, HtmlOutput):
        if one.text and other.text:
            return text_difference(comparable(one.text), comparable(other.text), between)
        return text_difference(comparable(one.html), comparable(other.html), between)
    if isinstance(one, TextOutput) and isinstance(other, TextOutput) and one.stream == other.stream:
        return text_difference(comparable(one.text), comparable(other.text), between)
    found = Difference(kind="kinds", one=_side(between.one, one), other=_side(between.other, other))
    return Verdict(state="varies", difference=found)


def kind_of(piece: ShownOutput) -> ShownKind:
    """Return what sort of output it is, in the words of :class:`Side`."""
    if isinstance(piece, ImageOutput):
        return "image"
    if isinstance(piece, HtmlOutput):
        return "html"
    return "text" if piece.stream == "stdout" else piece.stream


def _side(backend: BackendName, piece: ShownOutput | None) -> Side:
    assert piece is not None
    lines = [] if isinstance(piece, ImageOutput) else comparable(piece.text).split("\n")
    first = next(filter(str.strip, lines), "")
    return Side(backend=backend, kind=kind_of(piece), words=short(first.strip()) if first else None)

"""Two texts, line by line: equal, or equal but for numbers within a stated tolerance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from guidewright.model import BackendName, Difference, NumberMove, ParityState, Side

RTOL, ATOL = 1e-5, 1e-8
"""The defaults of ``numpy.isclose``. A cell that names only one of the two keeps the other one's default."""

SEVERITY: tuple[ParityState, ...] = ("same", "close", "missing", "varies")

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w|\.\d)")
"""A number that stands alone: no part of a word (``float32``), a version (``2.13.0``) or a size (``12kB``)."""
_INTEGER = re.compile(r"[-+]?\d+")
_PADDING = re.compile(r"(?<=[\[(,]) | (?=[\]),])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What two outputs come to; without a difference where they are the same."""

    state: ParityState = "same"
    difference: Difference | None = None


SAME = Verdict()


@dataclass(frozen=True, kw_only=True, slots=True)
class Between:
    """The two backends of a comparison, and how far their numbers may lie apart."""

    one: BackendName
    other: BackendName
    rtol: float = RTOL
    atol: float = ATOL
    whole: bool = False
    """Whether the tolerance holds for integers too, which are otherwise compared exactly."""

    def sides(self, one: str | None = None, other: str | None = None) -> tuple[Side, Side]:
        """Say what each backend shows, cut to a length that can be quoted."""
        return (
            Side(backend=self.one, words=one if one is None else short(one.strip())),
            Side(backend=self.other, words=other if other is None else short(other.strip())),
        )

    def admits(self, one: str, other: str) -> bool:
        """Tell whether two printed numbers are close, by ``numpy.isclose``'s formula, made symmetric."""
        if one == other:
            return True
        if not self.whole and _INTEGER.fullmatch(one) and _INTEGER.fullmatch(other):
            return False
        a, b = float(one), float(other)
        return abs(a - b) <= self.atol + self.rtol * max(abs(a), abs(b))


def text_difference(one: str, other: str, between: Between) -> Verdict:
    """Compare two normalised texts.

    They are close if they are equal but for numbers within the tolerance, and for the number of blanks: arrays are
    padded to their widest number. It tells of the first line that varies, else of the first that is close.
    """
    first = SAME
    for number, (left, right) in enumerate(zip_longest(one.split("\n"), other.split("\n")), 1):
        if left == right:
            continue
        found = _line_difference(left, right, number, between)
        if found.state == "varies":
            return found
        first = found if first is SAME else first
    return first


def _line_difference(left: str | None, right: str | None, number: int, between: Between) -> Verdict:
    if left is None or right is None or _masked(left) != _masked(right):
        one, other = between.sides(left, right)
        return Verdict(state="varies", difference=Difference(kind="line", one=one, other=other, line=number))
    pairs = [(a, b) for a, b in zip(_NUMBER.findall(left), _NUMBER.findall(right), strict=True) if a != b]
    far = [pair for pair in pairs if not between.admits(*pair)]
    one, other = between.sides(*(far or pairs)[0]) if pairs else between.sides()
    found = Difference(
        kind="number" if pairs else "blanks", one=one, other=other, line=number, context=short(left.strip())
    )
    return Verdict(state="varies" if far else "close", difference=found)


def moves(old: str, new: str, between: Between) -> Iterator[NumberMove]:
    """Yield the numbers of two normalised texts that differ, line by line, where all else in the line is equal."""
    before, now = old.split("\n"), new.split("\n")
    left_masks, right_masks = ([tuple(_masked(line)) for line in lines] for lines in (before, now))
    for block in SequenceMatcher(None, left_masks, right_masks, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            left, right = before[block.a + offset], now[block.b + offset]
            for a, b in zip(_NUMBER.findall(left), _NUMBER.findall(right), strict=True):
                if a != b:
                    yield NumberMove(line=block.b + offset + 1, old=a, new=b, within=between.admits(a, b))


def _masked(line: str) -> list[str]:
    """Return what stands between the numbers, the padding around them taken away."""
    parts = (" ".join(part.split()) for part in _NUMBER.split(line))
    return [_PADDING.sub("", f" {part} ").strip() for part in parts]


def short(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"

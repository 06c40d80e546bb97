"""Two texts, line by line: equal, or equal but for numbers within a stated tolerance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

from guidewright.model import BackendName, ParityState

RTOL, ATOL = 1e-5, 1e-8
"""The defaults of ``numpy.isclose``. A cell that names only one of the two keeps the other one's default."""

SEVERITY: tuple[ParityState, ...] = ("same", "close", "missing", "varies")

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w|\.\d)")
"""A number that stands alone: no part of a word (``float32``), a version (``2.13.0``) or a size (``12kB``)."""
_INTEGER = re.compile(r"[-+]?\d+")
_PADDING = re.compile(r"(?<=[\[(,]) | (?=[\]),])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What two outputs differ in, in words; none where they are the same."""

    state: ParityState = "same"
    words: str = ""


SAME = Difference()


@dataclass(frozen=True, kw_only=True, slots=True)
class Between:
    """The two backends of a comparison, and how far their numbers may lie apart."""

    one: BackendName
    other: BackendName
    rtol: float = RTOL
    atol: float = ATOL
    whole: bool = False
    """Whether the tolerance holds for integers too, which are otherwise compared exactly."""

    def admits(self, one: str, other: str) -> bool:
        """Tell whether two printed numbers are close, by ``numpy.isclose``'s formula, made symmetric."""
        if one == other:
            return True
        if not self.whole and _INTEGER.fullmatch(one) and _INTEGER.fullmatch(other):
            return False
        a, b = float(one), float(other)
        return abs(a - b) <= self.atol + self.rtol * max(abs(a), abs(b))


def text_difference(one: str, other: str, between: Between) -> Difference:
    """Compare two normalised texts.

    They are close if they are equal but for numbers within the tolerance, and for the number of blanks: arrays are
    padded to their widest number. The words tell of the first line that varies, else of the first that is close.
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


def _line_difference(left: str | None, right: str | None, number: int, between: Between) -> Difference:
    whole = f"line {number}: {_side(between.one, left)}, {_side(between.other, right)}"
    if left is None or right is None or _masked(left) != _masked(right):
        return Difference(state="varies", words=whole)
    pairs = [(a, b) for a, b in zip(_NUMBER.findall(left), _NUMBER.findall(right), strict=True) if a != b]
    far = [pair for pair in pairs if not between.admits(*pair)]
    if not pairs:
        return Difference(state="close", words=f"line {number}: only the blanks differ in {quoted(left)}")
    a, b = (far or pairs)[0]
    words = f"line {number}: {between.one} {short(a)}, {between.other} {short(b)} in {quoted(left)}"
    return Difference(state="varies" if far else "close", words=words)


def _masked(line: str) -> list[str]:
    """Return what stands between the numbers, the padding around them taken away."""
    parts = (" ".join(part.split()) for part in _NUMBER.split(line))
    return [_PADDING.sub("", f" {part} ").strip() for part in parts]


def _side(backend: BackendName, line: str | None) -> str:
    return f"{backend} has no such line" if line is None else f"{backend} {quoted(line)}"


def quoted(text: str) -> str:
    return f"'{short(text.strip())}'"


def short(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"

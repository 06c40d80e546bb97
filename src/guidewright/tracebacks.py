"""IPython's plain traceback → its frames, and what of them helps the guide's author: their own, and the innermost one.

Pure. The format is that of ``IPython.core.ultratb`` in the mode *Context*, without colours, as a record keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

_CELL = re.compile(r"^\s*Cell In\[(?P<count>\d+)\], line (?P<line>\d+)(?:, in (?P<function>.+))?$")
_FILE = re.compile(r"^File (?P<path>\S.*?):(?P<line>\d+)(?:, in (?P<function>.+))?$")
_REACHED = re.compile(r"^-+> \d+ (?!'Could not get source)(?P<code>.*)$", re.MULTILINE)
_HEAD = re.compile(r"^-{5,}$|Traceback \(most recent call last\)$")
"""What IPython begins with, and what the end of the traceback says again."""
_CHAINED = re.compile(
    r"^(The above exception was the direct cause|During handling of the above exception,).*:$"
)
_PACKAGE = re.compile(r"(?:site-packages|dist-packages|lib/python3\.\d+(?!/(?:site|dist)-))/(?P<name>[^/.]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One call: in the guide, or in a library."""

    count: int | None = None
    """The execution count of the cell; None for a library's file."""
    path: str = ""
    """Of a library's file."""
    line: int
    """1-based; in a cell, of the cell."""
    function: str = ""
    """Its name, without arguments; empty for a cell's own statements."""
    code: str = ""
    """The line that was reached, without its indentation."""

    @property
    def package(self) -> str:
        """The library's name as it is imported, or the file's."""
        found = _PACKAGE.findall(self.path)
        return found[-1] if found else self.path.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """One exception of a chain, the cause before its effect."""

    frames: tuple[Frame, ...]
    """The outermost first."""
    message: str
    """Its class, what it says, and its notes."""
    link: str = ""
    """How the next one came of it, in Python's words; empty for the last."""


@dataclass(kw_only=True, slots=True)
class _Reading:
    frames: list[Frame] = field(default_factory=list)
    message: list[str] = field(default_factory=list)

    def end(self, link: str = "") -> Raised:
        ended = Raised(frames=tuple(self.frames), message="\n".join(self.message).strip(), link=link)
        self.frames, self.message = [], []
        return ended


def parse(text: str) -> tuple[Raised, ...]:
    """Read a traceback; where it has no frame that is understood, nothing."""
    reading, found = _Reading(), []
    lines = iter(text.splitlines())
    for line in lines:
        if head := _CELL.match(line) or _FILE.match(line):
            reading.frames.append(_frame(head.groupdict(), [*_until_blank(lines)]))
            reading.message = []
        elif _CHAINED.match(line):
            found.append(reading.end(line))
        elif not _HEAD.search(line):
            reading.message.append(line)
    found.append(reading.end())
    return tuple(found) if any(one.frames for one in found) else ()


def _until_blank(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line:
            return
        yield line


def _frame(head: dict[str, str | None], body: Sequence[str]) -> Frame:
    reached = _REACHED.search("\n".join(body))
    count = head.get("count")
    return Frame(
        count=int(count) if count else None,
        path=head.get("path") or "",
        line=int(head["line"] or 0),
        function=(head["function"] or "").partition("(")[0],
        code=reached["code"].strip() if reached else "",
    )


# ----------------------------------------------------------------- cleaning


def cleaned(frames: Sequence[Frame], where: Callable[[Frame], str]) -> list[str]:
    """Return lines for the guide's own frames and the innermost one; what was left out between is counted.

    Args:
        where: a frame → its file and line, as editors know it.
    """
    told: list[str] = []
    left: list[Frame] = []
    for number, frame in enumerate(frames):
        if frame.count is None and number < len(frames) - 1:
            left.append(frame)
            continue
        told += [*_left_out(left), _line(frame, where)]
        left = []
    return [*_once(told)]


def _line(frame: Frame, where: Callable[[Frame], str]) -> str:
    inside = f" in {frame.function}:" if frame.function else ""
    return f"{where(frame)}:{inside} {frame.code}".rstrip(": ")


def _left_out(frames: Sequence[Frame]) -> Iterator[str]:
    if frames:
        names = ", ".join(dict.fromkeys(frame.package for frame in frames))
        yield f"… {len(frames)} frame{'' if len(frames) == 1 else 's'} of {names} …"


def _once(lines: Sequence[str]) -> Iterator[str]:
    """A function that calls itself is told once."""
    for line, same in groupby(lines):
        yield line
        if more := len([*same]) - 1:
            yield f"… {more} more of the same …"

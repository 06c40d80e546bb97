"""Terminal control in text → the text that a terminal shows at the end.

``pyte`` is the terminal. Around it stands what makes a training log of megabytes cheap: most lines need no terminal, a
progress bar's update that a later one covers need not be drawn, and only what moves the cursor is passed on.
Sequences: ECMA-48, and the "OSC" and private ones of xterm's ``ctlseqs``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import pyte
from wcwidth import wcwidth

ROWS = 24
"""How far one sequence can move down: a program that means "to the last line" asks for row 999."""

_TAB = 8
_LNM = 20  # line feed implies carriage return, as in a kernel's output
_DECAWM = 7  # private mode: wrap at the margin

_COLOUR = re.compile(r"\x1b\[[\d;:]*m")
_ESCAPE = re.compile(
    r"\x1b\[(?P<params>[0-?]*)[ -/]*(?P<final>[@-~])?"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # OSC (titles, hyperlinks) and other strings
    r"|\x1b[78]"  # save and restore the cursor
    r"|\x1b[ -/]*[0-~]?"
)
_CONTROL = re.compile(r"[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_MOVES = frozenset("@ABCDEFGHJKLMPXdf")
_DOWN = frozenset("BEHLdf")
_ERASES = {"J": (0, 1, 2, 3), "K": (0, 1, 2)}
_VERTICAL = re.compile(r"\x1b(?:\[[\d;]*[ABEFHJLMdf]|[78])")
_ANYWHERE = re.compile(r"\x1b(?:\[[\d;]*[Hdf]|\[[123]J|[78])")
_STEP = re.compile(r"\n|\x1b\[(?:(?P<up>\d+)[AF]|(?P<down>\d+)[BE])")
_NUMBER = re.compile(r"\d+")
_DOWNWARD = re.compile(r"\x1b\[(\d+)[;\d]*[BEHLdf]")
_NARROW = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u00ff\u2500-\u259f]*")
"""Characters of one cell that any terminal draws alike: Latin, box drawing, blocks."""
_CLEARED = re.compile(r"\x1b\[[02]K")


def resolve(text: str) -> str:
    """Return the lines that a terminal without margins shows once it has got ``text``.

    Colours, titles and hyperlinks' addresses vanish, blanks at the end of a line and of the text too. Clearing the
    screen clears all that came before.
    """
    text = _sanitised(text)
    still, moving = _split(text)
    rows = [*map(_line, still), *(_screen(moving) if moving else ())]
    return "\n".join(row.rstrip(" ") for row in rows).rstrip("\n")


def _sanitised(text: str) -> str:
    """Keep, of the control characters, those that move the cursor or erase, in the forms that pyte takes."""
    if "\x1b" in text:
        text = _ESCAPE.sub(_sequence, _COLOUR.sub("", text))
    text = _CONTROL.sub("", re.sub("[\v\f]", "\n", text))
    text = re.sub("\r+\n", "\n", text)
    return re.sub("\x08+\r", "\r", text)  # stepping back, then going to the start


def _sequence(match: re.Match[str]) -> str:
    final = match["final"]
    if final is None:
        return match[0] if match[0] in ("\x1b7", "\x1b8") else ""
    params = match["params"]
    if final not in _MOVES or re.search(r"[^\d;]", params):
        return ""
    numbers = [int(number[:4] or 0) for number in params.split(";")][: 2 if final in "Hf" else 1]
    if final in _ERASES:
        return f"\x1b[{numbers[0]}{final}" if numbers[0] in _ERASES[final] else ""
    numbers[0] = min(max(numbers[0], 1), ROWS if final in _DOWN else 9999)
    return f"\x1b[{';'.join(map(str, numbers))}{final}"


def _split(text: str) -> tuple[list[str], str]:
    """Divide a text into the lines that the cursor never comes back to, and the rest, which needs a whole screen."""
    first = _VERTICAL.search(text)
    lines = text.split("\n")
    if first is None:
        return lines, ""
    row = highest = text.count("\n", 0, first.start())
    for step in _STEP.finditer(text, first.start()):
        up, down = step["up"], step["down"]
        row = max(0, row - int(up)) if up else row + int(down or 1)
        highest = min(highest, row)
    highest = 0 if _ANYWHERE.search(text) else highest
    return lines[:highest], "\n".join(lines[highest:])


def _line(line: str) -> str:
    """Resolve a line that no vertical move enters or leaves."""
    if line.isascii() and line.isprintable():
        return line
    line = _cut(line)
    if not any(sign in line for sign in "\r\b\x1b\t"):
        return line
    if _NARROW.fullmatch(line.replace("\t", "")):
        return line.expandtabs(_TAB)
    return "".join(_screen(line))


def _cut(line: str) -> str:
    """Leave out the pieces between carriage returns that a later piece covers.

    A piece covers if it is plain and at least as wide, or begins by erasing the line. One with other control
    is left alone, and so is what came before it.
    """
    if "\r" not in line:
        return line
    last, *earlier = reversed(line.split("\r"))
    kept, covered = [last], _covers(last)
    for piece in earlier:
        width = _covers(piece)
        if 0 <= width <= covered:
            continue
        kept.append(piece)
        covered = max(covered, width) if width >= 0 else -1
    return "\r".join(reversed(kept))


def _covers(piece: str) -> float:
    """Return how many cells a piece surely overwrites or erases, or -1 if that is not plain to see."""
    erased = _CLEARED.match(piece)
    if not _NARROW.fullmatch(piece, erased.end() if erased else 0):
        return -1
    return float("inf") if erased else len(piece)


def _screen(text: str) -> Iterable[str]:
    """Let pyte draw ``text`` on a screen on which nothing wraps and nothing scrolls; return its rows."""
    text = "\n".join(map(_cut, text.split("\n")))
    lines = 1 + text.count("\n") + sum(int(number) for number in _DOWNWARD.findall(text))
    screen = _Screen(max(map(_reach, re.split("[\r\n]", text))), lines)
    screen.set_mode(_LNM)
    screen.reset_mode(_DECAWM, private=True)
    pyte.Stream(screen).feed(text)
    last = max(screen.buffer, default=-1)
    return [_row(screen.buffer[y]) if y in screen.buffer else "" for y in range(last + 1)]


def _reach(piece: str) -> int:
    """Return a bound for the columns that a piece without line break touches."""
    moved = sum(map(int, _NUMBER.findall(piece))) if "\x1b" in piece else 0
    return 2 + len(piece) * (_TAB if "\t" in piece else 2) + moved


def _row(cells: Mapping[int, Any]) -> str:
    """Read one row of pyte's buffer; half a wide character, its other half overwritten, is a blank."""
    parts, x, last = [], 0, max(cells, default=-1)
    while x <= last:
        data, after = cells[x].data, cells[x + 1].data
        if _is_wide(data) and _is_stub(after):
            parts.append(data + after)
            x += 2
            continue
        parts.append(" " if _is_wide(data) or _is_stub(data) else data)
        x += 1
    return "".join(parts)


def _is_wide(data: str) -> bool:
    return bool(data) and wcwidth(data[0]) == 2


def _is_stub(data: str) -> bool:
    return not data or wcwidth(data[0]) <= 0


class _Screen(pyte.Screen):  # type: ignore[misc]
    """pyte's screen, mended: its cost does not grow with the width, and it keeps characters of no width."""

    def draw(self, data: str) -> None:
        if _NARROW.fullmatch(data):
            super().draw(data)
            return
        for visible, group in groupby(data, lambda char: wcwidth(char) > 0):
            run = "".join(group)
            if visible:
                super().draw(run)
            else:
                self._attach(run)

    def _attach(self, run: str) -> None:
        """Add joiners, accents and the like to the character before the cursor; pyte would drop the text after."""
        if self.cursor.x:
            row = self.buffer[self.cursor.y]
            cell = row[self.cursor.x - 1]
            row[self.cursor.x - 1] = cell._replace(data=cell.data + run)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:  # noqa: ARG002 (pyte's signature)
        row, columns = self.buffer[self.cursor.y], self.columns
        start, stop = {0: (self.cursor.x, columns), 1: (0, self.cursor.x + 1), 2: (0, columns)}[how]
        for x in [x for x in row if start <= x < stop]:
            del row[x]

    def delete_lines(self, count: int | None = None) -> None:
        """Move the rows below up; pyte 0.8.2 keeps a row where an empty one should take its place."""
        first, after = self.cursor.y, self.cursor.y + (count or 1)
        rows = [(y, cells) for y, cells in self.buffer.items() if not first <= y < after]
        self.buffer.clear()
        self.buffer.update({y - (after - first if y >= after else 0): cells for y, cells in rows})
        self.carriage_return()

    def tab(self) -> None:
        self.cursor.x = min((self.cursor.x // _TAB + 1) * _TAB, self.columns - 1)

"""The plain case of jupytext's percent format, read and written at once: many times as fast, and to the byte the same.

Jupytext reads and writes whatever can be in such a file. Nearly all guides use little of it, and what is not plain here is
answered with None, so that the caller asks jupytext. ``tests/unit/test_plain_percent.py`` holds both against each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

_JUPYTER = """# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
{version}#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
"""
_HEAD = re.compile(
    r"# ---\n(?!.*coding)(?:#(?: [^\n]*\S)?\n)*?"
    + re.escape(_JUPYTER).replace(r"\{version\}", r"(?:\#       jupytext_version: [0-9.]+\n)?")
    + r"# ---\n"
)
_MARKER = re.compile(r"# %%(?P<kind> \[markdown\])?(?: [A-Za-z_][\w-]*=.*)?")
# Lines that jupytext may take for a command of IPython, and more than these; and what begins a cell elsewhere.
_UNUSUAL = re.compile(
    r"^[^\S\n#]*(?:#[^\S\n#]*)*(?:[%!?]|<codecell>|In\[)"
    r"|\?[^\S\n]*$|=[^\S\n]*[%!]|^#[# ]*\+|^[^\S\n]+$"
    r"|^[# ]*(?:cat|cd|cp|mv|rm|rmdir|mkdir|copy|ddir|echo|ls|ldir|ren)(?:$|\s(?![=,]))",
    re.MULTILINE,
)
# Where str.splitlines() breaks a line besides a line feed; and what ends a file.
_ODD = re.compile("[\0\r\v\f\x1c-\x1f\x85\u2028\u2029]")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_TRIPLE = re.compile("\"\"\"|'''")
_QUOTES = re.compile("\"+|'+|#")
_ESCAPED = re.compile(r"\\[\"']")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainCell:
    """A cell as jupytext would read it."""

    cell_type: Literal["markdown", "code"]
    source: str
    options: Mapping[str, Any] = field(default_factory=dict)
    """What stands behind its marker, where it is to be written."""


def has_plain_head(text: str) -> bool:
    """Tell whether a file begins with a header that jupytext writes back as it stands, but for its version."""
    return bool(_HEAD.match(text))


def read(lines: Sequence[str], header_end: int, markers: Sequence[int]) -> list[PlainCell] | None:
    """Return the cells behind a plain header, one a marker; None where a line is not plain.

    Args:
        lines: of the whole file, with ``\\n`` line ends.
        header_end: the header's last line, 1-based.
        markers: 1-based lines that look like markers, whose options have been found right.
    """
    body = lines[header_end:]
    if not markers or markers[0] != header_end + 2 or body[0] or lines[-1] or not lines[-2].strip():
        return None
    found = []
    for marker, end in zip(markers, [*(number - 1 for number in markers[1:]), len(lines) - 1], strict=True):
        kind = _MARKER.fullmatch(lines[marker - 1])
        cell = [*lines[marker:end]]
        blanks = 0
        while cell and not cell[-1]:
            cell.pop()
            blanks += 1
        if kind is None or not cell or blanks > 2 or (not blanks and end < len(lines) - 1):
            return None
        source = _prose(cell) if kind["kind"] else _code(cell)
        if source is None:
            return None
        found.append(PlainCell(cell_type="markdown" if kind["kind"] else "code", source=source))
    return found


def _prose(lines: Sequence[str]) -> str | None:
    if not all(line == "#" or (line.startswith("# ") and len(line.rstrip()) > 1) for line in lines):
        return None
    source = "\n".join(line[2:] for line in lines)
    return source if _is_plain_prose(source) else None


def _is_plain_prose(source: str) -> bool:
    lines = source.split("\n")
    return bool(lines[0].strip() and lines[-1].strip()) and not _ODD.search(source) and _fences_close(lines)


def _fences_close(lines: Iterable[str]) -> bool:
    """Tell whether every fence ends within its cell: an open one would hide the cells that follow."""
    fence = ""
    for line in lines:
        found = _FENCE.match(line)
        if not found:
            continue
        mark, rest = found[1], found[2].strip()
        if not fence:
            if mark[0] == "`" and "`" in rest:
                return False
            fence = mark
        elif mark[0] == fence[0] and len(mark) >= len(fence) and not rest:
            fence = ""
    return not fence


def _code(lines: Sequence[str]) -> str | None:
    source = "\n".join(lines)
    return source if _is_plain_code(source) and _quoted(lines) is not None else None


def _is_plain_code(source: str) -> bool:
    # A formatter puts blank lines before a definition, at a cell's start, too.
    first, last = source.lstrip("\n")[:1], source[-1:]
    return bool(first.strip() and last != "\n") and not _ODD.search(source) and not _UNUSUAL.search(source)


def _quoted(lines: Sequence[str]) -> list[bool] | None:
    """Tell of each line whether jupytext takes its start to be within a string; None where that is not plain to see."""
    if not any(map(_TRIPLE.search, lines)):
        return [False] * len(lines)
    inside = ""
    found = []
    for line in lines:
        found.append(bool(inside))
        if not inside and line.lstrip().startswith("#"):
            continue
        behind = _behind(line, inside)
        if behind is None:
            return None
        inside = behind
    return None if inside else found


def _behind(line: str, inside: str) -> str | None:
    """Return the quotes of the string that is open behind a line: three, or none.

    Args:
        inside: those of the string that is open before it.
    """
    if _ESCAPED.search(line):
        return None
    single = ""
    for run in _QUOTES.findall(line):
        if inside:
            if run[0] == inside[0] and len(run) > 3:
                return None
            inside = "" if run == inside else inside
        elif single:
            if run[0] == single:
                if len(run) > 1:
                    return None
                single = ""
        elif run == "#":
            break
        elif len(run) > 3:
            return None
        elif len(run) == 3:
            inside = run
        elif len(run) == 1:
            single = run
    return inside


# ----------------------------------------------------------------- writing


def marker(cell_type: str, options: Mapping[str, Any]) -> str:
    """Return a cell's marker as jupytext writes it."""
    words = ["# %%", *(["[markdown]"] if cell_type == "markdown" else [])]
    return " ".join([*words, *(f"{key}={json.dumps(value)}" for key, value in options.items())])


def write(header: str, cells: Sequence[PlainCell]) -> str | None:
    """Return a file without a version's line, as jupytext would write it; None where something is not plain.

    Args:
        header: YAML, each line with its line break.
    """
    if _ODD.search(header):
        return None
    # From the end, since the blank lines behind a cell depend on what follows.
    rest: list[str] = []
    quoted: list[bool] = []
    for cell in reversed(cells):
        first = marker(cell.cell_type, cell.options)
        if cell.cell_type == "markdown":
            if not _is_plain_prose(cell.source):
                return None
            lines = [first, *_commented(cell.source.split("\n"))]
            flags: list[bool] | None = [False] * len(lines)
        else:
            lines = [first, *cell.source.split("\n")]
            flags = _quoted(lines) if _is_plain_code(cell.source) else None
        if flags is None:
            return None
        blanks = _blanks(lines, flags, rest, quoted)
        rest[:0] = [*lines, *[""] * blanks]
        quoted[:0] = [*flags, *[False] * blanks]
    head = "".join(f"{line}\n" for line in _commented(header.removesuffix("\n").split("\n")))
    return f"# ---\n{head}{_JUPYTER.format(version='')}# ---\n\n" + "\n".join(rest)


def _commented(lines: Iterable[str]) -> list[str]:
    return [f"# {line}" if line else "#" for line in lines]


def _blanks(lines: Sequence[str], flags: Sequence[bool], rest: Sequence[str], quoted: Sequence[bool]) -> int:
    """Return how many blank lines jupytext puts between two cells, after PEP 8."""
    if not rest:
        return 1
    if _ends_with_definition(lines, flags):
        return 2 if _has_code(rest) else 1
    ends_with_code = lines[-1].strip() and not lines[-1].startswith("#")
    return 2 if ends_with_code and _begins_with_definition(rest, quoted) else 1


_DEFINITIONS = ("def ", "async ", "class ")


def _ends_with_definition(lines: Sequence[str], flags: Sequence[bool]) -> bool:
    kept = [line for line, inside in zip(lines, flags, strict=True) if not inside]
    for below, line in zip(["x", *kept[:0:-1]], kept[::-1], strict=True):
        if not line.strip():
            if not below.strip():
                return False
        elif not line.startswith(("#", " ", ")")):
            return line.startswith(_DEFINITIONS)
    return False


def _begins_with_definition(lines: Sequence[str], flags: Sequence[bool]) -> bool:
    above = "x"
    for line, inside in zip(lines, flags, strict=True):
        if not inside:
            if not line.strip():
                if not above.strip():
                    return False
            elif line.startswith(_DEFINITIONS):
                return True
            elif not line.startswith(("#", "@", " ", ")")):
                return False
        above = line
    return False


def _has_code(lines: Sequence[str]) -> bool:
    above = "x"
    for line in lines:
        stripped = line.strip()
        if not stripped and not above:
            return False
        if stripped and not stripped.startswith("#"):
            return True
        above = stripped
    return False

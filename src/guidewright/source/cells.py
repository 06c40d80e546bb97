"""The cells of a guide's file: jupytext reads them; their lines, strict options and stable ids are added here."""

from __future__ import annotations

import hashlib
import re
import warnings
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from guidewright import pycode
from guidewright.errors import Problem
from guidewright.model import Cell
from guidewright.pycode import percent as plain
from guidewright.source import options as opts

if TYPE_CHECKING:
    from nbformat import NotebookNode

FORMAT = "py:percent"
_LINE = "guidewright-line"
"""The cell option that carries a marker's line through jupytext, which tells none."""

Node: TypeAlias = "NotebookNode | plain.PlainCell"
"""A cell as jupytext reads it: its ``cell_type`` and ``source``."""
_QUOTES = re.compile(r"""\s*[rR]?(?:\"{3}|'{3})(?P<text>.*)""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A cell, and where it stands in its file."""

    number: int
    """1-based, among all cells of the file: what messages call it."""
    marker: int
    """1-based line of its ``# %%``."""
    cell: Cell


def notebook(text: str) -> NotebookNode:
    """Read a file as jupytext does.

    Raises:
        Exception: of whatever kind; jupytext lets through what its parts raise.
    """
    import jupytext  # slow to load, and needed for few files

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jupytext's own, about what is reported here with a line
        return jupytext.reads(text, fmt=FORMAT)


def read(text: str, header_end: int, path: str) -> tuple[list[Placed], list[Problem]]:
    """Return the cells behind the header, without those that have a problem, and every problem.

    Args:
        text: with ``\\n`` line ends, and nothing else at which :meth:`str.splitlines` breaks.
        header_end: the header's last line, 1-based; 0 where there is none.
    """
    lines = text.split("\n")
    candidates = [n for n, line in enumerate(lines, 1) if n > header_end and opts.is_marker(line)]
    try:
        pairs = _plain(text, lines, header_end, candidates) or _nodes(lines, candidates)
    except Exception as error:
        message = f"jupytext cannot read it: {str(error).partition(chr(10))[0]}"
        hint = "take the header's 'jupyter' part from another guide"
        return [], [Problem(path=path, line=1, message=message, hint=hint, rule="percent-format")]
    problems = [*_loose_text(lines, header_end, pairs, path), *_swallowed(candidates, pairs, lines, path)]
    placed, more = _build(pairs, lines, path)
    return placed, problems + more


def is_as_written(text: str) -> bool:
    """Tell whether a file is plain, and so as jupytext would write it; False says nothing."""
    lines = text.split("\n")
    header_end = lines.index("# ---", 1) + 1 if plain.has_plain_head(text) else 0
    markers = [n for n, line in enumerate(lines, 1) if n > header_end and opts.is_marker(line)]
    options = (opts.parse(lines[number - 1]) for number in markers)
    return _plain(text, lines, header_end, markers) is not None and all(
        plain.marker(found.kind, found.values) == lines[number - 1]
        for number, found in zip(markers, options, strict=True)
    )


def _plain(
    text: str, lines: Sequence[str], header_end: int, markers: Sequence[int]
) -> list[tuple[int, plain.PlainCell]] | None:
    """Return what :func:`_nodes` does, where all is plain."""
    if not header_end or not plain.has_plain_head(text):
        return None
    for number in markers:
        options = opts.parse(lines[number - 1])
        if options.problems or "language" in options.values:
            return None
    found = plain.read(lines, header_end, markers)
    return None if found is None else list(zip(markers, found, strict=True))


def _nodes(lines: Sequence[str], candidates: Sequence[int]) -> list[tuple[int, Node]]:
    """Return marker's line and cell of every cell that has a marker.

    Jupytext tells no lines, so it reads twice: at first each line that looks like a marker carries its number, and comes
    back if it is one, and not part of a string. Where all are, the first reading is enough.
    """
    plain, tagged = list(lines), list(lines)
    for number in candidates:
        tagged[number - 1] = f"{_readable(lines[number - 1])} {_LINE}={number}"
    found = notebook("\n".join(tagged)).cells
    numbers = [cell.metadata.get(_LINE) for cell in found]
    if [*filter(None, numbers)] == [*candidates] and not any(
        opts.parse(lines[n - 1]).problems for n in candidates
    ):
        # Every line that looks like a marker is one, and read as it stands: the second reading would be the same.
        for cell in found:
            cell.metadata.pop(_LINE, None)
        return [(number, node) for number, node in zip(numbers, found, strict=True) if number is not None]
    for number in filter(None, numbers):
        if opts.parse(lines[number - 1]).problems:
            plain[number - 1] = _readable(lines[number - 1])
    pairs = zip(numbers, notebook("\n".join(plain)).cells, strict=True)
    return [(number, node) for number, node in pairs if number is not None]


def _readable(line: str) -> str:
    """Return a marker without options that jupytext could stumble over: they are told from the line itself."""
    options = opts.parse(line)
    if "%%" in line and not options.problems:
        return line
    return "# %% [markdown]" if options.kind == "markdown" else "# %%"


# ----------------------------------------------------------------- markers


def _loose_text(
    lines: Sequence[str], header_end: int, pairs: Sequence[tuple[int, Node]], path: str
) -> Iterator[Problem]:
    hint = "begin each cell with '# %%' or '# %% [markdown]'"
    if not pairs:
        message = "is not percent format: no line begins with '# %%'"
        yield Problem(path=path, line=header_end + 1, message=message, hint=hint, rule="percent-format")
        return
    loose = (n for n in range(header_end + 1, pairs[0][0]) if lines[n - 1].strip())
    if number := next(loose, 0):
        message = "text before the first cell"
        yield Problem(path=path, line=number, message=message, hint=hint, rule="percent-format")


def _swallowed(
    candidates: Iterable[int], pairs: Sequence[tuple[int, Node]], lines: Sequence[str], path: str
) -> Iterator[Problem]:
    """Find markers that a code fence hides: one left open takes the cells up to the next fence with it."""
    starts = [number for number, _ in pairs]
    told = set()
    for number in candidates:
        cell = bisect(starts, number)
        prose = number not in starts and cell > 0 and pairs[cell - 1][1].cell_type == "markdown"
        if prose and cell not in told and not opts.parse(lines[number - 1]).problems:
            told.add(cell)
            message = f"a code fence of the Markdown cell on line {starts[cell - 1]} hides this cell marker"
            hint = "close the fence inside its cell"
            yield Problem(
                path=path, line=number, cell=str(cell), message=message, hint=hint, rule="percent-format"
            )


# ------------------------------------------------------------------- cells


def _build(
    pairs: Sequence[tuple[int, Node]], lines: Sequence[str], path: str
) -> tuple[list[Placed], list[Problem]]:
    placed: list[Placed] = []
    problems: list[Problem] = []
    explicit: dict[str, int] = {}
    indented = [lines[marker - 1] != lines[marker - 1].lstrip() for marker, _ in pairs] + [False]
    for number, (marker, node) in enumerate(pairs, 1):
        options = opts.parse(lines[marker - 1])
        first = _first_line(node, marker, lines)
        found = [*_marker_problems(options, indented[number - 1], explicit)]
        problems += [
            Problem(path=path, line=marker, cell=str(number), message=message, hint=hint, rule="cell-options")
            for message, hint in found
        ]
        # An indented marker cuts a statement in two: neither half is to blame.
        cut = any(indented[number - 1 : number + 1])
        syntax = [] if cut else list(_syntax_problems(node, first, number, lines, path))
        problems += syntax
        if not (found or cut or syntax):
            placed.append(Placed(number=number, marker=marker, cell=_cell(node, options.values, first)))
        if isinstance(name := options.values.get("id"), str):
            explicit.setdefault(name, marker)
    return _with_ids(placed, explicit), problems


def _marker_problems(
    options: opts.Options, indented: bool, explicit: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """Yield message and hint of what is wrong with a cell's marker."""
    if indented:
        message = "a cell marker inside indented code: a notebook would begin a cell here"
        yield message, "move '# %%' to the start of its line, or change the comment"
        return
    yield from options.problems
    name = "" if options.problems else options.values.get("id", "")
    if name in explicit:
        yield f"cell id '{name}' is used twice; first on line {explicit[name]}", "rename one"


def _first_line(node: Node, marker: int, lines: Sequence[str]) -> int:
    """Return the line of a cell's first source line: behind the opening quotes, where prose stands in a string."""
    opening = next((n for n in range(marker + 1, len(lines) + 1) if lines[n - 1].strip()), marker + 1)
    quotes = _QUOTES.match(lines[opening - 1]) if opening <= len(lines) else None
    if node.cell_type == "code" or not quotes:
        return marker + 1
    return opening if quotes["text"] else opening + 1


def _cell(node: Node, values: Mapping[str, Any], line: int) -> Cell:
    alt = values.get("alt", ())
    return Cell(
        id=values.get("id", ""),
        kind="markdown" if node.cell_type == "markdown" else "code",
        source=node.source,
        line=line,
        tags=frozenset(values.get("tags", ())),
        backends=tuple(values["backends"]) if "backends" in values else None,
        needs=tuple(values.get("needs", ())),
        rtol=values.get("rtol"),
        atol=values.get("atol"),
        alt=(alt,) if isinstance(alt, str) else tuple(alt),
    )


def _syntax_problems(
    node: Node, first: int, number: int, lines: Sequence[str], path: str
) -> Iterator[Problem]:
    if node.cell_type != "code":
        return
    try:
        pycode.meaning(node.source)
        pycode.statements(node.source)
    except (SyntaxError, ValueError) as error:
        line = first + (getattr(error, "lineno", 1) or 1) - 1
        message, hint = f"is not Python: {getattr(error, 'msg', None) or error}", "mend this line"
        if line <= len(lines) and lines[line - 1].lstrip().startswith("#"):
            message = "jupytext takes this comment for a command, and the command is not Python"
            hint = "begin the comment with a capital letter or another word; write shell commands with '!'"
        yield Problem(path=path, line=line, cell=str(number), message=message, hint=hint, rule="syntax")
    except (RecursionError, MemoryError):
        message, hint = "is nested too deeply to be read", "split its longest expression"
        yield Problem(path=path, line=first, cell=str(number), message=message, hint=hint, rule="syntax")


# --------------------------------------------------------------------- ids


def _with_ids(placed: Sequence[Placed], explicit: Iterable[str]) -> list[Placed]:
    """Give every cell that names no id one of its content, with its occurrence from the second on."""
    taken = set(explicit)
    seen: Counter[str] = Counter()
    found = []
    for entry in placed:
        name = entry.cell.id
        while not name:
            content = _content_id(entry.cell)
            seen[content] += 1
            candidate = content if seen[content] == 1 else f"{content}-{seen[content]}"
            name = "" if candidate in taken else candidate
        found.append(replace(entry, cell=replace(entry.cell, id=name)))
    return found


def _content_id(cell: Cell) -> str:
    """Return an id that moving, re-wrapping and commenting leave alone."""
    text = pycode.meaning(cell.source) if cell.kind == "code" else " ".join(cell.source.split())
    return hashlib.sha256(text.encode()).hexdigest()[:12]

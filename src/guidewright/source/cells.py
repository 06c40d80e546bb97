"""The cells of a guide's file: jupytext reads them; their lines, strict options and stable ids are added here."""

from __future__ import annotations

import hashlib
import json
import warnings
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jupytext
from nbformat import NotebookNode

from guidewright import pycode
from guidewright.errors import Problem
from guidewright.model import Cell
from guidewright.source import options as opts

FORMAT = "py:percent"
_LINE = "guidewright-line"
"""The cell option that carries a marker's line through jupytext, which tells none."""


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
        tagged = notebook("\n".join(_tag(line, n, candidates) for n, line in enumerate(lines, 1))).cells
        nodes = notebook(text).cells
    except Exception as error:
        hint = "mend the header's 'jupyter' part: take another guide's"
        return [], [Problem(path=path, line=1, message=f"jupytext cannot read it: {error}", hint=hint)]
    numbers = [(tag.metadata[_LINE], tag) for tag in tagged if _LINE in tag.metadata]
    markers = [number for number, _ in numbers]
    problems = [*_loose_text(lines, header_end, markers, path), *_swallowed(candidates, numbers, lines, path)]
    if len(tagged) != len(nodes):  # a misspelt option says that a cell is none; it is reported with its line
        return [], [*problems, *(p for n in markers for p in _option_problems(lines[n - 1], n, 0, path))]
    found = [node for tag, node in zip(tagged, nodes, strict=True) if _LINE in tag.metadata]
    placed, more = _build(found, markers, lines, path)
    return placed, problems + more


def _tag(line: str, number: int, candidates: Sequence[int]) -> str:
    """Have a marker carry its line; options that jupytext could not parse would take the line with them."""
    position = bisect(candidates, number)
    if not position or candidates[position - 1] != number:
        return line
    options = opts.parse(line)
    kind = " [markdown]" if options.kind == "markdown" else ""
    language = f" language={json.dumps(options.values['language'])}" if "language" in options.values else ""
    return f"# %%{kind}{language} {_LINE}={number}"


# ----------------------------------------------------------------- markers


def _loose_text(
    lines: Sequence[str], header_end: int, markers: Sequence[int], path: str
) -> Iterator[Problem]:
    if not markers:
        message = "is not percent format: no line begins with '# %%'"
        hint = "begin each cell with '# %%' or '# %% [markdown]'"
        yield Problem(path=path, line=header_end + 1, message=message, hint=hint)
        return
    for number in range(header_end + 1, markers[0]):
        if lines[number - 1].strip():
            hint = "begin it with '# %%' or '# %% [markdown]'"
            yield Problem(path=path, line=number, message="text before the first cell", hint=hint)
            return


def _swallowed(
    candidates: Iterable[int], markers: Sequence[tuple[int, NotebookNode]], lines: Sequence[str], path: str
) -> Iterator[Problem]:
    """Find markers that a code fence hides: one left open takes the cells up to the next fence with it."""
    starts = [number for number, _ in markers]
    for number in candidates:
        before = bisect(starts, number) - 1
        hidden = number not in starts and before >= 0 and markers[before][1].cell_type == "markdown"
        if hidden and not opts.parse(lines[number - 1]).problems:
            message = (
                f"this cell marker is inside the Markdown cell on line {starts[before]}, behind a code fence"
            )
            hint = "close the fence inside its cell"
            yield Problem(path=path, line=number, cell=str(before + 1), message=message, hint=hint)


def _option_problems(line: str, marker: int, number: int, path: str) -> Iterator[Problem]:
    cell = str(number) if number else ""
    if line != line.lstrip():
        message = "a cell marker inside indented code: a notebook would begin a cell here"
        hint = "move '# %%' to the start of its line, or change the comment"
        yield Problem(path=path, line=marker, cell=cell, message=message, hint=hint)
    for message, hint in opts.parse(line).problems:
        yield Problem(path=path, line=marker, cell=cell, message=message, hint=hint)


# ------------------------------------------------------------------- cells


def _build(
    nodes: Sequence[NotebookNode], markers: Sequence[int], lines: Sequence[str], path: str
) -> tuple[list[Placed], list[Problem]]:
    placed: list[Placed] = []
    problems: list[Problem] = []
    explicit: dict[str, int] = {}
    for number, (node, marker) in enumerate(zip(nodes, markers, strict=True), 1):
        first = _first_line(node, marker, lines)
        found = list(_option_problems(lines[marker - 1], marker, number, path))
        found += _syntax_problems(node, first, number, lines, path)
        options = opts.parse(lines[marker - 1])
        name = options.values.get("id")
        if not found and name in explicit:
            message = f"cell id '{name}' is used twice; first on line {explicit[name]}"
            found.append(
                Problem(path=path, line=marker, cell=str(number), message=message, hint="rename one")
            )
        if not found:
            placed.append(Placed(number=number, marker=marker, cell=_cell(node, options.values, first)))
        if isinstance(name, str):
            explicit.setdefault(name, marker)
        problems += found
    return _with_ids(placed, explicit), problems


def _first_line(node: NotebookNode, marker: int, lines: Sequence[str]) -> int:
    """Return the line of a cell's first source line: behind the opening quotes, where prose stands in a string."""
    quotes = node.metadata.get("cell_marker", "")
    if not quotes:
        return marker + 1
    opening = next(number for number in range(marker + 1, len(lines) + 1) if lines[number - 1].strip())
    return opening + (quotes.partition(",")[0].count("\n") if "," in quotes else 1)


def _cell(node: NotebookNode, values: Mapping[str, Any], line: int) -> Cell:
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
    )


def _syntax_problems(
    node: NotebookNode, first: int, number: int, lines: Sequence[str], path: str
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
        yield Problem(path=path, line=line, cell=str(number), message=message, hint=hint)
    except (RecursionError, MemoryError):
        message, hint = "is nested too deeply to be read", "split its longest expression"
        yield Problem(path=path, line=first, cell=str(number), message=message, hint=hint)


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

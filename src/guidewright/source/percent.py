"""A guide's file, in jupytext's percent format, → :class:`Guide`.

Jupytext reads and writes the cells; this module adds what it does not give: line numbers, strict options, stable ids,
and the proof that writing the guide again would give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jupytext
from nbformat import NotebookNode

from guidewright import pycode
from guidewright.errors import Problem
from guidewright.model import Cell, Guide, Slug
from guidewright.settings import Settings
from guidewright.source import header as front
from guidewright.source import options as opts
from guidewright.source.checks import check

FORMAT = "py:percent"
_VERSION_LINE = re.compile(r"^#       jupytext_version: .*\n", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """What a file gave: a guide, unless a problem of severity ``error`` stands in the way."""

    guide: Guide | None
    problems: tuple[Problem, ...] = ()


def parse(data: bytes, *, path: str, slug: Slug, settings: Settings) -> Parsed:
    """Read a guide from its file's bytes; every problem is found, not the first only."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"is not UTF-8: byte 0x{data[error.start]:02x}"
        return Parsed(
            guide=None, problems=(Problem(path=path, line=line, message=message, hint="save it as UTF-8"),)
        )
    unix = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = front.read(unix.split("\n"), path)
    if isinstance(found, Problem):
        return Parsed(guide=None, problems=(found,))
    header, problems = front.build(found, settings, path)
    cells, cell_problems = _cells(unix, found.end, path)
    problems += cell_problems
    if header is None or any(problem.severity == "error" for problem in problems):
        return Parsed(guide=None, problems=tuple(problems))
    guide = Guide(slug=slug, path=path, header=header, cells=cells)
    problems += [*check(guide, settings, quick_line=found.lines.get("quick", 1)), *_not_canonical(text, path)]
    return Parsed(
        guide=None if any(p.severity == "error" for p in problems) else guide, problems=tuple(problems)
    )


# -------------------------------------------------------------------- cells


def _cells(text: str, header_end: int, path: str) -> tuple[tuple[Cell, ...], list[Problem]]:
    markers = list(_markers(text, header_end))
    lines = text.split("\n")
    loose = next(
        (
            n
            for n in range(header_end + 1, (markers[0] if markers else len(lines)) + 1)
            if lines[n - 1].strip()
        ),
        None,
    )
    if not markers:
        message, hint = (
            "is not percent format: no line begins with '# %%'",
            "begin each cell with '# %%' or '# %% [markdown]'",
        )
        return (), [Problem(path=path, line=header_end + 1, message=message, hint=hint)]
    if loose is not None and loose < markers[0]:
        return (), [
            Problem(path=path, line=loose, message="text before the first cell", hint="begin it with '# %%'")
        ]
    notebook = _read(text)
    nodes = [cell for cell in notebook.cells if cell.cell_type != "raw"]
    if len(nodes) != len(markers):
        message = f"{len(markers)} cell markers make {len(nodes)} cells: one stands inside indented code or a string"
        return (), [
            Problem(
                path=path, line=markers[0], message=message, hint="put '# %%' at the start of its line only"
            )
        ]
    return _build_cells(nodes, markers, lines, path)


def _read(text: str) -> NotebookNode:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jupytext's own, about what is reported here with a line
        return jupytext.reads(text, fmt=FORMAT)


def _markers(text: str, header_end: int) -> Iterator[int]:
    """Yield the 1-based lines of the cell markers, those inside strings left out."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        starts = {
            token.start[0] for token in tokens if token.type == tokenize.COMMENT and token.start[1] == 0
        }
    except (tokenize.TokenError, SyntaxError):  # a bare magic, or code that is reported below
        starts = set(range(1, text.count("\n") + 2))
    for number, line in enumerate(text.split("\n"), 1):
        if number > header_end and number in starts and opts.is_marker(line):
            yield number


def _build_cells(
    nodes: Sequence[NotebookNode], markers: Sequence[int], lines: Sequence[str], path: str
) -> tuple[tuple[Cell, ...], list[Problem]]:
    cells: list[Cell] = []
    problems: list[Problem] = []
    for number, (node, marker) in enumerate(zip(nodes, markers, strict=True), 1):
        options = opts.parse(lines[marker - 1])
        for text in options.problems:
            message, _, hint = text.partition("\n")
            problems.append(Problem(path=path, line=marker, cell=str(number), message=message, hint=hint))
        if options.problems:
            continue
        line = marker + 1 + (node.metadata.get("cell_marker", "") == '"""')
        problem = _syntax_problem(node, line, path, number)
        if problem:
            problems.append(problem)
        else:
            cells.append(_cell(node, options.values, line))
    return _with_unique_ids(cells), problems


def _cell(node: NotebookNode, values: Any, line: int) -> Cell:
    return Cell(
        id=values.get("id") or _content_id(node),
        kind="markdown" if node.cell_type == "markdown" else "code",
        source=node.source,
        line=line,
        tags=frozenset(values.get("tags", ())),
        backends=tuple(values["backends"]) if "backends" in values else None,
        needs=tuple(values.get("needs", ())),
        rtol=values.get("rtol"),
        atol=values.get("atol"),
    )


def _syntax_problem(node: NotebookNode, line: int, path: str, number: int) -> Problem | None:
    if node.cell_type != "code":
        return None
    try:
        pycode.parse(node.source)
    except (SyntaxError, ValueError) as error:
        at = line + (getattr(error, "lineno", 1) or 1) - 1
        what = getattr(error, "msg", None) or str(error)
        return Problem(
            path=path, line=at, cell=str(number), message=f"is not Python: {what}", hint="mend this line"
        )
    return None


def _content_id(node: NotebookNode) -> str:
    """Return an id that moving, re-wrapping and commenting leave alone."""
    is_code = node.cell_type == "code"
    text = pycode.meaning(node.source) if is_code else " ".join(node.source.split())
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _with_unique_ids(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Add an occurrence to the second and later cells of one id."""
    seen: Counter[str] = Counter()
    unique = []
    for cell in cells:
        seen[cell.id] += 1
        count = seen[cell.id]
        unique.append(cell if count == 1 else replace(cell, id=f"{cell.id[:58]}-{count}"))
    return tuple(unique)


# ---------------------------------------------------------------- canonical


def canonical(text: str) -> str:
    """Return the file as jupytext writes it, its own version's line as the file has it (or not)."""
    unix = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    written: str = jupytext.writes(_read(unix), fmt=FORMAT)
    own = _VERSION_LINE.search(unix)
    return _VERSION_LINE.sub(own[0] if own else "", written, count=1)


def _not_canonical(text: str, path: str) -> Iterator[Problem]:
    if "\r" in text or text.startswith("\ufeff"):
        message = "has line endings or a byte-order mark that jupytext would not write"
        yield Problem(path=path, line=1, message=message, hint="guidewright check --fix", severity="warning")
        return
    wanted = canonical(text)
    if wanted != text:
        pairs = zip([*text.split("\n"), None], [*wanted.split("\n"), None], strict=False)
        line, (_, want) = next((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1])
        message = f"is not as jupytext would write it; this line would be {want!r}"
        yield Problem(
            path=path, line=line, message=message, hint="guidewright check --fix", severity="warning"
        )

"""What one guide must hold beyond its format: names, headings, parameters. Needs no kernel."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt

from guidewright import mathematics, pycode
from guidewright.errors import Problem
from guidewright.model import BackendName, Cell, Header
from guidewright.pycode.names import STAR, Statement
from guidewright.settings import Settings
from guidewright.source.cells import Placed

_HEADING_ID = re.compile(r"\s*\{#(?P<id>[^}\s]+)\}\s*$")
# Most cells have none, and parsing takes its time.
_MAY_HEAD = re.compile(r"#|^[\s>*+\-\d.)]*(?:=+|-+)\s*$", re.MULTILINE)
_MARKDOWN = MarkdownIt("commonmark").disable("inline")  # blocks are enough


def check(
    cells: Sequence[Placed], header: Header, settings: Settings, path: str, *, quick_line: int
) -> Iterator[Problem]:
    """Yield what is wrong between the cells of a guide, and between them and its header.

    Args:
        cells: every cell of the guide.
        quick_line: the line of ``quick`` in the header.
    """
    yield from _backend_problems(cells, header, settings, path)
    yield from _quick_problems(cells, header.quick, path, quick_line)
    yield from _star_problems(cells, path)
    yield from _hidden_name_problems(cells, header.backends, path)


def _backend_problems(
    cells: Iterable[Placed], header: Header, settings: Settings, path: str
) -> Iterator[Problem]:
    for entry in cells:
        for name in entry.cell.backends or ():
            if name not in header.backends:
                known = name in settings.backends
                message = (
                    f"the guide does not claim backend '{name}'" if known else f"unknown backend '{name}'"
                )
                hint = f"the guide claims: {', '.join(header.backends)}"
                yield Problem(
                    path=path,
                    line=entry.marker,
                    cell=str(entry.number),
                    message=message,
                    hint=hint,
                    rule="cell-backends",
                )


# ----------------------------------------------------------------- headings


def headings(cell: Cell) -> Iterator[tuple[int, int, str, str]]:
    """Yield (line in the file, level, text, id or "") of each heading in a Markdown cell."""
    for line, level, text, name in _headings(cell.source):
        yield cell.line + line, level, text, name


@lru_cache(maxsize=1024)  # several rules ask for them
def _headings(source: str) -> tuple[tuple[int, int, str, str], ...]:
    return tuple(_found_headings(source)) if _MAY_HEAD.search(source) else ()


def _found_headings(source: str) -> Iterator[tuple[int, int, str, str]]:
    for opening, inline in pairwise(_MARKDOWN.parse(source)):
        if opening.type == "heading_open" and opening.map:
            found = _HEADING_ID.search(inline.content)
            text = inline.content[: found.start()] if found else inline.content
            yield opening.map[0], int(opening.tag[1:]), text.strip(), found["id"] if found else ""


def heading_problems(cells: Iterable[Placed], path: str) -> Iterator[Problem]:
    """Yield what is wrong with the headings of a guide."""
    first: dict[str, int] = {}
    prose = (entry for entry in cells if entry.cell.kind == "markdown")
    for entry, (line, level, text, name) in ((e, heading) for e in prose for heading in headings(e.cell)):
        if level == 1:
            message, hint = f"'# {text}' is a page title", "the header's title is; begin with '##'"
            yield Problem(
                path=path, line=line, cell=str(entry.number), message=message, hint=hint, rule="page-title"
            )
        if not name:
            message, hint = (
                f"heading '{text}' has no id",
                "pin one, so that links last: '## Title {#short-id}'",
            )
            yield Problem(
                path=path,
                line=line,
                cell=str(entry.number),
                message=message,
                hint=hint,
                severity="warning",
                rule="heading-id",
            )
        elif name in first:
            message = f"heading id '{name}' is used twice; first on line {first[name]}"
            yield Problem(
                path=path,
                line=line,
                cell=str(entry.number),
                message=message,
                hint="choose another id",
                rule="heading-id",
            )
        first.setdefault(name, line)


# ----------------------------------------------------------------- formulas


def formula_problems(cells: Iterable[Placed], path: str) -> Iterator[Problem]:
    """Yield the formulas of a guide whose TeX cannot be read."""
    hint = "mend its TeX; where the dollars are no mathematics, write '\\$'"
    for entry in cells:
        for offset, formula in mathematics.formulas(entry.cell.source) if _is_prose(entry) else ():
            try:
                mathematics.mathml(formula)
            except mathematics.FormulaError as error:
                short = formula.tex if len(formula.tex) <= 40 else f"{formula.tex[:40]}…"
                message = f"the formula '{' '.join(short.split())}' cannot be read: {error}"
                line = entry.cell.line + offset
                yield Problem(
                    path=path, line=line, cell=str(entry.number), message=message, hint=hint, rule="formula"
                )


def _is_prose(entry: Placed) -> bool:
    return entry.cell.kind == "markdown" and not entry.cell.hidden


# -------------------------------------------------------------------- quick


def _quick_problems(
    cells: Iterable[Placed], quick: Mapping[str, Any], path: str, line: int
) -> Iterator[Problem]:
    parameters = [e.cell.source for e in cells if e.cell.kind == "code" and "parameters" in e.cell.tags]
    assigned = sorted({name for source in parameters for name in pycode.assigned_values(source)})
    for name, value in quick.items():
        if name not in assigned:
            message = f"header, quick: no cell tagged 'parameters' assigns '{name}'"
            hint = f"assigned there: {', '.join(assigned) or 'nothing'}"
            yield Problem(path=path, line=line, message=message, hint=hint, rule="quick-values")
        if not _is_literal(value):
            message = f"header, quick.{name}: {value!r} cannot be written as Python"
            hint = "use a number, a text, true or false, or a list of them"
            yield Problem(path=path, line=line, message=message, hint=hint, rule="quick-values")


def _is_literal(value: object) -> bool:
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False


# ------------------------------------------------------------- hidden names


def _star_problems(cells: Iterable[Placed], path: str) -> Iterator[Problem]:
    for entry in cells:
        for statement in _statements(entry.cell) if not entry.cell.hidden else ():
            if STAR in statement.imports:
                message = "a star import hides which names it brings; hidden cells' names cannot be checked"
                hint = "import the names that the guide uses"
                line = entry.cell.line + statement.line - 1
                yield Problem(
                    path=path,
                    line=line,
                    cell=str(entry.number),
                    message=message,
                    hint=hint,
                    severity="warning",
                    rule="star-import",
                )


def _hidden_name_problems(
    cells: Sequence[Placed], backends: Iterable[BackendName], path: str
) -> Iterator[Problem]:
    """Find shown code that would fail in the published notebook: it reads what only a hidden cell defines."""
    seen: set[tuple[int, str]] = set()
    for backend in backends:
        admitted = [entry for entry in cells if entry.cell.admits(backend)]
        for entry, line, name, definer in _hidden_reads(admitted):
            if (line, name) not in seen:
                seen.add((line, name))
                where = f"the hidden cell on line {definer.marker}"
                message = f"a shown cell reads '{name}', which only {where} defines before it"
                hint = "define it in a shown cell before, or hide this one too"
                yield Problem(
                    path=path,
                    line=line,
                    cell=str(entry.number),
                    message=message,
                    hint=hint,
                    rule="hidden-name",
                )


def _hidden_reads(cells: Sequence[Placed]) -> Iterator[tuple[Placed, int, str, Placed]]:
    """Yield (reader, line, name, definer) over the cells of one backend, in the order in which they run."""
    hidden: dict[str, Placed] = {}
    for entry in cells:
        for name in _binds(entry.cell) if entry.cell.hidden else ():
            hidden.setdefault(name, entry)
    shown = [entry for entry in cells if not entry.cell.hidden]
    ever_shown = {name for entry in shown for name in _binds(entry.cell)}
    bound: set[str] = set()
    for entry in shown:
        for statement in _statements(entry.cell):
            # A function may be called when a later cell has defined the name; all else reads it now.
            names = {*(statement.reads - bound), *(statement.later - ever_shown)} & set(hidden)
            for name in sorted(names if STAR not in bound else ()):
                definer = hidden[name]
                if definer.number < entry.number or name not in ever_shown:
                    yield entry, entry.cell.line + statement.line - 1, name, definer
            bound |= statement.binds


def _statements(cell: Cell) -> tuple[Statement, ...]:
    return pycode.statements(cell.source) if cell.kind == "code" else ()


def _binds(cell: Cell) -> frozenset[str]:
    return frozenset(name for statement in _statements(cell) for name in statement.binds)

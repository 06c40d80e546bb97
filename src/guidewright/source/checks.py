"""What one guide must hold beyond its format: names, headings, parameters. Needs no kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt

from guidewright import pycode
from guidewright.errors import Problem
from guidewright.model import BackendName, Cell, Guide
from guidewright.settings import Settings

_HEADING_ID = re.compile(r"\s*\{#(?P<id>[^}\s]+)\}\s*$")
_MARKDOWN = MarkdownIt("commonmark")


def check(guide: Guide, settings: Settings, *, quick_line: int) -> Iterator[Problem]:
    """Yield every problem of a guide whose file could be read."""
    yield from _backend_problems(guide, settings)
    yield from _id_problems(guide)
    yield from _heading_problems(guide)
    yield from _quick_problems(guide, quick_line)
    yield from _hidden_name_problems(guide)


def _number(guide: Guide, cell: Cell) -> str:
    return str(guide.cells.index(cell) + 1)


def _backend_problems(guide: Guide, settings: Settings) -> Iterator[Problem]:
    for cell in guide.cells:
        for name in cell.backends or ():
            if name not in guide.header.backends:
                known = name in settings.backends
                message = (
                    f"the guide does not claim backend '{name}'" if known else f"unknown backend '{name}'"
                )
                hint = f"the guide claims: {', '.join(guide.header.backends)}"
                yield Problem(
                    path=guide.path, line=cell.line - 1, cell=_number(guide, cell), message=message, hint=hint
                )


def _id_problems(guide: Guide) -> Iterator[Problem]:
    # Occurrences make derived ids unique; two cells that name the same id get one too, which would be a surprise.
    for cell in guide.cells:
        first = re.sub(r"-\d+$", "", cell.id)
        if (
            first != cell.id
            and not re.fullmatch(r"[0-9a-f]{12}", first)
            and any(c.id == first for c in guide.cells)
        ):
            yield Problem(
                path=guide.path,
                line=cell.line - 1,
                message=f"cell id '{first}' is used twice",
                hint="rename one",
            )


def headings(cell: Cell) -> Iterator[tuple[int, int, str, str]]:
    """Yield (line in the file, level, text, id or "") of each heading in a Markdown cell."""
    tokens = _MARKDOWN.parse(cell.source)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.map:
            found = _HEADING_ID.search(inline.content)
            text = inline.content[: found.start()] if found else inline.content
            yield cell.line + opening.map[0], int(opening.tag[1:]), text.strip(), found["id"] if found else ""


def _heading_problems(guide: Guide) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for cell in guide.cells:
        for line, level, text, name in headings(cell) if cell.kind == "markdown" else ():
            number = _number(guide, cell)
            if level == 1:
                message, hint = f"'# {text}' is a page title", "the header's title is; begin with '##'"
                yield Problem(path=guide.path, line=line, cell=number, message=message, hint=hint)
            if not name:
                message, hint = (
                    f"heading '{text}' has no id",
                    "pin one, so that links last: '## Title {#short-id}'",
                )
                yield Problem(
                    path=guide.path, line=line, cell=number, message=message, hint=hint, severity="warning"
                )
            elif name in first:
                message = f"heading id '{name}' is used twice; first on line {first[name]}"
                yield Problem(
                    path=guide.path, line=line, cell=number, message=message, hint="choose another id"
                )
            first.setdefault(name, line)


def _quick_problems(guide: Guide, line: int) -> Iterator[Problem]:
    assigned = {
        name
        for cell in guide.cells
        if cell.kind == "code" and "parameters" in cell.tags
        for name in pycode.assigned_values(cell.source)
    }
    for name in guide.header.quick:
        if name not in assigned:
            message = f"header, quick: no cell tagged 'parameters' assigns '{name}'"
            hint = f"assigned there: {', '.join(sorted(assigned)) or 'nothing'}"
            yield Problem(path=guide.path, line=line, message=message, hint=hint)


# ------------------------------------------------------------- hidden names


def _hidden_name_problems(guide: Guide) -> Iterator[Problem]:
    """Find shown code that would fail in the published notebook: it reads what only a hidden cell defines."""
    seen: set[tuple[int, str]] = set()
    for backend in guide.header.backends:
        for cell, line, name, definer in _hidden_reads(guide, backend):
            if (line, name) not in seen:
                seen.add((line, name))
                yield Problem(
                    path=guide.path,
                    line=line,
                    cell=_number(guide, cell),
                    message=f"a shown cell reads '{name}', which only the hidden cell on line {definer.line} defines",
                    hint="define it in a shown cell, or tag this one too",
                )


def _hidden_reads(guide: Guide, backend: BackendName) -> Iterator[tuple[Cell, int, str, Cell]]:
    cells = [cell for cell in guide.cells if cell.kind == "code" and cell.admits(backend)]
    parsed = {cell.id: pycode.statements(cell.source) for cell in cells}
    ever_shown = {name for cell in cells if not cell.hidden for s in parsed[cell.id] for name in s.binds}
    hidden = {
        name: cell for cell in reversed(cells) if cell.hidden for s in parsed[cell.id] for name in s.binds
    }
    bound: set[str] = set()
    for cell in cells:
        if cell.hidden:
            continue
        for statement in parsed[cell.id]:
            now = (name for name in statement.reads if name not in bound)
            later = (name for name in statement.later if name not in ever_shown)
            for name in sorted({*now, *later} & set(hidden)):
                if hidden[name].line < cell.line or name not in ever_shown:
                    yield cell, cell.line + statement.line - 1, name, hidden[name]
            bound |= statement.binds

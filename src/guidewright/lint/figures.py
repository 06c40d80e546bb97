"""Figures without words: a record knows which cell showed one; where there is none yet, the code tells."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from guidewright import pycode
from guidewright.errors import Problem
from guidewright.lint.code import dotted, place
from guidewright.lint.places import Text, marker
from guidewright.model import Cell, CellId

_SHOWS = frozenset({"show", "imshow", "plot_model", "Image"})
"""Last parts of the names of calls that show a figure."""


def problems(
    text: Text, recorded: Mapping[CellId, int], is_proven: Callable[[CellId], bool]
) -> Iterator[Problem]:
    """Yield shown cells with a figure and without ``alt``, and those with another number of texts than figures.

    Args:
        recorded: how many figures there are of a cell, by the guide's records.
        is_proven: tells whether a record is of a cell: where it has no figure of it, the cell shows none.
    """
    for cell in text.guide.cells:
        if cell.kind != "code" or cell.hidden or cell.tags & {"remove-cell", "remove-output"}:
            continue
        count, where = recorded.get(cell.id, 0), (marker(text, cell), 1)
        call = None if count else _call(cell)
        if call is not None and is_proven(cell.id):
            call = None
        if call is not None:
            where = place(text, cell, call)
        if (count or call) and not cell.alt:
            message = "shows a figure, and has no words for readers who cannot see it"
            hint = "write behind its '# %%': alt=\"what the figure shows\""
            yield text.problem("figure-alt", cell, where, message, hint)
        elif count and len(cell.alt) != count:
            message = f"figures of this cell: {count}; texts in its 'alt': {len(cell.alt)}"
            yield text.problem("figure-alt", cell, where, message, "write one text a figure")


def _call(cell: Cell) -> ast.Call | None:
    """Return the call of a cell's own statements, not of its functions, that shows a figure."""
    # Python takes other forms of letters for ASCII ones.
    if cell.source.isascii() and not any(name in cell.source for name in _SHOWS):
        return None
    if pycode.is_cell_magic(cell.source):
        return None
    for node in _own(pycode.parse(cell.source)):
        if isinstance(node, ast.Call) and dotted(node.func, {}).rpartition(".")[2] in _SHOWS:
            return node
    return None


def _own(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield child
            yield from _own(child)

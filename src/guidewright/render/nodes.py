"""Notebooks and their cells, of nbformat 4.5.

nbformat's own constructors validate each cell against the whole schema, which takes longer than everything else that
is done with it. Here nothing is validated: who writes a notebook validates it once, as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode, from_dict


def markdown_cell(source: str, *, id: str, metadata: Mapping[str, Any] | None = None) -> NotebookNode:
    return _cell("markdown", source, id, metadata)


def raw_cell(source: str, *, id: str, metadata: Mapping[str, Any] | None = None) -> NotebookNode:
    return _cell("raw", source, id, metadata)


def code_cell(source: str, *, id: str, metadata: Mapping[str, Any] | None = None) -> NotebookNode:
    return NotebookNode({**_cell("code", source, id, metadata), "outputs": [], "execution_count": None})


def notebook(cells: Sequence[NotebookNode], metadata: Mapping[str, Any]) -> NotebookNode:
    return NotebookNode(cells=list(cells), metadata=from_dict(dict(metadata)), nbformat=4, nbformat_minor=5)


def _cell(kind: str, source: str, id: str, metadata: Mapping[str, Any] | None) -> NotebookNode:
    return NotebookNode(id=id, cell_type=kind, metadata=from_dict(dict(metadata or {})), source=source)

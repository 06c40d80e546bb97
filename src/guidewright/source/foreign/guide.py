"""Header and pieces → a guide's canonical file, which says the same when it is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jupytext

from guidewright.errors import InputError, Problem
from guidewright.source import cells, percent
from guidewright.source import header as front
from guidewright.source.foreign.notebook import node
from guidewright.source.foreign.sheet import Piece
from guidewright.source.scaffold import yaml_line

_JUPYTER = """# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
"""


def compose(fields: Mapping[str, Any], pieces: Sequence[Piece], path: str) -> str:
    """Return a guide's file.

    Args:
        fields: header keys; what the schema does not know is left out.
        path: how messages call the file that the pieces come from.

    Raises:
        InputError: a cell would be another one when the file is read again.
    """
    if not pieces:
        hint = "name a file with text or code"
        raise InputError(Problem(path=path, message="has no cell that holds anything", hint=hint))
    order = [key for key in front.schema()["properties"] if key in fields and key != "jupyter"]
    head = "".join(f"# {key}: {yaml_line(fields[key])}\n" for key in order)
    book = node({}, pieces)
    book.metadata = {"jupytext": {"notebook_metadata_filter": "-all"}}
    body: str = jupytext.writes(book, fmt=cells.FORMAT)
    text = percent.canonical(f"# ---\n{head}{_JUPYTER}\n{body}")
    _refuse_changed(text, pieces, path)
    return text


def _refuse_changed(text: str, pieces: Sequence[Piece], path: str) -> None:
    found = [cell for cell in cells.notebook(text).cells if cell.cell_type != "raw"]
    for place in range(max(len(pieces), len(found))):
        piece = pieces[min(place, len(pieces) - 1)] if pieces else Piece(kind="code", source="")
        same = place < min(len(pieces), len(found)) and (
            (found[place].cell_type, found[place].source) == (piece.kind, piece.source)
        )
        if not same:
            message = "this cell cannot be written in percent format: it would be read as another one"
            hint = "divide it in its editor, and import it again"
            raise InputError(Problem(path=path, line=piece.line, cell=piece.cell, message=message, hint=hint))

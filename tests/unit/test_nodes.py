"""Cells that are made without nbformat's constructors are those that it would make."""

from __future__ import annotations

import nbformat
from nbformat import v4

from guidewright.render import nodes

TAGGED = {"tags": ["a"], "deep": {"inner": [1, {"x": 2}]}}


def test_cells_and_notebooks_are_what_nbformat_makes() -> None:
    for own, theirs in (
        (nodes.markdown_cell, v4.new_markdown_cell),
        (nodes.code_cell, v4.new_code_cell),
        (nodes.raw_cell, v4.new_raw_cell),
    ):
        made = own("some = 1", id="an-id", metadata=TAGGED)
        wanted = theirs("some = 1", id="an-id", metadata=nbformat.from_dict(TAGGED))
        assert made == wanted
        assert made.metadata.deep.inner[1].x == 2
        assert own("", id="x").metadata == {}
        book = nodes.notebook([made], {"kernelspec": {"name": "python3", "display_name": "Python 3"}})
        nbformat.validate(book)
        assert book == v4.new_notebook(cells=[wanted], metadata=book.metadata)

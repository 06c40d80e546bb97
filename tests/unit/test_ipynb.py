"""Notebooks are written as nbformat writes them."""

from __future__ import annotations

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.render import ipynb

WORDS = st.text(st.sampled_from('a"\\\n\r\x00\u2028é한/\x7f'), max_size=8)
VALUES = st.one_of(WORDS, st.integers(), st.floats(allow_nan=False), st.booleans(), st.none())
JSON = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3)
)
METADATA = st.dictionaries(st.sampled_from(["tags", "é", "b"]), JSON, max_size=3)
BUNDLE = st.fixed_dictionaries(
    {},
    optional={
        "text/plain": WORDS,
        "text/html": WORDS,
        "image/png": WORDS,
        "image/svg+xml": WORDS,
        "application/javascript": WORDS,
        "application/json": JSON,
    },
)
OUTPUTS = st.one_of(
    st.fixed_dictionaries({"output_type": st.just("stream"), "name": st.just("stdout"), "text": WORDS}),
    st.fixed_dictionaries({"output_type": st.just("display_data"), "data": BUNDLE, "metadata": METADATA}),
)
CELLS = st.fixed_dictionaries(
    {
        "id": WORDS,
        "cell_type": st.just("code"),
        "source": WORDS,
        "metadata": METADATA,
        "outputs": st.lists(OUTPUTS, max_size=2),
        "execution_count": st.none() | st.integers(0, 9),
    }
)


@settings(deadline=None)
@given(st.lists(CELLS, max_size=3), METADATA)
def test_a_notebook_is_written_as_nbformat_writes_it(cells, metadata) -> None:
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    expected = nbformat.v4.writes_json(nbformat.from_dict(book), sort_keys=True, indent=1)
    assert ipynb.written(book) == f"{expected}\n".encode()


def test_two_cells_of_the_same_id_are_refused() -> None:
    cell = {"id": "a", "cell_type": "markdown", "source": "", "metadata": {}}
    with pytest.raises(ValueError, match="same id"):
        ipynb.shape({"cells": [cell, cell], "metadata": {}})


def test_notebooks_of_other_keys_types_or_ids_have_other_shapes() -> None:
    cell = {"id": "a", "cell_type": "markdown", "source": "x", "metadata": {}}

    def shape(**changed):
        return ipynb.shape({"cells": [{**cell, **changed}], "metadata": {}})

    assert shape(source="y") == shape()
    assert len({shape(), shape(source=1), shape(metadata={"tags": ["a"]}), shape(id="a b"), shape(z=1)}) == 5

"""Related guides: sisters first, then by what is shared; the same answer every time."""

from __future__ import annotations

from dataclasses import replace

import samples

from guidewright.model import Cell, Guide
from guidewright.render.related import family, related, terms


def guide(slug: str, *cells: Cell, **header: object) -> Guide:
    values = {"title": "", "description": "", "tags": (), "category": "a", **header}
    return replace(samples.GUIDE, slug=slug, header=replace(samples.HEADER, **values), cells=cells)


def prose(words: str) -> Cell:
    return samples.prose("p", words, 1)


def sister(backend: str) -> Guide:
    return guide(f"loop_in_{backend}", backends=(backend,), tags=("loop",))


def test_sisters_for_other_backends_come_first() -> None:
    twin = guide("twin", tags=("loop", "gan"))
    library = [twin, sister("jax"), guide("other", tags=("gan",)), sister("tensorflow"), sister("torch")]
    assert related(library)["loop_in_jax"] == ("loop_in_tensorflow", "loop_in_torch", "twin")


def test_a_backends_name_inside_a_word_or_of_several_makes_no_sister() -> None:
    assert family(guide("jaxon", backends=("jax",))) == "jaxon"
    assert family(guide("in_jax", backends=("jax", "torch"))) == "in_jax"
    assert family(guide("in_jax", backends=("jax",))) == family(guide("in_torch", backends=("torch",)))


def test_shared_tags_weigh_more_than_shared_words() -> None:
    library = [
        guide("one", prose("masking padding sequences"), tags=("gan",)),
        guide("words", prose("masking padding")),
        guide("tagged", prose("something else"), tags=("gan",)),
        guide("none", prose("entirely apart"), category="b"),
    ]
    assert related(library)["one"][0] == "tagged"


def test_names_of_the_api_are_shared_also_where_nothing_else_is() -> None:
    library = [
        guide("one", samples.code("c", "keras.layers.Dense(1)", 1)),
        guide("far", samples.code("c", "keras.ops.sum(x)", 1)),
        guide("near", samples.code("c", "keras.layers.Dense(2)", 1)),
    ]
    assert related(library)["one"] == ("near",)


def test_hidden_cells_and_code_in_prose_count_for_nothing() -> None:
    found = terms(
        guide("one", samples.code("c", "secret.name()", 1, "test"), prose("`inline` ```\nfenced\n``` said"))
    )
    assert "api secret.name" not in found
    assert {word for word in found if word.startswith("word ")} == {"word said"}


def test_there_are_never_more_than_asked_for_never_the_guide_itself_and_equals_keep_their_order() -> None:
    library = [guide(f"g{number}", tags=("same",) if number else ()) for number in range(6)]
    found = related(library)
    assert found["g5"] == ("g1", "g2", "g3")
    assert all(slug not in near for slug, near in found.items())
    assert related(library) == found
    assert related([]) == {}
    assert related(library[:1]) == {"g0": ()}

"""Inline code in prose becomes a link where a page is known, and nothing else of the prose changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from authoring import guide, text
from packaged import packaged

from guidewright.api import reference
from guidewright.api.guide import with_links
from guidewright.api.prose import linked, name_in

URL = "https://pack.example/api/"


def link(name: str) -> str:
    return f"/{name}" if name.startswith("pack.") else ""


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("pack.ops.mean", "pack.ops.mean"),
        ("pack.Model.fit()", "pack.Model.fit"),
        ('pack.load("a.b", x=pack.f(1))', "pack.load"),
        (" pack.ops ", "pack.ops"),
        ("pack", ""),
        ("a = pack.ops.mean(x)", ""),
        ("pack.ops.mean(x).y", ""),
        ("folder/pack.json", ""),
        ("pack.ops.", ""),
        ("pack..ops", ""),
    ],
)
def test_code_is_a_name_or_a_call_of_one(code: str, name: str) -> None:
    assert name_in(code) == name


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Use `pack.a`.", "Use [`pack.a`](/pack.a)."),
        ("Call `pack.a(1)` **and `pack.b`**", "Call [`pack.a(1)`](/pack.a) **and [`pack.b`](/pack.b)**"),
        ("`` pack.a ``", "[`` pack.a ``](/pack.a)"),
        ("- one\n  `pack.a`\n- `pack.b`", "- one\n  [`pack.a`](/pack.a)\n- [`pack.b`](/pack.b)"),
        ("> a `pack.a`\n> `pack.b` b", "> a [`pack.a`](/pack.a)\n> [`pack.b`](/pack.b) b"),
        ("| a | b |\n| --- | --- |\n| `pack.a` | x `pack.b` |", "| a | b |\n| --- | --- |\n| [`pack.a`](/pack.a) | x [`pack.b`](/pack.b) |"),
        ("[see `pack.a`](u) and `pack.a`", "[see `pack.a`](u) and [`pack.a`](/pack.a)"),
        ("`np.a` then `pack.a`", "`np.a` then [`pack.a`](/pack.a)"),
        ("한국어에서는 `pack.a`를 씁니다.", "한국어에서는 [`pack.a`](/pack.a)를 씁니다."),
        ('<span lang="en">Use `pack.a`</span>', '<span lang="en">Use [`pack.a`](/pack.a)</span>'),
    ],
)  # fmt: skip
def test_a_known_name_is_linked_wherever_prose_stands(before: str, after: str) -> None:
    assert linked(before, link) == after


@pytest.mark.parametrize(
    "words",
    [
        "## About `pack.a` {#about}",
        "About `pack.a`\n---",
        "[`pack.a`](https://example.org)",
        "[`pack.a`][1] here\n\n[1]: https://example.org",
        "![a `pack.a`](figure.png)",
        '<a href="x">`pack.a`</a>',
        "```\n`pack.a`\n```",
        "```python\npack.a\n```",
        "    `pack.a`",
        "pack.a without marks",
        "\\`pack.a`",
        "`pack.a",
        '<div title="`x`">`pack.a`</div>',
    ],
)
def test_headings_links_pictures_and_code_blocks_stay_as_they_are(words: str) -> None:
    assert linked(words, link) == words


def test_where_the_block_is_read_in_two_ways_it_is_left_alone() -> None:
    words = 'One <b title="`">`pack.a`</b>'
    assert linked(words, link) == words


def test_a_guide_is_linked_by_the_names_that_it_imports_and_its_code_stays(tmp_path: Path) -> None:
    prose = (
        "# %% [markdown]\n# `ops.matmul` and `pack.Model.fit()`, but `ops.mean` has no page, `layers.Dense` is not imported,\n"
        "# and `pack.Dense` is not there. `pack.Input` and `pack.layers.Input` are one; `pack.Model.get_weights` comes from its base."
    )
    cells = ("import pack\nfrom pack import ops", prose)
    settings = packaged(tmp_path)
    found = reference.load(settings)
    assert found
    before = guide(text(*cells), settings)
    after = with_links(before, found)
    assert after.cells[0] == before.cells[0]
    words = after.cells[1].source
    for name, page in {
        "ops.matmul": "ops/#matmul-function",
        "pack.Model.fit()": "model/#fit-method",
        "pack.Input": "input/",
        "pack.layers.Input": "input/",
        "pack.Model.get_weights": "layer/#getweights-method",
    }.items():
        assert f"[`{name}`]({URL}{page})" in words
    assert words.count("](") == 5


def test_a_name_that_is_bound_anew_means_nothing_in_prose(tmp_path: Path) -> None:
    settings = packaged(tmp_path)
    found = reference.load(settings)
    assert found
    cells = ("import pack\nfrom pack import ops", "ops = [1]", "# %% [markdown]\n# `ops.matmul`")
    assert with_links(guide(text(*cells), settings), found).cells[2].source == "`ops.matmul`"

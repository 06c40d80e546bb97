"""The API on the site: a page's section, and the index from names to guides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import samples
from packaged import pack

from guidewright.api.inventory import Symbol
from guidewright.api.reference import Reference
from guidewright.render.api import Uses, index_page, section
from guidewright.render.page import PROOF_ID, render

NAMES = ("pack.layers.Dense", "pack.layers.Input", "pack.Model.get_weights", "pack.ops.mean", "pack.Model")
URL = "https://pack.example/api/"


def symbols(reference: Reference, *names: str) -> tuple[Symbol, ...]:
    found = [reference.find(name).symbol for name in names]
    assert None not in found
    return tuple(symbol for symbol in found if symbol)


def test_the_section_has_a_line_a_module_with_links_where_a_page_is_known(tmp_path: Path) -> None:
    reference = pack(tmp_path)
    made = section(symbols(reference, *NAMES), "deep/intro", reference)
    assert made.startswith(
        "## API used in this guide {#guidewright-api}\n\nWhat the code above uses of pack 3.1."
    )
    assert [line for line in made.split("\n") if line.startswith("- ")] == [
        f"- [`pack`](../../api/index.md#pack): [`Input`]({URL}input/), [`Model`]({URL}model/#model-class)",
        "- [`pack.layers`](../../api/index.md#pack-layers): "
        f"[`Dense`]({URL}dense/#dense-class), [`Layer.get_weights`]({URL}layer/#getweights-method)",
        "- [`pack.ops`](../../api/index.md#pack-ops): `mean`",
    ]


def test_a_guide_that_uses_none_of_it_has_no_section(tmp_path: Path) -> None:
    assert section((), "intro", pack(tmp_path)) == ""


def test_the_section_stands_before_the_proof() -> None:
    views = samples.views(samples.GUIDE)
    made = render(
        samples.GUIDE, views, samples.PARITY, site=samples.SITE, alike=samples.alike, api="## Names {#names}"
    )
    assert "\n## Names {#names}\n\n## How this page was proven" in made.markdown
    assert made.markdown.index("{#names}") < made.markdown.index(f"{{#{PROOF_ID}}}")


def test_the_index_names_each_guide_of_each_name_in_their_order(tmp_path: Path) -> None:
    reference = pack(tmp_path)
    one = Uses(slug="b", title="Second `b`", symbols=symbols(reference, "pack.Input", "pack.ops.mean"))
    two = Uses(slug="a", title="First", symbols=symbols(reference, "pack.layers.Input", "pack.ops.average"))
    made = index_page([one, two], reference)
    guides = "    [Second `b`](../guides/b.md) · [First](../guides/a.md)\n    { .gw-api-guides }"
    assert f"-   [`pack.Input`]({URL}input/) (also as `pack.layers.Input`)\n\n{guides}" in made
    assert f"-   `pack.ops.mean` (also as `pack.ops.average`)\n\n{guides}" in made
    headings = [line for line in made.split("\n") if line.startswith("#")]
    assert headings == ["# API → guides", "## `pack` {#pack}", "## `pack.ops` {#pack-ops}"]


def test_an_index_of_nothing_says_so(tmp_path: Path) -> None:
    assert "No guide has been proven yet." in index_page([], pack(tmp_path))


def test_what_readers_call_the_package_is_shown(tmp_path: Path) -> None:
    reference = replace(pack(tmp_path), label="The Pack")
    assert "public name of The Pack 3.1 that" in index_page([], reference)

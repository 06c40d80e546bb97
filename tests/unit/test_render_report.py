"""The parity page, the home page and the navigation."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import polib
import pytest
import samples

from guidewright.model import CellFailure, Difference, DifferenceKind, Side
from guidewright.render import index
from guidewright.render.cards import card
from guidewright.render.differences import difference
from guidewright.render.interface import EN, TEXTS, Language, text
from guidewright.render.report import ParityEntry, parity_page

ROOT = Path(__file__).parents[2]


def locale_texts() -> dict[str, str]:
    """The Korean interface, as committed."""
    catalog = polib.pofile(str(ROOT / "guides/locales/ko/site.po"))
    return {str(one.msgctxt): one.msgstr for one in catalog if one.translated()}


def entry(**notices) -> ParityEntry:
    return ParityEntry(guide=samples.GUIDE, views=samples.views(**notices), parity=samples.PARITY)


def test_the_table_has_outcome_profile_seconds_versions_and_checks() -> None:
    shown = parity_page([entry(jax="quick", torch="nothing")], site=samples.SITE)
    assert "| Guide | JAX | TensorFlow | PyTorch |" in shown
    row = next(line for line in shown.splitlines() if line.startswith("| [A small guide"))
    assert row == (
        "| [A small guide to `fit()`](guides/small/guide_one.md)<br>[differing cells: 2 of 3](#differences-small/guide_one) "
        "| ✓ 0.10.2<br>Keras 3.15.1<br>quick · 83 s<br>14 checks "
        "| ✓ 2.21.0<br>Keras 3.15.1<br>full · 83 s<br>14 checks | not proven yet |"
    )


def test_findings_name_line_and_cell_and_keep_markdown_out() -> None:
    shown = parity_page([entry()], site=samples.SITE)
    findings = shown.split("{#findings}")[1].split("{#differences}")[0]
    place = "[line 60, cell `figure`](guides/small/guide_one.md?backend=torch#cell-figure)"
    assert f"- {place}: differs between backends without the tag 'varies'" in findings
    assert "line 3: JAX 'a &#124; b', PyTorch '\\*another\\*'" in shown
    assert "cell `fit`" not in findings


def test_every_cell_that_differs_is_listed_with_its_first_difference_declared_or_not() -> None:
    shown = parity_page([entry()], site=samples.SITE).split("{#differences}")[1]
    assert "### [A small guide to `fit()`](guides/small/guide_one.md) {#differences-small/guide_one}" in shown
    rows = [line for line in shown.splitlines() if line.startswith("- ")]
    assert [row.split("#cell-")[1].split(")")[0] for row in rows] == ["fit", "figure"]
    assert all("line 3: JAX 'a &#124; b', PyTorch" in row for row in rows)


def test_a_guide_whose_cells_are_all_alike_says_so_and_leads_nowhere() -> None:
    alike = replace(samples.PARITY, cells=samples.PARITY.cells[:1])
    shown = parity_page([replace(entry(), parity=alike)], site=samples.SITE)
    assert "<br>no cell differs |" in shown
    assert "Nowhere: every cell gave the same output" in shown
    assert "](#differences" not in shown


def test_a_run_with_versions_that_the_project_has_left_behind_is_marked() -> None:
    row = parity_page([entry(torch="proven elsewhere")], site=samples.SITE).split("| [A small")[1]
    assert [("older versions" in cell) for cell in row.splitlines()[0].split(" | ")] == [
        False,
        False,
        False,
        True,
    ]


def test_findings_and_differences_are_in_the_pages_language() -> None:
    korean = locale_texts()
    shown = parity_page([entry()], site=samples.SITE, language=Language(code="ko", texts=korean))
    findings = shown.split("{#findings}")[1]
    assert "3행: JAX 'a &#124; b', PyTorch '\\*another\\*'" in findings
    assert not re.search(r"differs|line \d|cell `", findings)


@pytest.mark.parametrize(
    "found",
    [
        Difference(kind=kind, one=Side(backend="jax"), other=Side(backend="torch"), line=1)
        for kind in get_args(DifferenceKind)
    ],
    ids=get_args(DifferenceKind),
)
def test_every_kind_of_difference_has_its_words_in_each_language(found: Difference) -> None:
    english, korean = (
        difference(found, language, samples.LABELS)
        for language in (EN, Language(code="ko", texts=locale_texts()))
    )
    assert english != korean
    for words in (english, korean):
        assert "{" not in words
        assert not re.search(r"\b(jax|torch)\b", words)


def test_a_failure_is_shown_with_its_place() -> None:
    failure = CellFailure(cell="fit", line=53, name="ValueError", message="no")
    failed = replace(samples.record("jax"), outcome="failed", failure=failure)
    shown = parity_page([replace(entry(), failed={"jax": failed})], site=samples.SITE)
    assert "✗ failed" in shown
    assert "guides/small/guide\\_one.py:53 · ValueError: no" in shown


def test_a_backend_that_a_guide_does_not_claim_is_a_dash() -> None:
    only = replace(samples.GUIDE, header=replace(samples.HEADER, backends=("jax",)))
    shown = parity_page(
        [ParityEntry(guide=only, views=samples.views(only), parity=samples.PARITY)], site=samples.SITE
    )
    assert shown.count("| — ") == 2


def test_a_guide_without_proof_is_left_out_of_lists_and_navigation() -> None:
    cards = [card(samples.GUIDE, samples.views(jax="nothing", tensorflow="nothing", torch="nothing"))]
    assert index.unlisted(cards) == ["guides/small/guide_one.md"]
    assert "guide_one" not in index.home(cards, site=samples.SITE)
    assert "guide_one" not in str(index.navigation(cards, site=samples.SITE))


def test_lists_are_by_category_and_title() -> None:
    second = replace(samples.GUIDE, slug="b", header=replace(samples.HEADER, title="Zebra"))
    cards = [card(guide, samples.views(guide)) for guide in (second, samples.GUIDE)]
    nav = index.navigation(cards, site=samples.SITE)
    assert nav[1]["Guides"][1]["Getting started"] == [
        "categories/getting_started/index.md",
        {"A small guide to fit()": "guides/small/guide_one.md"},
        {"Zebra": "guides/b.md"},
    ]
    assert "](small/guide_one.md)" in index.guides(cards, site=samples.SITE)
    assert "](guides/small/guide_one.md)" in index.home(cards, site=samples.SITE)


def test_the_reading_order_wins_over_titles_and_the_rest_follows() -> None:
    guides = [
        replace(samples.GUIDE, slug=slug, header=replace(samples.HEADER, title=title))
        for slug, title in (("last", "Aardvark"), ("two", "Badger"), ("one", "Zebra"))
    ]
    site = replace(samples.SITE, reading_order=("one", "elsewhere", "two"))
    cards = [card(guide, samples.views(guide)) for guide in guides]
    (group,) = index.navigation(cards, site=site)[1]["Guides"][1].values()
    assert [path for item in group[1:] for path in item.values()] == [
        "guides/one.md",
        "guides/two.md",
        "guides/last.md",
    ]
    (page,) = index.categories(cards, site=site).values()
    assert page.index("Zebra") < page.index("Badger") < page.index("Aardvark")


def test_a_category_has_a_page_of_its_own_with_a_card_a_guide() -> None:
    cpu = replace(samples.HEADER, accelerator="none", title="Zebra")
    guides = [samples.GUIDE, replace(samples.GUIDE, slug="b", header=cpu)]
    found = index.categories([card(guide, samples.views(guide)) for guide in guides], site=samples.SITE)
    assert list(found) == ["categories/getting_started/index.md"]
    page = found["categories/getting_started/index.md"]
    assert "# Getting started\n" in page
    assert "2 guides" in page
    assert "**[A small guide to `fit()`](../../guides/small/guide_one.md)**" in page
    assert samples.HEADER.description in page
    assert "Proven on JAX" in page
    assert "a CPU is enough" in page
    assert "a GPU helps" in page
    assert "](../categories/getting_started/index.md)" in index.guides(
        [card(samples.GUIDE, samples.views())], site=samples.SITE
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "Runs in about a minute"),
        (60, "Runs in about a minute"),
        (61, "Runs in about 2 minutes"),
        (119 * 60, "Runs in about 119 minutes"),
        (9523, "Runs in about 3 hours"),
    ],
)
def test_a_card_tells_how_long_the_slowest_full_run_took(seconds: float, words: str) -> None:
    views = samples.views()
    took = [seconds, 0.1, 0.1]
    views = [
        replace(v, record=v.record and replace(v.record, seconds=s)) for v, s in zip(views, took, strict=True)
    ]
    (page,) = index.categories([card(samples.GUIDE, views)], site=samples.SITE).values()
    assert words in page


def test_a_card_of_quick_runs_tells_no_minutes() -> None:
    views = samples.views(jax="quick", tensorflow="quick", torch="quick")
    (page,) = index.categories([card(samples.GUIDE, views)], site=samples.SITE).values()
    assert "minute" not in page


def test_a_language_without_a_text_falls_back_to_english() -> None:
    assert text("output", Language(code="xx", texts={"guides": "X"})) == TEXTS["output"]

"""Tags: links at a guide's head, and the page that lists guides by tag."""

from __future__ import annotations

from dataclasses import replace

import samples

from guidewright.render import index, tags
from guidewright.render.cards import card

SITE = replace(samples.SITE, tags={"gan": "GAN", "train-step": "스텝"})


def made(slug: str, title: str, *names: str, **notices: str):
    guide = replace(samples.GUIDE, slug=slug, header=replace(samples.HEADER, title=title, tags=names))
    return card(guide, samples.views(guide, **notices))


NOTHING = {"jax": "nothing", "tensorflow": "nothing", "torch": "nothing"}
CARDS = [made("b", "Second", "gan", "fine-tuning"), made("a", "First", "gan", "train-step")]


def test_every_tag_is_a_heading_with_its_guides_in_the_order_given() -> None:
    page = tags.tags_page(CARDS, site=SITE)
    assert "## GAN {#tag-gan}\n\n-   [Second](../guides/b.md)\n-   [First](../guides/a.md)" in page
    assert "## fine tuning {#tag-fine-tuning}" in page
    assert "## 스텝 {#tag-train-step}\n\n-   [First](../guides/a.md)" in page


def test_a_guide_without_proof_is_not_listed_and_its_own_tags_are_not_there() -> None:
    page = tags.tags_page([*CARDS, made("c", "Third", "lonely", **NOTHING)], site=SITE)
    assert "lonely" not in page
    assert "Third" not in page


def test_without_tags_there_is_no_page_and_no_entry_in_the_navigation() -> None:
    cards = [made("a", "First")]
    assert tags.tags_page(cards, site=SITE) == ""
    assert tags.PATH not in str(index.navigation(cards, site=SITE))
    assert {"Tags": tags.PATH} in index.navigation(CARDS, site=SITE)


def test_a_guides_head_leads_to_its_tags_places() -> None:
    found = tags.links(("gan", "fine-tuning"), site=SITE, page="guides/deep/x.md")
    assert found == (
        "[GAN](../../tags/index.md#tag-gan){ .gw-tag } [fine tuning](../../tags/index.md#tag-fine-tuning){ .gw-tag }"
    )


def test_an_anchor_is_the_same_in_every_language_and_never_empty() -> None:
    assert tags.anchor("tf.function") == "tag-tf-function"
    assert tags.anchor("한국어") != tags.anchor("가이드") != "tag-"

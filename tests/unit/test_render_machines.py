"""What pages say to machines: feed, llms.txt, plain Markdown, JSON-LD, cards."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
import samples
from markdown_it import MarkdownIt
from PIL import Image

from guidewright.model import Guide
from guidewright.render import feed, llms, plain, social
from guidewright.render.article import article, author
from guidewright.render.cards import card
from guidewright.render.interface import EN, Language
from guidewright.render.page import render

KO = Language(code="ko", name="한국어", english_name="Korean")
ATOM = {"a": feed.ATOM}


def guide(slug: str, day: int, title: str = "A <title> & more") -> Guide:
    header = replace(samples.HEADER, title=title, modified=dt.date(2026, 11, day))
    return replace(samples.GUIDE, slug=slug, header=header)


def test_the_feed_has_what_atom_asks_for_with_the_newest_change_first() -> None:
    root = ET.fromstring(feed.feed([guide("b", 2), guide("c", 5), guide("a", 5)], site=samples.SITE))
    base = "https://example.org/sub/path/"
    assert root.findtext("a:id", namespaces=ATOM) == f"{base}feed.xml"
    assert root.findtext("a:updated", namespaces=ATOM) == "2026-11-05T00:00:00Z"
    assert [link.get("href") for link in root.findall("a:link", ATOM)] == [f"{base}feed.xml", base]
    entries = root.findall("a:entry", ATOM)
    assert [entry.findtext("a:id", namespaces=ATOM) for entry in entries] == [
        f"{base}guides/{slug}/" for slug in "acb"
    ]
    for entry in entries:
        for name in ("title", "updated", "published", "summary", "author/a:name"):
            assert entry.findtext(f"a:{name}", namespaces=ATOM), name
    assert entries[0].findtext("a:title", namespaces=ATOM) == "A <title> & more"
    assert entries[0].findtext("a:author/a:uri", namespaces=ATOM) == "https://example.org/a"


def test_the_feed_of_a_language_is_in_its_own_folder() -> None:
    root = ET.fromstring(feed.feed([guide("a", 1)], site=samples.SITE, language=KO))
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "ko"
    assert root.findtext("a:entry/a:id", namespaces=ATOM) == "https://example.org/sub/path/ko/guides/a/"


def test_llms_txt_has_title_summary_and_a_link_to_each_plain_page() -> None:
    text = llms.llms([card(samples.GUIDE, samples.views())], site=samples.SITE, others=[KO])
    lines = text.splitlines()
    assert lines[0] == "# Sample guides"
    assert lines[2].startswith("> ")
    assert [line for line in lines if line.startswith("## ")] == ["## Getting started", "## Optional"]
    link = "https://example.org/sub/path/guides/small/guide_one/index.md"
    assert f"- [A small guide to fit()]({link}): First contact: what each cell may show." in lines
    assert "- [한국어](https://example.org/sub/path/ko/llms.txt)" in lines


@pytest.fixture(scope="module")
def page() -> str:
    return render(
        samples.GUIDE, samples.views(), samples.PARITY, site=samples.SITE, alike=samples.alike
    ).plain


def test_a_plain_page_has_nothing_that_only_the_engine_reads(page: str) -> None:
    tokens = MarkdownIt("commonmark").parse(page)
    prose = "\n".join(token.content for token in tokens if token.type == "inline")
    assert not re.search(r"^(===|\?\?\?|!!!|///)", prose, re.MULTILINE)
    assert not re.search(r"\{ ?[.#:]", prose)
    assert "must not be seen" not in page
    assert "assert model.count_params" not in page


def test_a_plain_page_shows_what_is_shared_once_and_what_differs_under_its_backend(page: str) -> None:
    assert page.count("model.summary()\n```") == 1
    for label, name in samples.LABELS.items():
        assert f'**{name}**\n\n```python\nimport os\n\nos.environ["KERAS_BACKEND"] = "{label}"' in page
        assert samples.log(label) in page
    assert samples.PROOF in page
    assert re.search(r"!\[Loss by epoch\]\(figure-1\.\w+\)", page)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("## A part {#part}", "## A part"),
        ("## A `{#x}` part {: #part .c }", "## A `{#x}` part"),
        ("Words.\n{ .gw-lead }", "Words."),
        ("A [guide](other.md#part).", "A [guide](../other/index.md#part)."),
        ("A [guide](../other.md).", "A [guide](../../other/index.md)."),
        ("[a](https://x.org/y.md) [b](#here)", "[a](https://x.org/y.md) [b](#here)"),
        ("Code: `[a](b.md)` stays.", "Code: `[a](b.md)` stays."),
        ("```\n# x {#y}\n[a](b.md)\n```", "```\n# x {#y}\n[a](b.md)\n```"),
        ('One <span class="gw-stale" lang="en">two</span>', "One two"),
        ("A set {1, 2} and {.5}", "A set {1, 2} and {.5}"),
    ],
)
def test_prose_becomes_plain_and_code_stays(source: str, expected: str) -> None:
    slug = "deep/one" if "../" in source else "one"
    assert plain.prose(source, slug).rstrip() == expected


def test_json_ld_says_what_a_page_is() -> None:
    made = article(samples.GUIDE, samples.views(), site=samples.SITE, language=KO)
    assert json.loads(json.dumps(made)) == made
    assert (made["@type"], made["headline"]) == ("TechArticle", "A small guide to fit()")
    assert (made["inLanguage"], made["dateModified"]) == ("ko", "2026-11-22")
    assert {"@type": "SoftwareApplication", "name": "Keras", "softwareVersion": "3.15.1"} in made["about"]
    assert made["image"] == "https://example.org/sub/path/ko/assets/social/small/guide_one.png"
    assert made["author"] == [{"@type": "Person", "name": "A. Author", "url": "https://example.org/a"}]


def test_a_site_without_an_address_states_none() -> None:
    site = replace(samples.SITE, site_url="")
    made = article(samples.GUIDE, samples.views(), site=site, language=EN)
    assert not made.keys() & {"url", "image", "mainEntityOfPage", "translationOfWork"}


def test_an_author_is_a_name_with_or_without_an_address() -> None:
    assert author("[A](https://a.org)") == ("A", "https://a.org")
    assert author("A. B.") == ("A. B.", "")


CARD = social.Card(title="A guide", above="Training", site="Guides", backends=("JAX", "PyTorch"))


def test_a_card_is_a_small_png_of_the_size_that_networks_ask_for() -> None:
    data = social.draw(replace(CARD, title="A rather long title of a guide on training " * 4))
    with Image.open(io.BytesIO(data)) as image:
        assert (image.size, image.format, image.mode) == ((1200, 630), "PNG", "P")
    assert len(data) < 60_000


def test_the_same_words_give_the_same_card_and_other_words_another() -> None:
    assert social.draw(CARD) == social.draw(CARD)
    other = replace(CARD, backends=("JAX",))
    assert social.draw(other) != social.draw(CARD)
    assert other.key != CARD.key


def test_a_card_is_drawn_in_hangul_and_only_with_letters_that_its_fonts_have() -> None:
    assert replace(CARD, title="직접 만드는 트레이닝 스텝").drawable
    assert not replace(CARD, title="自分の学習").drawable
    korean, tofu = (social.draw(replace(CARD, title=title)) for title in ("가나다", "\U0010fffd" * 3))
    assert korean != tofu


def test_lines_break_between_words_and_inside_one_only_where_it_is_longer_than_a_line() -> None:
    font = social._font("Bold", 40)
    lines = social.wrapped("one two three " + "x" * 200, 400, font)
    assert "".join(lines).replace(" ", "") == "onetwothree" + "x" * 200
    assert lines[0] == "one two three"
    assert all(font.getlength(line) <= 400 for line in lines)

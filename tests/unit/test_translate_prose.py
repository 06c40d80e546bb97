"""A Markdown cell is taken apart into messages, and put together again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.translate.prose import Slot, join, pieces, slots


def texts(markdown: str) -> list[tuple[str, str]]:
    return [(slot.kind, slot.text) for slot in slots(markdown)]


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("## Set up {#setup}", [("heading", "Set up")]),
        ("## `fit()` and more {#fit}\n\nWords.", [("heading", "`fit()` and more"), ("paragraph", "Words.")]),
        ("Setext title\n===", [("heading", "Setext title")]),
        ("One line\nand another.", [("paragraph", "One line and another.")]),
        ("One line\\\nand another.", [("paragraph", "One line\\\nand another.")]),
        ("One line  \nand another.", [("paragraph", "One line\\\nand another.")]),
        ("- one item\n- two items\n  wrapped", [("item", "one item"), ("item", "two items wrapped")]),
        ("1. outer words\n   - inner words", [("item", "outer words"), ("item", "inner words")]),
        ("- first words\n\n  second words", [("item", "first words"), ("item", "second words")]),
        ("> quoted\n> words", [("paragraph", "quoted words")]),
        (
            "| head cell | `x` |\n|---|---|\n| some words | 12 |",
            [("cell", "head cell"), ("cell", "some words")],
        ),
        ("Words with ![a picture](x.png) inside.", [("paragraph", "Words with ![a picture](x.png) inside.")]),
        # Nothing to translate.
        ("```python\nwords in code\n```", []),
        ("    indented code words", []),
        ("`keras.ops.matmul`", []),
        ("- `fit()`\n- <https://keras.io/api/>", []),
        ("<div>words in HTML</div>", []),
        ("---", []),
        ("1 + 1", []),
    ],
)
def test_each_message_is_one_paragraph_item_cell_or_heading(
    markdown: str, found: list[tuple[str, str]]
) -> None:
    assert texts(markdown) == found


@pytest.mark.parametrize(
    ("markdown", "translated"),
    [
        ("## Set up {#setup}\n\nWords.", "## SET UP {#setup}\n\nWORDS."),
        ("Setext title\n===\n\nWords", "# SETEXT TITLE\n\nWORDS"),
        ("- one item\n  wrapped\n- two items", "- ONE ITEM WRAPPED\n- TWO ITEMS"),
        ("1.  outer words\n    - inner words", "1.  OUTER WORDS\n    - INNER WORDS"),
        ("> - deep words\n>   wrapped", "> - DEEP WORDS WRAPPED"),
        ("| head | `x` |\n|:--|--:|\n| some | a\\|b |", "| HEAD | `x` |\n|:--|--:|\n| SOME | a\\|b |"),
        ("Words\n\n```python\nx = 1\n```\n\nMore", "WORDS\n\n```python\nx = 1\n```\n\nMORE"),
    ],
)
def test_only_words_are_replaced(markdown: str, translated: str) -> None:
    upper = join(pieces(markdown), lambda slot: slot.text if "`" in slot.text else slot.text.upper())
    assert upper == translated


def test_a_cell_of_a_table_keeps_its_bars_and_has_one_line() -> None:
    made = join(pieces("| one word |\n|---|\n| two words |"), lambda _slot: "a | b\nc")
    assert made == "| a \\| b c |\n|---|\n| a \\| b c |"


@pytest.mark.parametrize("words", ["하나 \\| 둘", "하나 | 둘"])
def test_a_bar_in_a_cell_never_splits_it(words: str) -> None:
    assert join(pieces("| one word |\n|---|\n| two words |"), lambda _slot: words).count(" \\| ") == 2
    assert join(pieces("| one word |\n|---|\n| two words |"), lambda _slot: "a \\\\| b").count("\\\\\\|") == 2


def test_further_lines_stay_inside_their_block() -> None:
    made = join(pieces("> - some words\n\nafter words"), lambda slot: f"{slot.text}\n\nand more")
    assert made == "> - some words\n>\n>   and more\n\nafter words\n\nand more"


def test_what_the_author_says_to_translators_belongs_to_the_next_message() -> None:
    first, second = slots(
        "<!-- l10n: context=verb note=Not the noun, please. -->\n\nTrain words.\n\nOther words."
    )
    assert (first.context, first.note) == ("verb", "Not the noun, please.")
    assert (second.context, second.note) == ("", "")


word = st.text(st.characters(categories=["Ll", "Lo"]), min_size=2, max_size=8)
line = st.lists(word, min_size=1, max_size=6).map(" ".join)
block = st.one_of(
    line,
    line.map(lambda words: f"## {words} {{#id}}"),
    st.lists(line, min_size=1, max_size=3).map(lambda lines: "\n".join(f"- {words}" for words in lines)),
    line.map(lambda words: f"> {words}"),
    line.map(lambda words: f"| {words} | `x` |\n|---|---|\n| {words} | 1 |"),
    line.map(lambda words: f"```\n{words}\n```"),
)


@given(st.lists(block, min_size=1, max_size=5).map("\n\n".join))
def test_putting_a_cell_together_from_its_own_words_changes_nothing_that_is_read(markdown: str) -> None:
    made = join(pieces(markdown), lambda slot: slot.text)
    assert made.split() == markdown.split()
    assert texts(made) == texts(markdown)


@given(st.lists(line, min_size=1, max_size=4))
def test_wrapping_english_anew_leaves_its_messages_alone(lines: list[str]) -> None:
    assert texts("\n".join(lines)) == texts(" ".join(lines))


def test_a_slot_tells_its_line() -> None:
    assert [part.line for part in pieces("## Some title {#t}\n\nWords.") if isinstance(part, Slot)] == [0, 2]

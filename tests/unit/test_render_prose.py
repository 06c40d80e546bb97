"""Prose reads the same in a notebook (CommonMark) and on the page (Python-Markdown)."""

from __future__ import annotations

import re

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from guidewright.render.fence import fence
from guidewright.render.prose import for_engine

EXTENSIONS = ["attr_list", "md_in_html", "tables", "pymdownx.superfences", "pymdownx.tabbed", "admonition"]


def plain(html: str) -> str:
    """Leave of HTML what the reader sees: neither spacing, nor highlighting, nor paragraphs inside of items."""
    html = re.sub(r"<!-- -->|</?div[^>]*>|</?span[^>]*>|</?p>|(?<=<ol) start=\"\d+\"", "", html)
    html = (
        re.sub(r"<(\w+) (?:class|id)=\"[^\"]*\"", r"<\1", html).replace("&#126;", "~").replace("&#36;", "$")
    )
    html = html.replace("&quot;", '"')
    return re.sub(r"\s*(<[^>]+>)\s*", r"\1", re.sub(r"\s+", " ", html)).strip()


def on_the_page(words: str) -> str:
    return plain(markdown.markdown(for_engine(words), extensions=EXTENSIONS))


def in_a_notebook(words: str) -> str:
    return plain(MarkdownIt("commonmark").enable("table").render(words))


@pytest.mark.parametrize(
    "words",
    [
        "A paragraph\n- with a list\n- right below",
        "- one\n  - nested by two\n    - and again\n- two",
        "1. one\n   - nested by three\n2. two",
        "1) parentheses\n2) two",
        "- item\n\n  its second paragraph\n\n- next",
        "- item\n\n  ```python\n  def f():\n      return 1\n  ```\n\n- next",
        "* star\n* list\n\n- another list",
        "Text\n```python\ncode\n```\nmore",
        "#1 is no heading",
        "a line \\\nbroken",
        "escaped \\~ and \\$5, but `\\$` is code",
        "Text\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "> quoted\n> - list\n>   - nested",
        "see [ref]\n\n[ref]: http://example.org/x",
        "- item with `code`\nand a lazy line",
        "10. ten\n11. eleven",
    ],
)
def test_both_parsers_see_the_same(words: str) -> None:
    assert on_the_page(words) == in_a_notebook(words)


@pytest.mark.parametrize(
    "words",
    [
        "## Setup {#setup}\n\nText with *emphasis* and `code`.",
        '!!! note "Title"\n\n    What Material shows as a box.',
        "A [link](other.md#x), ![image](a.png) and <https://example.org>.",
        "",
    ],
)
def test_what_is_read_alike_passes_through(words: str) -> None:
    assert for_engine(words) == words


@given(
    st.lists(st.sampled_from(["- a", "  - b", "text", "", "    x", "1. n", "```", "> q", "# h"]), max_size=9)
)
def test_rewriting_twice_equals_once(lines: list[str]) -> None:
    once = for_engine("\n".join(lines))
    assert MarkdownIt("commonmark").render(for_engine(once)) == MarkdownIt("commonmark").render(once)


@given(st.text(alphabet="`~a\n", max_size=30))
def test_a_fence_is_longer_than_any_run_of_backticks_inside(content: str) -> None:
    first, *_, last = fence(content, "text").split("\n")
    assert first == f"{last}text"
    assert last not in content

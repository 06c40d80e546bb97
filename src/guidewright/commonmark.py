"""A Markdown cell's tokens, parsed once for all who ask. Pure; any stage may use it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table")


@lru_cache(maxsize=1024)
def tokens(markdown: str) -> Sequence[Token]:
    """Return the tokens of CommonMark with tables; nobody may change them."""
    return _PARSER.parse(markdown)

"""Guides, documents and built pages → the addresses on other sites that they link to, with the places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from guidewright.model import Guide

_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Place:
    path: str
    """Relative to the project's root."""
    line: int = 0
    """1-based; 0 where it is not known, as in a built page."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


def gather(found: Iterable[tuple[str, Place]], *, ignore: Sequence[str] = ()) -> dict[str, list[Place]]:
    """Return address → places, both sorted; without anchors, which a server never sees.

    Args:
        ignore: addresses that begin with one of these are left out.
    """
    gathered: dict[str, set[Place]] = {}
    for url, place in found:
        address = urldefrag(url).url
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname and not address.startswith(tuple(ignore)):
            gathered.setdefault(address, set()).add(place)
    return {url: sorted(gathered[url]) for url in sorted(gathered)}


def of_guide(guide: Guide) -> Iterator[tuple[str, Place]]:
    """Yield the links of a guide's authors and prose."""
    for words in guide.header.authors:
        for url, _ in of_markdown(words):
            yield url, Place(path=guide.path)
    for cell in guide.cells:
        if cell.kind == "markdown":
            for url, line in of_markdown(cell.source):
                yield url, Place(path=guide.path, line=cell.line + line - 1)


def of_markdown(text: str) -> Iterator[tuple[str, int]]:
    """Yield each link's address and its line, counted from 1: that where the address stands, else its block's."""
    lines = text.split("\n")
    for token in _PARSER.parse(text):
        if token.type != "inline" or not token.map:
            continue
        start, end = token.map
        for url in _targets(token.children or []):
            line = next((n for n in range(start, end) if url in lines[n]), start)
            yield url, line + 1


def _targets(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        target = token.attrGet({"link_open": "href", "image": "src"}.get(token.type, ""))
        if isinstance(target, str):
            yield target


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (url := dict(attrs).get("href")):
            self.found.append(url)


def of_pages(pages: Mapping[str, str]) -> Iterator[tuple[str, Place]]:
    """Yield the links of built pages, given by path."""
    for path, html in pages.items():
        page = _Page()
        page.feed(html)
        for url in page.found:
            yield url, Place(path=path)

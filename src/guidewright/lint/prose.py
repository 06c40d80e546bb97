"""Headings, links and pictures of a guide's Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from guidewright import commonmark
from guidewright.errors import Problem
from guidewright.lint.links import Link, Outline
from guidewright.lint.places import Text
from guidewright.model import Cell
from guidewright.source.checks import headings

_MAY_LINK = re.compile(r"\[|<")
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_HTML_ID = re.compile(r"""<[a-z][^<>]*\s(?:id|name)\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=""", re.IGNORECASE)


def _prose(text: Text) -> Iterator[Cell]:
    yield from (cell for cell in text.guide.cells if cell.kind == "markdown")


# ----------------------------------------------------------------- headings


def heading_problems(text: Text) -> Iterator[Problem]:
    """Yield headings that skip a level, and ids of another form than links are written in."""
    before = 1
    for cell in _prose(text):
        for line, level, title, name in headings(cell):
            place = text.at(cell, line - cell.line, 0)
            if level > before + 1:
                message = f"heading '{title}' is of level {level}, and follows one of level {before}"
                if before == 1:
                    message = f"the first heading, '{title}', is of level {level}"
                hint = f"write it with {'#' * (before + 1)}"
                yield text.problem("heading-level", cell, place, message, hint)
            if name and not _ID.fullmatch(name):
                hint = "use lower-case letters, digits and '-'"
                yield text.problem("heading-id", cell, place, f"'{name}' is no heading id", hint)
            before = level


def new_id(title: str, taken: set[str]) -> str:
    """Return an id for a heading, of its words."""
    words = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[`*_]|\]\([^)]*\)", "", title).lower()).strip("-")
    name = words if _ID.fullmatch(words) else f"part-{words}".rstrip("-")
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


# -------------------------------------------------------------------- links


def outline(text: Text) -> Outline:
    """Return a guide's anchors and its links to the site."""
    cells = text.guide.cells
    anchors = {name for cell in _prose(text) for *_, name in headings(cell) if name}
    anchors |= {name for cell in _prose(text) for name in _HTML_ID.findall(cell.source)}
    anchors |= {f"cell-{cell.id}" for cell in cells if cell.kind == "code" and not cell.hidden}
    return Outline(
        slug=text.guide.slug, path=text.guide.path, anchors=frozenset(anchors), links=tuple(_links(text))
    )


def _links(text: Text) -> Iterator[Link]:
    for number, cell in enumerate(text.guide.cells, 1):
        end = 0
        for token, start in _inlines(cell) if cell.kind == "markdown" else ():
            address = str(token.attrs.get("href") or token.attrs.get("src") or "")
            parts = urlsplit(address)
            if token.type not in ("link_open", "image") or parts.scheme or parts.netloc:
                continue
            found = cell.source.find(address, max(end, start))
            end = found + len(address) if found >= 0 else end
            line, column = text.place(cell, found if found >= 0 else start)
            yield Link(target=unquote(address), line=line, column=column, cell=str(number))


def _inlines(cell: Cell) -> Iterator[tuple[Token, int]]:
    """Yield the tokens inside of blocks, with the block's first position in the source."""
    rows = cell.source.split("\n")
    start = 0
    for token in commonmark.tokens(cell.source) if _MAY_LINK.search(cell.source) else ():
        if token.map:
            start = sum(len(row) + 1 for row in rows[: token.map[0]])
        for child in token.children or ():
            yield child, start


# ----------------------------------------------------------------- pictures


def image_problems(text: Text) -> Iterator[Problem]:
    """Yield pictures of the prose that say nothing to readers who cannot see them."""
    hint = "say what it shows: ![the words](address)"
    for cell in _prose(text):
        for token, start in _inlines(cell):
            if token.type == "image" and not token.content.strip():
                message = f"the picture '{token.attrs.get('src', '')}' has no alternative text"
                found = cell.source.find("![", start)
                yield text.problem("image-alt", cell, text.place(cell, max(found, start)), message, hint)
        for tag in _HTML_IMAGE.finditer(cell.source):
            if not _ALT.search(tag[0]):
                message = "an <img> has no alternative text"
                yield text.problem(
                    "image-alt", cell, text.place(cell, tag.start()), message, 'write alt="what it shows"'
                )

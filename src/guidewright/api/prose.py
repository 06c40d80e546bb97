"""Names of a package in prose: inline code that is such a name, with or without a call, and links put around it.

``markdown-it-py`` tells which code stands in a link or a heading, and no columns; the spans of the text itself are found by
CommonMark's rule. Where the two do not agree about a block, as in one with odd HTML, the block is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from guidewright import commonmark

_SPAN = re.compile(r"(?<![\\`])(?P<ticks>`+)(?!`)(?P<code>.*?)(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_NAME = re.compile(r"(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?:\(.*\))?", re.DOTALL)
_ANCHOR = re.compile(r"<(?P<end>/?)a\b", re.IGNORECASE)
_BLANK = re.compile(r"[\s>]+")
PYTHON = ("python", "py", "python3")


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """One piece of code in a Markdown cell."""

    text: str
    line: int
    """0-based, inside the cell."""
    linkable: bool = False
    """Inline, and neither in a link nor in a heading."""
    start: int = -1
    end: int = -1
    """Where inline code stands in the cell's text, its backticks included; -1 where that is not known."""
    fenced: bool = False


def name_in(code: str) -> str:
    """Return the dotted name that a piece of inline code is, or calls; empty where it is something else."""
    found = _NAME.fullmatch(code.strip())
    return found["name"] if found else ""


def codes(markdown: str) -> list[Code]:
    """Return the inline code and the fenced Python of a cell, in order."""
    if "`" not in markdown and "~" not in markdown:
        return []
    lines = markdown.split("\n")
    found: list[Code] = []
    for token, inlines in _blocks(commonmark.tokens(markdown)):
        start, stop = token.map or (0, 0)
        if token.type == "fence":
            if token.info.split(" ")[0].strip().lower() in PYTHON:
                found.append(Code(text=token.content, line=start + 1, fenced=True))
            continue
        children = [child for inline in inlines for child in _children(inline, token.type)]
        found += _placed(lines, start, stop, children)
    return found


def linked(markdown: str, link: Callable[[str], str]) -> str:
    """Put links around inline code.

    Args:
        link: returns the address for a name, or nothing.
    """
    done, end = [], 0
    for code in codes(markdown):
        name = name_in(code.text) if code.linkable and code.start >= 0 else ""
        url = link(name) if name else ""
        if url:
            done += [markdown[end : code.start], f"[{markdown[code.start : code.end]}]({url})"]
            end = code.end
    return "".join([*done, markdown[end:]])


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[Token, list[Token]]]:
    """Yield each block that holds words, with its inline tokens: a table's row has one a cell."""
    row: Token | None = None
    cells: list[Token] = []
    for place, token in enumerate(tokens):
        if token.type == "tr_open":
            row, cells = token, []
        elif token.type == "tr_close" and row:
            yield row, cells
            row = None
        elif token.type == "inline" and row:
            cells.append(token)
        elif token.type == "inline":
            yield tokens[place - 1], [token]
        elif token.type == "fence":
            yield token, []


def _children(inline: Token, block: str) -> Iterator[tuple[str, bool]]:
    """Yield each piece of inline code, and whether it may be linked."""
    depth = 0
    for token in inline.children or ():
        if token.type in ("link_open", "link_close"):
            depth += token.nesting
        elif token.type == "html_inline" and (anchor := _ANCHOR.match(token.content)):
            depth += -1 if anchor["end"] else 1
        elif token.type == "code_inline":
            yield token.content, depth == 0 and block != "heading_open"
        elif token.type == "image":
            yield from ((text, False) for text, _ in _children(token, block))


def _placed(lines: list[str], start: int, stop: int, children: list[tuple[str, bool]]) -> list[Code]:
    if not children:
        return []
    before = sum(len(line) + 1 for line in lines[:start])
    block = "\n".join(lines[start:stop])
    spans = list(_SPAN.finditer(block))
    if [_bare(span["code"]) for span in spans] != [_bare(text) for text, _ in children]:
        return [Code(text=text, line=start) for text, _ in children]
    return [
        Code(
            text=text,
            line=start + block.count("\n", 0, span.start()),
            linkable=linkable,
            start=before + span.start(),
            end=before + span.end(),
        )
        for span, (text, linkable) in zip(spans, children, strict=True)
    ]


def _bare(code: str) -> str:
    """Return code without what a block's own marks and line ends make different."""
    return _BLANK.sub("", code)

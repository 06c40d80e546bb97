"""The Markdown of a foreign cell: its code left alone, its headings and links found and written anew."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark").enable("table")
_SPAN = r"(?P<ticks>(?<![\\`])`+(?!`))(?:.|\n)*?(?<!`)(?P=ticks)(?!`)"
LINK = (
    r"(?<!\\)(?P<image>!?)\[(?P<words>(?:[^\[\]\\]|\\.|!?\[[^\[\]]*\](?:\([^()\s]*\))?)*)\]"
    r"\(\s*(?P<target><[^<>\n]*>|attachment:[^()\n\"]*|(?:[^()\s]|\([^()\s]*\))*)(?P<title>\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
DEFINITION = r"(?m:^(?P<mark> {0,3}\[[^\[\]\n]+\]:\s*)(?P<target>\S+))"
_HEADING_ID = re.compile(r"\s*\{#(?P<id>[^}\s]+)\}\s*$")
_ATX = re.compile(r"^(?P<before>.*?)(?P<marks>#{1,6})(?:[ \t]+(?P<words>.*?))?(?:[ \t]+#+)?[ \t]*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    first: int
    """0-based line in the cell."""
    end: int
    """The line behind it."""
    level: int
    words: str
    id: str
    atx: bool
    top: bool
    """Whether it stands in no list and no quotation."""


def headings(source: str) -> list[Heading]:
    found = []
    for opening, inline in pairwise(_PARSER.parse(source)):
        if opening.type == "heading_open" and opening.map:
            named = _HEADING_ID.search(inline.content)
            words = inline.content[: named.start()] if named else inline.content
            found.append(
                Heading(
                    first=opening.map[0],
                    end=opening.map[1],
                    level=int(opening.tag[1:]),
                    words=" ".join(words.split()),
                    id=named["id"] if named else "",
                    atx=opening.markup.startswith("#"),
                    top=opening.level == 0,
                )
            )
    return found


def with_headings(source: str, change: Callable[[Heading], tuple[int, str] | None]) -> str:
    """Write headings anew.

    Args:
        change: returns level and id (empty for none) of a heading, or None to take it out.
    """
    lines = source.split("\n")
    for heading in reversed(headings(source)):
        if not heading.top and not heading.atx:
            continue  # an underlined heading in a list: check says that it has no id
        wanted = change(heading)
        before = ""
        if heading.atx and (mark := _ATX.match(lines[heading.first])):
            before = mark["before"]
        line = "" if wanted is None else _heading(before, *wanted, heading.words)
        rest = lines[heading.end :]
        # An underlined heading needs no empty line behind it, and what comes next may not be joined to it.
        lines[heading.first :] = [*([line] if wanted else []), *rest]
    return "\n".join(lines)


def _heading(before: str, level: int, name: str, words: str) -> str:
    return " ".join(
        part for part in (f"{before}{'#' * level}", words, f"{{#{name}}}" if name else "") if part
    )


def outside_code(source: str, pattern: str, replace: Callable[[re.Match[str]], str]) -> str:
    """Replace what matches, but not in code blocks and code spans."""
    both = re.compile(f"{_SPAN}|(?:{pattern})")

    def one(found: re.Match[str]) -> str:
        return found[0] if found["ticks"] else replace(found)

    lines = source.split("\n")
    done: list[str] = []
    run: list[str] = []
    code = _code_lines(source)
    for number, line in enumerate(lines):
        if number in code:
            done += [both.sub(one, "\n".join(run))] if run else []
            done.append(line)
            run = []
        else:
            run.append(line)
    return "\n".join([*done, *([both.sub(one, "\n".join(run))] if run else [])])


def _code_lines(source: str) -> set[int]:
    return {
        line
        for token in _PARSER.parse(source)
        if token.type in ("fence", "code_block") and token.map
        for line in range(*token.map)
    }


def open_fence(source: str) -> str:
    """Return the marks that close a code fence which is open at the cell's end; empty where none is."""
    lines = source.split("\n")
    for token in _PARSER.parse(source):
        if token.type == "fence" and token.map and token.level == 0 and token.map[1] >= len(lines):
            last = lines[token.map[1] - 1].strip()
            closed = token.map[1] - token.map[0] > 1 and re.fullmatch(
                f"{re.escape(token.markup[0])}{{{len(token.markup)},}}", last
            )
            return "" if closed else token.markup
    return ""


def paragraphs(source: str) -> Iterator[str]:
    """Yield the plain words of each paragraph."""
    for opening, inline in pairwise(_PARSER.parse(source)):
        if opening.type == "paragraph_open" and opening.level == 0:
            words = "".join(
                child.content if child.type in ("text", "code_inline") else " "
                for child in inline.children or ()
                if child.type in ("text", "code_inline", "softbreak", "hardbreak")
            )
            yield " ".join(words.split())


def plain(words: str) -> str:
    """Return a heading's words without Markdown's marks."""
    found = next(paragraphs(words), words)
    return found.strip()


def name_of(words: str) -> str:
    """Return an id made of a heading's words: letters and digits of ASCII with ``-`` between."""
    text = unicodedata.normalize("NFKD", plain(words)).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", text).strip("-") or "section"
    return name if name[0].isalpha() else f"part-{name}"


def folded(words: str) -> str:
    """Return what the anchors that Jupyter, GitHub and Colab make of a heading's words have in common."""
    return re.sub(r"[\W_]+", "", words.lower())

"""A page's blocks → plain Markdown that any reader, and any program, understands: CommonMark with tables, nothing more.

What backends share stands once; where they differ, each one's part follows its name in bold.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

from guidewright.model import Cell, Slug
from guidewright.render.fence import fence
from guidewright.render.marks import without_marks
from guidewright.render.outputs import Block

_PARSER = MarkdownIt("commonmark").enable("table").disable("inline")  # blocks are enough
_ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*[#.][A-Za-z][^{}]*\}[ \t]*$")
_TARGET = re.compile(r"(?<=\]\()(?P<target>[^()\s]+)(?=(?:\s+\"[^\"]*\")?\s*\))")
_CODE = re.compile(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\`*_\[\]{}#])")


def document(
    slug: Slug,
    cells: Sequence[tuple[Cell, list[Block]]],
    *,
    title: str,
    head: Sequence[str],
    tail: Sequence[str] = (),
) -> str:
    """Return a page as plain Markdown, for ``guides/<slug>/index.md`` of the built site.

    Args:
        head, tail: paragraphs above and below the cells.
    """
    parts = [f"# {title}", *head]
    for _, blocks in cells:
        parts += show(blocks, slug)
    return "\n\n".join(part for part in [*parts, *tail] if part) + "\n"


def show(blocks: Sequence[Block], slug: Slug) -> Iterator[str]:
    """Yield the paragraphs of blocks."""
    for block in blocks:
        match block["kind"]:
            case "prose":
                yield prose(block["source"], slug)
            case "code":
                yield fence(block["text"], "python")
            case "text":
                yield fence(block["text"], "text")
            case "html":
                # Text, where there is any, is what a program reads best.
                html = re.sub(r"\n\s*\n", "\n", block["source"].strip())
                yield fence(block["text"], "text") if block["text"].strip() else html
            case "image":
                yield f"![{_bracketed(block['alt'])}]({posixpath.basename(block['link'])})"
            case "notice":
                yield f"*{_ESCAPED.sub(lambda found: found[1], block['text'])}*"
            case "fold":
                yield f"{block['title']}:"
                yield from show(block["blocks"], slug)
            case "tabs":
                for tab in block["tabs"]:
                    yield f"**{tab['label']}**"
                    yield from show(tab["blocks"], slug)


def prose(source: str, slug: Slug) -> str:
    """Return prose without attribute lists and marks of translation, its links led to the other plain pages."""
    lines = without_marks(source).split("\n")
    for token in _PARSER.parse("\n".join(lines)):
        if token.map and token.type in ("heading_open", "paragraph_open"):
            last = token.map[1] - 1
            first = lines[token.map[0]]
            place = token.map[0] if token.type == "heading_open" else last
            lines[place] = _ATTRIBUTES.sub("", first if place == token.map[0] else lines[last])
        if token.map and token.type == "inline":
            start, end = token.map
            words = _outside_code("\n".join(lines[start:end]), lambda part: _links(part, slug))
            lines[start:end] = words.split("\n")
    return "\n".join(lines).strip("\n")


def _links(words: str, slug: Slug) -> str:
    return _TARGET.sub(lambda found: _target(found["target"], slug), words)


def _target(target: str, slug: Slug) -> str:
    """Lead a link from a guide's file to the same place seen from ``guides/<slug>/index.md``."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return target
    path = posixpath.normpath(posixpath.join(posixpath.dirname(f"guides/{slug}"), parts.path))
    if path.endswith(".md") and not path.endswith("/index.md"):
        path = f"{path.removesuffix('.md')}/index.md"
    relative = posixpath.relpath(path, f"guides/{slug}")
    return f"{relative}#{parts.fragment}" if parts.fragment else relative


def _outside_code(words: str, change: Callable[[str], str]) -> str:
    done, end = [], 0
    for code in _CODE.finditer(words):
        done += [change(words[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*done, change(words[end:])])


def _bracketed(words: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", " ".join(words.split()))

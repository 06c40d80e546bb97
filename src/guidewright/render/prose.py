"""CommonMark, as notebooks and editors read it → what Python-Markdown, the site engine's parser, reads the same way.

Formulas become MathML, which browsers draw by themselves.

The two differ in lists (an empty line before, four spaces inside), in fences, hard line breaks, headings without a
space, and in what a backslash escapes. Blocks are found by markdown-it-py; only what differs is written anew.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from markdown_it.token import Token

from guidewright import mathematics
from guidewright.mathematics import FormulaError, Span
from guidewright.render.escapes import inert
from guidewright.render.fence import fence, inset

_PARSER = mathematics.parser()
_PARSER.disable("inline")  # blocks are enough, and sooner found
_LISTS = ("bullet_list_open", "ordered_list_open")
_MARKER = re.compile(r"^( *)([-+*]|\d{1,9}[.)])( +|$)")
_QUOTE = re.compile(r"^ {0,3}> ?")
# An escape that Python-Markdown does not know: it would show the backslash.
_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\([~\"$&',/:;<=?@^|%])")
_BREAK = re.compile(r"(?<!\\)((?:\\\\)*)\\\n")


def for_engine(markdown: str) -> str:
    """Return prose that the site engine shows as a notebook does."""
    return "\n".join(_blocks(markdown.split("\n"), tight=False))


def _blocks(lines: list[str], *, tight: bool) -> list[str]:
    """Rewrite the blocks of a document, or (then perhaps tight) those inside a list item or a quotation."""
    tokens = _PARSER.parse("\n".join(lines))
    done: list[str] = []
    end, before = 0, ""
    for place, token in enumerate(tokens):
        if token.level or token.map is None or token.nesting < 0:
            continue
        start = token.map[0]
        # Lines between blocks are empty, or definitions of links.
        done += lines[end:start]
        if done and done[-1].strip() and not (tight and token.type in _LISTS and before == "paragraph_open"):
            done.append("")
        if before in _LISTS and token.type in _LISTS:
            # Without something between them, the engine makes one list of two.
            done += ["<!-- -->", ""]
        end = token.map[1]
        done += _block(token, tokens[place:], lines[start:end], offset=start)
        before = token.type
    return done + lines[end:]


def _block(token: Token, following: Sequence[Token], lines: list[str], *, offset: int) -> list[str]:
    match token.type:
        case "fence":
            return fence(token.content, token.info.split(" ")[0].strip()).split("\n")
        case "bullet_list_open" | "ordered_list_open":
            return _list(following, lines, offset)
        case "blockquote_open":
            inner = _blocks([_QUOTE.sub("", line) for line in lines], tight=False)
            return [f"> {line}".rstrip() for line in inner]
        case "paragraph_open":
            return [_unheaded(line) for line in _inline("\n".join(lines)).split("\n")]
        case "heading_open" if token.markup.startswith("#"):
            return [_inline(line.strip()) for line in lines]
        case "table_open":
            return [_row(line) for line in lines]
        case "math_block":
            return [_formula(mathematics.block(token))]
    return lines


def _list(tokens: Sequence[Token], lines: list[str], offset: int) -> list[str]:
    done: list[str] = []
    for token in tokens[1:]:
        if token.level == 0:
            break
        if token.type == "list_item_open" and token.level == 1 and token.map:
            # An item of several blocks would take the next one in.
            done += [""] if "" in done and done[-1] else []
            done += _item(lines[token.map[0] - offset : token.map[1] - offset])
    return done


def _item(lines: list[str]) -> list[str]:
    """Rewrite one list item with its content indented by four."""
    found = _MARKER.match(lines[0])
    if found is None:
        return lines
    indent, marker, gap = found.groups()
    width = len(indent) + len(marker) + (len(gap) if 1 <= len(gap) <= 4 else 1)
    inner = [lines[0][width:], *(_dedent(line, width) for line in lines[1:])]
    content = inset("\n".join(_blocks(inner, tight=True))).split("\n")
    bullet = f"{marker[:-1]}." if marker[-1] in ".)" else "-"
    return [f"{bullet:<3} {content[0].strip()}".rstrip(), *content[1:]]


def _dedent(line: str, width: int) -> str:
    return line[min(width, len(line) - len(line.lstrip(" "))) :]


def _unheaded(line: str) -> str:
    """Keep a line of a paragraph from being read as a heading, which needs no space there."""
    return f"\\{line}" if line.startswith("#") else line


def _inline(words: str) -> str:
    """Rewrite escapes, hard breaks and formulas outside of code."""
    done, end = [], 0
    for span in mathematics.spans(words):
        done += [
            _escapes(words[end : span.start]),
            _formula(span) if span.tex else words[span.start : span.end],
        ]
        end = span.end
    return "".join([*done, _escapes(words[end:])])


def _row(line: str) -> str:
    """Rewrite the formulas of a table's row."""
    done, end = [], 0
    for span in mathematics.spans(line):
        if span.tex:
            done += [line[end : span.start], _formula(span)]
            end = span.end
    return "".join([*done, line[end:]])


def _formula(span: Span) -> str:
    """Write a formula so that only a browser reads it. TeX that cannot be read, as a translation may have it, stays."""
    try:
        words = mathematics.mathml(span)
    except FormulaError:
        return f"<code>{inert(html.escape(span.tex))}</code>"
    kind = " gw-math--display" if span.display else ""
    return f'<span class="gw-math{kind}">{inert(words)}</span>'


def _escapes(words: str) -> str:
    words = _BREAK.sub(lambda found: f"{found[1]}  \n", words)
    return _ESCAPE.sub(lambda found: f"{found[1]}&#{ord(found[2])};", words)

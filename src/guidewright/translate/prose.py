"""A Markdown cell ↔ its messages: one a paragraph, heading, list item and table cell; all between stays as it is."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Kind = Literal["heading", "paragraph", "item", "cell"]

_PARSER = MarkdownIt("commonmark").enable("table").disable("inline")  # blocks are enough
_HEADING_ID = re.compile(r"[ \t]*\{#[^}\s]+\}[ \t]*$")
_MARKER = re.compile(r"[-+*]|\d{1,9}[.)]")
_NOTE = re.compile(r"<!--\s*l10n:\s*(?P<words>.*?)\s*-->", re.DOTALL)
_FIELD = re.compile(r"(?:^|\s)(?P<key>context|note)=")
_HARD_BREAK = re.compile(r"(?: {2,}|\\)\n")
_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
"""A bar that is not escaped: an even number of backslashes stands before it."""
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_TARGET = re.compile(r"\]\([^)]*\)|<[^>]*>|&#?\w+;")
# In other scripts than ours a word may be one letter.
_WORD = re.compile(r"[^\W\d_]{2,}|[^\W\d_A-Za-z]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A place for one message."""

    text: str
    """The message: Markdown in one line, but for hard line breaks, which are ``\\`` and a line end."""
    kind: Kind
    line: int
    """0-based line of the cell."""
    before: str = ""
    """What stands before the words on their first line: ``- ``, ``## ``, ``> ``."""
    indent: str = ""
    """What stands before a further line of the same block."""
    after: str = ""
    """A heading's pinned id."""
    context: str = ""
    note: str = ""


@dataclass(slots=True)
class _Hints:
    """What an author's ``<!-- l10n: … -->`` says of the next message."""

    values: dict[str, str] = field(default_factory=dict)

    def take(self) -> dict[str, str]:
        values, self.values = self.values, {}
        return values


def pieces(markdown: str) -> list[str | Slot]:
    """Take a cell apart: lines that stay, and the slots between them; a table's row holds a slot a cell.

    A message without a word outside of code and links is none: it stays.
    """
    return list(_pieces(markdown))


@functools.lru_cache(maxsize=256)
def _pieces(markdown: str) -> tuple[str | Slot, ...]:
    lines = markdown.split("\n")
    found: list[str | Slot] = []
    end = 0
    for start, stop, slots in _slots(lines, _PARSER.parse(markdown)):
        found += _kept(lines[end:start])
        found += slots
        end = stop
    found += _kept(lines[end:])
    return tuple(found)


def join(parts: list[str | Slot], words: Callable[[Slot], str]) -> str:
    """Put a cell together; ``words`` may have several lines, which stay inside the block of their slot."""
    return "".join(
        part if isinstance(part, str) else _filled(part, words(part)) for part in parts
    ).removesuffix("\n")


def slots(markdown: str) -> list[Slot]:
    return [part for part in pieces(markdown) if isinstance(part, Slot)]


def _filled(slot: Slot, words: str) -> str:
    first, *more = words.split("\n")
    if slot.kind == "cell":
        return " ".join(_BAR.sub(r"\1\\|", words).split())
    rest = "".join(f"{slot.indent}{line}".rstrip() + "\n" for line in more)
    return f"{slot.before}{first}{slot.after}\n{rest}"


def _kept(lines: list[str]) -> list[str | Slot]:
    return ["".join(f"{line}\n" for line in lines)] if lines else []


def _slots(lines: list[str], tokens: list[Token]) -> Iterator[tuple[int, int, list[str | Slot]]]:
    """Yield first line, line behind the last, and the pieces between them."""
    hints = _Hints()
    in_item = 0
    for place, token in enumerate(tokens):
        in_item += (token.type == "list_item_open") - (token.type == "list_item_close")
        if token.type == "html_block":
            hints.values |= _hinted(token.content)
        elif token.type == "tr_open" and token.map:
            row = _row(tokens[place + 1 :], lines[token.map[0]], token.map[0], hints)
            if any(isinstance(part, Slot) for part in row):
                yield token.map[0], token.map[0] + 1, row
        elif (
            token.type == "inline"
            and token.map
            and tokens[place - 1].type in ("paragraph_open", "heading_open")
        ):
            slot = _slot(tokens[place - 1], token, lines, bool(in_item), hints)
            if slot:
                stop = tokens[place - 1].map or token.map
                yield token.map[0], stop[1], [slot]


def _slot(opening: Token, inline: Token, lines: list[str], in_item: bool, hints: _Hints) -> Slot | None:
    assert inline.map is not None
    number = inline.map[0]
    content = inline.content
    if not has_words(content):
        return None
    first = content.split("\n")[0].rstrip()
    raw = lines[number]
    before = raw[: raw.index(first)] if first in raw else ""
    after = ""
    if opening.type == "heading_open":
        before = before if opening.markup.startswith("#") else f"{before}{'#' * int(opening.tag[1:])} "
        if found := _HEADING_ID.search(content):
            after, content = f" {found[0].strip()}", content[: found.start()]
    hint = hints.take()
    return Slot(
        text=one_line(content),
        kind="heading" if opening.type == "heading_open" else "item" if in_item else "paragraph",
        line=number,
        before=before,
        indent=_MARKER.sub(lambda marker: " " * len(marker[0]), before)
        if opening.type == "paragraph_open"
        else "",
        after=after,
        context=hint.get("context", ""),
        note=hint.get("note", ""),
    )


def _row(tokens: list[Token], raw: str, number: int, hints: _Hints) -> list[str | Slot]:
    """Return a table's row as pieces: ``| ``, a cell, `` | ``, a cell …"""
    found: list[str | Slot] = [raw[: len(raw) - len(raw.lstrip(" >"))] + "| "]
    for token in tokens:
        if token.type == "tr_close":
            break
        if token.type != "inline":
            continue
        if has_words(token.content):
            hint = hints.take()
            found.append(Slot(text=one_line(token.content), kind="cell", line=number, **hint))
        else:
            found.append(token.content.replace("|", "\\|"))
        found.append(" | ")
    found[-1] = " |\n"
    return found


def _hinted(comment: str) -> dict[str, str]:
    found = _NOTE.search(comment)
    if not found:
        return {}
    words = found["words"]
    fields = list(_FIELD.finditer(words))
    ends = [place.start() for place in fields[1:]] + [len(words)]
    return {
        place["key"]: words[place.end() : end].strip().strip('"')
        for place, end in zip(fields, ends, strict=True)
    }


def one_line(content: str) -> str:
    """Count a line end as a blank, unless it is a hard line break."""
    parts = _HARD_BREAK.split(content)
    return "\\\n".join(" ".join(part.split()) for part in parts)


def has_words(content: str) -> bool:
    """Tell whether there is something to translate outside of code, addresses and HTML."""
    return bool(_WORD.search(_TARGET.sub(" ", _CODE.sub(" ", _HEADING_ID.sub("", content)))))

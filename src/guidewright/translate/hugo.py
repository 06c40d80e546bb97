"""A page of a Hugo site, or plain Markdown ↔ what a catalog holds.

The dialect is that of the Korean Keras site: front matter, ``keras/original`` with the date last checked, a head of bold
labels, cards, ``relref`` links, pinned heading ids, and outputs folded into ``details``. Plain Markdown is the same with
less of it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml
from markdown_it import MarkdownIt

from guidewright.errors import InputError, Problem
from guidewright.translate import prose

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(?P<yaml>.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_CHECKED = re.compile(r"checkedAt=\"(?P<date>[^\"]*)\"")
_RELREF = re.compile(r"\{\{<\s*relref\s+\"(?P<path>[^\"]+)\"\s*>\}\}")
_DETAILS = re.compile(r"^\{\{[%<]\s*details\b")
_DETAILS_END = re.compile(r"^\{\{[%<]\s*/details\s*[%>]\}\}")
_SHORTCODE = re.compile(r"^\s*\{\{[%<].*[%>]\}\}\s*$")
_LABEL = re.compile(
    r"^\*\*(?P<label>[^*]+?)\s*:\s*\*\*\s*(?P<value>.*?)\s*$|^\*\*(?P<other>[^*]+?)\*\*\s*:\s*(?P<rest>.*?)\s*$"
)
_GUIDES = "/docs/guides/"
_API = "/docs/api/"
KERAS_API = "https://keras.io/api/"
_PARSER = MarkdownIt("commonmark").enable("table")

Kind = Literal["heading", "paragraph", "item", "cell", "code"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One piece of a page: a message's translation, or a cell's code."""

    kind: Kind
    text: str
    line: int
    """1-based, in the page's file."""
    id: str = ""
    """A heading's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A translated page, read."""

    slug: str
    title: str
    description: str
    checked: dt.date | None
    blocks: tuple[Block, ...]


def read(data: bytes, *, path: str, labels: Mapping[str, Any]) -> Sheet:
    """Read a page.

    Args:
        labels: the language's ``hugo`` settings; ``description`` is the label of the page's description.

    Raises:
        InputError: it is not UTF-8, its front matter is no YAML, or a fence is not closed.
    """
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            Problem(path=path, line=line, message="is not UTF-8 here", hint="save it as UTF-8")
        ) from None
    front, body, offset = _front(text, path)
    checked = _CHECKED.search(text)
    lines = _without_outputs(body.split("\n"))
    head = dict(_labels(lines))
    lines = [_plain(line) for line in lines]
    return Sheet(
        slug=str(front.get("slug") or ""),
        title=str(front.get("title") or ""),
        description=head.get(labels.get("description", ""), str(front.get("description") or "")),
        checked=_date(checked["date"]) if checked else None,
        blocks=tuple(_blocks("\n".join(lines), offset, path)),
    )


def _front(text: str, path: str) -> tuple[Mapping[str, Any], str, int]:
    """Return front matter, the rest, and the number of lines before it."""
    found = _FRONT.match(text)
    if not found:
        return {}, text, 0
    try:
        front = yaml.safe_load(found["yaml"])
    except yaml.YAMLError as error:
        raise InputError(
            Problem(path=path, line=1, message=f"its front matter is no YAML: {error}")
        ) from error
    return front if isinstance(front, dict) else {}, text[found.end() :], found[0].count("\n")


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _without_outputs(lines: list[str]) -> list[str]:
    """Empty the lines of folded outputs: the numbers of the others stay."""
    done, inside = [], False
    for line in lines:
        inside = inside or bool(_DETAILS.match(line))
        done.append("" if inside else line)
        inside = inside and not _DETAILS_END.match(line)
    return done


def _labels(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Take the labels of the page's head, which come before its first heading, out of the lines."""
    for number, line in enumerate(lines):
        if line.startswith("#"):
            return
        if found := _LABEL.match(line):
            lines[number] = ""
            yield (found["label"] or found["other"]).strip(), (found["value"] or found["rest"] or "").strip()


def _plain(line: str) -> str:
    return "" if _SHORTCODE.match(line) else _RELREF.sub(lambda found: to_markdown(found["path"]), line)


def to_markdown(path: str) -> str:
    """Return where a ``relref`` leads in a guide: a sister guide's file, or a page of the API."""
    if path.startswith(_GUIDES):
        slug, _, anchor = path.removeprefix(_GUIDES).partition("#")
        return f"{slug.strip('/')}.md{f'#{anchor}' if anchor else ''}"
    return f"{KERAS_API}{path.removeprefix(_API)}" if path.startswith(_API) else path


def to_relref(target: str) -> str:
    """Return a link's target as a Hugo site writes it: the inverse of :func:`to_markdown`."""
    if target.startswith(KERAS_API):
        return f'{{{{< relref "{_API}{target.removeprefix(KERAS_API)}" >}}}}'
    found = re.fullmatch(r"(?:\./)?(?P<slug>[\w/-]+)\.md(?P<anchor>#.*)?", target)
    return f'{{{{< relref "{_GUIDES}{found["slug"]}{found["anchor"] or ""}" >}}}}' if found else target


def _blocks(markdown: str, offset: int, path: str) -> Iterator[Block]:
    lines = markdown.split("\n")
    fences = [
        token for token in _PARSER.parse(markdown) if token.type == "fence" and token.map and token.level == 0
    ]
    end = 0
    for token in fences:
        assert token.map is not None
        start, stop = token.map
        if not lines[stop - 1].strip().startswith(token.markup[:3]) or stop - start < 2:
            raise InputError(
                Problem(
                    path=path, line=offset + start + 1, message="this fence is not closed", hint="close it"
                )
            )
        yield from _words("\n".join(lines[end:start]), offset + end)
        if token.info.split(" ")[0] in ("python", "py"):
            yield Block(kind="code", text=token.content.rstrip("\n"), line=offset + start + 2)
        end = stop
    yield from _words("\n".join(lines[end:]), offset + end)


def _words(markdown: str, offset: int) -> Iterator[Block]:
    for slot in prose.slots(markdown):
        id_ = slot.after.strip().removeprefix("{#").removesuffix("}")
        yield Block(kind=slot.kind, text=slot.text, line=offset + slot.line + 1, id=id_)

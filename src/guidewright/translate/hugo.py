"""A page of a Hugo site, or plain Markdown ↔ what a catalog holds.

The dialect is that of the Korean Keras site: front matter, ``keras/original`` with the date last checked, a head of bold
labels, cards, ``relref`` links, pinned heading ids, and outputs folded into ``details``. Plain Markdown is the same with
less of it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

import yaml
from markdown_it import MarkdownIt

from guidewright.errors import InputError, Problem
from guidewright.translate import prose

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(?P<yaml>(?:.*?\n)?)---[ \t]*(?:\n|\Z)", re.DOTALL)
_CHECKED = re.compile(r"checkedAt=\"(?P<date>[^\"]*)\"")
_RELREF = re.compile(r"\{\{[<%]\s*(?:rel)?ref\s+([\"`])(?P<path>[^\"`\n]+)\1\s*[>%]\}\}")
# An attribute in quotes may hold a tag of its own; ``{{</* … */>}}`` is a tag that is shown, not used.
_TAG = re.compile(
    r"\{\{(?:<(?!/\*)|%(?!/\*))\s*(?P<end>/?)\s*(?P<name>[^\s/<>%{}\"`]*)"
    r"(?P<rest>(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|[^\"`{}])*?)[%>]\}\}"
)
_FOLD = "details"
_FENCE = re.compile(r"^[ \t>]*(?:[-+*]|\d{1,9}[.)])?[ \t]*(?P<marks>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_LABEL = re.compile(
    r"^\*\*(?P<label>[^*]+?)\s*:\s*\*\*\s*(?P<value>.*?)\s*$|^\*\*(?P<other>[^*]+?)\*\*\s*:\s*(?P<rest>.*?)\s*$"
)
LABELS: Mapping[str, str] = {
    "author": "Author",
    "created": "Created",
    "modified": "Last modified",
    "description": "Description",
}
"""How a page labels its head where the language's settings do not say."""

_BREAK = re.compile(r"\s*(?:\\|<br\s*/?>)?\s*\Z")
_GUIDES = "/docs/guides/"
_API = "/docs/api/"
_PYTHON = ("python", "py", "python3")
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
    folded: tuple[Block, ...] = ()
    """What stands in a fold beside outputs: no guide has folds, so that it translates nothing."""


def read(data: bytes, *, path: str, labels: Mapping[str, Any]) -> Sheet:
    """Read a page.

    Args:
        labels: the language's ``hugo`` settings: the labels of a page's head are those of :data:`LABELS` and these.

    Raises:
        InputError: it is not UTF-8, its front matter is no YAML, or a fence or a fold is not closed.
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
    shown, folds = _unfolded(_plain(body), offset, path)
    lines = shown.split("\n")
    head = dict(_labels(lines, _known(labels)))
    described = (labels.get("description", ""), LABELS["description"])
    return Sheet(
        slug=_string(front, "slug"),
        title=_string(front, "title"),
        description=next(filter(None, map(head.get, described)), _string(front, "description")),
        checked=_date(checked["date"]) if checked else None,
        blocks=tuple(_blocks("\n".join(lines), offset, path)),
        folded=tuple(_blocks(folds, offset, path)),
    )


def _front(text: str, path: str) -> tuple[Mapping[str, Any], str, int]:
    """Return front matter, the rest, and the number of lines before it."""
    found = _FRONT.match(text)
    if not found:
        return {}, text, 0
    try:
        # Every value as text: a slug of digits is no number, and a day that no calendar has is not ours to judge.
        front = yaml.load(found["yaml"], Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        message = f"its front matter is no YAML: {what}"
        hint = "mend this line, or the one before it"
        raise InputError(
            Problem(path=path, line=_yaml_line(error, found["yaml"]), message=message, hint=hint)
        ) from error
    return front if isinstance(front, dict) else {}, text[found.end() :], found[0].count("\n")


def _yaml_line(error: Exception, text: str) -> int:
    """Return the page's line that YAML stumbled over; the front matter begins on its second."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 2
    position = getattr(error, "position", 0)
    return text[:position].count("\n") + 2


def _string(front: Mapping[str, Any], key: str) -> str:
    value = front.get(key, "")
    return value if isinstance(value, str) else ""


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _known(labels: Mapping[str, Any]) -> frozenset[str]:
    """Return the labels that a page's head may have in this language: its own, and the English ones."""
    return frozenset({*LABELS.values(), *(str(labels[key]).strip() for key in LABELS if key in labels)})


def _plain(text: str) -> str:
    """Write ``relref`` as a link's target in a guide."""
    return _RELREF.sub(lambda found: to_markdown(found["path"]), text)


def _unfolded(text: str, offset: int, path: str) -> tuple[str, str]:
    """Part what a page shows from what it folds away, both without tags; each with all lines, so that numbers stay.

    Only the tags go, never the words between them; in fenced code everything stays.
    """
    shown: list[str] = []
    folded: list[str] = []
    opened: list[int] = []
    """The lines of the folds that are open."""
    end = 0

    def put(words: str) -> None:
        blank = "\n" * words.count("\n")
        shown.append(blank if opened else words)
        folded.append(words if opened else blank)

    for tag in _tags(text):
        put(text[end : tag.start()])
        if tag["name"] == _FOLD and tag["end"]:
            del opened[-1:]
        elif tag["name"] == _FOLD and not tag["rest"].rstrip().endswith("/"):
            opened.append(offset + text.count("\n", 0, tag.start()) + 1)
        # A tag over several lines leaves them, empty.
        put("\n" * tag[0].count("\n"))
        end = tag.end()
    put(text[end:])
    if opened:
        message = "this fold is not closed: what follows would be lost"
        hint = "write {{% /details %}} behind it"
        raise InputError(Problem(path=path, line=opened[-1], message=message, hint=hint))
    return _tidy("".join(shown), text), _tidy("".join(folded), text)


def _tidy(text: str, page: str) -> str:
    """Give the lines that had tags the indent they had: blanks that were between tags would make code of words."""
    lines = [
        line if line == given else f"{given[: len(given) - len(given.lstrip())]}{line.strip()}".rstrip()
        for line, given in zip(text.split("\n"), page.split("\n"), strict=True)
    ]
    return "\n".join(lines)


def _tags(text: str) -> Iterator[re.Match[str]]:
    """Yield the shortcodes' tags outside of fenced code."""
    fences = list(_fenced(text))
    for tag in _TAG.finditer(text):
        if not any(start <= tag.start() < stop for start, stop in fences):
            yield tag


def _fenced(text: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of fenced code; one that is not closed is none, and told by :func:`_blocks`."""
    begun: tuple[int, str] | None = None
    place = 0
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if begun is None and found:
            begun = place, found["marks"]
        elif begun and found and found["marks"].startswith(begun[1]) and not found["info"].strip():
            yield begun[0], place + len(line)
            begun = None
        place += len(line) + 1


def _labels(lines: list[str], known: Set[str]) -> Iterator[tuple[str, str]]:
    """Take the labels of the page's head, which come before its first heading, out of the lines.

    A label is a whole line, in a paragraph of nothing else. One that is not known is prose, and stays.
    """
    heading = next((number for number, line in enumerate(lines) if line.startswith("#")), len(lines))
    for start, stop in _paragraphs(lines[:heading]):
        found = [_LABEL.match(line) for line in lines[start:stop]]
        for number, label in enumerate(found, start):
            name = (label["label"] or label["other"]).strip() if label else ""
            if label and name in known and all(found):
                lines[number] = ""
                value = label["value"] or label["rest"] or ""
                yield name, _BREAK.sub("", value)


def _paragraphs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield begin and end of runs of lines that are not blank."""
    start = 0
    for number, line in enumerate([*lines, ""]):
        if not line.strip():
            if number > start:
                yield start, number
            start = number + 1


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
        if re.split(r"[\s{,]", token.info.strip(), maxsplit=1)[0].lower() in _PYTHON:
            yield Block(kind="code", text=token.content.rstrip("\n"), line=offset + start + 2)
        end = stop
    yield from _words("\n".join(lines[end:]), offset + end)


def _words(markdown: str, offset: int) -> Iterator[Block]:
    for slot in prose.slots(markdown):
        id_ = slot.after.strip().removeprefix("{#").removesuffix("}")
        yield Block(kind=slot.kind, text=slot.text, line=offset + slot.line + 1, id=id_)

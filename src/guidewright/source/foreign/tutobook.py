'''Tutobooks: the format of the guides in the Keras repositories, read and written.

A Python file. Its first statement is a block, fenced by ``"""``, with the lines ``Title:``, ``Author:`` (or ``Authors:``),
``Date created:``, ``Last modified:`` (yyyy/mm/dd), ``Description:`` and perhaps ``Accelerator:``. After it every line that
begins with ``"""`` opens or closes a block of text; behind an opening one may stand ``shell`` (each line is a command) or
``invisible`` (not shown). All between is code. A block without text divides code into cells.
'''

from __future__ import annotations

import ast
import datetime as dt
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guidewright.errors import InputError, Problem
from guidewright.source.foreign.sheet import Piece, Sheet, trimmed
from guidewright.source.options import suggestion

QUOTES = '"""'
TAGS = ("shell", "invisible")
INVISIBLE = "remove-cell"
"""The tag of a cell that no page shows."""

_KEYS = {
    "title": "title",
    "author": "authors",
    "authors": "authors",
    "date created": "created",
    "last modified": "modified",
    "description": "description",
    "accelerator": "accelerator",
}
_REQUIRED = {
    "title": "Title:",
    "authors": "Author:",
    "created": "Date created:",
    "modified": "Last modified:",
    "description": "Description:",
}
_FIELD = re.compile(r"(?P<key>[A-Z][A-Za-z0-9() ]{2,30}):(?:\s+(?P<value>.*))?$")
_DATE = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})$")
_TOKEN = re.compile(r"#[^\n]*|\\\n|(?P<quote>\"{3}|'{3}|\"|')|(?P<open>[\[({])|(?P<close>[\])}])|\n")
_ENDS = {
    '"""': re.compile(r'"{3}(?:\\.|[^\\])*?"{3}', re.DOTALL),
    "'''": re.compile(r"'{3}(?:\\.|[^\\])*?'{3}", re.DOTALL),
    '"': re.compile(r'"(?:\\.|[^\\\n"])*"', re.DOTALL),
    "'": re.compile(r"'(?:\\.|[^\\\n'])*'", re.DOTALL),
}
_CLOSING = re.compile(r'^"""(?P<rest>.*)$', re.MULTILINE)
_COMMA = re.compile(r",(?![^\[]*\])(?![^(]*\))|\s+and\s+(?![^\[]*\])")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    kind: str
    """``text`` or ``code``."""
    text: str
    line: int
    """1-based, of its first line: of a block, that of the opening quotes."""
    tag: str = ""


def is_tutobook(text: str) -> bool:
    """Tell whether a Python file means to be one: by a field in its first statement, or by several blocks."""
    first = re.sub(r"\A(?:\s*#[^\n]*\n|\s*\n)*", "", text)
    block = first[3:].partition(f"\n{QUOTES}")[0] if first.startswith(QUOTES) else ""
    named = any((found := _FIELD.match(line)) and found["key"].lower() in _KEYS for line in block.split("\n"))
    if named or re.search(r"^# (?:%%|jupyter:|jupytext:)|^#\s*\+", text, re.MULTILINE):
        return named
    return len(re.findall(r'^"""[ \t]*(?:shell|invisible)?[ \t]*$', text, re.MULTILINE)) >= 4


def read(text: str, path: str) -> Sheet:
    """Read a tutobook.

    Raises:
        InputError: a block is not closed, a tag is unknown, the header is missing or lacks something; all problems
            together.
    """
    problems: list[Problem] = []
    parts = list(_parts(text, path, problems))
    code = [part for part in parts[:1] if part.kind == "code" and _has_code(part.text)]
    head = next((part for part in parts if part.kind == "text"), None)
    if head is None or code or head.tag:
        message = "the header is missing: the first statement must be a block of text with the line 'Title:'"
        problems.insert(0, Problem(path=path, line=1, message=message, hint=_HEAD_HINT))
        raise InputError(problems)
    fields, found, unknown = _header(head, path)
    problems += found
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    body = parts[parts.index(head) + 1 :]
    pieces = tuple(piece for part in body if not (piece := _piece(part)).blank)
    return Sheet(path=path, fields=fields, pieces=pieces, notes=tuple(unknown))


_HEAD_HINT = f"begin with {QUOTES}, the lines {', '.join(_REQUIRED.values())} and {QUOTES} again"


def _has_code(text: str) -> bool:
    return any(line.strip() and not line.startswith("#") for line in text.split("\n"))


# ------------------------------------------------------------------ parts


def _parts(text: str, path: str, problems: list[Problem]) -> Iterator[_Part]:
    position = 0
    while position < len(text):
        end = _code_end(text, position, path, problems)
        line = text.count("\n", 0, position) + 1
        if end > position:
            yield _Part(kind="code", text=text[position:end], line=line)
        if end >= len(text):
            return
        line = text.count("\n", 0, end) + 1
        opening = text[end:].partition("\n")[0]
        tag = opening.removeprefix(QUOTES).strip()
        start = end + len(opening) + 1
        closing = _CLOSING.search(text, start)
        if tag and tag not in TAGS:
            message = f"unknown tag {tag!r} behind the quotes that open a block"
            hint = f"{suggestion(tag, TAGS)}; text begins on the next line"
            problems.append(Problem(path=path, line=line, message=message, hint=hint))
        if closing is None:
            hint = f"close it with a line of {QUOTES}"
            message = "the block of text that begins here is not closed"
            problems.append(Problem(path=path, line=line, message=message, hint=hint))
            return
        if closing["rest"].strip():
            message = f"these quotes close the block that line {line} opens, and more stands behind them"
            where = text.count("\n", 0, closing.start()) + 1
            hint = f"close the block of line {line} before, or put what follows on a line of its own"
            problems.append(Problem(path=path, line=where, message=message, hint=hint))
        yield _Part(kind="text", text=text[start : max(start, closing.start())], line=line, tag=tag)
        position = min(len(text), closing.end() + 1)


def _code_end(text: str, start: int, path: str, problems: list[Problem]) -> int:
    """Return where the next block opens: quotes that begin a line, and stand in no string and no bracket."""
    position, depth, fresh = start, 0, True
    while position < len(text):
        if fresh and depth <= 0 and text.startswith(QUOTES, position):
            return position
        token = _TOKEN.search(text, position)
        if token is None:
            return len(text)
        fresh, position = token[0] == "\n", token.end()
        depth += bool(token["open"]) - bool(token["close"])
        if quote := token["quote"]:
            string = _ENDS[quote].match(text, token.start())
            if string is None and len(quote) == 3:
                line = text.count("\n", 0, token.start()) + 1
                message, hint = "the string that begins here has no end", f"close it with {quote}"
                problems.append(Problem(path=path, line=line, message=message, hint=hint))
                return len(text)
            position = string.end() if string else position
    return len(text)


def _piece(part: _Part) -> Piece:
    source = trimmed(part.text)
    skipped = part.text[: part.text.find(source)].count("\n") if source else 0
    line = part.line + skipped + (part.kind == "text")
    if part.kind == "code" or part.tag == "shell":
        return Piece(kind="code", source=_commands(source) if part.tag else source, line=line)
    tags = (INVISIBLE,) if part.tag == "invisible" else ()
    return Piece(kind="markdown", source=source, line=line, tags=tags)


def _commands(source: str) -> str:
    """Write each line of a shell block as a notebook's shell line."""
    done: list[str] = []
    for line in source.split("\n"):
        joined = bool(done) and done[-1].endswith("\\")
        plain = joined or not line.strip() or line.startswith(("!", "%", "#"))
        done.append(line if plain else f"!{line}")
    return "\n".join(done)


# ----------------------------------------------------------------- header


def _header(part: _Part, path: str) -> tuple[dict[str, Any], list[Problem], list[Problem]]:
    """Return the fields, what is wrong with them, and what is not carried over."""
    found: dict[str, tuple[str, int]] = {}
    notes: list[Problem] = []
    last = ""
    for number, line in enumerate(part.text.split("\n"), part.line + 1):
        field = _FIELD.match(line.strip())
        key = _KEYS.get(field["key"].lower(), "") if field else ""
        if key and field:
            found[key], last = ((field["value"] or "").strip(), number), key
        elif field and line.strip() == line.rstrip() and last != "description":
            last = ""
            message = f"the header's '{field['key']}: {field['value'] or ''}' has no place in a guide"
            notes.append(
                Problem(path=path, line=number, message=message, hint="say it in a text", severity="warning")
            )
        elif line.strip() and last:
            words, where = found[last]
            found[last] = (f"{words} {line.strip()}".strip(), where)
    missing = [name for key, name in _REQUIRED.items() if not found.get(key, ("", 0))[0]]
    problems = [
        Problem(
            path=path,
            line=part.line,
            message=f"the header lacks '{name}'",
            hint=f"add a line '{name} …' to the first block",
        )
        for name in missing
    ]
    fields: dict[str, Any] = {}
    for key, (words, number) in found.items():
        try:
            fields[key] = field_value(key, words)
        except ValueError as error:
            hint = "write it as yyyy/mm/dd" if key in ("created", "modified") else "write GPU, TPU or None"
            problems.append(
                Problem(path=path, line=number, message=f"the header's '{words}' {error}", hint=hint)
            )
    if found.get("accelerator", ("", 0))[0].lower() == "tpu":
        message = "the accelerator TPU is written as 'gpu', which is what a guide can want"
        notes.append(
            Problem(path=path, line=found["accelerator"][1], message=message, severity="warning", hint="")
        )
    return fields, problems, notes


def key_of(name: str) -> str:
    """Return the guide's header key for a name that Keras' guides use; empty for any other."""
    return _KEYS.get(name.lower(), "")


def field_value(key: str, words: str) -> Any:
    """Return a field's value as a guide's header has it.

    Raises:
        ValueError: the words are no such value.
    """
    if key == "authors":
        return [name.strip() for name in _COMMA.split(words) if name.strip()]
    if key in ("created", "modified") and words:
        date = _DATE.match(words)
        try:
            return dt.date(*map(int, date.groups())) if date else dt.date.fromisoformat(words)
        except ValueError:
            raise ValueError("is no date") from None
    if key == "accelerator":
        if words.lower() not in ("gpu", "tpu", "none", "", "cpu"):
            raise ValueError("is no accelerator")
        return "gpu" if words.lower() in ("gpu", "tpu") else "none"
    return words


# ---------------------------------------------------------------- writing


def write(fields: Mapping[str, Any], pieces: Sequence[Piece]) -> str:
    """Write a tutobook.

    Args:
        fields: title, description, authors, created, modified and accelerator of a guide's header.

    Returns:
        The file's text. Whether it holds everything is told by reading it again; :func:`refusals` tells what no
        tutobook can hold.
    """
    head = [
        f"Title: {fields['title']}",
        f"Author{'s' if len(fields['authors']) > 1 else ''}: {', '.join(fields['authors'])}",
        f"Date created: {fields['created']:%Y/%m/%d}",
        f"Last modified: {fields['modified']:%Y/%m/%d}",
        f"Description: {fields['description']}",
        f"Accelerator: {'GPU' if fields['accelerator'] == 'gpu' else 'None'}",
    ]
    parts = ["\n".join([QUOTES, *head, QUOTES])]
    before = ""
    for piece in pieces:
        shell = piece.kind == "code" and _is_shell(piece.source)
        plain = piece.kind == "code" and not shell
        if plain and before == "code":
            parts.append(f"{QUOTES}\n{QUOTES}")
        parts.append(piece.source if plain else _block(piece, shell))
        before = "code" if plain else "text"
    return "\n\n".join(parts) + "\n"


def _block(piece: Piece, shell: bool) -> str:
    tag = "shell" if shell else "invisible" if INVISIBLE in piece.tags else ""
    lines = piece.source.split("\n")
    source = "\n".join(line.removeprefix("!") for line in lines) if shell else piece.source
    return f"{QUOTES}{tag}\n{source}\n{QUOTES}"


def _is_shell(source: str) -> bool:
    plain = "\n".join(line.removeprefix("!") for line in source.split("\n"))
    return source.startswith("!") and QUOTES not in source and _commands(plain) == source


def refusals(piece: Piece) -> str:
    """Return why a tutobook cannot hold a cell; empty where it can."""
    if piece.kind == "code" and not _is_shell(piece.source):
        if _code_end(piece.source, 0, "", []) < len(piece.source):
            return f"a line of its code begins with {QUOTES}, and would open a block"
        return (
            ""
            if _is_python(piece.source)
            else "its code is not plain Python: a magic, or a shell line among it"
        )
    if QUOTES in piece.source:
        return f"its text has {QUOTES}, which would end its block"
    return "" if _is_python(_block(piece, False)) else "its text is no Python string: a backslash in it"


def _is_python(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True

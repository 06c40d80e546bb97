"""The options behind a cell marker: ``# %% [markdown] tags=["test"] rtol=1e-3``.

Jupytext drops options that it cannot parse, silently, and would publish a hidden cell. So they are parsed here too,
strictly: keys and JSON values, nothing else.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema

TAGS = (
    "parameters",
    "quick",
    "test",
    "full",
    "varies",
    "remove-cell",
    "remove-input",
    "remove-output",
    "hide-input",
    "hide-output",
    "raises-exception",
)
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}
_TOLERANCE = {"type": "number", "minimum": 0}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "tags": _NAMES,
        "backends": {**_NAMES, "minItems": 1},
        "needs": _NAMES,
        "rtol": _TOLERANCE,
        "atol": _TOLERANCE,
        "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    },
}
_MARKER = re.compile(r"^# %%(?P<rest>.*)$")
_KIND = re.compile(r"^\s*\[(?P<kind>markdown|md)\]")
_KEY = re.compile(r"\s*(?P<key>[A-Za-z_][\w-]*)=")


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    kind: str
    values: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    """Each with a hint behind a line break."""


def is_marker(line: str) -> bool:
    return bool(_MARKER.match(line))


def parse(line: str) -> Options:
    """Parse the marker line of a cell."""
    found = _MARKER.match(line)
    rest = found["rest"] if found else ""
    kind = _KIND.match(rest)
    text = rest[kind.end() :] if kind else rest
    values, left = _pairs(text)
    problems = list(_problems(values))
    if left:
        problems.append(
            f"cannot parse '{left}' behind '# %%': the cell's options would be lost\n"
            'write options as key=value with JSON values, such as tags=["test"], and nothing else'
        )
    return Options(kind="markdown" if kind else "code", values=values, problems=tuple(problems))


def _pairs(text: str) -> tuple[dict[str, Any], str]:
    """Return the options read, and the text from the first that cannot be."""
    values: dict[str, Any] = {}
    position = 0
    while found := _KEY.match(text, position):
        try:
            value, end = json.JSONDecoder().raw_decode(text, found.end())
        except json.JSONDecodeError:
            break
        if text[end : end + 1].strip() or found["key"] in values:
            break
        values[found["key"]] = value
        position = end
    return values, text[position:].strip()


def _problems(values: Mapping[str, Any]) -> Iterator[str]:
    for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(dict(values)):
        if error.validator == "additionalProperties":
            known = list(SCHEMA["properties"])
            for key in sorted(set(values) - set(known)):
                yield f"unknown cell option '{key}'\n{_suggest(key, known)}"
        else:
            where = ".".join(map(str, error.absolute_path))
            yield f"cell option {where}: {error.message}\nCONTRIBUTING.md lists the options"
    tags = values.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, str) and tag not in TAGS:
            yield f"unknown tag '{tag}'\n{_suggest(tag, list(TAGS))}"


def _suggest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}"

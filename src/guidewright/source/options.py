"""The options behind a cell marker: ``# %% [markdown] tags=["test"] rtol=0.001``.

Jupytext drops options that it cannot parse, silently, and would publish a hidden cell. So they are parsed here too,
strictly: keys and JSON values, nothing else.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import jsonschema

TAGS = {
    "parameters": "assigns the names that the header's `quick` may override",
    "quick": "runs in the quick profile only, and is never shown",
    "test": "runs, is never shown, and must pass: it asserts what the prose claims",
    "full": "of a `test` cell: runs in the full profile only",
    "varies": "its output is known to differ between backends",
    "remove-cell": "runs, and is not shown",
    "remove-input": "only its output is shown",
    "remove-output": "only its code is shown",
    "hide-input": "its code is folded",
    "hide-output": "its output is folded",
    "raises-exception": "is expected to raise: the exception is its output",
}
"""Tag → what it says of its cell."""
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}
_TOLERANCE = {"type": "number", "minimum": 0}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "tags": {**_NAMES, "description": "what kind of cell it is: the tags below"},
        "backends": {
            **_NAMES,
            "minItems": 1,
            "description": "it runs, and is shown, on these backends only",
        },
        "needs": {
            **_NAMES,
            "description": "programs that it calls; without them a quick run leaves it out, and a full run does not start",
        },
        "rtol": {**_TOLERANCE, "description": "how far numbers may differ between backends, relatively"},
        "atol": {**_TOLERANCE, "description": "how far they may differ absolutely"},
        # One text, or one an image.
        "alt": {
            "type": ["string", "array"],
            "pattern": r"\S",
            "minItems": 1,
            "items": {"type": "string", "pattern": r"\S"},
            "description": "what its figure shows, in words; a list where it makes several",
        },
        "id": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{1,64}$",
            "description": "its name, instead of one made from its content",
        },
        "language": {
            "type": "string",
            "minLength": 1,
            "description": "jupytext's own: the cell is a magic, such as `%%bash`",
        },
        "magic_args": {"type": "string", "description": "what stands behind that magic"},
    },
}
_VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
# Every line at which jupytext begins a cell; only "# %%" at the line's start is canonical.
_MARKER = re.compile(r"^\s*#\s*(?:%%(?:(?P<rest>%*\s.*)|\s*)|(?:<codecell>|In\[[0-9 ]*\]:?)\s*)$")
_KIND = re.compile(r"^\s*\[(?P<kind>markdown|md)\](?!\S)")
_KEY = re.compile(r"\s*(?P<key>[A-Za-z_][\w-]*)=")
_LOST = (
    'the cell\'s options would be lost: write them as key=value with JSON values, such as tags=["test"], '
    "and nothing else"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    kind: Literal["markdown", "code"]
    values: Mapping[str, Any]
    problems: tuple[tuple[str, str], ...] = ()
    """Message and hint of each."""


def is_marker(line: str) -> bool:
    """Tell whether jupytext begins a cell at this line, unless the line is inside a string or a fence."""
    return bool(_MARKER.match(line))


@functools.lru_cache(maxsize=1024)
def parse(line: str) -> Options:
    """Parse the marker line of a cell."""
    found = _MARKER.match(line)
    rest = (found and found["rest"]) or ""
    kind = _KIND.match(rest)
    text = rest[kind.end() :] if kind else rest
    values, left = _pairs(text)
    problems = list(_problems(values))
    if left:
        key = _KEY.match(left)
        if key and key["key"] in values:
            problems.append((f"cell option '{key['key']}' is given twice", "keep one"))
        else:
            shown = left if len(left) < 60 else f"{left[:60]}…"
            problems.append((f"cannot parse '{shown}' behind '# %%'", _LOST))
    return Options(kind="markdown" if kind else "code", values=values, problems=tuple(problems))


def _pairs(text: str) -> tuple[dict[str, Any], str]:
    """Return the options read, and the text from the first that cannot be."""
    values: dict[str, Any] = {}
    position = 0
    while found := _KEY.match(text, position):
        try:
            value, end = _JSON.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            break
        if text[end : end + 1].strip() or found["key"] in values:
            break
        values[found["key"]] = value
        position = end
    return values, text[position:].strip()


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONDecoder(parse_constant=_no_constant)


def _problems(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for error in _VALIDATOR.iter_errors(dict(values)):
        if error.validator == "additionalProperties":
            known = list(SCHEMA["properties"])
            for key in sorted(set(values) - set(known)):
                yield f"unknown cell option '{key}'", suggestion(key, known)
        else:
            where = ".".join(map(str, error.absolute_path))
            yield f"cell option {where}: {error.message}", "CONTRIBUTING.md lists the options"
    tags = values.get("tags")
    tags = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    for tag in tags:
        if tag not in TAGS:
            yield f"unknown tag '{tag}'", suggestion(tag, TAGS)
    if "full" in tags and ("test" not in tags or "quick" in tags):
        yield "tag 'full' says of a 'test' cell that it runs in full runs only", 'write tags=["test", "full"]'


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a hint: the known name that is most like this one, or else all of them."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known: {', '.join(names) or 'none'}"

"""``guides/locales/<code>/``: a language's settings and glossary. A new language is this folder, and its code in pyproject.toml."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import jsonschema

from guidewright.errors import InputError, Problem

SETTINGS = "language.toml"
GLOSSARY = "glossary.toml"
SITE = "site.po"
"""The catalog of the interface's texts."""

_STRING = {"type": "string", "minLength": 1}
_STRINGS = {"type": "array", "items": _STRING}
_LABELS = ("author", "created", "modified", "description")
_SETTINGS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "english_name"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "english_name": {"type": "string", "minLength": 1},
        "direction": {"enum": ["ltr", "rtl"]},
        "search": _STRINGS,
        "threshold": {"type": "number", "minimum": 0, "maximum": 1},
        "script": {"type": "string"},
        "sentence_endings": _STRINGS,
        "search_separator": {"type": "string", "minLength": 1},
        "hugo": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "author": _STRING,
                "created": _STRING,
                "modified": _STRING,
                "description": _STRING,
                "date_format": _STRING,
                "colab": _STRING,
                "source": _STRING,
                "weight": {"type": "integer"},
            },
        },
    },
}
_GLOSSARY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "keep": _STRINGS,
        "terms": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["source", "target"],
                "properties": {
                    "source": {"type": "string", "minLength": 1},
                    "target": {"anyOf": [{"type": "string", "minLength": 1}, {**_STRINGS, "minItems": 1}]},
                    "avoid": _STRINGS,
                    "first_use": {"type": "string"},
                    "note": {"type": "string"},
                },
            },
        },
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One term of the glossary."""

    source: str
    """English, matched as whole words, in singular or plural, whatever the case."""
    targets: tuple[str, ...]
    """One of them must be in a translation whose English has the term; matched anywhere, since particles attach."""
    avoid: tuple[str, ...] = ()
    """What must not stand for it."""
    first_use: str = ""
    """How a guide writes it the first time."""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Locale:
    """What the project says of a language."""

    code: str
    folder: Path
    name: str
    """What its readers call it."""
    english_name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    search: tuple[str, ...] = ()
    """Languages of the search index; empty for the engine's own choice."""
    threshold: float = 0.5
    """The share of translated messages below which a page stays English."""
    script: str = ""
    """A regular expression for one letter of the language's script: a translation without any is English."""
    sentence_endings: tuple[str, ...] = ()
    """How a sentence of the prose may end, before its full stop: the register."""
    search_separator: str = ""
    """A regular expression of JavaScript's: what parts words, particles among it; empty for the engine's own."""
    hugo: Mapping[str, Any] = field(default_factory=dict)
    """How a Hugo site of this language labels a page's head: see :mod:`guidewright.translate.hugo`."""
    keep: tuple[str, ...] = ()
    """Names that are never translated."""
    terms: tuple[Term, ...] = field(default_factory=tuple)

    def catalog(self, slug: str) -> Path:
        return self.folder / f"{slug}.po"

    @property
    def site(self) -> Path:
        return self.folder / SITE


def load(folder: Path, *, code: str, shown: str) -> Locale:
    """Read a language's folder.

    Args:
        shown: the folder as messages name it.

    Raises:
        InputError: there is no such folder, or a file in it cannot be read as what it should be.
    """
    if not (folder / SETTINGS).is_file():
        message = f"there is no {SETTINGS} for the language '{code}'"
        hint = "docs/translating.md tells what to put there; or take the language out of [tool.guidewright]"
        raise InputError(Problem(path=f"{shown}/{SETTINGS}", message=message, hint=hint))
    own = _read(folder / SETTINGS, _SETTINGS_SCHEMA, f"{shown}/{SETTINGS}")
    if problems := list(_unusable(own, f"{shown}/{SETTINGS}")):
        raise InputError(problems)
    glossary = folder / GLOSSARY
    words = _read(glossary, _GLOSSARY_SCHEMA, f"{shown}/{GLOSSARY}") if glossary.is_file() else {}
    lists = {key: tuple(value) for key, value in own.items() if isinstance(value, list)}
    return Locale(
        code=code,
        folder=folder,
        **{**own, **lists},
        keep=tuple(words.get("keep", ())),
        terms=tuple(_term(entry) for entry in words.get("terms", ())),
    )


def _unusable(own: Mapping[str, Any], shown: str) -> Iterator[Problem]:
    """Try what would fail only where it is used; ``search_separator`` is JavaScript's, which only a browser can try."""
    try:
        re.compile(own.get("script", ""))
    except (re.error, OverflowError, RecursionError) as error:
        message = f"script: {own['script']!r} is no regular expression: {error}"
        yield Problem(path=shown, message=message, hint='write one letter of the script, such as "[가-힣]"')
    labels = own.get("hugo", {})
    for key in ("colab", "source"):
        try:
            str(labels.get(key, "")).format(slug="x")
        except (LookupError, ValueError, AttributeError, TypeError) as error:
            message = f"hugo.{key}: {labels[key]!r} is no address with {{slug}}: {_why(error)}"
            hint = "{slug} is the guide's name; a brace that means itself is written twice"
            yield Problem(path=shown, message=message, hint=hint)
    if not _writes_a_date(labels.get("date_format", "%Y")):
        message = f"hugo.date_format: {labels['date_format']!r} cannot write a date in one line"
        yield Problem(path=shown, message=message, hint='write it as Python does: "%Y/%m/%d"')
    for key in _LABELS:
        if re.search(r"[*:\n]|^\s|\s$", labels.get(key, "")):
            message = f"hugo.{key}: {labels[key]!r} could not be read again"
            yield Problem(
                path=shown, message=message, hint="write the word alone, without asterisks and colon"
            )


def _writes_a_date(form: str) -> bool:
    try:
        return dt.date(2026, 11, 23).strftime(form).isprintable()
    except ValueError:  # what a system does not know; others write it as it is
        return False


def _why(error: Exception) -> str:
    return f"there is no {{{error.args[0]}}}" if isinstance(error, KeyError) else str(error)


def _term(entry: Mapping[str, Any]) -> Term:
    target = entry["target"]
    return Term(
        source=entry["source"],
        targets=(target,) if isinstance(target, str) else tuple(target),
        avoid=tuple(entry.get("avoid", ())),
        first_use=entry.get("first_use", ""),
        note=entry.get("note", ""),
    )


def _read(file: Path, schema: dict[str, Any], shown: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise InputError(Problem(path=shown, message=message, hint="mend its permissions")) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = Problem(path=shown, message=f"is not TOML: {error}", hint="mend this line")
        raise InputError(problem) from error
    found = sorted(
        jsonschema.Draft202012Validator(schema).iter_errors(document),
        key=lambda e: list(map(str, e.absolute_path)),
    )
    if found:
        hint = "docs/translating.md lists what may stand there"
        raise InputError(
            Problem(
                path=shown, message=f"{'.'.join(map(str, e.absolute_path)) or 'it'}: {e.message}", hint=hint
            )
            for e in found
        )
    return document

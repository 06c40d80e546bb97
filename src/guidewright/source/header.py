"""The front matter of a guide: YAML in comments, validated against ``header.schema.json``."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import yaml

from guidewright.errors import Problem
from guidewright.model import Header
from guidewright.settings import Settings

_FENCE = "# ---"
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, kw_only=True, slots=True)
class FrontMatter:
    """The header's lines as found: its values, and the line in the file of each top-level key."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    end: int
    """1-based line of the closing fence."""


@cache
def schema() -> dict[str, Any]:
    """Return the header's JSON schema."""
    text = files("guidewright.source").joinpath("header.schema.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def read(lines: list[str], path: str) -> FrontMatter | Problem:
    """Find and parse the front matter of a file's lines."""
    if not lines or lines[0].rstrip() != _FENCE:
        return Problem(
            path=path,
            line=1,
            message="the header is missing: the first line must be '# ---'",
            hint="begin with '# ---', 'title: …' and the other keys behind '# ', and '# ---' again",
        )
    end = next((number for number, line in enumerate(lines[1:], 2) if line.rstrip() == _FENCE), None)
    if end is None:
        return Problem(
            path=path, line=1, message="the header has no end", hint="close it with a line '# ---'"
        )
    return _parse(lines[1 : end - 1], end, path)


def _parse(lines: list[str], end: int, path: str) -> FrontMatter | Problem:
    text = "\n".join(line[2:] if line.startswith("# ") else line.removeprefix("#") for line in lines)
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        values = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "cannot be parsed"
        line = 2 + mark.line if mark else 2
        return Problem(path=path, line=line, message=f"the header is not YAML: {what}", hint="mend this line")
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        return Problem(
            path=path,
            line=2,
            message="the header is not a list of 'key: value' lines",
            hint="see CONTRIBUTING.md",
        )
    keys = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    return FrontMatter(values=values, lines=keys, end=end)


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a date stays the text that was written, so that the schema can judge it."""


def _as_written(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


def build(found: FrontMatter, settings: Settings, path: str) -> tuple[Header | None, list[Problem]]:
    """Validate front matter; return the header, or None with every problem found."""
    problems = [*_schema_problems(found, path), *_reference_problems(found, settings, path)]
    if problems:
        return None, problems
    values = found.values
    return (
        Header(
            title=values["title"],
            description=values["description"],
            authors=tuple(values["authors"]),
            created=dt.date.fromisoformat(values["created"]),
            modified=dt.date.fromisoformat(values["modified"]),
            category=values["category"],
            tags=tuple(values.get("tags", ())),
            accelerator=values.get("accelerator", "none"),
            backends=tuple(values.get("backends", settings.backends)),
            datasets=tuple(values.get("datasets", ())),
            requires=tuple(values.get("requires", ())),
            quick=dict(values.get("quick", {})),
        ),
        [],
    )


def _schema_problems(found: FrontMatter, path: str) -> Iterator[Problem]:
    validator = jsonschema.Draft202012Validator(schema())
    for error in sorted(
        validator.iter_errors(dict(found.values)), key=lambda error: list(map(str, error.path))
    ):
        where = ".".join(map(str, error.absolute_path))
        if error.validator == "additionalProperties":
            for key in sorted(set(found.values) - set(schema()["properties"])):
                yield _unknown(key, "key", list(schema()["properties"]), found.lines.get(key), path)
        elif error.validator == "required":
            missing = next(
                key
                for key in error.validator_value
                if key not in found.values and f"'{key}'" in error.message
            )
            yield Problem(
                path=path,
                line=1,
                message=f"the header lacks '{missing}'",
                hint=f"add a line '# {missing}: …'",
            )
        else:
            key = str(error.absolute_path[0]) if error.absolute_path else ""
            line = found.lines.get(key, 1)
            yield Problem(
                path=path, line=line, message=f"header, {where}: {error.message}", hint=_described(key)
            )
    for key in ("created", "modified"):
        value = found.values.get(key)
        if isinstance(value, str) and not _is_date(value):
            hint = "write it as yyyy-mm-dd"
            yield Problem(
                path=path, line=found.lines[key], message=f"header, {key}: '{value}' is no date", hint=hint
            )


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.match(text)) and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _described(key: str) -> str:
    return str(schema()["properties"].get(key, {}).get("description", ""))


def _reference_problems(found: FrontMatter, settings: Settings, path: str) -> Iterator[Problem]:
    """Find names that the settings don't know."""
    known = {"backends": settings.backends, "datasets": settings.datasets, "category": settings.categories}
    for key, allowed in known.items():
        value = found.values.get(key, [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        for name in names:
            if isinstance(name, str) and name not in allowed:
                kind = {"backends": "backend", "datasets": "dataset"}.get(key, key)
                yield _unknown(name, kind, list(allowed), found.lines.get(key), path)


def _unknown(name: str, kind: str, allowed: list[str], line: int | None, path: str) -> Problem:
    close = difflib.get_close_matches(name, allowed, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(allowed) or 'none'}"
    return Problem(path=path, line=line, message=f"header: unknown {kind} '{name}'", hint=hint)

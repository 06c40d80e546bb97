"""The front matter of a guide: YAML in comments, validated against ``header.schema.json``."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import yaml
from packaging.requirements import InvalidRequirement, Requirement

from guidewright.errors import Problem
from guidewright.model import Header
from guidewright.settings import Settings
from guidewright.source.options import is_marker, suggestion

_FENCE = "# ---"
# As Python finds it on a file's second line; the first key stands there.
_ENCODING = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True, slots=True)
class FrontMatter:
    """The header's lines as found."""

    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line in the file of each top-level key, 1-based."""
    end: int = 0
    """The closing fence's line, 1-based; where there is none, the last line that may belong to the header."""
    problems: tuple[Problem, ...] = ()
    """Why there are no values, or some are lost."""


@cache
def schema() -> dict[str, Any]:
    """Return the header's JSON schema."""
    text = files("guidewright.source").joinpath("header.schema.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


# --------------------------------------------------------------------- read


def read(lines: Sequence[str], path: str) -> FrontMatter:
    """Find and parse the front matter of a file's lines."""
    if not lines or lines[0].rstrip() != _FENCE:
        message = "the header is missing: the first line must be '# ---'"
        hint = "begin with '# ---', 'title: …' and the other keys behind '# ', and '# ---' again"
        return FrontMatter(problems=(Problem(path=path, line=1, message=message, hint=hint),))
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() == _FENCE:
            return _parse([_uncomment(inside) for inside in lines[1 : number - 1]], number, path)
        if not line.startswith("#") or is_marker(line):
            break
    else:
        number = len(lines) + 1
    message, hint = "the header that line 1 begins has no end", "close it with a line '# ---' before this one"
    return FrontMatter(
        end=number - 1, problems=(Problem(path=path, line=number, message=message, hint=hint),)
    )


def _uncomment(line: str) -> str:
    return line[2:] if line.startswith("# ") else line.removeprefix("#")


def _parse(lines: Sequence[str], end: int, path: str) -> FrontMatter:
    text = "\n".join(lines)
    try:
        pairs = _pairs(text)
    except yaml.YAMLError as error:
        line, what = _place(error, text), getattr(error, "problem", None) or getattr(error, "reason", "")
        message, hint = f"the header is not YAML: {what}", "mend this line"
        return FrontMatter(end=end, problems=(Problem(path=path, line=line, message=message, hint=hint),))
    if pairs is None:
        message, hint = "the header is not a list of 'key: value' lines", "CONTRIBUTING.md lists the fields"
        return FrontMatter(end=end, problems=(Problem(path=path, line=2, message=message, hint=hint),))
    first = {key: line for key, line, _ in reversed(pairs)}
    problems = [
        Problem(
            path=path,
            line=line,
            message=f"header: '{key}' is given twice; first on line {first[key]}",
            hint="keep one",
        )
        for key, line, _ in pairs
        if line != first[key]
    ]
    if _ENCODING.match(f"# {lines[0]}"):
        message = "the line reads as an encoding declaration, to Python and to jupytext"
        problems.append(Problem(path=path, line=2, message=message, hint="put another key first"))
    return FrontMatter(
        values={key: value for key, _, value in pairs}, lines=first, end=end, problems=tuple(problems)
    )


def _place(error: yaml.YAMLError, text: str) -> int:
    """Return the line in the file that an error is about: where a bracket or a quote was opened, if one is open."""
    opened = any(word in str(getattr(error, "context", "")) for word in ("flow", "quoted"))
    mark = getattr(error, "context_mark" if opened else "problem_mark", None)
    position = getattr(error, "position", 0)
    return 2 + min(mark.line if mark else text.count("\n", 0, position), text.count("\n"))


def _pairs(text: str) -> list[tuple[str, int, Any]] | None:
    """Return key, line in the file and value of a YAML mapping's entries; None where it is no such mapping."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return None
        if not all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
            return None
        return [(key.value, key.start_mark.line + 2, _value(loader, value)) for key, value in node.value]
    finally:
        loader.dispose()


def _value(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    try:
        return loader.construct_object(node, deep=True)
    except (ValueError, LookupError) as error:  # a tag on a value that is not of its kind, such as "!!int x"
        message = "the value is not of its kind"
        raise yaml.constructor.ConstructorError(None, None, message, node.start_mark) from error


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a date stays the text that was written, so that the schema can judge it."""


def _as_written(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


# -------------------------------------------------------------------- build


def build(found: FrontMatter, settings: Settings, path: str) -> tuple[Header | None, list[Problem]]:
    """Validate front matter; return the header, or None with every problem found."""
    problems = list(found.problems)
    if found.values:
        problems += [*_schema_problems(found, path), *_date_problems(found, path)]
        problems += [*_reference_problems(found, settings, path), *_requirement_problems(found, path)]
    if problems:
        return None, problems
    values = found.values
    header = Header(
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
        preload=values.get("preload", True),
    )
    return header, []


def _schema_problems(found: FrontMatter, path: str) -> Iterator[Problem]:
    errors = jsonschema.Draft202012Validator(schema()).iter_errors(dict(found.values))
    for error in sorted(errors, key=lambda error: list(map(str, error.absolute_path))):
        key = str(error.absolute_path[0]) if error.absolute_path else ""
        if not key and error.validator == "additionalProperties":
            known = schema()["properties"]
            for name in (name for name in found.values if name not in known):
                yield _unknown(name, "key", known, found.lines[name], path)
        elif not key and error.validator == "required":
            missing = next(name for name in schema()["required"] if error.message.startswith(repr(name)))
            hint = f"add a line '# {missing}: …' before this one"
            yield Problem(path=path, line=found.end, message=f"the header lacks '{missing}'", hint=hint)
        else:
            where = ".".join(map(str, error.absolute_path))
            message, hint = f"header, {where}: {error.message}", _described(key)
            yield Problem(path=path, line=found.lines[key], message=message, hint=hint)


def _described(key: str) -> str:
    return str(schema()["properties"].get(key, {}).get("description", ""))


def _date_problems(found: FrontMatter, path: str) -> Iterator[Problem]:
    for key in ("created", "modified"):
        value = found.values.get(key)
        if isinstance(value, str) and not _is_date(value):
            message, hint = f"header, {key}: '{value}' is no date", "write it as yyyy-mm-dd"
            yield Problem(path=path, line=found.lines[key], message=message, hint=hint)


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _reference_problems(found: FrontMatter, settings: Settings, path: str) -> Iterator[Problem]:
    """Find names that the settings don't know."""
    kinds: list[tuple[str, str, Iterable[str]]] = [
        ("backends", "backend", settings.backends),
        ("datasets", "dataset", settings.datasets),
        ("category", "category", settings.categories),
        # Where none is declared, a tag is shown as it is written.
        *([("tags", "tag", settings.tags)] if settings.tags else []),
    ]
    for key, kind, known in kinds:
        for name in _texts(found.values.get(key)):
            if name not in known:
                yield _unknown(name, kind, known, found.lines[key], path)


def _requirement_problems(found: FrontMatter, path: str) -> Iterator[Problem]:
    for name in _texts(found.values.get("requires")):
        try:
            Requirement(name)
        except InvalidRequirement:
            message = f"header, requires: '{name}' is no requirement"
            hint = "name a distribution as pip does, such as 'pandas' or 'pandas>=2'"
            yield Problem(path=path, line=found.lines["requires"], message=message, hint=hint)


def _texts(value: object) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [text for text in found if isinstance(text, str)]


def _unknown(name: str, kind: str, known: Iterable[str], line: int, path: str) -> Problem:
    message = f"header: unknown {kind} '{name}'"
    return Problem(path=path, line=line, message=message, hint=suggestion(name, known))

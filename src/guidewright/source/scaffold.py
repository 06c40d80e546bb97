"""A pattern of a guide → a new guide's file: its cells stay, its header is filled in."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import yaml

from guidewright import pycode
from guidewright.source import header as front
from guidewright.source import percent


def compose(template: str, fields: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Return the text of a guide.

    Args:
        template: a guide that parses without an error.
        fields: what the header's keys are to be; None leaves the key out. Keys that are not named stay as they are.
        environment: the variables of the backend that the file itself names, when it is run as a script.
    """
    lines = template.split("\n")
    found = front.read(lines, "")
    starts = sorted(found.lines.values())
    ends = dict(zip(starts, [*starts[1:], found.end], strict=True))
    kept = {key: lines[line - 1 : ends[line] - 1] for key, line in found.lines.items()}
    filled = {key: [f"# {key}: {yaml_line(value)}"] for key, value in fields.items() if value is not None}
    order = [
        key for key in front.schema()["properties"] if key in (kept.keys() - fields.keys()) | filled.keys()
    ]
    head = [line for key in order for line in filled.get(key, kept.get(key, []))]
    body = pycode.put_environment("\n".join(lines[found.end :]), environment)
    return percent.canonical("\n".join(["# ---", *head, "# ---", body]))


def yaml_line(value: Any) -> str:
    """Write a value in one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=sys.maxsize)
    return text.removesuffix("\n").removesuffix("\n...")

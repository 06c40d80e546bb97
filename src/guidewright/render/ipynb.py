"""Notebooks as nbformat writes them, to the byte: sorted keys, texts as lists of lines, each level in by a blank.

``nbformat.v4.writes_json`` copies the notebook first, and Python's encoder with an indent is the slow one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping
from json.encoder import encode_basestring
from typing import Any

_SPLIT = ("application/javascript", "image/svg+xml")
"""Kinds of data beside ``text/…`` that nbformat stores as lines."""

_ID = re.compile("[A-Za-z0-9_-]{1,64}")


def written(book: Mapping[str, Any]) -> bytes:
    """Return a notebook's file, which ends in a line break; no output may be bytes."""
    cells = [_split(cell) for cell in book["cells"]]
    return f"{_dumped({**book, 'cells': cells}, chr(10))}\n".encode()


def shape(book: Mapping[str, Any]) -> Hashable:
    """Return what nbformat's schema reads of a notebook: its keys and types, not its words.

    Raises:
        ValueError: two cells have the same id.
    """
    cells = book["cells"]
    if len({cell["id"] for cell in cells}) != len(cells):
        raise ValueError("two cells have the same id")
    return frozenset(map(_cell_shape, cells)), _types(book["metadata"])


def _cell_shape(cell: Mapping[str, Any]) -> Hashable:
    own = {key: value for key, value in cell.items() if key != "outputs"}
    named = bool(_ID.fullmatch(cell["id"]))
    outputs = frozenset((output["output_type"], _types(output)) for output in cell.get("outputs", ()))
    return cell["cell_type"], named, _types(own), outputs


def _types(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return tuple((key, _types(value[key])) for key in sorted(value))
    if isinstance(value, (list, tuple)):
        return frozenset(map(_types, value))
    return type(value).__name__


def _split(cell: Mapping[str, Any]) -> dict[str, Any]:
    found = {**cell, "source": cell["source"].splitlines(keepends=True)}
    if outputs := cell.get("outputs"):
        found["outputs"] = [_split_output(output) for output in outputs]
    return found


def _split_output(output: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(output)
    if isinstance(text := found.get("text"), str):
        found["text"] = text.splitlines(keepends=True)
    if "data" in found:
        found["data"] = {
            kind: value.splitlines(keepends=True)
            if isinstance(value, str) and (kind.startswith("text/") or kind in _SPLIT)
            else value
            for kind, value in found["data"].items()
        }
    return found


def _dumped(value: Any, pad: str) -> str:
    """Return JSON as ``json.dumps`` does with sorted keys and an indent of 1; ``pad`` begins each line of the value."""
    if isinstance(value, str):
        return encode_basestring(value)
    inner = f"{pad} "
    if isinstance(value, Mapping):
        parts = [f"{encode_basestring(key)}: {_dumped(value[key], inner)}" for key in sorted(value)]
        return f"{{{inner}{f',{inner}'.join(parts)}{pad}}}" if parts else "{}"
    if isinstance(value, (list, tuple)):
        parts = [_dumped(item, inner) for item in value]
        return f"[{inner}{f',{inner}'.join(parts)}{pad}]" if parts else "[]"
    return json.dumps(value)

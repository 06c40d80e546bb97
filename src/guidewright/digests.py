"""A value → a digest of it: equal values have equal ones, in every process. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePath
from typing import Any

Known = dict[int, tuple[Any, bytes]]
"""Digests of records met before, by their identity: many values share a few large ones."""


def digest(value: Any, known: Known | None = None) -> str:
    """Return a digest of plain values, records and collections of them.

    Raises:
        TypeError: there is something else in it, which could change unseen.
    """
    return _digest(value, {} if known is None else known).hex()


def _digest(value: Any, known: Known) -> bytes:
    if value is None or isinstance(value, str | bytes | bool | int | float | dt.date | PurePath):
        data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
        return hashlib.sha256(f"{type(value).__name__}:".encode() + data).digest()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = known.get(id(value))
        if found is None:
            fields = [getattr(value, field.name) for field in dataclasses.fields(value)]
            found = known[id(value)] = (value, _joined(type(value).__qualname__, fields, known))
        return found[1]
    if isinstance(value, Mapping):
        pairs = sorted((_digest(key, known), _digest(inner, known)) for key, inner in value.items())
        # The order is told, too: what is made of a mapping may follow it.
        order = [_digest(key, known) for key in value]
        return _joined("mapping", [*(part for pair in pairs for part in pair), *order], known)
    if isinstance(value, set | frozenset):
        return _joined("set", sorted(_digest(inner, known) for inner in value), known)
    if isinstance(value, Sequence):
        return _joined("sequence", value, known)
    raise TypeError(f"a {type(value).__name__} has no digest")


def _joined(kind: str, parts: Collection[Any], known: Known) -> bytes:
    done = hashlib.sha256(f"{kind}:{len(parts)}".encode())
    for part in parts:
        done.update(_digest(part, known))
    return done.digest()

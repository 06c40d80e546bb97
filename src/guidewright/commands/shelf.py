"""What was found out before, by a digest of what it follows from: one file in the cache's folder.

It holds what the last build asked for and nothing else, so it does not grow. It is read whole and replaced whole, so two builds
at once do not harm each other; one that is damaged counts as empty. Only plain values and the records named here are read from
it: a file that somebody else has put there can hold wrong words, but start nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import pickle
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guidewright.files import write_atomically

FILE = "built/shelf"
_HEAD = b"guidewright shelf 1\n"
_MODULES = frozenset(
    f"guidewright.{name}"
    for name in (
        "api.inventory",
        "commands.facts",
        "commands.pages",
        "errors",
        "model",
        "render.cards",
        "render.related",
    )
)
_TYPES: Mapping[tuple[str, str], Any] = {
    ("builtins", "frozenset"): frozenset,
    ("builtins", "set"): set,
    ("collections", "Counter"): Counter,
    ("datetime", "date"): dt.date,
    ("datetime", "datetime"): dt.datetime,
    ("datetime", "timedelta"): dt.timedelta,
    ("datetime", "timezone"): dt.timezone,
}


@dataclass(kw_only=True, slots=True)
class Shelf:
    file: Path
    known: Mapping[str, bytes] = field(default_factory=dict)
    asked: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, cache: Path, *, empty: bool = False) -> Shelf:
        """Read what there is.

        Args:
            empty: begin with nothing.
        """
        file = cache / FILE
        return cls(file=file, known={} if empty else _read(file))

    def get(self, key: str) -> Any:
        """Return what is known under a key, and keep it; None where that is nothing."""
        data = self.asked.get(key) or self.known.get(key)
        if data is None:
            return None
        try:
            value = _loads(data)
        except Exception:  # whatever pickle may raise
            return None
        self.asked[key] = data
        return value

    def keep(self, keys: Iterable[str]) -> None:
        """Keep what is known under keys, without a look at it."""
        self.asked.update(
            (key, self.known[key]) for key in keys if key in self.known and key not in self.asked
        )

    def put(self, key: str, value: Any) -> None:
        self.asked[key] = pickle.dumps(value, protocol=5)

    def save(self) -> None:
        """Write what was asked for; a full disk is no failure."""
        if self.asked == self.known:
            return
        body = pickle.dumps(dict(sorted(self.asked.items())), protocol=5)
        with suppress(OSError):
            write_atomically(self.file, _HEAD + hashlib.sha256(body).digest() + body)


def _read(file: Path) -> dict[str, bytes]:
    try:
        data = file.read_bytes()
        start = len(_HEAD) + 32
        body = data[start:]
        if data[:start] != _HEAD + hashlib.sha256(body).digest():
            return {}
        found = _loads(body)
    except Exception:  # it cannot be read, or pickle raises whatever it may
        return {}
    return found if isinstance(found, dict) else {}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return a type that a shelf may hold."""
        if (module, name) in _TYPES:
            return _TYPES[module, name]
        found = getattr(sys.modules.get(module), name, None) if module in _MODULES else None
        if isinstance(found, type) and dataclasses.is_dataclass(found):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is nothing that is kept")


def _loads(data: bytes) -> Any:
    return _Reader(io.BytesIO(data)).load()

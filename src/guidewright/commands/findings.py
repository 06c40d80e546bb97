"""What has been found about a file, kept by its content: a file that has not changed is not checked again.

The key of an entry is a digest of all that the findings follow from, this package's own code among it. The file is one JSON
document in the cache's folder; what nobody asked for is dropped when it is written. One that cannot be read counts as empty.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import guidewright
from guidewright.errors import Problem
from guidewright.files import write_atomically

FILE = "check.json"
FORM = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    problems: tuple[Problem, ...] = ()
    readable: bool = True
    """Whether it could be read, and used, as what it should be."""
    anchors: tuple[str, ...] = ()
    links: tuple[tuple[str, int, int, str], ...] = ()
    """Target, line, column and cell of each."""
    unknown: tuple[tuple[str, int, int, str, str | None], ...] = ()
    """Words that English does not have: word, line, column, cell and what may have been meant, where that was looked up."""


@dataclass(kw_only=True, slots=True)
class Findings:
    file: Path
    known: dict[str, Any]
    asked: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, cache: Path) -> Findings:
        file = cache / FILE
        known: dict[str, Any] = {}
        with suppress(OSError, ValueError, TypeError, KeyError):
            document = json.loads(file.read_bytes())
            known = document["entries"] if document["form"] == FORM else {}
        return cls(file=file, known=known)

    def get(self, key: str) -> Entry | None:
        """Return what is known, and keep it."""
        if (found := self.known.get(key)) is None and (found := self.asked.get(key)) is None:
            return None
        with suppress(TypeError, KeyError):
            entry = _entry(found)
            self.asked[key] = found
            return entry
        return None

    def put(self, key: str, entry: Entry) -> Entry:
        """Keep what was found."""
        self.asked[key] = dataclasses.asdict(entry)
        return entry

    def save(self, *, whole: bool) -> None:
        """Write what was asked for, and where not everything was, what is known of the rest; a full disk is no failure."""
        entries = dict(self.asked) if whole else {**self.known, **self.asked}
        if entries != self.known:
            with suppress(OSError):
                write_atomically(self.file, json.dumps({"form": FORM, "entries": entries}).encode())


def _entry(found: dict[str, Any]) -> Entry:
    return Entry(
        problems=tuple(Problem(**problem) for problem in found["problems"]),
        readable=found["readable"],
        anchors=tuple(found["anchors"]),
        links=tuple((target, line, column, cell) for target, line, column, cell in found["links"]),
        unknown=tuple((word, *rest) for word, *rest in found["unknown"]),
    )


def digest(parts: Iterable[bytes | str]) -> str:
    """Return one digest of several parts, each told from its neighbours."""
    done = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        done.update(f"{len(data)}:".encode() + data)
    return done.hexdigest()


def content(file: Path) -> bytes:
    """Return a file's bytes; of one that cannot be read, something that no file is."""
    try:
        return file.read_bytes()
    except OSError as error:
        return f"\0{error.strerror}".encode()


def code_stamp() -> str:
    """Return what changes whenever this package's own code does."""
    folder = Path(guidewright.__file__).parent
    files = sorted(file for kind in ("*.py", "*.json", "words.txt") for file in folder.rglob(kind))
    stats = [(file, file.stat()) for file in files]
    return digest(f"{file}:{stat.st_mtime_ns}:{stat.st_size}" for file, stat in stats)

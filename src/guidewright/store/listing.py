"""A store's index: which records it has, with a digest for each of their files. Pure.

A published site has one ``index.json`` with all its records, at ``<slug>/<backend>/``. A store that runs write to is written by
several machines at once, so each record has an index of its own, ``<slug>/<backend>/<key>.json``, and ``index.json`` only says so
(``"parts": true``) and never changes. The part names the folder that holds the record's files, by their digest: nothing that is
there is written over, and the part, written last, is what makes a record appear.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guidewright.model import Fingerprint, Job, Record
from guidewright.store.serial import FILE, to_files

INDEX = "index.json"
VERSION = 1
KEY = 16
"""How much of a fingerprint's key names a folder."""
_NAME = re.compile(r"[\w-][\w.-]*")
_AT = r"[0-9a-f]{16}/[0-9a-f]{16}"
FILES = re.compile(rf".+/{_AT}/[^/]+")
"""A file of a record that has a part."""
PART = re.compile(r".+/[0-9a-f]{16}\.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What an index says of a record."""

    place: str
    """``<slug>/<backend>``."""
    fingerprint: str
    files: Mapping[str, str]
    """SHA-256 by file name."""
    started: dt.datetime | None = None
    at: str = ""
    """The files' folder below the place."""

    @property
    def folder(self) -> str:
        return f"{self.place}/{self.at}" if self.at else self.place

    @property
    def part(self) -> str:
        return part_of(self.place, self.fingerprint)


def part_of(place: str, fingerprint: str) -> str:
    """Return where a record's own index is."""
    return f"{place}/{fingerprint[:KEY]}.json"


def place_of(job: Job | Record) -> str:
    return f"{job.slug}/{job.backend}"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# -------------------------------------------------------------------- write


def listed(record: Record, *, apart: bool = False) -> tuple[Entry, dict[str, bytes]]:
    """Return a record's entry, and its files by name; ``apart`` in a folder of this very content."""
    files = to_files(record)
    digests = {name: digest(content) for name, content in files.items()}
    entry = Entry(
        place=place_of(record),
        fingerprint=record.fingerprint.key,
        files=digests,
        started=record.started,
        at=f"{record.fingerprint.key[:KEY]}/{digests[FILE][:KEY]}" if apart else "",
    )
    return entry, files


def dump(*entries: Entry, parts: bool = False) -> bytes:
    """Return an index; the same entries give the same bytes."""
    document: dict[str, Any] = {
        "version": VERSION,
        "records": {entry.place: _plain(entry) for entry in entries},
    }
    if parts:
        document["parts"] = True
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def _plain(entry: Entry) -> dict[str, Any]:
    plain: dict[str, Any] = {"fingerprint": entry.fingerprint, "files": dict(entry.files)}
    if entry.started is not None:
        plain["started"] = entry.started.isoformat()
    return {**plain, "at": entry.at} if entry.at else plain


# --------------------------------------------------------------------- read


def parse(answer: bytes) -> dict[str, Any]:
    """Read an index.

    Raises:
        ValueError: it is no index, or one that this version cannot read.
    """
    try:
        index = json.loads(answer)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError("what it sent is no index of records") from error
    if not isinstance(index, dict) or not isinstance(index.get("records"), dict):
        raise ValueError("what it sent is no index of records")
    if index.get("version") != VERSION:
        raise ValueError(
            f"its index is of version {index.get('version')!r}, and this Guidewright reads {VERSION}"
        )
    return index


def entry_of(index: Mapping[str, Any], place: str) -> Entry | None:
    """Return what an index says of a place; None where it says nothing.

    Raises:
        ValueError: it has another shape, or names files elsewhere.
    """
    if (found := index["records"].get(place)) is None:
        return None
    try:
        files = {str(name): str(value) for name, value in found["files"].items()}
        at, key, started = str(found.get("at", "")), str(found["fingerprint"]), found.get("started")
        when = dt.datetime.fromisoformat(started) if started is not None else None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("its index is damaged") from error
    if (at and not re.fullmatch(_AT, at)) or any(not _NAME.fullmatch(name) for name in files):
        raise ValueError("its index names files outside a record's folder")
    return Entry(place=place, fingerprint=key, files=files, started=when, at=at)


def is_of(entry: Entry | None, fingerprint: Fingerprint) -> bool:
    return entry is not None and entry.fingerprint == fingerprint.key

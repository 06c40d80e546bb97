"""Records ↔ files: atomic, verified, images beside them.

A record is ``record.json`` in a folder of its own. Images are files beside it, named by the cell; the JSON has their
digests, and a digest of itself: what was cut short or edited by hand is seen, set aside, and run again.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guidewright.errors import DamagedRecordError, Problem, StoreError
from guidewright.files import write_atomically
from guidewright.model import (
    BackendName,
    CellFailure,
    CellRun,
    DatasetUse,
    Environment,
    Fingerprint,
    Job,
    Profile,
    Record,
    Slug,
)
from guidewright.settings import Settings

SCHEMA = 1
FILE = "record.json"
KEPT = 4
"""Records kept in the local cache per guide, backend and profile: undoing an edit, or changing branches, runs nothing."""
_IMAGES = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg"}
_KEY = 16


# -------------------------------------------------------------- serialising


def to_files(record: Record) -> dict[str, bytes]:
    """Return the record's files by name; the same record gives the same bytes."""
    files: dict[str, bytes] = {}
    document = {"schema": SCHEMA, **_plain(dataclasses.asdict(record))}
    for cell in document["cells"]:
        cell["outputs"] = [
            _without_images(output, cell["id"], index, files) for index, output in enumerate(cell["outputs"])
        ]
    document["digest"] = _digest(document)
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return {FILE: text.encode(), **files}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value


def _without_images(output: dict[str, Any], cell: str, index: int, files: dict[str, bytes]) -> dict[str, Any]:
    data = dict(output.get("data", {}))
    for mime, ending in _IMAGES.items():
        if isinstance(data.get(mime), str):
            content = data[mime].encode() if ending == ".svg" else base64.b64decode(data[mime])
            name = f"{cell}-{index}{ending}"
            files[name] = content
            data[mime] = {"file": name, "sha256": hashlib.sha256(content).hexdigest()}
    return {**output, "data": data} if data else output


def _digest(document: Mapping[str, Any]) -> str:
    content = {key: value for key, value in document.items() if key != "digest"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def from_folder(folder: Path) -> Record:
    """Read a record and verify it.

    Raises:
        FileNotFoundError: there is none.
        DamagedRecordError: it was cut short or edited, an image is missing or changed, or its schema is unknown.
    """
    path = folder / FILE
    data = path.read_bytes()
    try:
        document = json.loads(data)
        if document["digest"] != _digest(document):
            raise ValueError("its digest is not that of its content: it was edited")
        if document["schema"] != SCHEMA:
            raise ValueError(f"its schema is {document['schema']}, not {SCHEMA}")
        return _record(document, folder)
    except (ValueError, KeyError, TypeError) as error:
        what = "it is not whole JSON" if isinstance(error, json.JSONDecodeError) else str(error)
        raise DamagedRecordError(Problem(path=str(path), message=f"the record is damaged: {what}")) from error


def _record(document: dict[str, Any], folder: Path) -> Record:
    values = {key: value for key, value in document.items() if key not in ("schema", "digest")}
    cells = []
    for cell in values["cells"]:
        outputs = tuple(_with_images(output, folder) for output in cell["outputs"])
        cells.append(CellRun(**{**cell, "outputs": outputs, "missing": tuple(cell["missing"])}))
    return Record(
        **{
            **values,
            "fingerprint": Fingerprint(**values["fingerprint"]),
            "environment": Environment(**values["environment"]),
            "started": dt.datetime.fromisoformat(values["started"]),
            "cells": tuple(cells),
            "datasets": tuple(DatasetUse(**use) for use in values["datasets"]),
            "failure": CellFailure(**values["failure"]) if values["failure"] else None,
        }
    )


def _with_images(output: dict[str, Any], folder: Path) -> dict[str, Any]:
    data = dict(output.get("data", {}))
    for mime, value in data.items():
        if mime in _IMAGES and isinstance(value, dict):
            try:
                content = (folder / value["file"]).read_bytes()
            except OSError as error:
                raise ValueError(f"its image {value['file']} cannot be read") from error
            if hashlib.sha256(content).hexdigest() != value["sha256"]:
                raise ValueError(f"its image {value['file']} was changed")
            data[mime] = content.decode() if mime == "image/svg+xml" else base64.b64encode(content).decode()
    return {**output, "data": data} if data else output


# -------------------------------------------------------------------- store


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What the store has of a job."""

    match: Record | None = None
    newest: Record | None = None
    damaged: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """Committed records of full runs, and a local cache of all others."""

    committed: Path
    cache: Path

    @classmethod
    def of(cls, settings: Settings) -> Store:
        return cls(committed=settings.records, cache=settings.cache)

    def find(self, job: Job) -> Found:
        """Look a job up; a damaged record is set aside and told, and does not count."""
        records, damaged = self._records(job.slug, job.backend, job.profile)
        matching = [record for record in records if record.fingerprint.key == job.fingerprint.key]
        # A failure says more than the success before it: of one code, the newest counts.
        return Found(match=_newest(matching), newest=_newest(records), damaged=tuple(damaged))

    def save(self, record: Record) -> Path:
        """Write a record, whole or not at all; return its folder.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        folder = self._folder(record)
        files = to_files(record)
        try:
            for name in sorted(
                files, key=lambda name: name == FILE
            ):  # the JSON last: it vouches for the rest
                write_atomically(folder / name, files[name], durable=True)
        except OSError as error:
            message = f"the record of {record.name} could not be written: {error.strerror}"
            hint = "make room or mend the folder's permissions, and run again: what is done is kept"
            raise StoreError(Problem(path=str(folder), message=message, hint=hint)) from error
        _remove_strays(folder, set(files))
        self._prune(record)
        return folder

    def _folder(self, record: Record) -> Path:
        if record.profile == "full" and record.outcome == "passed":
            return self.committed / record.slug / record.backend
        return self._cached(record.slug, record.backend, record.profile) / record.fingerprint.key[:_KEY]

    def _cached(self, slug: Slug, backend: BackendName, profile: Profile) -> Path:
        return self.cache / "records" / slug / backend / profile

    def _folders(self, slug: Slug, backend: BackendName, profile: Profile) -> Iterator[Path]:
        if profile == "full":
            yield self.committed / slug / backend
        parent = self._cached(slug, backend, profile)
        yield from sorted(parent.iterdir()) if parent.is_dir() else ()

    def _records(
        self, slug: Slug, backend: BackendName, profile: Profile
    ) -> tuple[list[Record], list[Problem]]:
        records, damaged = [], []
        for folder in self._folders(slug, backend, profile):
            if not (folder / FILE).is_file():
                continue
            try:
                records.append(from_folder(folder))
            except DamagedRecordError as error:
                aside = self._set_aside(folder, slug, backend)
                hint = f"set aside in {aside}; the job counts as not run"
                damaged += [
                    dataclasses.replace(problem, hint=hint, severity="warning") for problem in error.problems
                ]
        return records, damaged

    def _set_aside(self, folder: Path, slug: Slug, backend: BackendName) -> Path:
        parent = self.cache / "damaged" / slug / backend
        number = len(list(parent.iterdir())) + 1 if parent.is_dir() else 1
        parent.mkdir(parents=True, exist_ok=True)
        aside = parent / str(number)
        try:
            shutil.move(folder, aside)
        except OSError as error:
            message = f"the damaged record cannot be set aside: {error.strerror}"
            raise StoreError(
                Problem(path=str(folder), message=message, hint="move it away by hand")
            ) from error
        return aside

    def _prune(self, record: Record) -> None:
        parent = self._cached(record.slug, record.backend, record.profile)
        folders = (
            [folder for folder in parent.iterdir() if (folder / FILE).is_file()] if parent.is_dir() else []
        )
        for folder in sorted(folders, key=lambda f: (f / FILE).stat().st_mtime, reverse=True)[KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)


def _newest(records: list[Record]) -> Record | None:
    return max(records, key=lambda record: record.started, default=None)


def _remove_strays(folder: Path, wanted: set[str]) -> None:
    for file in folder.iterdir():
        if file.name not in wanted and file.is_file():
            file.unlink()

"""A record ↔ its files: ``record.json``, and images beside it.

An image's name has its digest, so that a record can be replaced by a newer one in one step: its images come first, under
names of their own, and then the JSON. The JSON has the images' digests and a digest of itself: what was cut short or
edited by hand is seen.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from guidewright.errors import DamagedRecordError, Problem
from guidewright.model import CellFailure, CellRun, DatasetUse, Environment, Fingerprint, Origin, Record

SCHEMA = 1
"""Counts up where a reader of the former form would misread the new one. What is only added, such as ``origin``, may be absent, and
is written only where it is known: so a record from before reads, and is written, as it is."""
FILE = "record.json"
Read = Callable[[str], bytes]
"""A record's file by its name; raises OSError."""
_IMAGES = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg"}


# -------------------------------------------------------------- serialising


def to_files(record: Record) -> dict[str, bytes]:
    """Return the record's files by name, the JSON last; the same record gives the same bytes."""
    files: dict[str, bytes] = {}
    document = {"schema": SCHEMA, **_plain(dataclasses.asdict(record))}
    if record.origin is None:
        del document["origin"]
    for cell in document["cells"]:
        cell["outputs"] = [
            _without_images(output, f"{cell['id']}-{index}", files)
            for index, output in enumerate(cell["outputs"])
        ]
    document["digest"] = _digest(document)
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return {**files, FILE: text.encode()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value


def _without_images(output: dict[str, Any], stem: str, files: dict[str, bytes]) -> dict[str, Any]:
    data = dict(output.get("data", {}))
    for mime, ending in _IMAGES.items():
        content = _content(mime, data.get(mime))
        if content is not None:
            digest = hashlib.sha256(content).hexdigest()
            name = f"{stem}-{digest[:8]}{ending}"
            files[name] = content
            data[mime] = {"file": name, "sha256": digest}
    return {**output, "data": data} if data else output


def _content(mime: str, value: Any) -> bytes | None:
    """Return an image's bytes; None for what is none, and stays in the JSON as it is."""
    if not isinstance(value, str):
        return None
    if mime == "image/svg+xml":
        return value.encode()
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if base64.b64encode(content).decode() == value else None


def _digest(document: Mapping[str, Any]) -> str:
    content = {key: value for key, value in document.items() if key != "digest"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# ------------------------------------------------------------------ reading


def from_folder(folder: Path) -> Record:
    """Read a record and verify it.

    Raises:
        OSError: it cannot be read; FileNotFoundError where there is none.
        DamagedRecordError: it was cut short or edited, an image is missing or changed, or its schema is unknown.
    """
    return _parsed((folder / FILE).read_bytes(), lambda name: (folder / name).read_bytes(), folder / FILE)


def from_files(files: Mapping[str, bytes], where: Path) -> Record:
    """Read a record from what :func:`to_files` made, and verify it.

    Args:
        where: what is named where it is damaged.

    Raises:
        DamagedRecordError: as :func:`from_folder`; its JSON is not among the files, too.
    """

    def read(name: str) -> bytes:
        if name not in files:
            raise FileNotFoundError(name)
        return files[name]

    return _parsed(files.get(FILE, b""), read, where)


def _parsed(data: bytes, read: Read, path: Path) -> Record:
    try:
        document = json.loads(data)
        if not isinstance(document, dict):
            raise ValueError("it is no record")
        if document.get("schema") != SCHEMA:
            raise ValueError(f"its schema is {document.get('schema')!r}, not {SCHEMA}")
        if document.get("digest") != _digest(document):
            raise ValueError("its digest is not that of its content: it was edited")
        return _record(document, read)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedRecordError(
            Problem(path=str(path), message=f"the record is damaged: {_why(error)}")
        ) from error


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | RecursionError):
        return "it is not whole JSON"
    return "it has another shape" if isinstance(error, KeyError | TypeError | AttributeError) else str(error)


def _record(document: dict[str, Any], read: Read) -> Record:
    values = {key: value for key, value in document.items() if key not in ("schema", "digest")}
    cells = []
    for cell in values["cells"]:
        outputs = tuple(_with_images(output, read) for output in cell["outputs"])
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
            "origin": _origin(values.get("origin")),
        }
    )


def _origin(values: dict[str, Any] | None) -> Origin | None:
    return Origin(**{**values, "pins": tuple(values.get("pins", ()))}) if values else None


def _with_images(output: dict[str, Any], read: Read) -> dict[str, Any]:
    data = dict(output.get("data", {}))
    for mime, value in data.items():
        if mime in _IMAGES and isinstance(value, dict):
            content = _verified(read, value["file"], value["sha256"])
            data[mime] = content.decode() if mime == "image/svg+xml" else base64.b64encode(content).decode()
    return {**output, "data": data} if data else output


def _verified(read: Read, name: str, digest: str) -> bytes:
    try:
        content = read(name)
    except OSError as error:
        raise ValueError(f"its image {name} cannot be read") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"its image {name} was changed")
    return content

"""The parity page as JSON, for machines: one file for all languages, described by ``parity.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from guidewright.model import BackendName, BackendView, CellFailure, CellParity, Difference, Record
from guidewright.render.addresses import SiteInfo, cell_anchor
from guidewright.render.differences import difference
from guidewright.render.page import plain_title
from guidewright.render.report import SCHEMA, ParityEntry

VERSION = 1
"""Counts up where a reader of the former form would misread the new one; added keys leave it."""


def schema() -> bytes:
    """Return the JSON Schema (2020-12) of the file."""
    return (resources.files(__package__) / SCHEMA).read_bytes()


def parity_json(entries: Sequence[ParityEntry], *, site: SiteInfo) -> str:
    """Return the file: guides by slug, keys in a fixed order, addresses relative to its own."""
    ordered = sorted(entries, key=lambda entry: entry.guide.slug)
    # One guide at a time: of a large library, the whole document takes many times the file's size.
    guides = ["  " + _dumped(_guide(entry, site)).replace("\n", "\n  ") for entry in ordered]
    frame = _dumped({"$schema": SCHEMA, "version": VERSION, "guides": []})
    if guides:
        head, end = frame.rsplit("[]", 1)
        frame = "".join([head, "[\n", ",\n".join(guides), "\n ]", end])
    return f"{frame}\n"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _guide(entry: ParityEntry, site: SiteInfo) -> dict[str, Any]:
    guide = entry.guide
    page = f"guides/{guide.slug}/"
    return {
        "slug": guide.slug,
        "title": plain_title(guide.header.title),
        "page": page,
        "source": guide.path,
        "backends": {view.backend: _backend(view, entry.failed.get(view.backend)) for view in entry.views},
        "compared": entry.parity.profile,
        "cells": [_cell(cell, page, site) for cell in entry.parity.cells],
    }


def _backend(view: BackendView, failed: Record | None) -> dict[str, Any]:
    outcome = failed.outcome if failed else "passed" if view.record else None
    return {
        "label": view.label,
        "outcome": outcome,
        "moved_on": view.notice == "proven elsewhere",
        "run": _run(view, view.record) if view.record else None,
        "failure": _failure(failed.failure) if failed and failed.failure else None,
    }


def _run(view: BackendView, record: Record) -> dict[str, Any]:
    where = record.environment
    return {
        "profile": record.profile,
        "started": record.started.isoformat(),
        "seconds": round(record.seconds, 1),
        "checks": record.checks,
        "versions": dict(view.versions),
        "python": where.python,
        "platform": where.platform,
        "device": where.device,
        "cores": where.threads,
        "skipped": [run.id for run in record.skipped],
    }


def _failure(failure: CellFailure) -> dict[str, Any]:
    return {"cell": failure.cell, "line": failure.line, "name": failure.name, "message": failure.message}


def _cell(cell: CellParity, page: str, site: SiteInfo) -> dict[str, Any]:
    return {
        "id": cell.id,
        "line": cell.line,
        "page": f"{page}#{cell_anchor(cell.id)}",
        "state": cell.state,
        "declared": cell.declared,
        "finding": cell.finding or None,
        "difference": _difference(cell.difference, site.labels) if cell.difference else None,
    }


def _difference(found: Difference, labels: Any) -> dict[str, Any]:
    sides: dict[BackendName, Any] = {
        side.backend: {"kind": side.kind, "words": side.words} for side in (found.one, found.other)
    }
    numbers = {"mean": found.mean, "most": found.most}
    return {
        "kind": found.kind,
        "words": difference(found, labels=labels),
        "line": found.line,
        "context": found.context or None,
        "shown": sides,
        **{name: None if value is None else round(value, 4) for name, value in numbers.items()},
    }

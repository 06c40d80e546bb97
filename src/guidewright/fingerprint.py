"""What must be equal for a record to be reused: three digests of what a job runs.

The form is fixed by ``_VERSION``; changing what goes in spoils every committed record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from guidewright import pycode
from guidewright.model import BackendName, Fingerprint, JobCell, Profile

_VERSION = 1


def fingerprint(
    cells: Iterable[JobCell], *, backend: BackendName, profile: Profile, datasets: Mapping[str, str]
) -> Fingerprint:
    """Digest a job.

    Args:
        cells: the code cells that the job runs, in order, ``test`` cells among them.
        datasets: name → digest of each declared dataset.
    """
    numbered = list(enumerate(cells))
    run = [_cell(cell) for _, cell in numbered if not cell.is_test]
    checks = [[_place(numbered, index), *_cell(cell)] for index, cell in numbered if cell.is_test]
    return Fingerprint(
        code=_digest([_VERSION, backend, profile, run]),
        data=_digest(sorted(datasets.items())),
        checks=_digest(checks),
    )


def _cell(cell: JobCell) -> list[Any]:
    """Return what of a cell shapes its run: its meaning, and the metadata that affects execution."""
    return [pycode.meaning(cell.source), "raises-exception" in cell.tags, sorted(cell.needs)]


def _place(numbered: list[tuple[int, JobCell]], index: int) -> int:
    """Return how many cells that are not tests run before a check."""
    return sum(1 for earlier, cell in numbered if earlier < index and not cell.is_test)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()

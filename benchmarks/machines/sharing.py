"""How far the longest shard is from the shortest possible, on the library's measured seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.machine import ROOT
from guidewright import shards
from guidewright.model import Fingerprint, Job, PlannedJob
from guidewright.store.records import in_folder

COUNTS = (2, 5, 10)


def measured() -> dict[str, Any]:
    """Return, for each number of shards, the longest one over a bound that no sharing can beat."""
    records, _ = in_folder(ROOT / "guides" / "records")
    every = sorted((record.seconds for record in records), reverse=True)
    return {
        "jobs": len(every),
        "seconds": {"longest": every[0], "all": round(sum(every), 1)},
        "of_bound": {str(count): ratio(every, count) for count in COUNTS},
        # The longest job is the floor of many shards, which would hide how the others are shared out.
        "of_bound_without_the_longest_tenth": {
            str(count): ratio(every[len(every) // 10 :], count) for count in COUNTS
        },
    }


def ratio(seconds: Sequence[float], count: int) -> float:
    """Return the longest shard's seconds over :func:`bound`."""
    planned = [_planned(number, one) for number, one in enumerate(seconds)]
    loads = [sum(entry.seconds or 0 for entry in shard) for shard in shards.split(planned, count)]
    return round(max(loads) / bound(seconds, count), 4)


def bound(seconds: Sequence[float], count: int) -> float:
    """Return what the longest of ``count`` shards lasts at least, in seconds.

    The longest job; all evenly; and, since of ``count + 1`` jobs two share a shard, the two shortest of the longest so many.
    """
    ordered = sorted(seconds, reverse=True)
    pair = sum(ordered[count - 1 : count + 1]) if len(ordered) > count else 0.0
    return max(ordered[0], sum(ordered) / count, pair)


def _planned(number: int, seconds: float) -> PlannedJob:
    job = Job(
        slug=f"guide{number:04}",
        path="",
        backend="any",
        profile="full",
        cells=(),
        fingerprint=Fingerprint(code="", data="", checks=""),
    )
    return PlannedJob(job=job, reason="new", run=True, seconds=seconds)

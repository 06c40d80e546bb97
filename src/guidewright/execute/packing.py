"""Which light job starts next, and what memory is kept for it: the longest first, where it fits. Pure.

Longest first ends early (LPT; see :mod:`guidewright.shards`). Where the longest does not fit beside those that run, the longest
that does takes its place, so that no slot waits while there is something to do in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from guidewright.model import BackendName, PlannedJob

HEAVY_SECONDS = 60.0
"""A job measured above this runs alone: sharing the cores makes training up to 2.6 times slower."""
_USABLE = 0.75
_MORE = 1.25
"""What is kept for a job, in times of its measured peak: no run takes quite what the last one did."""


def usable_mb(memory_mb: int) -> int:
    """Return how much of a machine's memory jobs may take together; the rest is the system's and the build's own."""
    return int(memory_mb * _USABLE)


def kept_mb(planned: PlannedJob, *, share_mb: int, limit_mb: int) -> int:
    """Return what memory is kept for a job while it runs.

    Args:
        share_mb: what every slot would have of the machine; it counts for a job that was never measured.
        limit_mb: the settings' limit for any job; 0 for none.
    """
    kept = math.ceil(planned.memory_mb * _MORE) if planned.memory_mb else share_mb
    return min(kept, limit_mb) if limit_mb else kept


def is_heavy(planned: PlannedJob) -> bool:
    """Tell whether a job is to have all cores to itself."""
    return planned.job.profile == "full" or (planned.seconds or 0.0) > HEAVY_SECONDS


def longest_first(
    planned: PlannedJob, ended: Mapping[BackendName, Sequence[float]] | None = None
) -> tuple[float, str]:
    """Return what to sort by. A job that was never measured counts as those of its backend did that have ended already; while
    none has, as long, since it may be.

    Args:
        ended: backend → seconds of its jobs that have passed in this run.
    """
    seconds = planned.seconds
    if seconds is None:
        known = (ended or {}).get(planned.job.backend)
        seconds = fmean(known) if known else HEAVY_SECONDS
    return -seconds, planned.job.name


def next_place(waiting_mb: Sequence[int], free_mb: int) -> int | None:
    """Return the place of the first that fits, of what is kept for each of those that wait; None where none does."""
    return next((place for place, kept in enumerate(waiting_mb) if kept <= free_mb), None)

"""A plan → its shards: what several machines do at once, shared out by measured seconds. Pure.

The rule is LPT, *longest processing time first* (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM Journal on
Applied Mathematics 17, 1969): the longest job goes where least is to be done, then the next. It ends at most a third later than
the best sharing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from guidewright.errors import InputError
from guidewright.model import PlannedJob

UNMEASURED = 60.0
"""Seconds that a job counts where nothing has been measured; with anything measured, it is the median of that."""
_SHARD = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """The ``index``-th of ``count``, from 1."""

    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


def parse(text: str) -> Shard:
    """Read ``2/5``.

    Raises:
        InputError: it is no such thing, or there is no such shard.
    """
    found = _SHARD.fullmatch(text.strip())
    if not found:
        raise InputError(f"'{text}' is no shard", hint="write which and of how many: --shard 2/5")
    shard = Shard(index=int(found[1]), count=int(found[2]))
    if not 1 <= shard.index <= shard.count:
        hint = (
            f"the shards are 1/{shard.count} to {shard.count}/{shard.count}" if shard.count else "1/1 is all"
        )
        raise InputError(f"there is no shard {shard}", hint=hint)
    return shard


def split(planned: Sequence[PlannedJob], count: int) -> tuple[tuple[PlannedJob, ...], ...]:
    """Share jobs out, each to exactly one of ``count`` shards; within a shard they keep their order.

    What is to be run makes no difference, so that shards on one machine, one after the other, leave nothing out.
    """
    seconds = weights(planned)
    loads = [0.0] * count
    sizes = [0] * count
    place: dict[str, int] = {}
    for name in sorted(seconds, key=lambda name: (-seconds[name], name)):
        least = min(range(count), key=lambda index: (loads[index], sizes[index], index))
        place[name] = least
        loads[least] += seconds[name]
        sizes[least] += 1
    shards: list[list[PlannedJob]] = [[] for _ in range(count)]
    for entry in planned:
        shards[place[entry.job.name]].append(entry)
    return tuple(map(tuple, shards))


def part(planned: Sequence[PlannedJob], shard: Shard) -> list[PlannedJob]:
    """Return one shard of a plan."""
    return list(split(planned, shard.count)[shard.index - 1])


def weights(planned: Iterable[PlannedJob]) -> dict[str, float]:
    """Return each job's seconds by name: measured, or the median of those that were."""
    measured = {entry.job.name: entry.seconds for entry in planned}
    known = [seconds for seconds in measured.values() if seconds is not None]
    default = median(known) if known else UNMEASURED
    return {name: default if seconds is None else seconds for name, seconds in measured.items()}


def matrix(planned: Sequence[PlannedJob], most: int) -> dict[str, list[dict[str, Any]]]:
    """Return a workflow's matrix of what would run: each backend and accelerator in up to ``most`` shards, none of them empty.

    The form is GitHub's, ``strategy.matrix`` with ``include`` alone. A row's ``selector`` names its jobs, so that the machine
    that runs it does not have to plan as this one did.
    """
    groups: dict[tuple[str, str], list[PlannedJob]] = {}
    for entry in planned:
        if entry.run:
            groups.setdefault((entry.job.backend, entry.job.accelerator), []).append(entry)
    rows = [
        _row(key, jobs, index, min(most, len(group)))
        for key, group in groups.items()
        for index, jobs in enumerate(split(group, min(most, len(group))), start=1)
    ]
    return {"include": rows}


def _row(key: tuple[str, str], jobs: Sequence[PlannedJob], index: int, count: int) -> dict[str, Any]:
    backend, accelerator = key
    return {
        "backend": backend,
        "accelerator": accelerator,
        "profile": jobs[0].job.profile,
        "shard": index,
        "n": count,
        "selector": " ".join(entry.job.name for entry in jobs),
    }

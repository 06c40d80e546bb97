"""Jobs on this machine's cores and in its memory: light ones share them, heavy ones have them all."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from guidewright.execute.environment import Machine
from guidewright.execute.job import Slot, run_job
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.packing import is_heavy, kept_mb, longest_first, next_place, usable_mb
from guidewright.model import BackendName, Job, PlannedJob, Record
from guidewright.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something to show while jobs run."""

    kind: Literal["started", "cell", "finished"]
    job: Job
    cell: int = 0
    cells: int = 0
    record: Record | None = None


class RunJob(Protocol):
    """The seam to the kernel: :func:`guidewright.execute.job.run_job`."""

    def __call__(
        self,
        job: Job,
        settings: Settings,
        slot: Slot,
        machine: Machine,
        datasets: Sequence[DatasetFile] = ...,
        on_cell: Callable[[int, int], None] = ...,
    ) -> Awaitable[Record]: ...


def slot_count(machine: Machine, settings: Settings) -> int:
    """Return how many light jobs run at a time."""
    return max(1, min(settings.slots or machine.cores, machine.cores))


def slots(machine: Machine, settings: Settings) -> list[Slot]:
    """Split the machine's cores and memory for light jobs."""
    count = slot_count(machine, settings)
    memory = settings.memory_limit_mb or usable_mb(machine.memory_mb) // count
    return [Slot(cpus=machine.cpus[index::count], memory_mb=memory) for index in range(count)]


def whole(machine: Machine, settings: Settings) -> Slot:
    """Return the one slot of a heavy job."""
    memory = settings.memory_limit_mb or usable_mb(machine.memory_mb)
    return Slot(cpus=machine.cpus, memory_mb=memory)


async def run_all(
    planned: Sequence[PlannedJob],
    settings: Settings,
    machine: Machine,
    datasets: Mapping[str, DatasetFile],
    on_event: Callable[[Event], None],
    run: RunJob = run_job,
    foresee: Callable[[Job, Slot], None] = lambda _job, _slot: None,
) -> None:
    """Run jobs, the light ones side by side and first, each group longest first; every end is told as an event.

    No job starts beside others where its measured peak of memory does not fit; one that is larger than what there is runs
    alone. One job's failure never stops another. Cancelling ends every kernel.

    Args:
        foresee: told of every light job before any runs, in their order, and of a slot like the one it will have.
    """
    most = usable_mb(machine.memory_mb)
    groups: dict[bool, list[PlannedJob]] = {True: [], False: []}
    for entry in sorted(planned, key=longest_first):
        groups[is_heavy(entry) or _kept(entry, settings, machine) > most].append(entry)

    for entry in groups[False]:
        foresee(entry.job, slots(machine, settings)[0])

    ended = defaultdict[BackendName, list[float]](list)

    async def one(job: Job, slot: Slot) -> None:
        on_event(Event(kind="started", job=job, cells=len(job.cells)))
        files = [datasets[name] for name in job.datasets]
        record = await run(
            job,
            settings,
            slot,
            machine,
            files,
            lambda n, of: on_event(Event(kind="cell", job=job, cell=n, cells=of)),
        )
        if record.outcome == "passed":
            ended[job.backend].append(record.seconds)
        on_event(Event(kind="finished", job=job, record=record))

    await _side_by_side(groups[False], ended, settings, machine, one)
    for entry in groups[True]:
        await one(entry.job, whole(machine, settings))


async def _side_by_side(
    waiting: list[PlannedJob],
    ended: Mapping[BackendName, Sequence[float]],
    settings: Settings,
    machine: Machine,
    one: Callable[[Job, Slot], Coroutine[Any, Any, None]],
) -> None:
    """Run jobs in the machine's slots, the longest first as far as memory allows; ``waiting`` is empty afterwards."""
    free = slots(machine, settings)
    running: dict[asyncio.Task[None], tuple[Slot, int]] = {}
    async with asyncio.TaskGroup() as group:
        while waiting or running:
            waiting.sort(key=lambda entry: longest_first(entry, ended))
            kept = [_kept(entry, settings, machine) for entry in waiting]
            left = usable_mb(machine.memory_mb) - sum(taken for _, taken in running.values())
            place = next_place(kept, left) if free else None
            if place is None:
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                free = sorted([*free, *(running.pop(task)[0] for task in done)], key=lambda slot: slot.cpus)
                continue
            slot = free.pop(0)
            roomy = replace(slot, memory_mb=max(slot.memory_mb, kept[place]))
            task = group.create_task(one(waiting.pop(place).job, roomy))
            running[task] = slot, kept[place]


def _kept(planned: PlannedJob, settings: Settings, machine: Machine) -> int:
    share = usable_mb(machine.memory_mb) // slot_count(machine, settings)
    return kept_mb(planned, share_mb=share, limit_mb=settings.memory_limit_mb)

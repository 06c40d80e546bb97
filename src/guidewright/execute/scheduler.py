"""Jobs on this machine's cores: light ones share them, heavy ones have them all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from guidewright.execute.environment import Machine
from guidewright.execute.job import Slot, run_job
from guidewright.execute.kernel import DatasetFile
from guidewright.model import Job, PlannedJob, Record
from guidewright.settings import Settings

HEAVY_SECONDS = 60.0
"""A job measured above this runs alone: sharing the cores makes training up to 2.6 times slower."""
_USABLE_MEMORY = 0.75


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


def is_heavy(planned: PlannedJob) -> bool:
    """Tell whether a job is to have the machine to itself."""
    return planned.job.profile == "full" or (planned.seconds or 0.0) > HEAVY_SECONDS


def slots(machine: Machine, settings: Settings) -> list[Slot]:
    """Split the machine's cores and memory for light jobs."""
    count = max(1, min(settings.slots or machine.cores, machine.cores))
    memory = settings.memory_limit_mb or int(machine.memory_mb * _USABLE_MEMORY / count)
    return [Slot(cpus=machine.cpus[index::count], memory_mb=memory) for index in range(count)]


def whole(machine: Machine, settings: Settings) -> Slot:
    """Return the one slot of a heavy job."""
    memory = settings.memory_limit_mb or int(machine.memory_mb * _USABLE_MEMORY)
    return Slot(cpus=machine.cpus, memory_mb=memory)


async def run_all(
    planned: Sequence[PlannedJob],
    settings: Settings,
    machine: Machine,
    datasets: Mapping[str, DatasetFile],
    on_event: Callable[[Event], None],
    run: RunJob = run_job,
) -> None:
    """Run jobs, the light ones side by side and first, each group longest first; every end is told as an event.

    One job's failure never stops another. Cancelling ends every kernel.
    """
    light = asyncio.Queue[Job]()
    for entry in sorted((p for p in planned if not is_heavy(p)), key=_longest_first):
        light.put_nowait(entry.job)

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
        on_event(Event(kind="finished", job=job, record=record))

    async def worker(slot: Slot) -> None:
        while not light.empty():
            await one(light.get_nowait(), slot)

    async with asyncio.TaskGroup() as group:
        for slot in slots(machine, settings):
            group.create_task(worker(slot))
    for entry in sorted((p for p in planned if is_heavy(p)), key=_longest_first):
        await one(entry.job, whole(machine, settings))


def _longest_first(planned: PlannedJob) -> tuple[float, str]:
    """Unmeasured jobs count as long: they may be."""
    return -(planned.seconds if planned.seconds is not None else HEAVY_SECONDS), planned.job.name

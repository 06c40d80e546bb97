"""Which job goes to which worker next: the state of a run on a cluster, without the cluster.

The longest job that can go somewhere goes first (LPT; see :mod:`guidewright.shards`). A heavy one has a worker to itself, and so has
one that was measured to take more memory than a worker has; others run side by side as far as their memory fits. Where no
worker has room, one that the job could have takes nothing new until it has, so that no job waits for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from guidewright.errors import Problem
from guidewright.execute.job import Slot
from guidewright.execute.packing import is_heavy, kept_mb, longest_first, usable_mb
from guidewright.execute.workers import Worker, missing_everywhere, missing_on, needs_gpu
from guidewright.model import Job, PlannedJob
from guidewright.settings import Settings

LOSSES = 3
"""Workers that a job may lose: it may be what ends them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """A job at a worker."""

    entry: PlannedJob
    worker: Worker
    slot: Slot
    index: int
    """Of the slot; -1 where the job has all."""
    kept_mb: int
    """Of the worker's memory."""

    @property
    def alone(self) -> bool:
        return self.index < 0


@dataclass(kw_only=True)
class _Desk:
    """A worker, and what it does."""

    worker: Worker
    slots: list[Slot]
    free: list[int]
    """Indices of its slots, the next one last."""
    running: dict[str, Assignment] = field(default_factory=dict)
    """By the job's name."""

    @property
    def memory_mb(self) -> int:
        """What is not kept for a job."""
        return usable_mb(self.worker.machine.memory_mb) - sum(one.kept_mb for one in self.running.values())


class Dispatch:
    """Jobs that wait, and workers that come and go."""

    def __init__(self, planned: Sequence[PlannedJob], settings: Settings) -> None:
        self.settings = settings
        self.waiting = sorted(planned, key=longest_first)
        self.desks: dict[str, _Desk] = {}
        """By the worker's address."""
        self.given_up: dict[str, list[Problem]] = {}
        """Jobs that lost too many workers."""
        self._losses: dict[str, int] = {}
        self._able: dict[tuple[object, ...], bool] = {}

    # --------------------------------------------------------------- workers

    @property
    def workers(self) -> list[Worker]:
        return [desk.worker for _, desk in sorted(self.desks.items())]

    def add(self, worker: Worker) -> None:
        slots = worker.slots(self.settings)
        self.desks.setdefault(worker.address, _Desk(worker=worker, slots=slots, free=_all(slots)))

    def remove(self, address: str) -> list[Assignment]:
        """Take a worker away; return what it was doing, which waits again."""
        self._able.clear()  # another one may come to this address
        desk = self.desks.pop(address, None)
        lost = list(desk.running.values()) if desk else []
        for assignment in lost:
            self._wait_again(assignment)
        return lost

    # ------------------------------------------------------------------ jobs

    @property
    def running(self) -> int:
        return sum(len(desk.running) for desk in self.desks.values())

    @property
    def over(self) -> bool:
        return not self.waiting and not self.running

    def assign(self) -> Iterator[Assignment]:
        """Give waiting jobs to workers, as many as there is room for."""
        kept: set[str] = set()
        index = 0
        while index < len(self.waiting) and self._room(kept):
            entry = self.waiting[index]
            desk = self._desk(entry, kept)
            if desk is None:
                index += 1
                continue
            del self.waiting[index]
            yield self._put(entry, desk)

    def done(self, assignment: Assignment) -> None:
        """Free what a job had; nothing where its worker is gone."""
        desk = self.desks.get(assignment.worker.address)
        if desk and desk.running.pop(assignment.entry.job.name, None):
            desk.free += _all(desk.slots) if assignment.alone else [assignment.index]

    def give_up_waiting(self) -> dict[str, list[Problem]]:
        """Take away the jobs that no worker can run, and say why."""
        workers = self.workers
        hopeless = [e.job for e in self.waiting if not any(self._can(worker, e.job) for worker in workers)]
        found = {job.name: missing_everywhere(workers, job, self.settings).problems for job in hopeless}
        self.waiting = [entry for entry in self.waiting if entry.job.name not in found]
        return found

    # ------------------------------------------------------------------- own

    def _room(self, kept: set[str]) -> bool:
        return any(desk.free for address, desk in self.desks.items() if address not in kept)

    def _desk(self, entry: PlannedJob, kept: set[str]) -> _Desk | None:
        """Return where a job can go now, of several the one that others miss least; else keep one free for it."""
        able = [
            desk
            for address, desk in sorted(self.desks.items())
            if address not in kept and self._can(desk.worker, entry.job)
        ]
        roomy = [desk for desk in able if self._fits(entry, desk)]
        if not roomy and able:
            # Of those that are full anyway, none has to be kept free for a light job.
            emptiest = min(able, key=lambda desk: len(desk.running))
            if emptiest.free:
                kept.add(emptiest.worker.address)
        gpu = needs_gpu(entry.job)
        return min(roomy, key=lambda desk: (desk.worker.has_gpu and not gpu, -len(desk.free)), default=None)

    def _fits(self, entry: PlannedJob, desk: _Desk) -> bool:
        if not desk.running:
            return True
        room = bool(desk.free) and self._memory(entry, desk) <= desk.memory_mb
        return room and not self._alone(entry, desk)

    def _memory(self, entry: PlannedJob, desk: _Desk) -> int:
        share = usable_mb(desk.worker.machine.memory_mb) // len(desk.slots)
        return kept_mb(entry, share_mb=share, limit_mb=self.settings.memory_limit_mb)

    def _alone(self, entry: PlannedJob, desk: _Desk) -> bool:
        return is_heavy(entry) or self._memory(entry, desk) > usable_mb(desk.worker.machine.memory_mb)

    def _put(self, entry: PlannedJob, desk: _Desk) -> Assignment:
        kept = self._memory(entry, desk)
        if self._alone(entry, desk):
            index, slot = -1, desk.worker.whole(self.settings)
            desk.free.clear()
        else:
            index = desk.free.pop()
            slot = replace(desk.slots[index], memory_mb=max(desk.slots[index].memory_mb, kept))
        made = Assignment(entry=entry, worker=desk.worker, slot=slot, index=index, kept_mb=kept)
        desk.running[entry.job.name] = made
        return made

    def _can(self, worker: Worker, job: Job) -> bool:
        needs = frozenset(name for cell in job.cells for name in cell.needs)
        key = (worker.address, job.backend, job.profile, job.accelerator, job.requires, needs)
        if key not in self._able:
            self._able[key] = not missing_on(worker, job, self.settings).problems
        return self._able[key]

    def _wait_again(self, assignment: Assignment) -> None:
        entry = assignment.entry
        name = entry.job.name
        self._losses[name] = self._losses.get(name, 0) + 1
        if self._losses[name] < LOSSES:
            self.waiting = sorted([*self.waiting, entry], key=longest_first)
            return
        message = f"{LOSSES} workers were lost while they ran it"
        hint = "see what ended them: their memory may be too small for it"
        self.given_up[name] = [Problem(path=entry.job.path, message=message, hint=hint)]


def _all(slots: Sequence[Slot]) -> list[int]:
    """Return the indices of slots, the first one last."""
    return [*reversed(range(len(slots)))]

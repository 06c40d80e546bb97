"""What takes jobs and yields records: this machine here, a cluster in :mod:`guidewright.execute.cluster`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from guidewright.errors import Problem
from guidewright.execute.environment import Machine
from guidewright.execute.job import Slot, run_job, start_parent
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.missing import missing_backend, missing_others
from guidewright.execute.nursery import Nursery, nursery
from guidewright.execute.scheduler import Event, RunJob, run_all
from guidewright.model import Job, PlannedJob
from guidewright.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """What keeps a job from running in a pool; nothing where it can."""

    backend: tuple[Problem, ...] = ()
    """Of its backend, which many do without."""
    others: tuple[Problem, ...] = ()

    @property
    def problems(self) -> list[Problem]:
        return list(self.backend or self.others)


class Pool(Protocol):
    """The seam between a run and the machines that it runs on."""

    @property
    def runner(self) -> str:
        """What records name as having run them, where that is not whoever runs this process."""
        ...

    @property
    def machines(self) -> Sequence[Machine]:
        """What jobs may find themselves on: a record of none of them was made in another environment."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What a user should know of how jobs were run, a line each."""
        ...

    def missing(self, job: Job) -> Missing:
        """Say what keeps a job from running here."""
        ...

    def run(
        self,
        ready: Sequence[PlannedJob],
        files: Mapping[str, DatasetFile],
        on_event: Callable[[Event], None],
    ) -> dict[str, list[Problem]]:
        """Run jobs; every record is told as an event as soon as it is there. Ctrl-C ends what runs.

        Returns:
            The jobs that could not be run, with why.
        """
        ...


@dataclass(kw_only=True, slots=True)
class Local:
    """This machine."""

    settings: Settings
    machine: Machine
    run_one: RunJob = run_job
    forking: bool = False
    """Whether kernels are forked from a process that has imported already, where that can be."""
    notes: list[str] = field(default_factory=list)

    @property
    def runner(self) -> str:
        return ""

    @property
    def machines(self) -> tuple[Machine, ...]:
        return (self.machine,)

    def missing(self, job: Job) -> Missing:
        backend, others = missing_backend(job, self.settings), missing_others(job, self.settings)
        return Missing(backend=tuple(backend), others=tuple(others))

    def run(
        self,
        ready: Sequence[PlannedJob],
        files: Mapping[str, DatasetFile],
        on_event: Callable[[Event], None],
    ) -> dict[str, list[Problem]]:
        with nursery() as forks:
            run = partial(run_all, ready, self.settings, self.machine, files, on_event)
            if self.forking and self.run_one is run_job:
                asyncio.run(run(partial(run_job, nursery=forks), partial(self._foresee, forks)))
            else:
                asyncio.run(run(self.run_one))
        self.notes += [f"{name}: a fresh process, since {why}" for name, why in forks.told.items()]
        return {}

    def _foresee(self, forks: Nursery, job: Job, slot: Slot) -> None:
        start_parent(job, self.settings, slot, self.machine, forks)

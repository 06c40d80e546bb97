"""A pool that is a Dask cluster: jobs go to its workers, records come back as they finish.

Dask carries what is sent, keeps the list of workers, and tells when one is gone. Which job goes where is
:mod:`guidewright.execute.dispatch`'s, because Dask hands tasks that want resources to workers before they are free. A job is sent to
one worker under one key; where that worker is lost it is sent again under another key, so that one answer counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from guidewright.errors import CannotRunError, Problem
from guidewright.execute.connection import ask, connected, scheduler_versions
from guidewright.execute.dispatch import Dispatch
from guidewright.execute.environment import Machine
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.pool import Missing
from guidewright.execute.scheduler import Event, RunJob
from guidewright.execute.session import Session
from guidewright.execute.versions import closure, differences, versions
from guidewright.execute.workers import Questions, Worker, missing_everywhere, questions, required
from guidewright.model import Guide, Job, PlannedJob
from guidewright.settings import Settings

_TOLD = 8
"""Differences between versions that are told at once."""


@dataclass(kw_only=True, slots=True)
class Cluster:
    """See :func:`open_cluster`."""

    address: str
    settings: Settings
    questions: Questions
    here: Mapping[str, str]
    """Versions of this machine, which workers are to have."""
    workers: Sequence[Worker]
    """As they were when it was opened."""
    run_one: RunJob | None = None
    """Instead of a real kernel, for measuring."""
    patience: float = 30.0
    """Seconds that jobs wait for a worker that can run them, where nothing else runs."""
    notes: list[str] = field(default_factory=list)

    @property
    def runner(self) -> str:
        return "Dask cluster"

    @property
    def machines(self) -> list[Machine]:
        return list(dict.fromkeys(worker.machine for worker in self.workers))

    def missing(self, job: Job) -> Missing:
        return missing_everywhere(self.workers, job, self.settings)

    def run(
        self,
        ready: Sequence[PlannedJob],
        files: Mapping[str, DatasetFile],
        on_event: Callable[[Event], None],
    ) -> dict[str, list[Problem]]:
        return asyncio.run(self._run(ready, files, on_event))

    async def _run(
        self,
        ready: Sequence[PlannedJob],
        files: Mapping[str, DatasetFile],
        on_event: Callable[[Event], None],
    ) -> dict[str, list[Problem]]:
        async with connected(self.address) as client:
            session = Session(
                client=client,
                settings=self.settings,
                dispatch=Dispatch(ready, self.settings),
                files=files,
                on_event=on_event,
                questions=self.questions,
                here=self.here,
                run=self.run_one,
                patience=self.patience,
                notes=self.notes,
            )
            return await session.serve()


def open_cluster(address: str, settings: Settings, guides: Sequence[Guide]) -> Cluster:
    """Ask a scheduler for its workers, and them what they have.

    Raises:
        CannotRunError: there is no such scheduler, it has no worker, or versions differ.
    """
    compared = closure(_roots(settings, guides))
    asked, here = questions(settings, guides, compared), versions(compared)
    return Cluster(
        address=address,
        settings=settings,
        questions=asked,
        here=here,
        workers=asyncio.run(_workers(address, asked, here)),
    )


def _roots(settings: Settings, guides: Sequence[Guide]) -> set[str]:
    """Return the distributions that guides' outputs may depend on."""
    backends = settings.backends.values()
    named = {name for backend in backends for name in (*backend.modules, *backend.distributions)}
    return {
        *named,
        *(name for names in settings.shown.values() for name in names),
        *required(settings, guides),
    }


async def _workers(address: str, asked: Questions, here: Mapping[str, str]) -> list[Worker]:
    async with connected(address) as client:
        workers, wrong = await ask(client, asked)
        scheduler = await scheduler_versions(client)
    if wrong:
        message = "; ".join(
            f"worker {name} does not know what it is asked: {why}" for name, why in wrong.items()
        )
        raise CannotRunError(message, hint="install this very Guidewright on it; docs/cluster.md says how")
    if not workers:
        message = f"the scheduler at {address} has no worker"
        hint = f"start one: dask worker {address} --nthreads 4 --resources CPU=4; docs/cluster.md says how"
        raise CannotRunError(message, hint=hint)
    told = {worker.name: worker.versions for worker in workers}
    differing = differences(here, {"the scheduler": scheduler, **told})
    if differing:
        raise CannotRunError(_different(line) for line in differing[:_TOLD])
    return workers


def _different(line: str) -> Problem:
    hint = "have the same versions everywhere: pip install -c requirements/lock.txt, with the project's lock"
    return Problem(message=line, hint=hint)

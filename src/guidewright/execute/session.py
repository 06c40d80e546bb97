"""One run on a cluster: jobs go out, records come in, workers come and go."""

from __future__ import annotations

import asyncio
import hashlib
import os
import pickle
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from distributed import Client
from distributed.client import FutureCancelledError
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker

from guidewright.errors import CannotRunError, Problem
from guidewright.execute import on_worker
from guidewright.execute.connection import addresses, ask
from guidewright.execute.dispatch import Assignment, Dispatch
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.scheduler import Event, RunJob
from guidewright.execute.versions import differences
from guidewright.execute.workers import Questions, Worker
from guidewright.model import Job, Record
from guidewright.settings import Settings

_CHECK_SECONDS = 5.0
"""Between two looks at the scheduler's list of workers; it tells of changes at once, too."""
_END_SECONDS = 15.0
_CHUNK = 4 << 20
"""Bytes of a dataset that are sent at a time."""
_LOST = (KilledWorker, on_worker.GivenUpError, CommClosedError, ConnectionError, TimeoutError)


@dataclass(kw_only=True)
class Session:
    """See :meth:`serve`."""

    client: Client
    settings: Settings
    dispatch: Dispatch
    files: Mapping[str, DatasetFile]
    on_event: Callable[[Event], None]
    questions: Questions
    here: Mapping[str, str]
    """Versions of this machine, which workers are to have."""
    run: RunJob | None = None
    patience: float = 30.0
    """Seconds that jobs wait for a worker that can run them, where nothing else runs."""
    notes: list[str] = field(default_factory=list)
    not_run: dict[str, list[Problem]] = field(default_factory=dict)
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    tasks: dict[asyncio.Task[Record], Assignment] = field(default_factory=dict)
    keys: dict[str, Assignment] = field(default_factory=dict)
    """What runs, by its key at the scheduler."""
    refused: set[str] = field(default_factory=set)
    """Names of workers that cannot be used, so that each is told once."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False
    """Whether the scheduler went away."""
    locks: dict[tuple[str, str], asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    digests: dict[str, str] = field(default_factory=dict)
    idle: float | None = None
    """Since when nothing runs."""

    async def serve(self) -> dict[str, list[Problem]]:
        """Run all jobs; return those that could not be run, with why. Cancelling ends what runs, at the workers too.

        Raises:
            CannotRunError: the scheduler went away.
        """
        self.client.subscribe_topic("all", self._on_change)
        self.client.subscribe_topic(on_worker.TOPIC, self._on_cell)
        try:
            await self._look()
            while not (self.dispatch.over or self.broken):
                for assignment in self.dispatch.assign():
                    self._begin(assignment)
                await self._wait()
        finally:
            await self._end()
        if self.broken:
            message = "the scheduler went away while jobs ran"
            raise CannotRunError(message, hint="start it again, and run again: what is done is kept")
        return {**self.not_run, **self.dispatch.given_up}

    # --------------------------------------------------------------- workers

    def _on_change(self, event: tuple[float, Mapping[str, Any]]) -> None:
        if event[1].get("action") in ("add-worker", "remove-worker"):
            self.changed.set()

    async def _look(self) -> None:
        """Let go the workers that are gone, and take in those that are new."""
        self.changed.clear()
        try:
            present = await addresses(self.client)
            for address in self.dispatch.desks.keys() - present.keys():
                self._lose(address)
            workers, wrong = await ask(self.client, self.questions, self.dispatch.desks.keys())
        except OSError:  # gone, which futures tell, or between two connections
            self.broken = self.client.status != "running"
            return
        for worker in workers:
            if differing := differences(self.here, {worker.name: worker.versions}):
                wrong[worker.name] = differing[0]
            else:
                self.dispatch.add(worker)
        self._refuse(wrong)

    def _refuse(self, wrong: Mapping[str, str]) -> None:
        new = {name: why for name, why in wrong.items() if name not in self.refused}
        self.refused |= new.keys()
        self.notes += [f"worker {name} is left out: {why}" for name, why in sorted(new.items())]

    def _lose(self, address: str) -> None:
        if address not in self.dispatch.desks:
            return
        worker = self.dispatch.desks[address].worker
        lost = self.dispatch.remove(address)
        for task in [task for task, assignment in self.tasks.items() if assignment in lost]:
            del self.tasks[task]
            task.cancel()
        names = ", ".join(assignment.entry.job.name for assignment in lost)
        self.notes.append(f"worker {worker.name} was lost" + (f" while it ran {names}" if names else ""))

    # ------------------------------------------------------------------ jobs

    def _begin(self, assignment: Assignment) -> None:
        job = assignment.entry.job
        self.on_event(Event(kind="started", job=job, cells=len(job.cells)))
        self.tasks[asyncio.create_task(self._record(assignment))] = assignment

    async def _wait(self) -> None:
        """Wait until a job ends, the workers change, or for so long that it is time to look."""
        changed = asyncio.ensure_future(self.changed.wait())
        try:
            done, _ = await asyncio.wait(
                {*self.tasks, changed}, timeout=self._seconds(), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            changed.cancel()
        for task in [task for task in self.tasks if task in done]:
            if task in self.tasks:  # else it was lost with another of its worker's
                self._finish(task, self.tasks.pop(task))
        if self.changed.is_set() or not done:
            await self._look()
        self._give_up()

    def _seconds(self) -> float:
        return _CHECK_SECONDS if self.tasks else min(_CHECK_SECONDS, max(self.patience, 0.01))

    def _give_up(self) -> None:
        """Wait no longer than patience allows for workers that can run what is left."""
        if self.tasks:
            self.idle = None
            return
        self.idle = self.idle or time.monotonic()
        if time.monotonic() - self.idle >= self.patience:
            self.not_run |= self.dispatch.give_up_waiting()

    async def _record(self, assignment: Assignment) -> Record:
        """Send a job to its worker, with all that it needs, and return what comes back."""
        job, worker = assignment.entry.job, assignment.worker
        datasets = [await self._bring(worker, self.files[name]) for name in job.datasets]
        key = f"{job.name}-{uuid.uuid4().hex}"
        self.keys[key] = assignment
        future = self.client.submit(
            on_worker.work,
            pickle.dumps(self._order(assignment, tuple(datasets))),
            key=key,
            workers=[worker.address],
            resources=worker.wanted(job, alone=assignment.alone),
            pure=False,
        )
        try:
            record: Record = await future
        finally:
            del self.keys[key]
            future.release()
        return record

    def _order(self, assignment: Assignment, datasets: tuple[DatasetFile, ...]) -> on_worker.Order:
        allowed = self.settings.allow_environment
        return on_worker.Order(
            session=self.name,
            job=assignment.entry.job,
            settings=_slim(self.settings, assignment.entry.job),
            slot=assignment.slot,
            machine=assignment.worker.machine,
            datasets=datasets,
            environ={name: os.environ[name] for name in allowed if name in os.environ},
            run=self.run,
        )

    def _finish(self, task: asyncio.Task[Record], assignment: Assignment) -> None:
        job = assignment.entry.job
        error = task.exception()
        if isinstance(error, FutureCancelledError):
            self.broken = True
        elif isinstance(error, _LOST):
            self._lose(assignment.worker.address)
        else:
            self.dispatch.done(assignment)
            self._take(job, assignment.worker, error, None if error else task.result())

    def _take(self, job: Job, worker: Worker, error: BaseException | None, record: Record | None) -> None:
        if record and (record.name, record.fingerprint) == (job.name, job.fingerprint):
            self.on_event(Event(kind="finished", job=job, record=record))
            return
        why = f"{type(error).__name__}: {error}" if error else "it answered with another job's record"
        self.not_run[job.name] = [
            Problem(
                path=job.path,
                message=f"worker {worker.name} could not run it: {why}",
                hint="see the worker's log",
            )
        ]

    def _on_cell(self, event: tuple[float, Mapping[str, Any]]) -> None:
        told = event[1]
        if assignment := self.keys.get(told.get("key", "")):
            job = assignment.entry.job
            self.on_event(Event(kind="cell", job=job, cell=told["cell"], cells=told["cells"]))

    async def _end(self) -> None:
        """Let go of what runs, and wait until workers have ended their kernels."""
        running = list(self.tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if running and not self.broken:
            with suppress(Exception):
                answers = self.client.run(on_worker.ended, self.name, on_error="ignore")
                await asyncio.wait_for(answers, _END_SECONDS)

    # -------------------------------------------------------------- datasets

    async def _bring(self, worker: Worker, dataset: DatasetFile) -> DatasetFile:
        """Bring a dataset's file to a worker, once; return it with the digest by which the worker finds it."""
        path = Path(dataset.path)
        if dataset.path not in self.digests:
            self.digests[dataset.path] = await asyncio.to_thread(_digest, path)
        digest = self.digests[dataset.path]
        async with self.locks[worker.address, digest]:
            if not await self._keep(worker, digest, dataset.file, 0, b""):
                await self._send(worker, digest, dataset.file, path)
        return replace(dataset, path=digest)

    async def _send(self, worker: Worker, digest: str, name: str, path: Path) -> None:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                await self._keep(worker, digest, name, file.tell() - len(chunk), chunk)
            await self._keep(worker, digest, name, file.tell(), b"")

    async def _keep(self, worker: Worker, digest: str, name: str, offset: int, chunk: bytes) -> bool:
        answers = await self.client.run(
            on_worker.keep, digest, name, self.name, offset, chunk, workers=[worker.address]
        )
        return bool(answers[worker.address])


def _slim(settings: Settings, job: Job) -> Settings:
    """Leave out what a run does not read, since a job is sent with its settings, and the cache, which is not there."""
    backends = {job.backend: settings.backends[job.backend]}
    words: dict[str, Any] = {"categories": {}, "tags": {}, "redirects": {}, "reading_order": ()}
    return replace(settings, backends=backends, datasets={}, api=None, compile_cache_mb=0, **words)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

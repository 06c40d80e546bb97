"""Jobs that an edit calls for, one after the other in a thread: the guide edited last first, on the backend looked at first."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TextIO

from guidewright.commands import run as running
from guidewright.commands.console import console
from guidewright.commands.project import Project
from guidewright.commands.report import Report
from guidewright.errors import GuidewrightError, Problem
from guidewright.execute.environment import Machine
from guidewright.execute.job import Slot, run_job
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.nursery import Nursery
from guidewright.execute.scheduler import RunJob
from guidewright.model import BackendName, Job, Record, Slug
from guidewright.plan import Selection
from guidewright.settings import LOCAL, Settings

Key = tuple[Slug, BackendName]


class Rerun:
    """A queue of quick jobs, and the thread that empties it.

    Args:
        project: the project as it is now.
        changed: is called whenever something is to be told: a job starts, reaches a cell, ends.
        stream: where progress is written for whoever started the command.
    """

    def __init__(
        self,
        project: Callable[[], Project],
        changed: Callable[[], None],
        stream: TextIO,
        run_one: RunJob | None = None,
    ) -> None:
        self.project, self.changed, self.stream = project, changed, stream
        self.nursery = Nursery()
        """Stays as long as the preview: the second edit of a guide imports nothing."""
        self.run_one = run_one or self._run_job
        self.queue: list[Key] = []
        self.now: Key | None = None
        self.cell = (0, 0)
        self.looked_at: BackendName = ""
        self.problems: dict[Key, tuple[Problem, ...]] = {}
        """Why a job could not run."""
        self._turn = threading.Condition()
        self._ended = self._given_up = False
        self._cancel: Callable[[], object] | None = None
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def want(self, slug: Slug, backends: Iterable[BackendName]) -> None:
        """Run a guide before all others; what runs of it already is of former code, and ends."""
        with self._turn:
            new = [(slug, backend) for backend in backends]
            self.queue = [*new, *(key for key in self.queue if key not in new)]
            self._give_up(new)
            self._turn.notify_all()

    def drop(self, keys: Sequence[Key]) -> None:
        """Run these no more: an edit was undone."""
        with self._turn:
            self.queue = [key for key in self.queue if key not in keys]
            self._give_up(keys)
            for key in keys:
                self.problems.pop(key, None)

    def end(self) -> None:
        """End what runs, its kernel included."""
        with self._turn:
            self._ended = True
            self.queue.clear()
            self._give_up([self.now] if self.now else [])
            busy = self._cancel is not None
            self._turn.notify_all()
        if busy:
            self._thread.join()
        self.nursery.end()

    def _give_up(self, keys: Sequence[Key | None]) -> None:
        if self.now in keys:
            self._given_up = True
            if self._cancel:
                self._cancel()

    # ------------------------------------------------------------- the thread

    def _work(self) -> None:
        while (key := self._next()) is not None:
            self.changed()
            try:
                self._run(key)
            finally:
                with self._turn:
                    self.now, self.cell, self._cancel = None, (0, 0), None
                self.changed()

    def _next(self) -> Key | None:
        """Wait for a job, and take it."""
        with self._turn:
            self._turn.wait_for(lambda: self.queue or self._ended)
            if self._ended:
                return None
            slug = self.queue[0][0]
            key = (slug, self.looked_at) if (slug, self.looked_at) in self.queue else self.queue[0]
            self.queue.remove(key)
            self.now, self._given_up = key, False
            self.problems.pop(key, None)
            return key

    def _run(self, key: Key) -> None:
        slug, backend = key
        report = Report()
        selection = Selection(patterns=(f"{slug}[{backend},quick]",))
        try:
            told = console(self.stream)
            running.run(self.project(), selection, told, report, run_one=self._one, scheduler=LOCAL)
        except asyncio.CancelledError:
            return
        except GuidewrightError as error:
            self.problems[key] = error.problems
        except Exception as error:  # whatever it is: the preview goes on, and says so
            self.problems[key] = (Problem(message=f"could not run: {type(error).__name__}: {error}"),)
        problems = [problem for found in report.not_run.values() for problem in found]
        if problems and not self._given_up:
            self.problems[key] = tuple(problems)

    def _run_job(
        self,
        job: Job,
        settings: Settings,
        slot: Slot,
        machine: Machine,
        datasets: Sequence[DatasetFile] = (),
        on_cell: Callable[[int, int], None] = lambda _number, _count: None,
    ) -> Awaitable[Record]:
        parents = self.nursery if settings.preload else None
        return run_job(job, settings, slot, machine, datasets, on_cell, parents)

    async def _one(
        self,
        job: Job,
        settings: Settings,
        slot: Slot,
        machine: Machine,
        datasets: Sequence[DatasetFile] = (),
        on_cell: Callable[[int, int], None] = lambda _number, _count: None,
    ) -> Record:
        """Run a job so that another thread can end it."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        with self._turn:
            if self._given_up:
                raise asyncio.CancelledError
            self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)

        def told(number: int, count: int) -> None:
            self.cell = (number, count)
            on_cell(number, count)
            self.changed()

        return await self.run_one(job, settings, slot, machine, datasets, told)

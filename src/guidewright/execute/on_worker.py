"""What runs in a worker of the cluster: called through Dask by :mod:`guidewright.execute.cluster`.

Each job is in a thread and an event loop of its own, so that Dask's loop goes on answering. A job ends with its kernel as soon
as nobody wants it: the client cancelled it or went away, the scheduler did, or the worker is told to end.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Worker, get_worker
from distributed.core import Status

from guidewright.execute.environment import Machine, find_program, this_machine
from guidewright.execute.job import Slot, run_job
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.missing import is_importable
from guidewright.execute.scheduler import RunJob
from guidewright.execute.versions import versions
from guidewright.model import Job, Record
from guidewright.settings import Settings

TOPIC = "guidewright"
"""Under which workers tell of cells."""
_LOOK = 0.2
"""Seconds between two looks at whether a job is still wanted."""
_FOLDER = "guidewright"
_ENDS = (Status.stopping, Status.stopped, Status.closing, Status.closed, Status.failed)

_running: dict[str, str] = {}
"""Key of each job that runs in this process, and the session that it is of."""


class GivenUpError(Exception):
    """A job ended because this worker ends, or nobody wants it any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A job with all that its run needs on a machine without a checkout."""

    session: str
    job: Job
    settings: Settings
    slot: Slot
    machine: Machine
    datasets: tuple[DatasetFile, ...]
    """Each path is the SHA-256 of the file's bytes: where the worker has it."""
    environ: Mapping[str, str]
    """The client's values of the variables that guides may see."""
    run: RunJob | None = None
    """Instead of a real kernel, for measuring."""


# ---------------------------------------------------------------- questions


def describe(modules: Sequence[str], distributions: Sequence[str], programs: Sequence[str]) -> dict[str, Any]:
    """Return what of these is here, and what the machine is, as plain data."""
    return {
        "machine": asdict(this_machine()),
        "modules": [name for name in modules if is_importable(name)],
        "versions": versions(distributions),
        "programs": [name for name in programs if find_program(name)],
    }


async def ended(session: str) -> None:
    """Return once no job of a session runs in this process."""
    while session in _running.values():
        await asyncio.sleep(0.05)


# ----------------------------------------------------------------- datasets


def keep(digest: str, name: str, session: str, offset: int, chunk: bytes, dask_worker: Worker) -> bool:
    """Take a piece of a dataset's file; an empty one ends it. Return whether the whole file is here, verified.

    Raises:
        OSError: the disk is full, or the worker's folder cannot be written.
        ValueError: what came is not what was sent.
    """
    file = _dataset(dask_worker, digest, name)
    part = file.with_name(f"{session}.part")
    if file.exists():
        return True
    if chunk:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("r+b" if offset else "wb") as open_file:
            open_file.seek(offset)
            open_file.write(chunk)
    elif offset:
        with part.open("rb") as open_file:
            if hashlib.file_digest(open_file, "sha256").hexdigest() != digest:
                raise ValueError(f"the dataset {name} came damaged")
        part.replace(file)
        return True
    return False


def _dataset(worker: Worker, digest: str, name: str) -> Path:
    return Path(worker.local_directory) / _FOLDER / digest / Path(name).name


# --------------------------------------------------------------------- jobs


def work(sent: bytes) -> Record:
    """Run the job of an order to its end, as :func:`guidewright.execute.job.run_job` does.

    Args:
        sent: an :class:`Order`, pickled.

    Raises:
        GivenUpError: nobody wants it any more.
    """
    order: Order = pickle.loads(sent)
    worker = get_worker()
    key = str(worker.get_current_task())
    _running[key] = order.session
    try:
        return asyncio.run(_work(order, worker, key))
    finally:
        _running.pop(key, None)


async def _work(order: Order, worker: Worker, key: str) -> Record:
    def told(number: int, count: int) -> None:
        worker.log_event(TOPIC, {"session": order.session, "key": key, "cell": number, "cells": count})

    job = asyncio.ensure_future(_record(order, worker, told))
    while not (await asyncio.wait({job}, timeout=_LOOK))[0]:
        if not _is_wanted(worker, key):
            job.cancel()
            with suppress(asyncio.CancelledError):
                await job
            raise GivenUpError(f"{order.job.name} is not wanted any more")
    return job.result()


async def _record(order: Order, worker: Worker, on_cell: Callable[[int, int], None]) -> Record:
    folder = Path(worker.local_directory)
    files = [
        replace(dataset, path=str(_dataset(worker, dataset.path, dataset.file))) for dataset in order.datasets
    ]
    # The caller's own folder is not here; what the job may print of this one becomes <project>, as at home.
    settings = replace(order.settings, root=folder / _FOLDER)
    allowed = {name: value for name, value in os.environ.items() if name not in settings.allow_environment}
    run = order.run or partial(run_job, environ={**allowed, **order.environ})
    return await run(order.job, settings, order.slot, order.machine, files, on_cell)


def _is_wanted(worker: Worker, key: str) -> bool:
    task = worker.state.tasks.get(key)
    return worker.status not in _ENDS and task is not None and task.state == "executing"

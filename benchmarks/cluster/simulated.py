"""Jobs that only sleep, sent to real workers as all jobs are; with what their records show of it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from guidewright.execute.cluster import Cluster, open_cluster
from guidewright.execute.environment import Machine
from guidewright.execute.job import Slot
from guidewright.execute.kernel import DatasetFile
from guidewright.model import CellRun, Environment, Fingerprint, Job, JobCell, PlannedJob, Record
from guidewright.settings import Settings, load

_SETTINGS = """
[tool.guidewright]
categories = { all = "All" }
backends = { plain = { label = "Plain", modules = ["json"] } }
"""
_STARTED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_OUTPUT = "what a cell printed " * 100


def project(folder: Path) -> Settings:
    """Write the settings of a project without guides, and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(_SETTINGS, "utf-8")
    return load(folder)


def planned(number: int, seconds: float) -> PlannedJob:
    """Return a job that sleeps as long as it was measured."""
    name = f"job{number:05}"
    job = Job(
        slug=name,
        path=f"guides/{name}.py",
        backend="plain",
        profile="quick",
        cells=(JobCell(id="sleep", source=repr(seconds), line=1),),
        fingerprint=Fingerprint(code=name, data="", checks=""),
    )
    return PlannedJob(job=job, reason="new", run=True, seconds=seconds)


async def sleeping(
    job: Job,
    settings: Settings,  # noqa: ARG001
    slot: Slot,
    machine: Machine,
    datasets: Sequence[DatasetFile] = (),  # noqa: ARG001
    on_cell: Callable[[int, int], None] = lambda _number, _count: None,
) -> Record:
    """Sleep as long as the job's cell says, in place of a kernel."""
    on_cell(1, 1)
    seconds = float(job.cells[0].source)
    await asyncio.sleep(seconds)
    output: Mapping[str, str] = {"output_type": "stream", "name": "stdout", "text": f"{job.slug}\n{_OUTPUT}"}
    return Record(
        slug=job.slug,
        backend=job.backend,
        profile=job.profile,
        outcome="passed",
        fingerprint=job.fingerprint,
        environment=Environment(
            python=machine.python,
            platform=machine.platform,
            device="CPU",
            device_class="cpu",
            cores=machine.cores,
            threads=len(slot.cpus),
            distributions={},
        ),
        started=_STARTED,
        seconds=seconds,
        cells=(CellRun(id="sleep", status="ok", seconds=seconds, outputs=(output,)),),
    )


def cluster(address: str, settings: Settings) -> Cluster:
    """Open a cluster whose workers sleep."""
    opened = open_cluster(address, settings, ())
    opened.run_one = sleeping
    return opened

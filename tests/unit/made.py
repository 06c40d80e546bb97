"""Jobs and records as tests of plan, store and commands want them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, Literal

from guidewright.errors import Problem
from guidewright.model import CellRun, Environment, Fingerprint, Job, JobCell, Record

ENVIRONMENT = Environment(
    python="3.11.7",
    platform="Linux-x86_64",
    device="CPU",
    device_class="cpu",
    cores=2,
    threads=1,
    distributions={"numpy": "2.0.0"},
)
STARTED = dt.datetime(2026, 11, 23, 12, 0, 0, tzinfo=dt.UTC)


def fingerprint(code: str = "code", data: str = "data", checks: str = "checks") -> Fingerprint:
    return Fingerprint(code=code, data=data, checks=checks)


def job(slug: str = "intro", backend: str = "alpha", profile: Any = "quick", **changes: Any) -> Job:
    cells = (JobCell(id="cell", source="print(1)", line=17),)
    plain = Job(
        slug=slug,
        path=f"guides/{slug}.py",
        backend=backend,
        profile=profile,
        cells=cells,
        fingerprint=fingerprint(),
    )
    return replace(plain, **changes)


def record(of: Job | None = None, *, later: float = 0, **changes: Any) -> Record:
    """Make a passed record of a job, started so many seconds later than others."""
    of = of or job()
    plain = Record(
        slug=of.slug,
        backend=of.backend,
        profile=of.profile,
        outcome="passed",
        fingerprint=of.fingerprint,
        environment=ENVIRONMENT,
        started=STARTED + dt.timedelta(seconds=later),
        seconds=1.5,
        cells=(CellRun(id="cell", status="ok", seconds=0.1),),
    )
    return replace(plain, **changes)


def problem(severity: Literal["error", "warning"]) -> Problem:
    return Problem(path="guides/intro.py", line=3, message="is wrong", severity=severity)


def with_outputs(*outputs: dict[str, Any], **changes: Any) -> Record:
    return record(cells=(CellRun(id="cell", status="ok", seconds=0.1, outputs=outputs),), **changes)

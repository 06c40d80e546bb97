"""Reading the records of a large library from a store whose every answer is late."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT
from guidewright.model import Job, Record
from guidewright.store.records import in_folder
from guidewright.store.shared import bring, folder_of, published

LARGE = 100_000
"""Bytes: the library's few larger records are left out of the figure, since they measure JSON rather than reading."""


def measured(*, records: int, latency: float, repeats: int) -> dict[str, Any]:
    """Return the seconds that reading took, into an empty cache each time."""
    found = _library(records)
    with tempfile.TemporaryDirectory() as temporary:
        store = Path(temporary) / "store"
        files = _write(store, found)
        jobs = [_job(record) for record in found]
        with _serving(store, latency) as address:
            runs = [_read(jobs, address, Path(temporary) / str(number)) for number in range(repeats)]
    return {
        "records": records,
        "files": files,
        "latency_seconds": latency,
        "seconds": sorted(seconds for seconds, _ in runs),
        "processor_seconds": sorted(cpu for _, cpu in runs),
    }


def _library(count: int) -> list[Record]:
    """Return so many records: the library's small ones, images and all, under other names."""
    real, damaged = in_folder(ROOT / "guides" / "records")
    if damaged:
        raise SystemExit("\n".join(map(str, damaged)))
    small = [record for record in real if _size(record) < LARGE]
    return [replace(small[number % len(small)], slug=f"guide{number:04}") for number in range(count)]


def _size(record: Record) -> int:
    return sum(len(content) for _, content in published([record]))


def _write(store: Path, records: Sequence[Record]) -> int:
    count = 0
    for path, content in published(records):
        (store / path).parent.mkdir(parents=True, exist_ok=True)
        (store / path).write_bytes(content)
        count += 1
    return count


def _job(record: Record) -> Job:
    return Job(
        slug=record.slug,
        path="",
        backend=record.backend,
        profile=record.profile,
        cells=(),
        fingerprint=record.fingerprint,
    )


@contextmanager
def _serving(store: Path, latency: float) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.machines.server", str(store), str(latency)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def _read(jobs: Sequence[Job], address: str, cache: Path) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    problems = bring(jobs, [address], cache)
    seconds = round(time.perf_counter() - began, 2), round(time.process_time() - cpu, 2)
    if problems or not all(folder_of(cache, job).is_dir() for job in jobs):
        raise SystemExit("\n".join(["not all records were read", *map(str, problems)]))
    return seconds

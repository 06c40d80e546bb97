"""``make bench-machines``: jobs that sleep, on a real scheduler and real workers of this machine; to build/bench-cluster.json."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from benchmarks import machine
from benchmarks.cluster.simulated import cluster, planned, project
from guidewright.execute.scheduler import Event
from guidewright.files import write_atomically
from guidewright.model import PlannedJob, Record
from guidewright.store import Store
from scripts.cluster import Loopback, loopback

OVERHEAD_MS = 20.0
"""A job, at most."""
RATIO = 1.05
"""Of the best possible schedule's length, at most."""
WORKERS = 8


def main() -> int:
    options = _options()
    durations = _durations(options.shared, options.longer)
    with tempfile.TemporaryDirectory() as folder, loopback() as made:
        _start(made, [f"worker-{number}" for number in range(WORKERS)])
        overhead = _overhead(made, Path(folder) / "overhead", options.jobs)
        print(f"overhead: {overhead}", file=sys.stderr)
        shared = _shared(made, Path(folder) / "shared", durations)
        print(f"schedule: {shared}", file=sys.stderr)
        lost = _lost(made, Path(folder) / "lost", durations)
        print(f"workers killed: {lost}", file=sys.stderr)
    figures = {
        "date": options.date,
        "command": f"python -m benchmarks.cluster --jobs {options.jobs} --shared {options.shared} --longer {options.longer:g}",
        "machine": machine.described(),
        "workers": WORKERS,
        "overhead": overhead,
        "schedule": shared,
        "killed": lost,
    }
    write_atomically(options.json, f"{json.dumps(figures, indent=2)}\n".encode())
    print(json.dumps(figures, indent=2))
    fine = overhead["ms_a_job"] <= OVERHEAD_MS and shared["ratio"] <= RATIO
    return 0 if fine and lost["jobs"] == lost["completed_once"] else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument(
        "--jobs", type=int, default=3000, help="that take no time, for the overhead (default: 3000)"
    )
    parser.add_argument("--shared", type=int, default=200, help="that take 0.5 to 20 s (default: 200)")
    parser.add_argument("--longer", type=float, default=1.0, help="how many times as long (default: 1)")
    parser.add_argument(
        "--date", default=machine.revision_date(), help="of the measurement; else the revision's"
    )
    parser.add_argument("--json", type=Path, default=machine.ROOT / "build" / "bench-cluster.json")
    return parser.parse_args()


def _start(made: Loopback, names: Sequence[str]) -> None:
    for name in names:
        made.begin(name)
    for name in names:
        made.wait(name)


def _run(
    made: Loopback, folder: Path, jobs: Sequence[PlannedJob]
) -> tuple[float, Counter[str], list[Record]]:
    """Run jobs, and keep their records as a run does; return the seconds, how often each ended, and what was kept."""
    settings = project(folder)
    store, ended = Store.of(settings), Counter[str]()

    def on_event(event: Event) -> None:
        if event.record:
            store.save(event.record)
            ended[event.job.name] += 1

    opened = cluster(made.address, settings)
    begun = time.perf_counter()
    not_run = opened.run(jobs, {}, on_event)
    seconds = time.perf_counter() - begun
    if not_run:
        raise RuntimeError(str(not_run))
    kept = [found for entry in jobs if (found := store.find(entry.job).match)]
    return seconds, ended, kept


def _overhead(made: Loopback, folder: Path, count: int) -> dict[str, Any]:
    """Return what a job costs that takes no time; in processor time, too, which does not depend on who else is at work."""
    before = _processor_seconds(made)
    seconds, ended, _ = _run(made, folder, [planned(number, 0.0) for number in range(count)])
    used = {name: after - before[name] for name, after in _processor_seconds(made).items()}
    return {
        "jobs": len(ended),
        "seconds": round(seconds, 1),
        "ms_a_job": round(seconds / count * 1000, 2),
        "processor_ms_a_job": {name: round(value / count * 1000, 2) for name, value in used.items()},
    }


def _processor_seconds(made: Loopback) -> dict[str, float]:
    def used(process: psutil.Process) -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    return {
        "client": used(psutil.Process()),
        "scheduler": used(psutil.Process(made.scheduler.pid)),
        "workers": sum(used(psutil.Process(process.pid)) for process in made.workers.values()),
    }


def _durations(count: int, longer: float) -> list[float]:
    """Return seconds as a library's are: many short ones, a few long."""
    chance = random.Random(0)
    return [round(longer * min(max(chance.lognormvariate(0.7, 0.8), 0.5), 20.0), 3) for _ in range(count)]


def _shared(made: Loopback, folder: Path, durations: Sequence[float]) -> dict[str, Any]:
    """Return how long the schedule is, of the shortest that there could be: all seconds evenly, or the longest job."""
    seconds, ended, _ = _run(made, folder, [planned(*one) for one in enumerate(durations)])
    best = max(sum(durations) / len(made.workers), *durations)
    return {
        "jobs": len(ended),
        "seconds": round(seconds, 1),
        "best": round(best, 1),
        "ratio": round(seconds / best, 3),
    }


def _lost(made: Loopback, folder: Path, durations: Sequence[float]) -> dict[str, Any]:
    """Kill a tenth of the workers, at least one, at random times; return what became of the jobs."""
    expected = sum(durations) / len(made.workers)
    chance = random.Random(1)
    victims = chance.sample(sorted(made.workers), max(1, round(len(made.workers) / 10)))
    timers = [threading.Timer(chance.uniform(0.1, 0.8) * expected, made.kill, [name]) for name in victims]
    for timer in timers:
        timer.start()
    seconds, ended, kept = _run(made, folder, [planned(*one) for one in enumerate(durations)])
    for timer in timers:
        timer.join()
    own = [record for record in kept if record.cells[0].outputs[0]["text"].startswith(f"{record.slug}\n")]
    return {
        "jobs": len(durations),
        "killed": len(victims),
        "seconds": round(seconds, 1),
        "completed_once": sum(times == 1 for times in ended.values()),
        "records_whole_and_own": len(own),
    }


if __name__ == "__main__":
    sys.exit(main())

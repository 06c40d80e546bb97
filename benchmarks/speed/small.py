"""What takes a second or less: the command line's greeting, a check of the library, and a kernel that is ready."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time

from benchmarks.machine import ROOT
from benchmarks.speed.project import Bench
from guidewright.commands import findings
from guidewright.commands.project import open_project
from guidewright.execute.environment import kernel_environment
from guidewright.execute.kernel import kernel
from guidewright.execute.nursery import Nursery, nursery
from guidewright.execute.workspaces import workspace
from guidewright.settings import load

_ENTRY = "import sys; from guidewright.cli import main; sys.argv[0] = 'guidewright'; sys.exit(main())"
"""What pip writes into the program ``guidewright``."""


def greeting(repeats: int) -> dict[str, float]:
    """Return the median seconds of ``guidewright --help`` and of Python's own start, and of their ratios."""
    ours, bare = [sys.executable, "-c", _ENTRY, "--help"], [sys.executable, "-c", "pass"]
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(repeats + 1)][1:]  # the first one reads the disk
    return {
        "seconds": statistics.median(one for one, _ in pairs),
        "python_seconds": statistics.median(other for _, other in pairs),
        "ratio": statistics.median(one / other for one, other in pairs),
        "rounds": repeats,
    }


def checking(repeats: int) -> dict[str, float]:
    """Return the median seconds of ``guidewright check`` of this project's library, checked before, and with nothing remembered."""
    words = [sys.executable, "-m", "guidewright.cli", "--root", str(ROOT), "check"]
    remembered = load(ROOT).cache / findings.FILE
    first, again = [], []
    for _ in range(repeats + 1):
        remembered.unlink(missing_ok=True)
        first.append(_seconds(words))
        again.append(_seconds(words))
    return {
        "seconds": statistics.median(again[1:]),
        "first_seconds": statistics.median(first[1:]),
        "rounds": repeats,
    }


def _seconds(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def ready(bench: Bench, repeats: int) -> dict[str, float]:
    """Return median seconds: from the order of a kernel to its first reply; and until it has its datasets, and waits for a cell.

    The forked ones come from a parent that is there, as for all but a run's first job of each backend.
    """
    return asyncio.run(_ready(bench, repeats))


async def _ready(bench: Bench, repeats: int) -> dict[str, float]:
    forked, fresh = [], []
    with nursery() as parents:
        await _start(bench, parents)
        for _ in range(repeats):
            forked.append(await _start(bench, parents))
            fresh.append(await _start(bench, None))
    replied, prepared = (statistics.median(each[place] for each in forked) for place in (0, 1))
    return {
        "forked": replied,
        "forked_prepared": prepared,
        "fresh": statistics.median(each[0] for each in fresh),
        "rounds": repeats,
    }


async def _start(bench: Bench, parents: Nursery | None) -> tuple[float, float]:
    settings = open_project(bench.root).settings
    backend = settings.backends[bench.light[0].backend]

    async def fork(order):  # type: ignore[no-untyped-def]
        assert parents
        made = lambda work: kernel_environment(backend, settings, work, 1)  # noqa: E731
        return await parents.fork(made, backend.preload, order)

    async with workspace() as work:
        environment = kernel_environment(backend, settings, work, 1)
        began = time.perf_counter()
        async with kernel(
            work, environment, output_limit=10**6, memory_limit_mb=10**6, fork=fork if parents else None
        ) as running:
            replied = time.perf_counter() - began
            await running.prepare((), backend.bootstrap, ())
            return replied, time.perf_counter() - began

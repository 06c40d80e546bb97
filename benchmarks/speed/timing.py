"""Running commands, and what they took."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, kw_only=True, slots=True)
class Took:
    """What something took, with all that it started and waited for."""

    seconds: float
    cpu: float
    """Seconds of processor time, of all cores together: what other work on the machine changes least."""


def measured(work: Callable[[], None]) -> Took:
    """Do something in other processes, and return what it took. One at a time."""
    began, before = time.perf_counter(), _cpu()
    work()
    return Took(seconds=time.perf_counter() - began, cpu=_cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def command(words: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> float:
    """Run a command to its end; return its own peak of resident memory, in MiB.

    Raises:
        RuntimeError: it failed; with the end of what it said.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as said:
        # A session of its own, as every kernel has: Linux shares a busy machine out by sessions (autogroup).
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        _running.add(process)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            end_all()
            raise
        _running.discard(process)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        end = log.read_text("utf-8", errors="replace")[-3000:]
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}:\n{end}")
    # Kibibytes on Linux, bytes on macOS.
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def end_all() -> None:
    """Ask whatever runs to end: a terminal's Ctrl-C does not get to other sessions."""
    for process in list(_running):
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGTERM)


def two_at_a_time(calls: Sequence[Callable[[], float]]) -> list[float]:
    """Make calls in their order, two at any time; return what each returned."""
    with ThreadPoolExecutor(2) as pool:
        try:
            return list(pool.map(lambda call: call(), calls))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            end_all()
            raise

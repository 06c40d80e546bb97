"""Running commands, and what they took of time and memory."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

LIMIT_SECONDS = 1200.0
"""That a command may take, on a busy machine, too."""
_POLL = 0.25
"""Seconds between two looks at memory: as often as Guidewright looks at its jobs' (``execute/kernel.py``)."""

_END_SECONDS = 10.0

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


def command(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    limit: float = LIMIT_SECONDS,
) -> float:
    """Run a command to its end; return the peak of resident memory of its process and their children together, in MiB.

    It is looked for as a job's is: all processes, a few times a second.

    Raises:
        RuntimeError: it failed, or took too long; with the end of what it said.
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
            peak = _watch(process, limit)
        except BaseException:
            end_all()
            raise
        finally:
            _running.discard(process)
    if process.returncode:
        end = log.read_text("utf-8", errors="replace")[-3000:]
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}:\n{end}")
    return peak


def _watch(process: subprocess.Popen[bytes], limit: float) -> float:
    """Wait for its end, and kill it where that takes too long; return the peak of its memory."""
    ended, peaks = threading.Event(), [0.0]
    watching = threading.Thread(target=_look, args=(process.pid, ended, peaks), daemon=True)
    watching.start()
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        _end(process)
    finally:
        ended.set()
        watching.join()
    return max(peaks)


def _look(pid: int, ended: threading.Event, peaks: list[float]) -> None:
    """Note the memory of a process and its children, until told to end; new children are looked for once a second, which is cheap."""
    family, looks = list[psutil.Process](), 0
    with suppress(psutil.Error):
        family = [psutil.Process(pid)]
    while family and not ended.wait(_POLL):
        looks += 1
        if looks % 4 == 0:
            with suppress(psutil.Error):
                family = [family[0], *family[0].children(recursive=True)]
        used = 0
        for each in family:
            with suppress(psutil.Error):
                used += each.memory_info().rss
        peaks.append(used / 2**20)


def end_all() -> None:
    """End whatever runs, with what it has started: a terminal's Ctrl-C does not get to other sessions."""
    for process in list(_running):
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end; kill what stays of it and of its children, which may have sessions of their own."""
    children = list[psutil.Process]()
    with suppress(psutil.Error):
        children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    process.kill()
    process.wait()
    for child in children:
        with suppress(psutil.Error):
            child.kill()
    psutil.wait_procs(children, timeout=_END_SECONDS)


def two_at_a_time(calls: Sequence[Callable[[], float]]) -> list[float]:
    """Make calls in their order, two at any time; return what each returned."""
    with ThreadPoolExecutor(2) as pool:
        try:
            return list(pool.map(lambda call: call(), calls))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            end_all()
            raise

"""One job under a debugger, in the terminal that the command has: no kernel, no limit of time, no record.

The guide runs in a process of its own, in a job's environment and workspace; see :mod:`guidewright.execute.debugged`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from guidewright.errors import CannotRunError, Problem
from guidewright.execute import environment as env
from guidewright.execute.kernel import (
    DatasetFile,
    death,
    last_words,
    preparation,
)
from guidewright.execute.processes import Family
from guidewright.execute.workspaces import make_workspace, remove_workspace
from guidewright.model import CellId, Guide, Job
from guidewright.settings import Settings

_ORDER, OUTCOME = "order.json", "outcome"
_INLINE = "module://matplotlib_inline.backend_inline"
"""What a kernel has Matplotlib draw with: no window opens."""


def debug(
    job: Job, guide: Guide, settings: Settings, machine: env.Machine, datasets: Sequence[DatasetFile]
) -> bool:
    """Run a job's cells, and open a debugger where one raises; return whether all passed.

    Its processes and its folder are gone when this returns or raises.

    Raises:
        KeyboardInterrupt: it was interrupted outside of a cell.
        CannotRunError: the process ended before the guide did, or the disk is full.
    """
    family = None
    try:
        work = make_workspace()
    except OSError as error:
        raise CannotRunError(f"there is no room to work in: {error.strerror or error}") from error
    try:
        family = Family(work=work)
        (work / _ORDER).write_text(json.dumps(_order(job, guide, settings, machine, datasets, work)), "utf-8")
        code = _wait(_start(job, settings, machine, work), family)
        return _passed(work, code, job)
    finally:
        if family:
            family.end()
        remove_workspace(work)


def _order(
    job: Job,
    guide: Guide,
    settings: Settings,
    machine: env.Machine,
    datasets: Sequence[DatasetFile],
    work: Path,
) -> Mapping[str, Any]:
    numbers: dict[CellId, int] = {cell.id: number for number, cell in enumerate(guide.cells, 1)}
    cells = [
        {
            "number": numbers[cell.id],
            "source": cell.source,
            "line": cell.line,
            "raises": "raises-exception" in cell.tags,
            "missing": env.absent_programs(cell.needs),
        }
        for cell in job.cells
    ]
    bootstrap = settings.backends[job.backend].bootstrap
    return {
        "job": job.name,
        "path": job.path,
        "file": str(settings.root / job.path),
        "cells": cells,
        "prepare": preparation(work, machine.cpus, bootstrap, datasets),
        "outcome": str(work / OUTCOME),
    }


def _start(job: Job, settings: Settings, machine: env.Machine, work: Path) -> subprocess.Popen[bytes]:
    """Start the process in our own group, so that the terminal is its own, too."""
    environment = env.kernel_environment(settings.backends[job.backend], settings, work, machine.cores)
    terminal = {name: os.environ[name] for name in ("TERM", "TERMINFO") if name in os.environ}
    command = [sys.executable, "-m", "guidewright.execute.debugged", str(work / _ORDER)]
    return subprocess.Popen(
        command, cwd=work / "guide", env={"MPLBACKEND": _INLINE, **terminal, **environment}
    )


def _wait(process: subprocess.Popen[bytes], family: Family) -> int:
    family.add(process.pid)
    with _ctrl_c_is_the_guides():
        return process.wait()


@contextmanager
def _ctrl_c_is_the_guides() -> Iterator[None]:
    """Leave Ctrl-C, which the terminal sends to both, to the process that runs the guide; end when asked to."""
    handlers = {"SIGINT": _leave, "SIGTERM": _end, "SIGHUP": _end}
    saved = {}
    for name, handler in handlers.items():
        with suppress(AttributeError, ValueError):  # not on this system; not in the main thread
            number = getattr(signal, name)
            saved[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, before in saved.items():
            signal.signal(number, before)


def _leave(_number: int, _frame: FrameType | None) -> None:
    pass


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _passed(work: Path, code: int, job: Job) -> bool:
    with suppress(OSError):
        outcome = (work / OUTCOME).read_text("utf-8")
        if outcome == "interrupted":
            raise KeyboardInterrupt
        return outcome == "passed"
    words = last_words(work)
    message = f"{job.name}: the guide did not come to its end; {death(code)}"
    raise CannotRunError(Problem(path=job.path, message="\n    ".join([message, *words.splitlines()])))

"""Backends: each is imported and made to compute in a process of its own, in the environment that a guide would have."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event

from guidewright.doctor import Finding
from guidewright.execute.environment import Machine, installed_version, kernel_environment
from guidewright.execute.missing import absent_modules
from guidewright.execute.processes import Family
from guidewright.settings import Backend, Settings

AREA = "backends"


def try_backend(
    backend: Backend,
    settings: Settings,
    machine: Machine,
    *,
    install: str,
    seconds: float,
    environ: Mapping[str, str],
    stop: Event,
) -> Finding:
    """Try a backend.

    Args:
        install: the command that installs it.
        seconds: after which it is ended.
        stop: ends it before, once it is set.
    """
    if absent := absent_modules(backend):
        message = f"is not installed: no module {', '.join(absent)}"
        return Finding(area=AREA, name=backend.name, message=message, state="needed", mend=install)
    # Short, and not resolved: it stands in the environment by which the processes are found again.
    with tempfile.TemporaryDirectory(prefix="gw-doctor-", ignore_cleanup_errors=True) as folder:
        started = time.monotonic()
        code, out, err = _run(backend, settings, Path(folder), machine.cores, seconds, environ, stop)
        took = time.monotonic() - started
    if code:
        why = f"did not answer within {seconds:g} s" if code is _TOO_LONG else _why(code, err)
        mend = (
            "end what else keeps the machine busy; or: guidewright doctor --timeout SECONDS"
            if code is _TOO_LONG
            else install
        )
        return Finding(
            area=AREA, name=backend.name, message=f"does not work: {why}", state="needed", mend=mend
        )
    return _works(backend, json.loads(out.strip().splitlines()[-1]), took, machine)


_TOO_LONG = 1000
_GLANCE_SECONDS = 0.2


def _run(
    backend: Backend,
    settings: Settings,
    work: Path,
    threads: int,
    seconds: float,
    environ: Mapping[str, str],
    stop: Event,
) -> tuple[int, str, str]:
    """Return the exit code, or ``_TOO_LONG``, and both streams."""
    for name in ("home", "tmp"):
        (work / name).mkdir()
    order = {
        "bootstrap": backend.bootstrap,
        "modules": backend.modules,
        "probe": backend.probe,
        "home": str(work / "keras"),
    }
    command = [sys.executable, "-m", "guidewright.doctor.inside", json.dumps(order)]
    family = Family(work=work)
    # Files, not pipes: a child that lives on would hold a pipe open.
    with (work / "out").open("wb") as out, (work / "err").open("wb") as err:
        process = subprocess.Popen(
            command,
            cwd=work,
            env=kernel_environment(backend, settings, work, threads, environ),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        try:
            family.add(process.pid)
            code = _wait(process, seconds, stop)
        finally:
            with suppress(OSError):
                process.kill()
            family.end()
            process.wait()
    return code, (work / "out").read_text("utf-8", "replace"), (work / "err").read_text("utf-8", "replace")


def _wait(process: subprocess.Popen[bytes], seconds: float, stop: Event) -> int:
    end = time.monotonic() + seconds
    while not stop.is_set() and time.monotonic() < end:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_GLANCE_SECONDS)
    return _TOO_LONG


def _why(code: int, err: str) -> str:
    """Say in a line why a process failed: Python's last line, or the signal that ended it."""
    if code < 0:
        return f"its process died: {signal.strsignal(-code)}"
    lines = [line for line in err.splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"its process ended with {code}"


def _works(backend: Backend, told: Mapping[str, str], took: float, machine: Machine) -> Finding:
    versions = filter(None, map(installed_version, backend.distributions))
    name = " ".join([backend.label, *list(versions)[:1]])
    does = "imports and computes" if backend.probe else "imports"
    on = f" on {told['device']}" if told["device"] else ""
    message = f"{name} {does}{on}, {took:.1f} s"
    if machine.has_gpu and told["device_class"] == "cpu":
        return Finding(
            area=AREA,
            name=backend.name,
            message=f"{message}: it does not use the GPU",
            state="useful",
            mend="install its build for GPUs; where there is a Makefile of Guidewright's: make guides GPU=1, in a fresh checkout",
        )
    return Finding(area=AREA, name=backend.name, message=message)

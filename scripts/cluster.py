"""A Dask scheduler and workers on this machine, as processes of their own: for ``make cluster-demo``, tests and benchmarks.

    python -m scripts.cluster [--workers N] [GUIDE …] [--backend B …]

The rest of the arguments are those of ``guidewright run``.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
_SECONDS = 120.0
"""To start: on a busy machine the import of Dask alone takes long."""


@dataclass(kw_only=True)
class Loopback:
    """See :func:`loopback`."""

    folder: Path
    """Of logs and of what workers keep."""
    scheduler: subprocess.Popen[bytes]
    address: str
    environ: Mapping[str, str]
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    """By name."""

    def add(
        self, name: str, resources: str = "CPU=1", threads: int = 1, more: Mapping[str, str] = {}
    ) -> None:
        """Start a worker, and wait until the scheduler has it.

        Args:
            more: what of its environment is not that of the scheduler.

        Raises:
            RuntimeError: it does not start.
        """
        self.begin(name, resources, threads, more)
        self.wait(name)

    def begin(
        self, name: str, resources: str = "CPU=1", threads: int = 1, more: Mapping[str, str] = {}
    ) -> None:
        """Start a worker, without waiting for it."""
        options = ["--name", name, "--nthreads", str(threads), "--resources", resources]
        options += ["--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--memory-limit", "0"]
        options += ["--local-directory", str(self.folder / name)]
        self.workers[name] = _start(
            ["worker", self.address, *options], self.folder / name, {**self.environ, **more}
        )

    def wait(self, name: str) -> None:
        """Wait until a worker is at work.

        Raises:
            RuntimeError: it does not start.
        """
        _said(self.workers[name], self.folder / name, r"Registered to:\s+(\S+)")

    def kill(self, name: str) -> None:
        """Kill a worker as a power failure does."""
        process = self.workers.pop(name)
        process.kill()
        process.wait()

    def end(self) -> None:
        for process in (*self.workers.values(), self.scheduler):
            process.terminate()
        for process in (*self.workers.values(), self.scheduler):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def loopback(environ: Mapping[str, str] = os.environ) -> Iterator[Loopback]:
    """Start a scheduler on a free port of this machine; it and its workers are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gwc-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        command = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        scheduler = _start(command, folder / "scheduler", environ)
        made = Loopback(folder=folder, scheduler=scheduler, address="", environ=environ)
        try:
            made.address = _said(scheduler, folder / "scheduler", r"Scheduler at:\s+(\S+)")
            yield made
        finally:
            made.end()


def _start(command: list[str], stem: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with stem.with_suffix(".log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]],
            env={**environ, "DASK_TEMPORARY_DIRECTORY": str(stem.parent)},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _said(process: subprocess.Popen[bytes], stem: Path, pattern: str) -> str:
    """Wait until a process has written what is looked for to its log."""
    log = stem.with_suffix(".log")
    pause = threading.Event()
    for _ in range(int(_SECONDS / 0.05)):
        text = log.read_text("utf-8", errors="replace")
        if found := re.search(pattern, text):
            return found[1]
        if process.poll() is not None:
            break
        pause.wait(0.05)
    raise RuntimeError(f"{stem.name} does not start:\n{text[-2000:]}")


def main() -> int:
    """Run guides on two workers of this machine."""
    parser = argparse.ArgumentParser(prog="make cluster-demo", description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    options, selectors = parser.parse_known_args()
    print(f"Starting a scheduler and {options.workers} workers on this machine", file=sys.stderr)
    with loopback() as cluster:
        names = [f"worker-{number}" for number in range(1, options.workers + 1)]
        for name in names:
            cluster.begin(name)
        for name in names:
            cluster.wait(name)
        print(f"Running: guidewright run --scheduler {cluster.address}", file=sys.stderr)
        command = [sys.executable, "-m", "guidewright.cli", "run", "--scheduler", cluster.address]
        return subprocess.run([*command, *selectors], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())

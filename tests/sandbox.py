"""A project of plain Python backends in a folder of its own, and the command line to work on it.

A guide's backends need nothing but Python, so a job takes about a second. The temporary folder and the home that the
command line sees are the sandbox's own: what it leaves behind, files or processes, can be told from everything else.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from guidewright.commands import run as running
from guidewright.commands.project import Project, open_project
from guidewright.commands.report import Report
from guidewright.execute.job import run_job
from guidewright.execute.scheduler import RunJob
from guidewright.model import Profile, Record
from guidewright.plan import Selection
from guidewright.store import FILE, from_folder

SETTINGS = """
[tool.guidewright]
{extra}
[tool.guidewright.categories]
basics = "Basics"
[tool.guidewright.limits.quick]
cell = {cell}
guide = {guide}
[tool.guidewright.limits.full]
cell = {full_cell}
guide = {full_guide}
[tool.guidewright.backends.alpha]
label = "Alpha"
modules = ["json"]
env = {{ FLAVOUR = "alpha" }}
[tool.guidewright.backends.beta]
label = "Beta"
modules = ["json"]
env = {{ FLAVOUR = "beta" }}
{tables}
"""
HEADER = """# ---
# title: A guide
# description: What it shows.
# authors: ["A. Author"]
# created: 2026-11-23
# modified: 2026-11-23
# category: basics
{extra}# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
# ---

"""


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(kw_only=True)
class Sandbox:
    """See :func:`sandbox`; ``outside`` holds what is not the project's: home and temporary folder."""

    root: Path
    outside: Path
    environment: dict[str, str] = field(default_factory=dict)
    """Beside, or instead of, the caller's."""
    python: str = sys.executable
    """What the command line runs with."""

    # --------------------------------------------------------------- writing

    def settings(
        self,
        *,
        extra: str = "",
        tables: str = "",
        cell: float = 60,
        guide: float = 120,
        full_cell: float = 60,
        full_guide: float = 120,
    ) -> None:
        limits = {"cell": cell, "guide": guide, "full_cell": full_cell, "full_guide": full_guide}
        text = SETTINGS.format(extra=extra, tables=tables, **limits)
        (self.root / "pyproject.toml").write_text(text, "utf-8")

    def guide(self, slug: str, body: str, header: str = "backends: [alpha]") -> Path:
        """Write a guide: ``body`` from its first ``# %%``, ``header`` as lines of YAML."""
        file = self.path(slug)
        file.parent.mkdir(parents=True, exist_ok=True)
        extra = "".join(f"# {line}\n" for line in header.splitlines() if line)
        file.write_text(HEADER.format(extra=extra) + textwrap.dedent(body).strip() + "\n", "utf-8")
        return file

    def path(self, slug: str) -> Path:
        return self.root / "guides" / f"{slug}.py"

    def line(self, slug: str, text: str) -> int:
        """Return the only line of a guide's file that has this text in it."""
        lines = self.path(slug).read_text("utf-8").splitlines()
        (number,) = (number for number, line in enumerate(lines, 1) if text in line)
        return number

    def edit(self, slug: str, old: str, new: str) -> None:
        text = self.path(slug).read_text("utf-8")
        assert text.count(old) == 1, old
        self.path(slug).write_text(text.replace(old, new), "utf-8")

    # --------------------------------------------------------------- running

    def environ(self, more: Mapping[str, str] = {}) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("CI", "COLUMNS")}
        own = {"HOME": str(self.outside / "home"), "TMPDIR": str(self.outside / "tmp")}
        return {**kept, **own, **self.environment, **more}

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start the command line as a process of its own."""
        environ = self.environ(options.pop("env", {}))
        command = [self.python, "-m", "guidewright.cli", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd=self.root, env=environ, text=True, **{**pipes, **options})

    def cli(self, *arguments: str, env: Mapping[str, str] = {}) -> Done:
        process = self.start(*arguments, env=env)
        out, err = process.communicate(timeout=300)
        assert "Traceback (most recent call last):\n  File" not in out + err
        return Done(code=process.returncode, out=out, err=err)

    def project(self) -> Project:
        return open_project(self.root)

    def run(
        self,
        *patterns: str,
        run_one: RunJob = run_job,
        environ: Mapping[str, str] = {},
        report: Report | None = None,
        **selection: Any,
    ) -> Report:
        """Run in this process; kernels are real unless ``run_one`` makes them up."""
        report = report or Report()
        chosen = Selection(patterns=patterns, **selection)
        console = Console(file=io.StringIO())
        running.run(self.project(), chosen, console, report, environ=environ, run_one=run_one)
        return report

    # --------------------------------------------------------------- looking

    def cached(self, slug: str, backend: str = "alpha", profile: Profile = "quick") -> list[Path]:
        """Return the folders of a job's records in the local cache."""
        parent = self.root / ".guidewright" / "records" / slug / backend / profile
        return sorted(file.parent for file in parent.glob(f"*/{FILE}"))

    def record(self, slug: str, backend: str = "alpha", profile: Profile = "quick") -> Record:
        """Return the only cached record of a job."""
        (folder,) = self.cached(slug, backend, profile)
        return from_folder(folder)

    def processes(self) -> list[psutil.Process]:
        """Return the living processes that a job of this sandbox has started."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                home = process.environ().get("HOME", "")
                if home.startswith(str(self.outside / "tmp")) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def left_behind(self) -> list[str]:
        return sorted(path.name for path in (self.outside / "tmp").iterdir())


@contextmanager
def sandbox(root: Path) -> Iterator[Sandbox]:
    """Make an empty project below ``root``; every process and file of its jobs is gone afterwards."""
    # Short, because sockets lie in the temporary folder, and their paths have a limit.
    outside = Path(tempfile.mkdtemp(prefix="gw-"))
    (root / "guides").mkdir(parents=True)
    for name in ("home", "tmp"):
        (outside / name).mkdir()
    made = Sandbox(root=root, outside=outside)
    made.settings()
    try:
        yield made
    finally:
        for process in made.processes():
            with suppress(psutil.Error):
                process.kill()
        shutil.rmtree(outside, ignore_errors=True)


def eventually(holds: Callable[[], object], *, seconds: float = 30.0) -> None:
    """Wait until something holds; fail where it does not in a long time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def text_of(record: Record, cell: int = 0, stream: str = "stdout") -> str:
    """Return what a record's cell printed."""
    outputs = record.cells[cell].outputs
    return "".join(output["text"] for output in outputs if output.get("name") == stream)

"""Those that run the nine light jobs: Guidewright, plain scripts, and the other tools, each as its manual says."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.speed.project import BACKENDS, Bench
from benchmarks.speed.timing import command, two_at_a_time
from guidewright.model import Job

_EXECUTE = "from nbclient.cli import main; main()"
"""What ``jupyter execute`` starts."""
_JCACHE = "from jupyter_cache.cli.commands import cmd_notebook, cmd_project; cmd_project.jcache()"


@dataclass(kw_only=True, slots=True)
class Contest:
    """What the contenders have in common."""

    bench: Bench
    peers: Path | None
    """The Python that has the other tools; None where they are not asked for."""
    peaks: dict[str, list[float]] = field(default_factory=dict)
    """Job → peaks of memory of its script, in MiB."""

    def run(self, words: Sequence[str | Path], *, folder: Path | None = None, log: str = "log") -> float:
        environment = {**os.environ, **self.bench.environment}
        return command(
            [*map(str, words)], folder or self.bench.root, environment, self.bench.root / "logs" / log
        )

    # ------------------------------------------------------------------ ours

    def guidewright(self, *, warm: bool) -> None:
        # Without records, or what took long here would run alone the second time, and the two not be the same work.
        for name in ("records", "former", *([] if warm else ["compiled"])):
            shutil.rmtree(self.bench.root / ".guidewright" / name, ignore_errors=True)
        slugs = sorted({job.slug for job in self.bench.light})
        self.run(
            [sys.executable, "-m", "guidewright.cli", "run", *slugs, "--force", "--preload"],
            log="guidewright",
        )

    # ---------------------------------------------------------------- scripts

    def scripts(self) -> None:
        calls = [partial(self.run, [sys.executable, self.bench.script(job)], log=f"script-{job.slug}-{job.backend}")
                 for job in self.bench.light]  # fmt: skip
        for job, peak in zip(self.bench.light, two_at_a_time(calls), strict=True):
            self.peaks.setdefault(job.name, []).append(peak)

    # ------------------------------------------------------------ other tools

    def execute(self) -> None:
        two_at_a_time([partial(self.run, [sys.executable, "-c", _EXECUTE, "--timeout=3600", self.bench.notebook(job)],
                               log=f"execute-{job.slug}-{job.backend}") for job in self.bench.light])  # fmt: skip

    def nbconvert(self) -> None:
        options = ["--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=3600"]
        for job in self.bench.light:
            output = self.bench.root / "made" / "nbconvert"
            self.run(
                [
                    sys.executable,
                    "-m",
                    "nbconvert",
                    *options,
                    "--output-dir",
                    output,
                    self.bench.notebook(job),
                ],
                log="nbconvert",
            )

    def nbmake(self) -> None:
        notebooks = map(self.bench.notebook, self.bench.light)
        options = ["--nbmake", "--nbmake-timeout=3600", "-n", "2", "-p", "no:cacheprovider", "-c", os.devnull]
        self.run([self._peers, "-m", "pytest", *options, *notebooks], log="nbmake")

    def jupyter_cache(self) -> None:
        cache = self.bench.root / "made" / "jupyter-cache"
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)  # else it asks whether it may
        cli: list[str | Path] = [self._peers, "-c", _JCACHE]
        notebooks = map(self.bench.notebook, self.bench.light)
        self.run([*cli, "notebook", "-p", cache, "add", *notebooks], log="jcache-add")
        options = ["--executor", "local-parallel", "--timeout", "3600"]
        self.run([*cli, "project", "-p", cache, "execute", *options], log="jcache")
        said = (self.bench.root / "logs" / "jcache").read_text("utf-8")
        if said.count("Execution Successful") != len(self.bench.light):  # its status does not say
            raise RuntimeError(f"jcache did not execute all:\n{said[-3000:]}")

    def gallery(self) -> None:
        for backend in BACKENDS:
            folder = self.bench.gallery(backend)
            for name in ("made", "html"):
                shutil.rmtree(folder / name, ignore_errors=True)
            self.run(
                [self._peers, "-m", "sphinx", "-q", "-E", ".", "html"],
                folder=folder,
                log=f"gallery-{backend}",
            )

    @property
    def _peers(self) -> Path:
        assert self.peers
        return self.peers


def contenders(contest: Contest) -> Mapping[str, Callable[[], None]]:
    """Return what is to be measured by its name, in the order in which a round does it."""
    found: dict[str, Callable[[], None]] = {
        "guidewright, cold": partial(contest.guidewright, warm=False),
        "guidewright, warm": partial(contest.guidewright, warm=True),
        "python guide.py": contest.scripts,
        "jupyter execute": contest.execute,
    }
    if contest.peers:
        found |= {
            "nbconvert": contest.nbconvert,
            "nbmake": contest.nbmake,
            "jupyter-cache": contest.jupyter_cache,
            "sphinx-gallery": contest.gallery,
        }
    return found


def heavy(contest: Contest, job: Job) -> Mapping[str, Callable[[], None]]:
    """Return the two that run the heavy job."""
    ours = [sys.executable, "-m", "guidewright.cli", "run", job.slug, "--profile", "full", "--force"]
    return {
        "guidewright": lambda: void(contest.run(ours, log="heavy")),
        "python guide.py": lambda: void(
            contest.run([sys.executable, contest.bench.script(job)], log="heavy-script")
        ),
    }


def void(_value: object) -> None:
    """Drop a result."""

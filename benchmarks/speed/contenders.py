"""Those that run the nine light jobs: Guidewright, plain scripts, and the other tools, each as its manual says."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.speed.project import BACKENDS, Bench
from benchmarks.speed.timing import LIMIT_SECONDS, command, two_at_a_time
from guidewright.commands.project import open_project
from guidewright.store import Store

_EXECUTE = "from nbclient.cli import main; main()"
"""What ``jupyter execute`` starts."""
_JCACHE = "from jupyter_cache.cli.commands import cmd_notebook, cmd_project; cmd_project.jcache()"

_NOT_FOR_THEM = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")


@dataclass(kw_only=True, slots=True)
class Contest:
    """What the contenders have in common."""

    bench: Bench
    peers: Path | None
    """The Python that has the other tools; None where they are not asked for."""
    peaks: dict[str, float] = field(default_factory=dict)
    """Job → peak of memory in what was last measured, in MiB; of scripts and of ours."""
    limit: float = LIMIT_SECONDS
    """Seconds that a command may take."""

    def run(self, words: Sequence[str | Path], *, folder: Path | None = None, log: str = "log") -> float:
        # What is imported may be kept compiled, as it is where nobody forbids it.
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_THEM}
        environment = {**kept, **self.bench.environment}
        file = self.bench.root / "logs" / log
        return command([*map(str, words)], folder or self.bench.root, environment, file, self.limit)

    # ------------------------------------------------------------------ ours

    def guidewright(self, *, warm: bool) -> None:
        for name in () if warm else ("records", "former", "compiled"):
            shutil.rmtree(self.bench.root / ".guidewright" / name, ignore_errors=True)
        slugs = sorted({job.slug for job in self.bench.light})
        self.run(
            [sys.executable, "-m", "guidewright.cli", "run", *slugs, "--force", "--preload"],
            log="guidewright",
        )
        store = Store.of(open_project(self.bench.root).settings)
        found = {job.name: store.find(job).match for job in self.bench.light}
        self.peaks = {name: record.peak_memory_mb for name, record in found.items() if record}
        self._all("Guidewright", self.peaks)

    def heavy(self) -> None:
        job = self.bench.heavy
        words = [sys.executable, "-m", "guidewright.cli", "run", job.slug, "--profile", "full", "--force"]
        self.run(words, log="heavy")
        record = Store.of(open_project(self.bench.root).settings).find(job).match
        self.peaks = {job.name: record.peak_memory_mb} if record else {}

    # ---------------------------------------------------------------- scripts

    def scripts(self) -> None:
        calls = [partial(self.run, [sys.executable, self.bench.script(job)], log=f"script-{job.slug}-{job.backend}")
                 for job in self.bench.light]  # fmt: skip
        found = two_at_a_time(calls)
        self.peaks = {job.name: peak for job, peak in zip(self.bench.light, found, strict=True)}

    def heavy_script(self) -> None:
        job = self.bench.heavy
        self.peaks = {job.name: self.run([sys.executable, self.bench.script(job)], log="heavy-script")}

    # ------------------------------------------------------------ other tools

    def execute(self) -> None:
        made = self._empty("execute")
        output = "--output=../../made/execute/{notebook_name}"
        words = [sys.executable, "-c", _EXECUTE, "--timeout=3600", output]
        two_at_a_time([partial(self.run, [*words, self.bench.notebook(job)], log=f"execute-{job.slug}-{job.backend}")
                       for job in self.bench.light])  # fmt: skip
        self._executed("jupyter execute", made)

    def nbconvert(self) -> None:
        made = self._empty("nbconvert")
        options = [
            "--to",
            "notebook",
            "--execute",
            "--ExecutePreprocessor.timeout=3600",
            f"--output-dir={made}",
        ]
        for job in self.bench.light:
            self.run([sys.executable, "-m", "nbconvert", *options, self.bench.notebook(job)], log="nbconvert")
        self._executed("nbconvert", made)

    def nbmake(self) -> None:
        made = self._empty("nbmake")
        # Overwriting is how it keeps outputs: of copies.
        notebooks = [Path(shutil.copy(self.bench.notebook(job), made)) for job in self.bench.light]
        options = ["--nbmake", "--nbmake-timeout=3600", "--overwrite", "-n", "2", "-p", "no:cacheprovider"]
        self.run(
            [self._peers, "-m", "pytest", *options, "-c", os.devnull, *map(str, notebooks)], log="nbmake"
        )
        self._executed("nbmake", made)

    def jupyter_cache(self) -> None:
        cache = self._empty("jupyter-cache")  # else it asks whether it may
        cli: list[str | Path] = [self._peers, "-c", _JCACHE]
        notebooks = map(self.bench.notebook, self.bench.light)
        self.run([*cli, "notebook", "-p", cache, "add", *notebooks], log="jcache-add")
        options = ["--executor", "local-parallel", "--timeout", "3600"]
        self.run([*cli, "project", "-p", cache, "execute", *options], log="jcache")
        self._executed("jupyter-cache", cache / "executed")

    def gallery(self) -> None:
        pages: list[Path] = []
        for backend in BACKENDS:
            folder = self.bench.gallery(backend)
            for name in ("made", "html"):
                shutil.rmtree(folder / name, ignore_errors=True)
            self.run(
                [self._peers, "-m", "sphinx", "-q", "-E", ".", "html"],
                folder=folder,
                log=f"gallery-{backend}",
            )
            # Written where the example has run to its end without an error.
            pages += (folder / "made").glob("plot_*.py.md5")
        self._all("sphinx-gallery", pages)

    def _empty(self, name: str) -> Path:
        made = self.bench.root / "made" / name
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        return made

    def _executed(self, who: str, folder: Path) -> None:
        """See that a folder has every job's notebook, each with all its cells run and no error.

        Raises:
            RuntimeError: it has not.
        """
        files = sorted(folder.rglob("*.ipynb"))
        self._all(who, files)
        for file in files:
            cells = json.loads(file.read_text("utf-8"))["cells"]
            outputs = [output["output_type"] for cell in cells for output in cell["outputs"]]
            if (
                "error" in outputs
                or "stream" not in outputs
                or not all(cell["execution_count"] for cell in cells)
            ):
                raise RuntimeError(f"{who} did not execute all of {file.name}")

    def _all(self, who: str, found: Collection[object]) -> None:
        """See that there is one of something for each job.

        Raises:
            RuntimeError: there is not.
        """
        if len(found) != len(self.bench.light):
            raise RuntimeError(f"{who} ran {len(found)} of {len(self.bench.light)} jobs to their ends")

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


def heavy(contest: Contest) -> Mapping[str, Callable[[], None]]:
    """Return the two that run the heavy job."""
    return {"guidewright": contest.heavy, "python guide.py": contest.heavy_script}

"""The library that is run: three light guides and a heavy one, in every form that a tool asks for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import jupytext
from nbformat import v4

from benchmarks.machine import ROOT
from guidewright.commands.console import console
from guidewright.commands.export import as_script
from guidewright.commands.fetching import fetch
from guidewright.commands.project import open_project
from guidewright.commands.report import Report
from guidewright.model import Job, PlannedJob, Profile
from guidewright.plan import Selection

LIGHT = {
    "making_new_layers_and_models_via_subclassing": "The class `Model`",
    "sequential_model": "Training a stack",
    "writing_your_own_callbacks": "What is in the logs",
}
"""The light guides, and the section that each is cut at: what comes before it mostly starts up."""
BACKENDS = ("jax", "tensorflow", "torch")
HEAVY = "heavy"
_HEAVY_SECONDS, _TRIED = 56.0, 4
_QUICK = re.compile(r"^# quick: .*\n", re.MULTILINE)
_ORDER = re.compile(r"^reading_order = \[.*?^\]\n", re.MULTILINE | re.DOTALL)
_HEAVY = """# ---
# title: A heavy guide
# description: A minute of training on two cores.
# authors: ["The authors"]
# created: 2026-11-23
# modified: 2026-11-23
# category: training
# tags: [training]
# backends: [torch]
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %%
import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np

# %%
rng = np.random.default_rng(0)
images = rng.random((2048, 28, 28, 1), dtype="float32")
labels = rng.integers(0, 10, 2048)
layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(10),
    ]
)
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))

# %%
model.fit(images, labels, batch_size=64, epochs={epochs}, verbose=2)
"""
# MNIST is on no server that a benchmark may count on: everybody gets the file that Guidewright's own kernels get.
_SITE = """import json, os
from pathlib import Path

from guidewright_keras import bootstrap

told = os.environ.get("BENCH_REQUEST")
if told:
    bootstrap.start(json.loads(Path(told).read_text("utf-8")))
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What is measured, in a folder."""

    root: Path
    light: tuple[Job, ...]
    heavy: Job

    def script(self, job: Job) -> Path:
        return self.root / "forms" / "scripts" / f"{_name(job)}.py"

    def notebook(self, job: Job) -> Path:
        return self.root / "forms" / "notebooks" / f"{_name(job)}.ipynb"

    def gallery(self, backend: str) -> Path:
        """Return the folder of a Sphinx project with one backend's scripts; its processes are used for several."""
        return self.root / "forms" / f"gallery-{backend}"

    @property
    def environment(self) -> dict[str, str]:
        """What every tool's processes have beside the caller's variables."""
        return {
            "PYTHONPATH": str(self.root / "forms" / "site"),
            "BENCH_REQUEST": str(self.root / "forms" / "request.json"),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONHASHSEED": "0",
            "MPLBACKEND": "agg",
        }


def make(root: Path, *, epochs: int, whole: bool) -> Bench:
    """Write the project into an empty folder.

    Args:
        epochs: of the heavy guide.
        whole: have the light guides to their ends.
    """
    (root / "guides").mkdir(parents=True)
    for name in ("pyproject.toml", "mkdocs.yml", "requirements"):
        _copy(ROOT / name, root / name)
    for slug, section in LIGHT.items():
        text = (ROOT / "guides" / f"{slug}.py").read_text("utf-8")
        _write(root / "guides" / f"{slug}.py", text if whole else beginning(text, section))
        if (ROOT / "guides" / f"{slug}.files").is_dir():
            _copy(ROOT / "guides" / f"{slug}.files", root / "guides" / f"{slug}.files")
    _copy(ROOT / "guides" / "api", root / "guides" / "api")
    settings = (root / "pyproject.toml").read_text("utf-8")
    # Of guides that are not here it would be said, each time, that they are not.
    (root / "pyproject.toml").write_text(_ORDER.sub("", settings), "utf-8")
    (root / "guides" / f"{HEAVY}.py").write_text(_HEAVY.replace("{epochs}", f"{epochs}"), "utf-8")
    if (ROOT / ".guidewright" / "datasets").is_dir():
        _copy(ROOT / ".guidewright" / "datasets", root / ".guidewright" / "datasets")
    bench = Bench(
        root=root, light=tuple(_jobs(root, tuple(LIGHT), "quick")), heavy=_jobs(root, (HEAVY,), "full")[0]
    )
    _write_forms(bench)
    return bench


def beginning(text: str, section: str) -> str:
    """Return a guide's text up to a section.

    Raises:
        ValueError: there is none whose title starts so.
    """
    head, found, _ = text.partition(f"\n# %% [markdown]\n# ## {section}")
    if not found:
        raise ValueError(f"no section starts with {section}")
    return head if 'tags=["parameters"]' in head else _QUICK.sub("", head)


def epochs(folder: Path) -> int:
    """Return with how many epochs the heavy guide's script takes about a minute here, from the time that some of them take."""
    folder.mkdir()
    end = f"""
import time
began = time.time()
model.fit(images, labels, batch_size=64, epochs={_TRIED}, verbose=0)
print("\\n", (time.time() - began) / {_TRIED})
"""
    (folder / "heavy.py").write_text(_HEAVY.replace("{epochs}", "1") + end, "utf-8")
    started = time.perf_counter()
    words = [sys.executable, str(folder / "heavy.py")]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    each = float(done.stdout.split()[-1])
    others = time.perf_counter() - started - each * (_TRIED + 1)
    return max(1, round((_HEAVY_SECONDS - others) / each))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)


def _jobs(root: Path, slugs: tuple[str, ...], profile: Profile) -> list[Job]:
    return open_project(root).jobs(Selection(patterns=slugs, profile=profile))


def _name(job: Job) -> str:
    return f"{job.slug}-{job.backend}"


def _write_forms(bench: Bench) -> None:
    settings = open_project(bench.root).settings
    for job in (*bench.light, bench.heavy):
        text = as_script(job, settings.backends[job.backend].env)
        _write(bench.script(job), text)
        cells = [v4.new_code_cell(cell.source, metadata={"tags": sorted(cell.tags)}) for cell in job.cells]
        notebook = v4.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        _write(bench.notebook(job), jupytext.writes(notebook, fmt="ipynb"))
        if job in bench.light:
            example = f'"""\n{job.slug}\n{"=" * len(job.slug)}\n"""\n\n{text}'
            file = f"plot_{_name(job).replace('-', '_')}.py"
            _write(bench.gallery(job.backend) / "examples" / file, example)
    for backend in BACKENDS:
        _write(bench.gallery(backend) / "examples" / "README.rst", "Guides\n======\n")
        _write(bench.gallery(backend) / "index.rst", "Guides\n======\n\n.. toctree::\n\n   made/index\n")
        _write(bench.gallery(backend) / "conf.py", _CONF)
    _write(bench.root / "forms" / "site" / "sitecustomize.py", _SITE)
    _write(bench.root / "forms" / "request.json", json.dumps(_request(bench)))


_CONF = """
extensions = ["sphinx_gallery.gen_gallery"]
html_theme = "alabaster"
sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "made",
    "filename_pattern": "plot_",
    "parallel": 2,
    "reset_modules": (),
    "abort_on_example_error": True,
}
"""


def _request(bench: Bench) -> dict[str, object]:
    """Return what a kernel's bootstrap is told of datasets."""
    project = open_project(bench.root)
    wanted = [PlannedJob(job=job, reason="forced", run=True) for job in bench.light]
    files = fetch(project.settings, wanted, console(sys.stderr), Report())
    fields = ("name", "file", "url", "path", "source", "digest")
    datasets = [{name: getattr(file, name) for name in fields} for file in files.values()]
    return {"datasets": datasets, "home": str(bench.root / "forms" / "keras")}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")

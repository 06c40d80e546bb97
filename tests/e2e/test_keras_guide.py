"""The project's own guide: what readers open runs unmodified on every backend, and the page shows what it should.

The published files ask for MNIST as their reader does. Here they get a slice of it, through the hook that serves data
sets in a run; nothing else differs, so that this is the full code: 20 epochs, early stopping, checkpoints, and all.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from guidewright import datasets
from guidewright.settings import Settings, load

pytestmark = pytest.mark.keras

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
SLUG = "intro_to_keras_for_engineers"
BACKENDS = {"jax": "JAX", "tensorflow": "TensorFlow", "torch": "PyTorch"}
ROWS, TEST_ROWS = 151, 64
"""85% of 151 is one batch of 128: an epoch is one step, compiled once."""
HEADING_IDS = [
    "introduction",
    "setup",
    "a-first-example-a-mnist-convnet",
    "writing-cross-framework-custom-components",
    "training-models-on-arbitrary-data-sources",
    "further-reading",
    "how-to-customize-what-happens-in-fit",
    "how-to-write-custom-training-loops",
    "how-to-distribute-training",
]
"""The ids of the page that this guide takes the place of: addresses that others link to."""


@dataclass(frozen=True)
class Published:
    """What `guidewright site` makes of the project at hand."""

    root: Path
    records: dict[str, str]
    """Backend → profile of the record shown."""

    @property
    def docs(self) -> Path:
        return self.root / "build/en/docs"

    @property
    def page(self) -> str:
        return (self.root / f"site/guides/{SLUG}/index.html").read_text("utf-8")

    @property
    def markdown(self) -> str:
        return (self.docs / f"guides/{SLUG}.md").read_text("utf-8")

    def notebook(self, backend: str) -> Any:
        return nbformat.read(self.docs / f"notebooks/en/{backend}/{SLUG}.ipynb", as_version=4)


def guidewright(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "guidewright.cli", "--root", str(root), *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=800, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(ROOT)


@pytest.fixture(scope="module")
def published(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Build from the records at hand, in a copy; where there is none, run the quick profile on PyTorch first."""
    root = tmp_path_factory.mktemp("keras") / "project"
    shutil.copytree(settings.guides, root / "guides", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "requirements", root / "requirements")
    for name in ("pyproject.toml", "mkdocs.yml"):
        shutil.copy(ROOT / name, root)
    for name in ("records", "datasets"):
        if (settings.cache / name).is_dir():
            shutil.copytree(settings.cache / name, root / ".guidewright" / name)
    records = proven(root)
    if not records:
        needs("torch")
        guidewright(root, "run", SLUG, "--backend", "torch")
        records = proven(root)
    guidewright(root, "site")
    return Published(root, records)


def proven(root: Path) -> dict[str, str]:
    rows = json.loads(guidewright(root, "status", "--json", SLUG))
    passed = [(row["backend"], row["profile"]) for row in rows if row["outcome"] == "passed"]
    return dict(sorted(passed, key=lambda pair: pair[1] == "full"))  # full comes last, and wins


# ------------------------------------------------------ what readers run


@pytest.fixture(scope="module")
def request_json(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a kernel's bootstrap is told: MNIST is a small slice of the real data."""
    declared = settings.datasets["mnist"]
    real = datasets.resolve(declared, settings.cache, report=lambda *_: None)
    file = tmp_path_factory.mktemp("mnist") / "mnist.npz"
    with np.load(real.path) as whole:
        rows = {"train": ROWS, "test": TEST_ROWS}
        np.savez(file, **{name: whole[name][: rows[name.split("_")[1]]] for name in whole.files})
    entry = {"name": "mnist", "file": "mnist.npz", "url": declared.url, "path": str(file)}
    entry |= {"source": real.source, "digest": real.digest}
    return json.dumps({"datasets": [entry], "home": str(file.parent / "keras")})


START = "import json; from guidewright_keras import bootstrap; bootstrap.start(json.loads({request!r}))\n"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A reader's environment, with two threads, and TensorFlow's greeting left out."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH") if name in os.environ
    }
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    (tmp_path / "home").mkdir()
    return {**kept, **threads, "HOME": str(tmp_path / "home"), "COLUMNS": "80", "TF_CPP_MIN_LOG_LEVEL": "3"}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def needs(backend: str) -> None:
    """The guide's last part takes data from PyTorch and TensorFlow, whichever backend runs."""
    absent = sorted(name for name in {backend, "keras", "tensorflow", "torch"} if find_spec(name) is None)
    if absent:
        reason = f"not installed: {', '.join(absent)}; make test installs every backend"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


def check(text: str, folder: Path) -> None:
    """What a whole run leaves behind."""
    assert f"x_train shape: ({ROWS}, 28, 28, 1)" in text
    assert text.count("Total params: 260,298") == 1
    epochs = re.findall(r"Epoch (\d+)/20", text)
    assert 3 <= len(epochs) <= 20
    names = {path.name for path in folder.iterdir()}
    assert {"final_model.keras", *(f"model_at_epoch_{number}.keras" for number in epochs)} <= names


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_published_script_runs(
    published: Published, request_json: str, environment: dict[str, str], empty: Path, backend: str
) -> None:
    needs(backend)
    script = published.docs / f"scripts/{backend}/{SLUG}.py"
    code = (
        START.format(request=request_json)
        + f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=empty, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    check(done.stdout, empty)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_published_notebook_runs(
    published: Published,
    request_json: str,
    environment: dict[str, str],
    empty: Path,
    backend: str,
    tmp_path: Path,
) -> None:
    needs(backend)
    startup = tmp_path / "ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "00-data.py").write_text(START.format(request=request_json) + "del json, bootstrap\n")
    book = published.notebook(backend)
    client = NotebookClient(
        book, kernel_name="python3", timeout=600, resources={"metadata": {"path": str(empty)}}
    )
    own = {"IPYTHONDIR": str(tmp_path / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    client.execute(env={**environment, **own})
    check("".join(map(text_of, outputs(book))), empty)


def outputs(book: Any) -> list[Any]:
    return [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]


def text_of(output: Any) -> str:
    """Return an output's text without its colours."""
    plain = output.get("data", {}).get("text/plain", "")
    return re.sub(r"\x1b\[[0-9;]*m", "", output.text if output.output_type == "stream" else f"{plain}\n")


# ------------------------------------------------------ what readers see


def tabs_with(markdown: str, words: str) -> list[str]:
    """The labels of the tabs whose own lines have some words."""
    labels, found = [], []
    for line in markdown.splitlines():
        if tab := re.match(r' *===!? "([^"]+)"$', line):
            labels.append(tab[1])
        elif words in line:
            found.append(labels[-1])
    return found


def test_the_page_has_the_summary_and_the_shapes_once(published: Published) -> None:
    assert published.markdown.count("Total params: 260,298") == 1
    assert published.markdown.count("x_train shape: (60000, 28, 28, 1)") == 1
    assert "x_train shape: (60000, 28, 28, 1)" in published.page


def test_each_backends_training_log_is_in_its_own_tab(published: Published) -> None:
    assert published.records
    labels = [BACKENDS[backend] for backend in BACKENDS if backend in published.records]
    logs = tabs_with(published.markdown, "Epoch 1/")
    assert logs == labels


def test_each_tab_chooses_its_own_backend(published: Published) -> None:
    for backend, label in BACKENDS.items():
        line = f'os.environ["KERAS_BACKEND"] = "{backend}"'
        assert tabs_with(published.markdown, line) == [label]
        script = (published.docs / f"scripts/{backend}/{SLUG}.py").read_text("utf-8")
        assert script.count('os.environ["KERAS_BACKEND"] = ') == script.count(line) == 1


def test_the_proof_line_names_what_was_proven(published: Published) -> None:
    (line,) = re.findall(r'<p class="gw-proof[^"]*">(.*?)</p>', published.page, re.DOTALL)
    for backend, label in BACKENDS.items():
        if backend in published.records:
            assert re.search(rf"\b{label} \d+\.\d+\.\d+(?: \([^)]*\))?\N{{NO-BREAK SPACE}}✓", line)
        else:
            assert f"{label} – not proven yet" in line
    assert re.search(r" · Keras 3\.\d+\.\d+ · \S.* · \d{4}-\d\d-\d\d(?: – [\d-]+)? · [\d–]+ checks$", line)


def test_the_page_keeps_the_addresses_of_its_sections(published: Published) -> None:
    found = re.findall(r'<h[1-6] id="([^"]+)"', published.page)
    assert [name for name in HEADING_IDS if name not in found] == []
    assert [name for name in found if name in HEADING_IDS] == HEADING_IDS


def test_the_page_says_which_data_it_was_proven_with(published: Published) -> None:
    assert re.search(r"<code>mnist\.npz</code> was (read from|downloaded from)", published.page)


def test_every_notebook_is_valid_and_made_for_colab(published: Published) -> None:
    for backend in BACKENDS:
        book = published.notebook(backend)
        nbformat.validate(book)
        assert book.metadata.accelerator == "GPU"
        assert book.metadata.colab.toc_visible is True
        assert outputs(book) == []
        install = next(cell.source for cell in book.cells if cell.cell_type == "code")
        assert 'if "google.colab" in sys.modules:' in install
        assert "keras" in install
        hidden = [cell for cell in book.cells if {"quick", "test"} & set(cell.metadata.get("tags", []))]
        assert hidden == []
        executed = published.docs / f"notebooks/en/{backend}/{SLUG}.executed.ipynb"
        assert executed.exists() == (published.records.get(backend) == "full")
        if executed.exists():
            nbformat.validate(nbformat.read(executed, as_version=4))


def test_the_buttons_are_there_for_each_backend(published: Published) -> None:
    for backend in BACKENDS:
        notebook = f"notebooks/en/{backend}/{SLUG}.ipynb"
        assert re.search(
            rf'href="https://colab\.research\.google\.com/github/[^"]+/{notebook}"', published.page
        )
        assert f'href="../../{notebook}"' in published.page
        assert f'href="../../scripts/{backend}/{SLUG}.py"' in published.page
    assert re.search(rf'href="https://github\.com/[^"]+/guides/{SLUG}\.py"', published.page)

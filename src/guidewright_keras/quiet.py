"""Keep what libraries say of their own start out of the cell that first uses them.

TensorFlow's native libraries write to file descriptor 2 while they are loaded, before any setting of theirs is read. A
Jupyter kernel takes that for output of the cell, so it would stand on every page of every backend, since Keras itself
imports TensorFlow where it is installed. What Python writes, warnings among it, goes another way and stays.

Matplotlib announces, where it takes more than five seconds, that it looks for fonts: always, in a job's new home.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

_SPEAKS = "tensorflow"
_LOOKS_FOR_FONTS = "matplotlib.font_manager"
_ANNOUNCEMENT = "building the font cache"


def install(log: Path) -> None:
    """Send what native code says while TensorFlow is imported to the end of a file, and drop Matplotlib's announcement."""
    logging.getLogger(_LOOKS_FOR_FONTS).addFilter(_is_about_the_figure)
    if _SPEAKS not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(log))


def _is_about_the_figure(message: logging.LogRecord) -> bool:
    return _ANNOUNCEMENT not in str(message.msg)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module as the others do, and wraps its loader."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _SPEAKS:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec and spec.loader:
                spec.loader = _Loader(spec.loader, self.log)
                return spec
        return None


class _Loader(importlib.abc.Loader):
    def __init__(self, real: importlib.abc.Loader, log: Path) -> None:
        self.real = real
        self.log = log

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # From here on the module is an ordinary one, whose files importlib.resources and the like can find.
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self.real
        with _native_errors_to(self.log):
            self.real.exec_module(module)


@contextmanager
def _native_errors_to(log: Path) -> Iterator[None]:
    saved = os.dup(2)
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)

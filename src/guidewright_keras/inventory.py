"""The public names of the installed Keras, as JSON on standard output: ``python -m guidewright_keras.inventory``.

What ``guidewright inventory`` starts, in a process of its own, because importing Keras takes seconds and memory. The
form is that of :data:`guidewright.api.inventory.SCHEMA`. It does not depend on the backend: what only one backend's
classes bring is left out.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

PACKAGE = "keras"
_PRIVATE = f"{PACKAGE}.src"
_BACKENDS = ("jax", "tensorflow", "torch", "openvino", "numpy")
_OF_BACKENDS = tuple(f"{_PRIVATE}.backend.{name}." for name in _BACKENDS)


def collect() -> dict[str, Any]:
    """Import Keras, on whichever backend is installed, and return its inventory.

    Raises:
        ImportError: Keras, or every backend, is missing.
    """
    os.environ.setdefault("KERAS_BACKEND", _backend())
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    modules = dict(_modules(keras, PACKAGE))
    names = {
        f"{path}.{name}": value
        for path, module in modules.items()
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    canonical = _canonical(names)
    own = {name: value for name, value in names.items() if canonical[id(value)] == name}
    classes = {name: value for name, value in own.items() if inspect.isclass(value)}
    return {
        "package": PACKAGE,
        "version": keras.__version__,
        "private": [_PRIVATE],
        "modules": sorted(modules),
        "classes": {name: _class(value, canonical) for name, value in sorted(classes.items())},
        "functions": sorted(name for name, value in own.items() if name not in classes and callable(value)),
        "values": sorted(name for name, value in own.items() if not callable(value)),
        "aliases": {
            name: canonical[id(value)]
            for name, value in sorted(names.items())
            if canonical[id(value)] != name
        },
    }


def _backend() -> str:
    found = next((name for name in _BACKENDS if find_spec(name)), "")
    if not found:
        raise ImportError("no backend of Keras is installed")
    return found


def _modules(module: ModuleType, path: str) -> Iterator[tuple[str, ModuleType]]:
    yield path, module
    for name, value in vars(module).items():
        inner = f"{path}.{name}"
        public = not name.startswith("_") and inner != _PRIVATE
        if public and isinstance(value, ModuleType) and value.__name__ == inner:
            yield from _modules(value, inner)


def _canonical(names: Mapping[str, Any]) -> dict[int, str]:
    """Object → the name that Keras registered it with first, or else the shortest of its public names."""
    groups: dict[int, list[str]] = defaultdict(list)
    for name, value in names.items():
        groups[id(value)].append(name)
    found = {}
    for key, group in groups.items():
        exported = vars(names[group[0]]).get("_api_export_path", ()) if _has_dict(names[group[0]]) else ()
        first = exported if isinstance(exported, str) else next(iter(exported), "")
        found[key] = first if first in group else min(group, key=lambda name: (name.count("."), name))
    return found


def _has_dict(value: object) -> bool:
    return hasattr(value, "__dict__")


# ----------------------------------------------------------------- classes


def _class(value: type, canonical: Mapping[int, str]) -> dict[str, list[str]]:
    """Return a class's public bases and what it has beyond them."""
    bases = _public_bases(value, canonical)
    inherited = {cls for base in bases for cls in base.__mro__}
    own = [cls for cls in value.__mro__ if cls not in inherited and _is_shared(cls)]
    methods: set[str] = set()
    attributes: set[str] = set()
    for cls in own:
        for name, member in vars(cls).items():
            callable_ = inspect.isroutine(member)
            (methods if callable_ else attributes).update([] if name.startswith("_") else [name])
        attributes |= _set_on_self(cls)
    return {
        "bases": sorted(canonical[id(base)] for base in bases),
        "methods": sorted(methods),
        "attributes": sorted(attributes - methods),
    }


def _public_bases(value: type, canonical: Mapping[int, str]) -> list[type]:
    """Return the nearest classes above that have a public name; those that stand above one of them are left out."""
    public = [cls for cls in value.__mro__[1:] if id(cls) in canonical]
    return [cls for cls in public if not any(cls in other.__mro__[1:] for other in public)]


def _is_shared(cls: type) -> bool:
    module = f"{cls.__module__}."
    return module.startswith(f"{PACKAGE}.") and not module.startswith(_OF_BACKENDS)


def _set_on_self(cls: type) -> set[str]:
    """Return the public attributes that a class's methods set on their first argument."""
    found = set()
    for node in ast.walk(_definitions(cls.__module__).get(cls.__qualname__, ast.Module([], []))):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            of_self = isinstance(node.value, ast.Name) and node.value.id == "self"
            found.update([node.attr] if of_self and not node.attr.startswith("_") else [])
    return found


@cache
def _definitions(module: str) -> dict[str, ast.ClassDef]:
    """Return a module's top-level classes, as they are written."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


if __name__ == "__main__":
    json.dump(collect(), sys.stdout)

"""Modules that are imported before anybody asks for them, and not to be seen until somebody does.

A kernel that is forked from a process with hidden modules is, to a guide, one that has not imported them: they are not in
``sys.modules``, not counted among the versions that a job had loaded, and not bound in their packages. What is imported later,
by whatever statement, comes from here at once, with all that importing it had brought along.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import resolve_name
from types import ModuleType
from typing import Any


class Hidden(MetaPathFinder):
    """Finds the modules that are hidden, before any other finder does; an import brings them back."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.environment: dict[str, str] = {}
        """Variables that importing them has set."""
        self.uses: dict[str, set[str]] = {}
        """Module → those that it imported while it was imported itself."""

    def find_spec(
        self,
        fullname: str,
        _path: Sequence[str] | None,
        _target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return where a hidden module is found; asking for it does not show it yet."""
        if (module := self.modules.get(fullname)) is None:
            return None
        real = module.__spec__
        places = real.submodule_search_locations if real else None
        spec = ModuleSpec(
            fullname,
            _Shower(self, fullname),
            origin=real.origin if real else None,
            is_package=places is not None,
        )
        if places is not None:
            spec.submodule_search_locations = list(places)
        if real:
            spec.has_location, spec.cached = real.has_location, real.cached
        return spec

    def show(self, name: str) -> None:
        """Put a module into ``sys.modules``, and those that would have been imported with it."""
        os.environ.update(self.environment)
        self.environment.clear()
        for each in self._with(name):
            if (module := self.modules.pop(each, None)) is not None and each not in sys.modules:
                sys.modules[each] = module
                _bind(each, module)
        if not self.modules:
            sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]

    def _with(self, name: str) -> list[str]:
        """Return all that importing a module brings along, the packages that they are in among them."""
        found, left = dict[str, None](), [name]
        while left:
            if (each := left.pop()) not in found and each in self.modules:
                found[each] = None
                left += [*self.uses.get(each, ()), *_above(each)]
        return [each for each in self.modules if each in found]


class _Shower(Loader):
    """Has a module that is imported already take its place, as it was."""

    def __init__(self, hidden: Hidden, name: str) -> None:
        self.hidden, self.name = hidden, name
        self.real: tuple[Any, Any] = (None, None)

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        module = self.hidden.modules[self.name]
        self.real = module.__spec__, getattr(module, "__loader__", None)
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__, module.__loader__ = self.real
        self.hidden.show(self.name)


def hide(names: Sequence[str]) -> Hidden:
    """Import modules, and hide them with all that they bring along.

    One that is not installed, or raises, is left to who imports it by name.
    """
    hidden = Hidden()
    before, environment = dict(sys.modules), dict(os.environ)
    for name in names:
        already = set(sys.modules)
        with suppress(Exception), _noting(hidden.uses):
            importlib.import_module(name)
        hidden.uses.setdefault(name, set()).update(sys.modules.keys() - already)
    _take_away(hidden, before)
    for name in [name for name, value in os.environ.items() if environment.get(name) != value]:
        hidden.environment[name] = os.environ.pop(name)
        if name in environment:
            os.environ[name] = environment[name]
    if hidden.modules:
        sys.meta_path.insert(0, hidden)
    return hidden


def _take_away(hidden: Hidden, before: Mapping[str, ModuleType]) -> None:
    hidden.modules = {name: module for name, module in sys.modules.items() if name not in before}
    for name, module in hidden.modules.items():
        del sys.modules[name]
        above, _, child = name.rpartition(".")
        if above in before and attributes(before[above]).get(child) is module:
            delattr(before[above], child)


def attributes(module: ModuleType) -> Mapping[str, Any]:
    """Return what is bound in a module; asking a lazy module itself would load it."""
    found: Mapping[str, Any] = (
        object.__getattribute__(module, "__dict__") if isinstance(module, ModuleType) else {}
    )
    return found


def _bind(name: str, module: ModuleType) -> None:
    """Make a module an attribute of its package, unless something else has that name there."""
    above, _, child = name.rpartition(".")
    package = sys.modules.get(above)
    if isinstance(package, ModuleType) and child not in attributes(package):
        setattr(package, child, module)


def _above(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


@contextmanager
def _noting(uses: dict[str, set[str]]) -> Iterator[None]:
    """Note which module imports which: also one that is there already, which leaves no other trace."""
    real = builtins.__import__

    def importing(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        module = real(name, globals, locals, fromlist or (), level)
        if globals and (importer := globals.get("__name__")):
            full = resolve_name("." * level + name, globals.get("__package__") or importer) if level else name
            found = uses.setdefault(importer, set())
            found.add(full)
            found.update(below for child in fromlist or () if (below := f"{full}.{child}") in sys.modules)
        return module

    builtins.__import__ = importing
    try:
        yield
    finally:
        builtins.__import__ = real

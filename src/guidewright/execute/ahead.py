"""Modules that are imported before anybody asks for them, and not to be seen until somebody does.

A kernel that is forked from a process with hidden modules is, to a guide, one that has not imported them: they are not in
``sys.modules``, not counted among the versions that a job had loaded, and not bound in their packages. What is imported later,
by whatever statement, comes from here at once, with all that importing it had brought along.
"""

from __future__ import annotations

import builtins
import copyreg
import importlib
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import resolve_name
from itertools import islice
from types import ModuleType
from typing import Any


@dataclass(kw_only=True, slots=True)
class Effects:
    """What importing a module has done beside: undone where it is hidden, and done again where it is shown."""

    environment: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    """Variable → its value before and after."""
    reductions: dict[type, Any] = field(default_factory=dict)
    """How types are pickled: what was added to copyreg's table."""
    filters: list[tuple[Any, ...]] = field(default_factory=list)
    """Warnings' filters that were put before the others."""

    def repeat(self) -> None:
        """Do all of it; a variable that has been changed meanwhile is left as it is."""
        for name, (before, after) in self.environment.items():
            if os.environ.get(name) == before:
                os.environ[name] = after
        for kind, reduction in self.reductions.items():
            copyreg.dispatch_table.setdefault(kind, reduction)
        for action, message, category, module, line in reversed(self.filters):
            patterns = {"message": message, "module": module}
            texts = {name: each.pattern for name, each in patterns.items() if each}
            warnings.filterwarnings(action, category=category, lineno=line, **texts)


class Hidden(MetaPathFinder):
    """Finds the modules that are hidden, before any other finder does; an import brings them back."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.uses: dict[str, set[str]] = {}
        """Module → those that it imported while it was imported itself."""
        self.effects: dict[str, Effects] = {}
        """Of the modules that were asked for by name."""
        self._lock = threading.RLock()

    def find_spec(
        self,
        fullname: str,
        _path: Sequence[str] | None,
        _target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return where a hidden module is found; asking for it does not show it yet."""
        if (module := self.modules.get(fullname)) is None:
            return None
        real = getattr(module, "__spec__", None)
        places = real.submodule_search_locations if real else None
        spec = ModuleSpec(
            fullname,
            _Shower(self, fullname, module),
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
        with self._lock:
            shown = self._with(name)
            for each in shown:
                if effects := self.effects.pop(each, None):
                    effects.repeat()
            found = {each: self.modules[each] for each in shown}
            for each, module in found.items():
                sys.modules.setdefault(each, module)
            for each, module in found.items():  # a package may stand behind what it has imported
                _bind(each, module)
                del self.modules[each]

    def _with(self, name: str) -> list[str]:
        """Return all that importing a module brings along, the packages that they are in among them."""
        found, left = set[str](), [name]
        while left:
            if (each := left.pop()) not in found and each in self.modules:
                found.add(each)
                left += [*self.uses.get(each, ()), *_above(each)]
        return [each for each in self.modules if each in found]


class _Shower(Loader):
    """Has a module that is imported already take its place, as it was."""

    def __init__(self, hidden: Hidden, name: str, module: ModuleType) -> None:
        self.hidden, self.name, self.module = hidden, name, module
        self.real_spec, self.real = getattr(module, "__spec__", None), getattr(module, "__loader__", None)

    def __getattr__(self, name: str) -> Any:
        """Be what the real loader is beside, which reads a package's data for one."""
        return getattr(self.real, name)

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        with suppress(AttributeError):  # of a module that has put something else in its place
            module.__spec__, module.__loader__ = self.real_spec, self.real
        self.hidden.show(self.name)


def hide(names: Sequence[str]) -> Hidden:
    """Import modules, and hide them with all that they bring along.

    One that is not installed, or raises, is left to who imports it by name.
    """
    hidden = Hidden()
    before = dict(sys.modules)
    for name in names:
        already = set(sys.modules)
        effects = Effects()
        try:
            with _undone(effects), _noting(hidden.uses):
                importlib.import_module(name)
        except Exception:  # its own modules are imported anew, as they would be in a fresh process
            for each in [each for each in sys.modules.keys() - already if f"{each}.".startswith(f"{name}.")]:
                del sys.modules[each]
        else:
            hidden.effects[name] = effects
            hidden.uses.setdefault(name, set()).update(sys.modules.keys() - already)
    _take_away(hidden, before)
    if hidden.modules:
        sys.meta_path.insert(0, hidden)
    return hidden


@contextmanager
def _undone(effects: Effects) -> Iterator[None]:
    """Undo what is done meanwhile to this process, and note it."""
    environment, reductions, filters = dict(os.environ), dict(copyreg.dispatch_table), list(warnings.filters)
    with warnings.catch_warnings():
        try:
            yield
        finally:
            effects.filters = [each for each in warnings.filters if each not in filters]
            table = copyreg.dispatch_table
            effects.reductions = {kind: table.pop(kind) for kind in table.keys() - reductions.keys()}
            for name, value in dict(os.environ).items():
                if (was := environment.get(name)) != value:
                    effects.environment[name] = was, value
                    del os.environ[name]
            os.environ.update(environment)


def _take_away(hidden: Hidden, before: Mapping[str, ModuleType]) -> None:
    hidden.modules = {name: module for name, module in sys.modules.items() if name not in before}
    for name, module in hidden.modules.items():
        del sys.modules[name]
        above, _, child = name.rpartition(".")
        package = before.get(above, hidden.modules.get(above))
        # A module of a type of its own, as TensorFlow's, keeps its attributes in its own way.
        if type(package) is ModuleType and attributes(package).get(child) is module:
            delattr(package, child)


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
        count = len(sys.modules)
        module = real(name, globals, locals, fromlist or (), level)
        importer = (globals or {}).get("__name__", "")
        full = (
            resolve_name("." * level + name, (globals or {}).get("__package__") or importer)
            if level
            else name
        )
        asked = {full, *(below for child in fromlist or () if (below := f"{full}.{child}") in sys.modules)}
        if importer:
            uses.setdefault(importer, set()).update(asked)
        if len(sys.modules) > count:
            _note_brought({*asked, *_above(full)}, [*islice(sys.modules, count, None)], uses)
        return module

    builtins.__import__ = importing
    try:
        yield
    finally:
        builtins.__import__ = real


def _note_brought(asked: set[str], new: Sequence[str], uses: dict[str, set[str]]) -> None:
    """Note what an import has brought in whatever way, compiled code's own among them, for the module that stands behind it."""
    last = ""
    for name in reversed(new):
        last = name if name in asked else last
        if last:
            uses.setdefault(last, set()).add(name)

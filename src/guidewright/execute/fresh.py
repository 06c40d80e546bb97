"""Which jobs need a process of their own from its first instruction on, and why."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping

from guidewright import pycode
from guidewright.execute.environment import Machine
from guidewright.model import Job
from guidewright.pycode.parsing import MAGIC_CALL
from guidewright.settings import Backend

_CHANGES = frozenset({"update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__"})
_PUTS = frozenset({"putenv", "unsetenv"})
_MAGICS = frozenset({"env", "set_env"})
_INSTALLS = re.compile(r"^[!%]+.*\b(pip|conda|uv)\b.*\binstall\b")


def can_fork() -> bool:
    """Tell whether kernels can be forked safely here: Linux alone tells how many threads there are, and of a process' end."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def why_fresh(job: Job, backend: Backend, machine: Machine) -> str:
    """Say why a job's kernel is not forked from one that has imported already; empty where it may be.

    Only a job that imports itself what is preloaded may: to any other, it would show.
    """
    if not can_fork():
        return "kernels are forked on Linux only"
    if not backend.preload:
        return "its backend preloads nothing"
    if machine.has_gpu:
        return "there is a GPU, which no fork may find started"
    if job.profile == "full":
        return "a full run has all cores, and time"
    if not job.preload:
        return "its header says so"
    trees = [pycode.parse(cell.source) for cell in job.cells]
    for tree in trees:
        if name := next(_environment_changes(tree, backend.env), ""):
            return f"it sets {name}"
        if any(_INSTALLS.match(text) for text in _magics(tree)):
            return "it installs packages"
    imported = {name for tree in trees for name in _imports(tree)}
    absent = [name for name in backend.preload if name not in imported]
    return f"it does not import {absent[0]}" if absent else ""


def _environment_changes(tree: ast.AST, known: Mapping[str, str]) -> Iterator[str]:
    """Yield the variables that code may set to another value than the kernel has from its start."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and _is_known(node, known):
            continue
        targets = [*getattr(node, "targets", ()), getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Subscript) and _name(target.value) == "environ":
                yield _constant(target.slice) or "a variable of its environment"
        if isinstance(node, ast.Call) and _calls(node):
            yield "its environment"
    if any(text.lstrip("%").split(None, 1)[0] in _MAGICS for text in _magics(tree) if text.strip("%! ")):
        yield "its environment"


def _magics(tree: ast.AST) -> Iterator[str]:
    """Yield the text of each magic and shell line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == MAGIC_CALL:
            yield _constant(node.args[0])


def _is_known(node: ast.Assign, known: Mapping[str, str]) -> bool:
    """Tell whether an assignment gives a variable the value that it has already."""
    target = node.targets[0]
    if not (isinstance(target, ast.Subscript) and _name(target.value) == "environ"):
        return False
    name = _constant(target.slice)
    return name in known and _constant(node.value) == known[name]


def _calls(node: ast.Call) -> bool:
    function = node.func
    if _name(function) in _PUTS:
        return True
    if isinstance(function, ast.Attribute) and _name(function.value) == "environ":
        return function.attr in _CHANGES
    magic = _name(function) in ("run_line_magic", "run_cell_magic") and bool(node.args)
    return magic and _constant(node.args[0]) in _MAGICS


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _constant(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""

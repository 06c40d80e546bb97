"""Putting values into a cell's source; all text around them stays as it is, to the byte."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from guidewright.pycode.names import used
from guidewright.pycode.parsing import is_cell_magic, is_magic, parse

CHECK_HOOK = "__guidewright_check__"
"""The name that the kernel defines in its builtins; see :func:`count_checks`."""

_COLOUR = r"(?:\x1b\[[0-9;]*m)*"
"""IPython colours the code in a traceback token by token."""
_CHECK_CALL = re.compile(rf"{_COLOUR};{_COLOUR} ?{_COLOUR}{CHECK_HOOK}{_COLOUR}\([^)]*\)")

Splice = tuple[ast.expr | ast.stmt, str]
"""A node, and the text to put in its place or behind it."""


def put_environment(source: str, environment: Mapping[str, str]) -> str:
    """Set the string in ``os.environ["NAME"] = "…"`` to the environment's value, wherever NAME is one of its names."""

    def values(tree: ast.Module) -> Iterator[Splice]:
        for node in ast.walk(tree):
            name = _environment_name(node) if isinstance(node, ast.Assign) else ""
            if isinstance(node, ast.Assign) and name in environment and _string(node.value) is not None:
                # A string of JSON is one of Python, too.
                yield node.value, json.dumps(environment[name], ensure_ascii=False)

    # Most cells set none, and need not be parsed.
    return _splice(source, values) if "environ" in source else source


def _environment_name(node: ast.Assign) -> str:
    target = node.targets[0]
    if len(node.targets) > 1 or not isinstance(target, ast.Subscript):
        return ""
    holder = target.value
    name = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
    return (_string(target.slice) or "") if name == "environ" else ""


def _string(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def put_values(source: str, values: Mapping[str, Any]) -> str:
    """Replace the value of each top-level ``name = value`` whose name is in ``values`` by the value's ``repr``."""
    return _splice(
        source,
        lambda tree: ((value, repr(values[name])) for name, value in _assignments(tree) if name in values),
    )


def assigned_values(source: str) -> frozenset[str]:
    """Return the names that :func:`put_values` can set in this cell."""
    return frozenset(name for name, _ in _assignments(parse(source)))


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield name and value of each top-level ``name = value`` and ``name: type = value``."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if len(targets) == 1 and isinstance(targets[0], ast.Name) and value and not is_magic(value):
            yield targets[0].id, value


def count_checks(source: str, computed: frozenset[str], cell: str) -> str:
    """Have each assertion that reads a name in ``computed`` report that it ran, on the line where it stands.

    The call is put behind the assertion, so that it runs only where the assertion held; the set of its arguments is
    the set of checks, so that one inside a loop counts once.
    """

    def calls(tree: ast.Module) -> Iterator[Splice]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and used(node) & computed:
                yield node, f"; {CHECK_HOOK}({cell!r}, {node.lineno}, {node.col_offset})"

    return _splice(source, calls, append=True)


def without_check_calls(text: str) -> str:
    """Remove from a traceback what :func:`count_checks` put in."""
    return _CHECK_CALL.sub("", text)


def _splice(source: str, places: Callable[[ast.Module], Iterable[Splice]], *, append: bool = False) -> str:
    """Replace the text of nodes, or append to it, from the last to the first; positions are in UTF-8 bytes."""
    if is_cell_magic(source):
        return source
    lines = source.encode().split(b"\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    data = source.encode()
    for node, text in sorted(
        places(parse(source)), key=lambda place: (place[0].lineno, place[0].col_offset), reverse=True
    ):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        end = starts[node.end_lineno - 1] + node.end_col_offset
        start = end if append else starts[node.lineno - 1] + node.col_offset
        data = data[:start] + text.encode() + data[end:]
    return data.decode()

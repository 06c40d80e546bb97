"""A cell's source → its syntax tree; what only IPython understands becomes a call with its text."""

from __future__ import annotations

import ast
import functools
import io
import re
import tokenize
import warnings

MAGIC_CALL = "__magic__"
"""The name that a magic or shell line calls in the trees that :func:`parse` returns."""

_MAGIC = re.compile(r"^(?P<indent>\s*)(?P<target>[\w.,\[\]'\" ]+=\s*)?(?P<text>[!%].*)$", re.DOTALL)
_HELP = re.compile(r"^(?P<indent>\s*)(?P<target>)(?P<text>\?{1,2}[\w.*%]+|[\w.*%]+\?{1,2})\s*$")
_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def is_cell_magic(source: str) -> bool:
    """Tell whether a whole cell is a magic's argument, as ``%%bash`` makes it."""
    return source.lstrip().startswith("%%")


def parse(source: str) -> ast.Module:
    """Parse a cell; magics and shell lines become calls of ``__magic__`` with their text, on the same lines.

    Raises:
        SyntaxError: with the line inside the cell.
        ValueError: the cell holds a null byte (Python 3.11).
    """
    return as_python(source)[1]


@functools.lru_cache(maxsize=4096)
def as_python(source: str) -> tuple[str, ast.Module]:
    """Return a cell's source with its magics masked, line for line, and its tree, which nobody changes; plain Python stays as it is.

    Raises:
        SyntaxError, ValueError: as :func:`parse`.
    """
    if is_cell_magic(source):
        return _call(source), _compile(_call(source))
    try:
        return source, _compile(source)
    except SyntaxError:
        masked = _masked(source)
        if masked == source:
            raise
        return masked, _compile(masked)


def nodes(source: str) -> list[ast.AST]:
    """Return all nodes of a cell's tree in the order of :func:`ast.walk`.

    Raises:
        SyntaxError, ValueError: as :func:`parse`.
    """
    found: list[ast.AST] = [parse(source)]
    for node in found:
        found += ast.iter_child_nodes(node)
    return found


def is_magic(node: ast.AST) -> bool:
    """Tell whether a node stands for a magic: its columns are not those of the cell's text."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == MAGIC_CALL


def _compile(source: str) -> ast.Module:
    # Python's warnings (an invalid escape, for one) are told when the cell runs, and go into its record.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree: ast.Module = compile(source, "<cell>", "exec", _FLAGS, dont_inherit=True)
    return tree


def _call(text: str) -> str:
    return f"{MAGIC_CALL}({text!r})"


def _masked(source: str) -> str:
    """Mask the magics: lines that begin a statement, with the lines that a final backslash joins to them."""
    lines = source.split("\n")
    done: list[str] = []
    while len(done) < len(lines):
        rest = lines[len(done) :]
        found = _HELP.match(rest[0]) or _MAGIC.match(rest[0])
        if not found or _inside_statement(done):
            done.append(rest[0])
            continue
        count = next((n for n, line in enumerate(rest, 1) if not line.rstrip().endswith("\\")), len(rest))
        text = "\n".join([found["text"], *rest[1:count]])
        done += [f"{found['indent']}{found['target'] or ''}{_call(text)}", *[""] * (count - 1)]
    return "\n".join(done)


def _inside_statement(lines: list[str]) -> bool:
    """Tell whether a bracket, a string or a backslash is open behind these lines: ``%`` is an operator there."""
    try:
        list(tokenize.generate_tokens(io.StringIO("".join(f"{line}\n" for line in lines)).readline))
    except tokenize.TokenError:
        return True
    except SyntaxError:
        return False
    return False

"""The Python of a cell: what it means, which names it binds and reads, and how values are put into it.

Pure functions on source text, shared by the stages. IPython's magics and shell lines are understood as text.
"""

from __future__ import annotations

import ast
import builtins
import io
import re
import symtable
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CHECK_HOOK = "__guidewright_check__"
"""The name that the kernel defines in its builtins; see :func:`count_checks`."""

_MAGIC = re.compile(r"^(?P<indent>\s*)(?P<target>[\w.,\[\]'\" ]+=\s*)?(?P<magic>[!%].*)$")
_HELP = re.compile(r"^\s*(\?{1,2}[\w.*%]+|[\w.*%]+\?{1,2})\s*$")
_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_BUILTINS = frozenset(dir(builtins))


def is_cell_magic(source: str) -> bool:
    """Tell whether a whole cell is a magic's argument, as ``%%bash`` makes it."""
    return source.lstrip().startswith("%%")


def parse(source: str) -> ast.Module:
    """Parse a cell; magics and shell lines become calls of ``__magic__`` with their text, on the same lines.

    Raises:
        SyntaxError: with the line inside the cell.
    """
    if is_cell_magic(source):
        return ast.Module(body=[ast.Expr(_magic_call(source))], type_ignores=[])
    try:
        return _compile(source)
    except SyntaxError:
        masked = "\n".join(map(_mask, source.split("\n")))
        if masked == source:
            raise
        return _compile(masked)


def _compile(source: str) -> ast.Module:
    tree: ast.Module = compile(source, "<cell>", "exec", _FLAGS, dont_inherit=True)
    return tree


def _magic_call(text: str) -> ast.Call:
    return ast.Call(func=ast.Name("__magic__", ast.Load()), args=[ast.Constant(text)], keywords=[])


def _mask(line: str) -> str:
    if _HELP.match(line):
        return f"__magic__({line!r})"
    found = _MAGIC.match(line)
    if not found:
        return line
    return f"{found['indent']}{found['target'] or ''}__magic__({found['magic']!r})"


# ------------------------------------------------------------------ meaning


def meaning(source: str) -> str:
    """Return a text that is equal for two cells exactly if they do the same: what fingerprints and ids are made of.

    The syntax tree without positions and comments, and the final ``;`` that silences a cell's value. The form is our
    own, not :func:`ast.dump`'s, because that one differs between Python versions.
    """
    return _dump(parse(source)) + (";" if _ends_with_semicolon(source) else "")


def _dump(node: object) -> str:
    if isinstance(node, ast.AST):
        fields = ((name, getattr(node, name, None)) for name in node._fields if name not in _IGNORED_FIELDS)
        inside = ",".join(
            f"{name}={_dump(value)}" for name, value in fields if value is not None and value != []
        )
        return f"{type(node).__name__}({inside})"
    if isinstance(node, list):
        return "[" + ",".join(map(_dump, node)) + "]"
    return repr(node)


# A context follows from where the node stands; the rest is not part of what the code does.
_IGNORED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


def _ends_with_semicolon(source: str) -> bool:
    last = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.OP or (token.string.strip() and token.type != tokenize.COMMENT):
                last = token.string
    except (tokenize.TokenError, SyntaxError):
        return source.rstrip().endswith(";")
    return last == ";"


# -------------------------------------------------------------------- names


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One top-level statement's use of names."""

    line: int
    """1-based, inside the cell."""
    reads: frozenset[str]
    """Names read when the statement runs."""
    later: frozenset[str]
    """Global names read by the functions that it defines, when they are called."""
    computes: frozenset[str]
    imports: frozenset[str]

    @property
    def binds(self) -> frozenset[str]:
        return self.computes | self.imports


_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Assert, ast.Delete)


def statements(source: str) -> tuple[Statement, ...]:
    """Return the top-level statements of a cell, in order, with the names they bind and read.

    Raises:
        SyntaxError: the cell does not parse.
    """
    return tuple(_statement(node) for node in parse(source).body)


def _statement(node: ast.stmt) -> Statement:
    line = getattr(node, "lineno", 1)
    try:
        table = symtable.symtable(ast.unparse(node), "<cell>", "exec")
    except SyntaxError:  # a top-level await, which symtable does not admit
        return _loose_statement(node, line)
    symbols = [symbol for symbol in table.get_symbols() if symbol.get_name() != "__magic__"]
    bound = {s.get_name() for s in symbols if s.is_assigned() or s.is_namespace()}
    imported = {s.get_name() for s in symbols if s.is_imported()}
    read = {s.get_name() for s in symbols if s.is_referenced()}
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        read.add(node.target.id)
    immediate, later = _nested_reads(table)
    reads = (read | immediate) if isinstance(node, _SIMPLE) else (read | immediate) - bound
    return Statement(
        line=line,
        reads=frozenset(reads - _BUILTINS),
        later=frozenset(later - _BUILTINS - bound),
        computes=frozenset(bound - imported),
        imports=frozenset(imported),
    )


def _loose_statement(node: ast.stmt, line: int) -> Statement:
    names = [name for name in ast.walk(node) if isinstance(name, ast.Name)]
    return Statement(
        line=line,
        reads=frozenset({n.id for n in names if isinstance(n.ctx, ast.Load)} - _BUILTINS),
        later=frozenset(),
        computes=frozenset(n.id for n in names if isinstance(n.ctx, ast.Store)),
        imports=frozenset(),
    )


def _nested_reads(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Return the globals that nested scopes read at once (classes, comprehensions) and later (functions)."""
    immediate: set[str] = set()
    later: set[str] = set()
    for child in table.get_children():
        reads = {s.get_name() for s in child.get_symbols() if s.is_global() and s.is_referenced()}
        now, then = _nested_reads(child)
        # Comprehensions are functions to symtable, and run where they stand.
        if child.get_type() == "class" or child.get_name() in _COMPREHENSIONS:
            immediate |= reads | now
            later |= then
        else:
            later |= reads | now | then
    return immediate, later


_COMPREHENSIONS = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})


# ------------------------------------------------------------------ splices


def put_environment(source: str, environment: Mapping[str, str]) -> str:
    """Set the string in ``os.environ["NAME"] = "…"`` to the environment's value, wherever NAME is one of its names."""

    def values(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
        for node in ast.walk(tree):
            name = _environment_name(node)
            if isinstance(node, ast.Assign) and name in environment and isinstance(node.value, ast.Constant):
                yield node.value, _quoted(environment[name])

    return _splice(source, values)


def _environment_name(node: ast.AST) -> str:
    if not (isinstance(node, ast.Assign) and len(node.targets) == 1):
        return ""
    target = node.targets[0]
    if not (isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant)):
        return ""
    holder = target.value
    name = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
    return str(target.slice.value) if name == "environ" else ""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def put_values(source: str, values: Mapping[str, Any]) -> str:
    """Replace the value of each top-level ``name = value`` whose name is in ``values`` by the value's ``repr``."""

    def found(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
        for node in tree.body:
            if isinstance(node, ast.Assign) and [*map(_simple_name, node.targets)] == [
                _simple_name(node.targets[0])
            ]:
                name = _simple_name(node.targets[0])
                if name in values:
                    yield node.value, repr(values[name])

    return _splice(source, found)


def assigned_values(source: str) -> frozenset[str]:
    """Return the names that :func:`put_values` can set in this cell."""
    nodes = (node for node in parse(source).body if isinstance(node, ast.Assign) and len(node.targets) == 1)
    return frozenset(name for node in nodes if (name := _simple_name(node.targets[0])))


def _simple_name(target: ast.expr) -> str:
    return target.id if isinstance(target, ast.Name) else ""


def count_checks(source: str, computed: frozenset[str], cell: str) -> str:
    """Have each assertion that reads a name in ``computed`` report that it ran, on the line where it stands.

    The call is put behind the assertion, so that it runs only where the assertion held; the set of its arguments is
    the set of checks, so that one inside a loop counts once.
    """

    def calls(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and _reads_any(node, computed):
                yield node, f"; {CHECK_HOOK}({cell!r}, {node.lineno}, {node.col_offset})"

    return _splice(source, calls, append=True)


def without_check_calls(text: str) -> str:
    """Remove from a traceback what :func:`count_checks` put in."""
    return _CHECK_CALL.sub("", text)


_CHECK_CALL = re.compile(rf"; ?{CHECK_HOOK}\([^)]*\)")


def _reads_any(node: ast.AST, names: frozenset[str]) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id in names for inner in ast.walk(node))


def _splice(
    source: str,
    places: Callable[[ast.Module], Iterable[tuple[ast.expr | ast.stmt, str]]],
    *,
    append: bool = False,
) -> str:
    """Replace the text of nodes, or append to it, from the last to the first; positions are in UTF-8 bytes."""
    if is_cell_magic(source):
        return source
    lines = [line.encode() for line in source.split("\n")]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    data = source.encode()
    for node, text in sorted(
        places(parse(source)), key=lambda place: -place[0].lineno * 10**6 - place[0].col_offset
    ):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        end = starts[node.end_lineno - 1] + node.end_col_offset
        start = end if append else starts[node.lineno - 1] + node.col_offset
        data = data[:start] + text.encode() + data[end:]
    return data.decode()

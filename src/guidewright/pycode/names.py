"""Which names a cell's statements bind and read, and when.

The walk follows the order in which Python evaluates, so that ``print(n := 1, n)`` reads nothing from outside. It is our
own, because :mod:`symtable` knows no order, and since Python 3.12 counts a comprehension's variables as the module's.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from guidewright.pycode.parsing import MAGIC_CALL, is_cell_magic, parse

STAR = "*"
"""Among a statement's imports: it binds names that only a run can tell (``from … import *``)."""

_BUILTINS = frozenset(dir(builtins))
_PYTHON_MAGICS = frozenset({"%%capture", "%%prun", "%%time"})
"""Cell magics that run the rest of their cell as Python, in the guide's own namespace."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One top-level statement's use of names."""

    line: int
    """1-based, inside the cell."""
    reads: frozenset[str]
    """Names read when the statement runs; builtins left out."""
    later: frozenset[str]
    """Global names read by the functions that it defines, when they are called; builtins left out."""
    computes: frozenset[str]
    imports: frozenset[str]
    """With ``*`` where it is a star import."""

    @property
    def binds(self) -> frozenset[str]:
        return self.computes | self.imports


@lru_cache(maxsize=4096)
def statements(source: str) -> tuple[Statement, ...]:
    """Return the top-level statements of a cell, in order, with the names they bind and read.

    Raises:
        SyntaxError, ValueError: the cell does not parse.
    """
    first, _, rest = source.partition("\n")
    if is_cell_magic(source) and first.split()[:1] and first.split()[0] in _PYTHON_MAGICS:
        source = f"\n{rest}"
    return tuple(_statement(node) for node in parse(source).body)


def used(node: ast.AST) -> frozenset[str]:
    """Return the names from outside that a node reads, at once or later, builtins among them."""
    walk = _Walk()
    walk.visit(node)
    return frozenset(walk.reads | walk.later)


def _statement(node: ast.stmt) -> Statement:
    walk = _Walk()
    walk.visit(node)
    return Statement(
        line=node.lineno,
        reads=frozenset(walk.reads - _BUILTINS),
        later=frozenset(walk.later - _BUILTINS - walk.computes - walk.imports),
        computes=frozenset(walk.computes),
        imports=frozenset(walk.imports),
    )


class _Walk(ast.NodeVisitor):
    """Collects, over one scope, what is read before it is bound there."""

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.later: set[str] = set()
        self.computes: set[str] = set()
        self.imports: set[str] = set()
        self.bound: set[str] = {MAGIC_CALL}
        """Names bound so far, on this path."""
        self.declared: set[str] = set()
        """Names declared ``global`` or ``nonlocal``."""

    def bind(self, names: Iterable[str]) -> None:
        found = set(names)
        self.computes |= found
        self.bound |= found

    def visit_all(self, *nodes: ast.AST | Iterable[ast.AST | None] | None) -> None:
        for node in nodes:
            if isinstance(node, ast.AST):
                self.visit(node)
            else:
                self.visit_all(*(node or ()))

    # ------------------------------------------------------------- simple

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.bind([node.id])
        else:
            self.reads |= {node.id} - self.bound

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit_all(node.value, node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.reads |= {node.target.id} - self.bound
        self.visit_all(node.value, node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit_all(node.value, node.annotation)
        if node.value or not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit_all(node.value, node.target)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        names = {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        self.imports |= names
        self.bound |= names

    visit_ImportFrom = visit_Import  # noqa: N815 - ast.NodeVisitor's names

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.declared.update(node.names)

    visit_Nonlocal = visit_Global  # noqa: N815 - ast.NodeVisitor's names

    # ----------------------------------------------------------- compound

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        before = set(self.bound)
        self.visit_all(node.body)
        after, self.bound = self.bound, before
        self.visit_all(node.orelse)
        self.bound |= after

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit_all(node.iter, node.target, node.body, node.orelse)

    visit_AsyncFor = visit_For  # noqa: N815 - ast.NodeVisitor's names

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.bind([node.name] if node.name else [])
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self.bind([node.name] if node.name else [])
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs  # noqa: N815 - ast.NodeVisitor's names

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.bind([node.rest] if node.rest else [])
        self.generic_visit(node)

    # ------------------------------------------------------------- scopes

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        """A comprehension runs where it stands; its variables are its own, what ``:=`` binds inside is not."""
        inner = _Walk()
        inner.bound |= self.bound
        own: set[str] = set()
        for generator in node.generators:
            inner.visit(generator.iter)
            names = _stored(generator.target)
            own |= names
            inner.bound |= names
            inner.visit_all(generator.ifs)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        inner.visit_all(parts)
        self.reads |= inner.reads
        self.later |= inner.later - own
        self.bind(inner.computes)

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp  # noqa: N815 - ast.NodeVisitor's names

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit_all(node.args.defaults, node.args.kw_defaults)
        self._defer(node.args, [node.body])

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        arguments = _arguments(node.args)
        annotations = [argument.annotation for argument in arguments if argument.annotation]
        self.visit_all(
            node.decorator_list, node.args.defaults, node.args.kw_defaults, annotations, node.returns
        )
        self._defer(node.args, node.body)
        self.bind([node.name])

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast.NodeVisitor's names

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A class's body runs at once; its names are its own, and its functions do not see them."""
        self.visit_all(node.decorator_list, node.bases, node.keywords)
        inner = _Walk()
        inner.visit_all(node.body)
        self.reads |= inner.reads - self.bound
        self.later |= inner.later
        self.bind(inner.bound & inner.declared)
        self.bind([node.name])

    def _defer(self, arguments: ast.arguments, body: Iterable[ast.AST]) -> None:
        inner = _Walk()
        inner.visit_all(body)
        own = {argument.arg for argument in _arguments(arguments)}
        own |= inner.bound - inner.declared
        self.later |= (inner.reads | inner.later) - own
        # What it declares global it binds when it is called; as far as we can know, that is before the name is read.
        self.bind(inner.bound & inner.declared)


def _stored(target: ast.expr) -> set[str]:
    names = (node for node in ast.walk(target) if isinstance(node, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*several, *(one for one in (arguments.vararg, arguments.kwarg) if one)]

"""Where code uses names of a package: attribute chains that begin with an imported name, resolved over the syntax tree.

Nothing is guessed: a chain that begins with a call's result, a parameter or a variable is passed over.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from guidewright.pycode import is_cell_magic, parse

Bindings = dict[str, str | None]
"""A name → the dotted name that it stands for; None for something of the guide's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    name: str
    """Dotted, from the package on: ``keras.layers.Dense``, however the code calls it."""
    line: int
    """1-based, inside the cell."""


def uses(source: str, package: str, bindings: Bindings) -> list[Use]:
    """Return the uses of a package's names in one cell, in order.

    Args:
        bindings: what the cells before have bound; what this one binds is added to it.
    """
    if is_cell_magic(source):
        return []
    return _walked(_Walk(package, bindings), source)


def bind(source: str, package: str, bindings: Bindings) -> None:
    """Add what one cell binds; what it uses is not looked for."""
    if not is_cell_magic(source):
        _walked(_Binds(package, bindings), source)


def _walked(walk: _Walk, source: str) -> list[Use]:
    if tree := _tree(source):
        walk.visit(tree)
    return walk.found


@lru_cache(maxsize=4096)
def _tree(source: str) -> ast.Module | None:
    """Parse a cell, once for all who ask; nobody may change the tree."""
    try:
        return parse(source)
    except (SyntaxError, ValueError):
        return None


class _Walk(ast.NodeVisitor):
    def __init__(self, package: str, bindings: Bindings) -> None:
        self.package = package
        self.scopes: list[Bindings] = [bindings]
        """The innermost last."""
        self.found: list[Use] = []

    # -------------------------------------------------------------- names

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self._dotted(node) if isinstance(node.ctx, ast.Load) else None
        if name is None:
            self.generic_visit(node)
        else:
            self._use(name, node.lineno)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            name = self._dotted(node)
            if name is not None and "." in name:
                self._use(name, node.lineno)
        else:
            self._bind(node.id, None)

    def _use(self, name: str, line: int) -> None:
        self.found.append(Use(name=name, line=line))

    def _dotted(self, node: ast.expr) -> str | None:
        """Return what a chain of attributes stands for, where it begins with a name of the package."""
        if isinstance(node, ast.Name):
            return next((scope[node.id] for scope in reversed(self.scopes) if node.id in scope), None)
        if isinstance(node, ast.Attribute) and (value := self._dotted(node.value)) is not None:
            return f"{value}.{node.attr}"
        return None

    def _bind(self, name: str, value: str | None) -> None:
        self.scopes[-1][name] = value

    # ------------------------------------------------------------ binding

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            whole = alias.name if alias.asname else alias.name.split(".")[0]
            inside = alias.name.split(".")[0] == self.package
            self._bind(alias.asname or whole, whole if inside else None)
            if inside and "." in alias.name:
                self._use(alias.name, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        inside = not node.level and module.split(".")[0] == self.package
        for alias in node.names:
            if alias.name == "*":
                continue
            name = f"{module}.{alias.name}"
            self._bind(alias.asname or alias.name, name if inside else None)
            if inside:
                self._use(name, alias.lineno)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        value = self._dotted(node.value)
        for target in node.targets:
            self.visit(target)
            if isinstance(target, ast.Name):
                self._bind(target.id, value)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._bind(node.name, None)
        self.generic_visit(node)

    # ------------------------------------------------------------- scopes

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._outside(node.args, [*node.decorator_list, *([node.returns] if node.returns else [])])
        self._bind(node.name, None)
        with self._scope({**_own(node.body), **_parameters(node.args)}):
            self._all(node.body)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast.NodeVisitor's names

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._outside(node.args, [])
        with self._scope(_parameters(node.args)):
            self.visit(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._all([*node.decorator_list, *node.bases, *node.keywords])
        self._bind(node.name, None)
        with self._scope(_ClassBody()):
            self._all(node.body)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        with self._scope({}):
            for place, generator in enumerate(node.generators):
                self._all([generator.iter] if place else [])
                self._all([generator.target, *generator.ifs])
            self._all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp  # noqa: N815 - ast.NodeVisitor's names

    def _outside(self, arguments: ast.arguments, nodes: list[ast.expr]) -> None:
        """Visit what stands in a function's head, and is read where the function is defined."""
        defaults = [default for default in arguments.kw_defaults if default]
        notes = [one.annotation for one in _arguments(arguments) if one.annotation]
        self._all([*nodes, *arguments.defaults, *defaults, *notes])

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    @contextmanager
    def _scope(self, bindings: Bindings) -> Iterator[None]:
        before = self.scopes
        # What is inside of a class's functions does not see the class's own names.
        self.scopes = [*(scope for scope in before if not isinstance(scope, _ClassBody)), bindings]
        yield
        self.scopes = before


class _Binds(_Walk):
    """Passes over what has names of its own: nothing that is bound in there is bound outside."""

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._outside(node.args, [*node.decorator_list, *([node.returns] if node.returns else [])])
        self._bind(node.name, None)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast.NodeVisitor's names

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._outside(node.args, [])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._all([*node.decorator_list, *node.bases, *node.keywords])
        self._bind(node.name, None)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp  # noqa: N815 - ast.NodeVisitor's names


class _ClassBody(Bindings):
    """The names bound in the body of a class."""


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*several, *(one for one in (arguments.vararg, arguments.kwarg) if one)]


def _parameters(arguments: ast.arguments) -> Bindings:
    return dict.fromkeys((one.arg for one in _arguments(arguments)), None)


def _own(body: Iterable[ast.stmt]) -> Bindings:
    """Return the variables that a function's body binds anywhere: they are its own from its first line on."""
    inside = _inside(body)
    outside = {name for node in inside if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    stored = {node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return dict.fromkeys(sorted(stored - outside), None)


def _inside(body: Iterable[ast.AST]) -> list[ast.AST]:
    """Return the nodes of a function's body, without those of the functions and classes in it."""
    found = [*body]
    for node in found:
        if not isinstance(node, _SCOPES):
            found += ast.iter_child_nodes(node)
    return found


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)

"""What no guide's code may do: name one machine's paths, end the process, load what is not declared, set a backend anywhere.

Names are resolved through the guide's imports, over the syntax tree; what is inside of texts and cell magics is not code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from guidewright import pycode
from guidewright.errors import Problem
from guidewright.lint.places import Text
from guidewright.model import Cell
from guidewright.pycode.parsing import MAGIC_CALL
from guidewright.settings import Settings

EXITS = frozenset({"exit", "quit", "sys.exit", "os._exit", "os.abort", "SystemExit"})
DOWNLOADS = (
    "urllib.request.urlopen",
    "urllib.request.urlretrieve",
    "requests.get",
    "requests.post",
    "requests.request",
    "requests.Session",
    "httpx.*",
    "wget.download",
    "torch.hub.*",
    "torchvision.datasets.*",
    "tensorflow_datasets.load",
    "datasets.load_dataset",
    "huggingface_hub.*",
)
"""What loads from the network, in Python and in packages of the field; a project adds its own (``downloads``)."""
_SHELL_DOWNLOAD = re.compile(r"\b(?:wget|curl|git\s+clone|gsutil)\b")
_ABSOLUTE = re.compile(
    r"/(?:tmp|home|Users|root|var|usr|etc|opt|mnt|content|kaggle)(?:/|$)"
    r"|/[\w.-]+(?:/[\w.-]+)+/?$"
    r"|~(?:/|$)"
    r"|[A-Za-z]:[\\/]"
    r"|file://"
)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Call:
    name: str
    """Dotted, its imports resolved: ``urllib.request.urlopen``."""
    node: ast.Call
    cell: Cell


def problems(text: Text, settings: Settings) -> Iterator[Problem]:
    """Yield what a guide's code does and must not."""
    variables = frozenset(name for backend in settings.backends.values() for name in backend.env)
    aliases: dict[str, str] = {}
    first = next((cell for cell in text.guide.cells if cell.kind == "code" and not cell.hidden), None)
    for cell in text.guide.cells:
        if cell.kind != "code" or pycode.is_cell_magic(cell.source):
            continue
        nodes = pycode.nodes(cell.source)
        aliases |= _imports(nodes)
        calls = [call for call in _calls(nodes, aliases, cell) if call.name]
        yield from _paths(text, cell, nodes)
        yield from _exits(text, calls)
        yield from _downloads(text, calls, settings)
        if cell is not first:
            yield from _backends(text, cell, nodes, calls, variables)


def place(text: Text, cell: Cell, node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Return line and column of a piece of code; the tree counts columns in UTF-8 bytes."""
    line = cell.source.split("\n")[node.lineno - 1]
    return text.at(cell, node.lineno - 1, len(line.encode()[: node.col_offset].decode(errors="ignore")))


def _imports(nodes: Iterable[ast.AST]) -> dict[str, str]:
    found = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                found[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _calls(nodes: Iterable[ast.AST], aliases: Mapping[str, str], cell: Cell) -> Iterator[_Call]:
    for node in nodes:
        if isinstance(node, ast.Call):
            yield _Call(name=dotted(node.func, aliases), node=node, cell=cell)


def dotted(node: ast.expr, aliases: Mapping[str, str]) -> str:
    """Return the name that a chain of attributes is, its import resolved; empty where it is no such chain."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        value = dotted(node.value, aliases)
        return f"{value}.{node.attr}" if value else ""
    return ""


# -------------------------------------------------------------------- paths


def _paths(text: Text, cell: Cell, nodes: Sequence[ast.AST]) -> Iterator[Problem]:
    hint = "name files relative to the guide's own folder, or take a folder from tempfile"
    for node in _texts(nodes):
        if isinstance(node.value, str) and _ABSOLUTE.match(node.value) and "\n" not in node.value:
            message = f"'{node.value}' is a path of one machine"
            yield text.problem("absolute-path", cell, place(text, cell, node), message, hint)


def _texts(nodes: Sequence[ast.AST]) -> Iterator[ast.Constant]:
    """Yield the texts of code that are not docstrings."""
    docs = {
        id(node.body[0].value)
        for node in nodes
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes:
        if isinstance(node, ast.Constant) and id(node) not in docs:
            yield node


# -------------------------------------------------------------------- exits


def _exits(text: Text, calls: Iterable[_Call]) -> Iterator[Problem]:
    hint = "let the cell end, or raise an error that says what is wrong"
    for call in calls:
        if call.name in EXITS:
            message = f"{call.name}() would end the notebook's kernel"
            yield text.problem("exit-call", call.cell, place(text, call.cell, call.node), message, hint)


# ---------------------------------------------------------------- downloads


def _downloads(text: Text, calls: Iterable[_Call], settings: Settings) -> Iterator[Problem]:
    declared = text.guide.header.datasets
    patterns = (*DOWNLOADS, *settings.downloads)
    known = ", ".join(settings.datasets) or "none yet"
    hint = f"declare its dataset in the header's 'datasets', and in {_TABLE} (there now: {known})"
    for call in calls:
        pattern = next((one for one in patterns if fnmatchcase(call.name, one)), "")
        named = [part for part in call.name.split(".") if part in settings.datasets]
        fine = all(name in declared for name in named) if named else declared and "*" not in pattern
        if (pattern and not fine) or (not declared and (_address(call) or _shell(call))):
            what = "this command" if call.name == MAGIC_CALL else f"{call.name}()"
            message = f"{what} loads from the network, and the header declares no dataset for it"
            yield text.problem(
                "undeclared-download", call.cell, place(text, call.cell, call.node), message, hint
            )


_TABLE = "[tool.guidewright.datasets]"


def _address(call: _Call) -> bool:
    """Tell whether a call is given an address of another host."""
    values = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    texts = [value.value for value in values if isinstance(value, ast.Constant)]
    parts = [
        urlsplit(one) for one in texts if isinstance(one, str) and re.match(r"(?:https?|ftp)://\S+$", one)
    ]
    return call.name != "print" and any(part.hostname not in _LOCAL for part in parts)


def _shell(call: _Call) -> bool:
    texts = [arg.value for arg in call.node.args if isinstance(arg, ast.Constant)]
    return call.name == MAGIC_CALL and any(_SHELL_DOWNLOAD.search(str(one)) for one in texts)


# ----------------------------------------------------------------- backends


def _backends(
    text: Text, cell: Cell, nodes: Iterable[ast.AST], calls: Iterable[_Call], variables: frozenset[str]
) -> Iterator[Problem]:
    hint = "set it in the first shown code cell, before the package is imported"
    for node, name in (*_assigned(nodes), *_put(calls)):
        if name in variables:
            message = f"sets {name} outside of the set-up cell, where it has no effect any more"
            yield text.problem("backend-elsewhere", cell, place(text, cell, node), message, hint)


def _assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.expr, str]]:
    for node in nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            whole = dotted(node.value, {"environ": "os.environ"})
            if whole == "os.environ" and isinstance(node.slice, ast.Constant):
                yield node, str(node.slice.value)


def _put(calls: Iterable[_Call]) -> Iterator[tuple[ast.expr, str]]:
    for call in calls:
        first = call.node.args[0] if call.node.args else None
        words = str(first.value) if isinstance(first, ast.Constant) else ""
        if call.name in ("os.environ.setdefault", "os.environ.pop", "os.putenv", "os.unsetenv"):
            yield call.node, words
        elif call.name == "os.environ.update":
            yield from ((call.node, keyword.arg or "") for keyword in call.node.keywords)
            keys = first.keys if isinstance(first, ast.Dict) else []
            yield from ((call.node, str(key.value)) for key in keys if isinstance(key, ast.Constant))
        elif call.name == MAGIC_CALL and (found := re.match(r"%(?:set_)?env\s+(\w+)", words)):
            yield call.node, found[1]

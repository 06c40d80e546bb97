"""Runs a guide's cells in this process, and opens :mod:`pdb` where one raises: started by :mod:`guidewright.execute.debugger`.

The cells run in IPython, so that magics, displays and ``await`` work, but without a kernel: standard input is the terminal,
for the debugger, ``breakpoint()`` and ``input()``. Code is compiled as lines of the guide's own file, which the debugger lists.
"""

from __future__ import annotations

import ast
import json
import os
import pdb
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from guidewright.execute import inside

_HELP = "h: the debugger's commands, u and d: up and down the calls, q: quit"


class _Compiler(CachingCompiler):
    """Names every cell's code after the guide's file, whose lines are then read from there."""

    def __init__(self, file: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.file = file

    def cache(self, *_: Any, **__: Any) -> str:
        return self.file


class _AtItsLine(ast.NodeTransformer):
    """Moves a cell's code to the lines that it has in the file."""

    line = 1
    moved = False
    """Whether the cell could be parsed."""

    def visit(self, node: ast.AST) -> ast.AST:
        self.moved = True
        return ast.increment_lineno(node, self.line - 1)


class _Shell(InteractiveShell):
    """Does not print what a cell raises: it is told with its place."""

    def showtraceback(self, *_: Any, **__: Any) -> None:
        pass

    showsyntaxerror = showindentationerror = showtraceback


class _Debugger(pdb.Pdb):
    """Begins in the innermost call of the guide's own, and knows no outer one."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def get_stack(
        self, f: FrameType | None, t: TracebackType | None
    ) -> tuple[list[tuple[FrameType, int]], int]:
        stack, index = super().get_stack(f, t)
        own = [place for place, (frame, _) in enumerate(stack) if frame.f_code.co_filename == self.file]
        return (stack[own[0] :], own[-1] - own[0]) if own else (stack, index)


def run(order: Mapping[str, Any]) -> str:
    """Run the cells of an order; return ``passed`` or ``failed``."""
    inside.prepare(order["prepare"])
    shell = _Shell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.compile = _Compiler(order["file"])
    place = _AtItsLine()
    shell.ast_transformers.append(place)
    for cell in order["cells"]:
        name = f"{order['path']}:{cell['line']}: cell {cell['number']}"
        if cell["missing"]:
            _tell(f"{name} skipped for want of {', '.join(cell['missing'])}")
            continue
        _tell(name)
        place.line, place.moved = cell["line"], False
        result = shell.run_cell(cell["source"], store_history=True)  # type: ignore[no-untyped-call]
        error = result.error_in_exec or result.error_before_exec
        if isinstance(error, BaseException) and not (cell["raises"] and isinstance(error, Exception)):
            _stop(error, order, cell, moved=place.moved)
            return "failed"
    return "passed"


def _stop(error: BaseException, order: Mapping[str, Any], cell: Mapping[str, Any], *, moved: bool) -> None:
    """Say what was raised and where, and open the debugger there."""
    debugger = _Debugger(order["file"])
    stack, _ = debugger.get_stack(None, error.__traceback__)
    own = [line for frame, line in stack if frame.f_code.co_filename == order["file"]]
    if own:
        line = own[0]
    elif isinstance(error, SyntaxError) and error.lineno:
        line = error.lineno if moved else cell["line"] + error.lineno - 1
    else:
        line = cell["line"]
    said = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    _tell(f"{order['path']}:{line}: {order['job']}: cell {cell['number']}: {said}")
    if not own:
        _tell("    the cell did not begin to run: there is nothing to debug")
        return
    _tell(f"    {_HELP}")
    debugger.reset()
    debugger.interaction(None, error.__traceback__)


def _tell(text: str) -> None:
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)


def _end_with(parent: int) -> None:
    """End this process where the command that started it is killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main(order_file: str) -> None:
    """Carry out the order in a file, leave the outcome where it says, and end, whatever threads the guide has left."""
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    order = json.loads(Path(order_file).read_text("utf-8"))
    try:
        outcome = run(order)
    except KeyboardInterrupt:
        outcome = "interrupted"
    sys.stdout.flush()
    sys.stderr.flush()
    Path(order["outcome"]).write_text(outcome, "utf-8")
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])

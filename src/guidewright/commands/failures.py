"""What people read of a job that did not pass: the place, the failing cell's lines, the exception without the libraries' frames."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from guidewright.model import CellFailure, Guide, Job, JobCell, Record
from guidewright.tracebacks import Frame, Raised, cleaned, parse

_AROUND = 12
"""Lines of a long cell that are shown before and after the failing one."""
_TRACEBACK_LINES = 15
_HEAD = re.compile(r"^-+$|Traceback \(most recent call last\)$|^\s*Cell In\[\d+\], line \d+$")
_NEVER_RAN = frozenset({"SyntaxError", "IndentationError", "TabError"})
_TOKEN = "<python>/"
_Places = Mapping[int, int]
"""Execution count → the cell's first line in the guide's file."""
HINT = "--full-traceback shows all frames"


def failure(record: Record, job: Job | None, guide: Guide | None, *, full: bool = False) -> str:
    """Return where and why a job ended, in lines that editors can follow: ``guides/x.py:12: …``.

    Args:
        job: what was run; its code is what is shown.
        full: show the traceback as it was printed.
    """
    problem = record.failure
    assert problem is not None
    cell = next((cell for cell in job.cells if cell.id == problem.cell), None) if job else None
    lines = [_head(record, problem, guide), *_source(cell, problem)]
    if full:
        lines += [f"    {line}" for line in problem.traceback.splitlines()]
    else:
        lines += [f"    {line}" if line else "" for line in _told(record, problem, job)]
    return "\n".join(lines)


def _head(record: Record, problem: CellFailure, guide: Guide | None) -> str:
    cells = guide.cells if guide else ()
    number = next((n for n, cell in enumerate(cells, 1) if cell.id == problem.cell), None)
    where = f"{guide.path if guide else record.slug}:{problem.line}"
    cell = f"cell {number}" if number else ""
    return ": ".join(part for part in (where, record.name, cell, problem.name, problem.message) if part)


def _source(cell: JobCell | None, problem: CellFailure) -> Iterator[str]:
    """Yield the failing cell as it ran, numbered as in the guide's file; of a long one what is around the line."""
    lines = cell.source.split("\n") if cell else []
    first = cell.line if cell else 0
    reached = problem.line - first
    begin, end = max(reached - _AROUND, 0), reached + _AROUND + 1
    width = len(str(first + len(lines)))
    if begin and lines:
        yield "      …"
    for index, line in enumerate(lines[begin:end], begin):
        mark = ">" if index == reached else " "
        yield f"    {mark} {first + index:>{width}}  {line}".rstrip()
    if end < len(lines):
        yield "      …"


# ---------------------------------------------------------------- traceback


def _told(record: Record, problem: CellFailure, job: Job | None) -> Iterator[str]:
    chain = parse(problem.traceback)
    if not chain or problem.name in _NEVER_RAN:
        yield from _tail(problem)
        return
    places = _places(record, job)
    left_out = False
    for raised in chain:
        frames = raised.frames
        if frames and _line(frames[0], places) == problem.line:
            frames = frames[1:]  # the line that is marked in the cell already
        told = cleaned(frames, lambda frame: _where(frame, places, job))
        left_out = left_out or any(line.startswith("…") for line in told)
        yield from told
        yield from _message(raised, problem)
    if left_out:
        yield f"({HINT})"


def _message(raised: Raised, problem: CellFailure) -> Iterator[str]:
    """What an exception says, where the first line of all has not said it."""
    said = {f"{problem.name}: {problem.message}".strip(), problem.name, f"{problem.name}:"}
    if raised.link:
        yield from [*raised.message.splitlines(), "", raised.link, ""]
    elif raised.message not in said and problem.name != "timeout":
        yield from raised.message.splitlines()


def _tail(problem: CellFailure) -> list[str]:
    said = f"{problem.name}: {problem.message}"
    lines = [line for line in problem.traceback.splitlines() if line.strip() and not _HEAD.search(line)]
    lines = [line for line in lines if line != said]
    return lines if len(lines) <= _TRACEBACK_LINES else ["…", *lines[-_TRACEBACK_LINES:]]


def _places(record: Record, job: Job | None) -> _Places:
    lines = {cell.id: cell.line for cell in job.cells} if job else {}
    return {
        run.execution_count: lines[run.id]
        for run in record.cells
        if run.execution_count is not None and run.id in lines
    }


def _line(frame: Frame, places: _Places) -> int | None:
    """Return a frame's line in the guide's file; None for a frame of a library."""
    first = places.get(frame.count) if frame.count is not None else None
    return None if first is None else first + frame.line - 1


def _where(frame: Frame, places: _Places, job: Job | None) -> str:
    if frame.count is None:
        return f"{_here(frame.path)}:{frame.line}"
    line = _line(frame, places)
    return f"{job.path}:{line}" if job and line else f"cell In[{frame.count}], line {frame.line}"


def _here(path: str) -> str:
    """Put this machine's Python back where a record has a token for it, so that an editor finds the file."""
    rest = path.removeprefix(_TOKEN)
    folders = (sys.prefix, sys.base_prefix) if rest != path else ()
    found = (str(Path(folder, rest)) for folder in folders if Path(folder, rest).is_file())
    return next(found, path)

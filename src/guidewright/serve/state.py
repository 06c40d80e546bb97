"""What an open page is told: as JSON, by server-sent events. The page shows it as text, never as markup."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from guidewright.errors import Problem
from guidewright.model import CellFailure, Guide
from guidewright.render.addresses import cell_anchor


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A job that runs for the page's guide."""

    label: str
    cell: int = 0
    cells: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What a job ended with, at its cell."""

    label: str
    anchor: str
    """The id of the place on the page; empty where no shown cell is near."""
    where: str
    """File and line."""
    source: str
    """That line of the file."""
    name: str
    message: str
    told: str
    """The cell's lines in the file, and the traceback without the libraries' frames."""


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    version: str
    """Differs wherever the page, or what it loads, differs."""
    problems: tuple[Problem, ...] = ()
    running: tuple[Running, ...] = ()
    waiting: tuple[str, ...] = ()
    """Labels of backends whose turn comes."""
    stale: Mapping[str, str] = field(default_factory=dict)
    """Labels of backends whose outputs are of former code, with the id of the first place that changed; empty for all."""
    failures: tuple[Failure, ...] = ()

    def as_json(self) -> str:
        problems = [_problem(problem) for problem in self.problems]
        return json.dumps({**asdict(self), "problems": problems}, ensure_ascii=False, sort_keys=True)


def _problem(problem: Problem) -> dict[str, Any]:
    where = ":".join(str(part) for part in (problem.path, problem.line) if part)
    return {
        "where": where,
        "message": problem.message,
        "hint": problem.hint,
        "severity": problem.severity,
    }


def failed_at(guide: Guide, failure: CellFailure, label: str, told: str) -> Failure:
    """Return what a job ended with, and its place on the page.

    Args:
        told: the cell's lines and the traceback without the libraries' frames, as a terminal shows them.
    """
    return Failure(
        label=label,
        anchor=anchor(guide, failure.cell),
        where=f"{guide.path}:{failure.line}",
        source=_line(guide, failure.line),
        name=failure.name,
        message=failure.message,
        told=told,
    )


def anchor(guide: Guide, cell_id: str) -> str:
    """Return the place of a cell on its page; of a cell that is not shown, that of the shown one before it."""
    found = ""
    for cell in guide.cells:
        if cell.kind == "code" and not cell.hidden and "remove-cell" not in cell.tags:
            found = cell_anchor(cell.id)
        if cell.id == cell_id:
            break
    return found


def _line(guide: Guide, line: int) -> str:
    for cell in guide.cells:
        lines = cell.source.split("\n")
        if cell.kind == "code" and 0 <= line - cell.line < len(lines):
            return lines[line - cell.line].strip()
    return ""


def in_order(problems: Iterable[Problem], path: str) -> tuple[Problem, ...]:
    """Return what is wrong: a file's own first, its warnings among it; of other files the errors only."""
    found = dict.fromkeys(problems)
    own = [problem for problem in found if path and problem.path == path]
    return (*own, *(p for p in found if p not in own and p.severity == "error"))

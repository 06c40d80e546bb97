"""Where something of a cell stands in the guide's file: the comment signs of prose are in the file, and not in the cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from guidewright.errors import Problem
from guidewright.model import Cell, Guide


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A guide with its file's lines."""

    guide: Guide
    lines: Sequence[str]

    def place(self, cell: Cell, offset: int) -> tuple[int, int]:
        """Return line and column, from 1, of a position in a cell's source."""
        before = cell.source[:offset]
        return self.at(cell, before.count("\n"), offset - (before.rfind("\n") + 1))

    def at(self, cell: Cell, row: int, column: int) -> tuple[int, int]:
        """Return the same of a line of a cell's source and a column in it, both from 0."""
        number = cell.line + row
        line = self.lines[number - 1] if number <= len(self.lines) else ""
        own = cell.source.split("\n")[row]
        return number, max(line.find(own), 0) + column + 1

    def problem(
        self,
        rule: str,
        cell: Cell,
        place: tuple[int, int],
        message: str,
        hint: str,
        severity: Literal["error", "warning"] = "error",
    ) -> Problem:
        return Problem(
            path=self.guide.path,
            line=place[0],
            column=place[1],
            cell=str(self.guide.cells.index(cell) + 1),
            message=message,
            hint=hint,
            severity=severity,
            rule=rule,
        )


def marker(text: Text, cell: Cell) -> int:
    """Return the line of a cell's ``# %%``."""
    number = cell.line - 1
    while number > 1 and not text.lines[number - 1].lstrip().startswith("#"):
        number -= 1
    return number

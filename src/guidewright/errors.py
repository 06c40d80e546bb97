"""Every failure that a user can meet: where, what, and what to do next.

Only the command line exits. Everything else raises one of these, which carry all the problems found, not the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

FINE = 0
GUIDE_FAILED = 1
WRONG_USE = 2
COULD_NOT_RUN = 3
INTERRUPTED = 130
EXIT_CODES = {
    FINE: "fine",
    GUIDE_FAILED: "a guide failed or a check found something",
    WRONG_USE: "wrong use or bad input",
    COULD_NOT_RUN: "could not run",
    INTERRUPTED: "interrupted",
}
"""What a shell is told, and what it means."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, and what to do next."""

    message: str
    path: str = ""
    line: int | None = None
    column: int | None = None
    """1-based, in characters; None where the whole line, or the whole file, is meant."""
    cell: str = ""
    hint: str = ""
    severity: Literal["error", "warning"] = "error"
    rule: str = ""
    """What ``guidewright check`` calls it, a name of ``guidewright.lint.rules``; empty for what is not about a guide's file."""

    def __str__(self) -> str:
        where = ":".join([self.path, *([str(self.line)] if self.line else [])]) if self.path else ""
        cell = f"cell {self.cell}" if self.cell else ""
        head = ": ".join(part for part in (where, cell, self.message) if part)
        return f"{head}\n    → {self.hint}" if self.hint else head


class GuidewrightError(Exception):
    """The base of all: problems found together, and the exit code they lead to."""

    exit_code: ClassVar[int] = WRONG_USE

    def __init__(self, problems: str | Problem | Iterable[Problem], *, hint: str = "") -> None:
        if isinstance(problems, str):
            problems = Problem(message=problems, hint=hint)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class InputError(GuidewrightError):
    """Wrong use, or a file of the user's that cannot be read as what it should be."""


class SettingsError(InputError):
    """``[tool.guidewright]`` in ``pyproject.toml`` is missing or wrong."""


class SelectorError(InputError):
    """A selector matches nothing."""


class CannotRunError(GuidewrightError):
    """Something needed is not there: a backend, a distribution, a program, disk space, a site engine."""

    exit_code = COULD_NOT_RUN


class DatasetError(CannotRunError):
    """A declared dataset could not be had from any of its sources, or is not what it should be."""


class StoreError(CannotRunError):
    """A record could not be written."""


class DamagedRecordError(GuidewrightError):
    """A record on disk is cut short or was edited; callers set it aside and plan the job anew."""

    exit_code = COULD_NOT_RUN


class SiteError(CannotRunError):
    """The site engine failed or warned."""

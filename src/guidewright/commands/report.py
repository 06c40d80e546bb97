"""What a run came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from guidewright.errors import COULD_NOT_RUN, FINE, GUIDE_FAILED, WRONG_USE, Problem
from guidewright.model import CellFailure, PlannedJob, Record


@dataclass(kw_only=True, slots=True)
class Report:
    """Filled while the run goes on, so that an interruption can still be told."""

    planned: list[PlannedJob] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    """Of jobs that ran, by name."""
    not_run: dict[str, list[Problem]] = field(default_factory=dict)
    """Jobs that could not be started or kept, by name, with why."""
    skipped: dict[str, list[Problem]] = field(default_factory=dict)
    """Jobs of backends that are not installed and that nobody named."""
    unsent: dict[str, list[Problem]] = field(default_factory=dict)
    """Jobs whose record is kept here, and could not be written to the store elsewhere, by name, with why."""
    problems: list[Problem] = field(default_factory=list)
    """Of the library and the store."""

    @property
    def exit_code(self) -> int:
        """0 fine; 1 a guide failed; 2 bad input; 3 could not run, which wins."""
        outcomes = {record.outcome for record in self.records.values()}
        if self.not_run or self.unsent or "errored" in outcomes:
            return COULD_NOT_RUN
        if any(problem.severity == "error" for problem in self.problems):
            return WRONG_USE
        return GUIDE_FAILED if "failed" in outcomes else FINE

    def state(self, entry: PlannedJob) -> str:
        """Return what became of a planned job: ``ran``, ``reused``, ``skipped`` or ``not run``."""
        name = entry.job.name
        if name in self.records:
            return "ran"
        if name in self.skipped:
            return "skipped"
        return "not run" if entry.run else "reused"

    def as_json(self) -> list[dict[str, Any]]:
        return [self._row(entry) for entry in self.planned]

    def _row(self, entry: PlannedJob) -> dict[str, Any]:
        name, state = entry.job.name, self.state(entry)
        record = self.records.get(name) or (entry.record if state == "reused" else None)
        problems = self.not_run.get(name) or self.skipped.get(name) or self.unsent.get(name) or []
        return {
            "job": name,
            "reason": entry.reason,
            "state": state,
            "outcome": record.outcome if record else None,
            "seconds": record.seconds if record else None,
            "checks": record.checks if record else None,
            "skipped_cells": len(record.skipped) if record else None,
            "failure": _failure(record.failure) if record and record.failure else None,
            "problems": [problem.message for problem in problems],
        }


def _failure(failure: CellFailure) -> dict[str, Any]:
    return {"line": failure.line, "cell": failure.cell, "name": failure.name, "message": failure.message}

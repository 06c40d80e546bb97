"""The forms in which ``guidewright check`` tells what it found: for people and editors, for GitHub, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from guidewright.errors import Problem

FORMS = ("text", "github", "json")


def text(problems: Iterable[Problem]) -> str:
    """Return ``file:line:column: error: message [rule]`` a problem, as editors read it, and below it what to do next."""
    return "".join(f"{_head(problem)}\n{_hint(problem)}" for problem in problems)


def _head(problem: Problem) -> str:
    where = f"{problem.path}:{problem.line}:{problem.column or 1}" if problem.line else problem.path
    cell = f"cell {problem.cell}" if problem.cell else ""
    rule = f" [{problem.rule}]" if problem.rule else ""
    parts = (where, problem.severity, cell, problem.message)
    return ": ".join(part for part in parts if part) + rule


def _hint(problem: Problem) -> str:
    return f"    → {problem.hint}\n" if problem.hint else ""


def github(problems: Iterable[Problem]) -> str:
    """Return GitHub's workflow commands, which become annotations of a pull request's lines.

    The form is that of "Workflow commands for GitHub Actions"; values are escaped as its toolkit does (``command.ts``).
    """
    return "".join(
        f"::{problem.severity} {_properties(problem)}::{_data(_words(problem))}\n" for problem in problems
    )


def _words(problem: Problem) -> str:
    return f"{problem.message}\n→ {problem.hint}" if problem.hint else problem.message


def _properties(problem: Problem) -> str:
    values = {"file": problem.path, "line": problem.line, "col": problem.column, "title": problem.rule}
    return ",".join(f"{key}={_property(str(value))}" for key, value in values.items() if value)


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")


def as_json(problems: Sequence[Problem], guides: int) -> str:
    """Return one document: counts, and every problem with all that is known of it."""
    keys = ("path", "line", "column", "cell", "rule", "severity", "message", "hint")
    document = {
        "guides": guides,
        **counts(problems),
        "problems": [{key: getattr(problem, key) for key in keys} for problem in problems],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def counts(problems: Sequence[Problem]) -> dict[str, int]:
    errors = sum(problem.severity == "error" for problem in problems)
    return {"errors": errors, "warnings": len(problems) - errors}

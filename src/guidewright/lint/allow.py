"""``# gw: allow=RULE reason`` in code: what a guide must do that guides must not. Counts for its line, and for the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from guidewright.errors import Problem
from guidewright.lint.places import Text
from guidewright.lint.rules import BY_NAME, RULES
from guidewright.model import Cell

_ALLOW = re.compile(r"#\s*gw:\s*(?P<what>.*)$")
_WHAT = re.compile(r"allow=(?P<rule>[\w-]+)(?:\s+(?P<reason>\S.*))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Allowed:
    rule: str
    cell: Cell
    place: tuple[int, int]

    def covers(self, problem: Problem) -> bool:
        return problem.rule == self.rule and problem.line in (self.place[0], self.place[0] + 1)


def without_allowed(text: Text, problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the problems that no comment allows, and comments that allow nothing or are wrong."""
    found = list(problems)
    allowed: list[_Allowed] = []
    for cell in text.guide.cells:
        for entry in _comments(text, cell) if cell.kind == "code" else ():
            if isinstance(entry, Problem):
                yield entry
            else:
                allowed.append(entry)
    for problem in found:
        if not any(one.covers(problem) for one in allowed):
            yield problem
    for one in allowed:
        if not any(one.covers(problem) for problem in found):
            message = f"allows '{one.rule}' where nothing is found"
            yield text.problem("allow", one.cell, one.place, message, "remove the comment")


def _comments(text: Text, cell: Cell) -> Iterator[_Allowed | Problem]:
    for row, line in enumerate(cell.source.split("\n")):
        if not (found := _ALLOW.search(line)):
            continue
        place = text.at(cell, row, found.start())
        what = _WHAT.fullmatch(found["what"].rstrip())
        if what is None or not what["reason"]:
            message = "cannot be read" if what is None else "gives no reason"
            yield text.problem(
                "allow", cell, place, f"'{found[0].strip()}' {message}", "write # gw: allow=RULE reason"
            )
        elif what["rule"] not in BY_NAME or not BY_NAME[what["rule"]].allowed:
            known = [rule.name for rule in RULES if rule.allowed]
            close = get_close_matches(what["rule"], known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"these may be: {', '.join(known)}"
            yield text.problem("allow", cell, place, f"'{what['rule']}' is no rule that may be allowed", hint)
        else:
            yield _Allowed(rule=what["rule"], cell=cell, place=place)

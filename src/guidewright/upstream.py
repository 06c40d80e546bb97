"""Reports of runs × open issues → what is to be done to the issues. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

_MARK = re.compile(r"<!-- guidewright: (?P<job>\S+) -->")
_JOB = re.compile(r"(?P<slug>[\w./-]+)\[(?P<backend>[\w-]+),\w+\]")
LABEL = "upstream"
"""Of all issues that are opened; others are never touched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """An open issue."""

    number: int
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to do to an issue."""

    kind: Literal["open", "update", "close"]
    job: str
    """``guide[backend]``"""
    number: int = 0
    title: str = ""
    body: str = ""


def steps(rows: Iterable[Mapping[str, Any]], issues: Sequence[Issue], run: str = "") -> list[Step]:
    """Return what to do, by job: open one issue where a job failed and has none, update it where it says something else,
    close it where the job passed.

    A job that did not run to a verdict leaves its issue as it is. ``rows`` are those of ``guidewright run --json``; ``run`` is
    the address of the run, and makes no body another one: it is told when an issue is opened or updated.
    """
    known = {found["job"]: issue for issue in issues if (found := _MARK.search(issue.body))}
    every = [_step(row, known, run) for row in sorted(rows, key=lambda row: str(row["job"]))]
    return [step for step in every if step]


def undecided(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of jobs that did not run to a verdict: nothing can be said about them."""
    return sorted(str(row["job"]) for row in rows if row["outcome"] is None)


def _step(row: Mapping[str, Any], known: Mapping[str, Issue], run: str) -> Step | None:
    job = _short(str(row["job"]))
    issue = known.get(job)
    if row["outcome"] is None:
        return None
    if row["outcome"] == "passed":
        body = f"It passes again. {run}".strip()
        return Step(kind="close", job=job, number=issue.number, body=body) if issue else None
    body = _body(job, row.get("failure") or {})
    if issue is None:
        title = f"{job} fails with what is about to be released"
        return Step(kind="open", job=job, title=title, body=_with(body, run))
    if issue.body.partition(_RUN)[0].strip() == body.strip():
        return None
    return Step(kind="update", job=job, number=issue.number, body=_with(body, run))


_RUN = "\n\nSeen first in "


def _with(body: str, run: str) -> str:
    return f"{body}{_RUN}{run}" if run else body


def _short(name: str) -> str:
    found = _JOB.fullmatch(name)
    return f"{found['slug']}[{found['backend']}]" if found else name


def _body(job: str, failure: Mapping[str, Any]) -> str:
    # Indented, so that nothing of what a guide said is read as Markdown, as a mention or as a mark like ours.
    said = f"{failure.get('name', 'unknown')}: {failure.get('message', '')}".splitlines()[:20]
    lines = "\n".join("    " + line.replace("<!--", "<!- -")[:300] for line in said)
    line = failure.get("line", "?")
    return f"<!-- guidewright: {job} -->\n{job} fails in the nightly run, at line {line} of the guide:\n\n{lines}"

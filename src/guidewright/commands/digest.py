"""``guidewright summary``: what a run came to, as Markdown for a pull request's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from guidewright import compare
from guidewright.commands.diff_sides import committed
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.errors import FINE, WRONG_USE
from guidewright.model import (
    PROFILES,
    BackendName,
    CellParity,
    Guide,
    GuideParity,
    PlannedJob,
    Profile,
    Record,
)
from guidewright.plan import Selection

_ESCAPES = {char: f"\\{char}" for char in "\\`*_[]{}#|!~"} | {"&": "&amp;", "<": "&lt;", "@": "&#64;"}
_MARKS = {"passed": "✓", "failed": "✗ failed", "errored": "! could not run to its end"}


def digest(project: Project, selection: Selection) -> int:
    """Print outcomes, failures and parity changes of the records at hand; return the exit code."""
    planned = project.plan(selection)
    click.echo("\n".join(_lines(project, planned, selection.profile)))
    print_problems([*project.library.problems, *project.damaged.values()])
    return WRONG_USE if project.library.errors else FINE


def _lines(project: Project, planned: Sequence[PlannedJob], profile: Profile) -> Iterator[str]:
    found = {entry.job.name: project.job(entry.job).match for entry in planned}
    proven = {name: record for name, record in found.items() if record}
    yield f"## Guides, {profile} profile"
    yield ""
    yield f"{len(proven)} of {len(planned)} jobs have a record of this code."
    yield from _table(project, planned, proven)
    yield from _failures(planned, proven)
    yield from _parity(project, [guide for guide in project.library.guides if _of(guide, proven)], profile)


def _of(guide: Guide, proven: dict[str, Record]) -> bool:
    return any(record.slug == guide.slug for record in proven.values())


def _table(project: Project, planned: Sequence[PlannedJob], proven: dict[str, Record]) -> Iterator[str]:
    backends = [name for name in project.settings.backends if any(e.job.backend == name for e in planned)]
    rows: dict[str, dict[str, str]] = {}
    for entry in planned:
        record = proven.get(entry.job.name)
        state = f"{_MARKS[record.outcome]} {record.seconds:.1f} s" if record else "not run"
        rows.setdefault(entry.job.slug, {})[entry.job.backend] = state
    labels = [plain(project.settings.backends[name].label) for name in backends]
    shown = {slug: row for slug, row in rows.items() if set(row.values()) != {"not run"}}
    if shown:
        yield ""
        yield "| guide | " + " | ".join(labels) + " |"
        yield "| --- |" + " --- |" * len(labels)
        for slug, row in shown.items():
            yield f"| {plain(slug)} | " + " | ".join(row.get(name, "–") for name in backends) + " |"


def _failures(planned: Sequence[PlannedJob], proven: dict[str, Record]) -> Iterator[str]:
    failed = [(e, r) for e in planned if (r := proven.get(e.job.name)) and r.failure]
    if failed:
        yield ""
        yield "### Failures"
        yield ""
    for entry, record in failed:
        if record.failure:
            said = plain(f"{record.failure.name}: {record.failure.message}"[:300])
            yield f"- {plain(record.name)}, {plain(entry.job.path)}:{record.failure.line}: {said}"


def _parity(project: Project, guides: Sequence[Guide], profile: Profile) -> Iterator[str]:
    """Tell the cells whose comparison differs from that of the newest records of full runs, and undeclared differences."""
    lines = [line for guide in guides for line in _changes(guide, *_compared(project, guide, profile))]
    yield ""
    yield "### Parity"
    yield ""
    yield from lines or ["The backends compare as they did in the committed records."]


def _compared(project: Project, guide: Guide, profile: Profile) -> tuple[GuideParity, GuideParity]:
    """Return the comparison of today's records, and of the committed ones, whatever code these are of.

    After a full run these are in git's HEAD alone.
    """
    now: dict[tuple[BackendName, Profile], Record] = {}
    before: dict[tuple[BackendName, Profile], Record] = {}
    for name in guide.header.backends:
        for of in PROFILES:
            chosen = Selection(patterns=(guide.slug,), backends=(name,), profile=of)
            job = project.jobs(chosen)[0]
            known = project.job(job)
            if of == profile and known.passed:
                now[name, of] = known.passed
            was = committed(project, job) if profile == "full" else known.newest
            if of == "full" and was:
                before[name, of] = was
    return compare.compare(guide, now), compare.compare(guide, before)


def _changes(guide: Guide, now: GuideParity, before: GuideParity) -> Iterator[str]:
    then = {cell.id: cell.state for cell in before.cells}
    for cell in now.cells:
        was = then.get(cell.id)
        if was and was != cell.state:
            yield f"- {_where(guide, cell)}: {was} → {cell.state}{_declared(cell)}"
        elif cell.finding:
            yield f"- {_where(guide, cell)}: {cell.state}{_declared(cell)}"


def _where(guide: Guide, cell: CellParity) -> str:
    return f"{plain(guide.path)}:{cell.line}"


def _declared(cell: CellParity) -> str:
    return {"undeclared": ", and no tag says so", "needless": ", and the tag `varies` is needless"}.get(
        cell.finding, ""
    )


def plain(words: str) -> str:
    """Escape what Markdown or HTML would read as more than text: a guide's words may be a stranger's."""
    return "".join(_ESCAPES.get(char, char) for char in " ".join(words.split()))

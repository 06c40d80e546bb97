"""``guidewright diff``: how the newest outputs differ from those before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from guidewright.cli_options import show
from guidewright.commands.diff_sides import Folder, Sides, before, folder, local, standing
from guidewright.commands.diff_text import as_json, lines
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.second import Second, apart
from guidewright.commands.summary import print_problems, some
from guidewright.compare.changes import changes
from guidewright.errors import FINE, GUIDE_FAILED, WRONG_USE, InputError, Problem
from guidewright.files import write_atomically
from guidewright.model import Guide, RecordChange
from guidewright.plan import Selection
from guidewright.render.changes import page

_Found = list[tuple[RecordChange, Guide]]


def diff(
    project: Project,
    selection: Selection,
    *,
    against: Path | None = None,
    records: Path | None = None,
    second: Second | None = None,
    html: Path | None = None,
    json: bool = False,
) -> int:
    """Compare records; return 0 where no output differs, 1 where one does, 2 where a guide cannot be read.

    Args:
        against: a folder of records to compare with, rather than those before.
        records: a folder to take the newer records from, rather than the checkout.
        second: the environment to take the newer records from; the older are then the checkout's, of today's code.
        html: where to write the comparison as one page.

    Raises:
        InputError: there is nothing to compare, or a file cannot be written.
    """
    sides, problems = _sides(project, selection, against, records, second)
    guides = {guide.slug: guide for guide in project.library.guides}
    found = [
        (_change(side, guides[side.job.slug]), guides[side.job.slug])
        for side in sides
        if side.new and side.old
    ]
    if not found:
        raise _nothing(sides, second)
    if html:
        _write(html, found)
    alone = [side.job.name for side in sides if not (side.new and side.old)]
    if json:
        show({"jobs": [as_json(change, guide) for change, guide in found], "not_compared": alone})
    else:
        _print(found, alone)
    stale = [_stale(side) for side in sides if side.is_of_other_code and side.old]
    print_problems([*problems, *stale, *project.library.problems, *project.damaged.values()])
    if project.library.errors:
        return WRONG_USE
    return GUIDE_FAILED if any(change.differs for change, _ in found) else FINE


def _sides(
    project: Project,
    selection: Selection,
    against: Path | None,
    records: Path | None,
    second: Second | None,
) -> tuple[list[Sides], list[Problem]]:
    jobs = project.jobs(selection)
    older = folder(against, jobs) if against else None
    newer = folder(records, jobs) if records else None
    here = apart(project, second) if second else project
    sides = []
    for job in jobs:
        new = newer.records.get(job.name) if newer else local(here, job)
        known = standing(project, job) if second else before(project, job, new)
        sides.append(Sides(job=job, new=new, old=older.records.get(job.name) if older else known))
    return sides, [
        problem for side in (older, newer) if isinstance(side, Folder) for problem in side.problems
    ]


def _change(side: Sides, guide: Guide) -> RecordChange:
    assert side.new
    assert side.old
    return changes(side.old, side.new, {cell.id: cell for cell in guide.cells})


def _nothing(sides: Sequence[Sides], second: Second | None) -> InputError:
    names = some([side.job.name for side in sides])
    pins = "".join(f" --with '{pin}'" for pin in second.pins) if second else ""
    if any(side.new for side in sides):
        what = f"there is nothing to compare with: no earlier record of {names}"
        hint = "edit and run again, or name a folder of records with --against"
        return InputError(
            what, hint="guidewright run makes them, in the project's own environment" if second else hint
        )
    what = f"there is nothing to compare: no record of {names}{' made' + pins if pins else ''}"
    return InputError(what, hint=f"guidewright run{pins} makes them")


def _stale(side: Sides) -> Problem:
    message = f"{side.job.name}: the guide has changed since these outputs were made"
    return Problem(path=side.job.path, message=message, hint="run it first", severity="warning")


def _print(found: _Found, alone: Sequence[str]) -> None:
    for change, guide in found:
        for line in lines(change, guide):
            click.echo(line)
    differing = sum(change.differs for change, _ in found)
    click.echo(f"{differing} of {plural(len(found), 'job')} changed")
    if alone:
        click.echo(f"not compared, for want of a second record: {some(alone)}")


def _write(file: Path, found: _Found) -> None:
    try:
        write_atomically(file, page(found).encode())
    except OSError as error:
        message = f"the page cannot be written: {error.strerror or error}"
        raise InputError(Problem(path=str(file), message=message, hint="name another file")) from error

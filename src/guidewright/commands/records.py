"""``guidewright records prune`` and ``push``: what becomes of records in stores."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click

from guidewright.commands.lock import exclusive
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.errors import FINE, WRONG_USE, InputError, Problem
from guidewright.model import PROFILES, Job
from guidewright.plan import Selection
from guidewright.store.holdings import Elsewhere, Folder
from guidewright.store.retention import Surplus, surplus
from guidewright.store.writing import send


@dataclass(frozen=True, kw_only=True, slots=True)
class Pruned:
    """What goes of one store, and how many records stay."""

    store: Folder | Elsewhere
    name: str
    going: Sequence[Surplus]
    staying: int
    strays: Sequence[str] = ()
    """Files that no record names."""


def prune(project: Project, *, now: dt.datetime, days: int, dry_run: bool, as_json: bool) -> int:
    """Remove records that nobody needs, or say which; return the exit code.

    Raises:
        InputError: a guide cannot be read, or there is none: what is needed is not known, and nothing is removed.
        StoreError: a store cannot be read, and nothing is removed; or written, and what was removed is told.
    """
    with exclusive(project.settings.cache, "records prune", lambda text: click.echo(text, err=True)):
        found = list(_plan(project, now - dt.timedelta(days=days)))
        if not dry_run:
            found = [_done(one) for one in found]
    if as_json:
        click.echo(json.dumps(_json(found, dry_run=dry_run), ensure_ascii=False, indent=2))
    else:
        _print(found, dry_run=dry_run)
    return FINE


def _plan(project: Project, before: dt.datetime) -> Iterator[Pruned]:
    jobs = _jobs(project)
    for name, store in _stores(project):
        held = store.held()
        going = surplus(held, jobs, before)
        strays = store.strays(before) if isinstance(store, Elsewhere) else ()
        yield Pruned(store=store, name=name, going=going, staying=len(held) - len(going), strays=strays)


def _jobs(project: Project) -> list[Job]:
    hint = "nothing was removed: what the library needs is not known"
    if project.library.errors:
        raise InputError([*project.library.errors, Problem(message="not every guide can be read", hint=hint)])
    if not project.library.guides:
        raise InputError(Problem(path=str(project.settings.guides), message="there is no guide", hint=hint))
    return [job for profile in PROFILES for job in project.jobs(Selection(profile=profile))]


def _stores(project: Project) -> Iterator[tuple[str, Folder | Elsewhere]]:
    """Return what this checkout writes to; stores that it only reads are others'."""
    settings = project.settings
    for root in (settings.records, settings.cache / "shared"):
        yield _shown(root, project), Folder(root=root)
    cached = settings.cache / "records"
    yield _shown(cached, project), Folder(root=cached, beside=settings.cache / "former")
    if settings.records_to:
        yield settings.records_to, Elsewhere(address=settings.records_to)


def _shown(path: Any, project: Project) -> str:
    return str(path.relative_to(project.settings.root).as_posix())


def _done(planned: Pruned) -> Pruned:
    gone = [one for one in planned.going if planned.store.remove(one.held)]
    if isinstance(planned.store, Elsewhere):
        planned.store.remove_strays(planned.strays)
    kept = planned.staying + len(planned.going) - len(gone)
    return Pruned(store=planned.store, name=planned.name, going=gone, staying=kept, strays=planned.strays)


def _json(found: Sequence[Pruned], *, dry_run: bool) -> dict[str, Any]:
    rows = [
        {
            "store": store.name,
            "job": one.held.name,
            "started": one.held.started.isoformat(),
            "why": one.why,
            "bytes": one.held.bytes,
        }
        for store in found
        for one in store.going
    ]
    return {
        "dry_run": dry_run,
        "removed": rows,
        "kept": sum(store.staying for store in found),
        "files": sum(len(store.strays) for store in found),
    }


def _print(found: Sequence[Pruned], *, dry_run: bool) -> None:
    verb = "would remove" if dry_run else "removed"
    for store in found:
        for one in store.going:
            held = one.held
            click.echo(f"{verb} {held.name} of {held.started:%Y-%m-%d} from {store.name}: {one.why}")
        if store.strays:
            click.echo(f"{verb} {plural(len(store.strays), 'file')} that no record names from {store.name}")
    gone = [one.held.bytes for store in found for one in store.going]
    kept = sum(store.staying for store in found)
    click.echo(f"{verb} {plural(len(gone), 'record')}, {sum(gone) / 1e6:.1f} MB; {kept} stay")


def push(project: Project) -> int:
    """Write records of full runs that are at hand to the store that is named for writing; return the exit code.

    Raises:
        InputError: the settings name none elsewhere.
        StoreError: it cannot be written.
    """
    target = project.settings.records_to
    if not target:
        hint = "records_to in [tool.guidewright] names one of records, such as s3://…"
        raise InputError("the settings name no store elsewhere for writing", hint=hint)
    with exclusive(project.settings.cache, "records push", lambda text: click.echo(text, err=True)):
        jobs = project.jobs(Selection(profile="full"))
        records = [record for job in jobs if (record := project.store.find(job).passed)]
        sent = send(records, target)
    print_problems([*project.library.problems, *project.damaged.values()])
    there = len(records) - len(sent)
    click.echo(f"{plural(len(sent), 'record')} written to {target}; {there} there already")
    return WRONG_USE if project.library.errors else FINE

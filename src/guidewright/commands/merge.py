"""``guidewright merge``: what shards ran elsewhere becomes this checkout's records."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
from rich.console import Console

from guidewright import store
from guidewright.commands.console import plain
from guidewright.commands.lock import exclusive
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems, some
from guidewright.errors import COULD_NOT_RUN, FINE, GUIDE_FAILED, WRONG_USE, InputError, Problem
from guidewright.model import Job, PlannedJob, Record
from guidewright.plan import Selection


@dataclass(kw_only=True, slots=True)
class Merged:
    """What a merge came to."""

    records: dict[str, Record] = field(default_factory=dict)
    """What was written, by the job's name."""
    missing: list[str] = field(default_factory=list)
    """Names of jobs that should have run, and that no shard ran."""

    @property
    def exit_code(self) -> int:
        """0 fine; 1 a guide failed; 3 a job was not run, which wins."""
        outcomes = {record.outcome for record in self.records.values()}
        if self.missing or "errored" in outcomes:
            return COULD_NOT_RUN
        return GUIDE_FAILED if "failed" in outcomes else FINE


def merge(
    project: Project, selection: Selection, folders: Sequence[Path], console: Console, *, as_json: bool
) -> int:
    """Join the folders' records into the store, under the checkout's lock; return the exit code.

    Raises:
        InputError: a record is damaged, of another schema, of no job of this checkout or of other code; nothing is written.
        StoreError: a record could not be written; those before it are, and merging again brings the rest.
    """
    with exclusive(project.settings.cache, "merge", lambda text: console.print(plain(text))):
        merged = _merge(project, selection, folders)
    print_problems(project.library.problems)
    if as_json:
        rows = [{"job": name, "outcome": one.outcome} for name, one in merged.records.items()]
        click.echo(json.dumps({"merged": rows, "missing": merged.missing}, ensure_ascii=False, indent=2))
    else:
        _print(merged)
    return WRONG_USE if project.library.errors and merged.exit_code == FINE else merged.exit_code


def _merge(project: Project, selection: Selection, folders: Sequence[Path]) -> Merged:
    found = _read(folders)
    planned = project.plan(selection)
    jobs = {
        job.name: job
        for profile in {record.profile for record in found}
        for job in project.jobs(replace(selection, patterns=(), profile=profile, backends=()))
    }
    new = _new(project, found, jobs)
    for record in new.values():
        project.store.save(record)
    if project.settings.records_to:
        store.send([record for record in new.values() if record.published], project.settings.records_to)
    came = {record.name for record in found}
    return Merged(records=new, missing=[entry.job.name for entry in planned if _missing(entry, came)])


def _missing(entry: PlannedJob, came: Collection[str]) -> bool:
    """Tell whether a job was to be run and no shard ran it; the machine that merges may be another than the shards' were."""
    return entry.job.name not in came and entry.run and entry.reason != "environment changed"


def _read(folders: Sequence[Path]) -> list[Record]:
    """Read all, digests verified.

    Raises:
        InputError: with every record that is damaged, or of another schema.
    """
    found: list[Record] = []
    problems: list[Problem] = []
    for folder in folders:
        records, damaged = store.in_folder(folder)
        found += records
        problems += damaged
    if problems:
        hint = "nothing was merged; get the shard's records again, or run it again"
        raise InputError([replace(problem, severity="error", hint=hint) for problem in problems])
    return found


def _new(project: Project, found: Sequence[Record], jobs: Mapping[str, Job]) -> dict[str, Record]:
    """Return what is not in the store yet, the newest of each job.

    Raises:
        InputError: with every record that is not of this checkout's guides.
    """
    new: dict[str, Record] = {}
    problems: dict[str, Problem] = {}
    for record in sorted(found, key=lambda record: record.started):
        if project.store.has(record):
            continue
        if problem := _foreign(record, jobs):
            problems[str(problem)] = problem
        elif not _older(record, project.store.find(jobs[record.name]).match):
            new[record.name] = record
    if problems:
        raise InputError(problems.values())
    return dict(sorted(new.items()))


def _foreign(record: Record, jobs: Mapping[str, Job]) -> Problem | None:
    hint = "nothing was merged; merge in the commit that the shards ran, and only what ran of it"
    if record.name not in jobs:
        return Problem(message=f"the record of {record.name} is of no job of this checkout", hint=hint)
    if record.fingerprint != jobs[record.name].fingerprint:
        message = f"the record of {record.name} has another fingerprint than this checkout's guide"
        return Problem(message=message, hint=hint)
    if record.origin and record.origin.pins:
        message = f"the record of {record.name} was made with {', '.join(record.origin.pins)}, by run --with"
        return Problem(message=message, hint="nothing was merged; it is for guidewright diff --with alone")
    return None


def _older(record: Record, stored: Record | None) -> bool:
    return stored is not None and record.started < stored.started


def _print(merged: Merged) -> None:
    failed = [name for name, record in merged.records.items() if record.outcome != "passed"]
    print_problems(_problems(merged, failed), sys.stderr)
    click.echo(f"{plural(len(merged.records), 'record')} merged")


def _problems(merged: Merged, failed: Sequence[str]) -> Iterator[Problem]:
    if failed:
        hint = "guidewright status tells what each came to"
        yield Problem(message=f"did not pass: {some(failed)}", hint=hint)
    if merged.missing:
        hint = f"guidewright run {' '.join(merged.missing)}"
        yield Problem(message=f"no shard ran {some(merged.missing)}", hint=hint)

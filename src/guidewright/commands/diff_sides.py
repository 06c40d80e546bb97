"""Which records ``guidewright diff`` compares."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from guidewright import gitinfo
from guidewright.commands.project import Project
from guidewright.errors import DamagedRecordError, InputError, Problem
from guidewright.model import Job, Record
from guidewright.store import from_folder, in_folder


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """The newer and the older record of a job, as far as there are any."""

    job: Job
    new: Record | None
    old: Record | None

    @property
    def is_of_other_code(self) -> bool:
        """Whether the guide has changed since the newer record was made."""
        return self.new is not None and self.new.fingerprint.key != self.job.fingerprint.key


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    """The records below a folder that are of one profile."""

    records: Mapping[str, Record]
    """By the job's name; of several the newest that passed, else the newest."""
    problems: tuple[Problem, ...]


def local(project: Project, job: Job) -> Record | None:
    """Return the checkout's newer side: the record of today's code, else the newest."""
    known = project.job(job)
    return known.match or known.newest


def standing(project: Project, job: Job) -> Record | None:
    """Return what the checkout's site would show, as far as there is any: the record of today's code that passed, else the newest."""
    known = project.job(job)
    return known.passed or known.match or known.newest


def before(project: Project, job: Job, new: Record | None) -> Record | None:
    """Return the checkout's older side.

    Of a full record: what git has in HEAD. Of a quick one: the same code's record from the environment before, else the
    newest that passed of other code.
    """
    if new is None:
        return None
    if job.profile == "full":
        return committed(project, job)
    former = project.store.former(new)
    others = (
        record for record in project.store.history(job) if record.fingerprint.key != new.fingerprint.key
    )
    return former or next((record for record in others if record.outcome == "passed"), None)


def committed(project: Project, job: Job) -> Record | None:
    """Return the record of a full run that git has in HEAD, of whatever code it is."""
    settings = project.settings
    folder = settings.records / job.slug / job.backend
    files = gitinfo.committed_files(folder, settings.root)
    with tempfile.TemporaryDirectory(prefix="guidewright-") as name:
        for file, content in files.items():
            Path(name, file).write_bytes(content)
        with suppress(FileNotFoundError, DamagedRecordError):
            return from_folder(Path(name))
    return None


def folder(path: Path, jobs: Iterable[Job]) -> Folder:
    """Read the records of jobs below a folder.

    Raises:
        InputError: the folder is not there, or has no record of these jobs.
    """
    if not path.is_dir():
        raise InputError(Problem(path=str(path), message="there is no such folder"))
    names = {job.name for job in jobs}
    found, problems = in_folder(path)
    chosen: dict[str, Record] = {}
    for record in sorted(found, key=lambda record: (record.outcome == "passed", record.started)):
        if record.name in names:
            chosen[record.name] = record
    if not chosen:
        others = sorted({record.name for record in found} - names)
        hint = f"it has {', '.join(others[:3])}" if others else "it has none at all"
        message = "the folder has no record of a job that is selected"
        raise InputError([*problems, Problem(path=str(path), message=message, hint=hint)])
    return Folder(records=chosen, problems=tuple(problems))

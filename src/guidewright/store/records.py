"""Where records are: committed ones of full runs, and a local cache of all others."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from guidewright.errors import DamagedRecordError, Problem, StoreError
from guidewright.files import signature, write_atomically
from guidewright.model import BackendName, Job, Profile, Record, Slug
from guidewright.settings import Settings
from guidewright.store.listing import KEY
from guidewright.store.serial import FILE, from_folder, to_files
from guidewright.store.shared import folder_of

KEPT = 4
"""Records kept in the local cache per guide, backend and profile: undoing an edit, or changing branches, runs nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What the store has of a job."""

    match: Record | None = None
    """The newest of the job's code and data."""
    passed: Record | None = None
    """The newest of these that passed."""
    newest: Record | None = None
    damaged: tuple[Problem, ...] = ()
    """What could not be read, as warnings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    committed: Path
    cache: Path
    elsewhere: bool = False
    """Whether records of full runs belong to a store elsewhere: what is kept of them here is a copy, in the cache."""

    @classmethod
    def of(cls, settings: Settings) -> Store:
        return cls(committed=settings.records, cache=settings.cache, elsewhere=bool(settings.records_to))

    def find(self, job: Job) -> Found:
        """Look a job up; a damaged record is set aside and told, and does not count."""
        records: list[Record] = []
        damaged: list[Problem] = []
        for folder in self._folders(job.slug, job.backend, job.profile):
            found = _read(folder, job)
            if isinstance(found, Record):
                records.append(found)
            elif found is not None:
                damaged.append(self._set_aside(folder, job, found))
        matching = [record for record in records if record.fingerprint.key == job.fingerprint.key]
        # A failure says more than the success before it: of one code, the newest counts.
        return Found(
            match=_newest(matching),
            passed=_newest([record for record in matching if record.outcome == "passed"]),
            newest=_newest(records),
            damaged=tuple(damaged),
        )

    def former(self, record: Record) -> Record | None:
        """Return what the same code came to in the environment before this record's, if a local run has left it."""
        with suppress(OSError, DamagedRecordError):
            return from_folder(self._former(record))
        return None

    def history(self, job: Job) -> tuple[Record, ...]:
        """Return the records at hand of the job's guide, backend and profile, of whatever code, the newest first."""
        folders = self._folders(job.slug, job.backend, job.profile)
        found = [record for folder in folders if isinstance(record := _read(folder, job), Record)]
        return tuple(sorted(found, key=lambda record: record.started, reverse=True))

    def state(self, slug: Slug, backend: BackendName, profile: Profile) -> tuple[object, ...]:
        """Return what is equal as long as :meth:`find` answers the same for a guide, a backend and a profile."""
        folders = sorted(self._folders(slug, backend, profile))
        return tuple((folder.name, signature(folder / FILE)) for folder in folders)

    def has(self, record: Record) -> bool:
        """Tell whether this very record is here."""
        content = to_files(record)[FILE]
        folders = self._folders(record.slug, record.backend, record.profile)
        return any((folder / FILE).read_bytes() == content for folder in folders if (folder / FILE).is_file())

    def save(self, record: Record) -> Path:
        """Write a record, whole or not at all; return its folder.

        Raises:
            StoreError: the disk is full or the folder cannot be written; the record that was there is what it was.
        """
        folder = self._folder(record)
        files = to_files(record)
        self._keep_former(record, folder)
        try:
            for name, content in files.items():  # the JSON last: it vouches for the rest
                write_atomically(folder / name, content, durable=True)
        except OSError as error:
            _remove_strays(folder, files)
            message = f"the record of {record.name} could not be written: {error.strerror or error}"
            hint = "make room or mend the folder's permissions, and run again: what is done is kept"
            raise StoreError(Problem(path=str(folder), message=message, hint=hint)) from error
        _remove_strays(folder)
        self._prune(record, folder)
        return folder

    # --------------------------------------------------------------- folders

    def _folder(self, record: Record) -> Path:
        if record.published:
            return (
                folder_of(self.cache, record)
                if self.elsewhere
                else self.committed / record.slug / record.backend
            )
        return self._cached(record.slug, record.backend, record.profile) / record.fingerprint.key[:KEY]

    def _former(self, record: Record) -> Path:
        key = record.fingerprint.key[:KEY]
        return self.cache / "former" / record.slug / record.backend / record.profile / key

    def _cached(self, slug: Slug, backend: BackendName, profile: Profile) -> Path:
        return self.cache / "records" / slug / backend / profile

    def _folders(self, slug: Slug, backend: BackendName, profile: Profile) -> Iterator[Path]:
        if profile == "full":
            yield self.committed / slug / backend
            yield from _inside(self.cache / "shared" / slug / backend)
        yield from _inside(self._cached(slug, backend, profile))

    def _set_aside(self, folder: Path, job: Job, problem: Problem) -> Problem:
        """Move a damaged record's files where nothing is lost; return the warning."""
        parent = self.cache / "damaged" / job.slug / job.backend
        number = 1
        while (parent / str(number)).exists():
            number += 1
        aside = parent / str(number)
        hint = f"set aside in {aside}; the job counts as not run"
        try:
            aside.mkdir(parents=True)
            for file in sorted(folder.iterdir()):
                if file.is_file():  # a folder is of another guide, below this one
                    shutil.move(file, aside / file.name)
            with suppress(OSError):
                folder.rmdir()
        except OSError as error:
            hint = f"it cannot be set aside in {aside} ({error.strerror}); the job counts as not run"
        return dataclasses.replace(problem, hint=hint, severity="warning")

    def _keep_former(self, record: Record, folder: Path) -> None:
        """Put aside what a record replaces in the cache, where it passed in another environment: for comparing.

        It is a convenience: where it cannot be written, the new record still is.
        """
        if folder.parent != self._cached(record.slug, record.backend, record.profile):
            return
        with suppress(OSError, DamagedRecordError):
            before = from_folder(folder)
            if before.outcome == "passed" and not _same_place(before, record):
                former = self._former(record)
                for name, content in to_files(before).items():
                    write_atomically(former / name, content)
                _remove_strays(former)

    def _prune(self, record: Record, folder: Path) -> None:
        """Keep the newest few; and no failure beside the committed record that came after it."""
        parent = self._cached(record.slug, record.backend, record.profile)
        if folder.parent != parent:
            shutil.rmtree(parent / record.fingerprint.key[:KEY], ignore_errors=True)
        for old in sorted(_inside(parent), key=_written, reverse=True)[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
        for old in _inside(self._former(record).parent):
            if not (parent / old.name).exists():
                shutil.rmtree(old, ignore_errors=True)


def _same_place(one: Record, other: Record) -> bool:
    """Tell whether two records were made with the same versions on the same kind of machine."""
    return dataclasses.replace(one.environment, threads=other.environment.threads) == other.environment


def in_folder(folder: Path) -> tuple[list[Record], list[Problem]]:
    """Read every record below a folder, of the cache's layout, the committed one's or any other; and what is damaged."""
    records, problems = [], []
    for file in sorted(folder.rglob(FILE)):
        try:
            records.append(from_folder(file.parent))
        except OSError as error:
            problems.append(Problem(path=str(file), message=f"the record cannot be read: {error.strerror}"))
        except DamagedRecordError as error:
            problems += error.problems
    return records, [dataclasses.replace(problem, severity="warning") for problem in problems]


def _read(folder: Path, job: Job) -> Record | Problem | None:
    """Return the job's record in a folder, what is wrong with it, or None where there is none."""
    try:
        record = _twice(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Problem(path=str(folder / FILE), message=f"the record cannot be read: {error.strerror}")
    except DamagedRecordError as error:
        return error.problems[0]
    if record.name == job.name:
        return record
    return Problem(path=str(folder / FILE), message=f"the record is of {record.name}, not of {job.name}")


def _twice(folder: Path) -> Record:
    """Read a record; again where it is damaged, because a run may just be writing a newer one."""
    try:
        return from_folder(folder)
    except DamagedRecordError:
        return from_folder(folder)


def _newest(records: list[Record]) -> Record | None:
    """Return the newest; of one second's, a cached failure, since a committed record would have removed it."""
    return max(reversed(records), key=lambda record: record.started, default=None)


def _inside(parent: Path) -> list[Path]:
    try:
        return sorted(folder for folder in parent.iterdir() if (folder / FILE).is_file())
    except OSError:
        return []


def _written(folder: Path) -> float:
    try:
        return (folder / FILE).stat().st_mtime
    except OSError:
        return 0.0


def _remove_strays(folder: Path, written: Iterable[str] = ()) -> None:
    """Remove the files that the record in a folder does not name: a former one's images, and what an interruption left.

    Where there is no record, or a damaged one, only those of a failed write go.
    """
    with suppress(OSError):
        try:
            kept = to_files(from_folder(folder)).keys()
            strays = [file for file in folder.iterdir() if file.name not in kept]
        except (FileNotFoundError, DamagedRecordError):
            strays = [folder / name for name in written if name != FILE]
        for file in strays:
            if file.is_file():
                file.unlink()

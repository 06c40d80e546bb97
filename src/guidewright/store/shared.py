"""Records that others have made: read from stores through fsspec, verified, into the local cache; and what a store holds.

A store is reached over HTTP, in S3 or as a folder. Nothing that it says is believed: each file has to have the index' digest,
and the record its own, the job's name and its fingerprint.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from guidewright.errors import Problem
from guidewright.model import Job, Record
from guidewright.store.listing import (
    INDEX,
    KEY,
    Entry,
    digest,
    dump,
    entry_of,
    is_of,
    listed,
    parse,
    part_of,
    place_of,
)
from guidewright.store.remote import PATIENCE, Answer, Patience, Remote, hint, in_words
from guidewright.store.serial import FILE, from_files

_TOGETHER = 128
NEXT = "the next store is asked; what no store has is shown as not proven in full"

# ------------------------------------------------------------------ publish


def published(records: Iterable[Record]) -> Iterator[tuple[str, bytes]]:
    """Yield a site's store: its files with their path in it, the index last; the same records give the same bytes."""
    entries = []
    for record in records:
        entry, files = listed(record)
        yield from ((f"{entry.folder}/{name}", content) for name, content in files.items())
        entries.append(entry)
    yield INDEX, dump(*entries)


# --------------------------------------------------------------------- read


def folder_of(cache: Path, job: Job | Record) -> Path:
    """Return where what was read of a job is kept."""
    return cache / "shared" / job.slug / job.backend / job.fingerprint.key[:KEY]


def bring(
    jobs: Iterable[Job], addresses: Sequence[str], cache: Path, patience: Patience = PATIENCE
) -> list[Problem]:
    """Bring records of the jobs' very code into the local cache, each from the first store that has it whole.

    Never raises for what a store does or does not do: it is told, as warnings, one a store and reason, and the next one is
    asked. Where a warning's path is a store's address, the store could not be asked at all.
    """
    left = {place_of(job): job for job in jobs if not _at_hand(job, cache)}
    problems: list[Problem] = []
    for address in addresses:
        if not left:
            break
        try:
            problems += _from_store(Remote(address, patience), left, cache)
        except Exception as error:  # whatever a file system's library may raise
            problems.append(_problem(address, f"no shared record was read: {in_words(error)}", error))
        left = {place: job for place, job in left.items() if not _at_hand(job, cache)}
    return problems


def _at_hand(job: Job, cache: Path) -> bool:
    return (folder_of(cache, job) / FILE).is_file()


def _from_store(remote: Remote, jobs: Mapping[str, Job], cache: Path) -> list[Problem]:
    wrong: dict[str, Exception] = {}
    entries = _entries(remote, jobs, wrong)
    shared = cache / "shared"
    shared.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=shared, prefix=".part-") as temporary:
        for number, (entry, answers) in enumerate(_answered(remote, entries)):
            try:
                contents = {
                    name: _verified(answer, expected)
                    for (name, expected), answer in zip(entry.files.items(), answers, strict=True)
                }
                _keep(contents, jobs[entry.place], cache, Path(temporary) / str(number))
            except Exception as error:
                wrong[entry.place] = error
    return list(_told(remote.address, wrong))


def _answered(remote: Remote, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Sequence[Answer]]]:
    """Yield records with what came of their files: while some are verified the next are on their way, and no more than these
    are in memory.
    """
    waiting: deque[tuple[Sequence[Entry], Callable[[], list[Answer]]]] = deque()
    for start in range(0, len(entries), _TOGETHER):
        batch = entries[start : start + _TOGETHER]
        waiting.append((batch, _ask(remote, batch)))
        if len(waiting) > 1:
            yield from _apart(*waiting.popleft())
    while waiting:
        yield from _apart(*waiting.popleft())


def _apart(
    entries: Sequence[Entry], answers: Callable[[], list[Answer]]
) -> Iterator[tuple[Entry, Sequence[Answer]]]:
    found = iter(answers())
    for entry in entries:
        yield entry, [next(found) for _ in entry.files]


def _ask(remote: Remote, entries: Sequence[Entry]) -> Callable[[], list[Answer]]:
    return remote.ask([f"{entry.folder}/{name}" for entry in entries for name in entry.files])


def _entries(remote: Remote, jobs: Mapping[str, Job], wrong: dict[str, Exception]) -> list[Entry]:
    """Return what the store says of records of the jobs' code and data; note what it says wrongly of one.

    Raises:
        Exception: it cannot be reached, or has no index that can be read.
    """
    (answer,) = remote.read([INDEX])
    index = parse(_content(answer))
    found = {place: entry_of(index, place) for place in jobs}
    entries = [entry for place, entry in found.items() if entry and is_of(entry, jobs[place].fingerprint)]
    if index.get("parts") is True:
        missing = {place: job for place, job in jobs.items() if not is_of(found[place], job.fingerprint)}
        entries += _parts(remote, missing, wrong)
    return entries


def _parts(remote: Remote, jobs: Mapping[str, Job], wrong: dict[str, Exception]) -> Iterator[Entry]:
    answers = remote.read([part_of(place, job.fingerprint.key) for place, job in jobs.items()])
    for (place, job), answer in zip(jobs.items(), answers, strict=True):
        if isinstance(answer, FileNotFoundError):
            continue
        try:
            entry = entry_of(parse(_content(answer)), place)
        except Exception as error:
            wrong[place] = error
            continue
        if entry and is_of(entry, job.fingerprint):
            yield entry


def _content(answer: Answer) -> bytes:
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _verified(answer: Answer, expected: str) -> bytes:
    content = _content(answer)
    if digest(content) != expected:
        raise ValueError("what it sent has not the digest of its index")
    return content


def _keep(contents: Mapping[str, bytes], job: Job, cache: Path, new: Path) -> None:
    """Put a record into the cache, in one step, once it has proven to be the job's.

    Raises:
        ValueError: it is another job's, or of other code, or did not pass.
        DamagedRecordError: it is damaged, or of another schema.
        OSError: the cache cannot be written.
    """
    record = from_files(contents, new / FILE)
    if record.name != job.name or record.fingerprint.key != job.fingerprint.key:
        raise ValueError(f"it is a record of {record.name}, or of other code")
    if record.outcome != "passed":
        raise ValueError("it did not pass")
    new.mkdir()
    for name, content in contents.items():
        (new / name).write_bytes(content)
    target = folder_of(cache, job)
    if target.exists():
        shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        new.rename(target)
    except OSError:
        if not _at_hand(job, cache):  # another command has brought it meanwhile
            raise


# -------------------------------------------------------------------- words


def _told(address: str, wrong: Mapping[str, Exception]) -> Iterator[Problem]:
    """Tell each reason once, with the records that it kept from being read."""
    reasons: dict[str, list[str]] = {}
    for place, error in wrong.items():
        reasons.setdefault(in_words(error), []).append(place)
    for reason, (place, *more) in reasons.items():
        count = f", and {len(more)} more alike" if more else ""
        yield _problem(f"{address}/{place}", f"a shared record was not read{count}: {reason}", wrong[place])


def _problem(where: str, message: str, error: Exception) -> Problem:
    return Problem(path=where, message=message, hint=hint(error, NEXT), severity="warning")

"""Records that others have made: an index of a store's files, and what is read through it into the local cache.

A store is a folder of records as they are committed, ``<slug>/<backend>/``, with ``index.json`` beside: what a published site has
under ``records/``. It is reached through fsspec, so over HTTP, in S3 or as a folder. Nothing that it says is believed: each file
has to have the index' digest, and the record its own, the job's name and its fingerprint.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guidewright.errors import DamagedRecordError, Problem
from guidewright.files import write_atomically
from guidewright.model import Job, Record
from guidewright.store.serial import FILE, from_folder, to_files

INDEX = "index.json"
VERSION = 1
_NAME = re.compile(r"[\w-][\w.-]*")
_AT_ONCE = 16
_KEY = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a store is waited for, in seconds."""

    request: float = 10.0
    store: float = 60.0
    """All requests together."""


# ------------------------------------------------------------------ publish


def published(records: Iterable[Record]) -> Iterator[tuple[str, bytes]]:
    """Yield a store's files with their path in it, the index last; the same records give the same bytes."""
    entries = {}
    for record in records:
        place = f"{record.slug}/{record.backend}"
        files = to_files(record)
        yield from ((f"{place}/{name}", content) for name, content in files.items())
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        entries[place] = {"fingerprint": record.fingerprint.key, "files": digests}
    index = {"version": VERSION, "records": entries}
    yield INDEX, (json.dumps(index, indent=1, sort_keys=True) + "\n").encode()


# --------------------------------------------------------------------- read


def folder_of(cache: Path, job: Job) -> Path:
    """Return where what was read of a job is kept."""
    return cache / "shared" / job.slug / job.backend / job.fingerprint.key[:_KEY]


def bring(
    jobs: Iterable[Job], addresses: Sequence[str], cache: Path, patience: Patience = Patience()
) -> list[Problem]:
    """Bring records of the jobs' very code into the local cache, each from the first store that has it whole.

    Never raises for what a store does or does not do: it is told, as warnings, and the next one is asked.
    """
    left = {f"{job.slug}/{job.backend}": job for job in jobs if not (folder_of(cache, job) / FILE).is_file()}
    problems: list[Problem] = []
    for address in addresses:
        if not left:
            break
        try:
            problems += _from_store(address, left, cache, patience)
        except Exception as error:  # whatever a file system's library may raise
            problems.append(_problem(address, _in_words(error), _hint(error)))
        left = {place: job for place, job in left.items() if not (folder_of(cache, job) / FILE).is_file()}
    return problems


def _from_store(address: str, jobs: Mapping[str, Job], cache: Path, patience: Patience) -> list[Problem]:
    reader = _Reader(address, patience)
    (answer,) = reader.read([INDEX])
    if isinstance(answer, BaseException):
        raise answer
    wanted = _wanted(answer, jobs)
    paths = [f"{place}/{name}" for place, files in wanted.items() for name in files]
    answers = dict(zip(paths, reader.read(paths), strict=True))
    problems = []
    for place, files in wanted.items():
        try:
            contents = {name: _verified(answers[f"{place}/{name}"], digest) for name, digest in files.items()}
            _keep(contents, jobs[place], cache)
        except Exception as error:
            problems.append(_problem(f"{address}/{place}", _in_words(error), "the next store is asked"))
    return problems


def _wanted(answer: bytes, jobs: Mapping[str, Job]) -> dict[str, dict[str, str]]:
    """Return the files, with digests, of those records that are of the jobs' code and data.

    Raises:
        ValueError: it is no index, or one that this version cannot read.
    """
    try:
        index = json.loads(answer)
        if index["version"] != VERSION:
            raise ValueError(f"its index is of version {index['version']!r}, not {VERSION}")
        entries = {place: index["records"][place] for place in jobs if place in index["records"]}
        found = {
            place: {str(name): str(digest) for name, digest in entry["files"].items()}
            for place, entry in entries.items()
            if entry["fingerprint"] == jobs[place].fingerprint.key
        }
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError("its index is damaged") from error
    if any(not _NAME.fullmatch(name) for files in found.values() for name in files):
        raise ValueError("its index names files outside a record's folder")
    return found


def _verified(answer: bytes | BaseException, digest: str) -> bytes:
    if isinstance(answer, BaseException):
        raise answer
    if hashlib.sha256(answer).hexdigest() != digest:
        raise ValueError("its digest is not that of the index")
    return answer


def _keep(contents: Mapping[str, bytes], job: Job, cache: Path) -> None:
    """Put a record into the cache, once it has proven to be the job's.

    Raises:
        ValueError: it is another job's, or of other code, or did not pass.
        DamagedRecordError: it is damaged.
    """
    target = folder_of(cache, job)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache / "shared", prefix=".part-") as temporary:
        new = Path(temporary) / "new"
        for name, content in contents.items():
            write_atomically(new / name, content)
        record = from_folder(new)
        if record.name != job.name or record.fingerprint.key != job.fingerprint.key:
            raise ValueError(f"it is a record of {record.name}, or of other code")
        if record.outcome != "passed":
            raise ValueError("it did not pass")
        shutil.rmtree(target, ignore_errors=True)
        new.rename(target)


class _Reader:
    """A store's files, through fsspec; many at once where its file system can."""

    def __init__(self, address: str, patience: Patience) -> None:
        import fsspec  # here, not above: only those who share records have it

        self._patience = patience
        self._deadline = time.monotonic() + patience.store
        self._system, self._root = fsspec.core.url_to_fs(address, **_options(address, patience))

    def read(self, paths: Sequence[str]) -> list[bytes | BaseException]:
        """Return each file's content, or why it could not be read."""
        from fsspec.asyn import sync

        full = [f"{self._root.rstrip('/')}/{path}" for path in paths]
        if self._system.async_impl:
            found: list[bytes | BaseException] = sync(self._system.loop, self._all, full)
            return found
        return [self._plain(path) for path in full]

    def _plain(self, path: str) -> bytes | BaseException:
        try:
            content: bytes = self._system.cat_file(path)
        except Exception as error:
            return error
        return content

    async def _all(self, paths: Sequence[str]) -> list[bytes | BaseException]:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(path: str) -> bytes:
            async with gate:
                left = min(self._patience.request, self._deadline - time.monotonic())
                content: bytes = await asyncio.wait_for(self._system._cat_file(path), max(left, 0))
                return content

        return await asyncio.gather(*map(one, paths), return_exceptions=True)


def _options(address: str, patience: Patience) -> dict[str, Any]:
    if address.startswith("s3://"):
        waits = {"connect_timeout": patience.request, "read_timeout": patience.request}
        return {"config_kwargs": {**waits, "retries": {"max_attempts": 1}}}
    return {}


# -------------------------------------------------------------------- words


def _problem(where: str, why: str, hint: str) -> Problem:
    return Problem(path=where, message=f"a shared record was not read: {why}", hint=hint, severity="warning")


def _in_words(error: BaseException) -> str:
    if isinstance(error, DamagedRecordError):
        return error.problems[0].message
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    if isinstance(error, PermissionError):
        return "it may not be read from here"
    return " ".join(str(error).split())[:200] or type(error).__name__


def _hint(error: BaseException) -> str:
    if isinstance(error, ImportError):
        return "pip install 'guidewright[stores]' reads over HTTP; pip install s3fs, from S3"
    return "the next store is asked; what no store has is shown as not proven in full"

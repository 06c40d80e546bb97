"""What a store holds, for retention: a folder of this machine, or a store elsewhere; and how a record is removed from it.

A record goes whole: first what vouches for it, its JSON or its index, then the rest. If that ends early, what is left is no record.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from guidewright.errors import DamagedRecordError, Problem, StoreError
from guidewright.model import Record
from guidewright.store.listing import FILES, PART, Entry, entry_of, parse
from guidewright.store.remote import Listed, Remote, telling
from guidewright.store.retention import Held
from guidewright.store.serial import FILE, from_folder, to_files
from guidewright.store.writing import WRITING

_NOTHING = "nothing was removed; try again"
_REST = "what was removed is; prune again for the rest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    """Records below a folder of this machine; damaged ones are not among them."""

    root: Path
    beside: Path | None = None
    """A folder of the same layout whose records go with those of this one."""

    def held(self) -> list[Held]:
        return [_held(folder, record) for folder, record in self._records()]

    def remove(self, held: Held) -> bool:
        """Remove a record; tell whether it was still there.

        Raises:
            StoreError: it cannot be removed.
        """
        folder = Path(held.where)
        try:
            files = to_files(from_folder(folder))
            for name in [FILE, *files]:
                (folder / name).unlink(missing_ok=True)
            _remove_empty(folder, self.root)
        except (FileNotFoundError, DamagedRecordError):
            return False
        except OSError as error:
            message = f"the record cannot be removed: {error.strerror or error}"
            raise StoreError(
                Problem(path=str(folder), message=message, hint="mend its permissions")
            ) from error
        if self.beside:
            shutil.rmtree(self.beside / folder.relative_to(self.root), ignore_errors=True)
        return True

    def _records(self) -> Iterator[tuple[Path, Record]]:
        for file in sorted(self.root.rglob(FILE)):
            with suppress(OSError, DamagedRecordError):
                yield file.parent, from_folder(file.parent)


def _held(folder: Path, record: Record) -> Held:
    return Held(
        where=str(folder),
        slug=record.slug,
        backend=record.backend,
        profile=record.profile,
        fingerprint=record.fingerprint.key,
        started=record.started,
        outcome=record.outcome,
        bytes=sum(map(len, to_files(record).values())),
    )


def _remove_empty(folder: Path, root: Path) -> None:
    with suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent


@dataclass(kw_only=True, slots=True)
class Elsewhere:
    """A store that runs write to, as ``store.listing`` lays it out.

    Raises:
        StoreError: of every method: the store cannot be reached, read or written.
    """

    address: str
    _listed: dict[str, Listed] = field(default_factory=dict)
    _parts: dict[str, tuple[bytes, Entry]] = field(default_factory=dict)

    def held(self) -> list[Held]:
        """Return the records that have a part of their own which can be read, and says when they began."""
        with telling(self.address, "read", _NOTHING):
            remote = Remote(self.address, WRITING)
            self._listed = remote.listing()
            paths = [path for path in self._listed if PART.fullmatch(path)]
            for path, answer in zip(paths, remote.read(paths), strict=True):
                if isinstance(answer, BaseException):
                    raise answer
                self._note(path, answer)
        return [found for path, (_, entry) in self._parts.items() if (found := self._held(path, entry))]

    def strays(self, before: dt.datetime) -> list[str]:
        """Return files that no part names and that were written before: a run may just be writing the others."""
        named = {f"{entry.folder}/{name}" for _, entry in self._parts.values() for name in entry.files}
        return [
            path
            for path, listed in self._listed.items()
            if FILES.fullmatch(path) and path not in named and listed.modified and listed.modified < before
        ]

    def remove(self, held: Held) -> bool:
        """Remove a record; False where somebody has written another one in its place meanwhile."""
        content, entry = self._parts[held.where]
        with telling(self.address, "pruned", _REST):
            remote = Remote(self.address, WRITING)
            if remote.read([held.where]) != [content]:
                return False
            remote.remove([held.where])
            remote.remove(
                [path for name in entry.files if (path := f"{entry.folder}/{name}") in self._listed]
            )
        return True

    def remove_strays(self, paths: Sequence[str]) -> None:
        with telling(self.address, "pruned", _REST):
            Remote(self.address, WRITING).remove(paths)

    def _note(self, path: str, content: bytes) -> None:
        place = path.rpartition("/")[0]
        with suppress(ValueError):  # of a version to come, or damaged: it stays
            entry = entry_of(parse(content), place)
            if entry and entry.part == path:
                self._parts[path] = content, entry

    def _held(self, path: str, entry: Entry) -> Held | None:
        slug, _, backend = entry.place.rpartition("/")
        if entry.started is None:
            return None
        files = [f"{entry.folder}/{name}" for name in entry.files]
        return Held(
            where=path,
            slug=slug,
            backend=backend,
            profile="full",
            fingerprint=entry.fingerprint,
            started=entry.started,
            bytes=sum(self._listed[file].size for file in files if file in self._listed),
        )

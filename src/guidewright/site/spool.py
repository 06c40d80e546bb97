"""A language's files between being made and being written: on disk, so that a large library needs no memory for them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, MutableMapping
from types import TracebackType


class Spool(MutableMapping[str, bytes]):
    """Contents by path, in one temporary file that is gone with the process, whatever ends it.

    Raises:
        OSError: the disk of temporary files is full.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        self.kept: dict[str, str] = {}
        """Files that lie where they should already: path → SHA-256. They are none of this mapping's contents."""

    def __setitem__(self, path: str, content: bytes) -> None:
        self._file.seek(self._end)
        self._file.write(content)
        self._places[path] = (self._end, len(content))
        self._end += len(content)

    def __getitem__(self, path: str) -> bytes:
        start, length = self._places[path]
        self._file.seek(start)
        return self._file.read(length)

    def __delitem__(self, path: str) -> None:
        del self._places[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, path: object) -> bool:
        return path in self._places

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

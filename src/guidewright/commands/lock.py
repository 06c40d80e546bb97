"""One writing command at a time in one checkout; the second waits, and says for whom."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from guidewright.errors import CannotRunError, Problem


@contextmanager
def exclusive(cache: Path, what: str, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the checkout's lock; the system frees it with the process, however that ends.

    Raises:
        CannotRunError: the lock cannot be made.
    """
    owner = cache / "owner.txt"
    lock = FileLock(cache / "lock")
    try:
        try:
            cache.mkdir(parents=True, exist_ok=True)
            _acquire(lock, owner, tell)
            since = time.strftime("%H:%M:%S")
            owner.write_text(f"guidewright {what} (process {os.getpid()}, since {since})\n", "utf-8")
        except OSError as error:
            message = f"the folder cannot be written: {error.strerror or error}"
            hint = "make room, or mend its permissions"
            raise CannotRunError(Problem(path=str(cache), message=message, hint=hint)) from error
        yield
    finally:
        if lock.is_locked:
            with suppress(OSError):
                owner.unlink()
            lock.release()


def _acquire(lock: FileLock, owner: Path, tell: Callable[[str], None]) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(f"waiting for {_name(owner)}, which works in this checkout")
        lock.acquire()


def _name(owner: Path) -> str:
    try:
        return owner.read_text("utf-8").strip() or "another guidewright"
    except OSError:
        return "another guidewright"

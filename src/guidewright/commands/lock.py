"""One writing command at a time in one checkout; the second waits, and says for whom."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = FileLock(cache / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            tell(f"waiting for {_owner(owner)}, which works in this checkout")
            lock.acquire()
    except OSError as error:
        message = f"the folder cannot be written: {error.strerror}"
        raise CannotRunError(
            Problem(path=str(cache), message=message, hint="mend its permissions")
        ) from error
    try:
        owner.write_text(
            f"guidewright {what} (process {os.getpid()}, since {time.strftime('%H:%M:%S')})\n", "utf-8"
        )
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def _owner(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip() or "another guidewright"
    except OSError:
        return "another guidewright"

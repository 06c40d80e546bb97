"""Writing files so that nothing is ever lost: under a temporary name, then renamed; and only when it changed."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, data: bytes, *, durable: bool = False) -> bool:
    """Write a file whole or not at all; return whether it changed.

    Args:
        durable: ask the disk to have it before the name appears, as records want.

    Raises:
        OSError: the disk is full, or the folder cannot be written; the file is what it was.
    """
    with suppress(OSError):
        if path.read_bytes() == data:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(name, _mode(path))  # noqa: PTH101 - mkstemp gives a name
        os.replace(name, path)  # noqa: PTH105 - see above
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - see above
        raise
    return True


def create(path: Path, data: bytes) -> None:
    """Write a new file whole or not at all; what is there already, a link that leads nowhere included, stays.

    Raises:
        FileExistsError: there is something of that name.
        OSError: the disk is full, or the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)  # noqa: PTH101 - mkstemp gives a name
        _link(name, path, data)
    finally:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - see above


def _link(name: str, path: Path, data: bytes) -> None:
    """Give a finished file its name; unlike a rename, a link never replaces."""
    try:
        os.link(name, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with path.open("xb") as file:
            file.write(data)


Signature = tuple[int, int, int, int]


def signature(path: Path) -> Signature:
    """Return what tells that a file is not what it was; zeros where it is not there.

    Number, size, and times of change of content and of anything, in ns: any file can be given the time that another had.
    """
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0, 0
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _mode(path: Path) -> int:
    """Return the permissions that a file has, or those that umask 022 would give a new one."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0o644

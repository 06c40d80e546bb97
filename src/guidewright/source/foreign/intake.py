"""A file of somebody else's → its bytes: whole, not too large, and not one that changes under the reader."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from guidewright.errors import InputError, Problem

LIMIT = 20 * 2**20
"""Bytes. A guide's text has some ten thousand; what makes a notebook large is its outputs, which are dropped."""


def read(file: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        InputError: it is not there, no plain file (a symbolic link, a folder, a pipe), too large, or it changed while it
            was read.
    """
    path = str(file)
    try:
        # A link could be changed to lead elsewhere; a pipe could wait for ever.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if file.is_symlink():
            hint = "name the file that it leads to"
            raise InputError(Problem(path=path, message="is a symbolic link", hint=hint)) from error
        hint = "name a notebook, a tutobook, or a file that jupytext reads"
        message = f"cannot be read: {error.strerror}"
        raise InputError(Problem(path=path, message=message, hint=hint)) from error
    try:
        before = os.fstat(descriptor)
        _refuse(before, path)
        data = contents(descriptor)
        if _state(before) != _state(os.fstat(descriptor)) or len(data) != before.st_size:
            message, hint = "changed while it was read", "import it again when nothing writes it any more"
            raise InputError(Problem(path=path, message=message, hint=hint))
        return data
    finally:
        os.close(descriptor)


def contents(descriptor: int) -> bytes:
    with os.fdopen(os.dup(descriptor), "rb") as opened:
        return opened.read(LIMIT + 1)


def text(data: bytes, path: str) -> str:
    """Return a text file's text with ``\\n`` line ends.

    Raises:
        InputError: it is not UTF-8.
    """
    try:
        found = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"is not UTF-8: byte 0x{data[error.start]:02x}"
        raise InputError(Problem(path=path, line=line, message=message, hint="save it as UTF-8")) from error
    return found.replace("\r\n", "\n").replace("\r", "\n")


def _refuse(found: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        hint = "name a notebook, a tutobook, or a file that jupytext reads"
        raise InputError(Problem(path=path, message="is no plain file", hint=hint))
    if found.st_size > LIMIT:
        message = f"has {found.st_size / 2**20:.0f} MB; {LIMIT // 2**20} MB are the most that is read"
        hint = "of a notebook, clear the outputs: jupyter nbconvert --clear-output --inplace FILE"
        raise InputError(Problem(path=path, message=message, hint=hint))


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns

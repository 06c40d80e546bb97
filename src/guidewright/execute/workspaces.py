"""The folder that one job, or one parent of kernels, works in."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path


@asynccontextmanager
async def workspace() -> AsyncIterator[Path]:
    """Make a workspace; it goes with the job.

    Raises:
        OSError: as :func:`make_workspace`.
    """
    work = make_workspace()
    try:
        yield work
    finally:
        await asyncio.to_thread(remove_workspace, work)


def make_workspace() -> Path:
    """Make a fresh folder with ``home``, ``tmp`` and ``guide`` (the working directory) in it.

    Raises:
        OSError: the disk is full, or the system's temporary folder cannot be written.
    """
    work = Path(tempfile.mkdtemp(prefix="guidewright-")).resolve()
    try:
        for name in ("home", "tmp", "guide"):
            (work / name).mkdir()
    except OSError:
        remove_workspace(work)
        raise
    return work


def remove_workspace(folder: Path) -> None:
    """Remove a folder, also where a guide took its own rights away."""
    for parent, names, _ in os.walk(folder):
        for name in names:
            inner = Path(parent, name)
            with suppress(OSError):
                if not inner.is_symlink():
                    inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)

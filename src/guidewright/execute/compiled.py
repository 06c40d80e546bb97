"""Code that backends compile while a guide runs, kept from one run of the guide to the next; in the local cache, bounded.

A backend's setting ``compile_cache`` has the variables that tell it where to keep such code. Neither a fingerprint nor a
record says anything of them: with a cache or without, a job comes to the same. Each guide has a folder of its own, so two
jobs never write to the same one. What a job that was stopped had begun to write is not believed: a file of JAX's persistent
cache is not renamed when it is whole.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from guidewright.model import Job
from guidewright.settings import Backend, Settings

FOLDER = "compiled"
"""Below the project's cache."""
_IN_USE = ".in-use"
_GRAIN_NS = 2 * 10**9
"""How much earlier than it happened a file's time may be: two seconds on FAT."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lent:
    """A guide's folder, while a job has it."""

    folder: Path


def lends(job: Job, settings: Settings) -> bool:
    """Tell whether a job's backend is to keep compiled code. A full run compiles all anew, as its reader will."""
    kept = settings.compile_cache_mb and settings.backends[job.backend].compile_cache
    return bool(kept) and job.profile != "full"


def lend(job: Job, settings: Settings) -> Lent | None:
    """Return where a job's backend finds and keeps compiled code; None where it keeps none, or cannot."""
    if not lends(job, settings):
        return None
    folder = _above(settings.backends[job.backend], settings) / job.slug.replace("/", "+")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _forget_unfinished(folder)
        (folder / _IN_USE).touch()
    except OSError:  # a cache that cannot be written is none
        return None
    return Lent(folder=folder)


def give_back(lent: Lent | None) -> None:
    """Say that all in a folder is whole. A job that was stopped does not get here."""
    if lent:
        with suppress(OSError):
            (lent.folder / _IN_USE).unlink()


def variables(backend: Backend, lent: Lent | None) -> Mapping[str, str]:
    """Return the variables of a job's kernel."""
    return _variables(backend, lent.folder) if lent else {}


def shared_variables(backend: Backend, settings: Settings) -> Mapping[str, str]:
    """Return those of the process that kernels of many guides are forked from, and that compiles nothing."""
    return _variables(backend, _above(backend, settings))


def _variables(backend: Backend, folder: Path) -> Mapping[str, str]:
    return {name: value.replace("{folder}", str(folder)) for name, value in backend.compile_cache.items()}


def _above(backend: Backend, settings: Settings) -> Path:
    return settings.cache / FOLDER / _machine() / backend.name


def _forget_unfinished(folder: Path) -> None:
    """Remove what was written since a job had this folder that did not give it back."""
    marker = folder / _IN_USE
    if not marker.exists():
        return
    since = marker.stat().st_mtime_ns - _GRAIN_NS
    for file in _files(folder):
        if file.stat().st_mtime_ns >= since:
            file.unlink(missing_ok=True)


@cache
def _machine() -> str:
    """Return a digest of the processor: code that one compiles may be beyond another, and end in ``SIGILL``."""
    described = [platform.system(), platform.machine(), platform.processor()]
    with suppress(OSError):  # Linux alone has it
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
        told = {line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))}
        described += sorted(told)
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:12]


# --------------------------------------------------------------------- bound


def prune(cache_folder: Path, limit_mb: float) -> int:
    """Remove what was used longest ago until the rest is within a limit; return how many files went.

    When a file was read last is known as well as its file system tells: many note it once a day, and some never, where
    the time of writing stands for it. Nothing may run meanwhile.
    """
    found = []
    for file in _files(cache_folder / FOLDER):
        with suppress(OSError):
            stat = file.stat()
            found.append((max(stat.st_atime_ns, stat.st_mtime_ns), str(file), stat.st_size))
    size, gone = sum(entry[2] for entry in found), 0
    for _, name, bytes_ in sorted(found):
        if size <= limit_mb * 2**20:
            break
        with suppress(OSError):
            Path(name).unlink()
            size, gone = size - bytes_, gone + 1
    return gone


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and path.name != _IN_USE
    ]

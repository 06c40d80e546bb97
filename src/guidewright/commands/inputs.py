"""What a build is made from, by content: the project's files, this package's own, and what is installed beside it.

Light to import: a build that finds nothing changed needs nothing else.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import guidewright

if TYPE_CHECKING:
    from guidewright.settings import Settings

State = tuple[int, int, int, int]
"""Number, size, and times of change of content and of anything in ns: what tells that a file was touched."""
_PACKAGES = ("guidewright", "guidewright_keras")
_ENVIRONMENT = ("GUIDEWRIGHT_SITE_URL", "GUIDEWRIGHT_REPO_URL")
_INSTALLED = (".dist-info", ".egg-info")
_NONE: State = (0, 0, 0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """Everything that pages follow from, as it was when it was read."""

    roots: tuple[str, ...]
    """The files and folders that were read."""
    tool: str
    """A digest of this package, of Python and of what is installed."""
    files: Mapping[str, str]
    """Path → SHA-256 of every file; the path of a folder that matters itself ends in a separator."""
    states: Mapping[str, State]
    current: bool
    """Whether what was read before, and is used, is still what it was: settings, while a command waited or ran jobs."""

    @classmethod
    def read(cls, roots: Iterable[str], before: Mapping[str, str] = MappingProxyType({})) -> Inputs:
        """Read every file at or below the roots; one that is not there, or cannot be read, is no error here.

        Args:
            before: path → SHA-256 of files that were read earlier.
        """
        files, states = {}, {}
        tops = tuple(roots)
        for path, state in _walk(tops):
            files[path], states[path] = _sha256(path), state
        current = all(files.get(os.path.normpath(path)) == found for path, found in before.items())
        return cls(roots=tops, tool=tool(), files=files, states=states, current=current)

    @property
    def digest(self) -> str:
        """One digest of all."""
        return digest([self.tool, *(f"{path}\0{found}" for path, found in sorted(self.files.items()))])

    @property
    def settled(self) -> bool:
        """Whether every file is still what it was: what was made meanwhile was made from what was read."""
        return self.current and dict(_walk(self.roots)) == self.states and tool() == self.tool


def roots(settings: Settings) -> tuple[str, ...]:
    """Return all that the pages of a project are made from."""
    from guidewright.settings import FILE
    from guidewright.site.config import ROOT_CONFIG

    found: list[Path | None] = [settings.root / FILE, settings.root / ROOT_CONFIG]
    found += [settings.guides, settings.records, settings.locales, settings.lock, settings.documentation]
    found += [settings.api.inventory, settings.api.pages] if settings.api else []
    found += [settings.cache / name for name in ("records", "shared")]
    return _outermost(str(path) for path in found if path)


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Leave out what lies below another of the paths, so that nothing is read twice."""
    kept: list[str] = []
    for path in sorted(os.path.normpath(path) for path in paths):
        if not any(path == top or path.startswith(f"{top}{os.sep}") for top in kept):
            kept.append(path)
    return tuple(kept)


def tool() -> str:
    """Return a digest of what makes pages: the code and data of this package, Python, what is installed, and the environment."""
    found = Path(guidewright.__file__).resolve().parents[1]
    code = [str(found / name) for name in _PACKAGES]
    parts = [f"{path}\0{state}" for path, state in sorted(_walk(code)) if not path.endswith(".pyc")]
    parts += [sys.version, sys.platform, *(os.environ.get(name, "") for name in _ENVIRONMENT)]
    return digest([*parts, *_installed()])


def _installed() -> Iterator[str]:
    """Name the distributions that Python finds, with their versions, as their folders do."""
    for folder in sys.path:
        try:
            names = sorted(os.listdir(folder or "."))  # noqa: PTH208 - many times as fast
        except OSError:
            continue
        yield from (name for name in names if name.endswith(_INSTALLED))


def digest(parts: Iterable[str]) -> str:
    """Return one digest of several texts, each told from its neighbours."""
    done = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape")
        done.update(b"%d:" % len(data) + data)
    return done.hexdigest()


def written(folders: Iterable[str], without: Collection[str] = ()) -> str:
    """Return a digest of the files that a build has left, by size and time: it changes where anyone touched them.

    Args:
        without: folders directly below them that do not count.
    """
    found = (entry for top in folders for entry in _entries(top) if entry.path not in without)
    return digest(f"{path}\0{state}" for entry in found for path, state in sorted(_below(entry, frozenset())))


# ------------------------------------------------------------------ reading


def _walk(tops: Iterable[str]) -> Iterator[tuple[str, State]]:
    for top in tops:
        if os.path.isdir(top):  # noqa: PTH112 - paths are texts here
            yield f"{top}{os.sep}", _NONE  # one without a file is not the same as none
            for entry in _entries(top):
                yield from _below(entry, frozenset())
        else:
            try:
                yield top, _state(os.stat(top))  # noqa: PTH116
            except OSError:
                continue


def _below(entry: os.DirEntry[str], inside: frozenset[str]) -> Iterator[tuple[str, State]]:
    """Yield a file, or the files of a folder, a linked one too; a link that leads back is not followed."""
    try:
        if not entry.is_dir():
            yield entry.path, _state(entry.stat())
            return
        if entry.is_symlink():
            real = os.path.realpath(entry.path)
            if real in inside:
                return
            inside |= {real}
            yield f"{entry.path}{os.sep}", _NONE  # pictures are not taken from it
    except OSError:
        yield entry.path, _NONE
        return
    for one in _entries(entry.path):
        yield from _below(one, inside)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def _state(found: os.stat_result) -> State:
    # Any file can be given the time that another had; when that was done is told by the second.
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _sha256(path: str) -> str:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - a pipe would be waited for
            return "no file"
        with open(path, "rb") as file:  # noqa: PTH123
            found = hashlib.sha256(file.read()).hexdigest()
            return f"{found}, linked" if os.path.islink(path) else found  # noqa: PTH114
    except OSError as error:
        return f"cannot be read: {error.errno}"

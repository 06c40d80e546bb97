"""Whether the machines that run jobs together have the same versions of what shapes outputs."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

import guidewright
from guidewright.execute.environment import installed_version

CORE = ("cloudpickle", "dask", "distributed", "ipykernel", "ipython", "jupyter-client", "msgpack", "nbclient")
"""What carries jobs, and what runs their cells."""


def closure(roots: Iterable[str]) -> list[str]:
    """Return distributions with all that they bring in, as far as what is installed here tells, sorted."""
    found: set[str] = set()
    todo: list[str] = [canonicalize_name(name) for name in (*CORE, *roots)]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += _required(name)
    return sorted(found)


def _required(name: str) -> list[str]:
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    requirements = [_parsed(line) for line in lines]
    return [
        canonicalize_name(requirement.name)
        for requirement in requirements
        if requirement and (requirement.marker is None or requirement.marker.evaluate({"extra": ""}))
    ]


def _parsed(line: str) -> Requirement | None:
    try:
        return Requirement(line)
    except InvalidRequirement:  # of somebody's old metadata
        return None


def versions(names: Iterable[str]) -> dict[str, str]:
    """Return name → version, of this Python, of Guidewright, and of the distributions that are installed."""
    found = {name: version for name in names if (version := installed_version(name))}
    return {"Python": platform.python_version(), "Guidewright": _own_version(), **found}


@functools.cache
def _own_version() -> str:
    """Tell apart revisions of one version, too: jobs are sent as our own records."""
    folder = Path(guidewright.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(f"{file.relative_to(folder).as_posix()}\n".encode() + file.read_bytes())
    return f"{guidewright.__version__} (code {digest.hexdigest()[:8]})"


def differences(here: Mapping[str, str], there: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Say which workers have another version than this machine, or, of what it lacks, than the first worker that has it.

    A local part (``2.13.0+cpu``) is a build of the same release. What a machine lacks does not differ.

    Args:
        there: of each worker, by its name.
    """
    found = []
    wanted = {name: (version, "here") for name, version in here.items()}
    for worker, versions in sorted(there.items()):
        for name, version in versions.items():
            ours, where = wanted.setdefault(name, (version, f"on {worker}"))
            if ours.partition("+")[0] != version.partition("+")[0]:
                found.append(f"{name} is {version} on {worker}, and {ours} {where}")
    return found

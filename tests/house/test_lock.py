"""The lock pins all that the project may bring in, for every Python and platform it supports."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "lock.txt"
EXTRAS = ("cluster", "dev", "jax", "stores", "tensorflow", "torch", "zensical")

LINUX = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "os_name": "posix",
}
MACOS = {
    "sys_platform": "darwin",
    "platform_system": "Darwin",
    "platform_machine": "arm64",
    "os_name": "posix",
}

# A build of torch for GPUs pins these itself, to the release.
PINNED_BY_TORCH = re.compile(r"nvidia-|cuda-|triton$")


def entries(path: Path) -> list[Requirement]:
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def locked(environment: dict[str, str]) -> dict[str, str]:
    """Return name → version of the lines that hold in ``environment``."""
    return {
        canonicalize_name(entry.name): str(entry.specifier)
        for entry in entries(LOCK)
        if entry.marker is None or entry.marker.evaluate(environment)
    }


def holding(
    requirements: Iterable[str], extras: Iterable[str], environment: dict[str, str]
) -> Iterator[Requirement]:
    """Yield the requirements whose marker holds with any of the extras, or without one."""
    for requirement in map(Requirement, requirements):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)):
            yield requirement


def reached(environment: dict[str, str]) -> set[str]:
    """Return every distribution that the project and its extras bring in, as far as what is installed here can tell."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for extra in EXTRAS for line in optional[extra])]
    todo = list(holding(lines, (), environment))
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement = todo.pop()
        node = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if node in seen:
            continue
        seen.add(node)
        try:
            wanted = metadata.requires(requirement.name) or []
        except metadata.PackageNotFoundError:
            continue
        todo.extend(holding(wanted, requirement.extras, environment))
    return {name for name, _ in seen}


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", [LINUX, MACOS], ids=["linux", "macos"])
def test_everything_that_the_project_and_its_extras_bring_in_is_pinned(
    platform: dict[str, str], python: str
) -> None:
    environment = {
        **{name: str(value) for name, value in default_environment().items()},
        **platform,
        "python_version": python,
        "python_full_version": f"{python}.0",
    }
    names = reached(environment)
    assert len(names) > 60
    loose = {name for name in names if not PINNED_BY_TORCH.match(name)} - set(locked(environment))
    assert sorted(loose) == []


def test_every_line_is_one_exact_release_without_build_hash_or_address() -> None:
    assert len(entries(LOCK)) > 60
    for entry in entries(LOCK):
        assert re.fullmatch(r"==[0-9][0-9A-Za-z.]*", str(entry.specifier)), str(entry)
        assert entry.url is None
        assert not entry.extras
    text = LOCK.read_text("utf-8")
    assert "--hash" not in text
    assert "://" not in text


def test_what_is_chosen_by_hand_is_what_is_locked() -> None:
    chosen = {
        canonicalize_name(entry.name): str(entry.specifier)
        for entry in entries(ROOT / "requirements/core.txt")
    }
    pinned = {canonicalize_name(entry.name): str(entry.specifier) for entry in entries(LOCK)}
    assert chosen.items() <= pinned.items()


def test_what_is_locked_is_what_the_project_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pinned = {canonicalize_name(entry.name): str(entry.specifier)[2:] for entry in entries(LOCK)}
    for line in [
        *project["dependencies"],
        *(one for extra in EXTRAS for one in project["optional-dependencies"][extra]),
    ]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), line


@pytest.mark.parametrize(
    ("platform", "present", "absent"),
    [(LINUX, "tensorflow-cpu", "tensorflow"), (MACOS, "tensorflow", "tensorflow-cpu")],
    ids=["linux", "macos"],
)
def test_tensorflow_has_the_name_that_the_platform_knows_it_by(
    platform: dict[str, str], present: str, absent: str
) -> None:
    names = locked(platform)
    assert present in names
    assert absent not in names


@pytest.mark.parametrize("python", ["3.11.2", "3.12.0", "3.13.0"])
def test_what_is_locked_suits_the_oldest_python_of_each_line(python: str) -> None:
    """Debian 12 has 3.11.2. Only a distribution that is installed here at its locked version can tell."""
    pinned = locked({name: str(value) for name, value in default_environment().items()})
    told: dict[str, SpecifierSet] = {}
    for found in metadata.distributions():
        name = canonicalize_name(found.metadata["Name"])
        if pinned.get(name) == f"=={found.version.partition('+')[0]}":
            told[name] = SpecifierSet("".join(found.metadata.get_all("Requires-Python") or ()))
    assert len(told) > 60
    assert [name for name, supported in sorted(told.items()) if not supported.contains(python)] == []


def test_the_lock_brings_no_library_for_gpus() -> None:
    assert not [entry.name for entry in entries(LOCK) if PINNED_BY_TORCH.match(canonicalize_name(entry.name))]

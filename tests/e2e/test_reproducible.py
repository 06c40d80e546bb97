"""The same inputs give the same bytes, whoever builds where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tiny import Project


@pytest.fixture(scope="module")
def twins(full: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Project]:
    """Two checkouts in folders of other names, built by processes that have nothing in common."""
    base = tmp_path_factory.mktemp("twins")
    made = []
    for name, seed, zone, umask in (("a", "1", "UTC", 0o022), ("another-name", "2", "Asia/Seoul", 0o077)):
        project = full.copy(base / name)
        # Full records, a quick one, and none: all that a page may be built from.
        project.record("first", "green", "full").unlink()
        project.record("deep/second", "green", "full").unlink()
        project.record("deep/second", "green", "quick").unlink()
        for folder in ("build", "site"):
            (project.root / folder).rename(base / f"{name}-old-{folder}")
        elsewhere = base / f"cwd-{name}"
        elsewhere.mkdir()
        variables = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C.UTF-8", "COLUMNS": seed * 2}
        done = project.run("site", cwd=elsewhere, umask=umask, **variables)
        assert (done.code, project.kernels()) == (0, []), done.err
        made.append(project)
    return made[0], made[1]


@pytest.mark.parametrize("folder", ["build", "site"])
def test_builds_in_other_processes_and_folders_are_byte_equal(
    twins: tuple[Project, Project], folder: str
) -> None:
    one, other = (project.files(folder) for project in twins)
    assert len(one) > 20
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []


def test_no_path_of_this_machine_is_published(twins: tuple[Project, Project]) -> None:
    for project in twins:
        for path, content in project.files("build", "site").items():
            for word in (str(project.root), str(project.root.parent), os.fsencode(Path.home()).decode()):
                assert word == "/" or word.encode() not in content, (path, word)

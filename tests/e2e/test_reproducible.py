"""The same inputs give the same bytes, whoever builds where."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tiny import Project, tiny

TWINS = (("a", "1", "UTC", 0o022), ("another-name", "2", "Asia/Seoul", 0o077))


@pytest.fixture(scope="module")
def twins(full: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Project]]:
    """Two checkouts in folders of other names, built by processes that have nothing in common."""
    base = tmp_path_factory.mktemp("twins")
    with ExitStack() as stack:
        made = [stack.enter_context(tiny(base / name, full)) for name, *_ in TWINS]
        for project, (name, seed, zone, umask) in zip(made, TWINS, strict=True):
            # Full records, a quick one, and none: all that a page may be built from.
            for slug, profile in (("first", "full"), ("deep/second", "full"), ("deep/second", "quick")):
                project.record_file(slug, "beta", profile).unlink()
            for folder in ("build", "site"):
                shutil.rmtree(project.root / folder)
            elsewhere = base / f"cwd-{name}"
            elsewhere.mkdir()
            more = {"PYTHONHASHSEED": seed, "TZ": zone, "COLUMNS": seed * 2}
            command = [sys.executable, "-m", "guidewright.cli", "--root", str(project.root), "site"]
            subprocess.run(command, cwd=elsewhere, umask=umask, env=project.environ(more), check=True)
        yield made


@pytest.mark.parametrize("folder", ["build", "site"])
def test_builds_in_other_processes_and_folders_are_byte_equal(twins: list[Project], folder: str) -> None:
    one, other = (project.files(folder) for project in twins)
    assert len(one) > 20
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []


def test_no_path_of_this_machine_is_published(twins: list[Project]) -> None:
    for project in twins:
        for path, content in project.files("build", "site").items():
            for word in (str(project.root), str(project.root.parent), os.fsencode(Path.home()).decode()):
                assert word == "/" or word.encode() not in content, (path, word)

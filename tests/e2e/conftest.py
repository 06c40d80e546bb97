"""The tiny project, run once in both profiles; every test works on a copy of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import Project, guide

GUIDES = {"first": guide(), "deep/second": guide("Second steps")}


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Both guides, with quick records; the site is built."""
    project = Project.make(tmp_path_factory.mktemp("quick") / "project", GUIDES)
    done = project.run("build", "--json")
    assert done.code == 0, done.err
    (project.root / "build.json").write_text(done.out, "utf-8")
    return project


@pytest.fixture(scope="session")
def full(quick: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same, with full records besides; the site is built."""
    project = quick.copy(tmp_path_factory.mktemp("full") / "project")
    done = project.run("build", "--profile", "full")
    assert done.code == 0, done.err
    return project


@pytest.fixture
def project(quick: Project, tmp_path: Path) -> Project:
    """A copy to work on, with quick records and a site."""
    return quick.copy(tmp_path / "project")


@pytest.fixture
def proven(full: Project, tmp_path: Path) -> Project:
    """A copy to work on, with quick and full records and a site."""
    return full.copy(tmp_path / "project")

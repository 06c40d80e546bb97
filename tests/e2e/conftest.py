"""The tiny project, run once in both profiles; every test works on a copy of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tiny import ROOT, Project, tiny

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
]
# Kernels start and end, and pages load, within what a page is waited for, also on a busy machine.
expect.set_options(timeout=40_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; closed with the module, because no other event loop can run beside Playwright's."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        reason = "no Chromium here; on Debian and Ubuntu: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a copy of this project, from the records at hand: neither its cache nor its site is this checkout's."""
    root = tmp_path_factory.mktemp("own") / "project"
    shutil.copytree(ROOT / "guides", root / "guides", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "requirements", root / "requirements")
    shutil.copytree(ROOT / "docs", root / "docs")
    for name in ("pyproject.toml", "mkdocs.yml"):
        shutil.copy(ROOT / name, root)
    command = [sys.executable, "-m", "guidewright.cli", "--root", str(root), "site"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return root / "site"


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Both guides, with quick records; the site is built. To be read only."""
    with tiny(tmp_path_factory.mktemp("quick") / "project") as made:
        done = made.cli("build", "--json")
        assert done.code == 0, done.err
        (made.root / "build.json").write_text(done.out, "utf-8")
        yield made


@pytest.fixture(scope="session")
def full(quick: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The same, with full records besides; the site is built. To be read only."""
    with tiny(tmp_path_factory.mktemp("full") / "project", quick) as made:
        done = made.cli("build", "--profile", "full")
        assert done.code == 0, done.err
        yield made


@pytest.fixture
def project(quick: Project, tmp_path: Path) -> Iterator[Project]:
    """A copy to work on, with quick records and a site."""
    with tiny(tmp_path / "project", quick) as made:
        yield made


@pytest.fixture
def proven(full: Project, tmp_path: Path) -> Iterator[Project]:
    """A copy to work on, with quick and full records and a site."""
    with tiny(tmp_path / "project", full) as made:
        yield made

"""Fixtures for tests of every speed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import sandbox as sandboxes

# How long an example takes tells how busy the machine is.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


# A shell starts what it puts into the background with Ctrl-C ignored, and what that starts inherits it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-images", action="store_true", help="write the README's picture anew")
    parser.addoption("--update-reference", action="store_true", help="write docs/reference anew")
    parser.addoption(
        "--update-imports", action="store_true", help="write the expected results of imports anew"
    )


FOLDERS = ("slow", "e2e", "unit", "house")
"""Of the tests, those that take long first: what comes last ends soon, so no process waits long for another."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests share a process where several run (`-n 2 --dist loadgroup`), and put the long ones first."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=_turn)


def _group(item: pytest.Item) -> str:
    """Return the file's name; one for all that look at our own site, which is then built once."""
    return "own_site" if "own_site" in getattr(item, "fixturenames", ()) else item.path.name


def _turn(item: pytest.Item) -> tuple[bool, int]:
    """Return what to sort by: what works in this checkout takes longest together, and is first."""
    mark = item.get_closest_marker("xdist_group")
    checkout = mark is not None and mark.args == ("checkout",)
    folder = item.path.parent.name
    return not checkout, FOLDERS.index(folder) if folder in FOLDERS else 0


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[sandboxes.Sandbox]:
    """An empty project on two plain backends, alpha and beta."""
    with sandboxes.sandbox(tmp_path / "project") as made:
        yield made

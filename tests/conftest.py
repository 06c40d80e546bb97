"""Fixtures for tests of every speed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import sandbox as sandboxes
import together

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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first, so that no process waits long for another at the end."""
    items.sort(key=lambda item: together.turn(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Have `-n 2 --dist loadfile` run a group of files in one process."""
    from xdist.scheduler import LoadFileScheduling

    class ByGroup(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together.group(super()._split_scope(nodeid))

    return ByGroup(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[sandboxes.Sandbox]:
    """An empty project on two plain backends, alpha and beta."""
    with sandboxes.sandbox(tmp_path / "project") as made:
        yield made

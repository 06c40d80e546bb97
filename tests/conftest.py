"""Fixtures for tests of every speed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sandbox as sandboxes


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-images", action="store_true", help="write the README's picture anew")
    parser.addoption("--update-reference", action="store_true", help="write docs/reference anew")
    parser.addoption(
        "--update-imports", action="store_true", help="write the expected results of imports anew"
    )


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[sandboxes.Sandbox]:
    """An empty project on two plain backends, alpha and beta."""
    with sandboxes.sandbox(tmp_path / "project") as made:
        yield made

"""A new site about Keras: its first guide, which is this project's pattern of a guide, passes on every backend."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Sandbox


@pytest.mark.keras
def test_the_pattern_of_a_guide_passes_on_every_backend_and_they_agree(sandbox: Sandbox) -> None:
    site = sandbox.root / "site-of-its-own"
    assert sandbox.cli("init", str(site), "--backends", "keras").code == 0
    done = sandbox.cli("--root", str(site), "build")
    assert done.code == 0, done.err
    assert done.out.count("✓ passed") == 3
    assert "differ" not in done.out
    assert Path(site, "site/guides/first/index.html").is_file()

"""What a forked kernel takes over of its parent's memory, and what it does not."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path

import pytest

from guidewright.execute.forking import forget_folders


@pytest.mark.skipif(not find_spec("matplotlib"), reason="no backend brings Matplotlib here")
@pytest.mark.parametrize("name", ["get_configdir", "get_cachedir"])
def test_matplotlib_has_its_folders_in_the_home_of_the_job(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    folder = getattr(importlib.import_module("matplotlib"), name)
    before = folder()
    with monkeypatch.context() as patch:
        patch.setenv("HOME", str(tmp_path))
        assert folder() == before
        forget_folders()
        assert folder().startswith(str(tmp_path))
    forget_folders()
    assert folder() == before

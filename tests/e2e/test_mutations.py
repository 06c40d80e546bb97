"""A guide whose key result is made wrong does not pass: its hidden checks see it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from guidewright.commands.project import open_project
from guidewright.settings import load

pytestmark = pytest.mark.keras

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())


@pytest.mark.parametrize(
    ("slug", "before", "after"),
    [
        # The gradients of one step are added to those of the one before.
        (
            "custom_train_step_in_torch",
            "        self.zero_grad()\n        loss.backward()",
            "        loss.backward()",
        ),
        # The weights of the last epoch stay, rather than those of the best.
        ("writing_your_own_callbacks", "self.model.set_weights(self.best_weights)", "pass"),
    ],
)
def test_a_wrong_key_result_fails_in_a_test_cell(tmp_path: Path, slug: str, before: str, after: str) -> None:
    absent = sorted(name for name in ("keras", "torch", "matplotlib") if find_spec(name) is None)
    if absent:
        reason = f"not installed: {', '.join(absent)}; make test installs every backend"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    root = tmp_path / "project"
    (root / "guides").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", root)
    for name in ("guides/api", "guides/locales", "requirements"):
        shutil.copytree(ROOT / name, root / name)
    cache = load(ROOT).cache / "datasets"
    if cache.is_dir():
        shutil.copytree(cache, root / ".guidewright/datasets")
    source = (ROOT / f"guides/{slug}.py").read_text("utf-8")
    assert source.count(before) >= 1
    (root / f"guides/{slug}.py").write_text(source.replace(before, after), "utf-8")

    command = [
        sys.executable,
        "-m",
        "guidewright.cli",
        "--root",
        str(root),
        "run",
        slug,
        "--backend",
        "torch",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 1, done.stderr
    assert "AssertionError" in done.stderr
    guide = next(guide for guide in open_project(root).library.guides if guide.slug == slug)
    lines = {cell.line: cell for cell in guide.cells if "test" in cell.tags}
    failed = int(done.stderr.split(f"guides/{slug}.py:")[1].split(":")[0])
    assert any(line <= failed <= line + cell.source.count("\n") for line, cell in lines.items())

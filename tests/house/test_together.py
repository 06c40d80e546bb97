"""Test files that run side by side do not meet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import together

ROOT = Path(__file__).parents[2]


def test_every_file_of_a_group_is_there_and_in_one_group() -> None:
    files = [file for group in together.GROUPS.values() for file in group]
    assert len(set(files)) == len(files)
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_every_test_that_looks_at_our_own_site_is_in_its_group() -> None:
    folder = ROOT / "tests/e2e"
    looking = {path for path in folder.glob("test_*.py") if "own_site: Path" in path.read_text("utf-8")}
    assert looking == {ROOT / file for file in together.GROUPS[together.OWN_SITE]}


def test_the_groups_come_first_and_then_the_slow_ones() -> None:
    files = sorted((ROOT / "tests").glob("*/test_*.py"), key=together.turn)
    found = [together.group(path.relative_to(ROOT).as_posix()) for path in files]
    assert list(dict.fromkeys(found))[:2] == [together.CHECKOUT, together.OWN_SITE]
    alone = [path.parent.name for path in files[sum(map(len, together.GROUPS.values())) :]]
    assert list(dict.fromkeys(alone)) == ["slow", "e2e", "unit", "house"]


def test_the_files_of_a_group_run_in_one_process_and_others_beside_it(tmp_path: Path) -> None:
    (tmp_path / "tests/e2e").mkdir(parents=True)
    for name in ("conftest", "together", "sandbox"):
        (tmp_path / f"tests/{name}.py").write_bytes((ROOT / f"tests/{name}.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    told = "import os\n\ndef test_it(): open({!r}, 'a').write(os.environ['PYTEST_XDIST_WORKER'] + '\\n')\n"
    group = together.GROUPS[together.CHECKOUT][:2]
    for file in (*group, "tests/e2e/test_a.py"):
        log = tmp_path / Path(file).stem
        (tmp_path / file).write_text(told.format(str(log)), "utf-8")
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    first, second, beside = [
        (tmp_path / Path(file).stem).read_text("utf-8") for file in (*group, "test_a.py")
    ]
    assert first == second
    assert beside != first

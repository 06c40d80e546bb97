"""Set-up: which Python, what is installed when, and what happens when it fails or is interrupted.

A stand-in for Python does what the scripts ask of one: tell its version, make an environment (a copy of itself), and
write down how it was called as pip. ``BREAK`` says how pip ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"

STAND_IN = """#!/bin/sh
version={version}
[ "$1" = -I ] && shift
case "$*" in
    "-c import ensurepip"*) exit {no_venv} ;;
    "-c import pip") exit 0 ;;
    "-c "*) echo "$version" ;;
    "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip install"*)
        echo "$*" >>pip.log
        case "${{BREAK:-}}" in
            killed) kill -KILL $PPID ;;
            interrupted) kill -INT $PPID; exit 1 ;;
            "") ;;
            *) case "$*" in *"$BREAK"*) echo "ERROR: No matching distribution found for $BREAK" >&2; exit 1 ;; esac ;;
        esac ;;
    scripts/alone.py*) shift 2; exec "$@" ;;
    *) echo "stand-in called with $*" >&2; exit 99 ;;
esac
"""


@dataclass
class Checkout:
    """A folder with the scripts, and a PATH with stand-ins instead of Pythons."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def bin(self) -> Path:
        return self.root.parent / "bin"

    def add_python(self, name: str, version: str, *, venv: bool = True) -> Path:
        path = self.bin / name
        path.write_text(STAND_IN.format(version=version, no_venv=int(not venv)), "utf-8")
        path.chmod(0o755)
        return path

    def run(self, script: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", f"scripts/{script}", *arguments],
            cwd=self.root,
            env={"PATH": str(self.bin), **environ},
            text=True,
            capture_output=True,
            check=False,
        )

    def pip_calls(self) -> list[str]:
        """Return what each call of pip was to install, and forget the calls."""
        log = self.root / "pip.log"
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [line.partition("requirements/lock.txt ")[2] for line in lines]

    def wants(self, *requirements: str) -> None:
        """Let ``guidewright requirements`` print these."""
        command = self.root / ".venv/bin/guidewright"
        command.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in requirements), "utf-8")
        command.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "a check out"
    for folder in (root / "scripts", root / "requirements", tmp_path / "bin"):
        folder.mkdir(parents=True)
    for name in ("find-python", "install", "backends", "alone.py"):
        shutil.copy(SCRIPTS / name, root / "scripts" / name)
    (root / "pyproject.toml").write_text("one\n", "utf-8")
    (root / "requirements/lock.txt").write_text("two\n", "utf-8")
    for program in ["sh", "awk", "cat", "cksum", "cp", "dirname", "grep", "mkdir", "mv", "rm", "sed", "tail"]:
        found = shutil.which(program)
        assert found, f"{program} is not on this machine"
        (tmp_path / "bin" / program).symlink_to(found)
    return Checkout(root)


@pytest.fixture
def installed(checkout: Checkout) -> Checkout:
    checkout.add_python("python3", "3.12")
    assert checkout.run("install", ".").returncode == 0
    assert checkout.pip_calls() == ["-e ."]
    return checkout


# --------------------------------------------------------------- find-python


@pytest.mark.parametrize(
    ("pythons", "expected"),
    [
        ({"python3": "3.12", "python3.13": "3.13"}, "python3"),
        ({"python3": "3.14", "python3.11": "3.11", "python3.13": "3.13"}, "python3.13"),
        ({"python3": "3.9", "python3.11": "3.11", "python3.12": "3.12"}, "python3.12"),
        ({"python3.11": "3.11"}, "python3.11"),
        # A version manager's entry for a version that is not set answers with an error.
        ({"python3": "", "python3.11": "3.11"}, "python3.11"),
    ],
)
def test_the_first_python_that_fits_is_taken(
    checkout: Checkout, pythons: dict[str, str], expected: str
) -> None:
    for name, version in pythons.items():
        checkout.add_python(name, version)
    ran = checkout.run("find-python")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"{expected}\n", "")


def test_a_python_that_lacks_venv_is_passed_over_for_one_that_has_it(checkout: Checkout) -> None:
    checkout.add_python("python3", "3.12", venv=False)
    checkout.add_python("python3.11", "3.11")
    assert checkout.run("find-python").stdout == "python3.11\n"


def test_where_all_lack_venv_the_package_to_install_is_named(checkout: Checkout) -> None:
    checkout.add_python("python3", "3.12", venv=False)
    ran = checkout.run("find-python")
    assert ran.returncode == 3
    assert "apt install python3.12-venv" in ran.stderr


def test_without_a_python_that_fits_it_says_what_to_install(checkout: Checkout) -> None:
    nothing = checkout.run("find-python")
    checkout.add_python("python3", "3.9")
    too_old = checkout.run("find-python")
    for ran in (nothing, too_old):
        assert ran.returncode == 3
        assert ran.stdout == ""
        assert "apt install python3 python3-venv" in ran.stderr
        assert "brew install python@3.13" in ran.stderr
    assert "python3 is 3.9" in too_old.stderr


def test_the_python_that_is_named_wins_and_has_to_fit(checkout: Checkout) -> None:
    checkout.add_python("python3", "3.12")
    mine = checkout.add_python("my python", "3.11")
    old = checkout.add_python("old", "3.9")
    assert checkout.run("find-python", PYTHON=str(mine)).stdout == f"{mine}\n"
    refused = checkout.run("find-python", PYTHON=str(old))
    assert (refused.returncode, "is Python 3.9" in refused.stderr) == (3, True)
    absent = checkout.run("find-python", PYTHON="python3.99")
    assert (absent.returncode, "does not run" in absent.stderr) == (3, True)


# ------------------------------------------------------------------- install


def test_a_second_call_does_and_says_nothing(installed: Checkout) -> None:
    ran = installed.run("install", ".")
    assert (ran.returncode, ran.stderr, installed.pip_calls()) == (0, "", [])


def test_what_is_new_is_added_and_what_was_there_is_remembered(installed: Checkout) -> None:
    assert installed.run("install", ".", ".[dev]").returncode == 0
    assert installed.pip_calls() == ["-e . -e .[dev]"]
    assert installed.run("install", ".[torch]", "pandas>=2,<4").returncode == 0
    assert installed.pip_calls() == ["-e .[torch] pandas>=2,<4"]
    assert installed.run("install", ".[dev]", "pandas>=2,<4", ".", ".[torch]").returncode == 0
    assert installed.pip_calls() == []


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements/lock.txt"])
def test_a_changed_project_file_or_lock_installs_again(installed: Checkout, name: str) -> None:
    (installed.root / name).write_text("changed\n", "utf-8")
    ran = installed.run("install", ".")
    assert (ran.returncode, installed.pip_calls()) == (0, ["-e ."])
    assert "Setting up" not in ran.stderr


@pytest.mark.parametrize("end", ["killed", "interrupted"])
def test_a_set_up_that_was_interrupted_starts_clean(checkout: Checkout, end: str) -> None:
    checkout.add_python("python3", "3.12")
    broken = checkout.run("install", ".", BREAK=end)
    assert broken.returncode == {"killed": -9, "interrupted": 130}[end]
    half_done = checkout.root / ".venv/half-done"
    half_done.touch()
    checkout.pip_calls()
    again = checkout.run("install", ".")
    assert (again.returncode, checkout.pip_calls()) == (0, ["-e ."])
    assert "Setting up .venv with Python 3.12" in again.stderr
    assert not half_done.exists()


def test_an_addition_that_was_interrupted_starts_clean_too(installed: Checkout) -> None:
    assert installed.run("install", ".[torch]", BREAK="interrupted").returncode == 130
    assert "Setting up" in installed.run("install", ".").stderr


def test_a_failure_shows_pips_reason_and_keeps_what_was_there(installed: Checkout) -> None:
    failed = installed.run("install", "nosuch", BREAK="nosuch")
    assert failed.returncode == 3
    assert "No matching distribution found for nosuch" in failed.stderr
    assert "Could not install into .venv: nosuch" in failed.stderr
    assert ".venv/pip.log" in failed.stderr
    installed.pip_calls()
    assert installed.run("install", ".").stderr == ""
    assert installed.pip_calls() == []


def test_another_python_makes_a_new_environment_and_the_same_does_not(installed: Checkout) -> None:
    other = installed.add_python("python3.13", "3.13")
    assert "with Python 3.13" in installed.run("install", ".", PYTHON=str(other)).stderr
    assert installed.run("install", ".", PYTHON=str(other)).stderr == ""
    assert installed.run("install", ".").stderr == ""


def test_a_moved_checkout_makes_a_new_environment(installed: Checkout) -> None:
    moved = installed.root.with_name("moved")
    installed.root.rename(moved)
    assert "Setting up" in Checkout(moved).run("install", ".").stderr


# ------------------------------------------------------------------ backends


def test_all_that_the_guides_want_is_installed_at_once_as_extras_of_this_folder(installed: Checkout) -> None:
    installed.wants("guidewright[jax]", "guidewright[torch]", "pandas>=2")
    assert installed.run("backends").returncode == 0
    assert installed.pip_calls() == ["-e .[jax] -e .[torch] pandas>=2"]
    again = installed.run("backends")
    assert (again.returncode, again.stderr, installed.pip_calls()) == (0, "", [])


def test_with_a_gpu_the_extras_for_it_are_taken_and_nothing_for_the_cpu(installed: Checkout) -> None:
    installed.wants("guidewright[jax]", "guidewright[tensorflow]", "guidewright[torch]")
    assert installed.run("backends", GPU="1").returncode == 0
    assert installed.pip_calls() == ["-e .[jax-gpu] -e .[tensorflow-gpu] -e .[torch]"]


def test_a_backend_without_a_wheel_is_told_and_the_others_go_on(installed: Checkout) -> None:
    installed.wants("guidewright[jax]", "guidewright[torch]")
    ran = installed.run("backends", BREAK=".[jax]")
    assert ran.returncode == 0
    assert "Skipped: .[jax] cannot be installed here" in ran.stderr
    assert installed.pip_calls()[1:] == ["-e .[jax]", "-e .[torch]"]


@pytest.mark.parametrize(("arguments", "environ"), [(["--backend", "jax"], {}), ([], {"CI": "true"})])
def test_a_backend_without_a_wheel_is_an_error_when_named_and_in_automation(
    installed: Checkout, arguments: list[str], environ: dict[str, str]
) -> None:
    installed.wants("guidewright[jax]", "guidewright[torch]")
    ran = installed.run("backends", *arguments, BREAK=".[jax]", **environ)
    assert (ran.returncode, "Skipped" in ran.stderr) == (3, False)


@pytest.mark.parametrize("broken", ["-e", "pandas"])
def test_no_backend_at_all_and_a_missing_requirement_are_errors(installed: Checkout, broken: str) -> None:
    installed.wants("guidewright[jax]", "guidewright[torch]", "pandas")
    assert installed.run("backends", BREAK=broken).returncode == 3


def test_wrong_use_keeps_its_exit_code(installed: Checkout) -> None:
    installed.wants()
    (installed.root / ".venv/bin/guidewright").write_text("#!/bin/sh\nexit 2\n", "utf-8")
    assert installed.run("backends", "nosuch").returncode == 2


def test_guides_that_want_nothing_install_nothing(installed: Checkout) -> None:
    installed.wants()
    assert (installed.run("backends").returncode, installed.pip_calls()) == (0, [])


# --------------------------------------------------------------------- alone


def test_a_second_set_up_waits_and_says_for_whom(tmp_path: Path) -> None:
    lockfile = tmp_path / "folder" / "lock"
    lockfile.parent.mkdir()
    with lockfile.open("w+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("4242")
        held.flush()
        command = [sys.executable, str(SCRIPTS / "alone.py"), str(lockfile), "echo", "done"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
            assert waiting.stderr
            assert waiting.stderr.readline() == "Waiting for process 4242, which is setting up here\n"
            assert waiting.poll() is None
            fcntl.flock(held, fcntl.LOCK_UN)
            out, _ = waiting.communicate(timeout=60)
    assert (waiting.returncode, out) == (0, "done\n")


def test_the_lock_ends_with_the_command_and_its_exit_code_is_passed_on(tmp_path: Path) -> None:
    lockfile = tmp_path / "new folder" / "lock"
    command = [sys.executable, str(SCRIPTS / "alone.py"), str(lockfile), "sh", "-c", "exit 7"]
    assert subprocess.run(command, check=False, env=dict(os.environ)).returncode == 7
    with lockfile.open("a") as free:
        fcntl.flock(free, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""The Makefile says what it can do, and works with GNU make 3.81."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")

NEWER_THAN_3_81 = {
    ".ONESHELL": r"^\.ONESHELL",
    "shell flags": r"\.SHELLFLAGS",
    "grouped targets": r"&:",
    "file function": r"\$\(file\b",
    "guile function": r"\$\(guile\b",
    "let and intcmp functions": r"\$\((let|intcmp)\b",
    "shell assignment": r"!=",
    "POSIX assignment": r"::=",
    "undefine": r"^undefine\b",
    "private variables": r"\bprivate\b",
    "load": r"^-?load\b",
    "output synchronisation": r"--output-sync",
    ".RECIPEPREFIX": r"\.RECIPEPREFIX",
    ".EXTRA_PREREQS": r"\.EXTRA_PREREQS",
    ".NOTINTERMEDIATE and .WAIT": r"\.NOTINTERMEDIATE|\.WAIT",
}

GNU_OR_BASH_ONLY = {
    "sed in place": r"\bsed\s+(-[a-zA-Z]*i|--in-place)",
    "cp options": r"\bcp\s+(-[a-zA-Z]*[tTu]|--)",
    "readlink -f and realpath": r"\breadlink\s+-f|\brealpath\b",
    "grep -P": r"\bgrep\s+-[a-zA-Z]*P",
    "mapfile": r"\b(mapfile|readarray)\b",
    "double brackets": r"\[\[ ",
    "here strings": r"<<<",
    "pipefail in sh": r"set -o pipefail",
    "sha256sum, nproc, timeout, flock": r"\b(sha256sum|nproc|timeout|flock)\b",
}


def code(text: str) -> str:
    """Return the lines that are not comments."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def make(*arguments: str) -> str:
    """Run make in the repository, apart from a make that may be running these tests; return what it printed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    for name in ("GUIDE", "BACKENDS", "PROFILE", "PYTHON", "GPU", "ENGINE", "LANGUAGES", "PORT", "WORKERS"):
        environ.pop(name, None)
    ran = subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environ, text=True, capture_output=True, check=True
    )
    return ran.stdout


def targets() -> dict[str, str]:
    """Return the targets that have a description, and it."""
    return dict(re.findall(r"^([a-z][a-z-]*):.*?## (.+)$", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize("arguments", [[], ["help"]])
def test_make_and_make_help_list_every_target_with_its_description(arguments: list[str]) -> None:
    printed = make(*arguments)
    assert {"guides", "site", "test", "check"} <= set(targets())
    for target, description in targets().items():
        assert re.search(rf"make {target} +{re.escape(description)}", printed)


def test_every_target_is_described_and_phony() -> None:
    rules = set(re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    assert rules == set(targets()) == set(phony[1].split())


@pytest.mark.parametrize("feature", NEWER_THAN_3_81)
def test_the_makefile_uses_no_feature_newer_than_gnu_make_3_81(feature: str) -> None:
    assert not re.search(NEWER_THAN_3_81[feature], code(MAKEFILE), re.MULTILINE)


@pytest.mark.parametrize("feature", GNU_OR_BASH_ONLY)
@pytest.mark.parametrize("name", ["Makefile", "scripts/find-python", "scripts/install", "scripts/backends"])
def test_recipes_and_scripts_keep_to_what_posix_has(name: str, feature: str) -> None:
    assert not re.search(GNU_OR_BASH_ONLY[feature], code((ROOT / name).read_text("utf-8")))


@pytest.mark.parametrize("backends", ["torch jax", "torch,jax", "torch, jax"])
def test_guides_and_backends_reach_the_command_line_one_by_one_and_quoted(backends: str) -> None:
    printed = make(
        "--dry-run", "guides", "GUIDE=intro* other[jax,quick]", f"BACKENDS={backends}", "PROFILE=full"
    )
    selection = "'intro*' 'other[jax,quick]' --backend 'torch' --backend 'jax'"
    assert f"sh scripts/backends {selection}\n" in printed
    assert f".venv/bin/guidewright build {selection} --profile 'full'\n" in printed


def test_the_site_and_the_checks_ask_for_no_backend() -> None:
    for target in ("site", "check", "setup", "format"):
        assert "scripts/backends" not in make("--dry-run", target)


@pytest.mark.parametrize(
    ("named", "installed"),
    [
        ([], ""),
        (["LANGUAGES=ko"], ""),
        (["GUIDE=one"], "'one'"),
        (["GUIDE=one", "BACKENDS=jax"], "'one' --backend 'jax'"),
    ],
)
def test_serving_installs_what_is_named_to_be_run_and_no_backend_else(
    named: list[str], installed: str
) -> None:
    printed = make("--dry-run", "serve", *named).splitlines()
    wanted = [line for line in printed if "scripts/backends" in line]
    assert [line.strip() for line in wanted] == ([f"sh scripts/backends {installed}"] if installed else [])


@pytest.mark.parametrize(("engine", "extra"), [("mkdocs", "."), ("zensical", "'.[zensical]'")])
def test_the_site_is_built_with_the_engine_that_is_asked_for_which_is_installed(
    engine: str, extra: str
) -> None:
    printed = make("--dry-run", "site", f"ENGINE={engine}")
    assert printed == f"sh scripts/install {extra}\n.venv/bin/guidewright site --engine '{engine}'\n"
    assert engine != "mkdocs" or printed == make("--dry-run", "site")


@pytest.mark.parametrize(("named", "workers"), [([], "logical"), (["WORKERS=0"], "0")])
def test_test_files_run_side_by_side_the_long_ones_first(named: list[str], workers: str) -> None:
    ran = make("--dry-run", "test", *named).splitlines()[-1]
    assert ran == (
        f".venv/bin/python -m pytest -n '{workers}' --maxprocesses 4 --dist loadfile --no-loadscope-reorder"
    )


def test_an_environment_variable_that_diverts_pip_is_not_passed_on() -> None:
    exported = re.search(r"^unexport (.*)$", MAKEFILE, re.MULTILINE)
    assert exported
    assert {"PYTHONPATH", "PIP_USER", "PIP_TARGET"} <= set(exported[1].split())

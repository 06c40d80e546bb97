"""Every command that a document shows is run here as it stands there, or is listed with the reason why not.

It runs in a project that has the names of the documents, and backends that are plain Python.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import click
import documented
import pytest
from as_documented import as_documented, prepare, prove
from tiny import ROOT, Project, tiny

from guidewright.cli import main

ELSEWHERE = {
    "guidewright inventory*": (
        "imports the package that the guides teach",
        "tests/unit/test_inventory.py",
        "test_the_inventory_is_written_and_then_unchanged",
    ),
    "guidewright links*": (
        "asks over the network",
        "tests/unit/test_outside.py",
        "test_links_of_guides_and_pages_are_gathered_with_every_place",
    ),
    "guidewright run * --pdb": (
        "needs a terminal",
        "tests/slow/test_debugger.py",
        "test_a_debugger_opens_in_the_failing_call_with_its_locals_and_the_lines_of_the_file",
    ),
    "guidewright new my_guide": (
        "asks at a terminal",
        "tests/slow/test_new_asks.py",
        "test_at_a_terminal_it_asks_for_what_was_not_said",
    ),
    "guidewright diff --profile full": (
        "needs records that are committed",
        "tests/unit/test_diff.py",
        "test_a_full_record_is_compared_with_the_committed_one",
    ),
    "guidewright watch *": (
        "asks GitHub",
        "tests/unit/test_watch.py",
        "test_a_dry_run_tells_and_does_nothing",
    ),
    "guidewright run --scheduler *": (
        "needs a cluster",
        "tests/slow/test_outcomes.py",
        "test_a_guide_that_ends_well_passes",
    ),
    "guidewright run --with *": (
        "needs packages in two releases",
        "tests/slow/test_second_environment.py",
        "test_the_library_runs_with_the_other_release_and_what_it_requires",
    ),
    "guidewright diff --with *": (
        "needs what run --with made",
        "tests/slow/test_second_environment.py",
        "test_diff_lists_every_cell_that_changed_or_broke",
    ),
    "dask *": (
        "needs machines of its own",
        "tests/slow/test_outcomes.py",
        "test_a_guide_that_ends_well_passes",
    ),
    "make setup": (
        "installs",
        "tests/house/test_scripts.py",
        "test_what_is_new_is_added_and_what_was_there_is_remembered",
    ),
    "make test": (
        "is what runs this",
        "tests/house/test_automation.py",
        "test_ci_runs_check_test_and_guides_in_this_order_and_stops_at_a_failure",
    ),
    "python3 -m venv .venv": (
        "is Python's own",
        "tests/slow/test_wheel.py",
        "test_alone_the_wheel_makes_a_site_of_its_own_and_builds_it_without_a_broken_link",
    ),
    "pip install *": (
        "needs a package index",
        "tests/slow/test_wheel.py",
        "test_alone_the_wheel_makes_a_site_of_its_own_and_builds_it_without_a_broken_link",
    ),
    "python -m pip install guidewright": (
        "needs a package index",
        "tests/slow/test_wheel.py",
        "test_alone_the_wheel_makes_a_site_of_its_own_and_builds_it_without_a_broken_link",
    ),
}
"""Commands that are not run here, as patterns: why, and which test runs them."""

NOWHERE = {
    "git clone *": "needs the network",
    "gh workflow run *": "asks GitHub",
    "cd *": "is the shell's own",
    ". .venv/bin/activate": "is the shell's own",
}
"""Commands that no test runs, and why."""

CODES = {"guidewright diff": (0, 1), "guidewright doctor": (0, 1), "make doctor": (0, 2)}
"""What commands may end with that tell what they find, where that is not 0 alone."""

TYPED = documented.all_typed()


def _listed(command: str) -> bool:
    return any(fnmatchcase(command, pattern) for pattern in (*ELSEWHERE, *NOWHERE))


HERE = [command for command in TYPED if not _listed(command) and " serve" not in command]
SERVING = [command for command in TYPED if " serve" in command]


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """To be read only."""
    with as_documented(tmp_path_factory.mktemp("documented") / "project") as project:
        prove(project)
        yield project


@pytest.fixture
def copied(proven: Project, tmp_path: Path) -> Iterator[Project]:
    with tiny(tmp_path / "project", proven, titles={}) as project:
        shutil.copytree(proven.root.parent / "with-keras-3.15", tmp_path / "with-keras-3.15")
        yield project


def start(project: Project, words: list[str]) -> subprocess.Popen[str]:
    """Start a command in a shell's way, with the environment's programs first, apart from a make that may be running this."""
    kept = {
        name: value for name, value in project.environ().items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    for name in ("GUIDE", "BACKENDS", "PROFILE", "PYTHON", "GPU", "ENGINE", "LANGUAGES", "PORT", "WORKERS"):
        kept.pop(name, None)
    # What is done to the project's .venv, as by `init`, does not take the program away.
    path = os.pathsep.join([str(project.outside / "bin"), kept["PATH"]])
    return subprocess.Popen(
        words, cwd=project.root, env={**kept, "PATH": path}, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("command", HERE)
def test_a_command_of_the_documents_does_what_it_says(copied: Project, command: str) -> None:
    words = documented.words(command)
    shutil.copytree(copied.root / ".venv/bin", copied.outside / "bin")
    prepare(copied, words)
    process = start(copied, words)
    out, err = process.communicate(timeout=300)
    assert process.returncode in CODES.get(" ".join(words[:2]), (0,)), out + err
    for option in ("-o", "--html"):
        if option in words:
            assert (copied.root / words[words.index(option) + 1]).stat().st_size


@pytest.mark.parametrize("command", SERVING)
def test_a_command_that_serves_says_where_and_ends_with_ctrl_c(copied: Project, command: str) -> None:
    shutil.copytree(copied.root / ".venv/bin", copied.outside / "bin")
    words = documented.words(command)
    # Another port than the documents', which may be taken here.
    process = start(copied, [*words, *(["PORT=0"] if words[0] == "make" else ["--port", "0"])])
    assert process.stdout
    line = process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert line.startswith("serving http://127.0.0.1:"), err
    assert err.endswith("ended\n"), err
    assert process.returncode == (-signal.SIGINT if words[0] == "make" else 0), err


def test_every_command_is_run_here_or_listed_with_a_reason_and_the_test_that_runs_it() -> None:
    """What is not listed is run, so a new command that cannot run here fails."""
    assert len(HERE) > 80
    for pattern in (*ELSEWHERE, *NOWHERE):
        assert any(fnmatchcase(command, pattern) for command in TYPED), f"no document shows {pattern}"
    for reason, path, name in ELSEWHERE.values():
        assert reason
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("command", [*TYPED, *documented.all_named()])
def test_a_command_of_the_documents_has_the_options_and_variables_that_they_give_it(command: str) -> None:
    program, *given = documented.words(command)
    if program == "make":
        makefile = (ROOT / "Makefile").read_text("utf-8")
        target, *variables = given
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
        for word in variables:
            assert re.search(rf"^{word.partition('=')[0]} \?=", makefile, re.MULTILINE), word
    elif program == "guidewright":
        found: click.Command = main
        while isinstance(found, click.Group) and given and not given[0].startswith("-"):
            found = found.commands[given.pop(0)]
        options = {name for option in found.params for name in (*option.opts, *option.secondary_opts)}
        assert {word for word in given if word.startswith("-")} <= options | {"--help"}


def test_commands_stand_in_fences_without_a_language_or_are_named_in_prose() -> None:
    text = "```\n.venv/bin/guidewright check --new    # words\ncd x && make site\n```\n\n`make help`, `make`, `guidewright new SLUG`\n"
    assert documented.typed(text) == {"guidewright check --new", "cd x", "make site"}
    assert documented.named(text) == {"make help"}
    assert documented.typed("1. x\n\n    ```\n    guidewright site\n    ```\n") == {"guidewright site"}
    assert documented.typed("```text\na drawing\n```\n") == set()

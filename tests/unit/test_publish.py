"""scripts/publish, scripts/matrix and scripts/join, in a clone of a repository on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
ENVIRON = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(where: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *WHO, *arguments], cwd=where, env=ENVIRON, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with the scripts, whose origin is a bare repository beside it."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", (tmp_path / "origin.git").as_uri(), "clone")
    git(clone, "checkout", "--quiet", "-B", "main")
    shutil.copytree(SCRIPTS, clone / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("old", "gone"):
        folder = clone / "guides/records" / name / "jax"
        folder.mkdir(parents=True)
        (folder / "record.json").write_text(name, "utf-8")
    (clone / "guides/one.py").write_text("1", "utf-8")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "begin")
    git(clone, "push", "--quiet", "origin", "main")
    return clone


def publish(clone: Path, *arguments: str) -> int:
    return subprocess.run(
        ["sh", "scripts/publish", *arguments], cwd=clone, env=ENVIRON, check=False
    ).returncode


def files(clone: Path, branch: str) -> list[str]:
    return git(clone.parent / "origin.git", "ls-tree", "-r", "--name-only", branch).split()


def count(clone: Path, branch: str) -> int:
    return int(git(clone.parent / "origin.git", "rev-list", "--count", branch))


def proven(clone: Path) -> str:
    folder = clone / "build/records/new/jax"
    folder.mkdir(parents=True)
    (folder / "record.json").write_text("new", "utf-8")
    return "build/records"


def test_records_take_the_place_of_those_on_the_branch_and_nothing_else_changes(clone: Path) -> None:
    before = set(files(clone, "main"))
    assert publish(clone, "records", proven(clone), "main") == 0
    after = set(files(clone, "main"))
    assert {name for name in after if "records" in name} == {"guides/records/new/jax/record.json"}
    assert {n for n in before if "records" not in n} == {n for n in after if "records" not in n}
    assert git(clone, "status", "--porcelain", "--untracked-files=no") == ""


def test_what_somebody_else_pushed_meanwhile_stays(clone: Path) -> None:
    other = clone.parent / "other"
    git(clone.parent, "clone", "--quiet", "origin.git", "other")
    (other / "guides/two.py").write_text("2", "utf-8")
    git(other, "add", ".")
    git(other, "commit", "--quiet", "-m", "two")
    git(other, "push", "--quiet", "origin", "main")
    assert publish(clone, "records", proven(clone), "main") == 0
    assert "guides/two.py" in files(clone, "main")


def test_a_site_makes_its_branch_replaces_it_and_leaves_an_equal_one_alone(clone: Path) -> None:
    site = clone / "site"
    (site / "ko").mkdir(parents=True)
    (site / "ko/index.html").write_text("<p>", "utf-8")
    assert publish(clone, "site", "site", "gh-pages") == 0
    assert files(clone, "gh-pages") == [".nojekyll", "ko/index.html"]
    assert publish(clone, "site", "site", "gh-pages") == 0
    assert count(clone, "gh-pages") == 1
    (site / "ko/index.html").rename(site / "index.html")
    assert publish(clone, "site", "site", "gh-pages") == 0
    assert files(clone, "gh-pages") == [".nojekyll", "index.html"]
    assert count(clone, "gh-pages") == 2


def test_a_branch_that_takes_no_push_is_a_failure(clone: Path) -> None:
    hook = clone.parent / "origin.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    hook.chmod(0o755)
    assert publish(clone, "records", proven(clone), "main") == 3


def stand_in(clone: Path, said: str, code: int = 0) -> None:
    """Have guidewright say something, and note its arguments, a line each."""
    program = clone / ".venv/bin/guidewright"
    program.parent.mkdir(parents=True, exist_ok=True)
    lines = ["#!/bin/sh", "printf '%s\\n' \"$@\" >called", f"echo '{said}'", f"exit {code}", ""]
    program.write_text("\n".join(lines), "utf-8")
    program.chmod(0o755)


def planned(clone: Path, base: str, said: str, **environ: str) -> tuple[str, str]:
    """Return what scripts/matrix prints where guidewright says something, and how it called guidewright."""
    stand_in(clone, said)
    done = subprocess.run(
        ["sh", "scripts/matrix", base, "--profile", "quick"],
        cwd=clone,
        env={**ENVIRON, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout, " ".join((clone / "called").read_text("utf-8").splitlines())


def test_a_change_of_guides_alone_plans_these_and_any_other_change_plans_all(clone: Path) -> None:
    base = git(clone, "rev-parse", "HEAD")
    (clone / "guides/one.py").write_text("2", "utf-8")
    git(clone, "commit", "--quiet", "-am", "a guide")
    assert f"--since {base}" in planned(clone, base, "{}")[1]
    (clone / "scripts/find-python").write_text("", "utf-8")
    git(clone, "commit", "--quiet", "-am", "a script")
    assert "--since" not in planned(clone, base, "{}")[1]
    assert "--since" not in planned(clone, "0" * 40, "{}")[1]


def test_a_matrix_without_a_row_says_that_there_is_nothing_to_run(clone: Path) -> None:
    assert planned(clone, "", '{"include": []}')[0] == 'matrix={"include": []}\nany=false\n'
    assert planned(clone, "", '{"include": [{}]}')[0] == 'matrix={"include": [{}]}\nany=true\n'


ASKED = "o* two[jax,full] $(touch${IFS}run) --force"
"""Guides as a person may type them: a pattern that files match, too, one with brackets, a command, an option."""


def test_a_matrix_is_of_the_guides_that_are_asked_for_whatever_is_typed_and_of_all_without_one(
    clone: Path,
) -> None:
    (clone / "o").touch()
    assert planned(clone, "", "{}", GUIDE=ASKED)[1] == f"plan --profile quick --matrix --json -- {ASKED}"
    assert planned(clone, "", "{}", GUIDE="")[1] == "plan --profile quick --matrix --json --"
    assert not (clone / "run").exists()


@pytest.mark.parametrize(("force", "said"), [("true", " --force"), ("false", ""), ("", "")])
def test_what_is_proven_runs_again_only_where_that_is_asked_for(clone: Path, force: str, said: str) -> None:
    assert planned(clone, "", "{}", FORCE=force)[1] == f"plan --profile quick{said} --matrix --json --"


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (3, 0), (2, 1)])
def test_shards_are_joined_as_the_matrix_was_asked_and_a_refusal_alone_is_a_failure(
    clone: Path, code: int, ends: int
) -> None:
    stand_in(clone, "", code)
    environ = {**ENVIRON, "GUIDE": ASKED, "FORCE": "true"}
    done = subprocess.run(["sh", "scripts/join"], cwd=clone, env=environ, capture_output=True, check=False)
    assert (done.returncode, (clone / "run").exists()) == (ends, False)
    called = (clone / "called").read_text("utf-8").splitlines()
    named = [word for guide in ASKED.split() for word in ("--guide", guide)]
    assert called == ["merge", "build/shards", "--profile", "full", *named, "--force"]

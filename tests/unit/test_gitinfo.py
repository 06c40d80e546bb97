"""What git says has changed, from a real repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from guidewright.errors import WRONG_USE, InputError
from guidewright.gitinfo import changed_since


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(
        root,
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.org",
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        "x",
    )


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two commits; the project is a folder inside it."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.delenv("GIT_DIR", raising=False)
    top = tmp_path / "repository"
    root = top / "project"
    (root / "guides").mkdir(parents=True)
    git(top, "init", "--quiet", "--initial-branch", "main")
    for name in ("same", "edited", "renamed", "removed"):
        (root / "guides" / f"{name}.py").write_text(f"{name}\n" * 20, "utf-8")
    (top / "outside.py").write_text("x", "utf-8")
    commit(top)
    (root / "guides" / "later.py").write_text("x", "utf-8")
    commit(top)
    return root


def test_nothing_has_changed_since_now(root: Path) -> None:
    assert changed_since("HEAD", root) == frozenset()
    assert changed_since("main", root) == frozenset()


def test_edited_new_renamed_and_committed_files_have_changed(root: Path) -> None:
    guides = root / "guides"
    (guides / "edited.py").write_text("other", "utf-8")
    (guides / "größe 1.py").write_text("new", "utf-8")
    (guides / "renamed.py").rename(guides / "renamed_now.py")
    (guides / "removed.py").unlink()
    git(root, "add", "guides/renamed_now.py")
    since_head = {f"guides/{name}.py" for name in ("edited", "größe 1", "renamed", "renamed_now", "removed")}
    assert changed_since("HEAD", root) == since_head
    assert changed_since("HEAD~1", root) == {*since_head, "guides/later.py"}


def test_only_what_is_below_the_project_counts_and_ignored_files_do_not(root: Path) -> None:
    (root.parent / "outside.py").write_text("other", "utf-8")
    (root.parent / "new.py").write_text("new", "utf-8")
    (root / ".gitignore").write_text("build/\n", "utf-8")
    (root / "build").mkdir()
    (root / "build" / "page.md").write_text("x", "utf-8")
    assert changed_since("HEAD", root) == {".gitignore"}


@pytest.mark.parametrize("name", [b"caf\xe9.py", "größe.py".encode()])
def test_names_are_those_of_the_file_system_whatever_the_locale(
    root: Path, name: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    try:
        Path(os.fsdecode(bytes(root) + b"/" + name)).write_text("x", "utf-8")
    except OSError:
        pytest.skip("this file system has no such names")
    assert changed_since("HEAD", root) == {os.fsdecode(name)}


@pytest.mark.parametrize(
    "revision", ["nowhere", "", "--help", "--output=stolen", "-h", "guides", "guides/same.py", "HEAD:guides"]
)
def test_what_is_no_revision_is_refused_whatever_it_looks_like(root: Path, revision: str) -> None:
    with pytest.raises(InputError) as error:
        changed_since(revision, root)
    (problem,) = error.value.problems
    assert f"since '{revision}'" in problem.message
    assert problem.hint == "name a commit, branch or tag that git log shows"
    assert error.value.exit_code == WRONG_USE
    assert not (root / "stolen").exists()


@pytest.mark.parametrize("revision", ["HEAD~1..HEAD", "main...HEAD"])
def test_a_range_is_refused(root: Path, revision: str) -> None:
    with pytest.raises(InputError, match="is a range of revisions"):
        changed_since(revision, root)


@pytest.mark.usefixtures("root")
def test_a_folder_outside_of_git_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a git repository"):
        changed_since("HEAD", tmp_path)


@pytest.mark.usefixtures("root")
def test_a_repository_without_commits_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "--quiet")
    with pytest.raises(InputError, match="'HEAD'"):
        changed_since("HEAD", empty)


def test_a_machine_without_git_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root))
    with pytest.raises(InputError, match="there is no git here") as error:
        changed_since("HEAD", root)
    assert error.value.problems[0].hint == "install git, or leave --since out"

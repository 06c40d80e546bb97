"""What the README and its neighbours say exists, and nothing names where packages come from."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from guidewright.cli import main

ROOT = Path(__file__).parents[2]
FOR_USERS = ["README.md", "CONTRIBUTING.md"]
DOCUMENTS = [*FOR_USERS, *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))]

# Put together here, so that this file names none either.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("download", "pytorch", "org"),
    )
]


def files() -> list[Path]:
    """Return what is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_package_registry() -> None:
    found = files()
    assert ROOT / "Makefile" in found
    naming = {path for path in found for host in HOSTS if host.encode() in path.read_bytes()}
    assert naming == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_that_a_document_names_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
    assert named or name not in FOR_USERS
    assert named <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_a_document_names_exists(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    named = set(re.findall(r"(?:`|/|^)guidewright ([a-z]+)", text, re.MULTILINE))
    assert named or name not in FOR_USERS
    assert named <= set(main.commands)


@pytest.mark.parametrize("name", [*DOCUMENTS, "CHANGELOG.md"])
def test_every_file_that_a_document_links_to_exists(name: str) -> None:
    path = ROOT / name
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_first_screen_of_the_readme_has_both_commands() -> None:
    first = "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:30])
    assert "\nmake guides" in first
    assert "\nmake test" in first


def test_the_readmes_picture_is_there_and_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert "docs/images/guide.png" in pictures
    assert all((ROOT / name).stat().st_size < 200_000 for name in pictures)


def test_every_document_is_in_the_index() -> None:
    folder = ROOT / "docs"
    listed = set(
        re.findall(r"^- \[[^\]]+\]\(([^)]+)\)", (folder / "index.md").read_text("utf-8"), re.MULTILINE)
    )
    assert listed == {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")} - {"index.md"}

"""``guidewright init``: a site of one's own that passes every check, in a folder where nothing is overwritten."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from guidewright import starters
from guidewright.commands.init import init
from guidewright.commands.project import open_project
from guidewright.errors import InputError

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 11, 23)
FILES = {
    "pyproject.toml",
    "mkdocs.yml",
    "Makefile",
    ".gitignore",
    "README.md",
    "requirements.txt",
    "guides/_template.py",
    "guides/first.py",
}


def made(root: Path, *backends: str, name: str = "", force: bool = False) -> dict[str, str]:
    assert init(root, backends, name, force=force, today=TODAY) == 0
    found = [path for path in root.rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in found}


@pytest.mark.parametrize(
    ("asked", "backends"),
    [
        ([], ("python",)),
        (["numpy"], ("numpy",)),
        (["keras"], ("jax", "tensorflow", "torch")),
        (["torch", "jax"], ("jax", "torch")),
    ],
)
def test_the_site_has_the_backends_asked_for_and_no_problem(
    tmp_path: Path, asked: list[str], backends: tuple[str, ...]
) -> None:
    assert set(made(tmp_path / "site", *asked)) == FILES
    project = open_project(tmp_path / "site")
    assert tuple(project.settings.backends) == backends
    assert [guide.slug for guide in project.library.guides] == ["first"]
    assert project.library.problems == ()


def test_what_it_installs_is_this_version_and_what_the_backends_want(tmp_path: Path) -> None:
    files = made(tmp_path, "jax", "torch")
    lines = files["requirements.txt"].splitlines()
    assert lines[0].startswith("guidewright==")
    assert lines[1:] == ["guidewright[jax]", "guidewright[torch]"]


def test_the_first_guide_names_a_backend_that_the_site_has(tmp_path: Path) -> None:
    assert 'os.environ["KERAS_BACKEND"] = "torch"' in made(tmp_path, "torch")["guides/first.py"]


def test_the_sites_name_may_hold_anything(tmp_path: Path) -> None:
    name = 'A "site" \\ of 안내서 & more'
    files = made(tmp_path, name=name)
    assert tomllib.loads(files["pyproject.toml"])["tool"]["guidewright"]["site_name"] == name
    assert files["README.md"].startswith(f"# {name}\n")


def test_a_folder_that_is_not_empty_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"is not empty: notes\.txt"):
        init(tmp_path, (), "", force=False, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_fresh_repository_with_an_environment_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".venv").mkdir()
    assert set(made(tmp_path)) == FILES


def test_force_adds_what_is_missing_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = made(tmp_path)
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "guides/first.py").unlink()
    assert made(tmp_path, force=True) == {**first, "README.md": "mine"}
    said = capsys.readouterr().out
    assert "kept README.md" in said
    assert said.count("wrote guides/first.py") == 2


def test_a_pyproject_of_something_else_is_refused_even_with_force(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\n')
    with pytest.raises(InputError, match=r"has no \[tool\.guidewright\]"):
        init(tmp_path, (), "", force=True, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]


@pytest.mark.parametrize(
    ("asked", "why", "hint"),
    [
        (["nmpy"], "no starter has a backend 'nmpy'", "did you mean 'numpy'?"),
        (["zzz"], "no starter has a backend 'zzz'", "python, numpy, keras"),
        (["numpy", "jax"], "no starter has all of these backends", "choose those of one"),
    ],
)
def test_backends_that_do_not_go_together_or_are_unknown_are_refused_before_anything_is_written(
    tmp_path: Path, asked: list[str], why: str, hint: str
) -> None:
    with pytest.raises(InputError, match=why) as caught:
        init(tmp_path / "site", asked, "", force=False, today=TODAY)
    assert hint in caught.value.problems[0].hint
    assert not (tmp_path / "site").exists()


def test_the_core_has_no_starter_for_keras_and_finds_that_of_its_neighbour() -> None:
    own = Path(starters.__file__).parent
    assert not any("keras" in path.read_text("utf-8") for path in own.rglob("*.t*t") if path.is_file())
    assert list(starters.find()) == ["python", "numpy", "keras"]


def test_a_new_site_has_the_look_of_this_one() -> None:
    """What stands twice is the same: after a change of the project's own file, copy it there."""
    pairs = {
        "mkdocs.yml": "src/guidewright/starters/site/mkdocs.yml",
        "guides/_template.py": "src/guidewright_keras/starter/template.txt",
    }
    for ours, theirs in pairs.items():
        assert (ROOT / ours).read_bytes() == (ROOT / theirs).read_bytes(), f"cp {ours} {theirs}"


def test_the_backends_of_a_new_keras_site_are_this_projects(tmp_path: Path) -> None:
    files = made(tmp_path, "keras")
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["guidewright"]
    theirs = tomllib.loads(files["pyproject.toml"])["tool"]["guidewright"]
    assert {key: theirs[key] for key in ("backends", "shown", "colab_install")} == {
        key: ours[key] for key in ("backends", "shown", "colab_install")
    }

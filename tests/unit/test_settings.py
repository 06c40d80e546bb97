"""The settings: read from pyproject.toml, every problem told at once with its place in the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from authoring import PYPROJECT, project

from guidewright.errors import WRONG_USE, Problem, SettingsError
from guidewright.settings import Limits, find_root, load

SHA = "0" * 64
LEAST = '[tool.guidewright]\ncategories = {}\n[tool.guidewright.backends.one]\nlabel = "One"\nmodules = []\n'


def problems(root: Path, text: str | bytes) -> tuple[Problem, ...]:
    (root / "pyproject.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError) as error:
        load(root, environ={})
    assert error.value.exit_code == WRONG_USE
    assert all(problem.path == "pyproject.toml" and problem.hint for problem in error.value.problems)
    return error.value.problems


# --------------------------------------------------------------------- fine


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(LEAST, "utf-8")
    found = load(tmp_path, environ={})
    assert (found.root, found.guides, found.records) == (
        tmp_path,
        tmp_path / "guides",
        tmp_path / "guides/records",
    )
    assert (found.cache, found.build, found.site) == (
        tmp_path / ".guidewright",
        tmp_path / "build",
        tmp_path / "site",
    )
    assert (found.site_name, found.site_url, found.repo_url) == ("Guides", "", "")
    assert (found.source_branch, found.pages_branch) == ("main", "gh-pages")
    assert (found.shown, found.colab_install, found.allow_environment) == ({}, (), ())
    assert (found.slots, found.memory_limit_mb, found.output_limit_mb) == (0, 0, 10)
    assert found.limits == {"quick": Limits(cell=300, guide=600), "full": Limits(cell=21600, guide=43200)}
    assert found.datasets == {}
    one = found.backends["one"]
    assert (one.name, one.label, one.modules, one.install, one.distributions) == ("one", "One", (), "", ())
    assert (one.bootstrap, one.env) == ("", {})


def test_what_is_given_is_kept_in_its_order(tmp_path: Path) -> None:
    text = (
        PYPROJECT.replace(
            "[tool.guidewright.categories]", 'TOP\n[tool.guidewright.categories]\nzoo = "Zoo"'
        ).replace(
            "TOP",
            '[tool.guidewright]\nguides = "docs/guides"\nshown = { Keras = ["keras"] }\nslots = 3\n'
            'repo_url = "https://example.org/r/"\n[tool.guidewright.limits]\nquick = { cell = 5 }',
        )
        + f'[tool.guidewright.datasets.digits.package]\ndistribution = "d==1"\nsha256 = "{SHA}"\nmember = "a/b"\n'
        + f'[tool.guidewright.datasets.digits.arrays]\nx = "{SHA}"\n'
    )
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    found = load(tmp_path, environ={})
    assert found.guides == tmp_path / "docs/guides"
    assert list(found.backends) == ["jax", "torch", "numpy"]
    assert list(found.categories) == ["zoo", "basics"]
    assert found.shown == {"Keras": ("keras",)}
    assert found.repo_url == "https://example.org/r"
    assert found.limits["quick"] == Limits(cell=5, guide=600)
    digits = found.datasets["digits"]
    assert digits.package is not None
    assert (digits.name, digits.package.member, digits.arrays) == ("digits", "a/b", {"x": SHA})


def test_a_workflow_fills_in_the_addresses(tmp_path: Path) -> None:
    project(tmp_path, '[tool.guidewright]\nsite_url = "https://a/"\nrepo_url = "https://b"\n')
    environ = {"GUIDEWRIGHT_SITE_URL": "https://fork/", "GUIDEWRIGHT_REPO_URL": "https://fork/r/"}
    found = load(tmp_path, environ=environ)
    assert (found.site_url, found.repo_url) == ("https://fork/", "https://fork/r")
    empty = load(tmp_path, environ={"GUIDEWRIGHT_SITE_URL": "", "GUIDEWRIGHT_REPO_URL": ""})
    assert (empty.site_url, empty.repo_url) == ("https://a/", "https://b")


# ----------------------------------------------------------------- problems


def test_every_problem_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    text = """
[tool.guidewright]
slots = -1
output_limit_mb = "ten"
colab_install = "keras"
clean = true
[tool.guidewright.limits.quick]
cell = 0
[tool.guidewright.backends.jax]
lable = "JAX"
modules = ["jax"]
env = { A = 1 }
[tool.guidewright.backends."two words"]
label = "X"
modules = []
[tool.guidewright.datasets.digits]
file = "a"
url = "b"
sha256 = "short"
"""
    found = problems(tmp_path, text)
    places = [
        problem.message.split("]")[0].removeprefix("[tool.guidewright").removeprefix(".") for problem in found
    ]
    top = ["", "", "backends", "colab_install", "output_limit_mb", "slots"]
    backend = ["backends.jax", "backends.jax", "backends.jax.env.A"]
    assert sorted(places) == sorted([*top, *backend, "datasets.digits.sha256", "limits.quick.cell"])
    told = {problem.message: problem.hint for problem in found}
    assert told["[tool.guidewright.slots] -1 is less than the minimum of 0"] == "mend the value"
    lable = "[tool.guidewright.backends.jax] Additional properties are not allowed ('lable' was unexpected)"
    assert told[lable] == "did you mean 'label'?"
    clean = "[tool.guidewright] Additional properties are not allowed ('clean' was unexpected)"
    assert told[clean].startswith("known here: allow_environment, api, backends, build")
    assert "[tool.guidewright] 'categories' is a required property" in told


@pytest.mark.parametrize("name", ["quick", "full", "1st", "a b", ""])
def test_a_backend_has_a_name_that_selectors_can_tell_from_a_profile(tmp_path: Path, name: str) -> None:
    (problem,) = problems(tmp_path, LEAST.replace("backends.one", f'backends."{name}"'))
    assert problem.message.startswith(f"[tool.guidewright.backends] '{name}' ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "[tool.guidewright] 'backends' is a required property"),
        ("tool = 3", "[tool.guidewright] 'backends' is a required property"),
        ("[tool]\nguidewright = 3", "[tool.guidewright] 3 is not of type 'object'"),
        ("[tool.guidewright", "is not TOML: "),
        ("[tool.guidewright]\na = 1\na = 2", "is not TOML: "),
        (b"[tool.guidewright]\nsite_name = '\xff'", "is not TOML: "),
        (
            LEAST.replace('label = "One"', ""),
            "[tool.guidewright.backends.one] 'label' is a required property",
        ),
        (
            "[tool.guidewright]\ncategories = {}\nbackends = {}",
            "[tool.guidewright.backends] {} should be non-empty",
        ),
    ],
)
def test_a_table_that_is_none_is_told(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert problems(tmp_path, text)[0].message.startswith(message)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        load(tmp_path, environ={})


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('build = "."', "build"),
        ('build = ".."', "build"),
        ('site = "/"', "site"),
        ('cache = "/tmp/elsewhere"', "cache"),
        ('build = "../other"', "build"),
        ('build = "guides"', "build"),
        ('site = "guides/records"', "site"),
        ('guides = "build/guides"', "build"),
        ('records = "site"', "site"),
        ('site = "build"', "build"),
        ('site = "build/site"', "build"),
        ('guides = "../guides"', "guides"),
    ],
)
def test_no_folder_that_is_cleaned_may_hold_what_is_kept(tmp_path: Path, line: str, place: str) -> None:
    text = LEAST.replace("[tool.guidewright]\n", f"[tool.guidewright]\n{line}\n")
    assert problems(tmp_path, text)[0].message.startswith(f"[tool.guidewright.{place}] ")


def test_an_empty_folder_name_is_told(tmp_path: Path) -> None:
    found = problems(tmp_path, LEAST.replace("[tool.guidewright]\n", '[tool.guidewright]\nsite = ""\n'))
    assert found[0].message.startswith("[tool.guidewright.site] '' ")


# ---------------------------------------------------------------- find_root


def test_the_root_is_the_nearest_folder_with_the_table(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(LEAST, "utf-8")
    (tmp_path / "a" / "pyproject.toml").write_text(
        '# [tool.guidewright]\n[tool.guidewright-other]\nx = "[tool.guidewright]"\n', "utf-8"
    )
    assert find_root(inner) == tmp_path
    assert find_root(tmp_path) == tmp_path
    (tmp_path / "a" / "pyproject.toml").write_text("[ tool . guidewright ]\n", "utf-8")
    assert find_root(inner) == tmp_path / "a"
    (inner / "pyproject.toml").write_text("[tool]\nguidewright.slots = 1\n", "utf-8")
    assert find_root(inner) == inner


def test_a_file_that_is_not_toml_is_the_root_if_it_has_the_heading(tmp_path: Path) -> None:
    """So that the mistake in it is told, and not that there is no project."""
    (tmp_path / "pyproject.toml").write_text("[tool.guidewright.backends]\nx =\n", "utf-8")
    assert find_root(tmp_path) == tmp_path


def test_no_project_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(SettingsError) as error:
        find_root(tmp_path)
    (problem,) = error.value.problems
    assert problem.path == str(tmp_path)
    assert problem.hint.startswith("change into the project's folder")

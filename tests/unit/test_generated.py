"""The generated libraries of ``make bench`` are deterministic, and as real to Guidewright as a written one."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.scale.generate import BACKENDS, generate, translated
from guidewright.commands.languages import locales
from guidewright.commands.pages import entries
from guidewright.commands.project import Project, open_project
from guidewright.commands.translations import translated as in_language


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("generated") / "project"
    generate(root, guides=2, seed=7)
    return root


@pytest.fixture
def project(root: Path) -> Project:
    return open_project(root)


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(root: Path, tmp_path: Path) -> None:
    generate(tmp_path / "again", guides=2, seed=7)
    assert files(tmp_path / "again") == files(root)
    generate(tmp_path / "other", guides=1, seed=8)
    guide = "guides/part_00/guide_0000.py"
    assert files(tmp_path / "other")[guide] != files(root)[guide]


def test_a_larger_library_begins_with_the_smaller_one(root: Path, tmp_path: Path) -> None:
    generate(tmp_path / "larger", guides=3, seed=7)
    assert files(root).items() <= files(tmp_path / "larger").items()


def test_every_guide_is_read_without_a_problem_and_is_as_long_as_ours(project: Project) -> None:
    assert project.library.problems == ()
    assert len(project.library.guides) == 2
    for guide in project.library.guides:
        assert 40 <= len(guide.cells) <= 60
        assert any("varies" in cell.tags for cell in guide.cells)


def test_every_record_is_that_of_todays_code_on_every_backend(project: Project) -> None:
    for entry in entries(project):
        assert [view.backend for view in entry.views] == list(BACKENDS)
        assert [view.record.profile for view in entry.views if view.record] == ["full"] * 3
        assert list(entry.parity.findings) == []
    assert project.damaged == {}


def test_every_catalog_translates_its_guide_as_a_whole(project: Project) -> None:
    (locale,) = locales(project.settings)
    made = in_language(project, locale, entries(project))
    assert not made.problems
    assert {each.whole for each in made.translations.values()} == {True}


def test_a_translated_message_keeps_code_and_addresses() -> None:
    message = "The shape of `layer.call()` is [here](a.md#b). {#id}"
    made = translated(message)
    assert "`layer.call()`" in made
    assert "](a.md#b)" in made
    assert "{#id}" in made
    assert "shape" not in made

"""All guides of a project: one that is broken leaves the others alone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from authoring import project, text

from guidewright.errors import WRONG_USE, InputError
from guidewright.settings import Settings
from guidewright.source.library import load
from guidewright.source.naming import RESERVED

GOOD = text("x = 1")
BROKEN = Path(__file__).parent / "data" / "broken"


def told(settings: Settings) -> list[tuple[str, str, str]]:
    return [(problem.path, problem.message, problem.hint) for problem in load(settings).problems]


def test_guides_are_found_at_every_level_and_sorted(tmp_path: Path) -> None:
    settings = project(tmp_path, guides={"b": GOOD, "a/c": GOOD, "a": GOOD, "Z-1/x_2": GOOD})
    found = load(settings)
    assert found.problems == ()
    assert [guide.slug for guide in found.guides] == ["Z-1/x_2", "a", "a/c", "b"]
    assert found.guides[2].path == "guides/a/c.py"


@pytest.mark.parametrize(
    "name",
    ["_helper", "_parts/a", "a/_b", ".hidden", ".git/a", "records/a/torch/x", "locales/ko/a"],
)
def test_what_is_no_guide_is_passed_over(tmp_path: Path, name: str) -> None:
    settings = project(tmp_path, guides={"good": GOOD, name: "not a guide"})
    (settings.guides / "notes.md").write_text("x", "utf-8")
    found = load(settings)
    assert ([guide.slug for guide in found.guides], found.problems) == (["good"], ())


def test_broken_guides_are_all_told_and_the_good_one_is_there(tmp_path: Path) -> None:
    settings = project(tmp_path, guides={"good": GOOD})
    for file in BROKEN.glob("*.py"):
        shutil.copy(file, settings.guides / file.name)
    found = load(settings)
    slugs = {guide.slug for guide in found.guides}
    told = {problem.path for problem in found.problems}
    errors = {problem.path for problem in found.errors}
    assert "good" in slugs
    assert "guides/good.py" not in told
    assert told == {f"guides/{file.name}" for file in BROKEN.glob("*.py")}
    assert slugs == {
        file.stem for file in settings.guides.glob("*.py") if f"guides/{file.name}" not in errors
    }


def test_a_reading_order_that_names_no_guide_is_told_and_stops_nothing(tmp_path: Path) -> None:
    settings = replace(project(tmp_path, guides={"good": GOOD}), reading_order=("good", "goood"))
    found = load(settings)
    assert (len(found.guides), found.errors) == (1, ())
    (problem,) = found.problems
    assert (problem.path, problem.hint) == ("pyproject.toml", "did you mean 'good'?")
    assert "'goood'" in problem.message


@pytest.mark.parametrize("reserved", sorted(RESERVED))
@pytest.mark.parametrize("pattern", ["{}", "a/{}", "a/{}/b", "{}x/{}"])
def test_a_reserved_name_is_refused_at_any_level(tmp_path: Path, reserved: str, pattern: str) -> None:
    for name in (reserved, reserved.upper()):
        slug = pattern.format(name, name)
        root = tmp_path / name
        settings = project(root, guides={"good": GOOD, slug: GOOD})
        assert told(settings) == [
            (
                f"guides/{slug}.py",
                f"the name '{name}' is reserved for the site's own pages and folders",
                "rename it",
            )
        ]
        assert [guide.slug for guide in load(settings).guides] == ["good"]


@pytest.mark.parametrize("name", ["two words", "größe", "a.b", "-a", "a+b", "a\nb", "tab\t"])
def test_a_name_that_is_no_slug_is_refused(tmp_path: Path, name: str) -> None:
    settings = project(tmp_path, guides={"good": GOOD, name: GOOD, f"{name}/in": GOOD})
    message = f"'{name}' is no slug: letters, digits, '_' and '-' only"
    assert told(settings) == sorted(
        [(f"guides/{name}.py", message, "rename it"), (f"guides/{name}/in.py", message, "rename it")],
        key=lambda row: row[0].removesuffix(".py"),
    )
    assert [guide.slug for guide in load(settings).guides] == ["good"]


def test_slugs_that_differ_only_in_case_are_refused_both(tmp_path: Path) -> None:
    settings = project(
        tmp_path, guides={"good": GOOD, "Intro": GOOD, "intro": GOOD, "a/B": GOOD, "A/b": GOOD}
    )
    if len(list(settings.guides.rglob("*.py"))) < 5:
        pytest.skip("this file system tells no case apart")
    assert sorted(told(settings)) == [
        ("guides/A/b.py", "the slug differs only in case from: a/B", "rename one"),
        ("guides/Intro.py", "the slug differs only in case from: intro", "rename one"),
        ("guides/a/B.py", "the slug differs only in case from: A/b", "rename one"),
        ("guides/intro.py", "the slug differs only in case from: Intro", "rename one"),
    ]
    assert [guide.slug for guide in load(settings).guides] == ["good"]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    settings = project(tmp_path, guides={"good": GOOD})
    (settings.guides / "folder.py").mkdir()
    (settings.guides / "gone.py").symlink_to("nowhere.py")
    assert told(settings) == [
        ("guides/folder.py", "cannot be read: Is a directory", "mend its permissions"),
        ("guides/gone.py", "cannot be read: No such file or directory", "mend its permissions"),
    ]
    assert [guide.slug for guide in load(settings).guides] == ["good"]


def test_a_project_without_its_folder_is_told(tmp_path: Path) -> None:
    settings = project(tmp_path)
    settings.guides.rmdir()
    with pytest.raises(InputError) as error:
        load(settings)
    (problem,) = error.value.problems
    assert (problem.path, problem.message) == ("guides", "there is no such folder")
    assert problem.hint == "create it, or set 'guides' in [tool.guidewright]"
    assert error.value.exit_code == WRONG_USE


def test_an_empty_folder_is_an_empty_library(tmp_path: Path) -> None:
    found = load(project(tmp_path))
    assert (found.guides, found.problems, found.errors) == ((), (), ())


def test_warnings_are_no_errors(tmp_path: Path) -> None:
    found = load(project(tmp_path, guides={"a": GOOD.replace("\n", "\r\n")}))
    assert len(found.guides) == len(found.problems) == 1
    assert found.errors == ()

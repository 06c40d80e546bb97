"""``guidewright new``: what it writes is a guide that passes every check, and nothing is overwritten."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from authoring import project
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright import starters
from guidewright.commands.new import TEMPLATE, Wanted, new
from guidewright.commands.project import Project, open_project
from guidewright.errors import InputError
from guidewright.source import percent, scaffold

TODAY = dt.date(2026, 11, 23)
SAID = {"title": "My guide", "description": "What it shows.", "authors": ("A. Author",)}


@pytest.fixture
def opened(tmp_path: Path) -> Project:
    project(tmp_path)
    return open_project(tmp_path)


def write(opened: Project, slug: str = "mine", **said: object) -> str:
    new(opened, Wanted(slug=slug, **{**SAID, **said}), None, TODAY)  # type: ignore[arg-type]
    return (opened.settings.guides / f"{slug}.py").read_text("utf-8")


@pytest.mark.parametrize("slug", ["mine", "deep/er/mine"])
def test_the_new_guide_passes_the_checks_and_claims_every_backend(opened: Project, slug: str) -> None:
    write(opened, slug)
    library = open_project(opened.settings.root).library
    (guide,) = library.guides
    assert library.problems == ()
    assert (guide.slug, guide.header.title, guide.header.created) == (slug, "My guide", TODAY)
    assert guide.header.backends == ("jax", "torch", "numpy")
    assert any("test" in cell.tags for cell in guide.cells)


def test_what_was_said_stands_in_the_header(opened: Project) -> None:
    write(
        opened,
        tags=("a", "b"),
        backends=("torch",),
        category="basics",
        authors=("[A](https://a.example)", "B"),
    )
    (guide,) = open_project(opened.settings.root).library.guides
    header = guide.header
    assert (header.tags, header.backends) == (("a", "b"), ("torch",))
    assert header.authors == ("[A](https://a.example)", "B")


def test_it_says_what_to_do_next(opened: Project, capsys: pytest.CaptureFixture[str]) -> None:
    write(opened)
    said = capsys.readouterr().out
    assert "wrote guides/mine.py" in said
    assert "guidewright run mine --backend jax" in said


@pytest.mark.parametrize(
    ("slug", "why"),
    [
        ("../mine", "is no slug"),
        ("/tmp/mine", "is no slug"),
        ("", "is no slug"),
        ("a//b", "is no slug"),
        ("mine.py", "is no slug"),
        ("_mine", "is no slug"),
        ("내_안내서", "is no slug"),
        ("index", "reserved"),
        ("deep/Records", "reserved"),
        ("INTRO", "differs only in case"),
        ("intro", "is there already"),
    ],
)
def test_a_name_that_the_library_would_refuse_is_refused_and_nothing_is_written(
    tmp_path: Path, slug: str, why: str
) -> None:
    project(tmp_path, guides={"intro": "as it was"})
    opened = open_project(tmp_path)
    with pytest.raises(InputError, match=why):
        write(opened, slug)
    assert [path.name for path in opened.settings.guides.rglob("*")] == ["intro.py"]
    assert (opened.settings.guides / "intro.py").read_text("utf-8") == "as it was"


def test_a_link_out_of_the_guides_folder_is_refused(opened: Project, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (opened.settings.guides / "away").symlink_to(outside)
    with pytest.raises(InputError, match="would not be in the guides folder"):
        write(opened, "away/mine")
    assert list(outside.iterdir()) == []


def test_a_link_that_leads_nowhere_is_not_written_through(opened: Project, tmp_path: Path) -> None:
    (opened.settings.guides / "mine.py").symlink_to(tmp_path / "nowhere.py")
    with pytest.raises(InputError, match="is there already"):
        write(opened)
    assert not (tmp_path / "nowhere.py").exists()


def test_unknown_backends_and_categories_are_told_together_with_the_nearest(opened: Project) -> None:
    with pytest.raises(InputError) as caught:
        write(opened, backends=("troch",), category="basic")
    hints = [problem.hint for problem in caught.value.problems]
    assert hints == ["did you mean 'basics'?", "did you mean 'torch'?"]


def test_without_a_terminal_what_is_missing_is_named(opened: Project) -> None:
    with pytest.raises(InputError, match="nobody is here to be asked for --title, --description") as caught:
        write(opened, title="", description="")
    assert "guidewright new mine --title" in caught.value.problems[0].hint


def test_a_terminal_is_asked_for_what_was_not_said(tmp_path: Path) -> None:
    project(tmp_path)
    text = (tmp_path / "pyproject.toml").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(
        text.replace('basics = "Basics"', 'basics = "Basics"\nmore = "More"'), "utf-8"
    )
    opened = open_project(tmp_path)
    answers = {"Title": "Asked", "Description, in one sentence": "So it was.", "Category": "more"}
    asked: list[tuple[str, str, tuple[str, ...]]] = []

    def ask(question: str, proposed: str, choices: tuple[str, ...]) -> str:
        asked.append((question, proposed, choices))
        return answers[question]

    new(opened, Wanted(slug="my_own-guide", authors=("A",)), ask, TODAY)
    (guide,) = open_project(tmp_path).library.guides
    assert (guide.header.title, guide.header.description, guide.header.category) == (
        "Asked",
        "So it was.",
        "more",
    )
    assert asked[0] == ("Title", "My own guide", ())
    assert asked[-1] == ("Category", "basics", ("basics", "more"))


def test_the_projects_own_template_is_taken_with_the_first_claimed_backend_named(opened: Project) -> None:
    own = starters.find()["keras"].template.replace("getting_started", "basics")
    (opened.settings.guides / TEMPLATE).write_text(own, "utf-8")
    text = write(opened, backends=("torch",))
    assert 'os.environ["KERAS_BACKEND"] = "torch"' in text
    assert "# quick: {epochs: 1}\n" in text
    assert text.index("# backends: [torch]") < text.index("# quick:")


def test_a_template_that_is_no_guide_is_told_with_its_place(opened: Project) -> None:
    (opened.settings.guides / TEMPLATE).write_text("# ---\n# title: A\n", "utf-8")
    with pytest.raises(InputError, match=r"guides/_template\.py:"):
        write(opened)
    assert not (opened.settings.guides / "mine.py").exists()


_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1
).filter(lambda text: text.strip() and "\ufeff" not in text)


@settings(deadline=None, max_examples=40)
@given(title=_WORDS, description=_WORDS, author=_WORDS)
def test_whatever_the_title_is_it_comes_out_of_the_header_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, title: str, description: str, author: str
) -> None:
    made = project(tmp_path_factory.mktemp("project"))
    said = {"title": title, "description": description, "authors": [author], "category": "basics"}
    text = scaffold.compose(starters.template(), said, {})
    parsed = percent.parse(text.encode(), path="guides/a.py", slug="a", settings=made)
    assert parsed.guide is not None, "\n".join(map(str, parsed.problems))
    header = parsed.guide.header
    assert (header.title, header.description, header.authors) == (title, description, (author,))
    assert parsed.problems == ()

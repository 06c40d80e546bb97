"""``guidewright import`` as a command: what it refuses, what it never overwrites, and where pictures go."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from authoring import project, text
from click.testing import CliRunner, Result
from samples import SITE, simple, views

from guidewright.cli import main
from guidewright.lint.links import Link, Outline, problems
from guidewright.model import Cell
from guidewright.render.notebook import notebook as published
from guidewright.render.page import pictures
from guidewright.settings import Settings
from guidewright.source import library
from guidewright.source.foreign import intake

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c"
    "6360606060000000050001a5f645400000000049454e44ae426082"
)
SCRIPT = "# # A script\n#\n# Words.\n\nx = 1\n"


@pytest.fixture
def made(tmp_path: Path) -> Settings:
    return project(tmp_path / "project", guides={"there": text("# %%\nx = 1")})


def call(made: Settings, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["--root", str(made.root), *map(str, arguments)])


def tree(made: Settings) -> dict[str, bytes]:
    """Return every file of the project but the cache's."""
    return {
        path.relative_to(made.root).as_posix(): path.read_bytes()
        for path in sorted(made.root.rglob("*"))
        if path.is_file() and made.cache not in path.parents
    }


def refused(made: Settings, *arguments: str | Path) -> str:
    """Import what must be refused with 2, and nothing written; return what is said."""
    before = tree(made)
    result = call(made, "import", *arguments)
    assert result.exit_code == 2, result.output
    assert tree(made) == before
    assert "→" in result.stderr
    return result.stderr


def script(folder: Path, name: str = "script.py", words: str = SCRIPT) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(words, "utf-8")
    return file


def book(*cells: Any) -> str:
    return nbformat.writes(nbformat.v4.new_notebook(cells=list(cells)))


# ----------------------------------------------------------------- refused


@pytest.mark.parametrize("slug", ["../outside", "/outside", "a/../../b", "..", "a\\b"])
def test_a_name_that_leaves_the_guides_folder_is_refused(slug: str, made: Settings, tmp_path: Path) -> None:
    assert "leads out of the guides folder" in refused(made, script(tmp_path), "--slug", slug)
    assert not (tmp_path / "outside.py").exists()


@pytest.mark.parametrize(("slug", "told"), [("index", "reserved"), ("a b", "no slug"), ("THERE", "in case")])
def test_a_name_that_is_none_of_a_guide_is_refused(
    slug: str, told: str, made: Settings, tmp_path: Path
) -> None:
    assert told in refused(made, script(tmp_path), "--slug", slug)


def test_a_guide_that_is_there_stays_without_force(made: Settings, tmp_path: Path) -> None:
    assert "is there already" in refused(made, script(tmp_path), "--slug", "there")
    assert call(made, "import", script(tmp_path), "--slug", "there", "--force").exit_code in (0, 1)
    assert b"A script" in tree(made)["guides/there.py"]


def test_a_large_notebook_is_refused_before_it_is_read(
    made: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "large.ipynb"
    with file.open("wb") as opened:
        opened.truncate(50 * 2**20)

    def never(_: int) -> bytes:
        raise AssertionError("read")

    monkeypatch.setattr(intake, "contents", never)
    said = refused(made, file)
    assert "has 50 MB" in said
    assert "--clear-output" in said


def test_a_symbolic_link_is_refused(made: Settings, tmp_path: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to(script(tmp_path))
    assert "is a symbolic link" in refused(made, link)


def test_a_file_that_is_not_there_a_folder_and_a_pipe_are_refused(made: Settings, tmp_path: Path) -> None:
    assert "No such file" in refused(made, tmp_path / "gone.py")
    assert "no plain file" in refused(made, tmp_path)
    os.mkfifo(tmp_path / "pipe.py")
    assert "no plain file" in refused(made, tmp_path / "pipe.py")


def test_nothing_is_written_through_a_symbolic_link(made: Settings, tmp_path: Path) -> None:
    outside = script(tmp_path, "outside.py", "mine\n")
    (made.guides / "linked.py").symlink_to(outside)
    (made.guides / "folder").symlink_to(tmp_path)
    (made.guides / "guide.files").symlink_to(tmp_path)
    for slug in ("linked", "folder/guide", "guide"):
        assert "symbolic link" in refused(made, script(tmp_path), "--slug", slug, "--force")
    assert outside.read_text("utf-8") == "mine\n"


@pytest.mark.parametrize("more", ["y = 2\n", ""])
def test_a_file_that_changes_while_it_is_read_is_refused(
    more: str, made: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, whole = script(tmp_path), intake.contents

    def changing(descriptor: int) -> bytes:
        found = whole(descriptor)
        file.write_text(SCRIPT[:-2] + more, "utf-8")
        return found

    monkeypatch.setattr(intake, "contents", changing)
    assert "changed while it was read" in refused(made, file)


def test_a_file_without_cells_is_refused(made: Settings, tmp_path: Path) -> None:
    assert "no cell that holds anything" in refused(made, script(tmp_path, "empty.ipynb", book()))


def test_an_unknown_category_is_refused(made: Settings, tmp_path: Path) -> None:
    assert "unknown category 'cooking'" in refused(made, script(tmp_path), "--category", "cooking")


# ----------------------------------------------------------------- written


def test_what_the_user_says_wins_and_json_tells_all(made: Settings, tmp_path: Path) -> None:
    said = [
        "--title",
        "Mine",
        "--author",
        "Ann",
        "--author",
        "Bob",
        "--description",
        "It is.",
        "-o",
        "a/mine",
    ]
    result = call(made, "import", script(tmp_path), *said, "--json")
    found = json.loads(result.stdout)
    assert found["guide"] == "guides/a/mine.py"
    assert found["cells"] == 2
    assert any("chooses a backend" in note["message"] for note in found["notes"])
    guide = library.read(made.guides / "a/mine.py", "a/mine", made).guide
    assert guide
    assert (guide.header.title, guide.header.authors, guide.header.description) == (
        "Mine",
        ("Ann", "Bob"),
        "It is.",
    )


@pytest.mark.parametrize(("declared", "kept"), [("", "[losses, saving]"), ('saving = "saving"', "[saving]")])
def test_tags_are_kept_where_the_settings_have_them(tmp_path: Path, declared: str, kept: str) -> None:
    made = project(tmp_path / "project", f"\n[tool.guidewright.tags]\n{declared}\n")
    matter = (
        "---\ntitle: T\ntags: [losses, saving]\njupytext: {text_representation: {format_name: myst}}\n---\n"
    )
    page = script(tmp_path, "page.md", f"{matter}\nWords.\n\n```{{code-cell}} python\nx = 1\n```\n")
    done = call(made, "import", page, "--slug", "page")
    assert done.exit_code == 0, done.output
    assert f"\n# tags: {kept}\n" in tree(made)["guides/page.py"].decode()
    assert ("declare no such tag: losses" in done.stderr) == bool(declared)


def test_the_name_is_made_of_the_files(made: Settings, tmp_path: Path) -> None:
    call(made, "import", script(tmp_path, "My Old-Guide (2).py"))
    assert "guides/my_old_guide_2.py" in tree(made)


def test_pictures_come_along_and_are_shown_from_the_guides_own_folder(made: Settings, tmp_path: Path) -> None:
    cell = nbformat.v4.new_markdown_cell("![a dot](attachment:dot.png) ![beside](img/dot2.png)")
    cell["attachments"] = {"dot.png": {"image/png": base64.b64encode(PNG).decode()}}
    other = PNG[:-1] + b"\0"
    (tmp_path / "img").mkdir()
    (tmp_path / "img/dot2.png").write_bytes(other)
    result = call(made, "import", script(tmp_path, "shown.ipynb", book(cell)))
    assert result.exit_code == 0, result.output
    written = tree(made)
    assert written["guides/shown.files/dot.png"] == PNG
    assert written["guides/shown.files/dot2.png"] == other
    assert b"![a dot](shown.files/dot.png) ![beside](shown.files/dot2.png)" in written["guides/shown.py"]
    back = call(made, "export", "ipynb", "shown").stdout
    assert json.loads(back)["cells"][1]["attachments"]["dot.png"] == cell["attachments"]["dot.png"]


def test_a_picture_outside_of_the_files_folder_is_not_taken(made: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    words = book(nbformat.v4.new_markdown_cell("![a dot](../secret.png)"))
    result = call(made, "import", script(tmp_path, "below/x.ipynb", words))
    assert "cannot be taken along" in result.stderr
    assert not [path for path in tree(made) if path.endswith(".png")]


# --------------------------------------------------------------- published


def test_a_guides_own_pictures_are_on_its_page_and_in_its_notebooks(made: Settings) -> None:
    (made.guides / "there.files").mkdir()
    (made.guides / "there.files/dot.png").write_bytes(PNG)
    (made.guides / "there.files/.hidden").write_bytes(b"")
    (made.guides / "there.files/link.png").symlink_to(made.guides / "there.files/dot.png")
    read = library.read(made.guides / "there.py", "there", made).guide
    assert read
    assert read.pictures == {"there.files/dot.png": PNG}
    assert pictures(read) == {"guides/there.files/dot.png": PNG}

    cell = Cell(id="shows", kind="markdown", source="![a dot](there.files/dot.png)", line=1)
    guide = simple("there", "There", (cell,))
    guide = type(guide)(
        slug=guide.slug, path=guide.path, header=guide.header, cells=guide.cells, pictures=read.pictures
    )
    view = views(guide, jax="nothing")[0]
    shown = json.loads(published(guide, view, site=SITE, executed=False))["cells"][-1]
    assert shown["source"] in ("![a dot](attachment:dot.png)", ["![a dot](attachment:dot.png)"])
    assert base64.b64decode(shown["attachments"]["dot.png"]["image/png"]) == PNG


def test_a_link_to_a_picture_that_is_not_there_is_told() -> None:
    links = tuple(Link(target=f"a.files/{name}.png", line=1, column=1, cell="1") for name in ("dot", "gone"))
    outline = Outline(
        slug="a",
        path="guides/a.py",
        anchors=frozenset(),
        links=links,
        pictures=frozenset({"a.files/dot.png"}),
    )
    (found,) = problems(outline, {"a": outline})
    assert "'a.files/gone.png' leads to no guide" in found.message
    assert "a.files/" in found.hint


# ------------------------------------------------------------------ export


def test_a_tutobook_refuses_what_it_cannot_hold_with_its_line(made: Settings) -> None:
    (made.guides / "magic.py").write_text(text("# %%\n# %matplotlib inline\nx = 1"), "utf-8")
    result = call(made, "export", "tutobook", "magic")
    assert result.exit_code == 2
    assert "guides/magic.py:" in result.stderr
    assert not result.stdout


def test_a_tutobook_refuses_code_that_would_open_a_block(made: Settings) -> None:
    (made.guides / "quoted.py").write_text(text('# %%\nx = 1\n"""Words."""'), "utf-8")
    result = call(made, "export", "tutobook", "quoted")
    assert result.exit_code == 2
    assert "would open a block" in result.stderr


def test_a_tutobook_says_which_cells_it_leaves_out(made: Settings) -> None:
    (made.guides / "tested.py").write_text(text("# %%\nx = 1", '# %% tags=["test"]\nassert x == 1'), "utf-8")
    result = call(made, "export", "tutobook", "tested")
    assert result.exit_code == 0
    assert "is a 'test' cell, and is left out" in result.stderr
    assert "assert" not in result.stdout


def test_exporting_an_unknown_guide_is_wrong_use(made: Settings) -> None:
    result = call(made, "export", "myst", "nosuch")
    assert result.exit_code == 2
    assert "there is no guide 'nosuch'" in result.stderr

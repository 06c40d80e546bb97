"""Importing, then exporting, loses no cell, no order and no token of code, in every format."""

from __future__ import annotations

import datetime as dt
import functools
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from authoring import project, text
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from guidewright import pycode
from guidewright.errors import InputError
from guidewright.model import Guide
from guidewright.pycode.comments import code_tokens
from guidewright.settings import Settings, load
from guidewright.source import library, percent
from guidewright.source.foreign import guide as writer
from guidewright.source.foreign import notebook, scripts, tutobook, write
from guidewright.source.foreign.carry import Place, carry
from guidewright.source.foreign.sheet import Piece, Sheet, trimmed

ROOT = Path(__file__).parents[2]
FIELDS: dict[str, Any] = {
    "title": "A guide",
    "description": "What it shows.",
    "authors": ["Ann", "[Bob, Dr.](https://example.org/a,b)"],
    "created": dt.date(2020, 4, 12),
    "modified": dt.date(2023, 6, 25),
    "category": "basics",
}
LINES = st.sampled_from(
    [
        *(
            "## Über $x^2$",
            "### 값 & ünïcode 🎉",
            "Words with `code` and *marks*.",
            "- item",
            "",
            "    indented",
        ),
        *(
            "```python",
            "```",
            "~~~~",
            "````text",
            "| a | b |",
            "# %% no cell",
            "+++",
            "%% x",
            "\\",
            "> quoted",
            "***",
        ),
        *("# +", "# -", "---", "{#id}", "$$", "[a](#b)", "'''", "é\u0301", "~~~", "``` `x`", "!ls", "%magic"),
    ]
)
CODE = st.sampled_from(
    [
        *(
            "x = 1",
            "print('é')",
            "y = '''\n\"\"\"\n'''",
            'z = """a\nb"""',
            "def f():\n    return 1",
            "# a comment",
        ),
        *("# %% looks like a marker", "%matplotlib inline", "!ls -la", "a = [\n    1,\n]", "", "# +", "# -"),
        *(
            "s = 'it''s'",
            "값 = '값'",
            "@f\nclass C:\n    '''Doc.'''",
            't = f"{x}"  # end',
            "for i in x:\n\n\n    i",
            "# !ls",
        ),
    ]
)
CELLS = st.lists(
    st.one_of(
        st.tuples(st.just("markdown"), st.lists(LINES, max_size=5).map("\n".join)),
        st.tuples(st.just("code"), st.lists(CODE, max_size=4).map("\n".join)),
        st.tuples(
            st.just("code"), st.sampled_from(["%%bash\necho a", "%%time\nx = 1", "!ls\n!date", "!a \\\n  b"])
        ),
        st.tuples(
            st.sampled_from(["markdown", "code"]),
            st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=20),
        ),
    ),
    min_size=1,
    max_size=6,
)


@functools.cache
def settings_of_a_project() -> Settings:
    return project(Path(tempfile.mkdtemp(prefix="guidewright-import-")))


def pieces(cells: Sequence[tuple[str, str]]) -> tuple[Piece, ...]:
    made = (Piece(kind=kind, source=trimmed(source)) for kind, source in cells)  # type: ignore[arg-type]
    return tuple(piece for piece in made if not piece.blank)


def is_code(source: str) -> bool:
    try:
        code_tokens(source)
        pycode.meaning(source)
    except (SyntaxError, ValueError):
        return False
    return True


def tokens(piece: Piece) -> list[tuple[int, str]]:
    return code_tokens(piece.source)


def imported(sheet: Sheet) -> Guide:
    """Carry a sheet over, write it, and read the guide's file."""
    carried = carry(replace(sheet, fields=FIELDS), Place(slug="intro", guides={})).sheet
    text_ = writer.compose(carried.fields, carried.pieces, sheet.path)
    found = percent.parse(
        text_.encode(), path="guides/intro.py", slug="intro", settings=settings_of_a_project()
    )
    assert found.guide, "\n".join(map(str, found.problems))
    assert not [problem for problem in found.problems if problem.rule == "canonical"]
    return found.guide


def notebook_of(cells: Sequence[tuple[str, str]]) -> bytes:
    new = nbformat.v4
    made = [
        (new.new_markdown_cell if kind == "markdown" else new.new_code_cell)(source) for kind, source in cells
    ]
    return nbformat.writes(new.new_notebook(cells=made)).encode()


def told_with_its_place(error: InputError) -> None:
    """What a format cannot hold is told with its cell or line, and nothing is written."""
    for problem in error.problems:
        assert "this cell" in problem.message
        assert problem.hint


# ------------------------------------------------------------------- laws


@given(CELLS)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_notebook_keeps_every_cell_its_order_and_its_tokens(cells: list[tuple[str, str]]) -> None:
    assume(pieces(cells))
    assume(all(is_code(source) for kind, source in cells if kind == "code"))
    assume(not any("$" in source or "\\(" in source for _, source in cells))  # formulas have their own rules
    sheet = notebook.read(notebook_of(cells), "x.ipynb")
    wanted = [piece for piece in pieces(cells) if not piece.blank]
    try:
        guide = imported(sheet)
    except InputError as error:
        return told_with_its_place(error)
    found = [cell for cell in guide.cells if cell.source.strip()]
    assert [cell.kind for cell in found] == [piece.kind for piece in wanted]
    for cell, piece in zip(found, wanted, strict=True):
        if piece.kind == "code":
            assert code_tokens(cell.source) == tokens(piece)
    again = notebook.read(write.write(guide, "ipynb", {})[0].encode(), "y.ipynb")
    assert [(piece.kind, piece.source) for piece in again.pieces] == [
        (cell.kind, trimmed(cell.source)) for cell in found
    ]


@pytest.mark.parametrize("form", write.FORMATS)
@given(cells=CELLS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_export_holds_all_or_is_refused_with_the_line(form: str, cells: list[tuple[str, str]]) -> None:
    assume(pieces(cells))
    assume(all(is_code(source) for kind, source in cells if kind == "code"))
    assume(not any("$" in source or "\\(" in source for _, source in cells))
    try:
        guide = imported(Sheet(path="x", pieces=pieces(cells)))
        written, _ = write.write(guide, form, {})
    except InputError as error:
        return told_with_its_place(error)
    found = read(written, form)
    kept = [cell for cell in guide.cells if cell.source.strip()]
    assert [(piece.kind, piece.source) for piece in found.pieces] == [
        (c.kind, trimmed(c.source)) for c in kept
    ]
    assert found.fields["title"] == FIELDS["title"]
    assert list(found.fields["authors"]) == FIELDS["authors"]
    assert str(found.fields["created"]) == "2020-04-12"
    assert str(found.fields["modified"]) == "2023-06-25"


def read(written: str, form: str) -> Sheet:
    if form == "tutobook":
        return tutobook.read(written, "x.py")
    if form == "ipynb":
        return notebook.read(written.encode(), "x.ipynb")
    return scripts.read(written, "x", ".md" if form == "myst" else ".py")


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("markdown"), st.text('ab #`"\n-', min_size=1, max_size=12)),
            st.tuples(
                st.just("code"),
                st.sampled_from(["x = 1", "y = 2\n\n\nz = 3", "'''\n\"\"\"\n'''", "!ls\n!date"]),
            ),
        ),
        max_size=6,
    )
)
@settings(max_examples=100, deadline=None)
def test_a_tutobook_is_read_as_it_was_written(cells: list[tuple[str, str]]) -> None:
    made = pieces(cells)
    assume(not any(tutobook.refusals(piece) for piece in made))
    found = tutobook.read(tutobook.write({**FIELDS, "accelerator": "gpu"}, made), "x.py")
    assert [(piece.kind, piece.source) for piece in found.pieces] == [(p.kind, p.source) for p in made]
    assert found.fields["accelerator"] == "gpu"


# --------------------------------------------------------- real documents

GUIDES = sorted(path.stem for path in (ROOT / "guides").glob("*.py") if not path.name.startswith("_"))


@pytest.mark.parametrize("slug", GUIDES)
def test_every_guide_of_ours_is_exported_and_comes_back(slug: str) -> None:
    own = load(ROOT)
    guide = library.read(own.guides / f"{slug}.py", slug, own).guide
    assert guide
    for form in write.FORMATS:
        sheet = read(write.write(guide, form, guide.pictures)[0], form)
        carried = carry(sheet, Place(slug=slug, guides={slug: ()}))
        shown = [cell for cell in guide.cells if form != "tutobook" or not cell.hidden]
        assert len(carried.sheet.pieces) == len(shown)
        for piece, cell in zip(carried.sheet.pieces, shown, strict=True):
            assert piece.kind == cell.kind
            if piece.kind == "code":
                assert code_tokens(piece.source) == code_tokens(cell.source)
            elif form != "tutobook":
                assert set(piece.tags) == set(cell.tags)


def test_a_guide_comes_back_with_its_own_header(tmp_path: Path) -> None:
    source = text("# %%\nx = 1", "# %% [markdown]\n# Words.", requires="[pandas]", tags="[a, b]")
    made = project(tmp_path, guides={"intro": source})
    guide = library.read(made.guides / "intro.py", "intro", made).guide
    assert guide
    for form in ("ipynb", "py:light", "myst"):
        sheet = read(write.write(guide, form, {})[0], form)
        assert sheet.fields["requires"] == ["pandas"]
        assert sheet.fields["tags"] == ["a", "b"]
        assert sheet.fields["category"] == "basics"

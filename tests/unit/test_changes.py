"""Two records of one job: what changed between them, and the page that shows it."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import made
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from guidewright.compare.changes import changes
from guidewright.compare.numbers import Between, moves
from guidewright.model import Cell, CellRun, Guide, Header, Record
from guidewright.render.changes import page


def text(value: str, stream: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": stream, "text": value}


def picture(colour: str, size: tuple[int, int] = (8, 8), mode: str = "RGB") -> dict[str, Any]:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    return {
        "output_type": "display_data",
        "data": {"image/png": data, "text/plain": "<Figure>"},
        "metadata": {},
    }


def record(*cells: list[dict[str, Any]] | CellRun, code: str = "code", **changed: Any) -> Record:
    runs = tuple(
        cell
        if isinstance(cell, CellRun)
        else CellRun(id=f"c{number}", status="ok", seconds=0.1, outputs=tuple(cell))
        for number, cell in enumerate(cells)
    )
    return made.record(cells=runs, fingerprint=made.fingerprint(code), **changed)


def cell(id: str, line: int = 10, **options: Any) -> Cell:
    return Cell(id=id, kind="code", source=f"run('<{id}>')", line=line, **options)


def guide(*cells: Cell) -> Guide:
    header = Header(
        title="T", description="D", authors=("A",), created=made.STARTED.date(), modified=made.STARTED.date(),
        category="basics", backends=("alpha",),
    )  # fmt: skip
    return Guide(slug="intro", path="guides/intro.py", header=header, cells=cells)


def states(old: Record, new: Record, *cells: Cell) -> list[str]:
    return [change.state for change in changes(old, new, {cell.id: cell for cell in cells}).cells]


def test_the_same_outputs_are_no_difference() -> None:
    one = record([text("a\n")], [picture("red")])
    change = changes(one, one, {})
    assert [cell.state for cell in change.cells] == ["same", "same"]
    assert not change.differs
    assert all(not cell.pieces for cell in change.cells)


def test_noise_is_no_difference() -> None:
    old, new = (
        record([text("<a at 0x7f01>\nWall time: 1.2 s\n")]),
        record([text("<a at 0x7f99>\nWall time: 3 s\n")]),
    )
    assert states(old, new) == ["same"]


def test_numbers_within_the_tolerance_are_told_and_are_no_difference() -> None:
    change = changes(record([text("loss 0.500000")]), record([text("loss 0.500001")]), {})
    (cell,) = change.cells
    assert cell.state == "close"
    assert not change.differs
    (number,) = cell.pieces[0].numbers
    assert (number.old, number.new, number.within, number.line) == ("0.500000", "0.500001", True, 1)


def test_the_tolerance_is_the_cells() -> None:
    old, new = record([text("loss 0.50")]), record([text("loss 0.51")])
    assert states(old, new) == ["differs"]
    assert states(old, new, cell("c0", rtol=0.1)) == ["close"]


def test_numbers_are_told_by_how_much_they_moved_and_texts_as_a_unified_diff() -> None:
    old, new = (
        record([text("epoch 1\nloss 0.5, acc 0.25\n")]),
        record([text("epoch 1\nwarming up\nloss 1.0, acc 0.25\n")]),
    )
    (piece,) = changes(old, new, {}).cells[0].pieces
    assert [(n.old, n.new, n.absolute, n.relative, n.line, n.within) for n in piece.numbers] == [
        ("0.5", "1.0", 0.5, 1.0, 3, False)
    ]
    assert piece.diff == (
        "--- old", "+++ new", "@@ -1,2 +1,3 @@", " epoch 1", "-loss 0.5, acc 0.25", "+warming up", "+loss 1.0, acc 0.25",
    )  # fmt: skip


def test_a_number_that_was_zero_moved_by_no_part_of_itself() -> None:
    (number,) = moves("0", "3", Between(one="old", other="new"))
    assert (number.absolute, number.relative) == (3.0, None)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n")), max_size=6))
def test_no_number_of_a_text_moves_against_itself(lines: list[str]) -> None:
    whole = "\n".join(lines)
    assert [*moves(whole, whole, Between(one="old", other="new"))] == []


@pytest.mark.parametrize(
    ("before", "now", "state"),
    [("ok", "failed", "broke"), ("ok", "not run", "broke"), ("failed", "ok", "mended"), ("failed", "not run", "differs"),
     ("ok", "skipped", "broke")],
)  # fmt: skip
def test_a_cell_that_ends_otherwise_has_changed(before: Any, now: Any, state: str) -> None:
    old = record(CellRun(id="c0", status=before, seconds=0))
    new = record(CellRun(id="c0", status=now, seconds=0))
    change = changes(old, new, {})
    assert [cell.state for cell in change.cells] == [state]
    assert change.differs


def test_a_job_that_ends_otherwise_has_changed() -> None:
    assert changes(record(), record(outcome="failed"), {}).differs


def test_cells_of_other_code_are_paired_by_id_and_an_edited_one_by_its_place() -> None:
    def run(id: str, said: str) -> CellRun:
        return CellRun(id=id, status="ok", seconds=0, outputs=(text(said),))

    old = record(run("a", "1"), run("b", "two"), run("c", "3"))
    new = record(run("a", "1"), run("edited", "TWO"), run("c", "3"), run("d", "4"), code="other")
    change = changes(old, new, {})
    assert [(cell.id, cell.state) for cell in change.cells] == [
        ("a", "same"), ("edited", "differs"), ("c", "same"), ("d", "added"),
    ]  # fmt: skip
    back = changes(new, old, {})
    assert [(cell.id, cell.state) for cell in back.cells][-1] == ("d", "gone")


def test_a_new_cell_that_prints_nothing_is_no_difference() -> None:
    assert states(record([]), record([], [], code="other")) == ["same", "same"]


def test_cells_of_the_same_code_are_paired_in_order_whatever_their_ids() -> None:
    renamed = record([text("a")])
    renamed = replace(renamed, cells=(replace(renamed.cells[0], id="other"),))
    assert states(record([text("a")]), renamed) == ["same"]


def test_pictures_that_differ_have_a_picture_of_the_difference() -> None:
    old, new = record([picture("white")]), record([picture("white", (8, 10))])
    (piece,) = changes(old, new, {}).cells[0].pieces
    gap = Image.open(io.BytesIO(piece.picture))
    assert gap.size == (8, 10)
    assert gap.getextrema() == ((0, 0),) * 3  # white on white paper
    (piece,) = changes(old, record([picture("#fffffe")]), {}).cells[0].pieces
    assert piece.state == "close"
    assert Image.open(io.BytesIO(piece.picture)).getextrema() == ((0, 0), (0, 0), (255, 255))


def test_an_output_of_another_kind_is_a_difference() -> None:
    assert states(record([text("a")]), record([picture("red")])) == ["differs"]


def test_versions_that_changed_are_told() -> None:
    other = replace(made.ENVIRONMENT, cores=4, distributions={"numpy": "2.1.0", "scipy": "1.0"})
    change = changes(record(), record(environment=other), {})
    assert change.environment == (("cores", "2", "4"), ("numpy", "2.0.0", "2.1.0"), ("scipy", "–", "1.0"))
    assert not change.differs


# ----------------------------------------------------------------- the page


class Addresses(HTMLParser):
    """Collects what a page would load, and whether each element is closed."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.images = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        self.images += tag == "img"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shown() -> str:
    old = record([text("<b>0.5</b>")], [picture("white")], [text("x")])
    new = record([text("<b>0.6</b>")], [picture("black")], CellRun(id="c2", status="failed", seconds=0))
    return page([(changes(old, new, {}), guide(cell("c0", 12), cell("c1", 30), cell("c2", 40)))])


def test_the_page_needs_nothing_beside_it_and_nothing_runs_in_it() -> None:
    read = Addresses()
    read.feed(shown())
    assert read.open == []
    assert read.images == 3
    assert all(address.startswith("data:image/png;base64,") for address in read.found)
    assert "<script" not in shown()
    assert not re.search(r"url\(|@import", shown())


def test_the_page_shows_places_diffs_numbers_and_pictures_side_by_side() -> None:
    told = shown()
    assert "guides/intro.py:12: cell 1" in told
    assert '<span class="minus">-&lt;b&gt;0.5&lt;/b&gt;</span><span class="plus">+&lt;b&gt;0.6' in told
    assert "<td>0.5</td><td>0.6</td><td>+0.1</td><td>+20 %</td><td>beyond</td>" in told
    assert re.findall(r"<figcaption>(\w+)", told) == ["old", "new", "difference"]
    assert "cell 3</code>: broke (ok → failed)" in told
    assert "<b>" not in told


def test_of_drawings_that_differ_no_source_is_told() -> None:
    def drawing(shape: str) -> dict[str, Any]:
        svg = f"<svg xmlns='http://www.w3.org/2000/svg'>{shape}</svg>"
        return {"output_type": "display_data", "data": {"image/svg+xml": svg}, "metadata": {}}

    old, new = record([drawing("<circle r='4'/>")]), record([drawing("<rect width='4'/>")])
    told = page([(changes(old, new, {}), guide(cell("c0")))])
    assert "<p>the drawings differ</p>" in told
    assert "&lt;svg" not in told
    assert told.count('src="data:image/svg+xml;base64,') == 2


def test_the_same_changes_give_the_same_page() -> None:
    assert shown() == shown()

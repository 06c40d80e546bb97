"""Which state a cell's comparison across backends ends in, and what is said of the first difference."""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from guidewright.compare import alike, compare
from guidewright.model import (
    BackendName,
    Cell,
    CellParity,
    CellRun,
    Environment,
    Fingerprint,
    Guide,
    GuideParity,
    Header,
    HtmlOutput,
    ImageOutput,
    NotebookOutput,
    Outcome,
    Profile,
    Record,
    TextOutput,
)
from guidewright.render.differences import difference

BACKENDS = ("jax", "tensorflow", "torch")
LAW = settings(deadline=None)
"""Laws are about results: a busy machine must not break them."""
Outputs = Mapping[BackendName, Sequence[NotebookOutput] | None]
"""What each backend's cell put out; None where the cell was skipped."""


def guide(*cells: Cell, backends: tuple[BackendName, ...] = BACKENDS) -> Guide:
    day = dt.date(2026, 11, 23)
    header = Header(
        title="T", description="D", authors=(), created=day, modified=day, category="c", backends=backends
    )
    return Guide(slug="g", path="guides/g.py", header=header, cells=cells)


def code(name: str = "a", **fields: Any) -> Cell:
    return Cell(id=name, kind="code", source="x", line=7, **fields)


def record(
    backend: BackendName,
    runs: Mapping[str, Sequence[NotebookOutput] | None],
    profile: Profile = "full",
    outcome: Outcome = "passed",
) -> Record:
    cells = [
        CellRun(
            id=name, status="skipped" if outputs is None else "ok", seconds=0, outputs=tuple(outputs or ())
        )
        for name, outputs in runs.items()
    ]
    return Record(
        slug="g",
        backend=backend,
        profile=profile,
        outcome=outcome,
        fingerprint=Fingerprint(code="c", data="d", checks="e"),
        environment=Environment(
            python="3.11",
            platform="Linux-x86_64",
            device="CPU",
            device_class="cpu",
            cores=2,
            threads=2,
            distributions={},
        ),
        started=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        seconds=1,
        cells=tuple(cells),
    )


def parity_of(
    records: Sequence[Record], *cells: Cell, backends: tuple[BackendName, ...] = BACKENDS
) -> GuideParity:
    return compare(guide(*cells, backends=backends), {(one.backend, one.profile): one for one in records})


def cell_parity(outputs: Outputs, **fields: Any) -> CellParity:
    """Compare one cell; the order of ``outputs`` is that of the guide's backends."""
    records = [record(backend, {"a": of_backend}) for backend, of_backend in outputs.items()]
    (cell,) = parity_of(records, code(**fields), backends=tuple(outputs)).cells
    return cell


def text(value: str, name: str = "stdout") -> list[NotebookOutput]:
    return [{"output_type": "stream", "name": name, "text": value}]


def two(one: str, other: str, **fields: Any) -> CellParity:
    return cell_parity({"jax": text(one), "torch": text(other)}, **fields)


def said(cell: CellParity) -> str:
    """The first difference as a terminal tells it."""
    return difference(cell.difference)


def bundle(**data: Any) -> list[NotebookOutput]:
    mimes = {"png": "image/png", "svg": "image/svg+xml", "html": "text/html", "plain": "text/plain"}
    return [{"output_type": "display_data", "data": {mimes[key]: value for key, value in data.items()}}]


def png(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def curve(shift: float = 0, *, fine: float = 0, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Draw a falling curve, moved down by ``shift`` pixels; ``fine`` moves one corner's brightness only."""
    image = Image.new("RGB", size, "white")
    points = [(x, 400 * 0.99**x + 20 + shift) for x in range(0, size[0], 4)]
    ImageDraw.Draw(image).line(points, fill=(31, 119, 180), width=2)
    image.putpixel((0, 0), (255 - int(fine), 255, 255))
    return image


# ---------------------------------------------------------------- profiles


def test_full_is_compared_where_every_backend_has_it() -> None:
    full = [record(backend, {"a": text("1")}) for backend in BACKENDS]
    quick = [record(backend, {"a": text(backend)}, "quick") for backend in BACKENDS]
    parity = parity_of([*full, *quick], code())
    assert (parity.profile, parity.cells[0].state) == ("full", "same")


@pytest.mark.parametrize("outcome", [None, "failed", "errored"])
def test_quick_is_compared_where_a_backend_has_no_passed_full_record(outcome: Outcome | None) -> None:
    full = [record(backend, {"a": text(backend)}) for backend in BACKENDS[:2]]
    full += [record("torch", {"a": text("1")}, "full", outcome)] if outcome else []
    quick = [record(backend, {"a": text("1")}, "quick") for backend in BACKENDS[1:]]
    parity = parity_of([*full, *quick], code())
    assert (parity.profile, parity.cells[0].state) == ("quick", "same")


def test_fewer_than_two_records_of_one_profile_compare_nothing() -> None:
    records = [record("jax", {"a": text("1")}), record("torch", {"a": text("1")}, "quick")]
    assert parity_of(records, code()) == GuideParity(slug="g", profile=None)
    assert parity_of([], code()) == GuideParity(slug="g", profile=None)


def test_a_guide_of_one_backend_compares_nothing() -> None:
    assert parity_of([record("jax", {"a": text("1")})], code(), backends=("jax",)).profile is None


# ------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    "cell",
    [
        code(tags=frozenset({"test"})),
        code(tags=frozenset({"quick"})),
        code(tags=frozenset({"remove-output"})),
        code(tags=frozenset({"remove-cell"})),
        code(backends=("torch",)),
        Cell(id="a", kind="markdown", source="x", line=1),
    ],
)
def test_a_cell_that_the_reader_sees_on_one_backend_or_none_is_not_compared(cell: Cell) -> None:
    records = [record(backend, {"a": text(backend)}) for backend in BACKENDS]
    assert parity_of(records, cell).cells == ()


def test_a_cell_without_output_anywhere_is_not_compared() -> None:
    assert parity_of([record(backend, {"a": []}) for backend in BACKENDS], code()).cells == ()


def test_cells_are_compared_on_the_backends_that_they_admit() -> None:
    records = [record(backend, {"a": text("1"), "b": text(backend)}) for backend in BACKENDS]
    parity = parity_of(records, code("a", backends=("jax", "torch")), code("b", tags=frozenset({"varies"})))
    assert [(cell.id, cell.line, cell.state, cell.declared) for cell in parity.cells] == [
        ("a", 7, "same", False),
        ("b", 7, "varies", True),
    ]
    assert parity.findings == ()


@pytest.mark.parametrize("without", [[], None])
def test_output_that_a_backend_lacks_is_missing(without: Sequence[NotebookOutput] | None) -> None:
    cell = cell_parity({"jax": text("1"), "torch": without})
    assert (cell.state, said(cell)) == ("missing", "torch shows no output; jax shows text")


def test_a_difference_weighs_more_than_missing_output() -> None:
    cell = cell_parity({"jax": text("1"), "tensorflow": None, "torch": text("2")})
    assert (cell.state, said(cell)) == ("varies", "line 1: jax 1, torch 2 in '1'")
    assert cell.finding


# -------------------------------------------------------------------- text


def test_noise_does_not_count() -> None:
    cell = two("9/9 ━━ 3s 9ms/step - loss: 0.5\n", "9/9 ━━ 0s 44us/step - loss: 0.5")
    assert (cell.state, said(cell)) == ("same", "")


@pytest.mark.parametrize(
    ("one", "other", "state"),
    [
        ("loss: 0.5", "loss: 0.50000001", "close"),
        ("loss: 0.5", "loss: 0.5001", "varies"),
        ("loss: 0.5", "mae: 0.5", "varies"),
        ("loss: 0.5", "loss: nan", "varies"),
        ("loss: nan", "loss: nan", "same"),
        ("[0.5 -1e-9]", "[ 0.5  1e-9]", "close"),
        ("[[ 0.5]\n [-0.25]]", "[[0.5]\n [-0.25]]", "close"),
        ("a b", "a  b", "close"),
        ("(None, 16)", "(None, 17)", "varies"),
        ("100000000", "100000001", "varies"),
        ("1e5", "100000.0", "close"),
        ("1", "1.0", "close"),
        ("dense_1", "dense_2", "varies"),
        ("float32", "float64", "varies"),
        ("2.13.0", "2.13.00001", "varies"),
        ("1.5MB", "1.50000001MB", "varies"),
        ("a\nb", "a", "varies"),
        ("x=-0.5", "x=-0.500000001", "close"),
    ],
)
def test_text_is_close_where_only_decimals_within_the_default_tolerance_differ(
    one: str, other: str, state: str
) -> None:
    assert two(one, other).state == two(other, one).state == state


def test_the_detail_names_the_first_difference() -> None:
    assert said(two("a\nloss: 0.5 1", "a\nloss: 0.6 1")) == "line 2: jax 0.5, torch 0.6 in 'loss: 0.5 1'"
    assert said(two("a\nb", "a\nc")) == "line 2: jax 'b', torch 'c'"
    assert said(two("a\nb", "a")) == "line 2: jax 'b', torch has no such line"
    assert said(two("1.00000001\n2.0", "1.0\n3.0")) == "line 2: jax 2.0, torch 3.0 in '2.0'"
    assert len(said(two("x" * 999, "y" * 999))) < 200
    assert said(two("{}", "{one}")) == "line 1: jax '{}', torch '{one}'"


def test_a_tolerance_holds_for_integers_too() -> None:
    assert two("count: 1000", "count: 1001").state == "varies"
    assert two("count: 1000", "count: 1001", rtol=1e-2).state == "close"
    assert two("count: 1000", "count: 1001", atol=1).state == "close"
    assert two("count: 1000", "count: 1002", atol=1).state == "varies"


@LAW
@given(
    base=st.floats(0.001, 1e6),
    rtol=st.sampled_from([1e-4, 1e-3, 1e-2]),
    share=st.floats(0.01, 0.95) | st.floats(1.05, 9),
    sign=st.sampled_from([1, -1]),
)
def test_the_tolerance_divides_close_from_varies(base: float, rtol: float, share: float, sign: int) -> None:
    other = base * (1 - share * rtol)
    one_text, other_text = f"{sign * base:.12f}", f"{sign * other:.12f}"
    state = "close" if share < 1 else "varies"
    assert two(one_text, other_text, rtol=rtol, atol=0).state == state
    assert two(other_text, one_text, rtol=rtol, atol=0).state == state


@LAW
@given(st.floats(0, 1), st.sampled_from([0.01, 0.1]), st.floats(0.01, 0.95) | st.floats(1.05, 9))
def test_the_absolute_tolerance_divides_close_from_varies(base: float, atol: float, share: float) -> None:
    state = two(f"{base:.12f}", f"{base + share * atol:.12f}", rtol=0, atol=atol).state
    assert state == ("close" if share < 1 else "varies")


OUTPUT = st.sampled_from(
    [
        text("loss: 0.5"),
        text("loss: 0.500000001"),
        text("loss: 0.6"),
        text("loss: 0.5") + text("careful", "stderr"),
        [],
        None,
        bundle(plain="x", html="<i>x</i>"),
        bundle(png=png(curve(size=(64, 64)))),
        bundle(png=png(curve(40, size=(64, 64)))),
    ]
)


@LAW
@given(st.tuples(OUTPUT, OUTPUT, OUTPUT))
def test_the_state_does_not_depend_on_the_order_of_the_backends(outputs: tuple[Any, Any, Any]) -> None:
    named = dict(zip(BACKENDS, outputs, strict=True))
    if not any(named.values()):
        return
    orders = [{name: named[name] for name in order} for order in permutations(BACKENDS)]
    cells = [cell_parity(order) for order in orders]
    assert len({cell.state for cell in cells}) == 1
    assert all(bool(said(cell)) is (cell.state != "same") for cell in cells)


# ---------------------------------------------------------- other outputs


def test_a_warning_on_one_backend_is_a_difference_of_stderr_alone() -> None:
    cell = cell_parity({"jax": text("careful", "stderr") + text("1"), "torch": text("1")})
    assert (cell.state, said(cell)) == ("varies", "only jax shows stderr: 'careful'")


def test_outputs_of_two_kinds_vary() -> None:
    cell = cell_parity({"jax": text("1"), "torch": bundle(png=png(curve()))})
    assert (cell.state, said(cell)) == ("varies", "jax shows text: '1', torch shows an image")


def test_html_is_compared_as_its_text_where_both_have_one() -> None:
    table = bundle(plain="0  1.00000001", html="<b>1</b>")
    assert cell_parity({"jax": table, "torch": bundle(plain="0  1.0", html="<i>1</i>")}).state == "close"
    assert cell_parity({"jax": bundle(html="<b>1</b>"), "torch": bundle(html="<b>2</b>")}).state == "varies"
    assert cell_parity({"jax": bundle(html="<b>1</b>"), "torch": bundle(html="<b>1</b>")}).state == "same"


@pytest.mark.parametrize(
    ("other", "state"),
    [
        (curve(), "same"),
        (curve(fine=255), "close"),
        (curve(0.2), "close"),
        (curve(12), "varies"),
        (curve().point(lambda value: value * 9 // 10), "varies"),
        (curve(size=(641, 480)), "varies"),
    ],
)
def test_images_are_close_where_the_eye_sees_no_difference(other: Image.Image, state: str) -> None:
    cell = cell_parity({"jax": bundle(png=png(curve())), "torch": bundle(png=png(other))})
    assert cell.state == state


def test_the_detail_of_images_tells_size_or_difference() -> None:
    def detail(other: str) -> str:
        return said(cell_parity({"jax": bundle(png=png(curve())), "torch": bundle(png=other)}))

    assert detail(png(curve(size=(641, 480)))) == "image size: jax 640×480, torch 641×480"
    assert detail(png(curve(12))).startswith("images of jax and torch differ by 0.0")
    assert detail("AAAA").startswith("an image cannot be decoded: ")


def test_transparency_is_compared_as_white() -> None:
    clear, white = Image.new("RGBA", (9, 9), (0, 0, 0, 0)), Image.new("RGB", (9, 9), "white")
    assert cell_parity({"jax": bundle(png=png(clear)), "torch": bundle(png=png(white))}).state == "close"


def test_drawings_are_compared_as_text_whatever_their_ids() -> None:
    def drawing(name: str, x: str) -> list[NotebookOutput]:
        path = f'<g id="{name}"><path d="M {x} 0"/></g><use href="#{name}"/>'
        return bundle(svg=f'<svg xmlns="http://www.w3.org/2000/svg">{path}</svg>')

    def state(one: list[NotebookOutput], other: list[NotebookOutput]) -> str:
        return cell_parity({"jax": one, "torch": other}).state

    assert state(drawing("m1", "0.5"), drawing("m1", "0.5")) == "same"
    assert state(drawing("m1", "0.5"), drawing("p2", "0.5")) == "same"
    assert state(drawing("m1", "0.5"), drawing("p2", "0.500000001")) == "close"
    assert state(drawing("m1", "0.5"), drawing("m1", "0.6")) == "varies"
    assert state(drawing("m1", "0.5"), bundle(png=png(curve()))) == "varies"


# ------------------------------------------------------------------- alike


def test_alike_is_what_looks_the_same_but_for_noise() -> None:
    fast, slow = TextOutput(text="9/9 ━ 1s 1ms/step"), TextOutput(text="9/9 ━ 2s 3ms/step")
    picture = ImageOutput(mime="image/png", data=b"1")
    assert alike([])
    assert alike([(fast,)])
    assert alike([(fast, picture), (slow, picture), (fast, picture)])
    assert alike([(), ()])


@pytest.mark.parametrize(
    "other",
    [
        (),
        (TextOutput(text="a"), TextOutput(text="b")),
        (TextOutput(text="b"),),
        (TextOutput(text="a", stream="result"),),
        (HtmlOutput(html="<b>a</b>", text="a"),),
        (ImageOutput(mime="image/png", data=b"1"),),
    ],
)
def test_what_looks_different_is_not_alike(other: tuple[Any, ...]) -> None:
    assert not alike([(TextOutput(text="a"),), other])
    assert not alike([other, (TextOutput(text="a"),)])
    assert not alike([(TextOutput(text="a"),), (TextOutput(text="a"),), other])


def test_close_numbers_and_other_html_of_one_text_are_not_alike() -> None:
    assert not alike([(TextOutput(text="0.5"),), (TextOutput(text="0.50000001"),)])
    assert not alike([(HtmlOutput(html="<b>a</b>", text="a"),), (HtmlOutput(html="<i>a</i>", text="a"),)])

"""What a guide must hold, and every way in which it can fail to: told with line, cell, and what to do next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from authoring import parse, project, text

from guidewright.errors import Problem
from guidewright.model import Cell
from guidewright.settings import Settings
from guidewright.source.checks import headings

BROKEN = Path(__file__).parent / "data" / "broken"
EXPECTED = json.loads((BROKEN / "expected.json").read_text("utf-8"))
FILES = sorted(path.stem for path in BROKEN.glob("*.py"))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return project(tmp_path_factory.mktemp("project"))


def problems(settings: Settings, *cells: str, **fields: str) -> list[Problem]:
    return [p for p in parse(text(*cells, **fields), settings).problems if p.severity == "error"]


# ------------------------------------------------- one file per failure mode


def test_every_broken_guide_says_what_is_expected_of_it() -> None:
    assert sorted(EXPECTED) == FILES
    assert len(FILES) > 80


@pytest.mark.parametrize("name", FILES)
def test_a_broken_guide_is_told_with_line_cell_and_what_to_do_next(settings: Settings, name: str) -> None:
    parsed = parse((BROKEN / f"{name}.py").read_bytes(), settings, slug=name)
    found = [
        {
            "severity": problem.severity,
            "line": problem.line,
            **({"cell": problem.cell} if problem.cell else {}),
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in parsed.problems
    ]
    assert found == EXPECTED[name]
    assert all(problem.path == f"guides/{name}.py" and problem.hint for problem in parsed.problems)
    assert (parsed.guide is None) == any(problem.severity == "error" for problem in parsed.problems)


@pytest.mark.parametrize("name", FILES)
def test_a_problem_points_at_a_line_that_the_file_has(name: str) -> None:
    lines = (BROKEN / f"{name}.py").read_bytes().count(b"\n") + 1
    assert EXPECTED[name]
    assert all(1 <= problem["line"] <= lines for problem in EXPECTED[name])


# ------------------------------------------------------------- hidden names

HIDDEN = '# %% tags=["quick"]\nsmall = 1'


@pytest.mark.parametrize(
    "reader",
    [
        "print(small)",
        "x = small",
        "small += 1",
        "del small",
        "x = [small for _ in range(3)]",
        "x = [i for i in small]",
        "x = {small: 1}",
        "x = f'{small:>3}'",
        "x = f'{1:>{small}}'",
        "x = 1 if small else 2",
        "(y := small)",
        "print(small, small := 2)",
        "for i in range(3):\n    total = small",
        "for i in range(3):\n    small = small + i",
        "if small:\n    pass",
        "if 0:\n    small = 2\nelse:\n    print(small)",
        "with small as f:\n    pass",
        "try:\n    pass\nexcept small:\n    pass",
        "match small:\n    case _: pass",
        "@small\ndef f(): pass",
        "def f(a=small): pass",
        "def f(*, a=small): pass",
        "def f(a: small): pass",
        "def f() -> small: pass",
        "f = lambda a=small: a",
        "class A(small): pass",
        "class A:\n    x = small",
        "@small\nclass A: pass",
        "assert small",
        "await small",
        "small.x = 1",
        "small[0] = 1",
        "x: small = 1",
        "%%time\nprint(small)",
        # read later, when the function is called
        "def f():\n    return small",
        "f = lambda: small",
        "def f():\n    def g():\n        return [small for _ in ()]",
        "class A:\n    def f(self): return small",
        "class A:\n    small = 3\n    def f(self): return small",
        "async def f():\n    await small",
    ],
)
def test_shown_code_must_not_read_what_only_a_hidden_cell_defines(settings: Settings, reader: str) -> None:
    (problem,) = problems(settings, "x = 0", HIDDEN, f"# One line.\n{reader}")
    assert (
        problem.message
        == "a shown cell reads 'small', which only the hidden cell on line 23 defines before it"
    )
    assert problem.cell == "3"
    first = 23 + 4
    assert first < (problem.line or 0) <= first + reader.count("\n") + 1


@pytest.mark.parametrize(
    "reader",
    [
        "small = 2\nprint(small)",
        "(small := 2) + small",
        "print(small := 2, small)",
        "[small for small in range(3)]",
        "{small: 1 for small, _ in ()}",
        "f = lambda small: small",
        "def f(small): return small",
        "def f():\n    small = 1\n    return small",
        "def f():\n    from a import b as small\n    return small",
        "def f():\n    for small in (): print(small)",
        "class A:\n    small = 1\n    x = small",
        "import a as small\nsmall.b",
        "from a import small\nsmall.b",
        "for small in (): print(small)\nelse: print(small)",
        "with open('x') as small: print(small)",
        "try: pass\nexcept ValueError as small: print(small)",
        "match 1:\n    case small: print(small)",
        "def small(): return small()",
        "class small:\n    def f(self): return small",
        "x.small = 1\nf(small=1)",
        "print('small')  # small",
        "small: int = 1\nprint(small)",
        "!echo small",
        "%%bash\necho $small",
    ],
)
def test_shown_code_may_use_the_same_name_for_its_own(settings: Settings, reader: str) -> None:
    assert problems(settings, "x = 0", HIDDEN, reader) == []


def test_a_name_that_a_shown_cell_defined_before_is_fine(settings: Settings) -> None:
    assert problems(settings, "small = 0", HIDDEN, "print(small)") == []
    assert problems(settings, "from a import small", HIDDEN, "print(small)") == []


def test_a_name_that_a_shown_cell_defines_only_later_is_told(settings: Settings) -> None:
    (problem,) = problems(settings, HIDDEN, "print(small)", "small = 1\nprint(small)")
    assert problem.line == 24


def test_a_function_may_read_what_a_later_shown_cell_defines(settings: Settings) -> None:
    assert problems(settings, HIDDEN, "def f(): return small", "small = 1\nf()") == []


def test_a_name_that_only_a_later_hidden_cell_defines_is_told(settings: Settings) -> None:
    (problem,) = problems(settings, "print(small)", HIDDEN)
    assert problem.line == 21


def test_hidden_cells_may_read_one_another(settings: Settings) -> None:
    assert problems(settings, HIDDEN, '# %% tags=["test"]\nassert small') == []


def test_a_builtin_is_no_hidden_name(settings: Settings) -> None:
    assert problems(settings, '# %% tags=["test"]\nsum = 1', "print(sum([1]))") == []


def test_backends_are_looked_at_one_by_one(settings: Settings) -> None:
    hidden = '# %% tags=["quick"] backends=["torch"]\nsmall = 1'
    shown = '# %% backends=["jax"]\nsmall = 2'
    reader = "print(small)"
    (problem,) = problems(settings, hidden, shown, reader)
    assert problem.cell == "3"
    assert problems(settings, hidden, '# %% backends=["torch", "numpy"]\nsmall = 2', reader) == []
    assert problems(settings, hidden, shown, '# %% backends=["jax"]\nprint(small)') == []
    unclaimed = problems(settings, hidden, shown, reader, backends="[jax]")
    assert [problem.message for problem in unclaimed] == ["the guide does not claim backend 'torch'"]


def test_each_hidden_name_is_told_once_a_line(settings: Settings) -> None:
    found = problems(settings, '# %% tags=["test"]\na = b = 1', "print(a, a, b)\nprint(a)")
    assert [(p.line, p.message.split("'")[1]) for p in found] == [(24, "a"), (24, "b"), (25, "a")]


def test_behind_a_star_import_names_are_not_accused(settings: Settings) -> None:
    """It may bind any name: the run of the published notebook has the last word. The star itself is warned of."""
    parsed = parse(text("from math import *", HIDDEN, "print(small)"), settings)
    assert parsed.guide is not None
    assert [p.severity for p in parsed.problems] == ["warning"]
    assert parsed.problems[0].message.startswith("a star import hides which names it brings")
    before = problems(settings, HIDDEN, "print(small)", "from math import *")
    assert len(before) == 1


def test_a_star_import_in_a_hidden_cell_is_its_own_affair(settings: Settings) -> None:
    assert parse(text("x = 1", '# %% tags=["test"]\nfrom math import *'), settings).problems == ()


# ----------------------------------------------------------------- headings


def test_headings_are_found_with_line_level_text_and_id() -> None:
    source = "## One *two* {#one}\n\n```\n# no heading {#no}\n```\n\nThree {#three}\n---\n\n- ### Four\n\n#### {#empty}"
    cell = Cell(id="a", kind="markdown", source=source, line=10)
    assert list(headings(cell)) == [
        (10, 2, "One *two*", "one"),
        (16, 2, "Three", "three"),
        (19, 3, "Four", ""),
        (21, 4, "", "empty"),
    ]


def test_a_heading_without_id_is_a_warning_and_twice_without_id_no_error(settings: Settings) -> None:
    parsed = parse(text("# %% [markdown]\n# ## One\n#\n# ## Two"), settings)
    assert parsed.guide is not None
    assert [(p.severity, p.line) for p in parsed.problems] == [("warning", 21), ("warning", 23)]


# -------------------------------------------------------------------- quick


def test_quick_values_may_be_set_in_any_cell_of_parameters(settings: Settings) -> None:
    cells = ['# %% tags=["parameters"]\nepochs: int = 20', '# %% tags=["parameters"]\nsizes = [1, 2]']
    assert problems(settings, *cells, quick="{epochs: 2, sizes: [1]}") == []


@pytest.mark.parametrize("cell", ["epochs = 20", '# %% tags=["parameters"]\nif 1:\n    epochs = 20'])
def test_a_quick_value_needs_a_plain_assignment_in_a_cell_of_parameters(
    settings: Settings, cell: str
) -> None:
    (problem,) = problems(settings, cell, quick="{epochs: 2}")
    assert problem.message == "header, quick: no cell tagged 'parameters' assigns 'epochs'"
    assert problem.line == 8


@pytest.mark.parametrize("value", [".inf", ".nan", "[1, -.inf]"])
def test_a_quick_value_that_python_cannot_write_is_told(settings: Settings, value: str) -> None:
    (problem,) = problems(settings, '# %% tags=["parameters"]\nrate = 0.1', quick=f"{{rate: {value}}}")
    assert "cannot be written as Python" in problem.message

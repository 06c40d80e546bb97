"""Which names of a package code uses: chains that begin with an import, and nothing that would be a guess."""

from __future__ import annotations

import pytest

from guidewright.api.names import Bindings, uses


def found(source: str, bindings: Bindings | None = None) -> list[tuple[str, int]]:
    return [(use.name, use.line) for use in uses(source, "pack", {} if bindings is None else bindings)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import pack\npack.ops.matmul(a, b)", [("pack.ops.matmul", 2)]),
        ("import pack as p\np.ops.matmul(a, b)", [("pack.ops.matmul", 2)]),
        ("import pack.ops\npack.ops.mean(a)", [("pack.ops", 1), ("pack.ops.mean", 2)]),
        ("import pack.ops as o\no.mean(a)", [("pack.ops", 1), ("pack.ops.mean", 2)]),
        ("from pack import ops\nops.mean(a)", [("pack.ops", 1), ("pack.ops.mean", 2)]),
        ("from pack import layers as L, ops\nL.Dense(1)", [("pack.layers", 1), ("pack.ops", 1), ("pack.layers.Dense", 2)]),
        ("from pack.layers import Dense\nDense(1)", [("pack.layers.Dense", 1), ("pack.layers.Dense", 2)]),
        ("import pack\nDense = pack.layers.Dense\nDense(1)", [("pack.layers.Dense", 2), ("pack.layers.Dense", 3)]),
        ("import pack\nclass A(pack.Model):\n    def f(self):\n        return pack.ops.mean(self)",
         [("pack.Model", 2), ("pack.ops.mean", 4)]),
        ("import pack\nx = [pack.ops.mean(pack) for _ in y]", [("pack.ops.mean", 2)]),
        ("import pack\n@pack.register\ndef f(a=pack.ops.EPSILON) -> pack.Model: ...",
         [("pack.register", 2), ("pack.Model", 3), ("pack.ops.EPSILON", 3)]),
        ("import pack\n(\n    pack\n    .ops\n    .mean\n)(1)", [("pack.ops.mean", 3)]),
        ("!pip install x\nimport pack\npack.Model()", [("pack.Model", 3)]),
    ],
)  # fmt: skip
def test_a_chain_that_begins_with_an_import_is_resolved_with_its_line(
    source: str, expected: list[tuple[str, int]]
) -> None:
    assert found(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "pack.ops.mean(a)",  # never imported
        "import other as pack\npack.ops.mean(a)",
        "from . import pack\npack.ops.mean(a)",
        "from other.pack import ops\nops.mean(a)",
        "import pack\npack = make()\npack.ops.mean(a)",
        "import pack\nfor pack in y:\n    pack.ops.mean(a)",
        "import pack\nwith open() as pack:\n    pack.ops.mean(a)",
        "import pack\ndef f(pack):\n    return pack.ops.mean(a)",
        "import pack\ndef f(*pack):\n    return pack.ops.mean(a)",
        "import pack\ndef f():\n    a = pack.ops.mean(1)\n    pack = 1",
        "import pack\nf = lambda pack: pack.ops.mean(a)",
        "import pack\nx = [pack.ops.mean(1) for pack in y]",
        "import pack\ntry:\n    y\nexcept Error as pack:\n    pack.ops.mean(a)",
        "import pack\npack.ops = 1",
        "import pack\nprint('pack.ops.mean')",
        "%%bash\npack.ops.mean",
        "import pack\nthis is no Python: pack.ops.mean(",
    ],
)
def test_a_shadowed_name_a_text_and_what_was_never_imported_are_passed_over(source: str) -> None:
    assert found(source) == []


def test_the_attribute_of_what_a_call_returns_is_not_resolved() -> None:
    assert found("import pack\npack.Model(1).fit(2)\npack.Model[0].fit") == [
        ("pack.Model", 2),
        ("pack.Model", 3),
    ]


def test_a_name_is_remembered_from_cell_to_cell_until_it_is_bound_anew() -> None:
    bindings: Bindings = {}
    assert found("from pack import ops", bindings) == [("pack.ops", 1)]
    assert found("ops.mean(a)", bindings) == [("pack.ops.mean", 1)]
    assert found("ops = []", bindings) == []
    assert found("ops.mean(a)", bindings) == []


def test_the_name_of_a_method_shadows_nothing() -> None:
    source = (
        "from pack import ops\nclass A:\n    def ops(self):\n        return ops.mean(self)\nops.matmul(a)"
    )
    assert found(source) == [("pack.ops", 1), ("pack.ops.mean", 4), ("pack.ops.matmul", 5)]

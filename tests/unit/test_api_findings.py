"""A name of the package that there is not is a finding, with the guide's file and line; nothing is guessed beyond."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from authoring import first_line, text
from packaged import INVENTORY, PAGES, pack, packaged

from guidewright.api import inventory, reference
from guidewright.api.guide import problems
from guidewright.errors import InputError, Problem
from guidewright.settings import load as load_settings
from guidewright.source import library

START = first_line()


def told(root: Path, *cells: str) -> list[Problem]:
    settings = packaged(root, {"intro": text(*cells)})
    return list(library.load(settings, reference.load(settings)).problems)


def test_a_missing_name_in_code_is_an_error_with_its_line_and_what_may_be_meant(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, "import pack\n\nx = pack.layers.Dens(1)")
    assert (problem.path, problem.line, problem.cell) == ("guides/intro.py", START + 3, "1")
    assert problem.message == "pack 3.1 has no 'pack.layers.Dens'"
    assert problem.hint == "did you mean 'pack.layers.Dense'?"
    assert problem.severity == "error"


def test_a_guide_with_a_finding_is_told_and_stays_in_the_library(tmp_path: Path) -> None:
    settings = packaged(tmp_path, {"intro": text("import pack\npack.Nothing")})
    found = library.load(settings, reference.load(settings))
    assert [guide.slug for guide in found.guides] == ["intro"]
    assert len(found.errors) == 1


@pytest.mark.parametrize(
    ("words", "missing", "line"),
    [
        ("Use `pack.layers.Dens`.", "pack.layers.Dens", 1),
        ("First.\n#\n# Then `pack.Model.fitt()`.", "pack.Model.fitt", 3),
        ("- a\n# - b `pack.nothing.at.all`", "pack.nothing", 2),
        ("See `x = pack.layerz.Dense(3)`.", "pack.layerz", 1),
        ("```python\n# import pack\n# pack.opz.mean(1)\n# ```", "pack.opz", 3),
        ("### `pack.Dense` {#dense}", "pack.Dense", 1),
        ("[`pack.Dense`](https://example.org)", "pack.Dense", 1),
        ("| a |\n# | --- |\n# | `pack.Dense` |", "pack.Dense", 3),
    ],
)
def test_a_missing_name_in_prose_is_found_with_its_line(
    tmp_path: Path, words: str, missing: str, line: int
) -> None:
    (problem,) = told(tmp_path, f"# %% [markdown]\n# {words}")
    assert (problem.message, problem.line) == (f"pack 3.1 has no '{missing}'", START + line)


@pytest.mark.parametrize(
    "cell",
    [
        "import pack\npack.Model().nothing",
        "import pack\npack.ops.matmul.nothing",
        "import pack\npack.ops.EPSILON.nothing",
        "import pack\npack.Model.weights.nothing.at.all",
        "import pack\npack.Model.fit\npack.Layer.build\npack.layers.Dense.get_weights",
        "import pack\nprint(pack.__version__, pack.Model.__call__)",
        "# %% [markdown]\n# `pack.example`, `pack.json`, `model.pack`, `pack`, `pack.ops.average`, `otherpack.nothing`",
        "# %% [markdown]\n# ```text\n# pack.nothing\n# ```",
    ],
)
def test_what_exists_and_what_nobody_can_know_is_no_finding(tmp_path: Path, cell: str) -> None:
    assert told(tmp_path, cell) == []


def test_a_private_name_is_warned_of(tmp_path: Path) -> None:
    found = told(tmp_path, "import pack\npack.src.layers.Dense\npack.layers._hidden")
    assert [(problem.message, problem.line, problem.severity) for problem in found] == [
        ("'pack.src.layers.Dense' is not public in pack 3.1", START + 2, "warning"),
        ("'pack.layers._hidden' is not public in pack 3.1", START + 3, "warning"),
    ]


def test_a_hidden_cell_is_checked_too_and_one_line_is_told_once(tmp_path: Path) -> None:
    found = told(tmp_path, '# %% tags=["test"]\nimport pack\nassert pack.nope and pack.nope')
    assert [problem.line for problem in found] == [START + 2]


def test_the_guides_of_this_project_name_nothing_that_keras_has_not() -> None:
    root = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
    settings = load_settings(root, environ={})
    found = reference.load(settings)
    assert found
    guides = library.load(settings).guides
    assert len(guides) >= 18
    assert [str(problem) for guide in guides for problem in problems(guide, found)] == []


# ------------------------------------------------------------ the two files


def test_an_inventory_is_written_as_it_is_read() -> None:
    written = inventory.dump(INVENTORY)
    assert inventory.parse(written).kinds["pack.layers.Dense"] == "class"
    assert inventory.dump(json.loads(written)) == written


def test_aliases_and_inherited_members_lead_to_one_name(tmp_path: Path) -> None:
    found = pack(tmp_path)
    for name, canonical in {
        "pack.Layer": "pack.layers.Layer",
        "pack.Layer.build": "pack.layers.Layer.build",
        "pack.Model.build": "pack.layers.Layer.build",
        "pack.Model.fit": "pack.Model.fit",
    }.items():
        symbol = found.find(name).symbol
        assert symbol
        assert symbol.canonical == canonical
    symbol = found.find("pack.layers.Input").symbol
    assert symbol
    assert found.title(symbol) == "pack.Input"


def broken(root: Path, file: str, content: str | None) -> list[str]:
    settings = packaged(root)
    if content is None:
        (root / file).unlink()
    else:
        (root / file).write_text(content, "utf-8")
    with pytest.raises(InputError) as error:
        reference.load(settings)
    assert error.value.exit_code == 2
    assert all(problem.path == file and problem.hint for problem in error.value.problems)
    return [problem.message for problem in error.value.problems]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is no inventory: No such file or directory"),
        ("{", "is no inventory: Expecting property name"),
        ("[]", "is no inventory: [] is not of type 'object'"),
        (json.dumps({**INVENTORY, "functions": [1]}), "is no inventory: functions.0: 1 is not of type 'string'"),
        (json.dumps({**INVENTORY, "aliases": {"pack.A": "pack.B"}}), "is no inventory: names pack.B, and does not say"),
        (json.dumps({**INVENTORY, "package": "other"}), "is no inventory: the package other is not among its modules"),
        (json.dumps({**INVENTORY, "package": "other", "modules": [*INVENTORY["modules"], "other"]}),
         "is the inventory of 'other', and the settings name 'pack'"),
    ],
)  # fmt: skip
def test_an_inventory_that_is_none_is_told(tmp_path: Path, content: str | None, message: str) -> None:
    (found,) = broken(tmp_path, "guides/api/pack.json", content)
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        (None, ["is no page data: No such file or directory"]),
        ("pack.Model", ["is no page data: Expected"]),
        ('"pack.Model" = 3', ["'pack.Model' has no page"]),
        (PAGES + '"pack.Nope" = "a/"\n"other.b" = "b/"', ["'pack.Nope' is not in the inventory of pack 3.1", "'other.b' is not"]),
    ],
)  # fmt: skip
def test_page_data_that_are_none_are_told(tmp_path: Path, content: str | None, messages: list[str]) -> None:
    found = broken(tmp_path, "guides/api/pages.toml", content)
    assert len(found) == len(messages)
    assert all(one.startswith(start) for one, start in zip(found, messages, strict=True))


def test_without_the_table_there_is_no_reference(tmp_path: Path) -> None:
    from authoring import project

    assert reference.load(project(tmp_path)) is None

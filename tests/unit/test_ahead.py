"""Modules that are imported ahead are there at once when they are asked for, and not before."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from guidewright.execute import ahead

MODULES = {
    "aheadbig/__init__.py": "import os, aheadside\nfrom . import part\nos.environ['AHEAD_SET'] = 'by big'\n",
    "aheadbig/part.py": "from aheadother import value\nimport aheadknown.late\n",
    "aheadbig/unasked.py": "",
    "aheadside.py": "import aheadbelow.deep\n",
    "aheadbelow/__init__.py": "",
    "aheadbelow/deep.py": "",
    "aheadother.py": "value = object()\n",
    "aheadknown/__init__.py": "",
    "aheadknown/late.py": "",
    "aheadbroken.py": "import aheadother\nraise ValueError('broken as ever')\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, text in MODULES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("AHEAD_SET", raising=False)
    finders = list(sys.meta_path)
    yield tmp_path
    sys.meta_path[:] = finders
    os.environ.pop("AHEAD_SET", None)
    for name in present():
        del sys.modules[name]


def present() -> list[str]:
    return sorted(name for name in sys.modules if name.startswith("ahead"))


def test_nothing_tells_that_a_hidden_module_is_there() -> None:
    known = importlib.import_module("aheadknown")
    hidden = ahead.hide(["aheadbig"])
    assert set(hidden.modules) == {
        "aheadbig", "aheadbig.part", "aheadside", "aheadbelow", "aheadbelow.deep", "aheadother", "aheadknown.late",
    }  # fmt: skip
    assert present() == ["aheadknown"]
    assert "AHEAD_SET" not in os.environ
    assert not hasattr(known, "late")


def test_an_import_shows_the_very_modules_with_all_that_they_brought_along() -> None:
    known = importlib.import_module("aheadknown")
    before = set(sys.modules), list(sys.meta_path)
    hidden = ahead.hide(["aheadbig"])
    modules = dict(hidden.modules)
    big = importlib.import_module("aheadbig")
    assert {name: sys.modules[name] for name in modules} == modules
    assert set(sys.modules) == before[0] | set(modules)
    assert sys.meta_path == before[1]
    assert big.part is modules["aheadbig.part"]
    assert known.late is modules["aheadknown.late"]
    assert os.environ["AHEAD_SET"] == "by big"


def test_a_module_that_was_shown_looks_as_if_it_had_just_been_imported(folder: Path) -> None:
    ahead.hide(["aheadbig"])
    big = importlib.import_module("aheadbig")
    assert big.__spec__
    assert big.__spec__.loader is big.__loader__
    assert type(big.__loader__).__name__ == "SourceFileLoader"
    assert (big.__spec__.name, big.__spec__.origin) == ("aheadbig", str(folder / "aheadbig" / "__init__.py"))
    assert importlib.import_module("aheadbig.unasked")
    assert importlib.reload(big) is big


def test_asking_where_a_module_is_does_not_import_it(folder: Path) -> None:
    ahead.hide(["aheadbig"])
    spec = find_spec("aheadbig")
    assert spec
    assert spec.origin == str(folder / "aheadbig" / "__init__.py")
    assert spec.submodule_search_locations == [str(folder / "aheadbig")]
    assert present() == []
    assert "AHEAD_SET" not in os.environ


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("aheadside", ["aheadbelow", "aheadbelow.deep", "aheadside"]),
        ("aheadother", ["aheadother"]),
        ("aheadbelow", ["aheadbelow"]),
    ],
)
def test_what_others_have_brought_along_is_shown_with_what_it_imports_itself(
    asked: str, shown: list[str]
) -> None:
    hidden = ahead.hide(["aheadbig"])
    other = hidden.modules["aheadother"]
    importlib.import_module(asked)
    assert present() == shown
    importlib.import_module("aheadbig")
    assert sys.modules["aheadother"] is other


def test_one_that_is_not_installed_or_is_broken_is_left_to_who_imports_it() -> None:
    hidden = ahead.hide(["aheadmissing", "aheadbroken", "aheadside"])
    assert set(hidden.modules) == {"aheadother", "aheadside", "aheadbelow", "aheadbelow.deep"}
    with pytest.raises(ModuleNotFoundError, match="aheadmissing"):
        importlib.import_module("aheadmissing")
    with pytest.raises(ValueError, match="broken as ever"):
        importlib.import_module("aheadbroken")
    assert present() == ["aheadother"]


def test_what_is_there_already_is_not_hidden() -> None:
    importlib.import_module("aheadbig")
    before = present(), list(sys.meta_path)
    assert ahead.hide(["aheadbig"]).modules == {}
    assert (present(), sys.meta_path) == before

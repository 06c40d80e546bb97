"""Modules that are imported ahead are there at once when they are asked for, and not before."""

from __future__ import annotations

import copyreg
import importlib
import os
import pkgutil
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec, module_from_spec
from pathlib import Path

import pytest

from guidewright.execute import ahead

MODULES = {
    "aheadbig/__init__.py": "import os, aheadside\nfrom . import part\nos.environ['AHEAD_SET'] = 'by big'\n",
    "aheadbig/part.py": "from aheadother import value\nimport aheadknown.late\n",
    "aheadbig/unasked.py": "",
    "aheadside.py": "import aheadbelow.deep\nfrom aheadbelow import deep\n",
    "aheadbelow/__init__.py": "",
    "aheadbelow/deep.py": "",
    "aheadother.py": "value = object()\n",
    "aheadknown/__init__.py": "",
    "aheadknown/late.py": "",
    "aheadbroken.py": "import aheadother\nraise ValueError('broken as ever')\n",
    "aheadhalf/__init__.py": "import os, aheadother\nos.environ['AHEAD_SET'] = 'by half'\nfrom . import part\nraise ImportError('no library')\n",
    "aheadhalf/part.py": "",
    "aheadstate.py": "import copyreg, warnings\nclass Kind: pass\ncopyreg.pickle(Kind, lambda one: (Kind, ()))\n"
    "warnings.filterwarnings('ignore', message='as aheadstate says', category=UserWarning, module='some')\n",
    "aheadobject.py": "import sys\nclass Stands: value = 7\nsys.modules[__name__] = Stands()\n",
    "aheaddata/__init__.py": "",
    "aheaddata/words.txt": "as they are",
    "aheadlazy/__init__.py": "import importlib\nsub = importlib.import_module('.sub', __name__)\n",
    "aheadlazy/sub.py": "",
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
    before = set(sys.modules)
    hidden = ahead.hide(["aheadbig"])
    modules = dict(hidden.modules)
    big = importlib.import_module("aheadbig")
    assert {name: sys.modules[name] for name in modules} == modules
    assert set(sys.modules) == before | set(modules)
    assert big.part is modules["aheadbig.part"]
    assert sys.modules["aheadbelow"].deep is modules["aheadbelow.deep"]
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
    found = importlib.import_module(asked)
    assert present() == shown
    assert hasattr(found, "deep") == (asked == "aheadside")
    assert "AHEAD_SET" not in os.environ
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


def test_one_that_fails_half_way_is_imported_anew_from_its_beginning() -> None:
    hidden = ahead.hide(["aheadhalf"])
    assert set(hidden.modules) == {"aheadother"}
    importlib.import_module("aheadother")
    assert "AHEAD_SET" not in os.environ
    with pytest.raises(ImportError, match="no library"):
        importlib.import_module("aheadhalf")


def test_a_variable_that_was_set_meanwhile_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead.hide(["aheadbig"])
    monkeypatch.setenv("AHEAD_SET", "by the job")
    importlib.import_module("aheadbig")
    assert os.environ["AHEAD_SET"] == "by the job"


def test_how_types_are_pickled_and_warnings_filtered_is_as_it_was_until_it_is_shown() -> None:
    with warnings.catch_warnings():
        before = dict(copyreg.dispatch_table), list(warnings.filters)
        ahead.hide(["aheadstate"])
        assert (copyreg.dispatch_table, warnings.filters) == before
        state = importlib.import_module("aheadstate")
        assert copyreg.dispatch_table.keys() - before[0].keys() == {state.Kind}
        (new,) = [each for each in warnings.filters if each not in before[1]]
        assert (new[0], new[1].pattern, new[2], new[3].pattern) == (
            "ignore",
            "as aheadstate says",
            UserWarning,
            "some",
        )
        del copyreg.dispatch_table[state.Kind]


def test_a_module_that_puts_something_else_in_its_place_is_imported() -> None:
    ahead.hide(["aheadobject"])
    assert find_spec("aheadobject")
    assert importlib.import_module("aheadobject").value == 7


def test_what_a_package_imports_in_another_way_stays_its_own() -> None:
    ahead.hide(["aheadlazy"])
    lazy = importlib.import_module("aheadlazy")
    assert vars(lazy)["sub"] is sys.modules["aheadlazy.sub"]


def test_a_hidden_packages_data_can_be_read() -> None:
    ahead.hide(["aheaddata"])
    assert pkgutil.get_data("aheaddata", "words.txt") == b"as they are"


def test_a_spec_found_before_the_module_was_shown_is_still_good() -> None:
    ahead.hide(["aheadside"])
    spec = find_spec("aheadside")
    assert spec
    side = importlib.import_module("aheadside")
    assert module_from_spec(spec) is side


def test_threads_may_import_at_the_same_time() -> None:
    hidden = ahead.hide(["aheadbig", "aheadstate", "aheadlazy", "aheaddata"])
    names = sorted(hidden.modules)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(importlib.import_module, names * 4))
    finally:
        sys.setswitchinterval(interval)
    assert found == [sys.modules[name] for name in names * 4]
    copyreg.dispatch_table.pop(sys.modules["aheadstate"].Kind, None)

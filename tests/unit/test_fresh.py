"""Which jobs get a process of their own from its first instruction on, and why."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import made
import pytest
from test_scheduler import MACHINE

from guidewright.execute.fresh import why_fresh
from guidewright.model import Job
from guidewright.settings import Backend, load

IMPORTS = "import keras"


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("os.pidfd_open", print, raising=False)


@pytest.fixture
def backend(tmp_path: Path) -> Backend:
    text = """
        [tool.guidewright]
        categories = { a = "A" }
        [tool.guidewright.backends.alpha]
        label = "A"
        modules = []
        preload = ["keras"]
        env = { FLAVOUR = "alpha" }
    """
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    return load(tmp_path).backends["alpha"]


def job(code: str = IMPORTS) -> Job:
    one = made.job("guide")
    return replace(one, cells=(replace(one.cells[0], source=code),))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (IMPORTS, ""),
        ("from keras import layers", ""),
        ("import keras.ops as ops", ""),
        ('import os\nos.environ["FLAVOUR"] = "alpha"\nimport keras', ""),
        ('import os\nos.environ["FLAVOUR"] = "beta"\nimport keras', "it sets FLAVOUR"),
        ('from os import environ\nenviron["XLA_FLAGS"] = ""\nimport keras', "it sets XLA_FLAGS"),
        ('import os\nos.environ.setdefault("A", "1")\nimport keras', "it sets its environment"),
        ('import os\nos.putenv("A", "1")\nimport keras', "it sets its environment"),
        ('import os\ndel os.environ["A"]\nimport keras', "it sets A"),
        ("%env A=1\nimport keras", "it sets its environment"),
        ("%set_env A 1\nimport keras", "it sets its environment"),
        ('get_ipython().run_line_magic("env", "A=1")\nimport keras', "it sets its environment"),
        ("%matplotlib inline\nimport keras", ""),
        ("!pip install -U keras\nimport keras", "it installs packages"),
        ("%pip install keras_hub\nimport keras", "it installs packages"),
        ("print(1)", "it does not import keras"),
        ("import keras_hub", "it does not import keras"),
    ],
)
def test_code_that_would_see_what_was_imported_before_it_is_kept_from_it(
    backend: Backend, code: str, why: str
) -> None:
    assert why_fresh(job(code), backend, MACHINE) == why


def test_no_kernel_is_forked_where_there_is_a_gpu(backend: Backend) -> None:
    why = why_fresh(job(), backend, replace(MACHINE, has_gpu=True))
    assert why == "there is a GPU, which no fork may find started"


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_kernels_are_forked_on_linux_only(
    backend: Backend, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert why_fresh(job(), backend, MACHINE) == "kernels are forked on Linux only"


def test_full_runs_and_guides_that_say_so_and_backends_that_preload_nothing_get_fresh_processes(
    backend: Backend,
) -> None:
    assert why_fresh(replace(job(), profile="full"), backend, MACHINE) == "a full run has all cores, and time"
    assert why_fresh(replace(job(), preload=False), backend, MACHINE) == "its header says so"
    assert why_fresh(job(), replace(backend, preload=()), MACHINE) == "its backend preloads nothing"

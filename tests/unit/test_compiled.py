"""Compiled code is kept from run to run, whole, within a bound, and shapes nothing."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import made
import pytest

from guidewright.execute.compiled import FOLDER, give_back, lend, lends, prune, shared_variables, variables
from guidewright.settings import Settings, load

MEBIBYTE = 2**20


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    backends = '{ alpha = { label = "A", modules = [], compile_cache = { KEEP = "{folder}", LEAST = "0" } }, beta = { label = "B", modules = [] } }'
    text = f'[tool.guidewright]\ncategories = {{ a = "A" }}\nbackends = {backends}'
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    return load(tmp_path)


def written(file: Path, *, age: float = 0, size: int = 1) -> Path:
    """Write a file that was last read and written so many seconds ago."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * size)
    then = file.stat().st_mtime - age
    os.utime(file, (then, then))
    return file


def test_a_quick_job_is_lent_the_folder_of_its_guide_and_its_kernel_told_of_it(settings: Settings) -> None:
    one, other = (lend(made.job(slug), settings) for slug in ("part/one", "part"))
    assert one
    assert other
    assert one.folder.parent == other.folder.parent  # so that none lies in another
    assert one.folder != other.folder
    alpha = settings.backends["alpha"]
    assert variables(alpha, one) == {"KEEP": str(one.folder), "LEAST": "0"}


def test_kernels_of_all_guides_can_be_forked_from_one_process(settings: Settings) -> None:
    lent = lend(made.job(), settings)
    assert lent
    told = shared_variables(settings.backends["alpha"], settings)
    assert told == {"KEEP": str(lent.folder.parent), "LEAST": "0"}


@pytest.mark.parametrize("why", ["full", "off", "nothing to keep", "not writable"])
def test_nothing_is_lent_where_nothing_is_to_be_kept(settings: Settings, why: str) -> None:
    job = made.job(
        backend="beta" if why == "nothing to keep" else "alpha", profile="full" if why == "full" else "quick"
    )
    if why == "off":
        settings = replace(settings, compile_cache_mb=0)
    if why == "not writable":
        written(settings.cache / FOLDER)  # a file, where the folder would be
    assert lends(job, settings) == (why == "not writable")
    lent = lend(job, settings)
    assert lent is None
    assert variables(settings.backends[job.backend], lent) == {}


def test_what_is_given_back_is_there_the_next_time(settings: Settings) -> None:
    lent = lend(made.job(), settings)
    assert lent
    written(lent.folder / "code")
    give_back(lent)
    again = lend(made.job(), settings)
    assert again == lent
    assert [file.name for file in lent.folder.iterdir() if file.name == "code"]


def test_what_a_stopped_job_wrote_is_not_believed_and_the_rest_stays(settings: Settings) -> None:
    lent = lend(made.job(), settings)
    assert lent
    whole, half = written(lent.folder / "whole", age=60), written(lent.folder / "deep" / "half")
    assert lend(made.job(), settings) == lent
    assert whole.exists()
    assert not half.exists()


def test_what_was_used_longest_ago_goes_first_and_only_beyond_the_limit(settings: Settings) -> None:
    folder = settings.cache / FOLDER
    old, mid, new = (written(folder / "m" / name, age=age, size=MEBIBYTE) for name, age in
                     [("old", 300), ("mid", 200), ("new", 100)])  # fmt: skip
    assert prune(settings.cache, 3) == 0
    os.utime(old, (new.stat().st_atime + 50, old.stat().st_mtime))  # it was read
    assert prune(settings.cache, 2) == 1
    assert [file.exists() for file in (old, mid, new)] == [True, False, True]


def test_a_limit_of_nothing_removes_all_and_a_project_without_any_is_fine(settings: Settings) -> None:
    assert prune(settings.cache, 0) == 0
    file = written(settings.cache / FOLDER / "m" / "code")
    assert prune(settings.cache, 0) == 1
    assert not file.exists()

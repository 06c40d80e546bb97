"""Notebooks and scripts that readers download."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import jupytext
import nbformat
import pytest
import samples

from guidewright.render.notebook import COLAB_ID, TITLE_ID, notebook
from guidewright.render.script import download


def read(backend: str = "torch", *, executed: bool = False, guide=samples.GUIDE):
    data = notebook(guide, samples.view(backend, guide=guide), site=samples.SITE, executed=executed)
    return nbformat.reads(data.decode(), as_version=4)


@pytest.mark.parametrize("executed", [False, True])
def test_notebooks_are_valid_and_keep_the_cells_ids(executed: bool) -> None:
    book = read(executed=executed)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    shown = [cell.id for cell in samples.CELLS if not cell.hidden]
    assert [cell.id for cell in book.cells] == [TITLE_ID, COLAB_ID, *shown]


def test_the_same_input_gives_the_same_bytes_in_canonical_json() -> None:
    one, two = (
        notebook(samples.GUIDE, samples.view("jax"), site=samples.SITE, executed=True) for _ in range(2)
    )
    assert one == two
    assert one.endswith(b"}\n")
    assert b'\n "cells": [' in one


def test_no_hidden_cell_and_no_cell_of_another_backend() -> None:
    words = [cell.source for cell in read("jax").cells]
    assert not any("x_train[:100]" in w or "assert model" in w or "model.to(" in w for w in words)
    assert any('os.environ["KERAS_BACKEND"] = "jax"' in w for w in words)
    assert any('os.environ["KERAS_BACKEND"] = "torch"' in cell.source for cell in read("torch").cells)


def test_only_the_executed_copy_has_outputs_and_counts() -> None:
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in read().cells)
    executed = {cell.id: cell for cell in read(executed=True).cells}
    assert executed["summary"].outputs[0].text == samples.SUMMARY
    assert executed["summary"].execution_count
    assert executed["figure"].outputs[0].data["image/png"]


def test_a_cells_value_is_numbered_as_its_cell() -> None:
    value = {"output_type": "execute_result", "data": {"text/plain": "3"}, "metadata": {}}
    view = samples.view("torch")
    assert view.record
    cells = tuple(replace(run, outputs=(value,)) if run.id == "fit" else run for run in view.record.cells)
    data = notebook(
        samples.GUIDE,
        replace(view, record=replace(view.record, cells=cells)),
        site=samples.SITE,
        executed=True,
    )
    found = {cell.id: cell for cell in nbformat.reads(data.decode(), as_version=4).cells}["fit"]
    assert found.outputs[0].execution_count == found.execution_count


def test_the_authors_words_for_a_figure_go_where_nbconvert_reads_them() -> None:
    cells = tuple(replace(cell, alt=("Two curves fall",)) for cell in samples.CELLS)
    executed = {
        cell.id: cell for cell in read(guide=replace(samples.GUIDE, cells=cells), executed=True).cells
    }
    assert executed["figure"].outputs[0].metadata == {"image/png": {"alt": "Two curves fall"}}
    assert executed["table"].outputs[0].metadata == {}


def test_an_executed_copy_of_a_quick_record_is_refused() -> None:
    with pytest.raises(ValueError, match="no full record"):
        notebook(samples.GUIDE, samples.view("jax", "quick"), site=samples.SITE, executed=True)


def test_the_accelerator_is_what_the_guide_wants() -> None:
    assert read().metadata.accelerator == "GPU"
    modest = replace(samples.GUIDE, header=replace(samples.HEADER, accelerator="none"))
    assert "accelerator" not in read(guide=modest).metadata


def test_heading_ids_are_dropped_and_links_follow_the_headings() -> None:
    words = {cell.id: cell.source for cell in read().cells}
    assert words["setup"].startswith("## Setup\n")
    assert "[the set-up](#Setup)" in words["intro"]


def test_an_id_inside_a_fence_is_code() -> None:
    source = "## A {#a}\n\n```md\n## B {#b}\n```\n\n## C {#c}"
    guide = samples.simple("ids", "Ids", (samples.prose("p", source, 1),))
    assert read(guide=guide).cells[-1].source == "## A\n\n```md\n## B {#b}\n```\n\n## C"


def test_the_first_code_cell_installs_the_proven_versions_but_no_backend() -> None:
    words = read().cells[1].source
    assert '"keras==3.15.1", "pandas>=2"]' in words
    assert '"torch' not in words.split("subprocess.run")[0]
    assert "this guide was proven with 2.13.0" in words


def run_colab_cell(prelude: str) -> str:
    words = f"{prelude}\n{read('jax').cells[1].source}"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    return done.stdout


def test_outside_colab_the_first_code_cell_does_nothing() -> None:
    assert run_colab_cell("") == ""


def test_in_colab_the_first_code_cell_installs_and_prints_both_versions() -> None:
    fake = (
        "import importlib.metadata, subprocess, sys, types\n"
        "sys.modules['google.colab'] = types.ModuleType('google.colab')\n"
        "subprocess.run = lambda command, check: print(*command[1:])\n"
        "importlib.metadata.version = lambda name: '0.9 of ' + name\n"
    )
    assert run_colab_cell(fake).splitlines() == [
        "-m pip install --quiet keras==3.15.1 pandas>=2",
        "JAX 0.9 of jax (this guide was proven with 0.10.2)",
    ]


def test_the_download_is_a_percent_file_of_one_backend() -> None:
    script = download(samples.GUIDE, samples.view("torch")).decode()
    assert script.startswith("# ---\n# title: A small guide to `fit()`\n")
    assert "quick" not in script
    assert "assert model" not in script
    assert 'os.environ["KERAS_BACKEND"] = "torch"' in script
    assert "jupytext_version" not in script
    book = jupytext.reads(script, fmt="py:percent")
    shown = [cell.source for cell in samples.CELLS if not cell.hidden]
    assert [cell.source.replace('"torch"', '"jax"', 1) if "KERAS" in cell.source else cell.source
            for cell in book.cells if cell.cell_type != "raw"] == shown  # fmt: skip


def test_the_download_and_the_notebook_run() -> None:
    cells = (
        samples.code("a", "%matplotlib inline\nx = 1", 1),
        samples.code("b", "y = 5", 2, "quick"),
        samples.code("c", "print(x + 1)", 3),
    )
    guide = samples.simple("runs", "Runs", cells)
    script = download(guide, samples.view("jax", guide=guide)).decode()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"

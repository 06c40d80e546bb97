"""What backends compile is kept from run to run, and nothing else can tell."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from guidewright.execute.fresh import can_fork
from sandbox import Sandbox, eventually, text_of

STARTED = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
COMPILES = r"""
# %%
import os, pathlib

folder = os.environ.get("KEEP")
if folder:
    code = pathlib.Path(folder) / "code"
    code.parent.mkdir(parents=True, exist_ok=True)
    seen = code.with_name("seen")
    seen.write_text(f"{code.exists()}")
    code.write_bytes(b"x" * 700_000)

# %%
print("the same")
"""


def keeping(sandbox: Sandbox, extra: str = "", more: str = "") -> None:
    sandbox.settings(extra=extra)
    file = sandbox.root / "pyproject.toml"
    told = f'label = "Alpha"\ncompile_cache = {{ KEEP = "{{folder}}" }}{more}'
    file.write_text(file.read_text("utf-8").replace('label = "Alpha"', told), "utf-8")


def kept(sandbox: Sandbox, name: str) -> list[Path]:
    return sorted((sandbox.root / ".guidewright" / "compiled").rglob(name))


def test_a_job_finds_what_it_compiled_before_and_its_record_is_the_same(sandbox: Sandbox) -> None:
    keeping(sandbox)
    sandbox.guide("guide", COMPILES)
    first = _run(sandbox)
    assert [file.read_text("utf-8") for file in kept(sandbox, "seen")] == ["False"]
    second = _run(sandbox)
    assert [file.read_text("utf-8") for file in kept(sandbox, "seen")] == ["True"]
    without = _run(sandbox, "--no-compile-cache")
    assert first == second == without
    assert sandbox.cli("plan", "--json").json[0]["reason"] == "unchanged"
    keeping(sandbox, "compile_cache_mb = 0")
    assert sandbox.cli("plan", "--json").json[0]["reason"] == "unchanged"


def _run(sandbox: Sandbox, *options: str) -> object:
    """Run, and return the record without what no two runs share."""
    done = sandbox.cli("run", "--force", *options)
    assert done.code == 0, done.out + done.err
    record = sandbox.record("guide")
    cells = tuple(replace(cell, seconds=0.0) for cell in record.cells)
    return replace(record, started=STARTED, seconds=0.0, peak_memory_mb=0.0, cells=cells)


@pytest.mark.parametrize("how", ["flag", "setting", "full"])
def test_nothing_is_kept_where_it_is_switched_off_or_the_run_is_full(sandbox: Sandbox, how: str) -> None:
    keeping(sandbox, "compile_cache_mb = 0" if how == "setting" else "")
    sandbox.guide("guide", COMPILES)
    options = {"flag": ["--no-compile-cache"], "setting": [], "full": ["--profile", "full"]}[how]
    done = sandbox.cli("run", *options)
    assert done.code == 0, done.out + done.err
    assert kept(sandbox, "*") == []


def test_the_flag_uses_nothing_and_removes_nothing(sandbox: Sandbox) -> None:
    keeping(sandbox)
    sandbox.guide("guide", COMPILES)
    _run(sandbox)
    _run(sandbox, "--no-compile-cache")
    assert len(kept(sandbox, "code")) == 1


def test_after_a_run_no_more_is_kept_than_the_limit_and_clean_leaves_none(sandbox: Sandbox) -> None:
    keeping(sandbox, "compile_cache_mb = 1")
    for slug in ("one", "two", "three"):
        sandbox.guide(slug, COMPILES)
    assert sandbox.cli("run").code == 0
    assert len(kept(sandbox, "code")) == 1
    assert sandbox.cli("clean", "--cache").code == 0
    assert kept(sandbox, "*") == []


def test_what_a_killed_job_was_writing_is_forgotten(sandbox: Sandbox) -> None:
    keeping(sandbox)
    gate = sandbox.outside / "gate"
    wait = f"\n\n# %%\nimport time\nif os.environ.get('KEEP'):\n    open({str(gate)!r}, 'w')\n    time.sleep(600)\n"
    sandbox.guide("guide", COMPILES + wait)
    process = sandbox.start("run")
    eventually(gate.exists, seconds=60)
    process.kill()
    process.communicate()
    eventually(lambda: not sandbox.processes(), seconds=20)
    assert len(kept(sandbox, "code")) == 1
    sandbox.guide("guide", COMPILES)
    assert sandbox.cli("run").code == 0
    assert [file.read_text("utf-8") for file in kept(sandbox, "seen")] == ["False"]


@pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")
def test_kernels_forked_from_one_process_keep_apart_what_their_guides_compile(sandbox: Sandbox) -> None:
    modules = sandbox.outside / "modules"
    modules.mkdir()
    (modules / "slowly.py").write_text("import os\nby, told = os.getpid(), os.environ['KEEP']\n", "utf-8")
    sandbox.environment["PYTHONPATH"] = str(modules)
    keeping(sandbox, 'preload = true\nallow_environment = ["PYTHONPATH"]', '\npreload = ["slowly"]')
    body = "# %%\nimport slowly, os\nprint(slowly.by)\n\n# %%\nprint(os.environ['KEEP'] == slowly.told)\n"
    for slug in ("one", "two"):
        sandbox.guide(slug, body)
    assert sandbox.cli("run").code == 0
    one, two = sandbox.record("one"), sandbox.record("two")
    assert text_of(one) == text_of(two)
    assert (text_of(one, 1), text_of(two, 1)) == ("False\n", "False\n")

"""What a kernel's environment is, how two differ, and what is missing here."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import made
import pytest

from guidewright.execute.environment import (
    THREADS,
    Machine,
    absent_programs,
    difference,
    find_program,
    installed_version,
    kernel_environment,
    this_machine,
)
from guidewright.execute.missing import missing_backend, missing_others, program_hint
from guidewright.model import CellRun, Record
from guidewright.settings import Backend, Settings, load

MACHINE = Machine(python="3.11.7", platform="Linux-x86_64", has_gpu=False, cpus=(0, 1), memory_mb=8000)
BACKEND = Backend(name="alpha", label="Alpha", modules=("json",), env={"FLAVOUR": "alpha"})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    backends = {
        "alpha": '{ label = "A", modules = ["json"] }',
        "absent": '{ label = "B", modules = ["json", "no_such.module", "nor_this"], install = "pkg[absent]" }',
        "bare": '{ label = "C", modules = ["nor_this"] }',
    }
    lines = [f"[tool.guidewright.backends]\n{name} = {table}" for name, table in backends.items()]
    text = '[tool.guidewright]\nallow_environment = ["WELCOME"]\ncategories = { a = "A" }\n' + lines[0]
    text += "".join(line.replace("[tool.guidewright.backends]", "") for line in lines[1:])
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    return load(tmp_path)


# ------------------------------------------------------- the kernel's variables


def test_a_kernel_sees_allowed_variables_and_pinned_ones_only(settings: Settings, tmp_path: Path) -> None:
    caller = {
        "PATH": "/bin",
        "API_TOKEN": "secret",
        "WELCOME": "in",
        "CUDA_VISIBLE_DEVICES": "0",
        "HOME": "/home/x",
    }
    seen = kernel_environment(BACKEND, settings, tmp_path, 3, caller)
    assert "API_TOKEN" not in seen
    assert (seen["WELCOME"], seen["CUDA_VISIBLE_DEVICES"], seen["FLAVOUR"]) == ("in", "0", "alpha")
    assert seen["HOME"] == str(tmp_path / "home")
    assert seen["PATH"].endswith(f"{os.pathsep}/bin")
    assert {seen[name] for name in THREADS} == {"3"}


def test_the_backends_variables_win(settings: Settings, tmp_path: Path) -> None:
    backend = replace(BACKEND, env={"COLUMNS": "100", "WELCOME": "out"})
    seen = kernel_environment(backend, settings, tmp_path, 1, {"WELCOME": "in"})
    assert (seen["COLUMNS"], seen["WELCOME"]) == ("100", "out")


def test_the_machine_is_what_this_process_may_use() -> None:
    machine = this_machine({"CUDA_VISIBLE_DEVICES": "-1"})
    assert machine.cores == len(machine.cpus) >= 1
    assert machine.memory_mb > 100
    assert not machine.has_gpu


# ------------------------------------------------------------------ programs


@pytest.fixture
def dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program on the search path; executable from the start."""
    program = tmp_path / "bin" / "my-dot"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def test_a_program_is_looked_for_where_the_kernel_would(dot: Path) -> None:
    assert find_program("my-dot") == str(dot)
    assert find_program("python") is not None  # beside this very Python, which is not on the path
    assert absent_programs(["my-dot", "no-such-program"]) == ("no-such-program",)


def test_the_hint_names_the_package_of_a_program() -> None:
    assert "apt-get install graphviz" in program_hint("dot")
    assert "brew install ffmpeg" in program_hint("ffmpeg")


# ---------------------------------------------------------------- difference


def differing(record: Record, machine: Machine = MACHINE, versions: Mapping[str, str] | None = None,
              programs: tuple[str, ...] = ()) -> str:  # fmt: skip
    known = {"numpy": "2.0.0", **(versions or {})}
    return difference(record, machine, known.get, lambda name: name if name in programs else None)


def test_equal_environments_do_not_differ() -> None:
    assert differing(made.record()) == ""


@pytest.mark.parametrize(
    ("machine", "told"),
    [
        (replace(MACHINE, python="3.12.1"), "Python 3.11.7 → 3.12.1"),
        (replace(MACHINE, platform="Darwin-arm64"), "platform Linux-x86_64 → Darwin-arm64"),
        (replace(MACHINE, cpus=(0, 1, 2, 3)), "cores 2 → 4"),
        (replace(MACHINE, has_gpu=True), "GPU no → yes"),
        (replace(MACHINE, memory_mb=1), ""),
    ],
)
def test_what_differs_of_the_machine_is_told(machine: Machine, told: str) -> None:
    assert differing(made.record(), machine) == told


def test_a_job_that_leaves_the_machines_gpu_alone_does_not_differ_for_ever() -> None:
    machine = replace(MACHINE, has_gpu=True)
    on_cpu = replace(made.ENVIRONMENT, device_class="cpu", has_gpu=True)
    assert differing(made.record(environment=on_cpu), machine) == ""
    on_gpu = replace(made.ENVIRONMENT, device_class="gpu")
    assert differing(made.record(environment=on_gpu), machine) == ""
    assert differing(made.record(environment=on_gpu), MACHINE) == "GPU yes → no"


def test_a_distributions_version_is_told_but_not_its_build() -> None:
    assert differing(made.record(), versions={"numpy": "2.1.0"}) == "numpy 2.0.0 → 2.1.0"
    assert differing(made.record(), versions={"numpy": "2.0.0+cpu"}) == ""


def test_a_distribution_that_is_not_here_is_no_difference() -> None:
    environment = replace(made.ENVIRONMENT, distributions={"jax": "0.10.2"})
    assert differing(made.record(environment=environment)) == ""


def test_of_many_differences_three_are_named() -> None:
    names = {f"d{number}": "1" for number in range(5)}
    environment = replace(made.ENVIRONMENT, distributions=names)
    told = differing(made.record(environment=environment), versions=dict.fromkeys(names, "2"))
    assert told == "d0 1 → 2, d1 1 → 2, d2 1 → 2 and 2 more"


def skipping(*missing: str) -> CellRun:
    return CellRun(id="-".join(missing), status="skipped", seconds=0.0, missing=missing)


def test_a_program_that_is_there_now_is_a_difference() -> None:
    record = made.record(cells=(skipping("dot"), skipping("ffmpeg", "sox")))
    assert differing(record) == ""
    assert differing(record, programs=("dot",)) == "dot is there now"
    assert differing(record, programs=("ffmpeg",)) == ""
    assert differing(record, programs=("ffmpeg", "sox")) == "ffmpeg, sox is there now"


# ------------------------------------------------------------------- missing


def test_a_backend_that_can_be_imported_is_not_missing(settings: Settings) -> None:
    assert missing_backend(made.job(), settings) == []


def test_a_missing_backend_says_what_and_how_to_get_it(settings: Settings) -> None:
    (problem,) = missing_backend(made.job(backend="absent"), settings)
    assert problem.message == "backend 'absent' is not installed: no module no_such.module, nor_this"
    assert "pip install 'pkg[absent]'" in problem.hint
    (problem,) = missing_backend(made.job(backend="bare"), settings)
    assert "pip install 'nor_this'" in problem.hint


def test_a_backend_that_a_guide_requires_is_looked_for_too(settings: Settings) -> None:
    problems = missing_backend(made.job(requires=("absent", "alpha")), settings)
    assert [problem.message.split("'")[1] for problem in problems] == ["absent"]


def test_a_missing_distribution_says_so(settings: Settings) -> None:
    (problem,) = missing_others(made.job(requires=("no-such-distribution", "pytest", "absent")), settings)
    assert problem.message == "requires 'no-such-distribution', which is not installed"
    assert (problem.path, "pip install 'no-such-distribution'" in problem.hint) == ("guides/intro.py", True)


@pytest.mark.parametrize(("profile", "count"), [("quick", 0), ("full", 2)])
def test_only_a_full_run_needs_every_program(settings: Settings, profile: Any, count: int) -> None:
    cells = tuple(replace(made.job().cells[0], id=name, needs=(f"no-such-{name}",)) for name in "ab")
    problems = missing_others(made.job(profile=profile, cells=cells), settings)
    assert [problem.message for problem in problems] == [f"needs the program 'no-such-{n}'" for n in "ab"][
        :count
    ]


def test_a_version_is_none_where_there_is_no_distribution() -> None:
    assert installed_version("no-such-distribution") is None
    assert installed_version("pytest")

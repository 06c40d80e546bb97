"""Real kernels side by side: as many as there are cores, and as fit into memory."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from guidewright.commands import run as running
from guidewright.commands.report import Report
from guidewright.execute.environment import this_machine
from guidewright.plan import Selection
from sandbox import Sandbox, text_of

pytestmark = pytest.mark.skipif(this_machine().cores < 2, reason="needs two cores")

TAKES_MEMORY = """
# %%
import time
begun = time.monotonic()
held = bytearray(300 * 2**20)
held[::4096] = b"x" * len(held[::4096])
time.sleep(1)
print(begun, time.monotonic())
"""


def test_two_jobs_of_one_guide_run_side_by_side(sandbox: Sandbox) -> None:
    meeting = f"""
    # %%
    import os, pathlib, time
    place = pathlib.Path({str(sandbox.outside)!r})
    me = os.environ["FLAVOUR"]
    (place / me).touch()
    end = time.monotonic() + 50
    while not all((place / name).exists() for name in ("alpha", "beta")):
        assert time.monotonic() < end
        time.sleep(0.05)
    """
    sandbox.guide("meeting", meeting, "backends: [alpha, beta]")
    done = sandbox.cli("run")
    assert done.code == 0, done.out + done.err


def test_jobs_whose_measured_memory_does_not_fit_run_one_after_the_other(sandbox: Sandbox) -> None:
    for slug in ("one", "two"):
        sandbox.guide(slug, TAKES_MEMORY)
    assert sandbox.run().exit_code == 0
    peak = max(sandbox.record(slug).peak_memory_mb for slug in ("one", "two"))
    assert peak > 300
    project = sandbox.project()
    small = replace(project.machine, memory_mb=int(peak * 2.5))  # usable: 1.5 jobs with what is kept for them
    report = Report()
    running.run(replace(project, machine=small), Selection(force=True), Console(file=io.StringIO()), report)
    assert report.exit_code == 0
    (_, first_end), (second_begin, _) = sorted(
        tuple(map(float, text_of(record).split())) for record in report.records.values()
    )
    assert second_begin > first_end

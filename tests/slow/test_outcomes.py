"""Every way in which a job can end: one run of many broken guides, and what it leaves behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from guidewright.execute.job import run_job
from guidewright.execute.scheduler import RunJob
from guidewright.model import Record
from places import PLACES
from places import place as at
from sandbox import Done, Sandbox, sandbox, text_of

MEMORY_MB = 300
FINE = """
# %%
x = 1
print("fine")
"""
GUIDES = {
    "fine": FINE,
    "raises": """
# %%
x = 1

# %%
y = x + 1
raise ValueError("no such luck")  # here

# %%
print("never reached")
""",
    "raises_inside": """
# %%
def deep(number):
    return 1 / number

# %%
print("before")
deep(0)  # here
""",
    "raises_group": """
# %%
def several():
    raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])

# %%
print("before")
several()  # here
""",
    "syntax": """
# %%
x = 1

# %%
print(x)
return x  # here
""",
    "check": """
# %%
total = 2 + 2

# %% tags=["test"]
for _ in range(3):
    assert total == 4
assert total == 5, f"the total is {total}"  # here
""",
    "cell_timeout": """
# %%
import time

# %%
print("waiting", flush=True)
time.sleep(600)  # here
""",
    "stubborn": """
# %%
import time

# %%
while True:  # nothing but the end of its process ends this
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        pass
""",
    "exits": """
# %%
import os

# %%
os._exit(7)  # here
""",
    "killed": """
# %%
import os, signal
os.kill(os.getpid(), signal.SIGKILL)  # here
""",
    "segfault": """
# %%
import ctypes
ctypes.string_at(0)  # here
""",
    "greedy": """
# %%
hoard = bytearray(900 * 2**20)
for i in range(0, len(hoard), 4096):
    hoard[i] = 1
import time
time.sleep(60)
""",
    "greedy_child": """
# %%
import subprocess, sys
code = "x = b'x' * (900 * 2**20)\\nimport time; time.sleep(60)"
subprocess.run([sys.executable, "-c", code], start_new_session=True)
""",
    "leaves_child": """
# %%
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
""",
    "leaves_orphan": """
# %%
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
os.wait()
os._exit(1)
""",
    "locks_its_folder": """
# %%
import os
os.makedirs("a/b")
open("a/b/c", "w").close()
os.chmod("a/b", 0o500)
os.chmod("a", 0o000)
""",
}


@dataclass(frozen=True)
class Broken:
    """The project after the run, and what the run came to."""

    sandbox: Sandbox
    done: Done

    def record(self, slug: str) -> Record:
        return self.sandbox.record(slug, "never" if slug == "no_kernel" else "alpha")


@pytest.fixture(scope="module", params=PLACES)
def broken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    root = tmp_path_factory.mktemp("broken") / "project"
    with sandbox(root) as made, at(request.param, made) as scheduler:
        tables = '[tool.guidewright.backends.never]\nlabel = "Never"\nmodules = ["json"]\n'
        made.settings(
            cell=4,
            guide=60,
            extra=f"{scheduler}memory_limit_mb = {MEMORY_MB}",
            tables=tables + 'env = { PYTHONHOME = "/nowhere" }',
        )
        for slug, body in GUIDES.items():
            made.guide(slug, body)
        made.guide("no_kernel", FINE, "backends: [never]")
        yield Broken(made, made.cli("run"))


def place(broken: Broken, slug: str, text: str = "# here") -> str:
    return f"guides/{slug}.py:{broken.sandbox.line(slug, text)}: {slug}[alpha,quick]: "


@pytest.mark.parametrize("slug", ["fine", "leaves_child", "locks_its_folder"])
def test_a_guide_that_ends_well_passes(broken: Broken, slug: str) -> None:
    assert broken.record(slug).outcome == "passed"
    assert broken.record(slug).failure is None


@pytest.mark.parametrize(
    ("slug", "name", "message"),
    [
        ("raises", "ValueError", "no such luck"),
        ("raises_inside", "ZeroDivisionError", "division by zero"),
        ("raises_group", "ExceptionGroup", "several (2 sub-exceptions)"),
        ("syntax", "SyntaxError", "'return' outside function"),
        ("check", "AssertionError", "the total is 4"),
    ],
)
def test_a_guide_that_raises_failed_on_the_line_of_its_own(
    broken: Broken, slug: str, name: str, message: str
) -> None:
    record = broken.record(slug)
    assert record.outcome == "failed"
    assert record.failure is not None
    assert record.failure.name == name
    assert record.failure.message.startswith(message)
    assert record.failure.line == broken.sandbox.line(slug, "# here")
    assert place(broken, slug) + "cell 2: " + f"{name}: {message}" in broken.done.err


@pytest.mark.parametrize(
    ("slug", "name", "message"),
    [
        ("cell_timeout", "timeout", "the cell ran past its limit of 4 s"),
        ("exits", "kernel died", "the kernel died while the cell ran; its process ended with 7"),
        ("killed", "kernel died", "the kernel died while the cell ran; its process was ended by SIGKILL"),
        ("greedy", "memory", f"more than its limit of {MEMORY_MB} MB"),
        ("greedy_child", "memory", f"more than its limit of {MEMORY_MB} MB"),
        ("segfault", "kernel died", "the kernel died while the cell ran; its process was ended by SIGSEGV"),
        ("stubborn", "timeout", "the cell ran past its limit of 4 s"),
    ],
)
def test_a_guide_that_cannot_be_run_to_its_end_errored(
    broken: Broken, slug: str, name: str, message: str
) -> None:
    record = broken.record(slug)
    assert record.outcome == "errored"
    assert record.failure is not None
    assert record.failure.name == name
    assert message in record.failure.message
    assert f"{slug}[alpha,quick]: cell " in broken.done.err


def test_a_kernel_that_does_not_start_errored_and_says_what_its_process_said(broken: Broken) -> None:
    record = broken.record("no_kernel")
    assert record.outcome == "errored"
    assert record.failure is not None
    assert "the kernel died before it answered" in record.failure.message
    assert "Fatal Python error" in record.failure.traceback
    assert [cell.status for cell in record.cells] == ["not run"]


def test_an_interrupted_cell_tells_where_it_was(broken: Broken) -> None:
    record = broken.record("cell_timeout")
    assert record.failure is not None
    assert record.failure.line == broken.sandbox.line("cell_timeout", "# here")
    assert text_of(record, 1) == "waiting\n"
    assert record.cells[1].outputs[-1]["ename"] == "KeyboardInterrupt"


def test_a_segfault_tells_what_the_process_said_last(broken: Broken) -> None:
    failure = broken.record("segfault").failure
    assert failure is not None
    assert "Segmentation fault" in failure.traceback


def test_no_cell_runs_after_one_that_failed(broken: Broken) -> None:
    record = broken.record("raises")
    assert [cell.status for cell in record.cells] == ["ok", "failed", "not run"]
    assert not record.cells[2].outputs


def test_a_failed_check_shows_no_trace_of_how_checks_are_counted(broken: Broken) -> None:
    record = broken.record("check")
    assert record.failure is not None
    told = record.failure.traceback + str(record.cells[1].outputs) + broken.done.err
    assert "__guidewright" not in told
    assert 'assert total == 5, f"the total is {total}"  # here' in record.failure.traceback
    assert record.checks == 1


def test_every_job_is_done_whatever_the_others_came_to(broken: Broken) -> None:
    for slug in (*GUIDES, "no_kernel"):
        assert broken.record(slug).slug == slug
    assert broken.done.err.count("\n  started ") + broken.done.err.startswith("  started ") == len(GUIDES) + 1
    assert f"({len(GUIDES) + 1} of {len(GUIDES) + 1})" in broken.done.err


def test_a_job_that_could_not_be_run_wins_over_one_that_failed(broken: Broken) -> None:
    assert broken.done.code == 3


def test_nothing_of_ours_is_in_what_is_told(broken: Broken) -> None:
    ours = (
        "guidewright/execute",
        "was never retrieved",
        "nbclient",
        str(broken.sandbox.outside),
    )
    for text in ours:
        assert text not in broken.done.err
        assert text not in broken.done.out


def test_no_process_is_left(broken: Broken) -> None:
    assert broken.sandbox.processes() == []


def test_no_temporary_folder_is_left(broken: Broken) -> None:
    assert broken.sandbox.left_behind() == []


def test_every_guide_stands_in_the_table_with_its_outcome(broken: Broken) -> None:
    rows = {line.split()[0]: line for line in broken.done.out.splitlines()[1:]}
    assert set(rows) == {*GUIDES, "no_kernel"}
    assert "✓ passed" in rows["fine"]
    assert "✗ failed" in rows["raises"]
    assert "! errored" in rows["exits"]


def test_a_guide_past_its_limit_errored(sandbox: Sandbox) -> None:
    sandbox.settings(guide=8)
    sandbox.guide("long", "# %%\nimport time\n\n" + "# %%\ntime.sleep(1.5)\n\n" * 12)
    done = sandbox.cli("run")
    record = sandbox.record("long")
    assert done.code == 3
    assert record.outcome == "errored"
    assert record.failure is not None
    assert (record.failure.name, record.failure.message) == ("timeout", "the guide ran past its limit of 8 s")
    statuses = [cell.status for cell in record.cells]
    assert statuses == sorted(statuses, key=["ok", "failed", "not run"].index)
    assert {"ok", "failed", "not run"} == set(statuses)


@pytest.mark.parametrize(
    ("broken_guide", "code"), [("", 0), ("raise ValueError", 1), ("import os; os._exit(1)", 3)]
)
def test_the_exit_code_tells(sandbox: Sandbox, broken_guide: str, code: int) -> None:
    sandbox.guide("fine", FINE)
    if broken_guide:
        sandbox.guide("broken", f"# %%\n{broken_guide}")
    done = sandbox.cli("run")
    assert done.code == code
    assert sandbox.record("fine").outcome == "passed"


def test_no_room_for_a_workspace_is_an_errored_job(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.guide("fine", FINE)
    file = tmp_path / "file"
    file.touch()
    report = sandbox.run(run_one=_in_temporary_folder(file))
    (record,) = report.records.values()
    assert record.outcome == "errored"
    assert record.failure is not None
    assert "Not a directory" in record.failure.message


def _in_temporary_folder(folder: Path) -> RunJob:
    async def run(*arguments: Any, **options: Any) -> Record:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(folder))
            return await run_job(*arguments, **options)

    return run

"""Kernels that are forked, and whatever can go wrong with them: nothing of a build stays behind, whenever it is stopped."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path

import psutil
import pytest
from filelock import FileLock
from tiny import SETTINGS, Project, tiny

from guidewright.execute.fresh import can_fork
from guidewright.store import FILE, from_folder
from preloading import parents, preloading
from sandbox import eventually, text_of

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")

LEAKS = """
# %%
import slowly, os, subprocess, sys, time
wait = [sys.executable, "-c", "import time; time.sleep(600)"]
subprocess.Popen(wait, start_new_session=True)
subprocess.Popen(wait, start_new_session=True, env={})
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)

# %%
print(slowly.imported_by != os.getpid())
"""
LETS_LOOSE = """
# %%
import slowly, os, pathlib, subprocess, sys
wait = [sys.executable, "-c", "import time; time.sleep(600)"]
away = dict(env={{}}, cwd="/", start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
pathlib.Path({mark!r}).write_text(str(subprocess.Popen(wait, **away).pid))
os._exit(3)
"""
TELLS = "# %%\nimport slowly, json, os\nprint(json.dumps([slowly.imported_by, os.getpid(), {number}]))\n"
STAGES = ("importing", "forking", "running")
MOMENTS = (0.0, 0.1, 0.3)
"""Seconds after a stage has begun; the last of them is behind the end of a job."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with tiny(tmp_path / "project", titles={}) as made:
        preloading(made, seconds=0.2, extra=SETTINGS.replace('allow_environment = ["TINY_COUNT"]', ""))
        yield made


def assert_only_whole_records_are_left(project: Project) -> None:
    with FileLock(project.root / ".guidewright" / "lock").acquire(timeout=0):
        pass
    for file in (project.root / ".guidewright").rglob(FILE):
        assert from_folder(file.parent).outcome == "passed"


def children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return psutil.Process(pid).children()
    return []


def orphans(project: Project, started: set[psutil.Process]) -> list[psutil.Process]:
    """Return what lives on of a build: by its environment, or seen as its descendant before."""
    lives = [p for p in started if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    return [*project.processes(), *lives]


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_build_that_is_stopped_at_any_moment_leaves_no_process_no_lock_and_no_half_record(
    project: Project, number: str
) -> None:
    mark = project.outside / "mark"
    for slug in ("one", "two", "three"):
        project.guide(slug, LEAKS + f"open({str(mark)!r}, 'w')\n")
    for stage, moment in product(STAGES, MOMENTS):
        mark.unlink(missing_ok=True)
        process = project.start("build", "--force")
        begun = {
            "importing": partial(parents, process.pid),
            "forking": lambda: any(map(children, parents(process.pid))),  # noqa: B023 - called in this round only
            "running": mark.exists,
        }
        eventually(begun[stage], seconds=90)
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        started = set()
        with suppress(psutil.NoSuchProcess):
            started = {*psutil.Process(process.pid).children(recursive=True)}
        process.send_signal(signal.Signals[number])
        process.communicate(timeout=60)
        if number == "SIGKILL":
            eventually(lambda: not orphans(project, started))  # noqa: B023 - called in this round only
        assert orphans(project, started) == [], f"{number} {moment} s after {stage}"
        assert_only_whole_records_are_left(project)
    done = project.cli("run", "--force")
    assert done.code == 0, done.err
    assert text_of(project.record("one"), 1) == "True\n"


@pytest.mark.parametrize("preload", ["true", "false"])
def test_what_a_guide_lets_loose_just_before_its_kernel_dies_is_gone_with_it(
    project: Project, preload: str
) -> None:
    mark = project.outside / "mark"
    project.guide(
        "looser", LETS_LOOSE.format(mark=str(mark)), header=f"backends: [alpha]\npreload: {preload}"
    )
    done = project.cli("run")
    assert done.code == 3
    assert "its process ended with 3" in done.err
    assert not psutil.pid_exists(int(mark.read_text("utf-8")))
    assert project.processes() == []


def test_parents_stay_with_serve_and_end_with_it(project: Project) -> None:
    module = Path(project.environment["PYTHONPATH"], "slowly.py")
    project.guide("tells", TELLS.format(number=0))
    process = project.start("serve", "tells", "--port", "0", stderr=subprocess.DEVNULL)

    def told(number: int) -> list[int]:
        def there() -> bool:
            found = [text_of(from_folder(folder)) for folder in project.cached("tells")]
            texts.extend(text for text in found if text.endswith(f", {number}]\n"))
            return bool(texts)

        texts: list[str] = []
        eventually(there, seconds=90)
        pids: list[int] = json.loads(texts[0])
        return pids

    try:
        first = told(0)
        project.edit("tells", "0])", "1])")
        second = told(1)
        assert first[0] == second[0] == parents(process.pid)[0]
        assert len({first[0], first[1], second[1]}) == 3

        # A module that was imported is written anew: no kernel sees the old one.
        module.write_text(module.read_text("utf-8") + "\n", "utf-8")
        project.edit("tells", "1])", "2])")
        third = told(2)
        assert third[0] != first[0]
        assert parents(process.pid) == [third[0]]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert project.processes() == []


def test_a_parent_that_is_killed_in_the_midst_is_started_again_and_no_job_is_lost(project: Project) -> None:
    gate = project.outside / "gate"
    waits = (
        f"import os, pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists():\n    time.sleep(0.02)\n"
    )
    for slug in ("one", "two", "three", "four"):
        project.guide(
            slug, f"# %%\nimport slowly\nprint(slowly.imported_by)\n\n# %%\n{waits}print(os.getppid())"
        )
    process = project.start("build", "--json")
    eventually(lambda: any(map(children, parents(process.pid))), seconds=90)
    (killed,) = parents(process.pid)
    psutil.Process(killed).kill()
    eventually(lambda: killed not in parents(process.pid) or process.poll() is not None)
    gate.touch()
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, out + err
    by = {text_of(project.record(slug)) for slug in ("one", "two", "three", "four")}
    assert len(by) == 2
    assert f"{killed}\n" in by
    assert "a fresh process" not in err
    assert project.processes() == []
    assert_only_whole_records_are_left(project)

"""Kernels forked from a process that has imported already: what they do, and what becomes of them."""

from __future__ import annotations

import json
import re
import signal
from typing import Any

import pytest
from test_interruption import assert_nothing_is_left

from guidewright.execute.fresh import can_fork
from preloading import FORKED, preloading
from sandbox import Sandbox, eventually, text_of

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")

LOOKS = r"""
# %%
import slowly
import json, os, pathlib, random, sys, tempfile, threading

(pathlib.Path(tempfile.gettempdir()) / "mark").touch()
print(json.dumps({
    "forked": slowly.imported_by != os.getpid(),
    "folders": [str(pathlib.Path.home()), os.getcwd(), tempfile.gettempdir()],
    "environment": {name: value for name, value in os.environ.items() if name != "PATH"},
    "path": sys.path,
    "hash": hash("a word"),
    "argv": len(sys.argv),
    "cores": sorted(os.sched_getaffinity(0)),
    "input": sys.stdin is None,
    "state": sys.modules["__main__"].__name__,
}))

# %%
print("said to what was the standard error at import", file=slowly.error_stream)
"""


def seen(sandbox: Sandbox, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text_of(sandbox.record(slug)))
    return found


def test_a_forked_kernel_sees_what_a_fresh_one_sees(sandbox: Sandbox) -> None:
    preloading(sandbox)
    sandbox.guide("looks", LOOKS)
    done = sandbox.cli("run")
    assert done.code == 0, done.err
    forked = seen(sandbox, "looks")
    said = text_of(sandbox.record("looks"), 1, "stderr")
    done = sandbox.cli("run", "--no-preload", "--force")
    assert done.code == 0, done.err
    (fresh,) = [json.loads(text_of(sandbox.record("looks")))]
    assert (forked.pop("forked"), fresh.pop("forked")) == (True, False)
    for one in (forked, fresh):
        for name in ("JPY_PARENT_PID", "JPY_SESSION_NAME"):
            one["environment"].pop(name, None)
    assert forked == fresh
    assert said == text_of(sandbox.record("looks"), 1, "stderr") != ""
    assert_nothing_is_left(sandbox)


def test_two_jobs_share_a_parent_and_nothing_else(sandbox: Sandbox) -> None:
    preloading(sandbox)
    body = "# %%\nimport slowly, os, random\nprint(slowly.imported_by)\n\n# %%\nprint(os.getpid(), random.random())"
    for slug in ("one", "two"):
        sandbox.guide(slug, body)
    assert sandbox.cli("run").code == 0
    one, two = sandbox.record("one"), sandbox.record("two")
    assert text_of(one) == text_of(two)
    assert text_of(one, 1) != text_of(two, 1)
    assert not set(text_of(one, 1).split()) & set(text_of(two, 1).split())


def test_a_module_imported_ahead_is_there_when_it_is_imported_and_not_before(sandbox: Sandbox) -> None:
    preloading(sandbox, ahead="made = object()")
    sandbox.guide(
        "later",
        "# %%\nimport slowly, os, sys\nprint(slowly.imported_by != os.getpid(), 'ahead' in sys.modules)\n\n"
        "# %%\nimport ahead\nprint(ahead.imported_by == slowly.imported_by, sys.modules['ahead'] is ahead)\n"
        "print(ahead.__spec__.origin == ahead.__file__, type(ahead.__loader__).__name__)",
    )
    sandbox.guide("never", "# %%\nimport slowly, sys\nprint('ahead' in sys.modules)")
    done = sandbox.cli("run")
    assert done.code == 0, done.out + done.err
    assert text_of(sandbox.record("later")) == "True False\n"
    assert text_of(sandbox.record("later"), 1) == "True True\nTrue SourceFileLoader\n"
    assert text_of(sandbox.record("never")) == "False\n"


def test_a_forked_kernel_collects_its_own_garbage_and_none_of_what_it_found(sandbox: Sandbox) -> None:
    preloading(sandbox, more="import gc\nkept = [[] for _ in range(10)]\nwas_on = gc.isenabled()")
    looks = "print(slowly.was_on, gc.isenabled(), any(one is slowly.kept for one in gc.get_objects()), gc.get_freeze_count() > 0)"
    cycle = "one = [[]]; one[0].append(one); left = type('Left', (), {})(); one.append(left)"
    freed = "import weakref; gone = weakref.ref(left); del one, left; print(gc.collect() > 0, gone() is None)"
    sandbox.guide("guide", f"# %%\nimport slowly, gc\n{looks}\n{cycle}\n{freed}")
    done = sandbox.cli("run")
    assert done.code == 0, done.out + done.err
    assert text_of(sandbox.record("guide")) == "False True False True\nTrue True\n"


def test_what_a_module_imported_ahead_says_is_said_in_the_guide_that_imports_it(sandbox: Sandbox) -> None:
    preloading(sandbox, ahead="print('said by ahead')")
    sandbox.guide("guide", "# %%\nimport slowly, ahead")
    done = sandbox.cli("run")
    assert done.code == 0, done.out + done.err
    assert text_of(sandbox.record("guide")) == "said by ahead\n"
    assert "a fresh process, since importing slowly, ahead, notthere says something" in done.err


@pytest.mark.parametrize(
    ("body", "header", "why"),
    [
        ("# %%\nimport slowly", "backends: [alpha]\npreload: false", "its header says so"),
        ('# %%\nimport os\nos.environ["OTHER"] = "1"\nimport slowly', "backends: [alpha]", "it sets OTHER"),
        ('# %%\nimport os\nos.environ.update(A="1")\nimport slowly', "backends: [alpha]", "it sets its environment"),
        ("# %%\nprint(1)", "backends: [alpha]", "it does not import slowly"),
        ("# %%\nimport slowly", "backends: [beta]", "its backend preloads nothing"),
        ('# %%\nimport os\nos.environ["FLAVOUR"] = "alpha"\nimport slowly', "backends: [alpha]", ""),
    ],
)  # fmt: skip
def test_the_plan_says_why_a_job_gets_a_fresh_process(
    sandbox: Sandbox, body: str, header: str, why: str
) -> None:
    preloading(sandbox)
    end = "\n\n# %%\nimport sys\nprint(getattr(sys.modules.get('slowly'), 'imported_by', 0) in (0, __import__('os').getpid()))"
    sandbox.guide("guide", body + end, header)
    planned = sandbox.cli("plan", "--json").json
    assert [row["fresh"] for row in planned] == [why]
    backend = planned[0]["backend"]
    told = f"in a fresh process, since {why}: guide[{backend},quick]\n" in sandbox.cli("plan").out
    assert told == bool(
        why and backend == "alpha"
    )  # of a backend that preloads nothing there is nothing to say
    assert sandbox.cli("run").code == 0
    assert text_of(sandbox.record("guide", backend), 1) == f"{bool(why)}\n"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("import threading; threading.Thread(target=time.sleep, args=(600,), daemon=True).start()", "threads"),
        ("if os.environ['HOME'].count('guidewright-') and 'guidewright.execute.forking' in sys.orig_argv: 1 / 0",
         "ZeroDivisionError"),
        ("if 'guidewright.execute.forking' in sys.orig_argv: os._exit(3)", "died"),
        ("import warnings; warnings.warn('this is said once a process')", "says something"),
    ],
)  # fmt: skip
def test_a_job_gets_a_fresh_process_where_its_parent_cannot_fork(
    sandbox: Sandbox, more: str, why: str
) -> None:
    preloading(sandbox, more=more)
    sandbox.guide("guide", FORKED)
    done = sandbox.cli("run")
    assert done.code == 0, done.out + done.err
    assert text_of(sandbox.record("guide")) == "False\n"
    assert ("this is said once" in text_of(sandbox.record("guide"), 0, "stderr")) == ("warn(" in more)
    assert "a fresh process, since" in done.err
    assert why in done.err
    assert_nothing_is_left(sandbox)


def test_a_parent_that_dies_takes_no_job_with_it_and_is_started_again(sandbox: Sandbox) -> None:
    preloading(sandbox, extra="slots = 1")
    killing = (
        "# %%\nimport slowly, os, signal\nos.kill(slowly.imported_by, signal.SIGKILL)\n\n# %%\nprint('lives')"
    )
    sandbox.guide("a", killing)
    sandbox.guide("b", FORKED)
    done = sandbox.cli("run")
    assert done.code == 0, done.out + done.err
    assert text_of(sandbox.record("a"), 1) == "lives\n"
    assert text_of(sandbox.record("b")) == "True\n"
    assert "fresh" not in done.err
    assert_nothing_is_left(sandbox)


def test_a_job_that_leaks_processes_leaves_none_after_its_end(sandbox: Sandbox) -> None:
    preloading(sandbox)
    leaks = """
        # %%
        import slowly, os, subprocess, sys, time
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(600)
            os._exit(0)
        print(slowly.imported_by != os.getpid())

        # %%
        os.kill(os.getpid(), 9)
    """
    sandbox.guide("leaks", leaks)
    assert sandbox.cli("run").code != 0
    record = sandbox.record("leaks")
    assert text_of(record) == "True\n"
    assert record.failure is not None
    assert "SIGKILL" in record.failure.message
    assert_nothing_is_left(sandbox)


def test_a_guide_that_starts_threads_or_forks_works(sandbox: Sandbox) -> None:
    preloading(sandbox)
    works = """
        # %%
        import slowly, os, threading
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool:
            print(sum(pool.map(abs, range(-4, 0))))
        if (child := os.fork()) == 0:
            os._exit(7)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

        # %%
        with ProcessPoolExecutor(2) as pool:
            print(list(pool.map(abs, [-1, -2])))
    """
    sandbox.guide("works", works)
    done = sandbox.cli("run")
    assert done.code == 0, done.out + done.err
    assert text_of(sandbox.record("works")) == "10\n7\n"
    assert text_of(sandbox.record("works"), 1) == "[1, 2]\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("moment", ["importing", "running"])
def test_stopping_leaves_no_process_no_lock_and_no_record(sandbox: Sandbox, number: int, moment: str) -> None:
    preloading(sandbox, seconds=600 if moment == "importing" else 0)
    gate = sandbox.outside / "gate"
    sandbox.guide("waits", f"# %%\nimport slowly, time\nopen({str(gate)!r}, 'w')\ntime.sleep(600)")
    process = sandbox.start("run")
    eventually(lambda: gate.exists() or (moment == "importing" and sandbox.processes()), seconds=60)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert sandbox.cached("waits") == []
    assert_nothing_is_left(sandbox)


@pytest.mark.parametrize("moment", ["importing", "running"])
def test_kernels_and_parents_end_by_themselves_where_the_run_is_killed(sandbox: Sandbox, moment: str) -> None:
    importing, gate = sandbox.outside / "importing", sandbox.outside / "gate"
    seconds = 600 if moment == "importing" else 0
    preloading(sandbox, more=f"open({str(importing)!r}, 'w')\ntime.sleep({seconds})")
    sandbox.guide("waits", f"# %%\nimport slowly, time\nopen({str(gate)!r}, 'w')\ntime.sleep(600)")
    process = sandbox.start("run")
    eventually(importing.exists if seconds else gate.exists, seconds=60)
    process.kill()
    process.communicate()
    eventually(lambda: not sandbox.processes(), seconds=20)


def test_both_ways_are_compared_and_a_guide_that_differs_is_named(sandbox: Sandbox) -> None:
    preloading(sandbox)
    sandbox.guide("same", "# %%\nimport slowly\nprint(1)")
    sandbox.guide("differs", FORKED)
    sandbox.guide("fresh", "# %%\nprint(2)")
    sandbox.guide("moves", "# %%\nimport slowly, random\nprint(random.random())")
    done = sandbox.cli("run", "--compare-preload")
    assert done.code == 1, done.err
    assert "same[alpha,quick]: the same; " in done.err
    assert "differs[alpha,quick]: not the same: 1 cell of 1 changed; " in done.err
    assert "-False\n      +True\n" in done.err
    assert re.search(r"moves\[alpha,quick\]: the same; .*\n    but for 1 cell, where fresh", done.err)
    assert "3 jobs run both ways, 1 not the same; 1 job run in fresh processes anyway" in done.err
    assert sandbox.cached("same") == []
    assert_nothing_is_left(sandbox)

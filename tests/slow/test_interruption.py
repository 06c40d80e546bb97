"""Ctrl-C, a request to end, and a sudden death, in the middle of everything."""

from __future__ import annotations

import http.server
import signal
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from filelock import FileLock

from places import PLACES, place
from sandbox import Sandbox, eventually

WAITS = """
# %%
import pathlib, subprocess, sys, time
child = [sys.executable, "-c", "import time; time.sleep(600)"]
subprocess.Popen(child, start_new_session=True)

# %%
print("waiting")
while pathlib.Path("{gate}").exists():
    time.sleep(0.1)
"""
QUICK = '# %%\nprint("done")'


@pytest.fixture(params=PLACES)
def waiting(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Sandbox]:
    """A project with one quick guide, and one that waits as long as a file is there."""
    gate = sandbox.outside / "gate"
    gate.touch()
    sandbox.guide("quick", QUICK)
    sandbox.guide("waits", WAITS.format(gate=gate))
    with place(request.param, sandbox) as scheduler:
        sandbox.settings(extra=scheduler)
        yield sandbox


def until_in_the_middle(sandbox: Sandbox, process: subprocess.Popen[str]) -> None:
    """Wait until the quick guide is done, and the other one has a child."""
    eventually(lambda: sandbox.cached("quick") or process.poll() is not None, seconds=120)
    eventually(lambda: len(sandbox.processes()) >= 2 or process.poll() is not None, seconds=120)
    assert process.poll() is None, process.communicate()


def assert_nothing_is_left(sandbox: Sandbox) -> None:
    assert sandbox.processes() == []
    assert sandbox.left_behind() == []
    with FileLock(sandbox.root / ".guidewright" / "lock").acquire(timeout=0):
        pass
    assert not (sandbox.root / ".guidewright" / "owner.txt").exists()
    assert list(sandbox.root.rglob("*.part")) == []


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)
def test_an_interrupted_run_keeps_what_is_done_and_the_next_one_goes_on(
    waiting: Sandbox, number: int
) -> None:
    process = waiting.start("run")
    until_in_the_middle(waiting, process)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.endswith("interrupted: what was done is kept\n")
    assert "Traceback" not in out + err
    assert "quick  ✓ passed" in out
    assert "waits  not run" in out
    assert waiting.cached("waits") == []
    assert_nothing_is_left(waiting)

    (waiting.outside / "gate").unlink()
    done = waiting.cli("run", "--json")
    assert done.code == 0, done.err
    states = {row["job"]: row["state"] for row in done.json}
    assert states == {"quick[alpha,quick]": "reused", "waits[alpha,quick]": "ran"}


def test_a_run_that_a_shell_keeps_from_ctrl_c_ends_when_asked_to(waiting: Sandbox) -> None:
    process = waiting.start("run", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    until_in_the_middle(waiting, process)
    process.terminate()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert_nothing_is_left(waiting)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_kernel_that_just_starts_is_ended_too(waiting: Sandbox, number: int) -> None:
    process = waiting.start("run", "waits")
    eventually(waiting.processes, seconds=60)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert_nothing_is_left(waiting)


def test_kernels_end_by_themselves_and_the_lock_is_free_where_the_run_is_killed(waiting: Sandbox) -> None:
    waiting.guide("waits", "# %%\nimport time\ntime.sleep(600)")
    process = waiting.start("run")
    eventually(lambda: waiting.cached("quick") and waiting.processes(), seconds=120)
    process.kill()
    process.communicate()
    eventually(lambda: not waiting.processes(), seconds=20)
    waiting.guide("waits", QUICK)
    done = waiting.cli("run")
    assert done.code == 0, done.err
    assert "waiting for" not in done.err


def test_ctrl_c_while_waiting_for_another_run_leaves_that_one_alone(waiting: Sandbox) -> None:
    first = waiting.start("run")
    until_in_the_middle(waiting, first)
    second = waiting.start("run")
    assert second.stderr is not None
    said = second.stderr.readline()
    assert f"waiting for guidewright run (process {first.pid}" in said
    second.send_signal(signal.SIGINT)
    _, err = second.communicate(timeout=60)
    assert second.returncode == 130
    assert err.strip() == "interrupted: what was done is kept"
    assert first.poll() is None
    (waiting.outside / "gate").unlink()
    out, err = first.communicate(timeout=120)
    assert first.returncode == 0, out + err


def test_a_second_run_waits_says_for_whom_and_then_runs_nothing(waiting: Sandbox) -> None:
    first = waiting.start("run")
    until_in_the_middle(waiting, first)
    second = waiting.start("run")
    assert second.stderr is not None
    assert f"waiting for guidewright run (process {first.pid}" in second.stderr.readline()
    (waiting.outside / "gate").unlink()
    first.communicate(timeout=120)
    out, err = second.communicate(timeout=120)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "started" not in err
    assert out.count("(kept)") == 2


class _Slow(http.server.BaseHTTPRequestHandler):
    """Sends a little of a file, and then nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(b"x" * 100)
        self.wfile.flush()
        self.server.asked.set()  # type: ignore[attr-defined]
        self.server.over.wait(120)  # type: ignore[attr-defined]

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def slow_host() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    server.asked, server.over = threading.Event(), threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.over.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_ctrl_c_while_a_dataset_is_fetched(sandbox: Sandbox, slow_host: Any, number: int) -> None:
    url = f"http://127.0.0.1:{slow_host.server_port}/toy.bin"
    digest = "0" * 64
    dataset = f'[tool.guidewright.datasets.toy]\nfile = "toy.bin"\nurl = "{url}"\nsha256 = "{digest}"'
    sandbox.settings(tables=dataset)
    sandbox.guide("loads", QUICK, "backends: [alpha]\ndatasets: [toy]")
    process = sandbox.start("run", env={"NO_PROXY": "*"})
    assert slow_host.asked.wait(60)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    assert "fetching dataset toy" in err
    for part in (sandbox.root / ".guidewright" / "datasets").rglob("*.part"):
        part.unlink()  # what has come so far is kept: the next run goes on from there
    assert_nothing_is_left(sandbox)

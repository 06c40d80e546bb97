"""A keeper, as the program above a fresh kernel: whatever a job starts ends with the kernel, the build or a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from guidewright.execute import keeper
from guidewright.execute.fresh import can_fork
from sandbox import eventually

pytestmark = pytest.mark.skipif(not can_fork(), reason="there are keepers on Linux only")

LET_LOOSE = """
import os, subprocess, sys
waits = [sys.executable, "-c", "import time; time.sleep(600)"]
away = {"env": {}, "cwd": "/", "start_new_session": True, "stdout": subprocess.DEVNULL}
if os.fork() == 0:
    let_loose = subprocess.Popen(waits, **away)
    open("loose.part", "w").write(str(let_loose.pid))
    os.rename("loose.part", "loose")
    os._exit(0)
os.wait()
"""
WAIT = "import time; time.sleep(600)"


class Keeping:
    """A keeper that runs; ``build`` stands for the process that it must not outlive."""

    def __init__(self, folder: Path, code: str) -> None:
        self.work = folder / "work"
        self.work.mkdir()
        # The build is a shell between the test and the keeper, so that it can be killed.
        start = (
            "import os, subprocess, sys\n"
            f"command = [sys.executable, '-I', '-S', {keeper.__file__!r}, str(os.getpid()), *sys.argv[1:]]\n"
            "process = subprocess.Popen(command, start_new_session=True)\n"
            "print(process.pid, flush=True)\n"
            "print(process.wait(), flush=True)\n"
        )
        self.build = subprocess.Popen(
            [sys.executable, "-c", start, str(self.work), sys.executable, "-c", code],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.build.stdout
        self.said = self.build.stdout
        self.pid = int(self.said.readline())
        self.mark = folder / "loose"

    def loose(self) -> int:
        eventually(self.mark.exists)
        return self.let_loose()[0]

    def let_loose(self) -> list[int]:
        return [int(self.mark.read_text("utf-8"))] if self.mark.exists() else []

    def status(self) -> int:
        return int(self.said.readline())


Keep = Callable[[str], Keeping]


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Keep]:
    started = []

    def start(code: str) -> Keeping:
        started.append(Keeping(tmp_path, code))
        return started[-1]

    yield start
    for keeping in started:
        keeping.build.kill()
        keeping.build.wait()
        keeping.said.close()
        for pid in keeping.let_loose():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("pass", 0),
        ("sys.exit(3)", 3),
        ("os.kill(os.getpid(), 11)", -signal.SIGSEGV),
        ("os.kill(os.getpid(), 9)", -signal.SIGKILL),
        ("os.kill(os.getpid(), 2)", -signal.SIGINT),
    ],
)
def test_it_ends_as_the_kernel_does_and_nothing_is_left_then(keep: Keep, end: str, status: int) -> None:
    keeping = keep(f"import signal\nsignal.signal(2, signal.SIG_DFL)\n{LET_LOOSE}\n{end}")
    assert keeping.status() == status
    assert gone(keeping.loose())
    assert keeping.work.exists()


def test_a_process_that_was_let_loose_lives_while_the_kernel_does(keep: Keep) -> None:
    keeping = keep(f"{LET_LOOSE}\n{WAIT}")
    loose = keeping.loose()
    assert psutil.Process(loose).ppid() == keeping.pid
    assert not gone(loose)
    os.kill(keeping.pid, signal.SIGTERM)
    assert keeping.status() == -signal.SIGKILL
    assert gone(loose)


def test_an_interrupt_is_the_kernels(keep: Keep) -> None:
    caught = f"try:\n    open('loose', 'w').write(str(os.getpid()))\n    {WAIT}\nexcept KeyboardInterrupt:\n    sys.exit(7)"
    keeping = keep(f"import os, signal, sys\nsignal.signal(2, signal.default_int_handler)\n{caught}")
    eventually(lambda: keeping.mark.exists() and keeping.mark.read_text("utf-8"))
    os.kill(keeping.pid, signal.SIGINT)
    assert keeping.status() == 7


def test_a_build_that_is_killed_takes_all_and_the_jobs_folder_with_it(keep: Keep) -> None:
    keeping = keep(f"{LET_LOOSE}\n{WAIT}")
    loose, kept = keeping.loose(), keeping.pid
    keeping.build.kill()
    eventually(lambda: gone(loose) and gone(kept))
    assert not keeping.work.exists()


def test_a_kernel_does_not_outlive_a_keeper_that_is_killed(keep: Keep) -> None:
    keeping = keep(f"{LET_LOOSE}\n{WAIT}")
    keeping.loose()
    kernel = min(psutil.Process(keeping.pid).children(), key=lambda child: child.create_time()).pid
    os.kill(keeping.pid, signal.SIGKILL)
    eventually(lambda: gone(kernel))


def test_a_keeper_whose_build_is_gone_already_starts_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            keeper.__file__,
            "1",
            str(tmp_path),
            sys.executable,
            "-c",
            "open('ran', 'w')",
        ],
        cwd=tmp_path,
        check=True,
    )
    assert done.returncode == 0
    assert not (tmp_path / "ran").exists()

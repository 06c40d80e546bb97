"""What stands above a kernel and ends all that its job started, wherever that hangs; Linux only.

A process whose parent has died falls to the nearest *subreaper* above it (``PR_SET_CHILD_SUBREAPER`` of prctl(2)). For
all that a guide starts that is its keeper, so neither a session nor an environment of its own takes it out of reach.
The keeper waits for the kernel's end and for the build's, ends what is left, and then itself, as the kernel ended.

:mod:`guidewright.execute.forking` calls it above a forked kernel. Above a fresh one it is a program, ``python -I -S
keeper.py BUILD WORK COMMAND…``, that SIGTERM makes end all, and SIGINT interrupt the kernel; so that it is there at once,
it imports nothing but what Python is made of.
"""

import ctypes
import os
import select
import signal
import sys
import time

_SET_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of prctl(2)."""
_SET_SUBREAPER = 36
"""``PR_SET_CHILD_SUBREAPER`` of prctl(2)."""
_SECONDS = 5.0
"""In which what is left has to be gone. What the system itself does not let go is not waited for any longer."""
_ROUND_SECONDS = 0.02
_PARENT_BEHIND_NAME = 1
"""Where a process' parent stands in ``/proc/PID/stat`` behind its name; see proc_pid_stat(5), field 4."""


def die_with_parent() -> None:
    """Have the system end this process, though not those forked from it, with the thread that started it."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


def fork() -> int:
    """Make this process a keeper, and fork what is to be a kernel from it; return what ``os.fork`` does.

    The kernel does not outlive its keeper.
    """
    ctypes.CDLL(None).prctl(_SET_SUBREAPER, 1)
    keeper = os.getpid()
    kernel = os.fork()
    if kernel == 0:
        die_with_parent()
        if os.getppid() != keeper:
            os._exit(1)
    return kernel


def keep(kernel: int, build: int, work: str) -> None:
    """Wait for the end of the kernel or the build; then end all that this process keeps, and itself.

    Args:
        build: a descriptor of its process (pidfd_open(2)).
        work: the job's folder, which goes with a build that could not remove it itself.
    """
    signals, writing = os.pipe()
    for end in (signals, writing):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # each is written to the pipe
    status = _reap(kernel)
    stopped = orphaned = False
    while status is None and not stopped and not orphaned:
        readable, _, _ = select.select([build, signals], [], [])
        came = os.read(signals, 64) if signals in readable else b""
        orphaned, stopped = build in readable, signal.SIGTERM in came
        status = _reap(kernel)
        if signal.SIGINT in came and status is None:
            _interrupt(kernel)
    status = _end_all(kernel, signals, status)
    if orphaned or select.select([build], [], [], 0)[0]:
        _remove(work)
    _end_as(status)


def _end_all(kernel: int, signals: int, status: int | None) -> int | None:
    """End every descendant, and those that fall to this process meanwhile; return the kernel's status."""
    end = time.monotonic() + _SECONDS
    while (left := _descendants()) and time.monotonic() < end:
        for pid in left:
            _kill(pid)
        if select.select([signals], [], [], _ROUND_SECONDS)[0]:
            os.read(signals, 64)
        ended = _reap(kernel)
        status = ended if status is None else status
    return status


def _interrupt(kernel: int) -> None:
    try:
        os.killpg(kernel, signal.SIGINT)
    except OSError:  # not yet in a session of its own, and so not yet running anything
        return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:  # gone by itself, or another user's by its own rights
        return


def _reap(kernel: int) -> int | None:
    """Let go all that have ended; return the kernel's status if it is one of them."""
    status = None
    while True:
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        if pid == kernel:
            status = ended


def _descendants() -> list[int]:
    """Return the processes below this one, the nearest first."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib is not imported here
        if name.isdecimal() and (parent := _parent(name)):
            children.setdefault(parent, []).append(int(name))
    found, left = [], [os.getpid()]
    while left:
        below = children.pop(left.pop(0), [])
        found += below
        left += below
    return found


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
            return int(file.read().rpartition(b")")[2].split()[_PARENT_BEHIND_NAME])
    except OSError:  # it has ended
        return 0


def _remove(work: str) -> None:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120
    from pathlib import Path

    from guidewright.execute.workspaces import remove_workspace

    remove_workspace(Path(work))


def _end_as(status: int | None) -> None:
    """End with the status that waitpid(2) gave for the kernel."""
    code = 1 if status is None else os.waitstatus_to_exitcode(status)
    if code < 0:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(abs(code))


def main(arguments: list[str]) -> None:
    """Start a command as a kernel, and keep it."""
    build, work, *command = arguments
    alive = os.pidfd_open(os.getppid())
    if os.getppid() != int(build):
        return
    keeper = os.getpid()
    kernel = fork()
    if kernel == 0:
        os.setsid()
        # ipykernel ends where this is no longer its parent.
        os.execve(command[0], command, {**os.environ, "JPY_PARENT_PID": str(keeper)})
    keep(kernel, alive, work)


if __name__ == "__main__":
    main(sys.argv[1:])

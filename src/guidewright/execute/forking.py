"""What runs in the process that kernels are forked from: it imports, waits, and forks; Linux only.

Started by :mod:`guidewright.execute.nursery` as ``python -m guidewright.execute.forking SOCKET BUILD MODULE… -- MODULE…``,
which are modules that a kernel finds imported and modules that it does not (:mod:`guidewright.execute.ahead`). Each order and each answer is one packet of JSON on a Unix socket that keeps packets apart (``SOCK_SEQPACKET``), so none needs its
length before it. It ends with the last one who holds the socket's other end. Above each kernel stands a process of its own,
its keeper (:mod:`guidewright.execute.keeper`), by which it ends with the build itself.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import select
import socket
import sys
import sysconfig
import tempfile
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from guidewright.execute import ahead, keeper

PACKET = 2**18
"""Bytes that an order or an answer may have."""
LATER = "--"
"""Stands before the modules that a kernel does not find imported yet."""
_KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "guidewright.execute.inside",
)
_FULL_COLLECTIONS = 50
"""Collections of the second generation to one of all. A process that has imported by itself collects all its garbage when it has
a quarter more objects than then; without those that are frozen, a kernel would many times as often, and TensorFlow's iterators
wait a tenth of a second each for their end."""
_SHOWN_INLINE = "module://matplotlib_inline.backend_inline"
"""What ipykernel sets for Matplotlib, which reads it where it is imported; Keras imports it."""
_ENVIRONMENT_STARTS = 47
"""Where ``env_start`` stands in ``/proc/PID/stat`` behind the program's name; see proc_pid_stat(5), field 50."""


class StandIn:
    """Stands for a standard stream while modules are imported that keep it, as absl's logging does."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.spoken = stream, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Note that something is said: in a fresh process a cell would show it."""
        self.spoken = True
        written: int = self.stream.write(text)
        return written

    def close(self) -> None:
        """Stay open: absl's handler closes its stream where the kernel sets its own logging up."""


def main(arguments: list[str]) -> None:
    """Import, then fork until nobody is there to ask for it; a fork becomes a kernel here."""
    number, build, *names = arguments
    found, later = names[: names.index(LATER)], names[names.index(LATER) + 1 :]
    link = socket.socket(fileno=int(number))
    alive = os.pidfd_open(os.getppid())
    keeper.die_with_parent()  # an import that takes long looks for nobody
    if os.getppid() != int(build):
        return
    at_start = dict(os.environ)
    streams = StandIn(sys.stdout), StandIn(sys.stderr)
    sys.stdout, sys.stderr = streams
    sys.path[:] = [entry for entry in sys.path if entry not in ("", str(Path.cwd()))]
    os.environ.setdefault("MPLBACKEND", _SHOWN_INLINE)
    answer, hidden = _import(found, later, streams)
    ordered = _serve(link, answer, _loaded(hidden))
    if ordered is None:
        os._exit(0)
    link.close()
    order, above = ordered
    _tell_the_system(at_start["HOME"], order["environment"]["HOME"])
    _be_below_a_keeper(above, alive, order)
    _move_in(order, at_start)
    _be_kernel(order, streams)


def _import(
    modules: list[str], later: list[str], streams: tuple[StandIn, StandIn]
) -> tuple[dict[str, Any], ahead.Hidden]:
    """Import all; return what to tell of it, and those that a kernel is not to find yet."""
    # As gc.freeze() is to be used: no collection writes to the pages that all kernels share, nor leaves holes in them.
    gc.disable()
    hidden = ahead.Hidden()
    try:
        for name in _KERNEL:
            importlib.import_module(name)
        for stream in streams:
            stream.spoken = False
        for name in modules:
            importlib.import_module(name)
        name = ", ".join(later)
        hidden = ahead.hide(later)
    except BaseException as error:  # the guide that imports it by itself will say more
        return {"unfit": f"importing {name} raised {type(error).__name__}: {error}"}, hidden
    if any(stream.spoken for stream in streams):
        names = ", ".join([*modules, *later])
        return {"unfit": f"importing {names} says something, which belongs to the guide's output"}, hidden
    gc.freeze()
    return {"ready": True}, hidden


def _threads() -> str:
    """Say why a fork would not be safe here; empty where it is."""
    count = max(threading.active_count(), len([*Path("/proc/self/task").iterdir()]))
    return f"what is preloaded has started {count - 1} threads" if count > 1 else ""


def _loaded(hidden: ahead.Hidden) -> dict[str, int]:
    """Return the files of all modules, and the folders where distributions are, with when each was written, in nanoseconds."""
    files = [
        ahead.attributes(module).get("__file__")
        for module in [*sys.modules.values(), *hidden.modules.values()]
    ]
    folders = map(sysconfig.get_path, ("purelib", "platlib"))
    return {file: _written(file) for file in [*files, *folders] if isinstance(file, str)}


def _written(file: str) -> int:
    with suppress(OSError):
        return os.stat(file).st_mtime_ns  # noqa: PTH116 - of thousands, at each fork
    return 0


def _serve(
    link: socket.socket, answer: dict[str, Any], loaded: dict[str, int]
) -> tuple[dict[str, Any], socket.socket] | None:
    """Fork as ordered; return in a child the order and where to tell of its kernel, and None in the parent at its end."""
    keepers: dict[int, int] = {}
    try:
        _tell(link, answer)
        while True:
            readable, _, _ = select.select([link.fileno(), *keepers], [], [])
            for watched in keepers.keys() & set(readable):
                _tell(link, _reaped(keepers.pop(watched)))
                os.close(watched)
            if link.fileno() in readable:
                if not (packet := link.recv(PACKET)):
                    return None
                if any(
                    _written(file) != then for file, then in loaded.items()
                ):  # edited, or another version installed, while a preview is up
                    _tell(link, {"outdated": True})
                    return None
                order: dict[str, Any] = json.loads(packet)
                if above := _fork(link, keepers):
                    return order, above
    except OSError:  # the build is gone
        return None


def _tell(link: socket.socket, answer: dict[str, Any], *descriptors: int) -> None:
    socket.send_fds(link, [json.dumps(answer).encode()], descriptors)


def _reaped(pid: int) -> dict[str, Any]:
    _, status = os.waitpid(pid, 0)
    return {"ended": pid, "code": os.waitstatus_to_exitcode(status)}


def _fork(link: socket.socket, keepers: dict[int, int]) -> socket.socket | None:
    """Fork a kernel's keeper, where that is safe; return in the child where it tells of the kernel."""
    if why := _threads():
        _tell(link, {"refused": why})
        return None
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    below, above = socket.socketpair()
    keeping = _quiet_fork(os.fork)
    if keeping == 0:
        below.close()
        for watched in keepers:
            os.close(watched)
        return above
    above.close()
    with below:
        kernel, descriptors, _, _ = socket.recv_fds(below, PACKET, 1)
    if not kernel:
        os.waitpid(keeping, 0)
        _tell(link, {"refused": "its keeper died"})
        return None
    keepers[os.pidfd_open(keeping)] = keeping
    _tell(link, {"forked": int(kernel), "keeper": keeping}, *descriptors)
    os.close(descriptors[0])
    return None


def _quiet_fork(fork: Callable[[], int]) -> int:
    with warnings.catch_warnings():
        # JAX warns of any fork; noted as said, it could not be said in a guide.
        warnings.simplefilter("ignore")
        return fork()


# ---------------------------------------------------------------- the child


def _be_below_a_keeper(above: socket.socket, build: int, order: dict[str, Any]) -> None:
    """Become the kernel's keeper, which does not return, and the kernel, which does."""
    kernel = _quiet_fork(keeper.fork)
    if kernel:
        try:
            socket.send_fds(above, [str(kernel).encode()], [os.pidfd_open(kernel)])
        except OSError:  # the parent has died since: nobody knows of this kernel
            os._exit(1)
    above.close()
    if kernel:
        keeper.keep(kernel, build, str(Path(order["environment"]["HOME"]).parent))
    os.close(build)


def _move_in(order: dict[str, Any], at_start: dict[str, str]) -> None:
    """Take the job's session, folder, streams and environment."""
    os.setsid()
    os.chdir(order["cwd"])
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((0, null), (1, log), (2, log)):
        os.dup2(number if target == number else target, number)
    os.close(log)
    os.close(null)
    environment: dict[str, str] = order["environment"]
    for name, value in environment.items():
        if at_start.get(name) != value:
            os.environ[name] = value
    tempfile.tempdir = None  # was looked up in the parent's environment
    forget_folders()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # else every kernel drew the same unseeded numbers
    sys.argv = order["argv"]


def forget_folders() -> None:
    """Have Matplotlib, if it is imported, look for its folders again: it remembers those of the parent's home, which every
    job would find in the state that another has left."""
    for name in ("get_configdir", "get_cachedir"):
        function = getattr(sys.modules.get("matplotlib"), name, None)
        if function and (code := getattr(function, "__code__", None)):
            found = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
            if "called" in found:
                found["called"].cell_contents = False


def _tell_the_system(then: str, now: str) -> None:
    """Put the job's home over the parent's in what ``/proc/PID/environ`` shows: it is how a job's processes are found.

    Raises:
        ValueError: the two are not equally long.
    """
    was, new = (b"HOME=" + os.fsencode(home) + b"\0" for home in (then, now))
    if len(was) != len(new):
        raise ValueError(f"{now} is not as long as {then}")
    place = (b"\0" + Path("/proc/self/environ").read_bytes()).index(b"\0" + was)
    fields = Path("/proc/self/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
    ctypes.memmove(int(fields[_ENVIRONMENT_STARTS]) + place, new, len(new))


def _be_kernel(order: dict[str, Any], streams: tuple[StandIn, StandIn]) -> None:
    from ipykernel.kernelapp import IPKernelApp

    assert sys.__stdout__ is not None
    assert sys.__stderr__ is not None
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    # No process to poll for, as 1 says: the keeper looks after that. At 0 it would talk of Ctrl-C in its log.
    gc.set_threshold(*gc.get_threshold()[:2], _FULL_COLLECTIONS)
    gc.enable()
    app = IPKernelApp.instance(parent_handle=1)
    app.initialize(order["argv"][1:])
    streams[0].stream, streams[1].stream = sys.stdout, sys.stderr
    app.start()


if __name__ == "__main__":
    main(sys.argv[1:])

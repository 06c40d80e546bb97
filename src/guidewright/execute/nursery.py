"""Kernels forked from a process that has imported already: one such parent per backend and environment.

A parent is started by the first job that needs it, and again where it has died. It holds no job: a kernel lives on
without its parent, and ends with the build. What keeps a job from being forked is noted, and it gets a fresh process.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guidewright.execute.forking import PACKET
from guidewright.execute.processes import Family
from guidewright.execute.workspaces import make_workspace, remove_workspace

UNKNOWN = 256
"""The status of a kernel whose parent died before it: nobody was told. No process can have it."""
_STARTS = 3
"""Times that a parent is started before its jobs get fresh processes."""
_IMPORT_SECONDS = 120.0
_FORK_SECONDS = 20.0
_END_SECONDS = 2.0
_LOOK_SECONDS = 0.2


class RefusedError(Exception):
    """A kernel cannot be forked; the text says why."""


class OutdatedError(RefusedError):
    """A file of what the parent has imported was written since; the parent has ended."""


class Parent:
    """A process that imports modules, and forks; see :mod:`guidewright.execute.forking`."""

    def __init__(self, environment: Callable[[Path], Mapping[str, str]], modules: tuple[str, ...]) -> None:
        self.ready, self.unfit = False, ""
        self.codes: dict[int, int] = {}
        """Keeper → status that its kernel ended with, when all that this started is gone as well."""
        self._lock = threading.Lock()
        self.work = make_workspace()
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [
            sys.executable,
            "-m",
            "guidewright.execute.forking",
            str(theirs.fileno()),
            str(os.getpid()),
        ]
        try:
            with theirs, (self.work / "parent.log").open("wb") as log:
                self.process = subprocess.Popen(
                    [*command, *modules],
                    cwd=self.work / "guide",
                    env=dict(environment(self.work)),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=[theirs.fileno()],
                )
        except OSError as error:
            self._link.close()
            remove_workspace(self.work)
            raise RefusedError(f"the process to fork it from could not be started: {error}") from error

    @property
    def dead(self) -> bool:
        return self.process.poll() is not None

    async def imported(self) -> None:
        """Wait until it can fork.

        Raises:
            RefusedError: it cannot, or died.
        """
        end = time.monotonic() + _IMPORT_SECONDS
        while not self.ready:
            if self.unfit or time.monotonic() > end:
                raise RefusedError(self.unfit or f"importing took more than {_IMPORT_SECONDS:g} s")
            await asyncio.to_thread(select.select, [self._link], [], [], _LOOK_SECONDS)
            with self._lock:
                self._take(0)

    def fork(self, order: Mapping[str, Any]) -> Forked:
        """Return a new kernel's process.

        Raises:
            RefusedError: a fork would not be safe, or the parent died.
        """
        with self._lock:
            try:
                self._link.send(json.dumps(order).encode())
            except OSError as error:
                self._died()
                raise RefusedError(self.unfit) from error
            end = time.monotonic() + _FORK_SECONDS
            while (left := end - time.monotonic()) > 0:
                answer, descriptors = self._take(left)
                if "forked" in answer:
                    return Forked(
                        pid=answer["forked"], keeper=answer["keeper"], watched=descriptors[0], parent=self
                    )
                if "outdated" in answer:
                    raise OutdatedError("a module that it had imported has changed")
                if "refused" in answer:
                    raise RefusedError(answer["refused"])
                if self.unfit:
                    raise RefusedError(self.unfit)
        raise RefusedError("the parent does not answer")

    def code(self, keeper: int) -> int:
        """Return the status of a kernel that has ended, as ``subprocess`` has it; UNKNOWN where the parent has died."""
        with self._lock:
            end = time.monotonic() + _END_SECONDS
            while keeper not in self.codes and not self.unfit and (left := end - time.monotonic()) > 0:
                self._take(left)
        return self.codes.setdefault(keeper, UNKNOWN)

    def _take(self, seconds: float) -> tuple[dict[str, Any], list[int]]:
        """Take one answer, if one comes in time, and note what it says."""
        if self._link.fileno() < 0 or not select.select([self._link], [], [], seconds)[0]:
            return {}, []
        packet, descriptors = b"", list[int]()
        with suppress(ConnectionError):
            packet, descriptors, _, _ = socket.recv_fds(self._link, PACKET, 1)
        if not packet:
            self._died()
            return {}, []
        answer: dict[str, Any] = json.loads(packet)
        if "ended" in answer:
            self.codes[answer["ended"]] = answer["code"]
        self.ready = self.ready or "ready" in answer
        self.unfit = answer.get("unfit", self.unfit)
        return answer, descriptors

    def _died(self) -> None:
        """Note it. Its end of the socket is closed a moment before the system says that it is dead."""
        self.unfit = "the parent died"
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS)

    def dismiss(self) -> None:
        """Have it end by itself; kernels live on."""
        self.unfit = self.unfit or "it was ended"
        self._link.close()

    def end(self) -> None:
        """End it, and what it may have started; kernels live on."""
        self.dismiss()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS if self.ready else 0)
        self.process.kill()
        self.process.wait()
        Family(work=self.work).end()
        remove_workspace(self.work)


class Forked:
    """A kernel's process, with what Jupyter asks of a :class:`subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, *, pid: int, keeper: int, watched: int, parent: Parent) -> None:
        self.pid, self.keeper = pid, keeper
        self.returncode: int | None = None
        self._watched, self._parent = watched, parent

    def poll(self) -> int | None:
        """Return its status, or None while it runs."""
        if self.returncode is None and select.select([self._watched], [], [], 0)[0]:
            self.returncode = self._parent.code(self.keeper)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        select.select([self._watched], [], [], timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._watched, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def __del__(self) -> None:
        os.close(self._watched)


@dataclass(kw_only=True, slots=True)
class Nursery:
    """The parents of one run, or of one preview."""

    parents: dict[object, Parent] = field(default_factory=dict)
    starts: dict[object, int] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    """Job → why it could not be forked, though it was to be."""

    def start(self, environment: Callable[[Path], Mapping[str, str]], modules: tuple[str, ...]) -> None:
        """Start the parent that :meth:`fork` will need, unless it is there; what goes wrong is told by that."""
        if (key := _key(environment, modules)) not in self.parents:
            with suppress(RefusedError):
                self._parent(key, environment, modules)

    async def fork(
        self,
        environment: Callable[[Path], Mapping[str, str]],
        modules: tuple[str, ...],
        order: Mapping[str, Any],
    ) -> Forked:
        """Fork a kernel from the parent of an environment.

        Args:
            environment: of a process that works in a folder.
            modules: what the parent imports, as its program takes them.

        Raises:
            RefusedError: it cannot be done.
        """
        key = _key(environment, modules)
        while True:
            parent = self._parent(key, environment, modules)
            try:
                await parent.imported()
                return parent.fork(order)
            except OutdatedError:
                self.starts[key] -= 1
                parent.end()
            except RefusedError:
                if not parent.dead or self.starts[key] >= _STARTS:
                    raise

    def _parent(
        self, key: object, environment: Callable[[Path], Mapping[str, str]], modules: tuple[str, ...]
    ) -> Parent:
        parent = self.parents.get(key)
        if parent and not parent.dead:
            return parent
        if self.starts.get(key, 0) >= _STARTS:
            raise RefusedError(f"its parent died {_STARTS} times")
        if parent:
            parent.end()
        self.starts[key] = self.starts.get(key, 0) + 1
        parent = self.parents[key] = Parent(environment, modules)
        return parent

    def end(self) -> None:
        """End all parents."""
        for parent in self.parents.values():
            parent.dismiss()  # each takes a while to give its memory back, and need not wait for the others
        for parent in self.parents.values():
            parent.end()
        self.parents.clear()


def _key(environment: Callable[[Path], Mapping[str, str]], modules: tuple[str, ...]) -> object:
    return modules, tuple(sorted(environment(Path("work")).items()))


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Return a nursery without parents yet; all are gone afterwards."""
    made = Nursery()
    try:
        yield made
    finally:
        made.end()

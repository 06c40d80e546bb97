"""A job's processes: the kernel, and all that it and its children start, also in sessions of their own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_ROUNDS = 5
"""Times that the system's processes are searched for new ones; a process that forks as fast as it dies ends that way."""
_WAIT_SECONDS = 2.0
_KEEPER_SECONDS = 6.0
"""A little longer than the keeper itself tries."""
_KEEPER_POLL = 0.005


@dataclass(kw_only=True, slots=True)
class Family:
    """The processes of the job that works in a folder.

    Three ways lead to them: from the keeper, below which all of them hang (:mod:`guidewright.execute.keeper`), and which
    ends them by itself; elsewhere than on Linux, from the kernel to its children, while it lives; and the folder, which
    is the home that the kernel's environment names, and which every child inherits that is not given another.
    """

    work: Path
    members: set[psutil.Process] = field(default_factory=set)
    """Those seen so far. Each knows when it was started, so a number that is used again harms nobody."""

    keeper: psutil.Process | None = None
    """None of the job's own: neither its memory nor its life is."""

    def add(self, pid: int) -> None:
        """Take in the kernel itself."""
        with suppress(psutil.Error):
            self.members.add(psutil.Process(pid))

    def keep_by(self, pid: int) -> None:
        """Note the keeper."""
        with suppress(psutil.Error):
            self.keeper = psutil.Process(pid)

    def look(self) -> None:
        """Take in the children that there are now, and forget the dead."""
        keeping = _alive(filter(None, [self.keeper]))
        self.members = _alive(self.members)
        for above in keeping or list(self.members):
            with suppress(psutil.Error):
                self.members.update(above.children(recursive=True))

    def memory_mb(self) -> float:
        """Return the resident memory of all that have been seen, in MiB."""
        used = 0
        for member in self.members:
            with suppress(psutil.Error):
                used += member.memory_info().rss
        return used / 2**20

    def kill(self) -> None:
        """Kill them all, now."""
        for member in self.members:
            with suppress(psutil.Error):
                member.kill()

    def end(self) -> None:
        """Find, kill, and see them gone."""
        self.kill()
        self._let_keeper_end()
        for _ in range(_ROUNDS):
            self.look()
            self.members |= self._at_home()
            if not self.members:
                return
            self.kill()
            psutil.wait_procs(self.members, timeout=_WAIT_SECONDS)

    def _let_keeper_end(self) -> None:
        """Wait for what ends all, for as long as it tries; killed before, it would let go what only it can find."""
        end = time.monotonic() + _KEEPER_SECONDS
        while self.keeper and _alive([self.keeper]) and time.monotonic() < end:
            time.sleep(_KEEPER_POLL)

    def _at_home(self) -> set[psutil.Process]:
        """Return the system's other living processes whose environment names this job's folder as their home."""
        home = str(self.work / "home")
        found = set()
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.pid != os.getpid() and process.environ().get("HOME") == home:
                    found.add(process)
        return _alive(found)


def _alive(processes: Iterable[psutil.Process]) -> set[psutil.Process]:
    """Leave out those that are gone, and those that are dead and wait for a parent to be told."""
    alive = set()
    for process in processes:
        with suppress(psutil.Error):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                alive.add(process)
    return alive

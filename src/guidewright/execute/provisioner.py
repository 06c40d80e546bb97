"""Jupyter's ways to start a kernel, with a keeper above it where the system has such, and with a fork where it can be."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import ipykernel_launcher  # type: ignore[import-untyped]
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from guidewright.execute import keeper
from guidewright.execute.fresh import can_fork
from guidewright.execute.nursery import Forked, RefusedError

Fork = Callable[[Mapping[str, Any]], Awaitable[Forked]]
"""Forks a kernel as an order says; raises :class:`RefusedError`."""
_GONE_SECONDS = 0.5


class KeepingProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts a fresh process; ``work``, the job's folder, is given by whoever makes it."""

    work: Path
    keeper: int | None = None
    """The process that ends with all that the job started, if the system has such."""
    kept = False
    """Whether ``process`` is the keeper, rather than the kernel."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Launch the kernel that ``cmd`` would."""
        if can_fork():
            above = [sys.executable, "-I", "-S", str(keeper.__file__), str(os.getpid()), str(self.work)]
            cmd = [*above, *cmd]
        info = await super().launch_kernel(cmd, **options)
        if can_fork():
            self.keeper, self.kept = self.pid, True
        return info

    async def send_signal(self, signum: int) -> None:
        """Send a signal; a keeper is never killed, and ends all instead."""
        await super().send_signal(signal.SIGTERM if self.kept and signum == signal.SIGKILL else signum)

    async def kill(self, restart: bool = False) -> None:
        """Kill, and wait a moment: Jupyter looks whether the process is gone only ten times a second."""
        await super().kill(restart)
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.process.wait, _GONE_SECONDS)


class ForkingProvisioner(KeepingProvisioner):
    """Forks one; its ``fork`` and ``log_file`` are given as well, and ``refused`` says afterwards why there was none."""

    fork: Fork
    log_file: str
    refused = ""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Launch the kernel that ``cmd`` would."""
        order = {
            "argv": [ipykernel_launcher.__file__, *cmd[3:]],
            "cwd": options["cwd"],
            "environment": options["env"],
            "log": self.log_file,
        }
        try:
            self.process = forked = await self.fork(order)
        except RefusedError as why:
            self.refused = str(why)
            return await super().launch_kernel(cmd, **options)
        self.pid = self.pgid = forked.pid  # a session of its own, as soon as it runs
        self.keeper = forked.keeper
        self.cwd = options["cwd"]
        return self.connection_info

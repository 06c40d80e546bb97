"""Jupyter's way to start a kernel, with a fork where it can be, and a fresh process where it cannot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import ipykernel_launcher  # type: ignore[import-untyped]
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from guidewright.execute.nursery import Forked, RefusedError

Fork = Callable[[Mapping[str, Any]], Awaitable[Forked]]
"""Forks a kernel as an order says; raises :class:`RefusedError`."""


class ForkingProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Its ``fork`` is given by whoever makes it; ``refused`` says afterwards why there was none."""

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
            self.process = await self.fork(order)
        except RefusedError as why:
            self.refused = str(why)
            return await super().launch_kernel(cmd, **options)
        self.pid = self.pgid = self.process.pid  # a session of its own, as soon as it runs
        self.cwd = options["cwd"]
        return self.connection_info

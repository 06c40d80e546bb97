"""Jupyter's client of a kernel, which knows at once when the kernel is ready."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

_REPLY_SECONDS = 1.0
_BESIDE_SECONDS = 0.05
"""After a reply, until what the kernel sends to all is here as well; later, it was sent before we were connected."""


class ReadyClient(AsyncKernelClient):  # type: ignore[misc]
    """Waits for a kernel as Jupyter's own does, less the 0.2 s of silence by which that tells that nothing more comes."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and what it sends to all reaches us.

        Args:
            timeout: in seconds; None for as long as it lives.

        Raises:
            RuntimeError: it died, or does not answer in time.
        """
        end = time.monotonic() + (math.inf if timeout is None else timeout)
        while not await self._answers(self.kernel_info()):
            if not await self.is_alive():
                raise RuntimeError("the kernel died before it answered")
            if time.monotonic() > end:
                raise RuntimeError(f"the kernel did not answer in {timeout:g} s")

    async def _answers(self, request: str) -> bool:
        """Take what comes until the reply to a request is here, and all that was sent beside it."""
        try:
            while not _is_of(reply := await self.shell_channel.get_msg(timeout=_REPLY_SECONDS), request):
                pass
            while not _ends(await self.iopub_channel.get_msg(timeout=_BESIDE_SECONDS), request):
                pass
        except Empty:
            return False
        self._handle_kernel_info_reply(reply)
        return True


def _is_of(message: Mapping[str, Any], request: str) -> bool:
    return bool(message["parent_header"].get("msg_id") == request)


def _ends(message: Mapping[str, Any], request: str) -> bool:
    """Tell whether this is the last that is sent for a request; see "Kernel status" in Jupyter's messaging protocol."""
    idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
    return idle and _is_of(message, request)

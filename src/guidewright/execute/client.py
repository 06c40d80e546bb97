"""nbclient, with what its cells print kept by :mod:`guidewright.execute.capture`, and limits of our own."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from guidewright.execute.capture import Capture

LOG = logging.getLogger("guidewright.kernel")
"""Where Jupyter's libraries log: nowhere. What goes wrong is told as the job's outcome."""
LOG.addHandler(logging.NullHandler())
LOG.propagate = False
_GRACE = 5.0
"""Seconds that an interrupted cell has to end by itself, so that its record tells where it was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a cell ended."""

    in_time: bool
    stuck: bool = False
    """Whether it runs on, even though it was interrupted."""
    error: CellExecutionError | None = None
    """What it raised, and may not raise."""


class Client(NotebookClient):  # type: ignore[misc]
    """A notebook client whose cells cannot fill the memory, nor run for ever."""

    def __init__(self, nb: NotebookNode, *, output_limit: int, **options: Any) -> None:
        super().__init__(nb, log=LOG, **options)
        self.output_limit = output_limit
        self.captures: list[Capture] = []

    async def run_cell(self, node: NotebookNode, limit: float) -> Ended:
        """Run a cell to its end, or interrupt it after so many seconds.

        Raises:
            DeadKernelError: the kernel died meanwhile.
        """
        self.nb.cells.append(node)
        self.captures.append(Capture(limit=self.output_limit))
        # A task of its own: nbclient takes its own cancelling for the kernel's death.
        task = asyncio.ensure_future(self.async_execute_cell(node, len(self.captures) - 1))
        try:
            in_time, _ = await asyncio.wait({task}, timeout=limit)
            if not in_time:
                with suppress(RuntimeError, OSError):  # it has just died, as the task will tell
                    await self.km.interrupt_kernel()
                await asyncio.wait({task}, timeout=_GRACE)
            if not task.done():
                return Ended(in_time=False, stuck=True)
            await task
        except CellExecutionError as error:
            return Ended(in_time=bool(in_time), error=error)
        finally:
            await _end(task)
        return Ended(in_time=bool(in_time))

    async def evaluate(self, expression: str, limit: float) -> dict[str, Any]:
        """Evaluate an expression in the kernel, without a trace in its history; return the reply's part for it.

        Raises:
            TimeoutError: there is no answer within so many seconds.
            DeadKernelError: the kernel died meanwhile.
        """
        content = {"answer": expression}
        message = self.kc.execute("", silent=True, store_history=False, user_expressions=content)
        async with asyncio.timeout(limit):
            reply = await self.async_wait_for_reply(message)
        answer: dict[str, Any] = reply["content"].get("user_expressions", {}).get("answer", {})
        return answer

    # ------------------------------------------------- overrides of nbclient's

    def output(self, outs: Any, msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        if self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            return super().output(outs, msg, display_id, cell_index)
        self.captures[cell_index].add(msg["msg_type"], msg["content"])
        return None

    def clear_output(self, outs: Any, msg: dict[str, Any], cell_index: int) -> None:
        if self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            super().clear_output(outs, msg, cell_index)
        else:
            self.captures[cell_index].clear(wait=bool(msg["content"].get("wait")))

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        for capture in self.captures:
            capture.update(display_id, msg["content"])


async def _end(task: asyncio.Future[Any]) -> None:
    """Cancel a task that still runs, and see it end."""
    if not task.done():
        # A second cancellation may take us away from here before the task has ended; nobody would ask how it did.
        task.add_done_callback(_forget)
        task.cancel()
        with suppress(DeadKernelError, asyncio.CancelledError):
            await task


def _forget(task: asyncio.Future[Any]) -> None:
    """Take a task's exception, so that asyncio does not print that nobody did."""
    if not task.cancelled():
        task.exception()

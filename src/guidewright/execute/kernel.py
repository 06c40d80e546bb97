"""One Jupyter kernel for one job: a process, a folder and an environment of its own; ended with all that it started."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import v4

from guidewright.execute.client import LOG, Client
from guidewright.execute.nursery import UNKNOWN
from guidewright.execute.processes import Family
from guidewright.execute.provisioner import Fork, ForkingProvisioner, KeepingProvisioner
from guidewright.execute.ready import ReadyClient

_INSIDE = "__import__('importlib').import_module('guidewright.execute.inside')"
_LOG = "kernel.log"
_POLL = 0.25
"""Seconds between two looks at a kernel's memory."""
_POLLS = 4
"""From one search for new children to the next, where a keeper finds those that nobody saw: it reads of every process of
the system, which costs far more than the look."""
_LINES = 12
"""Of its log, that are told of a kernel that died."""
_START_SECONDS = 120.0
_REPORT_SECONDS = 60.0
_RECONNECT_MS = 10
"""Between two tries to reach a kernel that does not listen yet; ZeroMQ's own tenth of a second is long beside a fork."""
_IPC_PATH = 90
"""Bytes that the path of a socket may have on every system (sun_path has 104), its number left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetFile:
    """A declared dataset, resolved: what the kernel's bootstrap serves."""

    name: str
    file: str
    url: str
    path: str
    source: str
    digest: str


@dataclass(kw_only=True, slots=True)
class Kernel:
    """A kernel that runs; see :func:`kernel`."""

    work: Path
    client: Client
    family: Family
    memory_limit_mb: float
    peak_mb: float = 0.0
    over_memory: bool = False
    """Whether it was ended because its processes took more memory than they may."""

    def death(self) -> str:
        """Say in words how the kernel's process ended; empty where that is not known."""
        process = self.client.km.provisioner and self.client.km.provisioner.process
        code = process.poll() if process else None
        return "" if code is None else death(code)

    async def prepare(
        self,
        cpus: Sequence[int],
        bootstrap: str,
        datasets: Sequence[DatasetFile],
        owners: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Pin the kernel to its cores, and call the backend's bootstrap.

        Args:
            owners: module → distributions that have it, of a job that installs none; else the kernel finds out at its end.

        Raises:
            RuntimeError: the bootstrap cannot be imported, or raises.
            DeadKernelError, TimeoutError: as :meth:`Client.evaluate`.
        """
        order = json.dumps(preparation(self.work, cpus, bootstrap, datasets, owners))
        reply = await self.client.evaluate(f"{_INSIDE}.start({order!r})", _START_SECONDS)
        if reply.get("status") != "ok":
            why = f"{reply.get('ename', 'no reply')}: {reply.get('evalue', '')}"
            raise RuntimeError(f"the kernel could not be prepared: {why}")

    async def report(self) -> dict[str, Any]:
        """Return checks, distributions, device and datasets used, as far as the kernel can still tell."""
        with suppress(TimeoutError, DeadKernelError, ValueError, SyntaxError, KeyError):
            answer = await self.client.evaluate(f"{_INSIDE}.report()", _REPORT_SECONDS)
            told: dict[str, Any] = json.loads(ast.literal_eval(answer["data"]["text/plain"]))
            return told
        return {}


def preparation(
    work: Path,
    cpus: Sequence[int],
    bootstrap: str,
    datasets: Sequence[DatasetFile],
    owners: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return what :mod:`guidewright.execute.inside` is asked to prepare, as JSON can hold it."""
    fields = ("name", "file", "url", "path", "source", "digest")
    request = {
        "datasets": [{name: getattr(dataset, name) for name in fields} for dataset in datasets],
        "home": str(work / "home" / ".keras"),
        "log": str(work / _LOG),
    }
    return {"cpus": list(cpus), "bootstrap": bootstrap, "request": request, "owners": owners}


def death(code: int) -> str:
    """Say in words how a process ended, from its status as ``subprocess`` has it; empty where nobody was told."""
    if code == UNKNOWN:
        return ""
    if code >= 0:
        return f"its process ended with {code}"
    with suppress(ValueError):
        return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process was ended by signal {-code}"


def last_words(work: Path) -> str:
    """Return what the kernel's process wrote last past its cells: of a crash its beginning, which names the place."""
    with suppress(OSError):
        said = (work / _LOG).read_text("utf-8", errors="replace")
        _, crash, frames = said.rpartition("Fatal Python error: ")
        lines = f"{crash}{frames}".splitlines()
        return "\n".join(lines[:_LINES] if crash else lines[-_LINES:])
    return ""


# ------------------------------------------------------------ start and end


class _Spec(KernelSpecManager):  # type: ignore[misc]
    """The kernel is this very Python, whatever kernels are installed for the user."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


@asynccontextmanager
async def kernel(
    work: Path,
    environment: Mapping[str, str],
    *,
    output_limit: int,
    memory_limit_mb: float,
    fork: Fork | None = None,
) -> AsyncIterator[Kernel]:
    """Start a kernel in a workspace; it and every process that it left behind are gone afterwards.

    Args:
        fork: how to get it from a process that has imported already; None for a fresh process.

    Raises:
        RuntimeError: it does not start.
    """
    manager = AsyncKernelManager(
        kernel_spec_manager=_Spec(),
        connection_file=str(work / "kernel.json"),
        client_factory=ReadyClient,
        log=LOG,
    )
    manager.context.setsockopt(zmq.RECONNECT_IVL, _RECONNECT_MS)
    # Sockets in the job's own folder, which only this user can open, where the system has them.
    if os.name == "posix" and len(os.fsencode(work)) < _IPC_PATH:
        manager.transport, manager.ip = "ipc", str(work / "k")
    manager.provisioner = _provisioner(manager, fork, work)
    client = Client(v4.new_notebook(), output_limit=output_limit, km=manager, startup_timeout=int(_START_SECONDS),
                    iopub_timeout=120, raise_on_iopub_timeout=True, shell_timeout_interval=1,
                    store_widget_state=False, record_timing=False)  # fmt: skip
    client.reset_execution_trackers()
    running = Kernel(work=work, client=client, family=Family(work=work), memory_limit_mb=memory_limit_mb)
    watch: asyncio.Task[None] | None = None
    try:
        # What native code writes past Python's streams is not output of a cell; it is told where a kernel dies.
        with (work / _LOG).open("wb") as log:
            await client.async_start_new_kernel(
                env=dict(environment), cwd=str(work / "guide"), stdout=log, stderr=log
            )
        _note_processes(running.family, manager.provisioner)
        watch = asyncio.create_task(_watch_memory(running))
        await client.async_start_new_kernel_client()
        yield running
    finally:
        if watch:
            watch.cancel()
        await asyncio.shield(asyncio.ensure_future(_stop(running, manager)))


def _provisioner(manager: AsyncKernelManager, fork: Fork | None, work: Path) -> KeepingProvisioner:
    made = (ForkingProvisioner if fork else KeepingProvisioner)(
        kernel_id=str(uuid.uuid4()), kernel_spec=manager.kernel_spec, parent=manager, log=LOG
    )
    made.work = work
    if isinstance(made, ForkingProvisioner) and fork:
        made.fork, made.log_file = fork, str(work / _LOG)
    return made


def _note_processes(family: Family, started: KeepingProvisioner) -> None:
    if started.keeper is not None:
        family.keep_by(started.keeper)
    if started.pid != started.keeper:
        family.add(started.pid)


async def _stop(running: Kernel, manager: AsyncKernelManager) -> None:
    running.family.look()  # where there is no keeper: while the kernel's children can still be told by their parent
    if running.client.kc is not None:
        running.client.kc.stop_channels()
    with suppress(Exception):  # whatever Jupyter makes of a kernel that is dead: the family ends it
        await manager.shutdown_kernel(now=True)
    await asyncio.to_thread(running.family.end)
    with suppress(Exception):
        manager.cleanup_connection_file()


async def _watch_memory(running: Kernel) -> None:
    """Note the peak of the kernel's processes together; end them where that passes the limit."""
    searches = 1 if running.family.keeper is None else _POLLS
    for number in count():
        if number % searches == 0:
            running.family.look()
        used = running.family.memory_mb()
        running.peak_mb = max(running.peak_mb, used)
        if used > running.memory_limit_mb:
            running.over_memory = True
            running.family.kill()
            return
        await asyncio.sleep(_POLL)

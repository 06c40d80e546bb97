"""One job in one Jupyter kernel: a process, a folder and an environment of its own, limits, and a record at the end."""

from __future__ import annotations

import ast
import asyncio
import datetime as dt
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import psutil
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, v4

from guidewright import pycode
from guidewright.execute import environment as env
from guidewright.execute.client import Client
from guidewright.execute.tokens import Tokens, tokens
from guidewright.model import CellFailure, CellRun, DatasetUse, Environment, Job, JobCell, Outcome, Record
from guidewright.settings import Settings

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAME = re.compile(r"Cell In\[(?P<count>\d+)\], line (?P<line>\d+)")
_INSIDE = "__import__('importlib').import_module('guidewright.execute.inside')"
_LOG = "kernel.log"
_POLL = 0.25
"""Seconds between two looks at a kernel's memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """What a job has to itself."""

    cpus: tuple[int, ...]
    memory_mb: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetFile:
    """A declared dataset, resolved: what the kernel's bootstrap serves."""

    name: str
    file: str
    url: str
    path: str
    source: str
    digest: str


CellStarted = Callable[[int, int], None]
"""Told the 1-based number of the cell that starts, and how many there are."""


@dataclass(kw_only=True, slots=True)
class _Run:
    """The state of one job's execution."""

    job: Job
    settings: Settings
    slot: Slot
    machine: env.Machine
    work: Path
    tokens: Tokens
    started: dt.datetime
    clock: float
    cells: list[CellRun] = field(default_factory=list)
    failure: CellFailure | None = None
    outcome: Outcome = "passed"
    peak_mb: float = 0.0
    over_memory: bool = False
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.clock


async def run_job(
    job: Job,
    settings: Settings,
    slot: Slot,
    machine: env.Machine,
    datasets: Sequence[DatasetFile] = (),
    on_cell: CellStarted = lambda _number, _count: None,
) -> Record:
    """Run a job to its end, whatever that is; the kernel and its folder are gone when this returns or is cancelled."""
    work = Path(tempfile.mkdtemp(prefix="guidewright-")).resolve()
    run = _Run(
        job=job,
        settings=settings,
        slot=slot,
        machine=machine,
        work=work,
        tokens=tokens(work, settings.root),
        started=dt.datetime.now(dt.UTC).replace(microsecond=0),
        clock=time.monotonic(),
    )
    try:
        for name in ("home", "tmp", "guide"):
            (work / name).mkdir()
        async with _kernel(run) as client:
            await _start_inside(client, run, datasets)
            await _run_cells(client, run, on_cell)
            await _ask_report(client, run)
    except (DeadKernelError, RuntimeError, OSError) as error:
        _kernel_failed(run, error)
    finally:
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
    return _record(run, datasets)


# ------------------------------------------------------------------- kernel


class _Spec(KernelSpecManager):  # type: ignore[misc]
    """The kernel is this very Python, whatever kernels are installed for the user."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


@asynccontextmanager
async def _kernel(run: _Run) -> AsyncIterator[Client]:
    backend = run.settings.backends[run.job.backend]
    manager = AsyncKernelManager(kernel_spec_manager=_Spec(), connection_file=str(run.work / "kernel.json"))
    if os.name == "posix":  # sockets in the job's own folder, which only this user can open
        manager.transport, manager.ip = "ipc", str(run.work / "k")
    notebook = v4.new_notebook()
    limit = int(run.settings.output_limit_mb * 2**20)
    client = Client(notebook, km=manager, output_limit=limit, startup_timeout=120, iopub_timeout=120,
                    raise_on_iopub_timeout=True, store_widget_state=False, record_timing=False)  # fmt: skip
    client.reset_execution_trackers()
    environment = env.kernel_environment(backend, run.settings, run.work, len(run.slot.cpus))
    watch: asyncio.Task[None] | None = None
    try:
        # What native code writes past Python's streams is not output of a cell; it is told where a kernel dies.
        with (run.work / _LOG).open("wb") as log:
            await client.async_start_new_kernel(
                env=environment, cwd=str(run.work / "guide"), stdout=log, stderr=log
            )
        watch = asyncio.create_task(_watch_memory(manager, run))
        await client.async_start_new_kernel_client()
        yield client
    finally:
        if watch:
            watch.cancel()
        await _stop(client, manager)


async def _stop(client: Client, manager: AsyncKernelManager) -> None:
    """End the kernel and every process that it left behind, also when we are being cancelled."""
    group = getattr(manager.provisioner, "pgid", None) if manager.provisioner else None
    if client.kc is not None:
        client.kc.stop_channels()
    with suppress(Exception):
        await asyncio.shield(manager.shutdown_kernel(now=True))
    if group and hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    with suppress(Exception):
        manager.cleanup_connection_file()


async def _watch_memory(manager: AsyncKernelManager, run: _Run) -> None:
    """Note the peak of the kernel's processes together; end it where that passes the slot's limit."""
    process = psutil.Process(manager.provisioner.pid)
    while True:
        used = 0.0
        with suppress(psutil.Error):
            family = [process, *process.children(recursive=True)]
            for member in family:
                with suppress(psutil.Error):
                    used += member.memory_info().rss / 2**20
        run.peak_mb = max(run.peak_mb, used)
        if used > run.slot.memory_mb:
            run.over_memory = True
            await manager.signal_kernel(signal.SIGKILL)
            return
        await asyncio.sleep(_POLL)


async def _start_inside(client: Client, run: _Run, datasets: Sequence[DatasetFile]) -> None:
    files = [{"name": d.name, "file": d.file, "url": d.url, "path": d.path, "source": d.source, "digest": d.digest}
             for d in datasets]  # fmt: skip
    order = {
        "cpus": list(run.slot.cpus),
        "bootstrap": run.settings.backends[run.job.backend].bootstrap,
        "request": {
            "datasets": files,
            "home": str(run.work / "home" / ".keras"),
            "log": str(run.work / _LOG),
        },
    }
    reply = await _evaluate(client, f"{_INSIDE}.start({json.dumps(order)!r})", timeout=120)
    if reply.get("status") != "ok":
        raise RuntimeError(f"the kernel could not be prepared: {reply.get('evalue', reply)}")


async def _evaluate(client: Client, expression: str, timeout: float) -> dict[str, Any]:
    """Evaluate an expression in the kernel, without a trace in its history; return the reply's part for it."""
    content = {"answer": expression}
    reply = await client.kc.execute_interactive(
        "",
        silent=True,
        store_history=False,
        user_expressions=content,
        timeout=timeout,
        output_hook=lambda _msg: None,
    )
    answer: dict[str, Any] = reply["content"].get("user_expressions", {}).get("answer", {})
    return answer


async def _ask_report(client: Client, run: _Run) -> None:
    """Ask for checks, distributions and device; a kernel that ran past its limit is interrupted first."""
    if run.failure and run.failure.name in ("memory", "kernel died"):
        return
    with suppress(TimeoutError, RuntimeError, ValueError, SyntaxError):
        if run.outcome == "errored":
            await client.km.interrupt_kernel()
        answer = await _evaluate(
            client, f"{_INSIDE}.report()", timeout=10 if run.outcome == "errored" else 60
        )
        run.report = (
            json.loads(ast.literal_eval(answer["data"]["text/plain"])) if answer.get("status") == "ok" else {}
        )


# -------------------------------------------------------------------- cells


async def _run_cells(client: Client, run: _Run, on_cell: CellStarted) -> None:
    limits = run.settings.limits[run.job.profile]
    for number, cell in enumerate(run.job.cells, 1):
        if run.failure:
            run.cells.append(CellRun(id=cell.id, status="not run", seconds=0.0))
            continue
        absent = env.absent_programs(cell.needs)
        if absent:
            run.cells.append(CellRun(id=cell.id, status="skipped", seconds=0.0, missing=absent))
            continue
        on_cell(number, len(run.job.cells))
        left = limits.guide - run.seconds
        await _run_cell(client, run, cell, max(min(limits.cell, left), 0.01), left < limits.cell)


async def _run_cell(client: Client, run: _Run, cell: JobCell, limit: float, whole: bool) -> None:
    source = pycode.count_checks(cell.source, run.job.computed, cell.id) if cell.is_test else cell.source
    node = v4.new_code_cell(source)
    node.metadata["tags"] = sorted(cell.tags & {"raises-exception"})
    client.nb.cells.append(node)
    client.begin_cell()
    # nbclient takes whole seconds only, and gives up on the cell; the kernel is ended with the job.
    begun = time.monotonic()
    failure: CellFailure | None = None
    try:
        async with asyncio.timeout(limit):
            await client.async_execute_cell(node, len(client.nb.cells) - 1, store_history=True)
    except CellExecutionError as error:
        failure = _raised(cell, node, error)
    except (CellTimeoutError, TimeoutError):
        what = "the guide" if whole else "the cell"
        failure = CellFailure(
            cell=cell.id,
            line=cell.line,
            name="timeout",
            message=f"{what} ran past its limit of {limit:.0f} s",
        )
        run.outcome = "errored"
    except DeadKernelError:
        failure = _died(run, cell)
        run.outcome = "errored"
    if failure and run.outcome == "passed":
        run.outcome = "failed"
    failure = failure or _over_output(client, run, cell, node)
    run.failure = failure
    run.cells.append(_cell_run(run, cell, node, time.monotonic() - begun))


def _cell_run(run: _Run, cell: JobCell, node: NotebookNode, seconds: float) -> CellRun:
    outputs = tuple(_plain(run.tokens.replace_in(output)) for output in node.outputs)
    return CellRun(
        id=cell.id,
        status="failed" if run.failure else "ok",
        seconds=round(seconds, 3),
        outputs=outputs,
        execution_count=node.execution_count,
    )


def _plain(output: Any) -> dict[str, Any]:
    """Drop what differs from run to run and says nothing of the guide."""
    return {key: value for key, value in output.items() if key not in ("execution_count", "transient")}


def _over_output(client: Client, run: _Run, cell: JobCell, node: NotebookNode) -> CellFailure | None:
    dropped = client.finish_cell(node)
    if not dropped:
        return None
    run.outcome = "failed"
    limit = run.settings.output_limit_mb
    message = (
        f"the cell printed more than {limit:g} MB: {dropped:,} characters between head and tail were dropped"
    )
    return CellFailure(cell=cell.id, line=cell.line, name="output", message=message)


def _raised(cell: JobCell, node: NotebookNode, error: CellExecutionError) -> CellFailure:
    output = next((out for out in node.outputs if out.output_type == "error"), None)
    if output is not None:
        output["traceback"] = [pycode.without_check_calls(line) for line in output["traceback"]]
    text = _ANSI.sub("", "\n".join(output["traceback"])) if output is not None else str(error)
    frames = [
        int(m["line"]) for m in _FRAME.finditer(text) if int(m["count"]) == (node.execution_count or -1)
    ]
    line = cell.line + frames[-1] - 1 if frames else cell.line
    return CellFailure(cell=cell.id, line=line, name=error.ename, message=error.evalue, traceback=text)


def _died(run: _Run, cell: JobCell) -> CellFailure:
    if run.over_memory:
        message = f"the job used {run.peak_mb:,.0f} MB, more than its limit of {run.slot.memory_mb:,} MB"
        return CellFailure(cell=cell.id, line=cell.line, name="memory", message=message)
    message = "the kernel died while the cell ran"
    return CellFailure(
        cell=cell.id, line=cell.line, name="kernel died", message=message, traceback=_log_tail(run)
    )


def _log_tail(run: _Run) -> str:
    """Return the last lines that the kernel's process wrote past its cells."""
    with suppress(OSError):
        return "\n".join((run.work / _LOG).read_text("utf-8", errors="replace").splitlines()[-20:])
    return ""


def _kernel_failed(run: _Run, error: Exception) -> None:
    """The kernel could not be started or prepared, or died between two cells."""
    run.outcome = "errored"
    first = run.job.cells[len(run.cells)] if len(run.cells) < len(run.job.cells) else None
    cell, line = (first.id, first.line) if first else ("", 1)
    if run.failure is None:
        run.failure = CellFailure(
            cell=cell,
            line=line,
            name="kernel died",
            message=str(error) or "the kernel died",
            traceback=_log_tail(run),
        )
    run.cells += [CellRun(id=c.id, status="not run", seconds=0.0) for c in run.job.cells[len(run.cells) :]]


# ------------------------------------------------------------------- record


def _record(run: _Run, datasets: Sequence[DatasetFile]) -> Record:
    checks = run.report.get("checks", {})
    used = set(run.report.get("datasets", ()))
    failure = run.failure
    if failure:
        failure = replace(
            failure,
            message=run.tokens.replace(failure.message),
            traceback=run.tokens.replace(failure.traceback),
        )
    return Record(
        slug=run.job.slug,
        backend=run.job.backend,
        profile=run.job.profile,
        outcome=run.outcome,
        fingerprint=run.job.fingerprint,
        environment=_environment(run),
        started=run.started,
        seconds=round(run.seconds, 2),
        cells=tuple(replace(cell, checks=checks.get(cell.id, 0)) for cell in run.cells),
        datasets=tuple(
            DatasetUse(name=d.name, file=d.file, source=d.source, digest=d.digest)
            for d in datasets
            if d.name in used
        ),
        failure=failure,
        peak_memory_mb=round(run.peak_mb, 1),
    )


def _environment(run: _Run) -> Environment:
    device_class: Literal["cpu", "gpu", "tpu"] = run.report.get("device_class", run.machine.device_class)
    return Environment(
        python=run.machine.python,
        platform=run.machine.platform,
        device=run.report.get("device", "CPU"),
        device_class=device_class,
        cores=run.machine.cores,
        threads=len(run.slot.cpus),
        distributions=run.report.get("distributions") or _fallback_distributions(run),
    )


def _fallback_distributions(run: _Run) -> Mapping[str, str]:
    """A kernel that died cannot say what it had loaded; name the backend's own at least."""
    names = run.settings.backends[run.job.backend].distributions
    return {name: version for name in names if (version := env.installed_version(name))}

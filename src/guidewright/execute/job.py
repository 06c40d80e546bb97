"""One job in one kernel, to its end, whatever that is: job → record."""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode, v4

from guidewright import pycode
from guidewright.execute import compiled
from guidewright.execute import environment as env
from guidewright.execute.capture import Capture, shortened
from guidewright.execute.forking import LATER
from guidewright.execute.fresh import why_fresh
from guidewright.execute.kernel import DatasetFile, Kernel, kernel, last_words
from guidewright.execute.nursery import Forked, Nursery, RefusedError
from guidewright.execute.provisioner import Fork
from guidewright.execute.tokens import Tokens, tokens
from guidewright.execute.workspaces import workspace
from guidewright.model import CellFailure, CellRun, DatasetUse, Environment, Job, JobCell, Outcome, Record
from guidewright.settings import Backend, Settings

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAME = re.compile(r"^\s*Cell In\[(?P<count>\d+)\], line (?P<line>\d+)", re.MULTILINE)
_GROUP_FRAME = re.compile(
    r'^  \| +File ".*[\\/]ipykernel_\d+[\\/]\d+\.py", line (?P<line>\d+), in <module>$', re.MULTILINE
)
_KERNEL_IS_GONE = frozenset({"memory", "kernel died"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """What a job has to itself."""

    cpus: tuple[int, ...]
    memory_mb: int


CellStarted = Callable[[int, int], None]
"""Told the 1-based number of the cell that starts, and how many there are."""


@dataclass(kw_only=True, slots=True)
class _Run:
    """The state of one job's execution."""

    job: Job
    settings: Settings
    slot: Slot
    machine: env.Machine
    started: dt.datetime
    clock: float
    environ: Mapping[str, str]
    tokens: Tokens = field(default_factory=Tokens)
    cells: list[CellRun] = field(default_factory=list)
    captures: dict[str, Capture] = field(default_factory=dict)
    """By cell: a later cell may still update what an earlier one displayed."""
    failure: CellFailure | None = None
    outcome: Outcome = "passed"
    stuck: bool = False
    """Whether the last cell could not be interrupted."""
    lent: compiled.Lent | None = None
    """Where its backend keeps compiled code."""
    peak_mb: float = 0.0
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.clock

    def end(self, outcome: Outcome, failure: CellFailure) -> None:
        """Note why the job ended; the first reason counts."""
        if self.failure is None:
            self.outcome, self.failure = outcome, failure


async def run_job(
    job: Job,
    settings: Settings,
    slot: Slot,
    machine: env.Machine,
    datasets: Sequence[DatasetFile] = (),
    on_cell: CellStarted = lambda _number, _count: None,
    nursery: Nursery | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Record:
    """Run a job to its end; the kernel and its folder are gone when this returns or is cancelled.

    Args:
        nursery: where its kernel is forked, if that would not change what it does; None for a fresh process.
        environ: what the variables are taken from that a guide may see.
    """
    started = dt.datetime.now(dt.UTC).replace(microsecond=0)
    run = _Run(
        job=job,
        settings=settings,
        slot=slot,
        machine=machine,
        started=started,
        clock=time.monotonic(),
        environ=environ,
    )
    try:
        async with workspace() as work:
            run.tokens = tokens(work, settings.root)
            run.lent = compiled.lend(job, settings)
            await _run_in(work, run, datasets, on_cell, _fork(run, nursery))
    except (
        Exception
    ) as error:  # whatever keeps a job from running is its outcome, and must not stop the others
        _could_not_run(run, str(error) or type(error).__name__)
    if run.outcome != "errored":
        compiled.give_back(run.lent)
    return _record(run, datasets)


def start_parent(
    job: Job,
    settings: Settings,
    slot: Slot,
    machine: env.Machine,
    nursery: Nursery,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Start what a job's kernel is to be forked from, if it is, so that it is there when the job's turn comes."""
    backend = settings.backends[job.backend]
    if not why_fresh(job, backend, machine):
        kept = compiled.lends(job, settings)
        nursery.start(
            _environment_of_parent(backend, settings, len(slot.cpus), environ, kept=kept), _modules(backend)
        )


def _fork(run: _Run, nursery: Nursery | None) -> Fork | None:
    """Return how the job's kernel is forked; None where it is to have a fresh process."""
    backend, threads = run.settings.backends[run.job.backend], len(run.slot.cpus)
    if nursery is None or why_fresh(run.job, backend, run.machine):
        return None
    environment = _environment_of_parent(
        backend, run.settings, threads, run.environ, kept=run.lent is not None
    )

    async def fork(order: Mapping[str, Any]) -> Forked:
        try:
            return await nursery.fork(environment, _modules(backend), order)
        except RefusedError as why:
            nursery.told[run.job.name] = str(why)
            raise

    return fork


def _modules(backend: Backend) -> tuple[str, ...]:
    return (*backend.preload, LATER, *backend.import_ahead)


def _environment_of_parent(
    backend: Backend, settings: Settings, threads: int, environ: Mapping[str, str], *, kept: bool
) -> Callable[[Path], Mapping[str, str]]:
    """Return how the environment is made of a process that kernels of many guides are forked from.

    Args:
        kept: whether these have a folder for compiled code.
    """
    keeping = compiled.shared_variables(backend, settings) if kept else {}
    return lambda work: {**keeping, **env.kernel_environment(backend, settings, work, threads, environ)}


async def _run_in(
    work: Path, run: _Run, datasets: Sequence[DatasetFile], on_cell: CellStarted, fork: Fork | None
) -> None:
    settings, backend = run.settings, run.settings.backends[run.job.backend]
    environment = {
        **compiled.variables(backend, run.lent),
        **env.kernel_environment(backend, settings, work, len(run.slot.cpus), run.environ),
    }
    limit = int(settings.output_limit_mb * 2**20)
    try:
        async with kernel(
            work, environment, output_limit=limit, memory_limit_mb=run.slot.memory_mb, fork=fork
        ) as running:
            try:
                # What may be forked installs nothing; and what this process finds, it finds, unless it looks elsewhere as well.
                owners = env.owners() if fork and "PYTHONPATH" not in environment else None
                await running.prepare(run.slot.cpus, backend.bootstrap, datasets, owners)
                await _run_cells(running, run, on_cell)
                if not (run.stuck or (run.failure and run.failure.name in _KERNEL_IS_GONE)):
                    run.report = await running.report()
            except DeadKernelError:
                _died(running, run, _next_cell(run))
            finally:
                run.peak_mb = running.peak_mb
    except (RuntimeError, TimeoutError) as error:
        _could_not_run(run, str(error), last_words(work))


# -------------------------------------------------------------------- cells


async def _run_cells(running: Kernel, run: _Run, on_cell: CellStarted) -> None:
    for number, cell in enumerate(run.job.cells, 1):
        absent = env.absent_programs(cell.needs)
        if run.failure:
            run.cells.append(CellRun(id=cell.id, status="not run", seconds=0.0))
        elif absent:
            run.cells.append(CellRun(id=cell.id, status="skipped", seconds=0.0, missing=absent))
        else:
            on_cell(number, len(run.job.cells))
            await _run_cell(running, run, cell)


async def _run_cell(running: Kernel, run: _Run, cell: JobCell) -> None:
    source = pycode.count_checks(cell.source, run.job.computed, cell.id) if cell.is_test else cell.source
    node = v4.new_code_cell(source)
    node.metadata["tags"] = sorted(cell.tags & {"raises-exception"})
    limits = run.settings.limits[run.job.profile]
    left = max(limits.guide - run.seconds, 0.01)
    begun = time.monotonic()
    try:
        ended = await running.client.run_cell(node, min(limits.cell, left))
    except DeadKernelError:
        _died(running, run, cell)
    else:
        run.stuck = ended.stuck
        if not ended.in_time:
            what = f"cell ran past its limit of {limits.cell:g} s"
            if left < limits.cell:
                what = f"guide ran past its limit of {limits.guide:g} s"
            run.end("errored", _raised(running, cell, node, "timeout", f"the {what}"))
        elif ended.error is not None:
            run.end("failed", _raised(running, cell, node, ended.error.ename, ended.error.evalue))
    capture = run.captures[cell.id] = running.client.captures[-1]
    if capture.dropped:
        run.end("failed", _too_much_output(run, cell, capture))
    status: Literal["ok", "failed"] = "failed" if run.failure else "ok"
    seconds = round(time.monotonic() - begun, 3)
    run.cells.append(
        CellRun(id=cell.id, status=status, seconds=seconds, execution_count=node.execution_count)
    )


# ------------------------------------------------------------------ failure


def _raised(running: Kernel, cell: JobCell, node: NotebookNode, name: str, message: str) -> CellFailure:
    """Say where a cell was when it raised, or was interrupted: on the line of its own that was reached last."""
    outputs = running.client.captures[-1].outputs()
    lines = [line for output in outputs if output["output_type"] == "error" for line in output["traceback"]]
    text = pycode.without_check_calls(_ANSI.sub("", "\n".join(lines)))
    counts = [(int(found["count"]), int(found["line"])) for found in _FRAME.finditer(text)]
    own = [line for count, line in counts if count == node.execution_count]
    if not text and (text := _group(outputs)):
        own = [int(found["line"]) for found in _GROUP_FRAME.finditer(text)]
    line = cell.line + own[-1] - 1 if own else cell.line
    return CellFailure(cell=cell.id, line=line, name=name, message=shortened(message), traceback=text)


def _group(outputs: Sequence[Mapping[str, Any]]) -> str:
    """Return a group's traceback: IPython leaves it to Python, which prints it on standard error."""
    said = "".join(output["text"] for output in outputs if output.get("name") == "stderr")
    _, head, rest = said.rpartition("  + Exception Group Traceback (most recent call last):")
    return pycode.without_check_calls(_ANSI.sub("", head + rest))


def _too_much_output(run: _Run, cell: JobCell, capture: Capture) -> CellFailure:
    limit = run.settings.output_limit_mb
    message = f"the cell printed more than {limit:g} MB: {capture.dropped:,} characters between head and tail were dropped"
    return CellFailure(cell=cell.id, line=cell.line, name="output", message=message)


def _died(running: Kernel, run: _Run, cell: JobCell | None) -> None:
    """The kernel is gone, while a cell ran or between two."""
    name, message = (
        "kernel died",
        "; ".join(filter(None, ["the kernel died while the cell ran", running.death()])),
    )
    if running.over_memory:
        name = "memory"
        message = f"the job used {running.peak_mb:,.0f} MB, more than its limit of {run.slot.memory_mb:,} MB"
    place, line = (cell.id, cell.line) if cell else ("", 1)
    failure = CellFailure(
        cell=place, line=line, name=name, message=message, traceback=last_words(running.work)
    )
    run.end("errored", failure)


def _could_not_run(run: _Run, message: str, log: str = "") -> None:
    """The kernel could not be started or prepared, or there is no room to work in."""
    cell = _next_cell(run)
    place, line = (cell.id, cell.line) if cell else ("", 1)
    run.end("errored", CellFailure(cell=place, line=line, name="kernel died", message=message, traceback=log))


def _next_cell(run: _Run) -> JobCell | None:
    return run.job.cells[len(run.cells)] if len(run.cells) < len(run.job.cells) else None


# ------------------------------------------------------------------- record


def _record(run: _Run, datasets: Sequence[DatasetFile]) -> Record:
    used = set(run.report.get("datasets", ()))
    failure = run.failure
    if failure:
        message, traceback = run.tokens.replace(failure.message), run.tokens.replace(failure.traceback)
        failure = replace(failure, message=message, traceback=traceback)
    return Record(
        slug=run.job.slug,
        backend=run.job.backend,
        profile=run.job.profile,
        outcome=run.outcome,
        fingerprint=run.job.fingerprint,
        environment=_environment(run),
        started=run.started,
        seconds=round(run.seconds, 2),
        cells=_cells(run),
        datasets=tuple(
            DatasetUse(name=d.name, file=d.file, source=d.source, digest=d.digest)
            for d in datasets
            if d.name in used
        ),
        failure=failure,
        peak_memory_mb=round(run.peak_mb, 1),
    )


def _cells(run: _Run) -> tuple[CellRun, ...]:
    """Return what each cell came to, those that were not reached among them."""
    checks = run.report.get("checks", {})
    missed = [CellRun(id=c.id, status="not run", seconds=0.0) for c in run.job.cells[len(run.cells) :]]
    return tuple(
        replace(cell, outputs=_outputs(run, cell), checks=checks.get(cell.id, 0))
        for cell in [*run.cells, *missed]
    )


def _outputs(run: _Run, cell: CellRun) -> tuple[Mapping[str, Any], ...]:
    capture = run.captures.get(cell.id)
    return tuple(_published(run, output) for output in capture.outputs()) if capture else ()


def _published(run: _Run, output: Mapping[str, Any]) -> Mapping[str, Any]:
    if output["output_type"] == "error":
        output = {**output, "traceback": [*map(pycode.without_check_calls, output["traceback"])]}
    published: Mapping[str, Any] = run.tokens.replace_in(output)
    return published


def _environment(run: _Run) -> Environment:
    device_class: Literal["cpu", "gpu", "tpu"] = run.report.get("device_class", "cpu")
    return Environment(
        python=run.machine.python,
        platform=run.machine.platform,
        device=run.report.get("device", "CPU"),
        device_class=device_class,
        has_gpu=run.machine.has_gpu,
        cores=run.machine.cores,
        threads=len(run.slot.cpus),
        distributions=run.report.get("distributions") or _fallback_distributions(run),
    )


def _fallback_distributions(run: _Run) -> Mapping[str, str]:
    """A kernel that died cannot say what it had loaded; name the backend's own at least."""
    names = run.settings.backends[run.job.backend].distributions
    return {name: version for name in names if (version := env.installed_version(name))}

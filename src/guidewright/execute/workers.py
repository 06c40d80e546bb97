"""A cluster's workers: what each has, and which jobs it can run. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.requirements import Requirement

from guidewright.errors import Problem
from guidewright.execute.environment import Machine
from guidewright.execute.job import Slot
from guidewright.execute.missing import Host, missing_backend, missing_others
from guidewright.execute.pool import Missing
from guidewright.execute.scheduler import slots, whole
from guidewright.model import Guide, Job
from guidewright.settings import Settings

CPU, GPU = "CPU", "GPU"
"""Resources that a worker declares: how many light jobs it runs at a time, and how many GPUs it has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Questions:
    """What workers are asked about themselves: plain data, which any version understands."""

    modules: tuple[str, ...]
    distributions: tuple[str, ...]
    programs: tuple[str, ...]


def questions(settings: Settings, guides: Sequence[Guide], compared: Iterable[str]) -> Questions:
    """Return what must be known of a worker to tell what it can run.

    Args:
        compared: distributions whose versions must be the same everywhere.
    """
    modules = {module for backend in settings.backends.values() for module in backend.modules}
    return Questions(
        modules=tuple(sorted(modules)),
        distributions=tuple(sorted({*compared, *required(settings, guides)})),
        programs=tuple(sorted({name for guide in guides for cell in guide.cells for name in cell.needs})),
    )


def required(settings: Settings, guides: Sequence[Guide]) -> set[str]:
    """Return the names of the distributions that guides require beside their backends."""
    lines = {line for guide in guides for line in guide.header.requires} - settings.backends.keys()
    return {Requirement(line).name for line in lines}


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    address: str
    name: str
    machine: Machine
    resources: Mapping[str, float]
    """As it declares them."""
    threads: int
    """Tasks that Dask has it run at a time."""
    modules: frozenset[str]
    """Those of the modules asked about that are there; distributions and programs likewise."""
    versions: Mapping[str, str]
    programs: frozenset[str]

    @property
    def light(self) -> int:
        """How many light jobs it runs at a time."""
        return max(1, min(int(self.resources.get(CPU, self.threads)), self.threads))

    @property
    def has_gpu(self) -> bool:
        return self.resources.get(GPU, 0) >= 1

    def host(self) -> Host:
        return Host(
            importable=self.modules.__contains__,
            version=self.versions.get,
            program=lambda name: name if name in self.programs else None,
        )

    def slots(self, settings: Settings) -> list[Slot]:
        """Return what its light jobs have to themselves, as on a machine whose settings ask for so many."""
        return slots(self.machine, replace(settings, slots=self.light))

    def whole(self, settings: Settings) -> Slot:
        return whole(self.machine, settings)

    def wanted(self, job: Job, *, alone: bool) -> dict[str, float]:
        """Return what a job takes of what the worker declared, so that Dask keeps others' jobs off it."""
        taken = {CPU: float(self.light) if alone else 1.0, GPU: float(needs_gpu(job))}
        return {name: amount for name, amount in taken.items() if amount and name in self.resources}


def worker_of(address: str, info: Mapping[str, Any], answer: Mapping[str, Any]) -> Worker:
    """Make a worker of what the scheduler knows of it and what it answered."""
    machine = {**answer["machine"], "cpus": tuple(answer["machine"]["cpus"])}
    return Worker(
        address=address,
        name=str(info.get("name") or address),
        machine=Machine(**machine),
        resources=dict(info.get("resources") or {}),
        threads=info["nthreads"],
        modules=frozenset(answer["modules"]),
        versions=dict(answer["versions"]),
        programs=frozenset(answer["programs"]),
    )


def needs_gpu(job: Job) -> bool:
    """Tell whether a job goes to workers with a GPU only: a full one of a guide that asks for it."""
    return job.profile == "full" and job.accelerator == "gpu"


def missing_on(worker: Worker, job: Job, settings: Settings) -> Missing:
    """Say what keeps a worker from running a job.

    A worker that declares a backend's name among its resources runs those that it declares; else all that it has.
    """
    host = worker.host()
    backend = missing_backend(job, settings, host)
    declared = worker.resources.keys() & settings.backends.keys()
    if not backend and declared and job.backend not in declared:
        backend = [Problem(message=f"it declares {', '.join(sorted(declared))}, not '{job.backend}'")]
    others = missing_others(job, settings, host)
    if needs_gpu(job) and not worker.has_gpu:
        others.append(Problem(message="it declares no GPU"))
    return Missing(backend=tuple(backend), others=tuple(others))


def missing_everywhere(workers: Iterable[Worker], job: Job, settings: Settings) -> Missing:
    """Say what keeps a job from running on any worker; nothing where one can."""
    found = {worker.name: missing_on(worker, job, settings) for worker in workers}
    if any(not missing.problems for missing in found.values()):
        return Missing()
    reasons: dict[str, list[str]] = {}
    for name, missing in sorted(found.items()):
        for problem in missing.problems:
            reasons.setdefault(problem.message, []).append(name)
    told = [f"{_some(names)}: {message}" for message, names in reasons.items()]
    problem = Problem(
        path=job.path,
        message=f"no worker can run it. {'; '.join(told[:3])}" if told else "there is no worker",
        hint="start a worker that has what it lacks; docs/cluster.md says how",
    )
    if found and all(missing.backend for missing in found.values()):
        return Missing(backend=(problem,))
    return Missing(others=(problem,))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")

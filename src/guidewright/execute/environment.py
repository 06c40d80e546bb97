"""What shapes a run and is therefore pinned, in one place; and what a machine is."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Literal

import psutil

from guidewright.errors import Problem
from guidewright.model import Job, Record
from guidewright.settings import Backend, Settings

ALLOWED = (
    "CUDA_VISIBLE_DEVICES",
    "DYLD_LIBRARY_PATH",
    "LD_LIBRARY_PATH",
    "NVIDIA_VISIBLE_DEVICES",
    "PATH",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMROOT",
)
"""Variables of the caller's that a guide may see: where programs, libraries and devices are. No credential is among them."""
THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """What this process can use."""

    python: str
    platform: str
    device_class: Literal["cpu", "gpu"]
    cpus: tuple[int, ...]
    """The cores' numbers."""
    memory_mb: int

    @property
    def cores(self) -> int:
        return len(self.cpus)


def this_machine(environ: Mapping[str, str] = os.environ) -> Machine:
    """Look at the machine, without starting a framework."""
    if hasattr(os, "sched_getaffinity"):
        cpus = tuple(sorted(os.sched_getaffinity(0)))
    else:
        cpus = tuple(range(os.cpu_count() or 1))
    has_gpu = Path("/dev/nvidiactl").exists() and environ.get("CUDA_VISIBLE_DEVICES", "all") not in ("", "-1")
    return Machine(
        python=platform.python_version(),
        platform=f"{platform.system()}-{platform.machine()}",
        device_class="gpu" if has_gpu else "cpu",
        cpus=cpus,
        memory_mb=psutil.virtual_memory().total // 2**20,
    )


def kernel_environment(
    backend: Backend, settings: Settings, work: Path, threads: int, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the whole environment of a kernel: the allowed variables, the pinned ones, the backend's."""
    allowed = {name: environ[name] for name in (*ALLOWED, *settings.allow_environment) if name in environ}
    programs = os.pathsep.join([str(Path(sys.executable).parent), allowed.get("PATH", os.defpath)])
    pinned = {
        "PATH": programs,
        "HOME": str(work / "home"),
        "TMPDIR": str(work / "tmp"),
        "IPYTHONDIR": str(work / "home" / ".ipython"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "COLUMNS": "80",
        "LINES": "24",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else the kernel's debugger warns on standard error
    }
    return {**allowed, **pinned, **dict.fromkeys(THREADS, str(threads)), **backend.env}


# --------------------------------------------------------------- difference


def difference(
    record: Record, machine: Machine, version: Callable[[str], str | None], programs: ProgramFinder
) -> str:
    """Say in words how the environment at hand differs from a record's; empty where it does not.

    A distribution that is not installed here is no difference: nothing can be said about it.
    """
    then = record.environment
    pairs = [("Python", then.python, machine.python), ("platform", then.platform, machine.platform)]
    pairs += [
        ("device", then.device_class, machine.device_class),
        ("cores", str(then.cores), str(machine.cores)),
    ]
    pairs += [
        (name, _public(was), _public(version(name) or was))
        for name, was in sorted(then.distributions.items())
    ]
    found = [f"{what} {was} → {now}" for what, was, now in pairs if was != now]
    needed = sorted({name for cell in record.skipped for name in cell.missing})
    if needed and all(map(programs, needed)):
        found.append(f"{', '.join(needed)} is there now")
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def _public(version: str) -> str:
    """Drop the local part: ``2.13.0+cpu`` and ``2.13.0`` are builds of one release; the device is compared apart."""
    return version.partition("+")[0]


ProgramFinder = Callable[[str], object]
"""Like :func:`shutil.which`."""


def installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


# ----------------------------------------------------------------- missing


def missing(job: Job, settings: Settings) -> list[Problem]:
    """Return what keeps a job from running here: modules of its backend, required distributions, programs."""
    return [*missing_backend(job, settings), *_missing_requires(job, settings), *_missing_programs(job)]


def missing_backend(job: Job, settings: Settings) -> list[Problem]:
    """Return what of the backend, or of backends that the guide requires, cannot be imported."""
    names = dict.fromkeys([job.backend, *(name for name in job.requires if name in settings.backends)])
    return [problem for name in names for problem in _missing_modules(job, settings.backends[name])]


def _missing_modules(job: Job, backend: Backend) -> list[Problem]:
    absent = [module for module in backend.modules if util.find_spec(module) is None]
    if not absent:
        return []
    what = f"backend '{backend.name}' is not installed: no module {', '.join(absent)}"
    return [
        Problem(
            path=job.path,
            message=f"{job.name}: {what}",
            hint=_install_hint(backend.install or " ".join(absent)),
        )
    ]


def _missing_requires(job: Job, settings: Settings) -> list[Problem]:
    absent = [
        name for name in job.requires if name not in settings.backends and installed_version(name) is None
    ]
    return [
        Problem(
            path=job.path,
            message=f"{job.name}: requires '{name}', which is not installed",
            hint=_install_hint(name),
        )
        for name in absent
    ]


def _install_hint(requirement: str) -> str:
    return f"make guides installs it; or: {sys.executable} -m pip install '{requirement}'"


def _missing_programs(job: Job) -> list[Problem]:
    """A full run refuses to start without the programs that its cells need; a quick one skips those cells."""
    if job.profile != "full":
        return []
    return [
        Problem(
            path=job.path,
            line=cell.line,
            message=f"{job.name}: needs the program '{name}'",
            hint=program_hint(name),
        )
        for cell in job.cells
        for name in absent_programs(cell.needs)
    ]


def absent_programs(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if shutil.which(name) is None)


def program_hint(name: str) -> str:
    package = {"dot": "graphviz"}.get(name, name)
    return f"install it: apt-get install {package} (Debian, Ubuntu) or brew install {package} (macOS)"

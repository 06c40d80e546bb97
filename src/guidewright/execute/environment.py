"""What shapes a run and is therefore pinned, in one place; what a machine is; and how two environments differ."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil

from guidewright.model import Record
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
    has_gpu: bool
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
        has_gpu=has_gpu,
        cpus=cpus,
        memory_mb=psutil.virtual_memory().total // 2**20,
    )


def kernel_environment(
    backend: Backend, settings: Settings, work: Path, threads: int, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the whole environment of a kernel: the allowed variables, the pinned ones, the backend's."""
    allowed = {name: environ[name] for name in (*ALLOWED, *settings.allow_environment) if name in environ}
    pinned = {
        "PATH": _search_path(environ),
        "HOME": str(work / "home"),
        "USER": "user",
        "LOGNAME": "user",
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


def _search_path(environ: Mapping[str, str]) -> str:
    """Return where a guide looks for programs: beside its Python first."""
    return os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)])


def find_program(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the path of a program that a guide would start by its name; None where there is none."""
    return shutil.which(name, path=_search_path(environ))


def absent_programs(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if find_program(name) is None)


# --------------------------------------------------------------- difference


def difference(
    record: Record, machine: Machine, version: Callable[[str], str | None], programs: ProgramFinder
) -> str:
    """Say in words how the environment at hand differs from a record's; empty where it does not.

    A distribution that is not installed here is no difference: nothing can be said about it. What device a backend
    would compute on, only a run can say: what is compared is whether there is a GPU.
    """
    then = record.environment
    pairs = [
        ("Python", then.python, machine.python),
        ("platform", then.platform, machine.platform),
        ("GPU", _yes(then.has_gpu or then.device_class == "gpu"), _yes(machine.has_gpu)),
        ("cores", str(then.cores), str(machine.cores)),
    ]
    pairs += [
        (name, _public(was), _public(version(name) or was))
        for name, was in sorted(then.distributions.items())
    ]
    found = [f"{what} {was} → {now}" for what, was, now in pairs if was != now]
    found += [
        f"{', '.join(cell.missing)} is there now"
        for cell in record.skipped
        if all(map(programs, cell.missing))
    ]
    found = list(dict.fromkeys(found))
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def _yes(there: bool) -> str:
    return "yes" if there else "no"


def _public(version: str) -> str:
    """Drop the local part: ``2.13.0+cpu`` and ``2.13.0`` are builds of one release; the device is compared apart."""
    return version.partition("+")[0]


ProgramFinder = Callable[[str], object]
"""Like :func:`find_program`."""


def installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def owners() -> Mapping[str, Sequence[str]]:
    """Return module → distributions that have it, of all that are installed: looked up again where some were since."""
    folders = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    return _owners(
        tuple(Path(folder).stat().st_mtime_ns for folder in sorted(folders) if Path(folder).exists())
    )


@functools.lru_cache(maxsize=1)
def _owners(_written: tuple[int, ...]) -> Mapping[str, Sequence[str]]:
    return metadata.packages_distributions()

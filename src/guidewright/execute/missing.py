"""What keeps a job from running on a machine, this one or another, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import util

from packaging.requirements import Requirement

from guidewright.errors import Problem
from guidewright.execute.environment import ProgramFinder, find_program, installed_version
from guidewright.model import Job
from guidewright.settings import Backend, Settings


def is_importable(module: str) -> bool:
    """Tell whether a module is there; that it can be imported, only an import would say."""
    try:
        return util.find_spec(module) is not None
    except (ImportError, ValueError):  # a package around it that is missing, or is half imported
        return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """What a machine that is to run jobs can be asked."""

    importable: Callable[[str], bool] = is_importable
    """Of a module."""
    version: Callable[[str], str | None] = installed_version
    """Of a distribution; None where it is not installed."""
    program: ProgramFinder = find_program


HERE = Host()


def missing_backend(job: Job, settings: Settings, host: Host = HERE) -> list[Problem]:
    """Return what of the backend, or of backends that the guide requires, cannot be imported."""
    names = dict.fromkeys([job.backend, *(name for name in job.requires if name in settings.backends)])
    return [problem for name in names for problem in _missing_modules(settings.backends[name], host)]


def missing_others(job: Job, settings: Settings, host: Host = HERE) -> list[Problem]:
    """Return what else the job lacks: required distributions and, for a full run, programs."""
    return [*_missing_requires(job, settings, host), *_missing_programs(job, host)]


def _missing_modules(backend: Backend, host: Host) -> list[Problem]:
    absent = absent_modules(backend, host)
    if not absent:
        return []
    message = f"backend '{backend.name}' is not installed: no module {', '.join(absent)}"
    return [Problem(message=message, hint=_install_hint(backend.install or " ".join(absent)))]


def absent_modules(backend: Backend, host: Host = HERE) -> list[str]:
    """Name the backend's modules that are not there; that one is there does not say that it can be imported."""
    return [module for module in backend.modules if not host.importable(module)]


def is_installed(text: str, host: Host = HERE) -> bool:
    """Tell whether a requirement is met."""
    requirement = Requirement(text)
    version = host.version(requirement.name)
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def _missing_requires(job: Job, settings: Settings, host: Host) -> list[Problem]:
    absent = [name for name in job.requires if name not in settings.backends and not is_installed(name, host)]
    return [
        Problem(
            path=job.path,
            message=f"requires '{name}', which is not installed",
            hint=_install_hint(name),
        )
        for name in absent
    ]


def _install_hint(requirement: str) -> str:
    return f"make guides installs it; or: {sys.executable} -m pip install '{requirement}'"


def _missing_programs(job: Job, host: Host) -> list[Problem]:
    """A full run refuses to start without the programs that its cells need; a quick one skips those cells."""
    if job.profile != "full":
        return []
    return [
        Problem(
            path=job.path,
            line=cell.line,
            message=f"needs the program '{name}'",
            hint=program_hint(name),
        )
        for cell in job.cells
        for name in cell.needs
        if host.program(name) is None
    ]


def program_hint(name: str) -> str:
    package = {"dot": "graphviz"}.get(name, name)
    return f"install it: apt-get install {package} (Debian, Ubuntu) or brew install {package} (macOS)"

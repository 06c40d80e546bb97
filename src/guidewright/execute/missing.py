"""What keeps a job from running here, and what to do about it."""

from __future__ import annotations

import sys
from importlib import util

from packaging.requirements import Requirement

from guidewright.errors import Problem
from guidewright.execute.environment import absent_programs, installed_version
from guidewright.model import Job
from guidewright.settings import Backend, Settings


def missing_backend(job: Job, settings: Settings) -> list[Problem]:
    """Return what of the backend, or of backends that the guide requires, cannot be imported."""
    names = dict.fromkeys([job.backend, *(name for name in job.requires if name in settings.backends)])
    return [problem for name in names for problem in _missing_modules(settings.backends[name])]


def missing_others(job: Job, settings: Settings) -> list[Problem]:
    """Return what else the job lacks: required distributions and, for a full run, programs."""
    return [*_missing_requires(job, settings), *_missing_programs(job)]


def _missing_modules(backend: Backend) -> list[Problem]:
    absent = absent_modules(backend)
    if not absent:
        return []
    message = f"backend '{backend.name}' is not installed: no module {', '.join(absent)}"
    return [Problem(message=message, hint=_install_hint(backend.install or " ".join(absent)))]


def absent_modules(backend: Backend) -> list[str]:
    """Name the backend's modules that are not there; that one is there does not say that it can be imported."""
    return [module for module in backend.modules if not _is_importable(module)]


def _is_importable(module: str) -> bool:
    try:
        return util.find_spec(module) is not None
    except (ImportError, ValueError):  # a package around it that is missing, or is half imported
        return False


def is_installed(text: str) -> bool:
    """Tell whether a requirement is met."""
    requirement = Requirement(text)
    version = installed_version(requirement.name)
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def _missing_requires(job: Job, settings: Settings) -> list[Problem]:
    absent = [name for name in job.requires if name not in settings.backends and not is_installed(name)]
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


def _missing_programs(job: Job) -> list[Problem]:
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
        for name in absent_programs(cell.needs)
    ]


def program_hint(name: str) -> str:
    package = {"dot": "graphviz"}.get(name, name)
    return f"install it: apt-get install {package} (Debian, Ubuntu) or brew install {package} (macOS)"

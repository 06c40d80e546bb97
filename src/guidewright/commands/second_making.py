"""Making a second environment: a virtual environment that sees this one behind its own packages, so pip brings only what changes."""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from guidewright.commands.lock import exclusive
from guidewright.commands.project import Project
from guidewright.commands.requirements import requirements_of
from guidewright.commands.second import Second, digest
from guidewright.errors import CannotRunError, Problem
from guidewright.execute.missing import missing_backend
from guidewright.plan import Selection
from guidewright.settings import FILE, Settings


def make(second: Second, project: Project, selection: Selection, tell: Callable[[str], None]) -> None:
    """Make the environment, or bring in what it lacks for the jobs selected; nothing is done where it is ready.

    Raises:
        CannotRunError: pip could not install what is asked for, or the folder cannot be written.
    """
    with exclusive(project.settings.cache, "run --with", tell):
        wanted = {*second.pins, *requirements(second, project, selection)}
        head = _state(second, project.settings)
        state = second.prefix / "guidewright-state"
        known = _lines(state)
        if known[:1] == [head] and wanted <= {*known}:
            return
        tell(f"Making an environment with {second.words}")
        try:
            if known[:1] != [head]:
                _empty(second)
            state.unlink(missing_ok=True)  # an interruption leaves none
            _install(second, sorted(wanted))
            state.write_text("\n".join([head, *sorted({*known[1:], *wanted})]) + "\n", "utf-8")
        except OSError as error:
            message = f"the environment cannot be made: {error.strerror or error}"
            hint = "make room, or mend the folder's permissions"
            raise CannotRunError(Problem(path=str(second.prefix), message=message, hint=hint)) from error


def requirements(second: Second, project: Project, selection: Selection) -> Iterator[str]:
    """Yield what the jobs require, but for what the pins replace; a backend that is not here is left out, unless it was named."""
    jobs = [
        job
        for job in project.jobs(selection)
        if job.backend in selection.backends or not missing_backend(job, project.settings)
    ]
    replaced = {canonicalize_name(Requirement(pin).name) for pin in second.pins}
    for line in requirements_of(jobs, project.settings):
        for one in _spelled_out(Requirement(line), project.settings):
            if canonicalize_name(one.name) not in replaced:
                one.marker = None  # it holds here, and pip knows of no extra
                yield str(one)


def _spelled_out(requirement: Requirement, settings: Settings) -> Iterable[Requirement]:
    """Return what an extra of Guidewright, or of the project itself, stands for; any other requirement as it is.

    These are here beneath, and would insist on their own releases of what is replaced.
    """
    name = canonicalize_name(requirement.name)
    project = tomllib.loads((settings.root / FILE).read_text("utf-8")).get("project", {})
    if name == canonicalize_name(project.get("name", "")):
        optional = project.get("optional-dependencies", {})
        lines = [line for extra in sorted(requirement.extras) for line in optional.get(extra, ())]
        return [one for one in map(Requirement, lines) if not one.marker or one.marker.evaluate()]
    if name == "guidewright":
        every = map(Requirement, metadata.requires("guidewright") or ())
        return [one for one in every if any(_is_of(one, extra) for extra in requirement.extras)]
    return [requirement]


def _is_of(requirement: Requirement, extra: str) -> bool:
    """Tell whether a distribution requires this for an extra, and not in any case."""
    marker = requirement.marker
    return bool(marker and marker.evaluate({"extra": extra}) and not marker.evaluate({"extra": ""}))


def _empty(second: Second) -> None:
    """Make it anew, with nothing of its own."""
    shutil.rmtree(second.prefix, ignore_errors=True)
    venv.create(second.prefix, symlinks=True)
    own = second.prefix / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    beneath = "".join(f"import site; site.addsitedir({folder!r})\n" for folder in _site_folders())
    (own / "guidewright-beneath.pth").write_text(beneath, "utf-8")


def _site_folders() -> list[str]:
    paths = sysconfig.get_paths()
    return list(dict.fromkeys([*site.getsitepackages(), paths["purelib"], paths["platlib"]]))


def _install(second: Second, wanted: Sequence[str]) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(second.python),
        "install",
        "--progress-bar",
        "off",
    ]
    log = second.folder / "pip.log"
    with log.open("w", encoding="utf-8") as said:
        done = subprocess.run(
            [*command, "--disable-pip-version-check", "--no-input", *wanted],
            stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    if done.returncode:
        reason = log.read_text("utf-8", "replace").strip().splitlines()[-12:]
        message = "\n    ".join([f"pip could not install {second.words}:", *reason])
        hint = f"all it said is in {log}; where another distribution stands in the way, give its release, too, with --with"
        raise CannotRunError(message, hint=hint)


def _state(second: Second, settings: Settings) -> str:
    """Return what the environment was made from: where that is another one, it is made anew."""
    lock = settings.lock.read_bytes() if settings.lock and settings.lock.is_file() else b""
    return digest(*second.pins, str(second.prefix), sys.prefix, sys.version, lock.decode("utf-8", "replace"))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except OSError:
        return []

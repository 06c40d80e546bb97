"""Python and Guidewright's own dependencies. Needs nothing but the standard library, since it tells what else is missing."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib import metadata, resources

from guidewright import __version__
from guidewright.doctor import Finding, State

AREA = "Guidewright"
_ENGINES = {"mkdocs": "MkDocs", "zensical": "Zensical"}
_FILES = (
    ("guidewright.render", ("fonts", "templates", "parity.schema.json")),
    ("guidewright.site", ("theme",)),
    ("guidewright.source", ("header.schema.json",)),
    ("guidewright.starters", ("site", "python")),
)
"""Package → what it has beside its modules."""


def installed(install: str) -> Iterator[Finding]:
    """Look at Python, the distributions that Guidewright depends on, and its own files.

    Args:
        install: the command that installs Guidewright with its dependencies.
    """
    yield Finding(area=AREA, name="version", message=__version__)
    yield _python()
    absent = list(_absent())
    message = f"not installed, or too old: {', '.join(absent)}" if absent else "are installed"
    state: State = "needed" if absent else "fine"
    yield Finding(
        area=AREA, name="dependencies", message=message, state=state, mend=install if absent else ""
    )
    engines = [f"{label} {version(name)}" for name, label in _ENGINES.items() if version(name)]
    yield Finding(area=AREA, name="engines", message=", ".join(engines) or "none")
    lost = [
        f"{package}/{name}" for package, names in _FILES for name in names if not _is_there(package, name)
    ]
    if lost:
        message = f"not in the installed package: {', '.join(lost)}"
        yield Finding(area=AREA, name="files", message=message, state="needed", mend=install)


def _python() -> Finding:
    here = f"{platform.python_version()}, {sys.executable}"
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        return Finding(area=AREA, name="Python", message=here)
    mend = "install Python 3.11, 3.12 or 3.13, and name it: make … PYTHON=/path/to/python3.13"
    return Finding(
        area=AREA, name="Python", message=f"{here}: not a version that works", state="needed", mend=mend
    )


def _absent() -> Iterator[str]:
    """Name the requirements, without those of extras, that are not met."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        yield "packaging"
        return
    for text in metadata.requires("guidewright") or ():
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            met = requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
        except metadata.PackageNotFoundError:
            met = False
        if not met:
            yield f"{requirement.name}{requirement.specifier}"


def version(name: str) -> str:
    """Return a distribution's version; empty where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _is_there(package: str, name: str) -> bool:
    item = resources.files(package) / name
    return item.is_dir() or item.is_file()

"""``guidewright requirements``: what has to be installed for the jobs selected, one pip requirement a line."""

from __future__ import annotations

from collections.abc import Iterable

import click

from guidewright.commands.project import Project
from guidewright.errors import FINE
from guidewright.model import Job
from guidewright.plan import Selection
from guidewright.settings import Settings


def requirements(project: Project, selection: Selection) -> int:
    """Print the requirements; return the exit code."""
    for line in wanted(project, selection):
        click.echo(line)
    return FINE


def wanted(project: Project, selection: Selection) -> list[str]:
    return requirements_of(project.jobs(selection), project.settings)


def requirements_of(jobs: Iterable[Job], settings: Settings) -> list[str]:
    """Return the requirements, sorted; a guide that requires another backend's modules brings that backend's."""
    backends = settings.backends
    found: set[str] = set()
    for job in jobs:
        for name in (job.backend, *job.requires):
            found.add(backends[name].install if name in backends else name)
    return sorted(found - {""})

"""``guidewright requirements``: what has to be installed for the jobs selected, one pip requirement a line."""

from __future__ import annotations

import click

from guidewright.commands.project import Project
from guidewright.errors import FINE
from guidewright.plan import Selection


def requirements(project: Project, selection: Selection) -> int:
    """Print the requirements; return the exit code."""
    for line in wanted(project, selection):
        click.echo(line)
    return FINE


def wanted(project: Project, selection: Selection) -> list[str]:
    """Return the requirements, sorted; a guide that requires another backend's modules brings that backend's."""
    backends = project.settings.backends
    found: set[str] = set()
    for job in project.jobs(selection):
        for name in (job.backend, *job.requires):
            found.add(backends[name].install if name in backends else name)
    return sorted(found - {""})

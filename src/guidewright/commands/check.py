"""``guidewright check``: what can be said of guides without a kernel; ``--fix`` writes them as jupytext would."""

from __future__ import annotations

import click

from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.errors import FINE, WRONG_USE, CannotRunError, Problem
from guidewright.files import write_atomically
from guidewright.source import library, percent


def check(project: Project, *, fix: bool) -> int:
    """Report every problem of the library; return 2 if one is an error, else 0."""
    problems = project.library.problems
    if fix:
        _fix(project)
        problems = library.load(project.settings, project.reference).problems
    print_problems(problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    click.echo(
        f"{len(project.library.guides)} guides, {len(errors)} errors, {len(problems) - len(errors)} warnings"
    )
    return WRONG_USE if errors else FINE


def _fix(project: Project) -> None:
    """Rewrite the guides that are fine but for their spelling; a guide with an error is left as it is."""
    for guide in project.library.guides:
        file = project.settings.root / guide.path
        text = percent.canonical(file.read_bytes().decode("utf-8"))
        try:
            if write_atomically(file, text.encode()):
                click.echo(f"mended {guide.path}")
        except OSError as error:
            raise CannotRunError(
                Problem(path=guide.path, message=f"cannot be written: {error.strerror}")
            ) from error

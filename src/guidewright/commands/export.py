"""``guidewright export script``: exactly what a job runs, as a plain script."""

from __future__ import annotations

from pathlib import Path

import click
import jupytext
import nbformat

from guidewright.commands.project import Project
from guidewright.errors import FINE, InputError, Problem
from guidewright.files import write_atomically
from guidewright.model import Job
from guidewright.plan import Selection


def script(project: Project, selection: Selection, output: Path | None) -> int:
    """Write one job's cells as a percent script to a file, or to standard output.

    Raises:
        InputError: the selection is not exactly one job.
    """
    jobs = project.jobs(selection)
    if len(jobs) != 1:
        names = ", ".join(job.name for job in jobs)
        message = f"a script is of one job, and these are {len(jobs)}: {names}"
        raise InputError(
            message, hint="name one guide and one backend: guidewright export script GUIDE --backend B"
        )
    text = as_script(jobs[0])
    if output is None:
        click.echo(text, nl=False)
        return FINE
    try:
        write_atomically(output, text.encode())
    except OSError as error:
        problem = Problem(
            path=str(output), message=f"cannot be written: {error.strerror}", hint="choose another place"
        )
        raise InputError(problem) from error
    return FINE


def as_script(job: Job) -> str:
    """Return a job's cells in percent format; magics are commented, as jupytext does."""
    cells = [
        nbformat.v4.new_code_cell(cell.source, metadata={"tags": sorted(cell.tags)} if cell.tags else {})
        for cell in job.cells
    ]
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"jupytext": {"notebook_metadata_filter": "-all"}}
    )
    body: str = jupytext.writes(notebook, fmt="py:percent")
    return f"# {job.name}: what this job runs, written by guidewright export script.\n\n{body}"

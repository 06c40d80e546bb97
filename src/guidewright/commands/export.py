"""``guidewright export script``: exactly what a job runs, as a plain script."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from pathlib import Path

import click
import jupytext
import nbformat

from guidewright.commands.project import Project
from guidewright.errors import FINE, InputError, Problem
from guidewright.files import write_atomically
from guidewright.model import Job, JobCell
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
    text = as_script(jobs[0], project.settings.backends[jobs[0].backend].env)
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


def as_script(job: Job, environment: Mapping[str, str]) -> str:
    """Return a job's cells in percent format; magics are commented, as jupytext does.

    Args:
        environment: what the backend sets; told, because a script cannot set it before Python starts.
    """
    cells = [
        nbformat.v4.new_code_cell(_code(cell), metadata={"tags": sorted(cell.tags)} if cell.tags else {})
        for cell in job.cells
    ]
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"jupytext": {"notebook_metadata_filter": "-all"}}
    )
    body: str = jupytext.writes(notebook, fmt="py:percent")
    variables = " ".join(f"{name}={value}" for name, value in sorted(environment.items()))
    told = f"# {job.name}: what this job runs, written by guidewright export script.\n"
    return told + (f"# Its environment: {variables}\n" if variables else "") + f"\n{body}"


def _code(cell: JobCell) -> str:
    """Return a cell's code; one that may raise goes on after it, as in a notebook."""
    if "raises-exception" not in cell.tags:
        return cell.source
    try:
        wanted = ast.parse(cell.source)
    except SyntaxError:  # a magic: jupytext comments it
        return cell.source
    code = cell.source if _inside_try(cell.source, wanted) else ast.unparse(wanted)
    return _TRY.format(code=textwrap.indent(code, "    "))


_TRY = """try:
{code}
except Exception:
    import traceback

    traceback.print_exc()"""


def _inside_try(source: str, wanted: ast.Module) -> bool:
    """Tell whether code means the same when it is indented: strings of several lines do not."""
    (block,) = ast.parse(_TRY.format(code=textwrap.indent(source, "    "))).body
    return isinstance(block, ast.Try) and [*map(ast.dump, block.body)] == [*map(ast.dump, wanted.body)]

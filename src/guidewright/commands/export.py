"""``guidewright export``: exactly what a job runs, as a plain script; and a guide's page for a Hugo site."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import jupytext
import nbformat

from guidewright.commands import languages, translations
from guidewright.commands.catalogs import locale
from guidewright.commands.pages import entries
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.commands.works import SITE
from guidewright.errors import FINE, InputError, Problem, SelectorError
from guidewright.files import write_atomically
from guidewright.model import Job, JobCell, Translation
from guidewright.plan import Selection
from guidewright.render import hugo as hugo_page
from guidewright.render.addresses import SiteInfo
from guidewright.source.foreign import write
from guidewright.translate.catalog import Catalog
from guidewright.translate.hugo import to_relref
from guidewright.translate.language import Locale


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
    return _put(as_script(jobs[0], project.settings.backends[jobs[0].backend].env), output)


def hugo(project: Project, slug: str, code: str, backend: str, output: Path | None) -> int:
    """Write a guide's page for a Hugo site, in a language of the project or in English.

    Raises:
        SelectorError: there is no such guide, language or backend.
        InputError: the language's settings, or a catalog that the page needs, cannot be read; or too little of the page is
            translated for it to be one of the language.
    """
    entry = next((entry for entry in entries(project) if entry.guide.slug == slug), None)
    if entry is None:
        hint = "guidewright plan lists the guides"
        raise SelectorError(Problem(message=f"there is no guide '{slug}'", hint=hint))
    labels: Mapping[str, Any] = {}
    checked = None
    if code != "en":
        of = locale(project, code)
        checked = _readable(project, of, slug).checked
        made = translations.translated(project, of, [entry])
        (entry,) = made.entries
        _refuse_english(made.translations[slug], slug, of)
        labels = of.hugo
    view = next((view for view in entry.views if view.backend == backend or not backend), None)
    if view is None:
        claimed = ", ".join(entry.guide.header.backends)
        raise SelectorError(
            Problem(message=f"the guide does not claim backend '{backend}'", hint=f"it claims: {claimed}")
        )
    info = SiteInfo.of(project.settings)
    places = {
        "colab": info.colab_url(slug, code, view.backend),
        "source": info.source_url(entry.guide.path),
        **{key: labels[key].format(slug=slug) for key in ("colab", "source") if key in labels},
    }
    head = hugo_page.Head(labels=labels, checked=checked, **places)
    return _put(hugo_page.page(entry.guide, view, head=head, to_link=to_relref), output)


def foreign(project: Project, slug: str, form: str, output: Path | None) -> int:
    """Write a guide in a format that other tools read, and tell what it cannot hold.

    Raises:
        SelectorError: there is no such guide.
        InputError: the format cannot hold a cell; nothing is written.
    """
    guide = next((guide for guide in project.library.guides if guide.slug == slug), None)
    if guide is None:
        hint = "guidewright plan lists the guides"
        message = f"there is no guide '{slug}'"
        raise SelectorError([*project.library.errors, Problem(message=message, hint=hint)])
    text, notes = write.write(guide, form, guide.pictures)
    print_problems(notes)
    return _put(text, output)


def _readable(project: Project, of: Locale, slug: str) -> Catalog:
    """Return a guide's catalog, where it and that of the site's texts can be read; all problems together.

    The site is built with the English in the place of what cannot be read, and says so; a single page has no such place.
    """
    found: dict[str, Catalog] = {}
    problems: list[Problem] = []
    for name in (SITE, slug):
        try:
            found[name] = languages.read(of, name, project.settings)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found[slug]


def _refuse_english(found: Translation, slug: str, of: Locale) -> None:
    if not found.whole:
        message = (
            f"less than {of.threshold:.0%} of '{slug}' is in {of.english_name}: the page would be English"
        )
        hint = f"guidewright translate status {of.code} tells what is left; or leave --lang out"
        raise InputError(Problem(message=message, hint=hint))
    if left := found.fuzzy + found.missing:
        click.echo(f"{slug}: {plural(left, 'message')} of the page in English", err=True)


def _put(text: str, output: Path | None) -> int:
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

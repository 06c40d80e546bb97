"""``guidewright new``: a small guide that runs on every backend, to begin with."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import click

from guidewright import gitinfo, starters
from guidewright.api import guide as api
from guidewright.commands.project import Project
from guidewright.errors import FINE, CannotRunError, InputError, Problem
from guidewright.files import create
from guidewright.settings import Settings
from guidewright.source import library, percent, scaffold

TEMPLATE = "_template.py"
"""The project's own pattern, in its guides folder. It is a guide, but for its name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the user says of the guide; empty where nothing was said."""

    slug: str
    title: str = ""
    description: str = ""
    authors: tuple[str, ...] = ()
    category: str = ""
    tags: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    """Those that the guide claims; empty for all."""


Ask = Callable[[str, str, tuple[str, ...]], str]
"""Question, proposed answer, possible answers (any where there are none) → the answer."""


def new(project: Project, wanted: Wanted, ask: Ask | None, today: dt.date) -> int:
    """Write the guide, and tell what to do next.

    Args:
        ask: asks the user; None where nobody is there to answer.

    Raises:
        InputError: the name is none for a guide, or there is something of that name; a backend or a category is
            unknown; the project's template is no guide; nobody is there to tell the title.
        CannotRunError: the file cannot be written.
    """
    file = _place(wanted.slug, project.settings)
    _known(wanted, project.settings)
    wanted = _completed(wanted, project.settings, ask)
    text = _compose(wanted, project, _template(project), today)
    write(file, text, project.settings.root)
    _tell_next(wanted.slug, file, project.settings)
    return FINE


def _place(slug: str, settings: Settings) -> Path:
    if problems := library.name_problems(slug, settings):
        raise InputError(problems)
    file = settings.guides / f"{slug}.py"
    path = file.relative_to(settings.root).as_posix()
    if os.path.lexists(file):
        hint = "edit it, or choose another name; a guide is never overwritten"
        raise InputError(Problem(path=path, message="is there already", hint=hint))
    if not file.resolve().is_relative_to(settings.guides.resolve()):
        hint = "choose another name: a link on the way leads elsewhere"
        raise InputError(Problem(path=path, message="would not be in the guides folder", hint=hint))
    return file


def _known(wanted: Wanted, settings: Settings) -> None:
    kinds = (
        ("category", (wanted.category,), settings.categories),
        ("backend", wanted.backends, settings.backends),
    )
    problems = []
    for kind, names, known in kinds:
        for name in names:
            if name and name not in known:
                close = get_close_matches(name, known, n=1)
                hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}"
                problems.append(Problem(message=f"unknown {kind} '{name}'", hint=hint))
    if problems:
        raise InputError(problems)


def _completed(wanted: Wanted, settings: Settings, ask: Ask | None) -> Wanted:
    """Ask for what was not said, and where nobody is there, say what is missing."""
    author = gitinfo.user_name(settings.root)
    if ask is None:
        said = {
            "--title": wanted.title,
            "--description": wanted.description,
            "--author": wanted.authors or author,
        }
        if missing := [option for option, value in said.items() if not value]:
            hint = f'guidewright new {wanted.slug} --title "…" --description "…" --author "…"'
            raise InputError(f"nobody is here to be asked for {', '.join(missing)}", hint=hint)
    ask = ask or (lambda _question, proposed, _choices: proposed)
    words = wanted.slug.rpartition("/")[2].replace("_", " ").replace("-", " ")
    categories = tuple(settings.categories)
    return replace(
        wanted,
        title=wanted.title or ask("Title", words[:1].upper() + words[1:], ()),
        description=wanted.description or ask("Description, in one sentence", "", ()),
        authors=wanted.authors or (author or ask("Author", "", ()),),
        category=wanted.category
        or (categories[0] if len(categories) == 1 else ask("Category", categories[0], categories)),
    )


def _template(project: Project) -> str:
    """Return the project's own template, or else the one that needs nothing but Python."""
    file = project.settings.guides / TEMPLATE
    if not file.is_file():
        return starters.template()
    path = file.relative_to(project.settings.root).as_posix()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(Problem(path=path, message=f"cannot be read: {error.strerror}")) from error
    parsed = percent.parse(data, path=path, slug="template", settings=project.settings)
    if parsed.guide is None:
        raise InputError(parsed.problems)
    return percent.canonical(data.decode("utf-8"))


def _compose(wanted: Wanted, project: Project, template: str, today: dt.date) -> str:
    """Return the guide's text, which has passed the checks that every guide has to pass."""
    settings = project.settings
    first = settings.backends[wanted.backends[0] if wanted.backends else next(iter(settings.backends))]
    fields = {
        "title": " ".join(wanted.title.split()),
        "description": " ".join(wanted.description.split()),
        "authors": list(wanted.authors),
        "created": today,
        "modified": today,
        "category": wanted.category,
        "tags": list(wanted.tags) or None,
        "backends": list(wanted.backends) or None,
    }
    text = scaffold.compose(template, fields, first.env)
    path = f"{settings.guides.relative_to(settings.root).as_posix()}/{wanted.slug}.py"
    parsed = percent.parse(text.encode(), path=path, slug=wanted.slug, settings=settings)
    problems = list(parsed.problems)
    if parsed.guide and project.reference:
        problems += api.problems(parsed.guide, project.reference)
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise InputError(errors)
    return text


def write(file: Path, text: str, root: Path) -> None:
    """Write a file that is not there yet, and say so."""
    path = file.relative_to(root).as_posix()
    try:
        create(file, text.encode())
    except FileExistsError as error:
        raise InputError(
            Problem(path=path, message="is there already", hint="choose another name")
        ) from error
    except OSError as error:
        raise CannotRunError(Problem(path=path, message=f"cannot be written: {error.strerror}")) from error
    click.echo(f"wrote {path}")


def _tell_next(slug: str, file: Path, settings: Settings) -> None:
    program = (
        ".venv/bin/guidewright" if (settings.root / ".venv/bin/guidewright").is_file() else "guidewright"
    )
    build = (
        f"make guides GUIDE={slug}"
        if (settings.root / "scripts/backends").is_file()
        else f"{program} build {slug}"
    )
    first = next(iter(settings.backends))
    steps = {
        f"open {file.relative_to(settings.root).as_posix()}": "say there what the guide is about",
        f"{program} check": "mistakes in the file, with line and cell",
        f"{program} run {slug} --backend {first}": "run it on one backend, while you write",
        build: "run it on each backend, and build its page",
    }
    if settings.languages:
        steps[f"{program} translate extract"] = "its catalogs, for those who translate"
    width = max(map(len, steps))
    click.echo("next:")
    for command, what in steps.items():
        click.echo(f"    {command:{width}}    {what}")
    if settings.reading_order:
        click.echo(
            "its place among the others: reading_order in pyproject.toml; else the end of its category"
        )

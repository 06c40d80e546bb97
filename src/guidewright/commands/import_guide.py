"""``guidewright import``: a tutobook, a notebook, or what jupytext reads, becomes a guide."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin

import click
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from guidewright import cli_options, gitinfo
from guidewright.commands import check
from guidewright.commands.lock import exclusive
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.errors import FINE, GUIDE_FAILED, CannotRunError, GuidewrightError, InputError, Problem
from guidewright.files import create, write_atomically
from guidewright.settings import Settings
from guidewright.source import checks, library
from guidewright.source.foreign import guide as writer
from guidewright.source.foreign import intake, notebook, scripts, tutobook
from guidewright.source.foreign.carry import Place, carry
from guidewright.source.foreign.sheet import Sheet
from guidewright.source.naming import PICTURES

UNKNOWN = "Unknown author"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the user says; empty where nothing was said."""

    file: Path
    slug: str = ""
    form: str = ""
    """``tutobook``, ``ipynb``, or jupytext's name of a format; empty to tell it by the file."""
    title: str = ""
    description: str = ""
    authors: tuple[str, ...] = ()
    category: str = ""
    force: bool = False


def import_guide(project: Project, wanted: Wanted, today: dt.date, *, as_json: bool) -> int:
    """Write the guide, and tell what was not carried over, and what check says of it.

    Raises:
        InputError: the file is not what it should be, the name is none for a guide, or there is a guide of that name;
            nothing is written.
        CannotRunError: the guide cannot be written.
    """
    settings = project.settings
    data = intake.read(wanted.file)
    slug = wanted.slug or _slug(wanted.file)
    with exclusive(settings.cache, "import", cli_options.tell):
        target = _place(slug, settings, force=wanted.force)
        sheet = _read(wanted, data)
        carried = carry(sheet, _surroundings(project, slug, wanted.file))
        sheet = _completed(carried.sheet, wanted, settings, today)
        text = writer.compose(sheet.fields, sheet.pieces, sheet.path)
        _write(target, text, carried.files, settings, force=wanted.force)
        problems = _checked(settings, slug)
    path = target.relative_to(settings.root).as_posix()
    folder = f"{path.removesuffix('.py')}{PICTURES}"
    files = [f"{folder}/{name}" for name in carried.files]
    if as_json:
        cli_options.show(_as_json(path, files, sheet, problems))
    else:
        _tell(path, files, sheet, problems)
    return GUIDE_FAILED if any(problem.severity == "error" for problem in problems) else FINE


def _slug(file: Path) -> str:
    """Make a name of the file's: lowercase, with ``_`` for what no slug can have."""
    stem = file.name.removesuffix("".join(file.suffixes[-1:]))
    return "_".join(
        part for part in "".join(c if c.isascii() and c.isalnum() else " " for c in stem).lower().split()
    )


def _place(slug: str, settings: Settings, *, force: bool) -> Path:
    """Return where the guide is to stand.

    Raises:
        InputError: it would be outside of the guides folder, or on the site's own names, or is there already.
    """
    outside = PurePosixPath(slug).is_absolute() or ".." in PurePosixPath(slug).parts or "\\" in slug
    if not slug or outside:
        message = (
            f"'{slug}' leads out of the guides folder" if slug else "the file's name makes no name of a guide"
        )
        raise InputError(Problem(message=message, hint="name the guide: --slug my_guide"))
    if problems := library.name_problems(slug, settings):
        raise InputError([replace(problem, hint="choose another name: --slug NAME") for problem in problems])
    file = settings.guides / f"{slug}.py"
    path = file.relative_to(settings.root).as_posix()
    for place in (file, file.with_suffix(PICTURES)):
        if place.is_symlink() or not place.resolve().is_relative_to(settings.guides.resolve()):
            hint = "a link on the way leads elsewhere: take it away, or choose another name"
            where = place.relative_to(settings.root).as_posix()
            raise InputError(
                Problem(path=where, message="would be written through a symbolic link", hint=hint)
            )
    if os.path.lexists(file) and not (force and file.is_file()):
        hint = "--force overwrites it; --slug NAME chooses another name"
        raise InputError(Problem(path=path, message="is there already", hint=hint))
    return file


# -------------------------------------------------------------------- read


def _read(wanted: Wanted, data: bytes) -> Sheet:
    path, extension = str(wanted.file), wanted.file.suffix
    if wanted.form == "ipynb" or (not wanted.form and extension.lower() == ".ipynb"):
        return notebook.read(data, path)
    if not wanted.form and extension.lower() not in scripts.EXTENSIONS:
        known = ", ".join((".ipynb", *scripts.EXTENSIONS))
        message = f"'{extension}' is no format that is read; these are: {known}"
        raise InputError(
            Problem(path=path, message=message, hint="name its format: --from py:light, for one")
        )
    text = intake.text(data, path)
    if wanted.form == "tutobook" or (not wanted.form and extension == ".py" and tutobook.is_tutobook(text)):
        return tutobook.read(text, path)
    return scripts.read(text, path, extension, wanted.form)


def _surroundings(project: Project, slug: str, file: Path) -> Place:
    settings = project.settings
    backends = settings.backends.values()
    guides = {
        guide.slug: {
            name
            for cell in guide.cells
            if cell.kind == "markdown"
            for *_, name in checks.headings(cell)
            if name
        }
        for guide in project.library.guides
    }
    variables: dict[str, dict[str, str]] = {}
    for backend in backends:
        for name, value in backend.env.items():
            variables.setdefault(name, {})[value] = backend.name
    # What has the same value on each backend chooses none.
    variables = {name: values for name, values in variables.items() if len(values) > 1}
    shared = set.intersection(*(set(backend.modules) for backend in backends)) if backends else set()
    return Place(
        slug=slug,
        guides=guides,
        home=urljoin(settings.api.url, "/guides/") if settings.api else "",
        variables=variables,
        modules={backend.name: set(backend.modules) - shared for backend in backends},
        installed=_installed(settings) | shared,
        beside=lambda address: _beside(file, address),
    )


def _installed(settings: Settings) -> set[str]:
    names = [*settings.colab_install, *(name for names in settings.shown.values() for name in names)]
    names += [name for backend in settings.backends.values() for name in backend.distributions]
    found = set()
    for name in names:
        with suppress(InvalidRequirement):
            found.add(str(canonicalize_name(Requirement(name).name)))
    return found


def _beside(file: Path, address: str) -> bytes | None:
    """Return a picture that lies beside the imported file, or below its folder."""
    folder = file.resolve().parent
    try:
        found = (folder / address).resolve()
        return intake.read(folder / address) if found.is_relative_to(folder) and found.is_file() else None
    except (OSError, ValueError, InputError):
        return None


# ---------------------------------------------------------------- complete


def _completed(sheet: Sheet, wanted: Wanted, settings: Settings, today: dt.date) -> Sheet:
    """Put in what the user says, and what the file does not."""
    said = {
        "title": wanted.title,
        "description": wanted.description,
        "authors": list(wanted.authors),
        "category": wanted.category,
    }
    fields: dict[str, Any] = {**sheet.fields, **{key: value for key, value in said.items() if value}}
    notes = []
    if isinstance(fields.get("authors"), str):
        fields["authors"] = [fields["authors"]]
    if not fields.get("authors"):
        fields["authors"] = [gitinfo.user_name(settings.root) or UNKNOWN]
        message = f"no author is found: '{fields['authors'][0]}' is written"
        notes.append(sheet.note(message, hint='say who wrote it: --author "…"'))
    for key, value in (("created", today), ("modified", fields.get("created", today))):
        if not fields.get(key):
            fields[key] = value
            notes.append(sheet.note(f"no date is found for '{key}': {value} is written"))
    if fields.get("category") not in settings.categories:
        wrong = fields.get("category")
        if wanted.category:
            hint = f"known: {', '.join(settings.categories)}"
            raise InputError(Problem(message=f"unknown category '{wanted.category}'", hint=hint))
        fields["category"] = next(iter(settings.categories), "")
        hint = f"choose one: --category {'|'.join(settings.categories)}"
        message = f"the category is '{fields['category']}'" + (
            f", since there is no '{wrong}'" if wrong else ""
        )
        notes += [sheet.note(message, hint=hint)] if wrong or len(settings.categories) > 1 else []
    fields["tags"], strange = _known_tags(fields.get("tags"), settings)
    if strange:
        message = f"left out, since the settings declare no such tag: {', '.join(strange)}"
        notes.append(sheet.note(message, hint="add it to [tool.guidewright.tags], and to the guide"))
    for key, empty in (("accelerator", "none"), ("tags", [])):
        if fields.get(key) == empty:
            del fields[key]
    return replace(sheet, fields=fields).noting(*notes)


def _known_tags(given: object, settings: Settings) -> tuple[list[str], list[str]]:
    """Return a file's tags that a guide here may have, and the others."""
    tags = [str(tag) for tag in given] if isinstance(given, list | tuple) else []
    strange = [tag for tag in tags if settings.tags and tag not in settings.tags]
    return [tag for tag in tags if tag not in strange], strange


# ------------------------------------------------------------------- write


def _write(target: Path, text: str, files: Mapping[str, bytes], settings: Settings, *, force: bool) -> None:
    """Write the guide and its pictures; the guide last, so that it never stands without them."""
    folder = target.with_suffix(PICTURES)
    path = target.relative_to(settings.root).as_posix()
    try:
        for name, data in files.items():
            write_atomically(folder / name, data)
        if force:
            write_atomically(target, text.encode())
        else:
            create(target, text.encode())
    except FileExistsError as error:
        raise InputError(
            Problem(path=path, message="is there already", hint="choose another name")
        ) from error
    except OSError as error:
        raise CannotRunError(Problem(path=path, message=f"cannot be written: {error.strerror}")) from error


def _checked(settings: Settings, slug: str) -> list[Problem]:
    """Return what check says of the guide, also where check itself cannot be run to its end."""
    try:
        return check.of_guide(settings, slug)
    except GuidewrightError as error:
        return list(error.problems)


def _tell(path: str, files: list[str], sheet: Sheet, problems: list[Problem]) -> None:
    print_problems([*sheet.notes, *problems])
    codes = sum(piece.kind == "code" for piece in sheet.pieces)
    click.echo(
        f"wrote {path}: {plural(codes, 'code cell')}, {plural(len(sheet.pieces) - codes, 'text cell')}"
    )
    for name in files:
        click.echo(f"wrote {name}")
    if sheet.notes:
        click.echo(f"    {plural(len(sheet.notes), 'note')} above on what was changed, or not carried over")
    if problems:
        told = plural(len(problems), "thing")
        click.echo(
            f"    {told} above to mend: guidewright check tells them again, --fix mends the form of code"
        )
    else:
        click.echo("    guidewright check finds nothing wrong with it")


def _as_json(path: str, files: list[str], sheet: Sheet, problems: list[Problem]) -> dict[str, Any]:
    def told(problem: Problem) -> dict[str, Any]:
        return {
            "path": problem.path,
            "line": problem.line,
            "cell": problem.cell,
            "severity": problem.severity,
            "message": problem.message,
            "hint": problem.hint,
        }

    return {
        "guide": path,
        "files": files,
        "cells": len(sheet.pieces),
        "notes": [told(note) for note in sheet.notes],
        "problems": [told(problem) for problem in problems],
    }

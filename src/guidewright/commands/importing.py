"""``guidewright translate import``: an existing translated page becomes a catalog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from guidewright.commands import catalogs as commands
from guidewright.commands.catalogs import locale, readable, save
from guidewright.commands.lock import exclusive
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.commands.works import Work
from guidewright.errors import FINE, InputError, Problem
from guidewright.translate import hugo
from guidewright.translate.catalog import Catalog, Entry, short
from guidewright.translate.hugo import Sheet
from guidewright.translate.language import Locale
from guidewright.translate.markup import retargeted
from guidewright.translate.merge import merge
from guidewright.translate.pairing import Pair, Pairing, pair


def import_page(project: Project, code: str, file: Path, slug: str) -> int:
    """Take a page's words into a guide's catalog; a translation that is there already stays.

    Raises:
        InputError: the page or the catalog cannot be read, or it is not known whose translation the page is, or no
            passage of it is the guide's; then nothing is saved.
    """
    of = locale(project, code)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(Problem(path=str(file), message=f"cannot be read: {error.strerror}")) from error
    sheet = hugo.read(data, path=str(file), labels=of.hugo)
    with exclusive(project.settings.cache, "translate import", lambda text: click.echo(text, err=True)):
        work = _work(project, of, slug or sheet.slug or file.name.split(".")[0], file)
        assert work.guide is not None
        _warn_of_another(sheet, work, file)
        found = pair(work.guide, sheet)
        _refuse_none(found, work, file)
        checked = sheet.checked if _mostly_certain(found) else None
        followed = merge(work.catalog, work.units)
        taken, kept = _fill(followed, found.pairs)
        made = replace(
            followed,
            top=followed.top or commands.top(work, of),
            entries=taken,
            checked=followed.checked or checked,
        )
        save(work, made, of)
    _report(work, made, found, kept, file)
    if sheet.checked and not made.checked:
        click.echo("    when it was last checked is not taken: most of what is paired is not certain")
    return FINE


def _work(project: Project, of: Locale, slug: str, file: Path) -> Work:
    if slug not in {guide.slug for guide in project.library.guides}:
        message = f"it is not known whose translation this is: there is no guide '{slug}'"
        raise InputError(Problem(path=str(file), message=message, hint="name the guide: --guide SLUG"))
    return readable(project, of, slug)


def _warn_of_another(sheet: Sheet, work: Work, file: Path) -> None:
    if sheet.slug and sheet.slug != work.name:
        message = f"says that it is of '{sheet.slug}', and is taken for a translation of '{work.name}'"
        hint = f"where that is wrong, take back {work.path}, and leave --guide out"
        print_problems([Problem(path=str(file), message=message, hint=hint, severity="warning")])


def _refuse_none(found: Pairing, work: Work, file: Path) -> None:
    """Refuse a page of which nothing but its head has a place: any page has a title."""
    if all(one.unit.kind in ("title", "description") for one in found.pairs):
        message = f"no passage of it translates one of '{work.name}'; nothing is saved"
        hint = "name its guide: --guide SLUG; its headings need the guide's ids: ## 제목 {#id}"
        raise InputError(Problem(path=str(file), message=message, hint=hint))


def _mostly_certain(found: Pairing) -> bool:
    """Tell whether the date of the page's last check says something of what is taken from it."""
    return sum(not one.doubt for one in found.pairs) * 2 > len(found.pairs)


def _fill(catalog: Catalog, pairs: Sequence[Pair]) -> tuple[tuple[Entry, ...], int]:
    """Fill what is not translated yet; return the entries, and how many had another translation already."""
    first: dict[tuple[str, str], Pair] = {}
    for one in pairs:
        held = first.get(one.unit.key)
        if held is None or (held.doubt and not one.doubt):
            first[one.unit.key] = one
    entries, kept = [], 0
    for entry in catalog.entries:
        given = first.get(entry.key)
        if given is None or entry.msgstr:
            kept += bool(given and entry.msgstr != given.text)
            entries.append(entry)
            continue
        comment = f"from an imported page: {given.doubt}" if given.doubt else ""
        msgstr = retargeted(given.text, entry.msgid)
        entries.append(replace(entry, msgstr=msgstr, fuzzy=bool(given.doubt), comment=comment))
    return tuple(entries), kept


def _report(work: Work, made: Catalog, found: Pairing, kept: int, file: Path) -> None:
    print_problems(
        Problem(
            path=str(file),
            line=block.line,
            message=f"translates no message of the guide: {short(block.text)}",
            severity="warning",
        )
        for block in found.unpaired
    )
    print_problems(
        Problem(
            path=str(file), line=block.line, message=f"this code {why}; it is not taken", severity="warning"
        )
        for block, why in found.altered
    )
    sure = sum(not one.doubt for one in found.pairs)
    click.echo(f"{work.path}: {plural(len(found.pairs), 'passage')} paired, {sure} of them for certain")
    if kept:
        click.echo(f"    {plural(kept, 'message')} had another translation already, which stays")
    if found.unpaired:
        click.echo(f"    {plural(len(found.unpaired), 'passage')} of the page found no place")
    if made.checked:
        click.echo(f"    last checked on {made.checked.isoformat()}")

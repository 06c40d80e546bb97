"""``guidewright translate status``, ``next``, ``check`` and ``preview``: what is left to do, and what is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence

import click

from guidewright.commands.catalogs import locale, readable
from guidewright.commands.console import new_table, plain, print_table
from guidewright.commands.languages import strays, unconfigured
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.rows import Row, judged, told
from guidewright.commands.summary import print_problems
from guidewright.commands.works import SITE, works
from guidewright.errors import FINE, GUIDE_FAILED, WRONG_USE, Problem
from guidewright.translate.catalog import short
from guidewright.translate.language import Locale


def rows(project: Project, of: Locale, names: Sequence[str] = ()) -> tuple[list[Row], list[Problem]]:
    found, problems = works(project, of, names)
    return [judged(work, of) for work in found], [*problems, *_strays(project, of)]


def _strays(project: Project, of: Locale) -> list[Problem]:
    """Return what keeps guides and catalogs apart: guides that cannot be read, catalogs without a guide."""
    return [*project.library.errors, *strays(project, of), *unconfigured(project.settings)]


def status(project: Project, code: str, *, as_json: bool) -> int:
    """Say of each catalog how far it is; return 1 where a check found an error, 2 where one cannot be read."""
    of = locale(project, code)
    found, problems = rows(project, of)
    if as_json:
        show({"language": code, **_total(found), "catalogs": [_as_json(row) for row in found]})
    else:
        _print(found)
    print_problems(problems)
    if problems:
        return WRONG_USE
    return GUIDE_FAILED if any(row.errors for row in found) else FINE


def _total(found: Sequence[Row]) -> dict[str, int | float]:
    messages = sum(len(row.catalog.entries) for row in found)
    counts = {state: sum(row.count(state) for row in found) for state in ("translated", "fuzzy", "missing")}
    return {
        "messages": messages,
        **counts,
        "percent": round(100 * counts["translated"] / max(1, messages), 1),
        "errors": sum(row.errors for row in found),
        "warnings": sum(row.warnings for row in found),
    }


def _as_json(row: Row) -> dict[str, object]:
    checked_on = row.work.catalog.checked
    return {
        "catalog": row.work.name,
        "path": row.work.path,
        "messages": len(row.catalog.entries),
        **{state: row.count(state) for state in ("translated", "fuzzy", "missing")},
        "percent": round(100 * row.share, 1),
        "words_missing": row.words_missing,
        "checked": checked_on.isoformat() if checked_on else None,
        "errors": row.errors,
        "warnings": row.warnings,
    }


def _print(found: Sequence[Row]) -> None:
    table = new_table(
        "catalog", "translated", "fuzzy", "missing", "words left", "checked", "errors", "warnings"
    )
    for row in found:
        table.add_row(
            plain(row.work.name),
            f"{100 * row.share:.0f}%",
            *(str(row.count(state)) for state in ("fuzzy", "missing")),
            str(row.words_missing),
            row.work.catalog.checked.isoformat() if row.work.catalog.checked else "–",
            str(row.errors),
            str(row.warnings),
        )
    print_table(table, sys.stdout)


# --------------------------------------------------------------- next, check


def next_(project: Project, code: str, *, limit: int, as_json: bool) -> int:
    """List what to translate next: the catalogs where a word wins most, with their first messages."""
    of = locale(project, code)
    found, problems = rows(project, of)
    print_problems(problems)
    left = sorted(
        (row for row in found if row.gain), key=lambda row: (-row.gain, row.words_missing, row.work.name)
    )
    if as_json:
        show([{**_as_json(row), "gain": round(row.gain, 3)} for row in left[:limit]])
        return WRONG_USE if problems else FINE
    if not left:
        click.echo(f"Nothing is left to translate into {of.english_name}.")
    for row in left[:limit]:
        open_ = [entry for entry in row.catalog.entries if not entry.translated]
        click.echo(f"{row.work.path}: {plural(len(open_), 'message')}, {plural(row.words_missing, 'word')}")
        for entry in open_[:3]:
            click.echo(f"    {'fuzzy  ' if entry.fuzzy else 'missing'}  {short(entry.msgid, 90)}")
        if len(open_) > 3:
            click.echo(f"    and {len(open_) - 3} more")
    return WRONG_USE if problems else FINE


def report_check(project: Project, code: str, names: Sequence[str]) -> int:
    """Print what is wrong with a language's translations; return 1 for errors, 2 for what cannot be read."""
    of = locale(project, code)
    found, problems = rows(project, of, names)
    problems += [problem for row in found for problem in told(row, code)]
    print_problems(problems)
    errors = sum(problem.severity == "error" for problem in problems)
    counted = f"{plural(errors, 'error')}, {plural(len(problems) - errors, 'warning')}"
    click.echo(f"{plural(len(found), 'catalog')}, {counted}")
    unreadable = any(
        problem.severity == "error" for problem in [*works(project, of, names)[1], *_strays(project, of)]
    )
    return WRONG_USE if unreadable else GUIDE_FAILED if errors else FINE


def preview(project: Project, code: str, name: str, build: Callable[[Project], int]) -> int:
    """Build the site, and say where a guide's page is."""
    of = locale(project, code)
    readable(project, of, name)
    result = build(project)
    page = project.settings.site / code / ("index.html" if name == SITE else f"guides/{name}/index.html")
    click.echo(f"The page is ready: {page.relative_to(project.settings.root).as_posix()}")
    return result


def show(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))

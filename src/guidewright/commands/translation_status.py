"""``guidewright translate status``, ``next``, ``check`` and ``preview``: what is left to do, and what is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import click

from guidewright.commands.catalogs import SITE, Work, locale, readable, works
from guidewright.commands.console import new_table, plain, print_table
from guidewright.commands.progress import plural
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.commands.translations import strays, unconfigured
from guidewright.errors import FINE, GUIDE_FAILED, WRONG_USE, Problem
from guidewright.translate import catalog as catalogs
from guidewright.translate.catalog import Catalog, short
from guidewright.translate.checks import Finding, check, code_problems
from guidewright.translate.language import Locale


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """How far one catalog is."""

    work: Work
    catalog: Catalog
    findings: tuple[Finding, ...]
    code: tuple[Problem, ...]

    def count(self, state: str) -> int:
        return catalogs.counted(self.catalog.entries)[state]

    @property
    def words_missing(self) -> int:
        return sum(len(entry.msgid.split()) for entry in self.catalog.entries if not entry.translated)

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings) + len(self.code)

    @property
    def warnings(self) -> int:
        return sum(finding.severity == "warning" for finding in self.findings)

    @property
    def share(self) -> float:
        return self.count("translated") / max(1, len(self.catalog.entries))

    @property
    def gain(self) -> float:
        """Messages won for each word that is to be written."""
        left = len(self.catalog.entries) - self.count("translated")
        return left / self.words_missing if self.words_missing else 0.0


def rows(project: Project, of: Locale, names: Sequence[str] = ()) -> tuple[list[Row], list[Problem]]:
    found, problems = works(project, of, names)
    return [row(work, of) for work in found], [*problems, *_strays(project, of)]


def _strays(project: Project, of: Locale) -> list[Problem]:
    """Return what keeps guides and catalogs apart: guides that cannot be read, catalogs without a guide."""
    return [*project.library.errors, *strays(project, of), *unconfigured(project.settings)]


def row(work: Work, of: Locale) -> Row:
    """Hold one catalog against its English."""
    followed = work.followed
    lines = {entry.key: entry.line for entry in work.catalog.entries}
    placed = replace(
        followed, entries=tuple(replace(entry, line=lines.get(entry.key, 0)) for entry in followed.entries)
    )
    return Row(
        work=work,
        catalog=placed,
        findings=tuple(check(work.units, placed, of)),
        code=tuple(_code(work, placed)),
    )


def _code(work: Work, catalog: Catalog) -> Iterator[Problem]:
    translations = {entry.key: entry.msgstr for entry in catalog.entries if entry.translated}
    for cell, message in code_problems(work.guide, translations) if work.guide else ():
        hint = "mend the comment's translation"
        yield Problem(path=work.path, cell=cell.id, message=message, hint=hint)


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


def told(row: Row, code: str) -> Iterator[Problem]:
    """Yield what is wrong with one catalog of a language."""
    if row.work.catalog.revision != row.catalog.revision:
        hint = f"guidewright translate extract {code}"
        there = bool(row.work.catalog.entries)
        message = "does not follow today's English" if there else "is not there yet: nothing is translated"
        yield Problem(path=row.work.path, message=message, hint=hint, severity="warning")
    yield from (_problem(row, finding) for finding in row.findings)
    yield from row.code


def _problem(row: Row, finding: Finding) -> Problem:
    return Problem(
        path=row.work.path,
        line=finding.entry.line or None,
        message=f"{short(finding.entry.msgid)} {finding.message} [{finding.kind}]",
        hint=finding.hint,
        severity=finding.severity,
    )


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

"""One catalog held against its English: how far it is, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from guidewright.commands.works import Work
from guidewright.errors import Problem
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


def judged(work: Work, of: Locale) -> Row:
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

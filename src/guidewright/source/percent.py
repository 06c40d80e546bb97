"""A guide's file, in jupytext's percent format, → :class:`Guide`; and the proof that writing it gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from guidewright.errors import Problem
from guidewright.model import Guide, Slug
from guidewright.settings import Settings
from guidewright.source import cells, checks
from guidewright.source import header as front

_VERSION_LINE = re.compile(r"^#       jupytext_version: .*\n", re.MULTILINE)
# Jupytext splits lines as str.splitlines() does, Python's parser and editors only at line feeds; a null ends a file.
_ODD = re.compile("[\0\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """What a file gave: a guide, unless a problem of severity ``error`` stands in the way."""

    guide: Guide | None
    problems: tuple[Problem, ...] = ()


def parse(data: bytes, *, path: str, slug: Slug, settings: Settings) -> Parsed:
    """Read a guide from its file's bytes; every problem is found, not the first only."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"is not UTF-8: byte 0x{data[error.start]:02x}"
        problem = Problem(path=path, line=line, message=message, hint="save it as UTF-8", rule="encoding")
        return Parsed(guide=None, problems=(problem,))
    found = list(_odd_problems(unix(text), path))
    clean = _ODD.sub(" ", unix(text))
    matter = front.read(clean.split("\n"), path)
    header, header_problems = front.build(matter, settings, path)
    # A header that cannot be read keeps jupytext from reading the cells; blank lines in its place do not.
    body = "\n".join([""] * matter.end + clean.split("\n")[matter.end :])
    placed, cell_problems = cells.read(clean if header else body, matter.end, path)
    header_problems = [replace(problem, rule="header") for problem in header_problems]
    found += [*header_problems, *cell_problems, *checks.heading_problems(placed, path)]
    found += checks.formula_problems(placed, path)
    if header and not cell_problems:
        found += checks.check(placed, header, settings, path, quick_line=matter.lines.get("quick", 1))
    if header is None or any(problem.severity == "error" for problem in found):
        return Parsed(guide=None, problems=_in_order(found))
    guide = Guide(slug=slug, path=path, header=header, cells=tuple(entry.cell for entry in placed))
    return Parsed(guide=guide, problems=_in_order([*found, *_not_canonical(text, path)]))


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line or 0))


def unix(text: str) -> str:
    """Return a file's text without a byte-order mark, and with ``\\n`` line ends."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _odd_problems(text: str, path: str) -> Iterator[Problem]:
    for found in _ODD.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        code = f"U+{ord(found[0]):04X}"
        message = f"has the character {code}, which Python, jupytext and editors read differently"
        hint = f"remove it; in a string, write {ascii(found[0])[1:-1]}"
        yield Problem(path=path, line=line, message=message, hint=hint, rule="encoding")


# ---------------------------------------------------------------- canonical


def canonical(text: str) -> str:
    """Return the file as jupytext writes it, its own version's line as the file has it (or not).

    Raises:
        Exception: jupytext cannot read it; a file that :func:`parse` found fine it can.
    """
    if not _ODD.search(text) and cells.is_as_written(text):
        return text
    return by_jupytext(text)


def by_jupytext(text: str) -> str:
    """Return what :func:`canonical` does, of any file."""
    import jupytext  # slow to load, and needed for few files

    head, end, body = unix(text).partition("\n# ---\n")
    # Of more than one blank line behind the header jupytext would make a cell.
    spaced = f"\n{body.lstrip(chr(10))}" if body.startswith("\n\n") else body
    written: str = jupytext.writes(cells.notebook(f"{head}{end}{spaced}"), fmt=cells.FORMAT)
    own = _VERSION_LINE.search(head)
    return _VERSION_LINE.sub(lambda _: own[0] if own else "", written, count=1)


def _not_canonical(text: str, path: str) -> Iterator[Problem]:
    hint = "guidewright check --fix writes it so"
    if "\r" in text or text.startswith("\ufeff"):
        message = "has line endings or a byte-order mark that jupytext would not write"
        yield Problem(path=path, line=1, message=message, hint=hint, severity="warning", rule="canonical")
        return
    wanted = canonical(text)
    if wanted == text:
        return
    have, want = text.split("\n"), wanted.split("\n")
    line = next(
        (n for n, pair in enumerate(zip(have, want, strict=False)) if pair[0] != pair[1]),
        min(len(have), len(want)),
    )
    if line < len(have) and line < len(want):
        message = f"is not as jupytext would write it; this line would be {want[line]!r}"
    else:
        message = "does not end as jupytext would write it, with one line break"
    line = min(line + 1, len(have))
    yield Problem(path=path, line=line, message=message, hint=hint, severity="warning", rule="canonical")

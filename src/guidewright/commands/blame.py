"""What is wrong with a page → what is wrong with the guide that it is made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from guidewright.errors import InputError, Problem, SiteError
from guidewright.model import Guide

_PAGE = re.compile(r"(?:(?P<language>[a-z]{2,3}(?:-\w+)*)/)?guides/(?P<slug>.+?)(?:\.md|/index\.html)")
_TARGET = re.compile(r"\]\(\s*<?([^)>\s]+)|^\s*\[[^\]]+\]:\s*<?([^>\s]+)|\b(?:href|src)=[\"']([^\"']+)")


def blamed(
    problems: Iterable[Problem],
    guides: Sequence[Guide],
    catalog: Callable[[str, str], str] = lambda _language, _slug: "",
    language: str = "",
) -> InputError | SiteError:
    """Lead what is wrong with pages back to what they are made from: bad input, if all of it is theirs.

    Args:
        catalog: language and slug → the path of the catalog, as people know it: what a translation alone has in it.
        language: that of the pages, where their paths do not begin with it; empty for English.
    """
    known = {guide.slug: guide for guide in guides}
    placed = []
    for problem in problems:
        page = _PAGE.fullmatch(problem.path)
        guide = known.get(page["slug"]) if page else None
        if page is None or guide is None:
            placed.append((guide, problem))
            continue
        spoken = page["language"] or language
        line = _line(guide, problem.message)
        path = catalog(spoken, guide.slug) if spoken and line is None else guide.path
        placed.append((guide, replace(problem, path=path or guide.path, line=line)))
    kind = InputError if all(guide for guide, _ in placed) else SiteError
    return kind([problem for _, problem in placed])


def _line(guide: Guide, message: str) -> int | None:
    """Find the line of the link that a message speaks of."""
    words = set(re.split(r"[\s']+", message))
    for cell in guide.cells:
        for number, line in enumerate(cell.source.split("\n")) if cell.kind == "markdown" else ():
            if any(target in words for found in _TARGET.findall(line) for target in found if target):
                return cell.line + number
    return None

"""What is wrong with a page → what is wrong with the guide that it is made from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from guidewright.errors import InputError, Problem, SiteError
from guidewright.model import Guide

_PAGE = re.compile(r"(?:[a-z]{2,3}(?:-\w+)*/)?guides/(?P<slug>.+?)(?:\.md|/index\.html)")
_TARGET = re.compile(r"\]\(\s*<?([^)>\s]+)|^\s*\[[^\]]+\]:\s*<?([^>\s]+)|\b(?:href|src)=[\"']([^\"']+)")


def blamed(problems: Iterable[Problem], guides: Sequence[Guide]) -> InputError | SiteError:
    """Lead what is wrong with pages back to the guides that they are made from: bad input, if all of it is theirs."""
    known = {guide.slug: guide for guide in guides}
    placed = []
    for problem in problems:
        page = _PAGE.fullmatch(problem.path)
        guide = known.get(page["slug"]) if page else None
        line = _line(guide, problem.message) if guide else None
        placed.append((guide, replace(problem, path=guide.path, line=line) if guide else problem))
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

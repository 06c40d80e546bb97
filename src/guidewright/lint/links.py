"""Links from guide to guide, and to places in them. All guides have to be known for it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlsplit

from guidewright.errors import Problem
from guidewright.model import Slug


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link to a place of the site."""

    target: str
    """As written, the escapes of its address undone."""
    line: int
    column: int
    cell: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """What other guides need to know of one."""

    slug: Slug
    path: str
    anchors: frozenset[str]
    links: tuple[Link, ...]
    pictures: frozenset[str] = frozenset()
    """Addresses of its own pictures."""
    readable: bool = True
    """Else its anchors are not known."""


def problems(guide: Outline, others: Mapping[Slug, Outline]) -> Iterator[Problem]:
    """Yield the links of a guide that lead nowhere.

    Args:
        others: all guides, this one too, by slug.
    """
    for link in guide.links:
        if told := _broken(link.target, guide, others):
            yield Problem(
                path=guide.path,
                line=link.line,
                column=link.column,
                cell=link.cell,
                message=told[0],
                hint=told[1],
                rule="link",
            )


def _broken(target: str, guide: Outline, others: Mapping[Slug, Outline]) -> tuple[str, str] | None:
    parts = urlsplit(target)
    slug = guide.slug
    if parts.path in guide.pictures:
        return None
    if parts.path:
        if not parts.path.endswith(".md") or parts.path.startswith("/"):
            hint = (
                "a guide is 'slug.md', as seen from this one's folder; "
                f"of the files beside guides, those in '{posixpath.basename(guide.slug)}.files/' are published"
            )
            return f"the link '{target}' leads to no guide", hint
        slug = posixpath.normpath(posixpath.join(posixpath.dirname(slug), parts.path.removesuffix(".md")))
    if slug not in others:
        return f"the link '{target}' leads to no guide", _close(slug, others)
    if parts.fragment and others[slug].readable and parts.fragment not in others[slug].anchors:
        message = f"there is no '#{parts.fragment}' in {others[slug].path}"
        return message, _close(parts.fragment, others[slug].anchors)
    return None


def _close(name: str, known: Mapping[str, object] | frozenset[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f"did you mean '{close[0]}'?" if close else "mend the link"

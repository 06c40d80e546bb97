"""Which guides a reader may want next: sisters for other backends, then what shares most tags, API names and words.

The measure is the cosine of two guides' vectors: terms by inverse document frequency (Salton and Buckley, 1988), tags
and the category heavier than names in code, and these heavier than words of prose.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from guidewright.model import Guide, Slug

COUNT = 3
_TERMS = 60
"""A guide is known by its heaviest terms; the others are left out, so that a thousand guides compare quickly."""
_WEIGHTS = {"tag": 4.0, "category": 2.0, "api": 1.5, "word": 1.0}
_API = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_WORD = re.compile(r"[A-Za-z][a-z]{3,}")
_CODE = re.compile(r"```.*?```|`[^`]*`|\]\([^)]*\)|\{[^}]*\}", re.DOTALL)

Vector = Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What has to be known of a guide to tell what is near it."""

    slug: Slug
    family: str
    terms: Mapping[str, int]


def about(guide: Guide) -> About:
    return About(slug=guide.slug, family=family(guide), terms=terms(guide))


def related(guides: Sequence[Guide], count: int = COUNT) -> dict[Slug, tuple[Slug, ...]]:
    """Return, for each guide, the slugs of those nearest to it, nearest first; of equals the earlier one.

    Args:
        guides: in English, in reading order: so the answer is the same in every language.
    """
    return nearest([about(guide) for guide in guides], count)


def nearest(guides: Sequence[About], count: int = COUNT) -> dict[Slug, tuple[Slug, ...]]:
    """Do so with what is known of them."""
    vectors = _vectors(guides)
    place = {guide.slug: number for number, guide in enumerate(guides)}
    families: dict[str, list[Slug]] = {}
    for guide in guides:
        families.setdefault(guide.family, []).append(guide.slug)
    holders = _holders(vectors)
    found = {}
    for guide in guides:
        kin = [slug for slug in families[guide.family] if slug != guide.slug]
        scores = _scores(guide.slug, vectors, holders)
        for slug in kin:
            scores.pop(slug, None)
        others = heapq.nsmallest(count, scores, key=lambda slug: (-round(scores[slug], 9), place[slug]))
        found[guide.slug] = (*kin, *others)[:count]
    return found


def family(guide: Guide) -> str:
    """Return what sisters share: the slug with the guide's one backend taken out; the slug itself for all others."""
    if len(guide.header.backends) != 1:
        return guide.slug
    (backend,) = guide.header.backends
    return re.sub(rf"(?<![a-z0-9]){re.escape(backend)}(?![a-z0-9])", "*", guide.slug)


def terms(guide: Guide) -> Counter[str]:
    """Count what a guide is about: ``tag …``, ``category …``, ``api …`` and ``word …``."""
    header = guide.header
    found = Counter([*(f"tag {tag}" for tag in header.tags), f"category {header.category}"])
    for cell in guide.cells:
        if cell.kind == "code" and not cell.hidden:
            found.update(f"api {name}" for name in _API.findall(cell.source))
        elif cell.kind == "markdown":
            found.update(f"word {word}" for word in _words(cell.source))
    found.update(f"word {word}" for word in _words(f"{header.title} {header.description}"))
    return found


def _words(markdown: str) -> Iterator[str]:
    for word in _WORD.findall(_CODE.sub(" ", markdown)):
        yield word.casefold()


def _vectors(guides: Sequence[About]) -> dict[Slug, Vector]:
    spread = Counter(term for guide in guides for term in guide.terms)
    vectors: dict[Slug, Vector] = {}
    for guide in guides:
        weights = {
            term: _WEIGHTS[term.partition(" ")[0]]
            * (1 + math.log(number))
            * math.log(len(guides) / spread[term])
            for term, number in guide.terms.items()
        }
        heaviest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:_TERMS]
        length = math.sqrt(sum(weight**2 for _, weight in heaviest)) or 1.0
        vectors[guide.slug] = {term: weight / length for term, weight in heaviest if weight}
    return vectors


def _holders(vectors: Mapping[Slug, Vector]) -> dict[str, list[tuple[Slug, float]]]:
    """Return the guides that have each term, with its weight there."""
    holders: dict[str, list[tuple[Slug, float]]] = {}
    for slug, vector in vectors.items():
        for term, weight in vector.items():
            holders.setdefault(term, []).append((slug, weight))
    return holders


def _scores(
    slug: Slug, vectors: Mapping[Slug, Vector], holders: Mapping[str, list[tuple[Slug, float]]]
) -> dict[Slug, float]:
    """Return a guide's likeness to every other with which it shares a term; of one guide at a time, which bounds the memory."""
    scores: dict[Slug, float] = {}
    for term, weight in vectors[slug].items():
        for other, its in holders[term]:
            scores[other] = scores.get(other, 0.0) + weight * its
    scores.pop(slug, None)
    return scores

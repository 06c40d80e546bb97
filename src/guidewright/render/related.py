"""Which guides a reader may want next: sisters for other backends, then what shares most tags, API names and words.

The measure is the cosine of two guides' vectors: terms by inverse document frequency (Salton and Buckley, 1988), tags
and the category heavier than names in code, and these heavier than words of prose.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from guidewright.model import Guide, Slug

COUNT = 3
_TERMS = 60
"""A guide is known by its heaviest terms; the others are left out, so that a thousand guides compare quickly."""
_WEIGHTS = {"tag": 4.0, "category": 2.0, "api": 1.5, "word": 1.0}
_API = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_WORD = re.compile(r"[A-Za-z][a-z]{3,}")
_CODE = re.compile(r"```.*?```|`[^`]*`|\]\([^)]*\)|\{[^}]*\}", re.DOTALL)

Vector = Mapping[str, float]


def related(guides: Sequence[Guide], count: int = COUNT) -> dict[Slug, tuple[Slug, ...]]:
    """Return, for each guide, the slugs of those nearest to it, nearest first; of equals the earlier one.

    Args:
        guides: in English, in reading order: so the answer is the same in every language.
    """
    vectors = _vectors(guides)
    place = {guide.slug: number for number, guide in enumerate(guides)}
    families = {guide.slug: family(guide) for guide in guides}
    near = _near(vectors)
    found = {}
    for guide in guides:
        kin = [
            other.slug
            for other in guides
            if other.slug != guide.slug and families[other.slug] == families[guide.slug]
        ]
        scores = near[guide.slug]
        others = sorted(
            (slug for slug in scores if slug not in kin),
            key=lambda slug: (-round(scores[slug], 9), place[slug]),
        )
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


def _vectors(guides: Sequence[Guide]) -> dict[Slug, Vector]:
    counts = {guide.slug: terms(guide) for guide in guides}
    spread = Counter(term for found in counts.values() for term in found)
    vectors: dict[Slug, Vector] = {}
    for slug, found in counts.items():
        weights = {
            term: _WEIGHTS[term.partition(" ")[0]]
            * (1 + math.log(number))
            * math.log(len(guides) / spread[term])
            for term, number in found.items()
        }
        heaviest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:_TERMS]
        length = math.sqrt(sum(weight**2 for _, weight in heaviest)) or 1.0
        vectors[slug] = {term: weight / length for term, weight in heaviest if weight}
    return vectors


def _near(vectors: Mapping[Slug, Vector]) -> dict[Slug, dict[Slug, float]]:
    """Return each guide's likeness to every other with which it shares a term."""
    holders: dict[str, list[Slug]] = {}
    for slug, vector in vectors.items():
        for term in vector:
            holders.setdefault(term, []).append(slug)
    found: dict[Slug, dict[Slug, float]] = {slug: {} for slug in vectors}
    for slug, vector in vectors.items():
        for term, weight in vector.items():
            for other in holders[term]:
                if other != slug:
                    found[slug][other] = found[slug].get(other, 0.0) + weight * vectors[other][term]
    return found

"""What the site shows of the API that guides teach; nothing where the settings name none."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from guidewright.api import guide as api
from guidewright.api.inventory import Symbol
from guidewright.api.reference import Reference
from guidewright.commands.project import Project
from guidewright.memory import Remember, afresh
from guidewright.model import Guide, Slug
from guidewright.render import api as pages
from guidewright.render.addresses import SiteInfo
from guidewright.render.cards import Card
from guidewright.render.index import in_order
from guidewright.render.interface import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Taught:
    reference: Reference | None
    symbols: Mapping[Slug, tuple[Symbol, ...]] = field(default_factory=dict)
    """What each guide's shown code uses: the same in every language."""

    @classmethod
    def of(cls, project: Project, remember: Remember = afresh) -> Taught:
        reference = project.reference
        if reference is None:
            return cls(reference=None)
        found = {
            guide.slug: remember(
                ("symbols", guide.slug), (guide, reference), functools.partial(_symbols, guide, reference)
            )
            for guide in project.library.guides
        }
        return cls(reference=reference, symbols=found)

    @property
    def path(self) -> str:
        """The index page; empty where there is none."""
        return pages.PATH if self.reference else ""

    def linked(self, guide: Guide) -> Guide:
        return api.with_links(guide, self.reference) if self.reference else guide

    def section(self, slug: Slug, language: Language) -> str:
        found = self.symbols.get(slug, ())
        return pages.section(found, slug, self.reference, language) if self.reference else ""

    def index(self, cards: Sequence[Card], *, site: SiteInfo, language: Language) -> dict[str, str]:
        """Return the index page by its path; guides in reading order, without those that are not proven."""
        if self.reference is None:
            return {}
        uses = [
            pages.Uses(slug=card.slug, title=card.title, symbols=self.symbols.get(card.slug, ()))
            for card in in_order(cards, site=site)
        ]
        return {pages.PATH: pages.index_page(uses, self.reference, language)}


def _symbols(guide: Guide, reference: Reference) -> tuple[Symbol, ...]:
    return tuple(api.symbols(guide, reference))

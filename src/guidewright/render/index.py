"""The home page, the list of guides, and the navigation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guidewright.model import BackendView, Guide, Slug
from guidewright.render import report
from guidewright.render.addresses import SiteInfo, page_path, relative
from guidewright.render.interface import text
from guidewright.render.page import plain_title
from guidewright.render.proof import plain

HOME = "index.md"
GUIDES = "guides/index.md"


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What the lists say of a guide."""

    slug: Slug
    title: str
    description: str
    category: str
    proven: tuple[str, ...]
    """Labels of the backends that have a full record."""
    quick: tuple[str, ...] = ()
    """Labels of those that have a quick one only."""

    @property
    def listed(self) -> bool:
        """A guide without any proof has a page, and no place in the navigation."""
        return bool(self.proven or self.quick)


def card(guide: Guide, views: Sequence[BackendView]) -> Card:
    records = [(view.label, view.record.profile) for view in views if view.record]
    return Card(
        slug=guide.slug,
        title=guide.header.title,
        description=guide.header.description,
        category=guide.header.category,
        proven=tuple(label for label, profile in records if profile == "full"),
        quick=tuple(label for label, profile in records if profile == "quick"),
    )


def home(cards: Sequence[Card], *, site: SiteInfo, language: str = "en") -> str:
    """Return the Markdown of the home page: a welcome, and the guides as cards by category."""
    parts = [f"# {plain(site.name)}", f"{text('home_lead', language)}\n{{ .gw-lead }}"]
    parts += _groups(cards, site, language, HOME)
    parts.append(f"[{text('home_parity', language)}]({report.PATH}){{ .md-button .gw-button }}")
    return "---\nhide: [toc]\n---\n\n" + "\n\n".join(parts) + "\n"


def guides(cards: Sequence[Card], *, site: SiteInfo, language: str = "en") -> str:
    """Return the Markdown of the page that lists all guides."""
    parts = [f"# {text('guides', language)}", f"{text('guides_lead', language)}\n{{ .gw-lead }}"]
    return "\n\n".join([*parts, *_groups(cards, site, language, GUIDES)]) + "\n"


def navigation(cards: Sequence[Card], *, site: SiteInfo, language: str = "en") -> list[Any]:
    """Return the engine's ``nav``."""
    groups = [
        {label: [{plain_title(item.title): page_path(item.slug)} for item in found]}
        for label, found in _by_category(cards, site)
    ]
    return [
        {text("home", language): HOME},
        {text("guides", language): [GUIDES, *groups]},
        {text("parity", language): report.PATH},
    ]


def unlisted(cards: Sequence[Card]) -> list[str]:
    """Return the pages that are left out of the navigation."""
    return sorted(page_path(item.slug) for item in cards if not item.listed)


def _by_category(cards: Sequence[Card], site: SiteInfo) -> list[tuple[str, list[Card]]]:
    keys = [*site.categories, *sorted({item.category for item in cards} - set(site.categories))]
    found = []
    for key in keys:
        members = [item for item in cards if item.category == key and item.listed]
        if members:
            members.sort(key=lambda item: (plain_title(item.title).casefold(), item.slug))
            found.append((site.categories.get(key, key), members))
    return found


def _groups(cards: Sequence[Card], site: SiteInfo, language: str, page: str) -> list[str]:
    groups = [
        f'## {plain(label)}\n\n<div class="grid cards" markdown>\n\n'
        + "\n\n".join(_card(item, language, page) for item in found)
        + "\n\n</div>"
        for label, found in _by_category(cards, site)
    ]
    return groups or [text("no_guides", language)]


def _card(item: Card, language: str, page: str) -> str:
    marks = [
        text(name, language, labels=", ".join(labels))
        for name, labels in (("proven_on", item.proven), ("proven_quick", item.quick))
        if labels
    ]
    lines = [
        f"-   **[{item.title}]({relative(page_path(item.slug), page)})**",
        f"    {item.description}",
        f"    {plain(' · '.join(marks))}\n    {{ .gw-card-proof }}",
    ]
    return "\n\n".join(lines)

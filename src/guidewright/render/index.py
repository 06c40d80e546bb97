"""The home page, the list of guides, a page a category, and the navigation: all in the reading order of the settings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from guidewright.model import BackendView, Guide, Slug
from guidewright.render import report
from guidewright.render.addresses import SiteInfo, category_path, page_path, relative
from guidewright.render.interface import EN, Language, text
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
    seconds: float | None = None
    """What the slowest full run took; None where there is none."""
    accelerator: str = "none"

    @property
    def listed(self) -> bool:
        """A guide without any proof has a page, and no place in the navigation."""
        return bool(self.proven or self.quick)


def card(guide: Guide, views: Sequence[BackendView]) -> Card:
    records = [(view.label, view.record) for view in views if view.record]
    return Card(
        slug=guide.slug,
        title=guide.header.title,
        description=guide.header.description,
        category=guide.header.category,
        proven=tuple(label for label, record in records if record.profile == "full"),
        quick=tuple(label for label, record in records if record.profile == "quick"),
        seconds=max((record.seconds for _, record in records if record.profile == "full"), default=None),
        accelerator=guide.header.accelerator,
    )


def home(cards: Sequence[Card], *, site: SiteInfo, language: Language = EN) -> str:
    """Return the Markdown of the home page: a welcome, and the guides as cards by category."""
    parts = [f"# {plain(site.name)}", f"{text('home_lead', language)}\n{{ .gw-lead }}"]
    parts += _groups(cards, site, language, HOME)
    parts.append(f"[{text('home_parity', language)}]({report.PATH}){{ .md-button .gw-button }}")
    return "---\nhide: [toc]\n---\n\n" + "\n\n".join(parts) + "\n"


def guides(cards: Sequence[Card], *, site: SiteInfo, language: Language = EN) -> str:
    """Return the Markdown of the page that lists all guides."""
    parts = [f"# {text('guides', language)}", f"{text('guides_lead', language)}\n{{ .gw-lead }}"]
    return "\n\n".join([*parts, *_groups(cards, site, language, GUIDES)]) + "\n"


def categories(cards: Sequence[Card], *, site: SiteInfo, language: Language = EN) -> dict[str, str]:
    """Return the Markdown of each category's page, by its path."""
    pages = {}
    for key, label, found in _by_category(cards, site):
        path = category_path(key)
        lead = text("category_lead", language, count=len(found)) if len(found) > 1 else ""
        parts = [
            f"# {plain(label)}",
            f"{lead}\n{{ .gw-lead }}" if lead else "",
            _cards(found, language, path),
        ]
        pages[path] = "---\nhide: [toc]\n---\n\n" + "\n\n".join(filter(None, parts)) + "\n"
    return pages


def navigation(cards: Sequence[Card], *, site: SiteInfo, language: Language = EN) -> list[Any]:
    """Return the engine's ``nav``; its order is what "previous" and "next" follow."""
    groups = [
        {label: [category_path(key), *({plain_title(item.title): page_path(item.slug)} for item in found)]}
        for key, label, found in _by_category(cards, site)
    ]
    return [
        {text("home", language): HOME},
        {text("guides", language): [GUIDES, *groups]},
        {text("parity", language): report.PATH},
    ]


def beside(
    cards: Sequence[Card], *, site: SiteInfo, language: Language = EN
) -> dict[str, dict[str, dict[str, str]]]:
    """Return the "previous" and "next" that pass over a category's own page, by the address of the page they stand on.

    Addresses are below the language's root. Elsewhere the engine's own, from the navigation, are right.
    """
    found: dict[str, dict[str, dict[str, str]]] = {}
    last = (_url(GUIDES), text("guides", language))
    for _, _, members in _by_category(cards, site):
        first, *_ = stops = [(_url(page_path(item.slug)), plain_title(item.title)) for item in members]
        found.setdefault(last[0], {})["next"] = {"url": first[0], "title": first[1]}
        found.setdefault(first[0], {})["previous"] = {"url": last[0], "title": last[1]}
        last = stops[-1]
    return found


def _url(path: str) -> str:
    """The address that the engines give a page of the docs folder."""
    return quote(f"{path.removesuffix('.md').removesuffix('index').rstrip('/')}/")


def unlisted(cards: Sequence[Card]) -> list[str]:
    """Return the pages that are left out of the navigation."""
    return sorted(page_path(item.slug) for item in cards if not item.listed)


def _by_category(cards: Sequence[Card], site: SiteInfo) -> list[tuple[str, str, list[Card]]]:
    """Return key, label and listed guides of each category that has any, all in reading order."""
    place = {slug: number for number, slug in enumerate(site.reading_order)}
    keys = [*site.categories, *sorted({item.category for item in cards} - set(site.categories))]
    found = []
    for key in keys:
        members = [item for item in cards if item.category == key and item.listed]
        if members:
            members.sort(
                key=lambda item: (
                    place.get(item.slug, len(place)),
                    plain_title(item.title).casefold(),
                    item.slug,
                )
            )
            found.append((key, site.categories.get(key, key), members))
    return found


def _groups(cards: Sequence[Card], site: SiteInfo, language: Language, page: str) -> list[str]:
    groups = [
        f"## [{plain(label)}]({relative(category_path(key), page)}) {{#{key}}}\n\n{_cards(found, language, page)}"
        for key, label, found in _by_category(cards, site)
    ]
    return groups or [text("no_guides", language)]


def _cards(found: Sequence[Card], language: Language, page: str) -> str:
    items = "\n\n".join(_card(item, language, page) for item in found)
    return f'<div class="grid cards" markdown>\n\n{items}\n\n</div>'


def _card(item: Card, language: Language, page: str) -> str:
    marks = [
        text(name, language, labels=", ".join(labels))
        for name, labels in (("proven_on", item.proven), ("proven_quick", item.quick))
        if labels
    ]
    facts = [*_minutes(item.seconds, language), text(f"accelerator_{item.accelerator}", language)]
    lines = [
        f"-   **[{item.title}]({relative(page_path(item.slug), page)})**",
        f"    {item.description}",
        f"    {plain(' · '.join(marks))}<br>{plain(' · '.join(facts))}\n    {{ .gw-card-proof }}",
    ]
    return "\n\n".join(lines)


def _minutes(seconds: float | None, language: Language) -> list[str]:
    if seconds is None:
        return []
    minutes = math.ceil(seconds / 60)
    return [text("minutes_one" if minutes <= 1 else "minutes_many", language, count=minutes)]

"""What lists say of a guide, and how: a card with picture, title, description and proof."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from guidewright.model import BackendView, Guide, Header, Slug
from guidewright.render import thumbnail
from guidewright.render.addresses import SiteInfo, page_path, relative
from guidewright.render.interface import EN, Language, text
from guidewright.render.proof import plain

_HOURS = 120
"""So many minutes and more are told in hours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What the lists say of a guide."""

    slug: Slug
    title: str
    description: str
    category: str
    tags: tuple[str, ...] = ()
    proven: tuple[str, ...]
    """Labels of the backends that have a full record."""
    quick: tuple[str, ...] = ()
    """Labels of those that have a quick one only."""
    seconds: float | None = None
    """What the slowest full run took; None where there is none."""
    accelerator: str = "none"
    checks: int = 0
    """Of all its full runs together."""
    ran: dt.date | None = None
    """Of the newest full run."""
    versions: tuple[tuple[str, str], ...] = ()
    """Label and version of what the full runs were proven with."""
    picture: bytes = b""
    """Its thumbnail; empty where no figure of its own could be taken."""

    @property
    def listed(self) -> bool:
        """A guide without any proof has a page, and no place in the navigation."""
        return bool(self.proven or self.quick)


def card(guide: Guide, views: Sequence[BackendView]) -> Card:
    records = [(view.label, view.record) for view in views if view.record]
    full = [record for _, record in records if record.profile == "full"]
    versions = (pair for view in views if view.record in full for pair in view.versions)
    return Card(
        slug=guide.slug,
        title=guide.header.title,
        description=guide.header.description,
        category=guide.header.category,
        tags=guide.header.tags,
        proven=tuple(label for label, record in records if record.profile == "full"),
        quick=tuple(label for label, record in records if record.profile == "quick"),
        seconds=max((record.seconds for record in full), default=None),
        accelerator=guide.header.accelerator,
        checks=sum(record.checks for record in full),
        ran=max((record.started.date() for record in full), default=None),
        versions=tuple(dict.fromkeys(versions)),
        picture=thumbnail.thumbnail(views),
    )


def with_words(item: Card, header: Header) -> Card:
    """Return a card in the language that a guide's header is in."""
    return replace(
        item,
        title=header.title,
        description=header.description,
        category=header.category,
        tags=header.tags,
        accelerator=header.accelerator,
    )


def pictures(cards: Iterable[Card], site: SiteInfo) -> dict[str, str | bytes]:
    """Return the pictures that the cards show, by their path under the docs folder."""
    found: dict[str, str | bytes] = {}
    for item in cards:
        found[picture_path(item)] = item.picture or thumbnail.drawing(_number(item.category, site))
    return found


def picture_path(item: Card) -> str:
    return thumbnail.path(item.slug) if item.picture else thumbnail.drawing_path(item.category)


def _number(category: str, site: SiteInfo) -> int:
    keys = list(site.categories)
    return keys.index(category) if category in keys else len(keys)


def picture(item: Card, page: str) -> str:
    """Return the Markdown of a card's picture: decoration, with its size, so that nothing moves when it comes."""
    size = f"width={thumbnail.WIDTH} height={thumbnail.HEIGHT}"
    return f"![]({relative(picture_path(item), page)}){{ .gw-thumb {size} loading=lazy }}"


def grid(found: Sequence[Card], language: Language = EN, *, page: str) -> str:
    """Return the Markdown of a list of cards, as a page at a path under the docs folder has it."""
    items = "\n\n".join(_card(item, language, page) for item in found)
    return f'<div class="grid cards gw-cards" markdown>\n\n{items}\n\n</div>'


def _card(item: Card, language: Language, page: str) -> str:
    marks = [
        text(name, language, labels=", ".join(labels))
        for name, labels in (("proven_on", item.proven), ("proven_quick", item.quick))
        if labels
    ]
    facts = [*_minutes(item.seconds, language), text(f"accelerator_{item.accelerator}", language)]
    lines = [
        f"-   {picture(item, page)}",
        f"    **[{item.title}]({relative(page_path(item.slug), page)})**",
        f"    {item.description}",
        f"    {plain(' · '.join(marks))}<br>{plain(' · '.join(facts))}\n    {{ .gw-card-proof }}",
    ]
    return "\n\n".join(lines)


def _minutes(seconds: float | None, language: Language) -> list[str]:
    if seconds is None:
        return []
    minutes = math.ceil(seconds / 60)
    if minutes >= _HOURS:
        return [text("hours_many", language, count=round(minutes / 60))]
    return [text("minutes_one" if minutes <= 1 else "minutes_many", language, count=minutes)]

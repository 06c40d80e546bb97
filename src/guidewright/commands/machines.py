"""What the site has for machines: cards, feeds and ``llms.txt``, and what belongs to no single language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from guidewright.commands.translations import Translated
from guidewright.files import write_atomically
from guidewright.render import cards as listing
from guidewright.render import feed, llms, social
from guidewright.render.addresses import SiteInfo
from guidewright.render.article import card_path
from guidewright.render.interface import Language, text
from guidewright.settings import Settings
from guidewright.site import redirects, sitemap

SITE_CARD = "site"
"""The card of every page that is not a guide."""
_END = b"IEND\xaeB`\x82"
"""What every whole PNG ends in (ISO/IEC 15948, 11.2.5): a file that a full disk or a crash cut short does not."""


def files(
    cards: Sequence[listing.Card],
    settings: Settings,
    made: Translated,
    all_: Sequence[Translated],
    info: SiteInfo,
) -> dict[str, str | bytes]:
    """Return a language's feed and ``llms.txt``, by their path under its docs folder.

    Args:
        cards: what lists say of its guides.
    """
    others = [one.language for one in all_ if one.language.code != made.language.code]
    found: dict[str, str | bytes] = {
        llms.PATH: llms.llms(cards, site=info, language=made.language, others=others)
    }
    if settings.site_url:
        listed = {card.slug for card in cards if card.listed}
        guides = [
            entry.guide
            for entry in made.entries
            if entry.guide.slug in listed
            and (entry.guide.slug not in made.translations or made.translations[entry.guide.slug].whole)
        ]
        found[feed.PATH] = feed.feed(guides, site=info, language=made.language)
    return found


def drawn(settings: Settings, made: Translated, all_: Sequence[Translated]) -> Iterator[tuple[str, bytes]]:
    """Yield a language's cards with their path under its docs folder, one at a time; none where the site has no address."""
    if not settings.site_url:
        return
    english = _cards(all_[0])
    for name, card in _cards(made).items():
        shown = card if card.drawable else english[name]
        yield card_path(name), _drawn(shown, settings.cache / "social")


def _cards(made: Translated) -> dict[str, social.Card]:
    cards = {
        SITE_CARD: social.Card(title=made.site_name, above=text("home_tagline", made.language)),
    }
    for entry in made.entries:
        header = entry.guide.header
        cards[entry.guide.slug] = social.Card(
            title=header.title.replace("`", ""),
            above=made.categories.get(header.category, header.category),
            site=made.site_name,
            backends=tuple(view.label for view in entry.views if view.record),
        )
    return cards


def _drawn(card: social.Card, cache: Path) -> bytes:
    """Return a card's picture, from the cache where it was drawn before."""
    file = cache / f"{card.key}.png"
    with suppress(OSError):
        if (kept := file.read_bytes()).endswith(_END):
            return kept
    data = social.draw(card)
    write_atomically(file, data)
    return data


def theme_values(settings: Settings, made: Translated, all_: Sequence[Translated]) -> dict[str, Any]:
    """Return what the theme's parts read: the feed's name, and the words of the page that is not there."""
    values: dict[str, Any] = {"not_found": [_lost(one.language, _folder(one)) for one in _first(made, all_)]}
    if settings.site_url:
        values["feed"] = text("feed_title", made.language, name=made.site_name)
    return values


def _first(made: Translated, all_: Sequence[Translated]) -> list[Translated]:
    return [made, *(one for one in all_ if one is not made)]


def _lost(language: Language, folder: str) -> dict[str, str]:
    return {
        "code": language.code,
        "folder": folder,
        "title": text("not_found", language),
        "lead": text("not_found_lead", language),
        "search": text("not_found_search", language),
        "button": text("not_found_button", language),
        "home": text("not_found_home", language),
        "guides": text("guides", language),
    }


def _folder(made: Translated) -> str:
    return f"{made.language.code}/" if made.locale else ""


def root_files(
    site: Path, settings: Settings, made: Sequence[Translated], newest: dt.date
) -> Mapping[str, bytes]:
    """Return what belongs to all languages: redirects, the sitemap, ``robots.txt``."""
    words = [
        redirects.Words(
            language=one.language.code,
            folder=_folder(one),
            moved=text("moved", one.language),
            lead=text("moved_lead", one.language),
        )
        for one in made
    ]
    found = redirects.pages(settings.redirects, site, words=words, site_url=settings.site_url)
    if settings.site_url:
        found |= {
            sitemap.NAME: sitemap.sitemap(site, newest),
            "robots.txt": sitemap.robots(settings.site_url),
        }
    return found

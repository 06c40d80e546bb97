"""The home page, the list of guides, a page a category, and the navigation: all in the reading order of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from guidewright.render import report, tags
from guidewright.render.addresses import SiteInfo, category_path, page_path, relative
from guidewright.render.cards import Card, grid, picture
from guidewright.render.interface import EN, Language, text, ticked
from guidewright.render.page import plain_title
from guidewright.render.proof import date, plain

HOME = "index.md"
GUIDES = "guides/index.md"

Groups = Sequence[tuple[str, str, list[Card]]]
"""Key, label and listed guides of each category that has any, all in reading order."""


def home(cards: Sequence[Card], *, site: SiteInfo, language: Language = EN) -> str:
    """Return the Markdown of the home page: what the site is and has proven, and its categories as cards."""
    groups = by_category(cards, site)
    parts = [_hero(groups, language), *_promises(language)]
    parts += [f"## {text('home_guides', language)} {{#guides}}", _category_cards(groups)] if groups else []
    parts += [] if groups else [text("no_guides", language)]
    return "---\nhide: [navigation, toc]\n---\n\n" + "\n\n".join(parts) + "\n"


def _hero(groups: Groups, language: Language) -> str:
    members = [item for _, _, found in groups for item in found]
    proof = [figures(members, language), versions(members)] if any(item.ran for item in members) else []
    return "\n\n".join(
        [
            '<div class="gw-hero" markdown>',
            f"# {text('home_title', language)}",
            f"{text('home_lead', language)}\n{{ .gw-lead }}",
            *(f"{plain(line)}\n{{ .gw-proof }}" for line in [" · ".join(proof)] if proof),
            _start(members, language),
            "</div>",
        ]
    )


def _start(members: Sequence[Card], language: Language) -> str:
    first = [
        f"[{text('home_start', language)}]({page_path(item.slug)}){{ .md-button .md-button--primary }}"
        for item in members[:1]
    ]
    parity = f"[{text('home_parity', language)}]({report.PATH}){{ .md-button }}"
    return " ".join([*first, parity]) + "\n{ .gw-start }"


def figures(cards: Sequence[Card], language: Language = EN) -> str:
    """Say how much has been proven in full, and when last."""
    days = [item.ran for item in cards if item.ran]
    words = text(
        "home_figures",
        language,
        guides=sum(bool(item.proven) for item in cards),
        runs=sum(len(item.proven) for item in cards),
        checks=sum(item.checks for item in cards),
        date=date(max(days), language),
    )
    return ticked(words)


def versions(cards: Sequence[Card]) -> str:
    """Name what the full runs were proven with: every label once, with all its versions."""
    found: dict[str, list[str]] = {}
    for label, version in sorted({pair for item in cards for pair in item.versions}):
        found.setdefault(label, []).append(version)
    return " · ".join(f"{label} {' / '.join(numbers)}" for label, numbers in found.items())


def _promises(language: Language) -> list[str]:
    items = [
        f"-   **{text(f'home_{name}', language)}**\n\n    {text(f'home_{name}_words', language)}"
        for name in ("proven", "told", "once")
    ]
    return ['<div class="gw-promises" markdown>', "\n\n".join(items), "</div>"]


def _category_cards(groups: Groups) -> str:
    items = "\n\n".join(_category_card(*group) for group in groups)
    return f'<div class="grid cards gw-cards" markdown>\n\n{items}\n\n</div>'


def _category_card(key: str, label: str, found: Sequence[Card]) -> str:
    shown = next((item for item in found if item.picture), found[0])
    guides = "\n".join(f"    -   [{item.title}]({page_path(item.slug)})" for item in found)
    return f"-   {picture(shown, HOME)}\n\n    **[{plain(label)}]({category_path(key)})**\n\n{guides}"


def guides(cards: Sequence[Card], *, site: SiteInfo, language: Language = EN) -> str:
    """Return the Markdown of the page that lists all guides."""
    parts = [f"# {text('guides', language)}", f"{text('guides_lead', language)}\n{{ .gw-lead }}"]
    return "\n\n".join([*parts, *_groups(cards, site, language, GUIDES)]) + "\n"


def categories(cards: Sequence[Card], *, site: SiteInfo, language: Language = EN) -> dict[str, str]:
    """Return the Markdown of each category's page, by its path."""
    pages = {}
    for key, label, found in by_category(cards, site):
        path = category_path(key)
        lead = text("category_lead", language, count=len(found)) if len(found) > 1 else ""
        parts = [
            f"# {plain(label)}",
            f"{lead}\n{{ .gw-lead }}" if lead else "",
            grid(found, language, page=path),
        ]
        pages[path] = "---\nhide: [toc]\n---\n\n" + "\n\n".join(filter(None, parts)) + "\n"
    return pages


def navigation(cards: Sequence[Card], *, site: SiteInfo, language: Language = EN, api: str = "") -> list[Any]:
    """Return the engine's ``nav``; its order is what "previous" and "next" follow.

    Args:
        api: the page that leads from the API to the guides; empty where there is none.
    """
    groups = [
        {label: [category_path(key), *({plain_title(item.title): page_path(item.slug)} for item in found)]}
        for key, label, found in by_category(cards, site)
    ]
    tagged = tags.by_tag(cards, site)
    return [
        {text("home", language): HOME},
        {text("guides", language): [GUIDES, *groups]},
        *([{text("tags", language): tags.PATH}] if tagged else []),
        *([{text("api", language): api}] if api else []),
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
    for _, _, members in by_category(cards, site):
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


def in_order(cards: Sequence[Card], *, site: SiteInfo) -> list[Card]:
    """Return the listed guides as the site's reader meets them: by category, in reading order."""
    return [item for _, _, found in by_category(cards, site) for item in found]


def by_category(cards: Sequence[Card], site: SiteInfo) -> list[tuple[str, str, list[Card]]]:
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
        f"## [{plain(label)}]({relative(category_path(key), page)}) {{#{key}}}\n\n{grid(found, language, page=page)}"
        for key, label, found in by_category(cards, site)
    ]
    return groups or [text("no_guides", language)]

"""Tags: links at a guide's head, and one page that lists the guides by tag. Markdown of ours, no plugin's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from guidewright.render.addresses import SiteInfo, page_path, relative
from guidewright.render.cards import Card
from guidewright.render.interface import EN, Language, text
from guidewright.render.proof import plain

PATH = "tags/index.md"
"""Behind a folder's name, so that the page stays at ``tags/`` should it ever have neighbours."""


def label(tag: str, site: SiteInfo) -> str:
    """Return what readers see of a tag: the settings' words in the page's language, or else the tag's own."""
    return site.tags.get(tag) or tag.replace("-", " ")


def anchor(tag: str) -> str:
    """Return the id of a tag's heading, the same in every language."""
    return f"tag-{re.sub(r'[^a-z0-9]+', '-', tag.casefold()).strip('-') or tag.encode().hex()}"


def links(tags: Iterable[str], *, site: SiteInfo, page: str) -> str:
    """Return links to tags' places on the page of tags, in their order; empty without tags."""
    return " ".join(_link(f"{relative(PATH, page)}#{anchor(tag)}", plain(label(tag, site))) for tag in tags)


def _link(target: str, words: str) -> str:
    return f"[{words}]({target}){{ .gw-tag }}"


def tags_page(cards: Sequence[Card], *, site: SiteInfo, language: Language = EN) -> str:
    """Return the Markdown of the page of tags; empty where no listed guide has any."""
    found = by_tag(cards, site)
    if not found:
        return ""
    chips = [
        _link(f"#{anchor(tag)}", f"{plain(label(tag, site))} ({len(members)})") for tag, members in found
    ]
    sections = [_section(tag, members, site) for tag, members in found]
    parts = [
        f"# {text('tags', language)}",
        f"{text('tags_lead', language)}\n{{ .gw-lead }}",
        f"{' '.join(chips)}\n{{ .gw-tags data-search-exclude }}",
        '<div class="gw-tag-index" data-search-exclude markdown>',
        *sections,
        "</div>",
    ]
    return "---\nhide: [toc]\n---\n\n" + "\n\n".join(parts) + "\n"


def by_tag(cards: Sequence[Card], site: SiteInfo) -> list[tuple[str, list[Card]]]:
    """Return each tag of a listed guide with these guides; tags by their words, guides in the order given."""
    tags = {tag for item in cards if item.listed for tag in item.tags}
    order = sorted(tags, key=lambda tag: (label(tag, site).casefold(), tag))
    return [(tag, [item for item in cards if item.listed and tag in item.tags]) for tag in order]


def _section(tag: str, members: Sequence[Card], site: SiteInfo) -> str:
    rows = "\n".join(f"-   [{item.title}]({relative(page_path(item.slug), PATH)})" for item in members)
    return f"## {plain(label(tag, site))} {{#{anchor(tag)}}}\n\n{rows}"

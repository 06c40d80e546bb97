"""Header, views and addresses → what a page says of itself as JSON-LD: https://schema.org/TechArticle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from guidewright.model import BackendView, Guide
from guidewright.render.addresses import SiteInfo
from guidewright.render.interface import Language

_AUTHOR = re.compile(r"\[(?P<name>[^\]]+)\]\((?P<url>[^)\s]+)\)")


def author(words: str) -> tuple[str, str]:
    """Return name and address of an author, who is written in Markdown; the address may be empty."""
    found = _AUTHOR.fullmatch(words.strip())
    return (found["name"], found["url"]) if found else (words.strip(), "")


def card_url(guide: Guide, *, site: SiteInfo, language: Language) -> str:
    """Return the absolute address of a guide's card; empty where the site has none."""
    if not site.site_url:
        return ""
    return f"{site.site_url.rstrip('/')}/{site.folder(language.code)}{card_path(guide.slug)}"


def card_path(name: str) -> str:
    return f"assets/social/{name}.png"


def article(
    guide: Guide, views: Sequence[BackendView], *, site: SiteInfo, language: Language, written_in: str = ""
) -> dict[str, Any]:
    """Return a guide's page as a ``TechArticle``; without addresses where the site has none.

    Args:
        written_in: the language of its words, where it is not the page's.
    """
    header = guide.header
    url = site.page_url(guide.slug, language.code)
    versions = dict(pair for view in views for pair in view.versions)
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "headline": header.title.replace("`", ""),
        "description": header.description,
        "author": [_person(*author(words)) for words in header.authors],
        "datePublished": header.created.isoformat(),
        "dateModified": header.modified.isoformat(),
        "inLanguage": written_in or language.code,
        "keywords": ", ".join(header.tags),
        "about": [
            {"@type": "SoftwareApplication", "name": name, "softwareVersion": version}
            for name, version in versions.items()
        ],
        "dependencies": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "publisher": {"@type": "Organization", "name": site.name},
    }
    if url:
        made |= {"url": url, "mainEntityOfPage": url}
        made["image"] = card_url(guide, site=site, language=language)
        if language.code != site.default_language:
            original = site.page_url(guide.slug, site.default_language)
            made["translationOfWork"] = {"@type": "TechArticle", "@id": original}
    return {key: value for key, value in made.items() if value}


def _person(name: str, url: str) -> dict[str, str]:
    # "The … authors" are many.
    kind = "Organization" if name.casefold().startswith("the ") else "Person"
    return {"@type": kind, "name": name, **({"url": url} if url else {})}

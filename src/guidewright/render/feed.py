"""Guides → an Atom feed of what has changed, one a language. Format: RFC 4287."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from guidewright.model import Guide
from guidewright.render.addresses import SiteInfo
from guidewright.render.article import author
from guidewright.render.interface import EN, Language, text

PATH = "feed.xml"
ATOM = "http://www.w3.org/2005/Atom"
LENGTH = 50
"""Entries at most: the newest."""
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def feed(guides: Iterable[Guide], *, site: SiteInfo, language: Language = EN) -> bytes:
    """Return the feed, newest change first; a guide has changed on its header's ``modified`` date.

    The site must have an address: a feed's ids are absolute.
    """
    changed = sorted(guides, key=lambda guide: (-guide.header.modified.toordinal(), guide.slug))[:LENGTH]
    home = f"{site.site_url.rstrip('/')}/{site.folder(language.code)}"
    ET.register_namespace("", ATOM)
    root = ET.Element(_name("feed"), {_LANGUAGE: language.code})
    _put(root, "title", text("feed_title", language, name=site.name))
    _put(root, "id", f"{home}{PATH}")
    _put(root, "link", rel="self", type="application/atom+xml", href=f"{home}{PATH}")
    _put(root, "link", rel="alternate", type="text/html", hreflang=language.code, href=home)
    newest = changed[0].header.modified if changed else dt.date(1970, 1, 1)
    _put(root, "updated", _moment(newest))
    # RFC 4287, 4.1.1: an author of the feed, where an entry has none.
    _put(_put(root, "author"), "name", site.name)
    for guide in changed:
        _entry(root, guide, site, language)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _entry(root: ET.Element, guide: Guide, site: SiteInfo, language: Language) -> None:
    header, url = guide.header, site.page_url(guide.slug, language.code)
    entry = _put(root, "entry")
    _put(entry, "title", header.title.replace("`", ""))
    _put(entry, "id", url)
    _put(entry, "link", rel="alternate", type="text/html", hreflang=language.code, href=url)
    _put(entry, "published", _moment(header.created))
    _put(entry, "updated", _moment(header.modified))
    for words in header.authors:
        name, uri = author(words)
        person = _put(entry, "author")
        _put(person, "name", name)
        if uri:
            _put(person, "uri", uri)
    _put(entry, "category", term=header.category, label=site.categories.get(header.category, header.category))
    for tag in header.tags:
        _put(entry, "category", term=tag)
    _put(entry, "summary", header.description)


def _put(parent: ET.Element, name: str, words: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, _name(name), attributes)
    if words:
        element.text = words
    return element


def _name(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _moment(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"

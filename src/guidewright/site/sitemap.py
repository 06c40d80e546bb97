"""The built pages → one ``sitemap.xml`` for all languages, and ``robots.txt``.

What a page's own head says is what the sitemap says: its address, the same page in other languages, and its date. So the
two cannot contradict each other. Format: https://www.sitemaps.org/protocol.html, with ``xhtml:link`` as search engines
read it for languages.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

NAME = "sitemap.xml"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(slots=True)
class Head:
    """What a page says of itself to machines."""

    canonical: str = ""
    alternates: dict[str, str] = field(default_factory=dict)
    """``hreflang`` → address."""
    modified: str = ""
    hidden: bool = False
    """Whether it asks not to be listed."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.head = Head()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        rel = values.get("rel", "").split()
        if tag == "link" and "canonical" in rel:
            self.head.canonical = values.get("href", "")
        elif tag == "link" and "alternate" in rel and values.get("hreflang"):
            self.head.alternates[values["hreflang"]] = values.get("href", "")
        elif tag == "meta" and values.get("property") == "article:modified_time":
            self.head.modified = values.get("content", "")
        elif tag == "meta" and values.get("name") == "robots":
            self.head.hidden |= "noindex" in values.get("content", "")


def read(page: str) -> Head:
    """Return what a page's head says; the rest of the page is not parsed."""
    reader = _Reader()
    reader.feed(page.partition("</head>")[0])
    return reader.head


def sitemap(site: Path, newest: dt.date) -> bytes:
    """Return the sitemap of all pages that may be listed, sorted by address.

    Args:
        newest: the date of the site's newest content, for pages that have no date of their own.
    """
    heads = (read(path.read_text("utf-8")) for path in site.rglob("*.html"))
    listed = {head.canonical: head for head in heads if head.canonical and not head.hidden}
    ET.register_namespace("", SITEMAP)
    ET.register_namespace("xhtml", XHTML)
    root = ET.Element(f"{{{SITEMAP}}}urlset")
    for address, head in sorted(listed.items()):
        url = ET.SubElement(root, f"{{{SITEMAP}}}url")
        ET.SubElement(url, f"{{{SITEMAP}}}loc").text = address
        ET.SubElement(url, f"{{{SITEMAP}}}lastmod").text = head.modified or newest.isoformat()
        for language, other in sorted(head.alternates.items()):
            if language == "x-default" or other in listed:
                link = {"rel": "alternate", "hreflang": language, "href": other}
                ET.SubElement(url, f"{{{XHTML}}}link", link)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def robots(site_url: str) -> bytes:
    """Return ``robots.txt``: everything may be read, and the sitemap is there."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {site_url.rstrip('/')}/{NAME}\n".encode()

"""What the engine does not report: ids used twice, links and anchors of the built pages that lead nowhere."""

from __future__ import annotations

import posixpath
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from guidewright.errors import Problem

_LINKS = {"a": "href", "img": "src", "link": "href", "script": "src", "source": "src", "iframe": "src"}
# Elements whose address the browser fetches by itself; a plain link is fetched only when the reader follows it.
_FETCHED = {"img", "script", "source", "iframe"}

_HINT = "mend the heading or the link in the guide that this page is made from"


class _Page(HTMLParser):
    """Collects the ids and the links of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if value := attributes.get("id"):
            self.ids[value] += 1
        if (name := attributes.get("name")) and tag == "a":
            self.ids.setdefault(name, 1)
        url = attributes.get(_LINKS.get(tag, ""))
        # The language's own address and the like are statements, not links.
        alternate = "alternate" in (attributes.get("rel") or "").split() and bool(urlsplit(url or "").netloc)
        stated = tag == "link" and ("canonical" in (attributes.get("rel") or "").split() or alternate)
        if url and not stated:
            style = tag == "link" and attributes.get("rel") in ("stylesheet", "icon", "preload")
            self.links.append((url, tag in _FETCHED or style))


def check(site: Path, *, site_url: str = "") -> list[Problem]:
    """Return every duplicate id, broken internal link, broken anchor, and request to another host.

    Args:
        site: the assembled site's folder.
        site_url: its address, by whose path absolute links (those of ``404.html``) are read.
    """
    pages = {path.relative_to(site).as_posix(): _read(path) for path in sorted(site.rglob("*.html"))}
    base = f"{urlsplit(site_url).path.rstrip('/')}/"
    problems = []
    for name, page in pages.items():
        repeated = sorted(word for word, count in page.ids.items() if count > 1)
        problems += [
            Problem(message=f"the id {word!r} is used twice", path=name, hint=_HINT) for word in repeated
        ]
        for url, fetched in dict.fromkeys(page.links):
            if message := _broken(site, pages, name, url, base, fetched):
                problems.append(Problem(message=message, path=name, hint=_HINT))
    return problems


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text("utf-8"))
    page.close()
    return page


def _broken(site: Path, pages: dict[str, _Page], name: str, url: str, base: str, fetched: bool) -> str:
    """Return what is wrong with a link of a page; empty if nothing."""
    parts = urlsplit(url)
    if parts.scheme == "data":
        return ""
    if parts.scheme or parts.netloc:
        return f"loads {url} from another host" if fetched else ""
    target = _target(site, name, unquote(parts.path), base)
    if target is None or not (site / target).is_file():
        return f"the link {url} leads nowhere"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
        return f"the link {url} leads to an anchor that is not there"
    return ""


def _target(site: Path, name: str, path: str, base: str) -> str | None:
    """Return the file that a link's path means, relative to the site; None where it leaves the site."""
    if not path:
        return name
    if path.startswith("/"):
        if not f"{path}/".startswith(base):
            return None
        found = path[len(base) :]
    else:
        found = posixpath.join(posixpath.dirname(name), path)
    found = posixpath.normpath(found or ".")
    if found.startswith(".."):
        return None
    return posixpath.normpath(posixpath.join(found, "index.html")) if (site / found).is_dir() else found

"""The site under a sub-path: every link of every page stays below it, and leads somewhere."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

import pytest
from serving import served
from tiny import Project

from guidewright.site import links


class Links(HTMLParser):
    """Collects what a page links to and loads, but for what it states of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag != "link" or (values.get("rel") or "").strip() not in ("canonical", "alternate"):
            self.found += [url for name in ("href", "src") if (url := values.get(name))]


@pytest.fixture(scope="module")
def site(full: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(full.root / "site", tmp_path_factory.mktemp("served")) as url:
        yield url


def get(url: str) -> tuple[str, str]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        body = answer.read()
        kind = answer.headers.get_content_type()
    return kind, body.decode("utf-8") if kind == "text/html" else ""


@pytest.mark.parametrize("entrance", ["", "404.html"])
def test_every_link_stays_below_the_sub_path_and_leads_somewhere(site: str, entrance: str) -> None:
    origin = site.split("/some/")[0]
    waiting, seen = [site + entrance], {site + entrance}
    while waiting:
        url = waiting.pop()
        _, body = get(url)  # raises where there is nothing
        links = Links()
        links.feed(body)
        for link in links.found:
            target = urldefrag(urljoin(url, link)).url
            if target.startswith(origin):
                assert target.startswith(site), (url, link)
                waiting += [] if target in seen else [target]
                seen.add(target)
    reached = {url.removeprefix(site) for url in seen}
    assert {"parity/", "guides/first/", "guides/deep/second/", "scripts/alpha/first.py"} <= reached
    assert "notebooks/en/beta/deep/second.executed.ipynb" in reached


def test_what_the_site_states_of_itself_is_its_own_address(full: Project) -> None:
    assert '<link rel="canonical" href="https://example.org/some/sub/path/guides/first/">' in full.page(
        "first"
    )
    assert "<loc>https://example.org/some/sub/path/guides/deep/second/</loc>" in full.read("site/sitemap.xml")


def test_nothing_is_loaded_from_elsewhere(full: Project) -> None:
    assert links.check(full.root / "site", site_url="https://example.org/some/sub/path/") == []
    for path in (full.root / "site").rglob("*.css"):
        assert "@import" not in path.read_text("utf-8")

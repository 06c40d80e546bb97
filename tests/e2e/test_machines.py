"""What the built site says to machines, and what a reader meets at an address where nothing is, or no longer is."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Page
from serving import served
from test_languages import ACCENTED, add_language
from tiny import Project, tiny

from guidewright.site import sitemap

URL = "https://example.org/some/sub/path/"
NAMES = {"s": sitemap.SITEMAP, "x": sitemap.XHTML}
ATOM = {"a": "http://www.w3.org/2005/Atom"}
REDIRECTS = '\n[tool.guidewright.redirects]\nbeginning = "first"\n"/start/" = "/guides/first/#the-end"\n'


@pytest.fixture(scope="module")
def made(full: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """English, and Korean of a kind."""
    with tiny(tmp_path_factory.mktemp("machines") / "project", full) as project:
        add_language(project, "ko", ACCENTED)
        file = project.root / "pyproject.toml"
        file.write_text(file.read_text("utf-8") + REDIRECTS, "utf-8")
        done = project.cli("site")
        assert done.code == 0, done.err
        yield project


@pytest.fixture(scope="module")
def url(made: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(made.root / "site", tmp_path_factory.mktemp("machines-site")) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


class Head(HTMLParser):
    """Collects a page's metadata."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str]] = []
        self.data: list[str] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.meta[values.get("property") or values.get("name", "")] = values.get("content", "")
        elif tag == "link":
            self.links.append(values)
        self.inside = tag == "script" and values.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.data.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "script"


# ------------------------------------------------------------------ machines


def test_one_sitemap_lists_every_page_of_every_language_and_knows_its_others(made: Project) -> None:
    root = ET.fromstring(made.read("site/sitemap.xml"))
    listed = {}
    for entry in root.findall("s:url", NAMES):
        others = {link.get("hreflang"): link.get("href") for link in entry.findall("x:link", NAMES)}
        listed[entry.findtext("s:loc", namespaces=NAMES)] = others
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry.findtext("s:lastmod", "", NAMES))
    assert {URL, f"{URL}ko/", f"{URL}guides/first/", f"{URL}ko/guides/deep/second/"} <= set(listed)
    for address, others in listed.items():
        assert address in others.values()
        for code, other in others.items():
            assert listed[other] == others, (address, code)
        assert others["x-default"] == others["en"]
    assert not any("beginning" in address or "404" in address for address in listed)
    assert [path for path in made.files("site") if "sitemap" in path] == ["site/sitemap.xml"]
    assert f"Sitemap: {URL}sitemap.xml" in made.read("site/robots.txt")


def test_every_page_states_itself_and_a_card_that_is_there(made: Project) -> None:
    pages = [path for path in made.files("site") if path.endswith("index.html")]
    shown = 0
    for path in pages:
        head = Head(made.read(path))
        canonical = next(link["href"] for link in head.links if "canonical" in link["rel"].split())
        if "noindex" in head.meta.get("robots", ""):
            continue
        shown += 1
        assert head.meta["og:url"] == canonical
        assert head.meta["twitter:card"] == "summary_large_image"
        assert head.meta["og:title"], path
        assert head.meta["og:description"], path
        for name in ("og:image", "twitter:image"):
            assert (made.root / "site" / head.meta[name].removeprefix(URL)).is_file(), path
        korean = path.startswith("site/ko/")
        assert head.meta["og:locale"] == ("ko_KR" if korean else "en_US")
        assert head.meta["og:locale:alternate"] == ("en_US" if korean else "ko_KR")
    assert shown >= 12


def test_a_guides_page_holds_valid_json_ld_that_no_text_of_a_guide_can_end(made: Project) -> None:
    for path, language in (("site/guides/first", "en"), ("site/ko/guides/first", "ko")):
        head = Head(made.read(f"{path}/index.html"))
        (found,) = map(json.loads, head.data)
        assert (found["@type"], found["inLanguage"]) == ("TechArticle", language)
        assert found["dateModified"] == head.meta["article:modified_time"]
        assert found["image"] == head.meta["og:image"]


def test_feeds_and_plain_pages_are_linked_and_there(made: Project) -> None:
    for folder in ("", "ko/"):
        head = Head(made.read(f"site/{folder}guides/first/index.html"))
        kinds = {link.get("type"): link["href"] for link in head.links if "alternate" in link["rel"].split()}
        assert (kinds["application/atom+xml"], kinds["text/markdown"]) == ("../../feed.xml", "index.md")
        feed = ET.fromstring(made.read(f"site/{folder}feed.xml"))
        found = {entry.findtext("a:id", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)}
        assert found == {f"{URL}{folder}guides/first/", f"{URL}{folder}guides/deep/second/"}
        plain = made.read(f"site/{folder}guides/first/index.md")
        assert "the flavour is beta" in plain
        for link in re.findall(r"\]\((https://[^)]+)\)", made.read(f"site/{folder}llms.txt")):
            path = link.removeprefix(URL)
            assert (made.root / "site" / path / ("index.html" if path.endswith("/") else "")).exists(), link


def test_a_second_build_draws_no_card_and_changes_no_byte(made: Project) -> None:
    before = made.files("site")
    cards = {path: path.stat().st_mtime_ns for path in (made.root / ".guidewright/social").iterdir()}
    assert made.cli("site").code == 0
    assert made.files("site") == before
    assert {path: path.stat().st_mtime_ns for path in (made.root / ".guidewright/social").iterdir()} == cards


def test_a_redirect_to_nowhere_fails_the_build_and_leaves_the_site(made: Project) -> None:
    before = made.files("site")
    made.change("pyproject.toml", 'beginning = "first"', 'beginning = "fisrt"')
    done = made.cli("site")
    made.change("pyproject.toml", 'beginning = "fisrt"', 'beginning = "first"')
    assert done.code == 2
    assert "[tool.guidewright.redirects] 'beginning' leads nowhere" in done.err
    assert made.files("site") == before


# ------------------------------------------------------------------- readers


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "folder", "language"),
    [("guides/no/such/page/", "", "en"), ("ko/guides/no/such/page", "ko/", "ko"), ("kox/", "", "en")],
)
def test_a_wrong_address_speaks_the_language_asked_for_and_leads_on(
    url: str, page: Page, path: str, folder: str, language: str
) -> None:
    answer = page.goto(url + path)
    assert answer
    assert answer.status == 404
    assert page.locator("html").get_attribute("lang") == language
    lost = page.locator(".gw-lost:visible")
    assert lost.count() == 1
    assert lost.get_attribute("lang") == language
    lost.locator("input").fill("flavour")
    lost.locator("button").click()
    page.wait_for_url(f"{url}{folder}?q=flavour")
    page.wait_for_selector(".md-search-result__item", state="attached")
    page.goto(url + path)
    page.locator(".gw-lost:visible a").first.click()
    page.wait_for_url(url + folder)


@pytest.mark.browser
def test_a_wrong_address_has_the_whole_page_in_its_language_and_stays_in_the_address_bar(
    url: str, page: Page
) -> None:
    asked = f"{url}ko/guides/no/such/page?q=flavour#setup"
    page.goto(asked)
    page.wait_for_url(re.compile(r"/ko/guides/no/such/page\?q=flavour#setup$"))
    own = page.locator("html[lang=ko]")
    own.wait_for()
    frame = page.locator(".md-header, .md-sidebar--primary, .md-footer")
    assert frame.count() == 3
    assert (
        page.locator(":is(.md-header, .md-sidebar, .md-footer)[lang], [lang=en] .gw-lost:visible").count()
        == 0
    )
    links = page.locator(".md-header__button.md-logo, .md-nav--primary a.md-nav__link").evaluate_all(
        "all => all.map(each => each.href)"
    )
    assert len(links) > 3
    assert all(link.startswith(f"{url}ko/") for link in links)
    # Its own search, too: the words of the address are found in the language's index.
    page.wait_for_selector(".md-search-result__item", state="attached")
    found = page.locator(".md-search-result__link").first.get_attribute("href") or ""
    assert "/ko/guides/" in found


@pytest.mark.browser
@pytest.mark.parametrize(
    "given", ["%2F%2Fexample.org%2F", "%2Fsome%2Fsub%2Fpath%2Fguides%2Ffirst%2F", "https%3A%2F%2Fexample.org"]
)
def test_the_page_of_what_is_missing_takes_no_address_of_elsewhere(url: str, page: Page, given: str) -> None:
    page.goto(f"{url}ko/404.html#{given}")
    assert page.url == f"{url}ko/404.html#{given}"


@pytest.mark.browser
def test_a_wrong_address_has_a_way_on_without_javascript(browser: Browser, url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}ko/no/such/page")
    assert page.locator(".gw-lost:visible").get_attribute("lang") == "en"
    page.locator(".gw-lost:visible a").first.click()
    page.wait_for_url(url)
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("folder", ["", "ko/"])
def test_an_old_address_leads_to_the_new_one(
    browser: Browser, url: str, folder: str, javascript: bool
) -> None:
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{url}{folder}guides/beginning/")
    page.wait_for_url(f"{url}{folder}guides/first/")
    page.goto(f"{url}{folder}start/")
    page.wait_for_url(f"{url}{folder}guides/first/#the-end")
    context.close()


@pytest.mark.browser
def test_an_old_address_keeps_what_was_asked_of_it(url: str, page: Page) -> None:
    page.goto(f"{url}guides/beginning/?backend=beta#setup")
    page.wait_for_url(re.compile(r"/guides/first/(\?backend=beta)?#setup$"))


# ------------------------------------------------------ links to other sites


class _Other(http.server.BaseHTTPRequestHandler):
    """Another site, which has one page."""

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path == "/there" else 404)
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()


def linking(project: Project, *urls: str) -> None:
    """A guide that links to other sites, and nothing else that does."""
    for url in urls:
        project.change("guides/first.py", "# That is all.\n", f"# That is all.\n#\n# [Elsewhere]({url})\n")
    shutil.rmtree(project.root / "site")


def test_a_broken_link_to_another_site_is_told_with_file_and_line(project: Project) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        other = f"http://127.0.0.1:{server.server_port}"
        linking(project, f"{other}/there", f"{other}/gone")
        lines = project.read("guides/first.py").splitlines()
        line = next(number for number, text in enumerate(lines, start=1) if "/gone" in text)
        done = project.cli("links")
        assert done.code == 1
        assert f"guides/first.py:{line}: {other}/gone: 404 Not Found" in done.out
        assert "1 fine, 1 broken, 0 unknown (2 asked for now)" in done.out
        assert "1 fine, 1 broken, 0 unknown (1 asked for now)" in project.cli("links").out
        project.change("guides/first.py", "/gone", "/there")
        done = project.cli("links", "--json")
        assert done.code == 0
        assert [link["state"] for link in done.json["links"]] == ["fine"]
        server.shutdown()


def test_without_a_network_nothing_is_broken_and_the_reader_is_told(project: Project) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    linking(project, f"http://127.0.0.1:{port}/")
    done = project.cli("links")
    assert done.code == 0
    assert "there seems to be no network" in done.out
    assert "0 fine, 0 broken, 1 unknown" in done.out

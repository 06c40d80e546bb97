"""axe-core judges every kind of page in a real browser: light and dark, wide and on a phone, with folds open, and search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page
from reading import reading
from serving import served
from tiny import Project

pytestmark = pytest.mark.browser

PAGES = {
    "home": "",
    "list": "guides/",
    "category": "categories/basics/",
    "parity": "parity/",
    "missing": "404.html",
}
SCHEMES = ["light", "dark"]
WIDTHS = {"phone": 390, "wide": 1280}
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}: ${node.failureSummary}`));
}"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with reading(tmp_path_factory.mktemp("axe") / "project") as project:
        yield project


@pytest.fixture(scope="module")
def url(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(project.root / "site", tmp_path_factory.mktemp("axe-site")) as url:
        yield url


@pytest.fixture(params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=WIDTHS)
def context(browser: Browser, scheme: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    options: dict[str, Any] = {"color_scheme": scheme, "reduced_motion": "reduce"}
    context = browser.new_context(viewport={"width": WIDTHS[request.param], "height": 900}, **options)
    yield context
    context.close()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_no_page_breaks_a_rule_of_axe(url: str, context: BrowserContext, name: str) -> None:
    page = context.new_page()
    page.goto(url + PAGES[name])
    assert violations(page) == []


def test_a_guide_with_every_fold_open_breaks_no_rule(url: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{url}guides/reading/")
    assert violations(page) == []
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert violations(page) == []


def test_open_search_breaks_no_rule(url: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(url)
    page.locator(".md-header__button[for=__search], .md-search__form").locator("visible=true").first.click()
    page.locator(".md-search__input").press_sequentially("data", delay=20)
    page.locator(".md-search-result__link").first.wait_for()
    assert violations(page) == []


def test_axe_finds_what_is_wrong(url: str, context: BrowserContext) -> None:
    """The law above can fail."""
    page = context.new_page()
    page.goto(url)
    page.evaluate("document.querySelector('article').append(document.createElement('img'))")
    assert any(found.startswith("image-alt: ") for found in violations(page))

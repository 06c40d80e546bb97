"""The project's own Korean site, as its readers find their way about it. Built from the records at hand; no backend."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from serving import served

pytestmark = pytest.mark.browser

INTRO = "guides/intro_to_keras_for_engineers/"


@pytest.fixture(scope="module")
def url(own_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(own_site, tmp_path_factory.mktemp("korean-site")) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ko-KR")
    yield context.new_page()
    context.close()


def test_korean_is_complete_and_has_no_finding(own_site: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "guidewright.cli",
        "--root",
        str(own_site.parent),
        "translate",
        "status",
        "ko",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["percent"], found["fuzzy"], found["missing"]) == (100, 0, 0)
    assert (found["errors"], found["warnings"]) == (0, 0)


@pytest.mark.parametrize(
    "words", ["모델", "모델을", "레이어", "레이어를", "트레이닝", "트레이닝은", "fit", "keras.layers.Dense"]
)
def test_search_finds_the_introduction_also_with_particles_attached(url: str, page: Page, words: str) -> None:
    page.goto(f"{url}ko/")
    field = page.locator(".md-search__input")
    field.click()
    field.fill(words)
    # The theme listens for keys, which an input method sends and filling does not.
    field.press("End")
    assert any(f"/ko/{INTRO}" in address for address in found(page))


# All pages that the theme counts are drawn. It draws a few more whenever the reader comes to the end of the list, and so
# the list is scrolled up and down by turns.
ALL_DRAWN = """() => {
  const box = document.querySelector(".md-search__scrollwrap");
  box.scrollTo(0, box.scrollTop > 0 ? 0 : box.scrollHeight);
  const count = document.querySelector(".md-search-result__meta").textContent.match(/[0-9]+/);
  return count && document.querySelectorAll(".md-search-result__item").length === Number(count[0]);
}"""


def found(page: Page) -> list[str]:
    """The addresses of all results."""
    results = page.locator(".md-search-result__link")
    results.first.wait_for(timeout=60_000)
    page.wait_for_function(ALL_DRAWN, polling=100, timeout=60_000)
    return results.evaluate_all("links => links.map(link => link.href)")


def test_the_switch_stays_on_the_page(url: str, page: Page) -> None:
    page.goto(f"{url}{INTRO}")
    page.locator(".md-header .md-select button").hover()
    page.locator('.md-select__link[hreflang="ko"]').click()
    page.wait_for_url(f"{url}ko/{INTRO}")
    assert page.locator("html").get_attribute("lang") == "ko"
    assert "Keras" in page.locator("h1").inner_text()
    page.locator(".md-header .md-select button").hover()
    page.locator('.md-select__link[hreflang="en"]').click()
    page.wait_for_url(f"{url}{INTRO}")


def test_hangul_breaks_between_words_and_is_not_slanted(url: str, page: Page) -> None:
    page.goto(f"{url}ko/{INTRO}")
    paragraph, emphasis = page.locator(".md-content p").first, page.locator(".md-content em").first
    assert paragraph.evaluate("element => getComputedStyle(element).wordBreak") == "keep-all"
    assert emphasis.evaluate("element => getComputedStyle(element).fontStyle") == "normal"


@pytest.mark.parametrize("path", ["ko/", f"ko/{INTRO}", "ko/guides/functional_api/"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_korean_page_scrolls_sideways(url: str, browser: Browser, path: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(f"{url}{path}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()


@pytest.mark.parametrize("folder", ["", "ko/"])
@pytest.mark.parametrize("name", ["keras.layers.Dense", "keras.ops.matmul"])
def test_search_finds_a_name_of_the_api_in_its_index(url: str, page: Page, folder: str, name: str) -> None:
    page.goto(f"{url}{folder}")
    field = page.locator(".md-search__input")
    field.click()
    field.fill(name)
    field.press("End")
    assert any(address.startswith(f"{url}{folder}api/") for address in found(page))


def test_the_index_leads_from_a_name_to_its_guides_in_the_language(url: str, page: Page) -> None:
    page.goto(f"{url}ko/api/")
    entry = page.locator("li", has=page.get_by_role("link", name="keras.callbacks.EarlyStopping")).first
    assert entry.locator(f"a[href='../{INTRO}']").inner_text() == "엔지니어를 위한 Keras 소개"

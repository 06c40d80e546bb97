"""axe-core judges every kind of page in a real browser: English and Korean, light and dark, wide and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page
from reading import reading
from serving import served
from test_languages import ACCENTED, add_language
from tiny import Project, tiny

import pseudo
from guidewright.site import redirects

pytestmark = pytest.mark.browser

PAGES = {
    "home": "",
    "list": "guides/",
    "category": "categories/getting_started/",
    "guide": "guides/intro_to_keras_for_engineers/",
    "parity": "parity/",
    "tags": "tags/",
    "api": "api/",
    "documentation": "docs/translating/",
    "missing": "404.html",
}
LANGUAGES = {"en": "", "ko": "ko/"}
LOCALES = {"en": "en-US", "ko": "ko-KR"}
SCHEMES: dict[Any, str] = {"light": "default", "dark": "slate"}
WIDTHS = {"wide": 1280, "phone": 390}
# Two frames, because the page marks in the first what can be scrolled.
RUN = """async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}: ${node.failureSummary}`));
}"""
OPEN_FOLDS = "document.querySelectorAll('details').forEach(each => each.open = true)"
OFFER = ".gw-offer:not([hidden])"
Visit = Callable[..., Iterator[tuple[str, Page]]]


@pytest.fixture(scope="module")
def url(own_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """This project's own site, below the path that it is made for: the page of what is missing has absolute links."""
    with served(own_site, tmp_path_factory.mktemp("axe"), "guidewright") as url:
        yield url


@pytest.fixture(scope="module")
def other_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with what our guides have not got: formulas, a data frame, a long output."""
    with (
        reading(tmp_path_factory.mktemp("axe-reading") / "project") as project,
        served(project.root / "site", tmp_path_factory.mktemp("axe-other")) as url,
    ):
        yield url


@pytest.fixture(scope="module")
def behind_url(full: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site whose translation is behind: in one guide a message is missing and one has changed, another has no catalog."""
    with tiny(tmp_path_factory.mktemp("axe-behind") / "project", full) as project:
        add_language(project, "ko", ACCENTED)
        project.change("guides/first.py", "# That is all.", "# That is nearly all.")
        assert project.cli("translate", "extract").code == 0
        said = pseudo.accented("How far to go:")
        project.change("guides/locales/ko/first.po", f'msgstr "{said}"', 'msgstr ""')
        (project.root / "guides/locales/ko/deep/second.po").unlink()
        done = project.cli("site")
        assert done.code == 0, done.err
        with served(project.root / "site", tmp_path_factory.mktemp("axe-behind-site")) as url:
            yield url


@pytest.fixture(scope="module")
def quick_url(quick: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with quick runs only, of which each page and each output says so."""
    with served(quick.root / "site", tmp_path_factory.mktemp("axe-quick")) as url:
        yield url


@pytest.fixture(scope="module")
def visit(browser: Browser) -> Iterator[Visit]:
    """Show an address in both schemes, each time wide and then on a phone; a page for a scheme and a visitor's language."""
    opened: dict[tuple[Any, str], Page] = {}

    def show(address: str, language: str = "en", ready: Callable[[Page], Any] | None = None) -> Any:
        for scheme, name in SCHEMES.items():
            if (scheme, language) not in opened:
                context = browser.new_context(
                    color_scheme=scheme, reduced_motion="reduce", locale=LOCALES[language]
                )
                opened[scheme, language] = context.new_page()
            page = opened[scheme, language]
            for width, pixels in WIDTHS.items():
                page.set_viewport_size({"width": pixels, "height": 900})
                if ready or width == "wide":
                    page.goto(address)
                    assert page.locator("body").get_attribute("data-md-color-scheme") == name
                if ready:
                    ready(page)
                yield f"{scheme}, {width}", page

    yield show
    for page in opened.values():
        page.context.close()


def violations(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_breaks_a_rule_of_axe(url: str, visit: Visit, name: str, language: str) -> None:
    for how, page in visit(url + LANGUAGES[language] + PAGES[name], language):
        page.evaluate(OPEN_FOLDS)
        assert violations(page) == [], how


def test_a_guide_with_formulas_frames_and_long_outputs_breaks_no_rule_folded_or_open(
    other_url: str, visit: Visit
) -> None:
    for how, page in visit(f"{other_url}guides/reading/", ready=lambda _: None):
        assert violations(page) == [], how
        page.evaluate(OPEN_FOLDS)
        assert violations(page) == [], how


@pytest.mark.parametrize(
    ("slug", "marks"),
    [("first", (".gw-missing", ".gw-stale", ".gw-old")), ("deep/second", ("div[lang=en]",))],
)
def test_a_page_whose_translation_is_behind_breaks_no_rule_folded_or_open(
    behind_url: str, visit: Visit, slug: str, marks: tuple[str, ...]
) -> None:
    for how, page in visit(f"{behind_url}ko/guides/{slug}/", "ko", ready=lambda _: None):
        assert page.locator(".gw-banner:visible").count() == 2
        assert all(page.locator(mark).count() == 1 for mark in marks)
        assert violations(page) == [], how
        page.evaluate(OPEN_FOLDS)
        assert violations(page) == [], how


def test_the_notices_of_a_quick_run_break_no_rule(quick_url: str, visit: Visit) -> None:
    for how, page in visit(f"{quick_url}guides/first/"):
        page.evaluate(OPEN_FOLDS)
        assert page.locator(".gw-notice:visible").count() > 1
        assert violations(page) == [], how


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_that_the_chosen_backend_is_lacking_breaks_no_rule(
    url: str, visit: Visit, language: str
) -> None:
    address = f"{url}{LANGUAGES[language]}guides/custom_train_step_in_jax/?backend=torch"
    for how, page in visit(address, language):
        assert page.locator(".gw-lacking").is_visible()
        assert violations(page) == [], how


@pytest.mark.parametrize(("language", "words"), [("en", "layers"), ("ko", "모델")])
def test_open_search_breaks_no_rule(url: str, visit: Visit, language: str, words: str) -> None:
    def search(page: Page) -> None:
        page.locator(".md-header__button[for=__search]:visible, .md-search__form:visible").first.click()
        page.locator(".md-search__input").fill(words)
        page.locator(".md-search-result__link").first.wait_for()

    for how, page in visit(url + LANGUAGES[language], language, search):
        assert page.locator(".md-search-result .md-tag").first.is_visible()
        assert violations(page) == [], how


@pytest.mark.parametrize(("language", "asked"), [("en", "ko"), ("ko", "en")])
def test_the_offer_of_a_language_breaks_no_rule(url: str, visit: Visit, language: str, asked: str) -> None:
    for how, page in visit(url + LANGUAGES[language], asked):
        assert page.locator(OFFER).is_visible()
        assert violations(page) == [], how


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_redirect_breaks_no_rule(own_site: Path, browser: Browser, language: str) -> None:
    """As it stands while the browser goes on to the new address."""
    words = redirects.Words(language=language, folder=LANGUAGES[language], moved="Moved", lead="It is now at")
    (page_of,) = redirects.pages({"/old/": "/parity/"}, own_site, words=[words]).values()
    still = re.sub(r"<script>.*?</script>|<meta http-equiv=[^>]*>", "", page_of.decode(), flags=re.DOTALL)
    page = browser.new_page()
    page.set_content(still)
    assert page.get_by_role("link").is_visible()
    assert violations(page) == []
    page.close()


def test_axe_finds_what_is_wrong(url: str, visit: Visit) -> None:
    """The laws above can fail."""
    _, page = next(iter(visit(url)))
    page.evaluate("document.querySelector('article').append(document.createElement('img'))")
    assert any(found.startswith("image-alt: ") for found in violations(page))

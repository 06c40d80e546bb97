"""The site in a real browser: tabs, outputs, requests, narrow screens, contrast, and what stays without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from serving import served
from tiny import BACKENDS, Project

from benchmarks.quality.weight import weigh

pytestmark = pytest.mark.browser

PAGES = {"home": "", "guide": "guides/first/", "parity": "parity/"}
SCHEMES = ["light", "dark"]

# The contrast of an element's text with what is behind it, as WCAG 2.2 defines it; colours may be partly transparent.
CONTRAST = """element => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const over = colours => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = colour => {
    const [r, g, b] = colour.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = ["white"];
  const chain = [];
  for (let e = element; e; e = e.parentElement) chain.unshift(getComputedStyle(e).backgroundColor);
  behind.push(...chain);
  const [a, b] = [over([...behind, getComputedStyle(element).color]), over(behind)].map(light);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


@pytest.fixture(scope="module")
def full_site(full: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(full.root / "site", tmp_path_factory.mktemp("full-site")) as url:
        yield url


@pytest.fixture(scope="module")
def quick_site(quick: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where pages have notices."""
    with served(quick.root / "site", tmp_path_factory.mktemp("quick-site")) as url:
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@dataclass
class Heard:
    """What a page asked for and complained of."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on(
            "console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text)
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(request.url))
        page.on("request", lambda request: self.requests.append(request.url))


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


LABELS = "inputs => inputs.map(input => document.querySelector(`label[for=${input.id}]`).textContent)"


def chosen(page: Page) -> set[str]:
    """The labels that tab sets show as chosen."""
    return set(page.locator(".tabbed-set > input:checked").evaluate_all(LABELS))


def wait_for(page: Page, label: str) -> None:
    """Wait until every tab set shows a label as chosen."""
    inputs = "[...document.querySelectorAll('.tabbed-set > input:checked')]"
    page.wait_for_function(f"label => ({LABELS})({inputs}).every(each => each === label)", arg=label)


def backend_line(page: Page) -> str:
    """The one line that the reader sees choosing the backend."""
    texts = page.locator("pre > code:visible").all_inner_texts()
    lines = [line for text in texts for line in text.splitlines()]
    (found,) = (line for line in lines if line.startswith('os.environ["FLAVOUR"] = '))
    return found


def test_choosing_a_backend_switches_every_tab_and_the_code_and_is_remembered(
    context: BrowserContext, full_site: str
) -> None:
    page = context.new_page()
    page.goto(f"{full_site}guides/first/")
    assert page.locator(".tabbed-set").count() >= 3
    assert page.locator("details:not([open]) .tabbed-set").count() >= 1
    assert backend_line(page) == 'os.environ["FLAVOUR"] = "alpha"'
    page.locator(".tabbed-set label", has_text="Beta").first.click()
    wait_for(page, "Beta")
    assert chosen(page) == {"Beta"}
    assert backend_line(page) == 'os.environ["FLAVOUR"] = "beta"'
    page.reload()
    assert chosen(page) == {"Beta"}
    open_all(page)
    assert page.get_by_text("the flavour is beta").is_visible()
    assert not page.get_by_text("the flavour is alpha").is_visible()
    page.get_by_role("link", name="Second steps").first.click()
    page.wait_for_url(f"{full_site}guides/deep/second/?backend=beta")
    assert chosen(page) == {"Beta"}
    assert backend_line(page) == 'os.environ["FLAVOUR"] = "beta"'


def test_choosing_a_backend_leaves_the_tabs_where_the_reader_sees_them(
    context: BrowserContext, full_site: str
) -> None:
    page = context.new_page()
    page.goto(f"{full_site}guides/first/")
    open_all(page)
    tab = page.locator("details .tabbed-set label", has_text="Beta").first
    tab.scroll_into_view_if_needed()
    before = tab.bounding_box()
    tab.click()
    wait_for(page, "Beta")
    assert before
    assert tab.bounding_box() == pytest.approx(before, abs=2)


def test_outputs_are_folded_and_unfold(context: BrowserContext, full_site: str) -> None:
    page = context.new_page()
    page.goto(f"{full_site}guides/first/")
    output = page.get_by_text("steps: 5")
    assert not output.is_visible()
    page.locator("details.output > summary").first.click()
    assert output.is_visible()


@pytest.mark.parametrize("name", PAGES)
def test_pages_complain_of_nothing_and_ask_no_other_origin(
    context: BrowserContext, full_site: str, name: str
) -> None:
    heard, page = Heard(), context.new_page()
    heard.listen(page)
    page.goto(full_site + PAGES[name])
    page.wait_for_load_state("networkidle")
    search = page.locator("[data-md-component=search-query]")
    search.click()  # loads the worker and the index
    search.press_sequentially("flavour", delay=20)
    page.wait_for_selector(".md-search-result__item", state="attached")
    page.wait_for_load_state("networkidle")
    assert heard.complaints == []
    assert len(heard.requests) > 3
    others = [url for url in heard.requests if not url.startswith((full_site, "data:", "blob:"))]
    assert others == []


@pytest.mark.parametrize("name", PAGES)
def test_the_search_index_is_fetched_when_the_reader_turns_to_the_search(
    context: BrowserContext, full_site: str, name: str
) -> None:
    heard, page = Heard(), context.new_page()
    heard.listen(page)
    page.goto(full_site + PAGES[name])
    page.wait_for_load_state("networkidle")
    assert [url for url in heard.requests if "/search/" in url] == []
    with page.expect_response(f"{full_site}search/search_index.json"):
        page.keyboard.press("/")
    page.keyboard.type("flavour", delay=20)
    page.wait_for_selector(".md-search-result__item", state="attached")


def test_an_address_that_asks_for_words_searches_and_marks_them(
    context: BrowserContext, full_site: str
) -> None:
    page = context.new_page()
    page.goto(f"{full_site}?q=flavour")
    page.wait_for_selector(".md-search-result__item", state="attached")
    page.goto(f"{full_site}guides/first/?h=flavour")
    page.wait_for_selector("mark")


@pytest.mark.parametrize("name", PAGES)
def test_content_stays_where_it_is_while_a_page_loads_and_is_read(
    browser: Browser, full_site: str, name: str
) -> None:
    weight = weigh(browser, full_site + PAGES[name], words="flavour")
    assert weight.shift <= 0.02
    # The index is counted with the search, and not before.
    assert 0 < weight.before <= weight.whole < weight.searched


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("site", ["full_site", "quick_site"])
def test_no_page_scrolls_sideways_on_a_phone(
    browser: Browser, site: str, name: str, request: pytest.FixtureRequest
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(request.getfixturevalue(site) + PAGES[name])
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


FOCUS = "link => { link.focus(); return document.activeElement === link; }"


def test_on_a_phone_no_key_gets_into_the_navigation_before_its_drawer_is_open(
    context: BrowserContext, full_site: str
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{full_site}guides/first/")
    link = page.locator(".md-sidebar--primary a.md-nav__link[href*=second]")
    assert not link.evaluate(FOCUS)
    page.locator(".md-header label[for=__drawer]").click()
    page.wait_for_function(FOCUS, arg=link.element_handle())
    assert link.is_visible()


def test_every_output_is_within_reach_without_javascript(browser: Browser, full_site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{full_site}guides/first/")
    for fold in page.locator("details.output > summary").all():
        if fold.is_visible():
            fold.click()
    for backend, label in BACKENDS.items():
        for tab in page.locator(".tabbed-labels > label", has_text=label).all():
            tab.click()
        assert page.get_by_text(f"the flavour is {backend}").is_visible()
        assert backend_line(page).endswith(f'"{backend}"')
    for fold in page.locator("details.output:not([open]) > summary").all():
        fold.click()  # those of a single backend
    assert page.locator("code:visible", has_text="only where it is beta").count() == 2
    assert page.get_by_text("steps: 5").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_proof_notices_code_and_buttons_can_be_read_in_both_schemes(
    browser: Browser, quick_site: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{quick_site}guides/first/")
    assert (
        page.locator("body").get_attribute("data-md-color-scheme")
        == {"light": "default", "dark": "slate"}[scheme]
    )
    open_all(page)
    selectors = [".gw-lead", ".gw-proof", ".gw-proof + .gw-notice", "details.output .gw-notice"]
    selectors += [
        "details.output > summary",
        ".gw-button",
        ".tabbed-labels label",
        "pre > code",
        ".gw-facts td",
    ]
    for selector in selectors:
        elements = page.locator(f"{selector}:visible").all()
        assert elements, selector
        for element in elements:
            assert element.evaluate(CONTRAST) >= 4.5, (selector, element.inner_text())
    page.goto(f"{quick_site}guides/")
    assert page.locator(".gw-card-proof").first.evaluate(CONTRAST) >= 4.5
    context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_proof_line_of_a_full_record_can_be_read_and_differs_from_a_quick_ones(
    browser: Browser, full_site: str, quick_site: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    borders = []
    for site in (full_site, quick_site):
        page.goto(f"{site}guides/first/")
        line = page.locator(".gw-proof")
        assert line.evaluate(CONTRAST) >= 4.5
        borders.append(line.evaluate("element => getComputedStyle(element).borderLeftColor"))
    assert borders[0] != borders[1]
    context.close()

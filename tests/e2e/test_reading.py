"""A guide as it is read: mathematics, data frames, long outputs, keys, print, phones, and pictures of it in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from reading import LINES, reading
from serving import served
from tiny import Project

pytestmark = pytest.mark.browser

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
GUIDE = "guides/reading/"
SIZE = "element => [element.scrollWidth, element.clientWidth]"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with reading(tmp_path_factory.mktemp("reading") / "project") as project:
        yield project


@pytest.fixture(scope="module")
def url(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(project.root / "site", tmp_path_factory.mktemp("reading-site")) as url:
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context
    context.close()


def opened(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url + GUIDE)
    return page


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def test_formulas_are_mathml_in_headings_lists_and_tables_and_prices_stay(
    context: BrowserContext, url: str
) -> None:
    page = opened(context, url)
    for place in ("h2", "p", "li", "td"):
        assert page.locator(f"article {place} math").count() >= 1, place
    assert page.locator("article math[display=block]").count() == 1
    assert "a drink costs $5, or $10 for two, and $HOME stays" in page.locator("article").inner_text()
    assert page.locator("article p .gw-math math").first.evaluate("e => e.getBoundingClientRect().width") > 20


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("path", ["", GUIDE, "guides/", "categories/basics/", "parity/", "404.html"])
def test_only_boxes_scroll_sideways_on_a_phone(browser: Browser, url: str, width: int, path: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(url + path)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if path == GUIDE:
        for box in (".gw-math--display", ".gw-html"):
            scrolled, shown = page.locator(box).first.evaluate(SIZE)
            assert scrolled > shown, box
            page.wait_for_function(f"document.querySelector('{box}').tabIndex === 0")
    context.close()


def test_a_long_output_is_folded_with_its_number_of_lines_and_enter_shows_all(
    context: BrowserContext, url: str
) -> None:
    page = opened(context, url)
    summary = page.locator("details.output > summary", has_text=f"{LINES} lines")
    last = page.get_by_text(f"epoch {LINES - 1} of a training")
    assert not last.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    box = summary.locator("xpath=..").locator("pre > code")
    assert box.is_visible()
    page.wait_for_function("box => box.tabIndex === 0", arg=box.element_handle())
    box.focus()
    page.keyboard.press("End")
    page.wait_for_function("box => box.scrollTop > 0", arg=box.element_handle())


def test_the_copy_button_copies_the_code_and_no_output_has_one(context: BrowserContext, url: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened(context, url)
    code = page.locator(".highlight", has_text="for number in range(240)").first
    code.hover()
    code.locator("button[data-md-type=copy], .md-clipboard").first.click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).includes('range(240)')")
    copied = page.evaluate("navigator.clipboard.readText()").rstrip("\n")
    assert copied.startswith("for number in range(240):\n    print(")
    assert copied.count("\n") == 1
    open_all(page)
    shown = page.locator("details.output .md-code__nav, details.output .md-clipboard")
    assert not any(button.is_visible() for button in shown.all())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_data_frame_is_a_table_that_can_be_read_in_both_schemes(
    browser: Browser, url: str, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = opened(context, url)
    open_all(page)
    table = page.locator(".gw-html table")
    assert table.locator("thead th").count() == 12
    assert table.locator("tbody tr").count() == 2
    assert table.locator("style").count() == 0
    colour = table.locator("tbody td").first.evaluate("e => getComputedStyle(e).color")
    assert colour == page.locator("article p").nth(2).evaluate("e => getComputedStyle(e).color")
    context.close()


def test_the_skip_link_comes_first_and_leads_to_the_text(context: BrowserContext, url: str) -> None:
    page = opened(context, url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('md-skip')")
    page.keyboard.press("Enter")
    assert page.evaluate(
        "document.querySelector('article').contains(document.getElementById(decodeURIComponent(location.hash.slice(1))))"
    )


def test_arrow_keys_turn_tabs_and_show_where_the_reader_is(context: BrowserContext, url: str) -> None:
    page = opened(context, url)
    open_all(page)
    page.locator(".tabbed-set > input").first.focus()
    page.keyboard.press("ArrowRight")
    tabs = page.locator(".tabbed-set").first
    assert tabs.locator("input:checked").evaluate("e => e === document.activeElement")
    assert tabs.locator("input").nth(1).is_checked()
    assert tabs.locator(".tabbed-labels").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_keys_get_to_code_that_scrolls_also_while_the_browser_leaves_it_out(
    browser: Browser, url: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 600}, reduced_motion="reduce")
    page = opened(context, url)
    codes = "[...document.querySelectorAll('pre > code')]"
    left_out = "e.firstElementChild?.checkVisibility({ contentVisibilityAuto: true }) === false"
    auto = "getComputedStyle(e).contentVisibility === 'auto'"
    page.wait_for_function(f"{codes}.some(e => {auto} && {left_out})")
    page.wait_for_function(f"{codes}.every(e => !({auto} && {left_out}) || e.tabIndex === 0)")
    for code in page.locator("article pre > code").all():
        if not code.evaluate(f"e => {auto}"):
            continue
        code.evaluate("e => e.scrollIntoView()")
        handle = code.element_handle()
        page.wait_for_function(
            f"e => !({left_out}) && (e.tabIndex === 0) === (e.scrollWidth > e.clientWidth + 1)", arg=handle
        )
    page.emulate_media(media="print")
    assert not page.evaluate(f"{codes}.some(e => {auto})")
    context.close()


def test_nothing_moves_for_a_reader_who_asked_for_it(context: BrowserContext, url: str) -> None:
    page = opened(context, url)
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).scrollBehavior === 'smooth'"
        " || getComputedStyle(e).transitionDuration.split(', ').some(t => parseFloat(t) > 0)).length"
    )
    assert moving == 0


def test_a_printed_page_is_white_and_has_every_output_and_address(browser: Browser, url: str) -> None:
    context = browser.new_context(color_scheme="dark")
    page = opened(context, url)
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.get_by_text("epoch 5 of a training").is_visible()
    for gone in (".md-header", ".md-footer", ".gw-buttons", ".tabbed-set:has(.gw-buttons)", ".md-sidebar"):
        assert not any(each.is_visible() for each in page.locator(gone).all()), gone
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    link = page.locator('article li a[href="https://example.org/"]')
    assert "example.org" in link.evaluate("e => getComputedStyle(e, '::after').content")
    assert link.evaluate("e => getComputedStyle(e).color") == "rgb(11, 107, 112)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.output[open]:not(:has(img))").count() == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "width"), [("wide", 1280), ("phone", 390)])
def test_pictures_of_the_page_are_kept(
    browser: Browser, url: str, scheme: Any, name: str, width: int
) -> None:
    """What the page looks like, for people to judge: ``build/screenshots``."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = opened(context, url)
    open_all(page)
    file = ROOT / "build" / "screenshots" / f"reading-{name}-{scheme}.png"
    page.screenshot(path=file, full_page=True)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    assert file.stat().st_size > 10_000
    context.close()

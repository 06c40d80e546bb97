"""The choice of backend and the offer of a language, in a real browser, on a site of two backends and two languages."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from serving import PATH, served
from test_languages import add_language
from tiny import Project, tiny

pytestmark = pytest.mark.browser

FIRST, SECOND, THIRD = "guides/first/", "guides/deep/second/", "guides/third/"
KOREAN = 'name = "Pséûdö"\nenglish_name = "Pseudo"\nthreshold = 0.5\n'
# What the sets show that have a choice: a cell may be for one backend only.
SHOWN = """() => [...new Set([...document.querySelectorAll('.tabbed-set > input:checked')]
  .filter(input => input.parentElement.querySelectorAll(':scope > input').length > 1)
  .map(input => document.querySelector(`label[for=${input.id}]`).textContent))]"""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def project(full: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """With a third guide, which is for one backend only."""
    with tiny(tmp_path_factory.mktemp("choice") / "project", full) as made:
        made.guide("third", '\n# %%\nimport os\n\nos.environ["FLAVOUR"] = "alpha"\nprint("third")\n')
        add_language(made, "ko", KOREAN)
        done = made.cli("site")
        assert done.code == 0, done.err
        yield made


@pytest.fixture(scope="module")
def url(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(project.root / "site", tmp_path_factory.mktemp("choice-site")) as url:
        yield url


@pytest.fixture
def fresh(browser: Browser, url: str) -> Iterator[Open]:
    """Open a page as a visitor who has never been here."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_(path: str = "", width: int = 1280, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


def switch(page: Page) -> Locator:
    return page.locator(".gw-backend select")


def choose(page: Page, label: str) -> None:
    page.get_by_role("combobox", name="Backend").select_option(label=label)


def expect_shown(page: Page, label: str) -> None:
    """Every set of tabs, the header, the address and the one visible line of code say the same."""
    assert page.evaluate(SHOWN) == [label]
    expect(switch(page)).to_have_value(label.lower())
    lines = "\n".join(page.locator("pre > code:visible").all_inner_texts())
    assert re.findall(r'os\.environ\["FLAVOUR"\] = "(\w+)"', lines) == [label.lower()]


def backend_of(page: Page) -> str | None:
    return page.evaluate("new URL(location).searchParams.get('backend')")


# ---------------------------------------------------------------- one choice


def test_a_choice_in_the_header_is_remembered_and_follows_the_reader(fresh: Open, url: str) -> None:
    page = fresh(FIRST)
    expect_shown(page, "Alpha")
    assert backend_of(page) is None
    choose(page, "Beta")
    expect_shown(page, "Beta")
    assert backend_of(page) == "beta"
    page.get_by_role("link", name="Second steps").first.click()
    page.wait_for_url(f"{url}{SECOND}?backend=beta")
    expect_shown(page, "Beta")
    page.reload()
    expect_shown(page, "Beta")
    page.goto(url)
    expect(switch(page)).to_have_value("beta")
    assert backend_of(page) == "beta"


def test_a_tab_and_the_header_choose_the_same(fresh: Open) -> None:
    page = fresh(FIRST)
    page.locator(".tabbed-labels label", has_text="Beta").first.click()
    expect_shown(page, "Beta")
    assert backend_of(page) == "beta"
    choose(page, "Alpha")
    expect_shown(page, "Alpha")
    assert backend_of(page) == "alpha"
    # The tab's own address, which the engine put there, is older than the choice.
    page.reload()
    expect_shown(page, "Alpha")


def test_a_shared_address_wins_over_what_was_remembered_and_is_remembered(fresh: Open, url: str) -> None:
    page = fresh(f"{FIRST}?backend=beta")
    expect_shown(page, "Beta")
    page.goto(f"{url}{SECOND}?backend=alpha")
    expect_shown(page, "Alpha")
    page.goto(url + FIRST)
    expect_shown(page, "Alpha")
    assert backend_of(page) == "alpha"


def test_the_rest_of_an_address_stays(fresh: Open, url: str) -> None:
    page = fresh(f"{FIRST}?x=1#the-end")
    choose(page, "Beta")
    assert page.url == f"{url}{FIRST}?x=1&backend=beta#the-end"


@pytest.mark.parametrize("name", ["cntk", "", "Beta", "__proto__"])
def test_a_backend_that_the_site_has_not_is_ignored(fresh: Open, name: str) -> None:
    page = fresh(f"{FIRST}?backend={name}")
    expect_shown(page, "Alpha")
    page = fresh(f"{FIRST}?backend=beta")
    page.goto(page.url.replace("beta", name))
    expect_shown(page, "Beta")


def test_going_back_does_not_undo_a_later_choice(fresh: Open, url: str) -> None:
    page = fresh(f"{FIRST}?backend=beta")
    page.get_by_role("link", name="Second steps").first.click()
    page.wait_for_url(f"{url}{SECOND}?backend=beta")
    choose(page, "Alpha")
    page.go_back()
    expect_shown(page, "Alpha")
    assert backend_of(page) == "alpha"


def test_a_choice_leaves_what_is_read_where_it_is(fresh: Open) -> None:
    page = fresh(FIRST)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    heading = page.locator("#the-end")
    heading.evaluate("element => scrollTo(0, element.offsetTop - 200)")
    before = heading.bounding_box()
    choose(page, "Beta")
    after = heading.bounding_box()
    assert before
    assert after
    assert after["y"] == pytest.approx(before["y"], abs=2)


def test_the_language_switch_keeps_the_page_and_the_backend(fresh: Open, url: str) -> None:
    page = fresh(FIRST)
    choose(page, "Beta")
    page.locator(".md-header .md-select button").hover()
    page.locator('.md-select__link[hreflang="ko"]').click()
    page.wait_for_url(f"{url}ko/{FIRST}?backend=beta")
    assert page.locator("html").get_attribute("lang") == "ko"
    expect_shown(page, "Beta")


# ------------------------------------------------------- all that goes with it


@pytest.mark.parametrize("language", ["en", "ko"])
def test_links_to_colab_and_to_downloads_follow(fresh: Open, language: str) -> None:
    page = fresh(f"{'' if language == 'en' else 'ko/'}{FIRST}")
    for backend in ("beta", "alpha"):
        switch(page).select_option(backend)
        links = page.locator(".gw-buttons a:visible")
        named = {
            name: page.locator(f".gw-button--{name}:visible") for name in ("colab", "notebook", "executed")
        }
        for link in named.values():
            expect(link).to_have_count(1)
            assert f"/{language}/{backend}/first" in str(link.get_attribute("href"))
        script = page.locator(".gw-button--script:visible")
        assert str(script.get_attribute("href")).endswith(f"scripts/{backend}/first.py")
        other = "alpha" if backend == "beta" else "beta"
        assert not [link for link in links.all() if f"/{other}/" in str(link.get_attribute("href"))]


def test_outputs_follow(fresh: Open) -> None:
    page = fresh(FIRST)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for label, other in (("Beta", "alpha"), ("Alpha", "beta")):
        choose(page, label)
        expect(page.get_by_text(f"the flavour is {label.lower()}")).to_be_visible()
        expect(page.get_by_text(f"the flavour is {other}")).to_be_hidden()


@pytest.mark.parametrize("backend", ["alpha", "beta"])
def test_what_is_copied_is_the_notebooks_cell(fresh: Open, project: Project, backend: str) -> None:
    page = fresh(f"{FIRST}?backend={backend}", permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".highlight:visible", has_text='os.environ["FLAVOUR"] =')
    block.hover()
    block.locator("button[data-md-type=copy]").click()
    expect(page.locator(".md-dialog--active")).to_be_visible()
    book = nbformat.read(project.root / f"site/notebooks/en/{backend}/first.ipynb", as_version=4)
    (cell,) = [cell.source for cell in book.cells if 'os.environ["FLAVOUR"] =' in cell.source]
    assert f'= "{backend}"' in cell
    assert page.evaluate("navigator.clipboard.readText()") == cell


def test_a_guide_without_the_backend_says_so_and_the_choice_is_kept(fresh: Open, url: str) -> None:
    page = fresh(THIRD)
    notice = page.locator(".gw-lacking")
    expect(notice).to_be_hidden()
    choose(page, "Beta")
    expect(notice).to_have_text(
        "Beta: this guide does not cover it, and shows Alpha. Your choice is kept for other guides."
    )
    expect(page.locator('.gw-button--colab[href*="/alpha/"]')).to_be_visible()
    page.reload()
    expect(notice).to_be_visible()
    expect(switch(page)).to_have_value("beta")
    choose(page, "Alpha")
    expect(notice).to_be_hidden()
    choose(page, "Beta")
    page.goto(url + FIRST)
    expect_shown(page, "Beta")
    expect(page.locator(".gw-lacking")).to_have_count(0)


# ------------------------------------------------------- before it is painted


@pytest.fixture
def halting(project: Project) -> Iterator[tuple[str, threading.Event]]:
    """Serve the site, with guides cut in two: the second half comes only when the event is set."""
    go_on = threading.Event()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def translate_path(self, path: str) -> str:
            return super().translate_path(path.removeprefix(f"/{PATH}"))

        def do_GET(self) -> None:
            if FIRST not in self.path:
                return super().do_GET()
            whole = (project.root / "site" / FIRST / "index.html").read_bytes()
            cut = whole.index(b'id="the-end"')
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(whole[:cut])
            self.wfile.flush()
            go_on.wait(60)
            self.wfile.write(whole[cut:])

    def make(*arguments: object) -> Handler:
        return Handler(*arguments, directory=str(project.root / "site"))  # type: ignore[arg-type]

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), make) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{PATH}/", go_on
        go_on.set()
        server.shutdown()
        thread.join()


FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def test_half_a_page_shows_the_chosen_backend_already(
    browser: Browser, halting: tuple[str, threading.Event]
) -> None:
    url, go_on = halting
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}{FIRST}?backend=beta", wait_until="commit")
    page.wait_for_selector(".tabbed-set pre", state="attached")
    page.evaluate(FRAMES)
    assert page.evaluate("document.readyState") == "loading"
    expect_shown(page, "Beta")
    go_on.set()
    page.wait_for_load_state()
    expect_shown(page, "Beta")
    context.close()


SHIFTS = """
  window.shifts = 0;
  new PerformanceObserver(list => { for (const each of list.getEntries()) window.shifts += each.value; })
    .observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("path", [f"{FIRST}?backend=beta", f"{THIRD}?backend=beta", FIRST])
@pytest.mark.parametrize("width", [390, 1280])
def test_neither_choice_nor_offer_shifts_the_page(browser: Browser, url: str, path: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="ko-KR")
    context.add_init_script(SHIFTS)
    page = context.new_page()
    page.goto(url + path)
    expect(page.locator(".gw-offer")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.evaluate(FRAMES)
    assert page.evaluate("window.shifts") <= 0.02
    context.close()


# ------------------------------------------------------------ every reader


def test_without_javascript_there_is_no_switch_and_every_backend_is_within_reach(fresh: Open) -> None:
    page = fresh(FIRST, java_script_enabled=False, locale="ko-KR")
    expect(switch(page)).to_be_hidden()
    expect(page.locator(".gw-offer")).to_be_hidden()
    for label in ("Beta", "Alpha"):
        page.locator(".tabbed-labels label", has_text=label).first.click()
        expect(page.locator(f'.gw-button--colab[href*="/{label.lower()}/"]')).to_be_visible()


def test_the_keyboard_alone_chooses(fresh: Open) -> None:
    page = fresh(FIRST)
    for _ in range(15):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.gw-backend select')"):
            break
    expect(switch(page)).to_be_focused()
    assert switch(page).evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("b")
    expect_shown(page, "Beta")
    expect(switch(page)).to_be_focused()


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("path", ["", FIRST, f"ko/{FIRST}", THIRD])
def test_the_header_fits_a_phone(fresh: Open, path: str, width: int) -> None:
    page = fresh(f"{path}?backend=beta", width=width, locale="en-US" if path.startswith("ko") else "ko-KR")
    expect(page.locator(".gw-offer:visible")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for part in (switch(page), page.locator(".gw-offer:visible")):
        box = part.bounding_box()
        assert box
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
    assert switch(page).evaluate("element => element.scrollWidth <= element.clientWidth")


# -------------------------------------------------------- the offer of a language


def offer(page: Page) -> Locator:
    return page.locator(".gw-offer:visible")


def test_who_prefers_another_language_is_offered_it_and_never_led_there(fresh: Open, url: str) -> None:
    page = fresh(FIRST, locale="ko-KR")
    expect(offer(page)).to_have_count(1)
    expect(offer(page)).to_have_attribute("lang", "ko")
    expect(offer(page)).to_contain_text("Pséûdö")
    page.wait_for_load_state("networkidle")
    assert page.url == url + FIRST
    assert page.locator("html").get_attribute("lang") == "en"
    offer(page).get_by_role("link").click()
    page.wait_for_url(f"{url}ko/{FIRST}")
    expect(offer(page)).to_have_count(0)


def test_an_offer_that_was_dismissed_does_not_come_again(fresh: Open, url: str) -> None:
    page = fresh(FIRST, locale="ko-KR")
    offer(page).get_by_role("button").click()
    expect(offer(page)).to_have_count(0)
    for path in (FIRST, SECOND):
        page.goto(url + path)
        page.wait_for_load_state("load")
        expect(offer(page)).to_have_count(0)


def test_who_chose_a_language_in_the_header_is_not_offered_another(fresh: Open, url: str) -> None:
    page = fresh(f"ko/{FIRST}", locale="ko-KR")
    page.locator(".md-header .md-select button").hover()
    page.locator('.md-select__link[hreflang="en"]').click()
    page.wait_for_url(url + FIRST)
    page.wait_for_load_state("load")
    expect(offer(page)).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "locale", "expected"),
    [(FIRST, "en-US", []), (FIRST, "fr-FR", []), (f"ko/{FIRST}", "en-US", ["en"]), ("", "ko", ["ko"])],
)
def test_a_language_is_offered_only_where_it_is_preferred_and_there(
    fresh: Open, path: str, locale: str, expected: list[str]
) -> None:
    page = fresh(path, locale=locale)
    page.wait_for_load_state("load")
    assert [each.get_attribute("data-language") for each in offer(page).all()] == expected


def test_no_request_leaves_the_site_where_it_has_several_languages(browser: Browser, url: str) -> None:
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url + FIRST)
    page.wait_for_load_state("networkidle")
    assert len(asked) > 3
    assert [address for address in asked if not address.startswith((url, "data:", "blob:"))] == []
    context.close()

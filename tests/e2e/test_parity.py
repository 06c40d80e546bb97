"""From the parity page to the cells that differ, and from a page back to the project, in a browser; parity for machines."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from serving import served
from tiny import BACKENDS, TITLES, Project

REPORT = "Report a problem"


@pytest.fixture(scope="module")
def site(full: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(full.root / "site", tmp_path_factory.mktemp("parity-site")) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def without_script(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def differing(page: Page, site: str) -> Locator:
    """The parity page's link to the one cell of a guide that differs."""
    page.goto(f"{site}parity/")
    page.get_by_role("link", name="differing cells: 1 of 2").first.click()
    title = page.locator(f'[id="{urlsplit(page.url).fragment}"]')
    return title.locator("+ ul a")


def hash_of(page: Page) -> str:
    return urlsplit(page.url).fragment


# ------------------------------------------------------------- in the browser


@pytest.mark.browser
def test_a_link_of_the_parity_page_lands_on_the_differing_output_in_a_tab_that_shows_the_difference(
    page: Page, site: str
) -> None:
    differing(page, site).click()
    page.wait_for_url(re.compile(r"/guides/[a-z/]+/\?backend=beta#cell-"))
    expect(page.get_by_text("the flavour is beta")).to_be_in_viewport()
    expect(page.get_by_text("the flavour is alpha")).not_to_be_visible()
    expect(page.get_by_text("steps: 5")).not_to_be_visible()  # other outputs stay folded


@pytest.mark.browser
def test_an_output_below_long_code_is_brought_into_view(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 300})
    differing(page, site).click()
    page.wait_for_url(re.compile(r"#cell-"))
    expect(page.get_by_text("the flavour is beta")).to_be_in_viewport()


@pytest.mark.browser
def test_an_address_typed_on_the_page_itself_opens_its_cell(page: Page, site: str) -> None:
    differing(page, site).click()
    page.wait_for_url(re.compile(r"#cell-"))
    place = hash_of(page)
    page.goto(f"{site}guides/first/")
    expect(page.locator("details.output[open]")).to_have_count(0)
    page.evaluate("place => { location.hash = place }", place)
    expect(page.locator("details.output[open]")).to_have_count(1)


@pytest.mark.browser
@pytest.mark.parametrize("hash", ["", "#", "#the-end", "#cell-none", "#%E0%A4%A", "#cell-%20"])
def test_any_other_address_opens_nothing_and_complains_of_nothing(page: Page, site: str, hash: str) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}guides/first/{hash}")
    page.wait_for_load_state("networkidle")
    assert complaints == []
    assert page.locator("details.output[open]").count() == 0


@pytest.mark.browser
def test_without_javascript_the_browser_still_goes_to_the_cell(without_script: Page, site: str) -> None:
    differing(without_script, site).click()
    without_script.wait_for_url(re.compile(r"#cell-"))
    place = without_script.locator(f'[id="{hash_of(without_script)}"]')
    expect(place.locator("xpath=following-sibling::*[1]")).to_be_in_viewport()


def report(page: Page) -> dict[str, str]:
    """The form that the one visible link fills in."""
    (link,) = [one for one in page.get_by_role("link", name=REPORT).all() if one.is_visible()]
    query = urlsplit(link.get_attribute("href") or "").query
    return {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}


@pytest.mark.browser
def test_the_report_names_the_guide_and_the_chosen_backend(page: Page, site: str) -> None:
    page.goto(f"{site}guides/deep/second/")
    assert report(page)["title"] == "deep/second (Alpha): "
    page.locator(".tabbed-set label", has_text="Beta").first.click()
    found = report(page)
    assert found["title"] == "deep/second (Beta): "
    assert "- Backend: Beta\n- Language: English (en)\n- Versions: Packaging" in found["body"]
    assert "https://example.org/some/sub/path/guides/deep/second/" in found["body"]


@pytest.mark.browser
def test_a_badge_is_drawn_as_wide_as_it_says_and_its_text_keeps_to_its_half(page: Page, site: str) -> None:
    page.goto(f"{site}badges/first.svg")
    boxes = page.evaluate(
        "[...document.querySelectorAll('text')].map(each => each.getBBox()).map(b => [b.x, b.x + b.width])"
    )
    width = page.evaluate("document.documentElement.width.baseVal.value")
    assert boxes[0][1] < boxes[1][0]
    assert boxes[1][1] <= width - 5
    page.goto(f"{site}guides/first/")
    page.locator("summary", has_text="Badge").click()
    picture = page.get_by_role("img", name="proven on: Alpha ✓ Beta ✓")
    expect(picture).to_be_visible()
    assert picture.bounding_box()["width"] == width  # type: ignore[index]
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == width


# ------------------------------------------------------------- for machines


def test_parity_json_is_valid_by_the_schema_beside_it_and_leads_to_cells_that_are_there(
    full: Project,
) -> None:
    found = json.loads(full.read("site/parity.json"))
    jsonschema.validate(found, json.loads(full.read(f"site/{found['$schema']}")))
    assert {guide["slug"] for guide in found["guides"]} == set(TITLES)
    for guide in found["guides"]:
        assert set(guide["backends"]) == set(BACKENDS)
        assert [cell["state"] for cell in guide["cells"]] == ["same", "varies"]
        for cell in guide["cells"]:
            path, _, place = cell["page"].partition("#")
            assert full.read(f"site/{path}index.html").count(f'id="{place}"') == 1


def test_parity_json_has_the_same_bytes_when_the_site_is_built_again(proven: Project) -> None:
    before = proven.read("site/parity.json")
    assert proven.cli("clean").code == 0
    assert proven.cli("site").code == 0
    assert proven.read("site/parity.json") == before


@pytest.mark.parametrize("file", ["parity.json", "parity.schema.json"])
def test_the_parity_page_leads_to_the_files_for_machines(full: Project, file: str) -> None:
    assert (full.root / "site" / file).is_file()
    assert f'<a href="../{file}">{file}</a>' in full.read("site/parity/index.html")


@pytest.mark.parametrize("slug", TITLES)
def test_every_guide_has_a_badge(full: Project, slug: str) -> None:
    image = ET.fromstring(full.read(f"site/badges/{slug}.svg"))
    assert image.get("aria-label") == "proven on: Alpha ✓ Beta ✓"


def test_a_quick_site_has_badges_that_say_so(quick: Project) -> None:
    image = ET.fromstring(quick.read("site/badges/first.svg"))
    assert image.get("aria-label") == "proven on: Alpha ✓ Beta ✓ · quick run"

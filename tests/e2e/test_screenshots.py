"""Pictures of our own pages, for people to judge: ``build/screenshots``, which the pull request's workflow keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from serving import served
from tiny import ROOT

pytestmark = pytest.mark.browser

FOLDER = ROOT / "build" / "screenshots"
PAGES = {"home": "", "introduction": "guides/intro_to_keras_for_engineers/", "parity": "parity/"}
LANGUAGES = {"en": "en-US", "ko": "ko-KR"}
WIDTHS = {"wide": 1280, "phone": 390}
HIGHEST = 16_000
"""Chromium draws no picture that is higher than 16384 pixels."""
LOAD = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map(image => image.decode()));
}"""


@pytest.fixture(scope="module")
def url(own_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(own_site, tmp_path_factory.mktemp("pictures"), "guidewright") as url:
        yield url


def keep(page: Page, name: str, width: int) -> Path:
    """Take a picture of the whole page, with the images that come only when they are scrolled to."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(LOAD)
    height = min(page.evaluate("document.documentElement.scrollHeight"), HIGHEST)
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    return file


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_of_our_pages_are_kept_with_every_image(
    browser: Browser, url: str, language: str, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme, locale=LANGUAGES[language], reduced_motion="reduce")
    page = context.new_page()
    for name, path in PAGES.items():
        page.goto(f"{url}{'' if language == 'en' else 'ko/'}{path}")
        for how, width in WIDTHS.items():
            file = keep(page, f"{name}-{language}-{how}-{scheme}", width)
            assert file.stat().st_size > 10_000
            assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)"), file.name
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    context.close()

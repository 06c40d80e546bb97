"""The page of changed outputs, in a browser: pictures side by side, and nothing is loaded."""

from __future__ import annotations

from playwright.sync_api import Browser

from sandbox import Sandbox

BODY = """
# %%
from PIL import Image

Image.new("RGB", (60, 40), "white")

# %%
print("loss", 0.5, "a line that is so long that it is wider than a phone, whatever font it is shown in", "x" * 200)
"""


def test_pictures_stand_side_by_side_with_their_difference_and_nothing_is_loaded(
    sandbox: Sandbox, browser: Browser
) -> None:
    sandbox.guide("one", BODY)
    assert sandbox.cli("run").code == 0
    sandbox.edit("one", '"white"', '"black"')
    sandbox.edit("one", '"loss", 0.5', '"loss", 0.75')
    assert sandbox.cli("run").code == 0
    assert sandbox.cli("diff", "--html", "changed/diff.html").code == 1
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((sandbox.root / "changed/diff.html").as_uri())
    boxes = [image.bounding_box() for image in page.locator("img").all()]
    sizes = page.evaluate("[...document.images].map(image => [image.naturalWidth, image.naturalHeight])")
    assert sizes == [[60, 40]] * 3
    assert len({box["y"] for box in boxes if box}) == 1
    assert len({box["x"] for box in boxes if box}) == 3
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    assert said == []
    page.close()

"""What a page sends over the wire, and how far its content moves while it is read, as Chromium counts both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

# Lighthouse's phone.
PHONE: dict[str, Any] = {
    "viewport": {"width": 412, "height": 823},
    "device_scale_factor": 1.75,
    "is_mobile": True,
    "has_touch": True,
}

_SHIFTS = """
window.gwShift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.gwShift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
_SCROLL = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  for (const each of document.querySelectorAll("details")) each.open = true;
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) { scrollTo(0, y); await frame(); }
}"""
# A figure in a tab that is not chosen is never in sight; it is fetched all the same.
_FETCH = """async () => {
  const images = [...document.images];
  for (const image of images) image.loading = "eager";
  await Promise.all(images.map(image => image.complete || new Promise(done => {
    image.addEventListener("load", done); image.addEventListener("error", done);
  })));
}"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """Bytes over the wire, headers included, since the page was asked for; and what moved."""

    before: int
    """Until nothing more is loaded, before the reader acts."""
    whole: int
    """With every fold open and every figure of every tab fetched."""
    searched: int
    """With the search opened besides."""
    shift: float
    """The sum of all layout shifts while the page loads and is scrolled to its end (no unit)."""


def _counted(session: CDPSession) -> list[int]:
    """Return a list that gets the bytes of each answer as it is complete."""
    sizes: list[int] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    return sizes


def weigh(browser: Browser, url: str) -> Weight:
    """Load a page on a phone with an empty cache, read it to its end, fetch all of it, and open the search."""
    with _phone(browser) as (context, page):
        session = context.new_cdp_session(page)
        sizes = _counted(session)
        page.goto(url)
        page.wait_for_load_state("networkidle")
        before = sum(sizes)
        page.evaluate(_SCROLL)
        page.evaluate(_FETCH)
        page.wait_for_load_state("networkidle")
        shift = float(page.evaluate("window.gwShift"))
        whole = sum(sizes)
        with page.expect_event("requestfinished", lambda request: "/search/search_index." in request.url):
            page.locator("label[for=__search]").first.click()
        page.wait_for_load_state("networkidle")
        # What the session had to tell before this answer has been counted.
        session.send("Network.enable")
        return Weight(before=before, whole=whole, searched=sum(sizes), shift=shift)


@contextmanager
def _phone(browser: Browser) -> Iterator[tuple[BrowserContext, Page]]:
    context = browser.new_context(**PHONE)
    context.add_init_script(_SHIFTS)
    try:
        yield context, context.new_page()
    finally:
        context.close()

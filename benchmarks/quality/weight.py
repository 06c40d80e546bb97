"""What a page sends over the wire, and how far its content moves while it is read, as Chromium counts both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, Request

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


_PATIENCE = 120_000
"""Milliseconds for an index to be made in the browser, on a machine that does other work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """Bytes over the wire, headers included, since the page was asked for; and what moved."""

    before: int
    """Until nothing more is loaded, before the reader acts."""
    whole: int
    """With every fold open and every figure of every tab fetched."""
    searched: int
    """With the search opened and used besides."""
    shift: float
    """The sum of all layout shifts while the page loads and is scrolled to its end (no unit)."""


class _Wire:
    """The requests of a page and of its workers, and the bytes of their answers."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._under_way = 0
        self._done: list[Request] = []
        page.on("request", lambda _: self._count(1))
        page.on("requestfailed", lambda _: self._count(-1))
        page.on("requestfinished", self._finish)

    def _count(self, change: int) -> None:
        self._under_way += change

    def _finish(self, request: Request) -> None:
        self._count(-1)
        self._done.append(request)

    def bytes(self) -> int:
        """Wait until nothing is loaded, and return what came over the wire: nothing for what the cache held."""
        self._page.wait_for_load_state("networkidle")
        while self._under_way:
            self._page.wait_for_timeout(20)
        sizes = [request.sizes() for request in self._done]
        return sum(each["responseHeadersSize"] + each["responseBodySize"] for each in sizes)


def weigh(browser: Browser, url: str, *, words: str = "keras") -> Weight:
    """Load a page on a phone with an empty cache, read it to its end, fetch all of it, and search.

    Args:
        words: something that the search finds: once it has, all that it needs is there.
    """
    with _phone(browser) as page:
        wire = _Wire(page)
        page.goto(url)
        before = wire.bytes()
        page.evaluate(_SCROLL)
        page.evaluate(_FETCH)
        whole = wire.bytes()
        shift = float(page.evaluate("window.gwShift"))
        page.locator("label[for=__search]").first.click()
        page.locator(".md-search__input").fill(words)
        # The theme listens for keys, which filling does not send.
        page.locator(".md-search__input").press("End")
        page.locator(".md-search-result__item").first.wait_for(state="attached", timeout=_PATIENCE)
        return Weight(before=before, whole=whole, searched=wire.bytes(), shift=shift)


@contextmanager
def _phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**PHONE)
    context.add_init_script(_SHIFTS)
    try:
        yield context.new_page()
    finally:
        context.close()

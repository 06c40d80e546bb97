"""``make quality``: serve the built site as GitHub Pages does, and have a real browser judge it."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from benchmarks import machine
from benchmarks.quality import document, lighthouse, pages, weight
from guidewright import settings
from guidewright.files import write_atomically

INTRODUCTION = "guides/intro_to_keras_for_engineers/"
PAGES = {
    "home": "",
    "introduction": INTRODUCTION,
    "parity": "parity/",
    "home, Korean": "ko/",
    "introduction, Korean": f"ko/{INTRODUCTION}",
    "parity, Korean": "ko/parity/",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOCUMENT = machine.ROOT / "docs" / "quality.md"


def main() -> int:
    options = _options()
    if missing := _missing():
        print("\n".join(missing), file=sys.stderr)
        return 3
    lighthouse.install()
    project = settings.load(machine.ROOT)
    prefix = f"{urlsplit(project.site_url).path.rstrip('/')}/"
    chosen = {name: path for name, path in PAGES.items() if not options.page or name in options.page}
    with pages.served(project.site, prefix) as url:
        found = _measured({name: url + path for name, path in chosen.items()}, options.runs)
    figures = _figures(found, options)
    output = options.json or project.build / "quality.json"
    write_atomically(output, f"{json.dumps(figures, ensure_ascii=False, indent=2)}\n".encode())
    if not options.page:
        write_atomically(DOCUMENT, document.replaced(DOCUMENT.read_text("utf-8"), figures).encode())
    print(document.tables(figures))
    print(*[f"{page['name']}: {line}" for page in found for line in page["lighthouse"]["failing"]], sep="\n")
    return 0 if reached(found) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make quality", description=__doc__)
    parser.add_argument(
        "--date", default=machine.revision_date(), help="of the measurement; else the revision's"
    )
    parser.add_argument("--runs", type=int, default=3, help="of Lighthouse, a page (default: 3)")
    parser.add_argument(
        "--page", action="append", choices=PAGES, help="this page only; the document stays as it is"
    )
    parser.add_argument(
        "--json", type=Path, help="where the figures are written (default: build/quality.json)"
    )
    return parser.parse_args()


def _missing() -> list[str]:
    """Return what is not on this machine, each with the command that installs it."""
    found = []
    if not shutil.which("npm"):
        found.append("Node.js and npm are missing; on Debian and Ubuntu: apt-get install nodejs npm")
    if not _browser():
        found.append("Chromium is missing; on Debian and Ubuntu: apt-get install chromium")
    if not (settings.load(machine.ROOT).site / "index.html").is_file():
        found.append("there is no built site; make it: make site")
    return found


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _measured(urls: dict[str, str], runs: int) -> list[dict[str, Any]]:
    chromium = _browser()
    assert chromium
    weights = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(lighthouse.FLAGS[1:]))
        for name, url in urls.items():
            weights[name] = weight.weigh(browser, url)
        browser.close()
    found = []
    for name, url in urls.items():
        print(f"Lighthouse: {name}", file=sys.stderr)
        scores = lighthouse.measure(url, chromium=chromium, runs=runs)
        found.append({"name": name, "lighthouse": asdict(scores), "weight": asdict(weights[name])})
    return found


def _figures(found: list[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    return {
        "date": options.date,
        "command": "make quality",
        "runs": options.runs,
        "machine": machine.described(),
        "lighthouse": machine.version(str(lighthouse.PROGRAM), "--version"),
        "chromium": machine.version(str(_browser()), "--version"),
        "pages": found,
    }


def reached(found: list[dict[str, Any]]) -> bool:
    """Tell whether every figure is within its target; the bytes are the introduction's only."""
    scores = all(
        page["lighthouse"]["scores"][name] >= least
        for page in found
        for name, least in document.TARGETS.items()
    )
    shifts = all(page["weight"]["shift"] <= document.SHIFT for page in found)
    bytes_ = all(
        page["weight"]["before"] <= document.BEFORE and page["weight"]["whole"] <= document.WHOLE
        for page in found
        if page["name"].startswith("introduction")
    )
    return scores and shifts and bytes_


if __name__ == "__main__":
    sys.exit(main())

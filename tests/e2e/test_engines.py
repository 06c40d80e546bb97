"""Both site engines, on one tree: a reader of either site finds the same."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser
from serving import served
from test_languages import ACCENTED, add_language
from tiny import ROOT, Project

import pseudo

# Where the engines legitimately differ, and why:
OWN = (
    'meta[name="generator"]',  # each signs its pages
    ".md-copyright > a",  # and links to itself in the footer
    "#__skip",  # Zensical's skip link leads here, Material's to the first heading
    ".md-skip",
    ".md-search",  # each has its own search, which is tested in the browser
)
LANDMARKS = {
    "content": "article",
    "header": "header.md-header",
    "navigation": ".md-sidebar--primary",
    "contents": ".md-sidebar--secondary",
    "footer": ".md-footer",
}


def words(tag: Tag) -> str:
    """A text as it is read: Zensical's template breaks lines in other places."""
    return " ".join(tag.get_text().split())


def seen(file: Path, address: str) -> dict[str, object]:
    """What a reader, a browser or a search engine finds on a page, links resolved."""
    page = BeautifulSoup(file.read_bytes(), "html.parser")
    for own in page.select(", ".join(OWN)):
        own.decompose()
    found: dict[str, object] = {
        "title": words(page.select_one("title")),
        "language": (page.html.get("lang"), page.body.get("dir")),
        "meta": sorted(
            (tag.get("name", ""), tag.get("property", ""), tag.get("content", ""))
            for tag in page.select("head meta")
        ),
        "statements": sorted(
            (str(tag["rel"]), tag.get("hreflang", ""), urljoin(address, tag["href"]))
            for tag in page.select(
                "head link:is([rel~=canonical], [rel~=alternate], [rel~=prev], [rel~=next])"
            )
        ),
    }
    for name, selector in LANDMARKS.items():
        place = page.select_one(selector) or BeautifulSoup("", "html.parser")
        found[f"{name}: links"] = [
            (urljoin(address, tag["href"]), words(tag)) for tag in place.select("a[href]")
        ]
    body = page.select_one("article") or page.select_one("main")
    headings = body.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])
    return found | {
        "headings": [(tag.name, tag.get("id"), words(tag)) for tag in headings],
        "ids": [tag["id"] for tag in body.select("[id]")],
        "code and outputs": [tag.get_text() for tag in body.select("pre")],
        "tables": [[words(cell) for cell in table.select("th, td")] for table in body.select("table")],
        "images": [(urljoin(address, tag["src"]), tag.get("alt")) for tag in body.select("img")],
        "text": words(body),
    }


def pages(site: Path) -> dict[str, Path]:
    return {file.relative_to(site).as_posix(): file for file in sorted(site.rglob("*.html"))}


def differences(one: Path, other: Path, url: str) -> list[str]:
    """Tell every page and every part of it that differs."""
    left, right = pages(one), pages(other)
    found = [f"{path}: in one site only" for path in left.keys() ^ right.keys()]
    for path in sorted(left.keys() & right.keys()):
        address = url + path.removesuffix("index.html")
        first, second = seen(left[path], address), seen(right[path], address)
        found += [
            f"{path}: {part}: {first[part]!r} != {second[part]!r}"
            for part in first
            if first[part] != second[part]
        ]
    return found


def others(site: Path) -> dict[str, bytes]:
    """The files that Guidewright made: all but pages, and what is the engines' own."""
    found = (file for file in site.rglob("*") if file.is_file() and file.suffix != ".html")
    named = {file.relative_to(site).as_posix(): file for file in found}
    return {
        path: file.read_bytes()
        for path, file in named.items()
        # Scripts, styles and search index; Zensical's sitemap has no dates.
        if not any(
            part in path
            for part in (
                "assets/javascripts/",
                "assets/stylesheets/",
                "assets/images/",
                "search",
                "sitemap.xml",
            )
        )
    }


@pytest.fixture(scope="module")
def tiny_sites(full: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    from tiny import tiny

    base = tmp_path_factory.mktemp("engines")
    with tiny(base / "project", full) as project:
        add_language(project, "xx", ACCENTED)
        return both(project.root, base, lambda engine: project.cli("site", "--engine", engine).code)


def both(root: Path, base: Path, build: Callable[[str], int]) -> tuple[Path, Path]:
    """Build with each engine from nothing, and return both sites."""
    made = []
    for engine in ("mkdocs", "zensical"):
        shutil.rmtree(root / "build", ignore_errors=True)
        shutil.rmtree(root / "site", ignore_errors=True)
        assert build(engine) == 0
        made.append((root / "site").rename(base / engine))
    return made[0], made[1]


def test_both_engines_make_the_same_pages_in_every_language(tiny_sites: tuple[Path, Path]) -> None:
    one, other = tiny_sites
    assert {"index.html", "404.html", "xx/index.html", "xx/guides/deep/second/index.html"} <= pages(
        one
    ).keys()
    assert differences(one, other, "https://example.org/some/sub/path/") == []


def test_both_engines_publish_the_same_files_to_the_byte(tiny_sites: tuple[Path, Path]) -> None:
    one, other = map(others, tiny_sites)
    assert "xx/notebooks/xx/beta/first.ipynb" in one
    assert one == other


def test_a_difference_of_any_kind_is_told(tiny_sites: tuple[Path, Path], tmp_path: Path) -> None:
    changes = {
        "headings": ('id="setup"', 'id="set-up"'),
        "code and outputs": ("the same everywhere", "not the same"),
        "content: links": ('href="#the-end"', 'href="#setup"'),
        "statements": ('hreflang="xx"', 'hreflang="yy"'),
        "title": ("<title>First", "<title>Second"),
    }
    page = "guides/first/index.html"
    for part, (before, after) in changes.items():
        shutil.copytree(tiny_sites[1], tmp_path / "changed", dirs_exist_ok=True)
        file = tmp_path / "changed" / page
        text = file.read_text("utf-8")
        assert before in text, before
        file.write_text(text.replace(before, after), "utf-8")
        told = differences(tiny_sites[0], tmp_path / "changed", "https://example.org/some/sub/path/")
        assert any(line.startswith(f"{page}: {part}: ") for line in told), part


@pytest.mark.browser
def test_a_zensical_site_has_the_choice_of_backend_the_language_menu_and_a_search_that_work(
    tiny_sites: tuple[Path, Path], browser: Browser, tmp_path: Path
) -> None:
    complaints: list[str] = []
    with served(tiny_sites[1], tmp_path) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(f"{url}guides/first/")
        page.locator(".gw-backend select").select_option("beta")
        assert page.url == f"{url}guides/first/?backend=beta"
        assert page.get_by_text('os.environ["FLAVOUR"] = "beta"').is_visible()
        page.get_by_role("link", name="Second steps").first.click()
        page.wait_for_url(f"{url}guides/deep/second/?backend=beta")
        assert page.get_by_text('os.environ["FLAVOUR"] = "beta"').is_visible()
        page.locator(".md-header .md-select button").hover()
        page.locator('.md-select__link[hreflang="xx"]').click()
        page.wait_for_url(f"{url}xx/guides/deep/second/?backend=beta")
        assert page.locator("html").get_attribute("lang") == "xx"
        page.locator(".md-search__button").click()
        page.locator("input[role=combobox]").fill(pseudo.accented("flavour"))
        found = page.locator("a[role=option]").first
        found.wait_for(timeout=60_000)
        found.click()
        page.wait_for_url(re.compile(f"{re.escape(url)}xx/guides/(first|deep/second)/"))
        page.close()
    assert complaints == []


@pytest.fixture(scope="module")
def library_sites(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """This project's own sites, of its guides, in English and Korean."""
    base = tmp_path_factory.mktemp("library")
    root = base / "project"
    shutil.copytree(ROOT / "guides", root / "guides", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "mkdocs.yml", "requirements"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)

    def build(engine: str) -> int:
        command = [sys.executable, "-m", "guidewright.cli", "--root", str(root), "site", "--engine", engine]
        return subprocess.run(command, capture_output=True, timeout=600, check=False).returncode

    return both(root, base, build)


def test_both_engines_make_the_same_of_the_whole_library(library_sites: tuple[Path, Path]) -> None:
    one, other = library_sites
    assert "ko/guides/intro_to_keras_for_engineers/index.html" in pages(one)
    assert differences(one, other, "https://guidewright.github.io/guidewright/") == []


@pytest.mark.browser
def test_a_zensical_sites_search_finds_korean_words_also_with_particles_attached(
    library_sites: tuple[Path, Path], browser: Browser, tmp_path: Path
) -> None:
    with served(library_sites[1], tmp_path, "guidewright") as url:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{url}ko/")
        page.locator(".md-search__button").click()
        for words, slug in (("모델을", "serialization_and_saving"), ("GradientTape", "_in_tensorflow")):
            page.locator("input[role=combobox]").fill(words)
            # The index of the whole library is made in the browser, at the first word.
            found = page.locator(f"a[role=option][href*='/ko/guides/'][href*='{slug}']").first
            found.wait_for(timeout=120_000)
        page.close()

"""Names of the API on a built site: links in prose and notebooks, the page's list, the index, search, and findings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from serving import served
from tiny import Project

from guidewright.api.inventory import dump

TABLE = """
[tool.guidewright.api]
package = "packaging"
label = "Packaging"
inventory = "guides/api/packaging.json"
pages = "guides/api/pages.toml"
url = "https://packaging.example/"
"""
INVENTORY = {
    "package": "packaging",
    "version": "26",
    "private": [],
    "modules": ["packaging", "packaging.version"],
    "classes": {"packaging.version.Version": {"bases": [], "methods": ["is_prerelease"], "attributes": []}},
    "functions": ["packaging.version.parse"],
    "values": [],
    "aliases": {},
}
CODE = 'import packaging\n\nfrom packaging.version import parse\n\nnewest = parse("3.15.1")\n'


@pytest.fixture
def teaching(project: Project) -> Project:
    """The first guide uses and names ``packaging``; it is run anew, and its site is built."""
    file = project.root / "pyproject.toml"
    file.write_text(file.read_text("utf-8") + TABLE, "utf-8")
    folder = project.root / "guides/api"
    folder.mkdir()
    (folder / "packaging.json").write_text(dump(INVENTORY), "utf-8")
    (folder / "pages.toml").write_text('"packaging.version.parse" = "version/#parse"\n', "utf-8")
    project.change("guides/first.py", "import packaging\n", CODE)
    project.change(
        "guides/first.py",
        "# That is all.",
        "# That is all of `packaging.version.parse()` and `packaging.version`.",
    )
    assert project.cli("build", "first").code == 0
    return project


def test_names_lead_to_their_pages_and_to_the_guides_that_use_them(teaching: Project) -> None:
    page = teaching.page("first")
    link = '<a href="https://packaging.example/version/#parse"><code>'
    assert f"{link}packaging.version.parse()</code></a> and <code>packaging.version</code>." in page
    assert (
        f'<a href="../../api/#packaging-version"><code>packaging.version</code></a>: {link}parse</code></a>'
        in page
    )
    index = teaching.read("site/api/index.html")
    assert f"{link}packaging.version.parse</code></a>" in index
    assert '<a href="../guides/first/">First steps</a>' in index
    assert "Second steps" not in index.split("<article")[1].split("</article>")[0]
    assert 'href="../../api/"' in page  # the navigation
    book = json.loads(teaching.read("site/notebooks/en/alpha/first.ipynb"))
    words = "".join("".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "markdown")
    assert "[`packaging.version.parse()`](https://packaging.example/version/#parse)" in words


def test_a_missing_name_is_told_with_guide_and_line_and_the_page_is_there(teaching: Project) -> None:
    teaching.change("guides/first.py", "`packaging.version`.", "`packaging.version.prase`.")
    line = teaching.read("guides/first.py")[: teaching.read("guides/first.py").index("prase")].count("\n") + 1
    message = "cell 10: Packaging 26 has no 'packaging.version.prase'"
    for command in (["check"], ["site"], ["build", "first"]):
        done = teaching.cli(*command)
        told = done.out + done.err
        assert done.code == 2
        assert re.search(rf"^guides/first\.py:{line}:.*{re.escape(message)}", told, re.MULTILINE)
        assert "did you mean 'packaging.version.parse'?" in told
    assert "packaging.version.prase" in teaching.page("first")


@pytest.mark.browser
def test_search_finds_a_name_in_the_index(teaching: Project, browser: Browser, tmp_path: Path) -> None:
    with served(teaching.root / "site", tmp_path) as url:
        page = browser.new_page()
        page.goto(url)
        field = page.locator(".md-search__input")
        field.click()
        field.fill("packaging.version.parse")
        # The theme listens for keys, which filling does not send.
        field.press("End")
        result = page.locator(".md-search-result__link[href*='api/']").first
        result.wait_for()
        result.click()
        page.wait_for_url("**/api/**")
        link = page.get_by_role("link", name="packaging.version.parse")
        assert link.get_attribute("href") == "https://packaging.example/version/#parse"
        page.close()

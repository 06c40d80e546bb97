"""What the engine does not report."""

from __future__ import annotations

from pathlib import Path

import pytest

from guidewright.site import links

URL = "https://example.org/sub/"


def found(folder: Path, page: str) -> list[str]:
    (folder / "other").mkdir(exist_ok=True)
    (folder / "other/index.html").write_text('<h1 id="there">x</h1>')
    (folder / "a.png").write_bytes(b"")
    (folder / "index.html").write_text(page)
    return [f"{problem.path}: {problem.message}" for problem in links.check(folder, site_url=URL)]


@pytest.mark.parametrize(
    "page",
    [
        '<a href="other/">x</a> <a href="./other/#there">x</a> <a href="other/index.html">x</a>',
        '<h2 id="é">x</h2><a href="#%C3%A9">x</a> <a href="#">x</a>',
        '<a href="/sub/other/#there">x</a> <a href="/sub/">x</a> <img src="a.png?x=1">',
        '<a href="https://elsewhere.org/x#y">x</a> <a href="mailto:a@b.c">x</a> <img src="data:image/png;base64,">',
        '<link rel="canonical" href="https://example.org/sub/">',
    ],
)
def test_links_that_lead_somewhere_are_fine(tmp_path: Path, page: str) -> None:
    assert found(tmp_path, page) == []


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ('<p id="a"></p><p id="a"></p>', "the id 'a' is used twice"),
        ('<a href="nowhere/">x</a>', "the link nowhere/ leads nowhere"),
        ('<a href="../up/">x</a>', "the link ../up/ leads nowhere"),
        ('<a href="/other/">x</a>', "the link /other/ leads nowhere"),
        ('<a href="other/#here">x</a>', "the link other/#here leads to an anchor that is not there"),
        ('<a href="#here">x</a>', "the link #here leads to an anchor that is not there"),
        ('<img src="b.png">', "the link b.png leads nowhere"),
        (
            '<script src="https://cdn.example.net/x.js"></script>',
            "loads https://cdn.example.net/x.js from another host",
        ),
        ('<link rel="stylesheet" href="//x.net/y.css">', "loads //x.net/y.css from another host"),
    ],
)
def test_links_that_do_not_are_listed_with_page_and_target(tmp_path: Path, page: str, message: str) -> None:
    assert found(tmp_path, page) == [f"index.html: {message}"]

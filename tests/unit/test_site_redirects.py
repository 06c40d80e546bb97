"""Addresses that have moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from guidewright.errors import InputError
from guidewright.site import links, sitemap
from guidewright.site.redirects import Words, pages

URL = "https://example.org/sub/"
WORDS = (
    Words(language="en", folder="", moved="Moved", lead="Now here:"),
    Words(language="ko", folder="ko/", moved="옮겨짐", lead="새 주소:"),
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for folder in ("", "ko/"):
        for page in ("", "parity/", "guides/new/", "guides/deep/one/"):
            (tmp_path / folder / page).mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / page / "index.html").write_text('<h1 id="top">x</h1>')
    for path in ("notebooks/en/torch/new.ipynb", "ko/notebooks/ko/torch/new.ipynb", "scripts/torch/new.py"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(path)
    return tmp_path


def made(site: Path, redirects: dict[str, str]) -> dict[str, bytes]:
    found = pages(redirects, site, words=WORDS, site_url=URL)
    for path, content in found.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)
    return found


@pytest.mark.parametrize(
    ("old", "new", "page", "link"),
    [
        ("old", "new", "guides/old/index.html", "../new/"),
        ("old", "new#top", "guides/old/index.html", "../new/#top"),
        ("old", "deep/one", "guides/old/index.html", "../deep/one/"),
        ("deep/old", "new", "guides/deep/old/index.html", "../../new/"),
        ("/start/", "/", "start/index.html", "../"),
        ("/a.html", "/parity/", "a.html", "parity/"),
        ("old", "/parity/", "guides/old/index.html", "../../parity/"),
    ],
)
def test_a_redirect_leads_to_the_new_page_in_every_language(
    site: Path, old: str, new: str, page: str, link: str
) -> None:
    found = made(site, {old: new})
    for words in WORDS:
        html = found[words.folder + page].decode()
        assert f'<a href="{link}">' in html
        assert f'content="0; url={link}"' in html
        assert '<meta name="robots" content="noindex">' in html
        assert words.moved in html
        assert f'<link rel="canonical" href="{URL}{words.folder}' in html
    assert links.check(site, site_url=URL) == []


def test_the_link_check_covers_redirects(site: Path) -> None:
    made(site, {"old": "new#nowhere"})
    assert len(links.check(site, site_url=URL)) == 2


def test_a_moved_guides_notebooks_and_scripts_stay_at_their_old_addresses(site: Path) -> None:
    found = made(site, {"old": "new"})
    assert found["notebooks/en/torch/old.ipynb"] == b"notebooks/en/torch/new.ipynb"
    assert found["ko/notebooks/ko/torch/old.ipynb"] == b"ko/notebooks/ko/torch/new.ipynb"
    assert found["scripts/torch/old.py"] == b"scripts/torch/new.py"


def test_a_chain_leads_to_its_end_at_once(site: Path) -> None:
    assert b'href="../new/"' in made(site, {"older": "old", "old": "new"})["guides/older/index.html"]


def test_redirects_are_not_in_the_sitemap(site: Path) -> None:
    html = made(site, {"old": "new"})["guides/old/index.html"].decode()
    assert sitemap.read(html).hidden


@pytest.mark.parametrize(
    ("redirects", "message"),
    [
        ({"old": "nowhere"}, "'old' leads nowhere"),
        ({"new": "deep/one"}, "'new' is a living page"),
        ({"/parity/": "new"}, "'/parity/' is a living page"),
        ({"a": "b", "b": "a"}, "leads in a circle: a → b → a"),
        ({"a": "a"}, "leads in a circle: a → a"),
        ({"old": "https://elsewhere.org/"}, "leaves the site"),
        ({"old": "//elsewhere.org/"}, "leaves the site"),
        ({"old": "/../up/"}, "leaves the site"),
        ({"../up": "new"}, "leaves the site"),
        ({"old": ""}, "leaves the site"),
    ],
)
def test_a_redirect_that_cannot_be_is_refused_with_its_name(
    site: Path, redirects: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        pages(redirects, site, words=WORDS, site_url=URL)
    assert message in str(caught.value)
    assert all(problem.path == "pyproject.toml" and problem.hint for problem in caught.value.problems)

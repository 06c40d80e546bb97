"""The server and the document of ``make quality``."""

from __future__ import annotations

import gzip
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.quality import document
from benchmarks.quality.pages import served

PAGE = b"<!doctype html><title>A page</title>" + b"<p>words</p>" * 100
PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    site = tmp_path / "site"
    (site / "inner").mkdir(parents=True)
    (site / "inner/index.html").write_bytes(PAGE)
    (site / "figure.png").write_bytes(PICTURE)
    (site / "404.html").write_bytes(b"nothing here")
    (tmp_path / "secret.html").write_bytes(b"outside")
    with served(site, "/below/") as url:
        yield url


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer, whatever it is."""
    asked = urllib.request.Request(
        url, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_text_is_sent_gzipped_to_those_who_take_it_and_plain_to_others(url: str) -> None:
    _, headers, body = get(f"{url}inner/", Accept_Encoding="gzip, br")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == PAGE
    assert len(body) < len(PAGE) / 3
    _, headers, body = get(f"{url}inner/", Accept_Encoding="identity")
    assert "Content-Encoding" not in headers
    assert body == PAGE


def test_pictures_are_sent_as_they_are(url: str) -> None:
    status, headers, body = get(f"{url}figure.png", Accept_Encoding="gzip")
    assert (status, headers["Content-Type"], body) == (200, "image/png", PICTURE)
    assert headers["Cache-Control"] == "max-age=600"


@pytest.mark.parametrize("path", ["nothing.html", "../secret.html", "%2e%2e/secret.html"])
def test_what_is_not_of_the_site_gets_its_404_page(url: str, path: str) -> None:
    status, _, body = get(url + path)
    assert (status, body) == (404, b"nothing here")


def test_what_is_above_the_sub_path_is_not_there(url: str) -> None:
    assert get(url.removesuffix("below/") + "inner/")[0] == 404


def figures(performance: int) -> dict[str, Any]:
    scores = {"performance": performance, "accessibility": 100, "best-practices": 100, "seo": 100}
    page = {
        "name": "home",
        "lighthouse": {"scores": scores, "metrics": {"FCP": "1.0 s", "LCP": "1.1 s", "TBT": "0 ms"}},
        "weight": {"before": 81_234, "whole": 90_000, "searched": 190_000, "shift": 0.0123},
    }
    return {
        "date": "2026-11-23",
        "command": "make quality",
        "runs": 3,
        "machine": {"processor": "A processor", "system": "Linux"},
        "lighthouse": "13",
        "chromium": "Chromium 156",
        "pages": [page],
    }


def test_new_figures_replace_the_old_ones_and_leave_the_words_around_them() -> None:
    text = f"# Quality\n\nBefore.\n\n{document.BEGIN}\n\nold\n\n{document.END}\n\nAfter.\n"
    once = document.replaced(text, figures(97))
    assert once.startswith("# Quality\n\nBefore.\n\n")
    assert once.endswith("\n\nAfter.\n")
    assert "old" not in once
    assert "| home | 97 | 100 | 100 | 100 | 1.0 s, 1.1 s, 0 ms |" in once
    assert "| home | 81 kB | 90 kB | 190 kB | 0.012 |" in once
    assert document.replaced(once, figures(97)) == once


def test_a_score_below_its_target_stands_out() -> None:
    assert "| home | **94** | 100 |" in document.tables(figures(94))


def test_a_document_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="figures: begin"):
        document.replaced("# Quality\n", figures(97))

"""The addresses by which readers write back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import samples

from guidewright.render.feedback import catalog_url, report_url
from guidewright.render.interface import EN, Language

KO = Language(code="ko", name="한국어", english_name="Korean")


def form(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}


def test_the_form_is_filled_in_with_guide_backend_language_and_versions_in_english() -> None:
    url = report_url(samples.GUIDE, samples.view("torch"), site=samples.SITE, language=KO)
    assert url.startswith("https://github.com/example/guides/issues/new?title=")
    found = form(url)
    assert found["title"] == "small/guide_one (PyTorch): "
    for words in (
        "- Guide: guides/small/guide_one.py (https://example.org/sub/path/ko/guides/small/guide_one/)",
        "- Backend: PyTorch\n",
        "- Language: Korean (ko)",
        "- Versions: PyTorch 2.13.0, Keras 3.15.1",
        "- Proven: full run on CPU, Python 3.11.9, Linux-x86_64, 2026-11-23",
    ):
        assert words in found["body"]
    assert found["body"].isascii()


@pytest.mark.parametrize("label", ["Py Torch & Co. #1", "백엔드", "a)b](c) {x} | <y>"])
def test_an_address_holds_nothing_that_a_url_or_markdown_reads_otherwise(label: str) -> None:
    view = replace(samples.view("torch"), label=label)
    url = report_url(samples.GUIDE, view, site=samples.SITE, language=EN)
    assert f"- Backend: {label}\n" in form(url)["body"]
    query = urlsplit(url).query
    assert not set(query) & set(" \n\"'<>()[]{}|#\\")
    assert query.isascii()


def test_gitlab_gets_the_names_that_its_form_knows() -> None:
    site = replace(samples.SITE, repo_url="https://gitlab.com/example/guides")
    url = report_url(samples.GUIDE, samples.view("jax"), site=site, language=EN)
    assert url.startswith("https://gitlab.com/example/guides/-/issues/new?")
    assert set(form(url)) == {"issue[title]", "issue[description]"}


def test_without_a_repository_there_is_no_link() -> None:
    site = replace(samples.SITE, repo_url="")
    assert report_url(samples.GUIDE, samples.view("jax"), site=site, language=EN) == ""
    assert catalog_url(samples.GUIDE, site=site, language=KO) == ""


def test_a_backend_without_a_record_is_reported_as_not_proven() -> None:
    found = form(report_url(samples.GUIDE, samples.view("jax", "nothing"), site=samples.SITE, language=EN))
    assert "- Proven: not yet" in found["body"]
    assert "Versions" not in found["body"]


def test_a_translated_page_leads_to_its_catalog_on_the_source_branch_and_english_to_none() -> None:
    site = replace(samples.SITE, source_branch="trunk", locales="po")
    assert (
        catalog_url(samples.GUIDE, site=site, language=KO)
        == "https://github.com/example/guides/blob/trunk/po/ko/small/guide_one.po"
    )
    assert catalog_url(samples.GUIDE, site=site, language=EN) == ""

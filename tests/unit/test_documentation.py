"""The project's documentation as a section of the site."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from guidewright.commands.documentation import documentation
from guidewright.errors import InputError
from guidewright.render.addresses import SiteInfo
from guidewright.render.documentation import Documentation
from guidewright.render.interface import EN, Language
from sandbox import Sandbox

INDEX = b"# Documentation\n\n## How to\n\n- [Run](run.md)\n- [Gone](gone.md)\n\n## Empty\n"
RUN = b"# How `x` runs\n\n[a](index.md) [b](../CONTRIBUTING.md#rules) [c](https://example.org/d.md)\n"
SITE = SiteInfo(repo_url="https://github.com/example/tiny")
KO = Language(code="ko", name="한국어", english_name="Korean", direction="ltr", texts={})


def made(**more: bytes) -> Documentation:
    pages = {f"{name}.md": words for name, words in more.items()}
    return Documentation(folder="docs", files={"index.md": INDEX, "run.md": RUN, **pages})


def page(words: bytes, language: Language = EN) -> str:
    found = made(it=words).pages(SITE, language)["docs/it.md"]
    assert isinstance(found, str)
    return found


def test_the_section_follows_the_index_and_then_lists_what_that_leaves_out() -> None:
    (section,) = made(extra=b"# More\n").navigation(EN)
    assert section == {
        "Documentation": ["docs/index.md", {"How to": [{"Run": "docs/run.md"}]}, "docs/extra.md"]
    }


def test_a_page_that_the_index_lists_twice_is_in_the_section_once_where_it_is_first() -> None:
    twice = INDEX.replace(b"## Empty", b"## Again\n\n- [Run it](run.md)\n\n## Empty")
    (section,) = made(index=twice).navigation(EN)
    assert section == {"Documentation": ["docs/index.md", {"How to": [{"Run": "docs/run.md"}]}]}


def test_a_project_without_documentation_has_no_section() -> None:
    assert Documentation(folder="").navigation(EN) == []
    assert Documentation(folder="").pages(SITE, EN) == {}


def test_a_link_out_of_the_folder_leads_to_the_repository_and_others_stay() -> None:
    found = made().pages(SITE, EN)["docs/run.md"]
    assert "[a](index.md)" in found
    assert "[b](https://github.com/example/tiny/blob/main/CONTRIBUTING.md#rules)" in found
    assert "[c](https://example.org/d.md)" in found


@pytest.mark.parametrize("code", ["`[a](../x.py)`", "```\n[a](../x.py)\n```", "``[a](../x.py) ` ``"])
def test_what_looks_like_a_link_in_code_stays(code: str) -> None:
    assert code in page(f"# It\n\n{code}\n".encode())


def test_another_languages_page_says_that_it_is_english_and_search_engines_pass_over_it() -> None:
    front = yaml.safe_load(page(b"# It\n", KO).split("---")[1])
    assert front == {
        "title": "It",
        "languages": ["en"],
        "robots": "noindex",
        "search": {"exclude": True},
        "written_in": "en",
    }
    assert 'href="guidewright-root:docs/it/"' in page(b"# It\n", KO)
    assert "gw-banner" not in page(b"# It\n")


def test_a_folder_that_is_not_there_is_no_documentation(sandbox: Sandbox) -> None:
    sandbox.settings(extra='documentation = "docs"')
    assert documentation(sandbox.project().settings).files == {}
    assert documentation(replace(sandbox.project().settings, documentation=None)).files == {}


@pytest.mark.parametrize(
    ("files", "told"),
    [({"a.md": b"# A"}, "docs/index.md: is missing"), ({"index.md": b"\xff"}, "docs/index.md: is not UTF-8")],
)
def test_a_folder_that_is_no_documentation_is_told(
    sandbox: Sandbox, files: dict[str, bytes], told: str
) -> None:
    sandbox.settings(extra='documentation = "docs"')
    (sandbox.root / "docs").mkdir()
    for name, data in files.items():
        (sandbox.root / "docs" / name).write_bytes(data)
    with pytest.raises(InputError, match=told):
        documentation(sandbox.project().settings)

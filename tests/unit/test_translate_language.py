"""A language's settings: what would fail only where it is used is told where it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from guidewright.errors import InputError
from guidewright.translate.language import Locale, load

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
NAMES = 'name = "한국어"\nenglish_name = "Korean"\n'


def read(tmp_path: Path, more: str) -> Locale:
    (tmp_path / "language.toml").write_text(NAMES + more, "utf-8")
    return load(tmp_path, code="ko", shown="guides/locales/ko")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("script = '[가-'", "script: '[가-' is no regular expression"),
        ("script = 'a{99999999999999}'", "is no regular expression"),
        ("search_separator = ''", "search_separator"),
        ("[hugo]\ncolab = 'https://x/{name}'", "hugo.colab: 'https://x/{name}' is no address with {slug}"),
        ("[hugo]\nsource = 'https://x/{}'", "hugo.source"),
        ("[hugo]\nsource = 'https://x/{slug'", "hugo.source"),
        ("[hugo]\nsource = 'https://x/{slug.y}'", "hugo.source"),
        ("[hugo]\nsource = 'https://x/{slug[y]}'", "hugo.source"),
        ("[hugo]\ndate_format = ''", "hugo.date_format"),
        ('[hugo]\ndate_format = "%Y\\n%m"', "hugo.date_format"),
        ("[hugo]\nauthor = ''", "hugo.author"),
        ("[hugo]\ndescription = '설명:'", "hugo.description: '설명:' could not be read again"),
    ],
)
def test_what_would_fail_later_is_told_when_it_is_read(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, more)
    (problem,) = raised.value.problems
    assert problem.path == "guides/locales/ko/language.toml"
    assert message in problem.message


def test_all_that_is_wrong_is_told_together(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, "script = '('\n[hugo]\ncolab = '{a}'\nsource = '{b}'\n")
    assert len(raised.value.problems) == 3


def test_a_separator_is_javascripts_and_pythons_rules_are_not_its(tmp_path: Path) -> None:
    assert read(tmp_path, r"search_separator = '(?<word>a)\p{L}'").search_separator


def test_the_shipped_settings_label_a_page_in_korean() -> None:
    found = load(ROOT / "guides/locales/ko", code="ko", shown="ko")
    assert [found.hugo[key] for key in ("author", "created", "modified", "description")] == [
        "저자",
        "생성일",
        "최종편집일",
        "설명",
    ]

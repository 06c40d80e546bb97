"""What is wrong with a translation is found, and names the message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import pseudo
from guidewright.pycode.comments import replace_comments
from guidewright.settings import load
from guidewright.source import library
from guidewright.translate.catalog import Catalog, Entry
from guidewright.translate.checks import check, code_difference, code_problems
from guidewright.translate.language import Locale, Term
from guidewright.translate.markup import placeholder_problem, retargeted
from guidewright.translate.units import Unit, units

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "mkdocs.yml").is_file())
KOREAN = Locale(
    code="ko",
    folder=Path("ko"),
    name="한국어",
    english_name="Korean",
    script="[가-힣]",
    sentence_endings=("니다", "세요"),
    keep=("Keras", "JAX"),
    terms=(
        Term(source="training", targets=("트레이닝",), avoid=("학습", "훈련")),
        Term(source="transfer learning", targets=("전이 학습",)),
        Term(source="learning rate", targets=("학습률",)),
        Term(source="custom layer", targets=("커스텀 레이어",)),
        Term(source="generator", targets=("생성기", "제너레이터")),
    ),
)


def findings(
    msgid: str, msgstr: str, kind: str = "paragraph", comment: str = ""
) -> list[tuple[str, str, str]]:
    unit = Unit(text=msgid, kind=kind)
    context, _ = unit.key
    entry = Entry(context=context, msgid=msgid, msgstr=msgstr, comment=comment)
    found = check([unit], Catalog(language="ko", entries=(entry,)), KOREAN)
    assert all(finding.entry is entry for finding in found)
    return [(finding.severity, finding.kind, finding.message) for finding in found]


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("Call `fit()` on Keras 3.", "Keras 3에서 `fit()`을 호출합니다."),
        ("See [the guide](fit.md#id).", "[가이드](fit.md#id)를 보세요."),
        ("Costs 1,000 steps.", "1000 스텝이 듭니다."),
        ("Some *words* here.", "여기 *낱말*이 있습니다."),
        ("Some **words** here.", "여기 **낱말** 이 있습니다."),
        ("Custom layers and training.", "커스텀 레이어와 트레이닝입니다."),
        ("A generator.", "제너레이터입니다."),
        ("Keras and JAX", "Keras와 JAX"),
        ("A fragment", "조각"),
        ("An <em>x</em> word.", "<em>단어</em>입니다."),
        ("A <strong>strong</strong> word.", "<strong>센</strong> 단어입니다."),
        ("See [the docs][api].", "[문서][API]를 보세요."),
        ("See [![alt](i.png)](t.md 'T').", "[![그림](i.png)](t.md 'ㅌ')를 보세요."),
        ("From -5 to 10%, 3-5 of 10%.", "-5에서 10%까지, 10%의 3-5입니다."),
        ("Training in transfer learning with a learning rate.", "전이 학습의 트레이닝과 학습률입니다."),
        ("It learns in training.", "트레이닝에서 학습합니다."),
        ("A *deep neural net model*.", "*심층 신경망*(deep neural net model)입니다."),
        ("Read [all of it](a.md).", "[all of it too](a.md)을 읽으세요."),
        ("{: .note } first.", "{: .note } 첫째입니다."),
        ("Uses $x_i$ and <br> there.", "거기서 $x_i$와 <br> 를 씁니다."),
    ],
)
def test_a_good_translation_has_no_finding(msgid: str, msgstr: str) -> None:
    assert findings(msgid, msgstr) == []


@pytest.mark.parametrize(
    ("msgid", "msgstr", "kind", "message"),
    [
        ("Call `fit()` now.", "지금 fit()을 호출합니다.", "markup", "lacks the code span `fit()`"),
        ("Call `fit()` now.", "지금 `fit()을 호출합니다.", "structure", "is not closed"),
        ('Set it to `"torch"`.', '`"토치"`로 정합니다.', "markup", 'lacks the code span `"torch"`'),
        ("Takes 15 of them.", "그중 16개를 씁니다.", "markup", "lacks the number 15"),
        ("See [it](a.md).", "[그것](b.md)을 보세요.", "markup", "lacks the link a.md"),
        ("See <https://keras.io/>.", "보세요.", "markup", "lacks the link https://keras.io/"),
        ("Line<br>end.", "줄 끝입니다.", "markup", "lacks the HTML tag <br>"),
        ("With $x$.", "함께 씁니다.", "markup", "lacks the mathematics $x$"),
        ("Proven on {labels}", "검증됨", "markup", "lacks the placeholder labels"),
        ("See [the docs][api].", "[문서][apx]를 보세요.", "markup", "lacks the reference api"),
        ("See [x](a.md 'T').", "[것](b.md 'T')을 보세요.", "markup", "lacks the link a.md"),
        ("See [![alt](i.png)](t.md).", "[![것](j.png)](t.md)를 보세요.", "markup", "lacks the link i.png"),
        ("Some words.", "[낱말](x.md)입니다.", "markup", "has a link that the English has not: x.md"),
        ("At -5 here.", "여기 5입니다.", "markup", "lacks the number -5"),
        ("At 10% here.", "여기 10입니다.", "markup", "lacks the number 10%"),
        ("A title", "제목 { #id }", "structure", "has a heading's id"),
        ("A title", "제목 {: #id}", "structure", "has a heading's id"),
        *(
            ("Some words.", f"{mark} 낱말입니다.", "structure", "would begin a block on the site")
            for mark in ("!!!", "???", "===", "///", ":::")
        ),
        ("Some words.", "```\n낱말입니다.", "structure", "is not closed"),
        ("Some words.", "- 낱말입니다.", "structure", "would not be one paragraph"),
        ("Some words.", "# 낱말입니다.", "structure", "would not be one paragraph"),
        ("Some words.", "낱말입니다.\n\n또 낱말입니다.", "structure", "would not be one paragraph"),
        ("A title", "제목 {#id}", "structure", "has a heading's id"),
        ("Use **`fit()`** now.", "**`fit()`**을 씁니다.", "emphasis", "on the site but not in notebooks"),
    ],
)
def test_what_breaks_a_page_is_an_error(msgid: str, msgstr: str, kind: str, message: str) -> None:
    errors = [(k, m) for severity, k, m in findings(msgid, msgstr) if severity == "error"]
    assert kind in [k for k, _ in errors]
    assert message in " ".join(m for _, m in errors)


@pytest.mark.parametrize(
    ("msgid", "msgstr", "kind", "message"),
    [
        ("Some words.", "낱말 `fit()`입니다.", "markup", "has a code span that the English has not: `fit()`"),
        ("Some *words*.", "낱말입니다.", "emphasis", "has other emphasis"),
        ("Training it.", "학습합니다.", "glossary", "says 학습 for 'training', and not 트레이닝"),
        ("Training and training.", "트레이닝과 학습입니다.", "glossary", "says 학습 for 'training', too"),
        ("Some words for all.", "낱말입니다 (for advanced use cases).", "english", "for advanced use cases"),
        ("Some words.", "[낱말](https://x.y/)입니다.", "markup", "has a link that the English has not"),
        ("Custom layers.", "맞춤 층입니다.", "glossary", "lacks 커스텀 레이어"),
        ("With Keras.", "케라스입니다.", "names", "lacks the name Keras"),
        ("Some words.", "낱말이다.", "register", "ends in"),
        ("Two. Sentences.", "첫째입니다. 둘째이다.", "register", "ends in '…둘째이다'"),
        ("Some words.", "Some words.", "english", "is still English"),
    ],
)
def test_what_a_translator_may_judge_is_a_warning_and_can_be_allowed(
    msgid: str, msgstr: str, kind: str, message: str
) -> None:
    found = findings(msgid, msgstr)
    assert ("warning", kind) in [(severity, k) for severity, k, _ in found]
    assert message in " ".join(m for _, _, m in found)
    assert kind not in [k for _, k, _ in findings(msgid, msgstr, comment=f"allow: {kind}, other\nBecause.")]


def test_an_error_cannot_be_allowed() -> None:
    assert findings("Call `fit()`.", "부릅니다.", comment="allow: markup")[0][0] == "error"


@pytest.mark.parametrize("words", ["%% 낱말", "<codecell>", "낱말\n%%"])
def test_a_comment_must_not_begin_a_cell(words: str) -> None:
    assert ("error", "structure", "would begin a new cell, or a new line") in findings(
        "Words", words, "comment"
    )


@pytest.mark.parametrize("words", ["noqa 낱말", "type: 낱말", "fmt: off", "@param 낱말", "!낱말"])
def test_a_comment_must_not_be_for_machines(words: str) -> None:
    assert ("error", "structure", "would be read by machines") in findings("Words", words, "comment")


@pytest.mark.parametrize("kind", ["heading", "cell"])
def test_a_heading_and_a_cell_of_a_table_are_one_line(kind: str) -> None:
    assert ("error", "structure", "has a line end") in findings("Some words", "낱말\\\n둘", kind)


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("{count} found", "{count} {"),
        ("{count} found", "{count} {}"),
        ("{count} found", "{count} }"),
        ("{count} found", "찾음"),
        ("{count} found", "{count} {other}"),
        ("{count} found", "{count:%Y} 찾음"),
        ("{count} found", "{count:d} 찾음"),
        ("{count} found", "{count!r} 찾음"),
        ("{label} {{found}}", "{label} {found}"),
        ("{label} {{found}}", "{label} 찾음"),
        ("{label} {{found}}", "{label} {{찾음}}"),
    ],
)
def test_a_text_of_the_interface_that_cannot_be_filled_like_the_english_is_an_error(
    msgid: str, msgstr: str
) -> None:
    assert placeholder_problem(msgid, msgstr)
    assert ("error", "markup") in [found[:2] for found in findings(msgid, msgstr, "interface")]


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("{label} {{found}}", "{{found}} {label}"),
        ("{month:02}/{day:02}", "{day}. {month}."),
        ("{month}", "{month:02}월"),
        ("{count:,}", "{count:d}개"),
        ("{date:%B %Y}", "{date:%Y.%m}"),
        ("No template {", "틀이 아님 {"),
    ],
)
def test_numbers_and_dates_of_the_interface_may_be_written_otherwise(msgid: str, msgstr: str) -> None:
    assert placeholder_problem(msgid, msgstr) == ""


@pytest.mark.parametrize(
    ("msgstr", "msgid", "former", "made"),
    [
        # One target differs: it can be told.
        ("[나](b) [가](a)", "[A](x) [B](b)", "", "[나](b) [가](x)"),
        # Two differ: their order may be turned round.
        ("[나](b) [가](a)", "[A](x) [B](y)", "", "[나](b) [가](a)"),
        ("[나](b) [가](a)", "[A](x) [B](y)", "[A](a) [B](b)", "[나](y) [가](x)"),
        ("[나](b) [가](a)", "[A](b) [B](a)", "[A](a) [B](b)", "[나](a) [가](b)"),
        # One that went to two places is not told.
        ("[나](a) [가](a)", "[A](x) [B](y)", "[A](a) [B](a)", "[나](a) [가](a)"),
        ("[나](a) [가](a)", "[A](a) [B](b)", "", "[나](a) [가](a)"),
        # Other numbers of links.
        ("[나](b) [가](a)", "[A](x)", "[A](a) [B](b)", "[나](b) [가](a)"),
        # Titles, images in links, code.
        (
            "[![가](i)](t 'ㅌ') `[x](i)`",
            "[![a](j)](u 'T')",
            "[![a](i)](t 'T')",
            "[![가](j)](u 'ㅌ') `[x](i)`",
        ),
    ],
)
def test_links_follow_the_english_only_where_their_place_is_certain(
    msgstr: str, msgid: str, former: str, made: str
) -> None:
    assert retargeted(msgstr, msgid, former) == made


def test_a_words_plural_and_case_are_the_term_and_a_part_of_a_word_is_not() -> None:
    assert findings("Generators", "것", "heading")[0][1] == "glossary"
    assert findings("A regenerator-like thing", "것", "heading") == []


def test_code_and_addresses_are_not_words() -> None:
    assert (
        findings("Use `training` or [it](training.md).", "`training`이나 [그것](training.md)을 쓰세요.") == []
    )


def test_fuzzy_and_missing_translations_are_not_judged() -> None:
    unit = Unit(text="Call `fit()`.", kind="paragraph")
    for entry in (Entry(msgid=unit.text), Entry(msgid=unit.text, msgstr="x", fuzzy=True)):
        assert check([unit], Catalog(language="ko", entries=(entry,)), KOREAN) == []


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ("# 주석\nx = 2", "not the English"),
        ('# 주석\nx = "하나"', "not the English"),
        ("# 주석\nx = (", "cannot be parsed"),
        ("# %% 주석\nx = 1", "would begin a new cell"),
        ("# 주석\n#\n# 둘\n\nx = 1", ""),
    ],
)
def test_changed_code_is_told(made: str, message: str) -> None:
    assert message in code_difference("# comment\nx = 1", made)
    assert bool(message) == bool(code_difference("# comment\nx = 1", made))


def test_a_changed_shell_line_is_told() -> None:
    assert code_difference("!ls\nx = 1", "!ls -l\nx = 1")


@pytest.fixture(scope="module")
def guides():
    return library.load(load(ROOT)).guides


def test_a_pseudo_locale_over_all_guides_has_no_finding(guides) -> None:
    nobody = replace(KOREAN, code="xx", script="[àçéîñöûý]", sentence_endings=(), keep=(), terms=())
    assert guides
    for guide in guides:
        messages = units(guide)
        catalog = pseudo.catalog(messages, "xx")
        found = check(messages, catalog, nobody)
        assert [(guide.slug, f.entry.msgid, f.message) for f in found if f.kind != "english"] == []
        translations = {entry.key: entry.msgstr for entry in catalog.entries}
        assert list(code_problems(guide, translations)) == []


def test_every_comment_of_every_guide_can_be_replaced_without_a_change_of_code(guides) -> None:
    for guide in guides:
        for cell in guide.cells:
            if cell.kind == "code":
                made = replace_comments(cell.source, lambda _: "주석 " * 40)
                assert code_difference(cell.source, made) == "", f"{guide.path}:{cell.line}"

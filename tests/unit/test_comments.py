"""Comments are found and replaced, and the code around them is never touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright import pycode
from guidewright.pycode.comments import WIDTH, code_tokens, comment_places, comments, replace_comments

SOURCE = '''# First run of words
# over two lines.
x = 1  # at the end
def f():
    # inside words
    # more words
    return "# no comment"
!ls \\
    -l  # not python
y = """
# no comment either
"""
'''


def texts(source: str) -> list[str]:
    return [comment.text for comment in comments(source)]


def test_a_run_of_own_line_comments_is_one_and_a_trailing_one_is_its_own() -> None:
    found = comments(SOURCE)
    assert [comment.text for comment in found] == [
        "First run of words over two lines.",
        "at the end",
        "inside words more words",
    ]
    assert [comment.trailing for comment in found] == [False, True, False]
    assert [(comment.first, comment.last, comment.column) for comment in found] == [
        (0, 1, 0),
        (2, 2, 7),
        (4, 5, 4),
    ]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: E501",
        "# type: ignore",
        "# fmt: off",
        "# pragma: no cover",
        "# %% [markdown]",
        "# @param {type: 'string'}",
        "# !pip install keras",
        "# %matplotlib inline",
        "# model.fit(x, y)",
        "# x = 1",
        "# import keras",
        "# return x + 1",
        "# loss -= step",
        "# batch_size - offset",
        "# x: int = 1",
        "# -----",
        "#",
        "# 1.0",
    ],
)
def test_code_and_what_machines_read_is_not_for_translators(comment: str) -> None:
    assert texts(f"{comment}\nx = 1") == []


@pytest.mark.parametrize(
    "comment",
    [
        "# Train",
        "# For speed",
        "# Note: it is slow",
        "# Keras, JAX",
        "# train in batches",
        "# this and that",
        "# From (28, 28) to 1",
        "# Fine-tuning",
        "# End-to-end",
        "# Input/output",
        "# Multi-GPU",
        "# non-trainable",
        "# Inputs + targets",
        "# Fine-tuning, pre-training",
        "# global batch",
        "# assert correctness",
        "# return results",
        "# Note: fit()",
    ],
)
def test_words_are_for_translators_even_where_python_could_read_them(comment: str) -> None:
    assert texts(f"{comment}\nx = 1") == [comment.removeprefix("# ")]


def test_comments_of_two_indentations_or_with_a_gap_are_two() -> None:
    assert texts("# one thing\n\n# two things\nif x:\n    # three things\n    pass\n# four things") == [
        "one thing",
        "two things",
        "three things",
        "four things",
    ]
    assert texts("# one thing\n#\n# two things") == ["one thing", "two things"]


def test_a_translation_may_take_more_or_fewer_lines_and_code_stays() -> None:
    made = replace_comments(SOURCE, lambda comment: "짧게" if comment.trailing else "긴 주석 " * 30)
    assert code_tokens(made) == code_tokens(SOURCE)
    assert pycode.meaning(made) == pycode.meaning(SOURCE)
    assert "x = 1  # 짧게\n" in made
    assert made.count("# 긴 주석") > 2
    assert max(len(line.encode("utf-16-le")) // 2 for line in made.split("\n")) <= WIDTH


@pytest.mark.parametrize("word", ["noqa", "type:", "!", "%", "@param"])
def test_no_line_of_a_translation_begins_with_a_machines_word(word: str) -> None:
    for length in range(70, 100):
        words = f"{'x' * length}, {word} and more"
        assert texts(replace_comments("# one thing\ny = 1", lambda _, words=words: words)) == [words]


def test_none_and_the_same_words_change_no_byte() -> None:
    assert replace_comments(SOURCE, lambda _: None) == SOURCE
    assert replace_comments(SOURCE, lambda comment: comment.text) == SOURCE


def test_a_cell_magic_has_no_comments() -> None:
    assert comments("%%bash\n# some words\nls") == []
    assert code_tokens("%%bash\nls") != code_tokens("%%bash\nls -l")


def test_comments_are_placed_by_the_code_before_them() -> None:
    english = comment_places("# one thing\nx = 1\n# two things\ny = 2")
    korean = comment_places("# 하나\n# 둘\nx = 1\n\n\n# 세 번째\ny = 2")
    assert [place for place, _ in english] == [place for place, _ in korean]


word = st.text(
    st.characters(categories=["Ll", "Lu", "Lo", "Nd", "Po"], exclude_characters="\r\n"), min_size=1
)


@given(st.lists(word, min_size=1, max_size=30).map(" ".join))
def test_whatever_a_translator_writes_the_code_is_the_same(words: str) -> None:
    made = replace_comments(SOURCE, lambda _: words)
    assert code_tokens(made) == code_tokens(SOURCE)

"""A guide's front matter: read, validated, and every problem told with its line."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from authoring import FIELDS, header, project
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from guidewright.errors import Problem
from guidewright.model import Header
from guidewright.settings import Settings
from guidewright.source import header as front


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return project(tmp_path_factory.mktemp("project"))


def build(text: str, settings: Settings) -> tuple[Header | None, list[Problem]]:
    return front.build(front.read(text.split("\n"), "guides/a.py"), settings, "guides/a.py")


def only(text: str, settings: Settings) -> Problem:
    found, problems = build(text, settings)
    assert found is None
    assert len(problems) == 1, problems
    assert problems[0].path == "guides/a.py"
    assert problems[0].hint
    assert problems[0].severity == "error"
    return problems[0]


def test_what_is_left_out_has_a_default(settings: Settings) -> None:
    found, problems = build(header(), settings)
    assert problems == []
    assert found == Header(
        title="A guide",
        description="What it shows.",
        authors=("A. Author",),
        created=dt.date(2026, 11, 22),
        modified=dt.date(2026, 11, 23),
        category="basics",
        backends=("jax", "torch", "numpy"),
    )


def test_every_field_is_kept_in_its_order(settings: Settings) -> None:
    text = header(
        tags="[b, a]",
        accelerator="gpu",
        backends="[torch, jax]",
        datasets="[digits]",
        requires='["pandas>=2", torch]',
        quick="{epochs: 2, name: x, many: [1, 2.5]}",
    )
    found, problems = build(text, settings)
    assert found is not None, problems
    assert (found.tags, found.accelerator, found.backends) == (("b", "a"), "gpu", ("torch", "jax"))
    assert (found.datasets, found.requires) == (("digits",), ("pandas>=2", "torch"))
    assert found.quick == {"epochs": 2, "name": "x", "many": [1, 2.5]}


def test_a_header_may_end_in_blanks_and_hold_empty_comment_lines(settings: Settings) -> None:
    text = header().replace("# ---\n", "# ---  \n").replace("# title", "#\n# # A comment of YAML's.\n# title")
    assert build(text, settings)[0] is not None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the header is missing"),
        ("# %%\nx = 1", 1, "the header is missing"),
        ("\n# ---\n# title: x\n# ---", 1, "the header is missing"),
        ("---\ntitle: x\n---", 1, "the header is missing"),
        ("# ---\n# title: x", 3, "the header that line 1 begins has no end"),
        ("# ---\n# title: x\n\n# %%\n# ---", 3, "the header that line 1 begins has no end"),
        ("# ---\n# title: x\n# %%\n# ---", 3, "the header that line 1 begins has no end"),
        ("# ---\n# title: x\nimport os\n# ---", 3, "the header that line 1 begins has no end"),
        ("# ---\n# ---", 2, "the header is not a list of 'key: value' lines"),
        ("# ---\n# just words\n# ---", 2, "the header is not a list of 'key: value' lines"),
        ("# ---\n# [a]: b\n# ---", 2, "the header is not a list of 'key: value' lines"),
        ("# ---\n# a: b\n# c: [d\n# e: f\n# ---", 3, "the header is not YAML: expected ',' or ']'"),
        (
            "# ---\n# a: b\n# c: 'd\n# e: f\n# ---",
            3,
            "the header is not YAML: found unexpected end of stream",
        ),
        ("# ---\n# a: b\n#   c: d\n# ---", 3, "the header is not YAML: mapping values are not allowed here"),
        ("# ---\n# a: b\n# c: *d\n# ---", 3, "the header is not YAML: found undefined alias"),
        (
            "# ---\n# a: b\n# c: &d [*d]\n# ---",
            3,
            "the header is not YAML: found unconstructable recursive node",
        ),
        ("# ---\n# a: b\n# c: !!int d\n# ---", 3, "the header is not YAML: the value is not of its kind"),
        ("# ---\n# a: b\n# c: 0b_\n# ---", 3, "the header is not YAML: the value is not of its kind"),
        (
            "# ---\n# a: b\n# c: !!python/name:os.system\n# ---",
            3,
            "the header is not YAML: could not determine",
        ),
        ("# ---\n# a: b\n# c: \x07\n# ---", 3, "the header is not YAML: special characters are not allowed"),
    ],
)
def test_what_is_no_header_is_told_with_its_line(
    settings: Settings, text: str, line: int, message: str
) -> None:
    problem = only(text, settings)
    assert (problem.line, problem.message[: len(message)]) == (line, message)


@pytest.mark.parametrize("missing", sorted(FIELDS))
def test_a_missing_field_is_told(settings: Settings, missing: str) -> None:
    text = header(**{missing: None})
    problem = only(text, settings)
    assert problem.message == f"the header lacks '{missing}'"
    assert problem.line == text.count("\n")


@pytest.mark.parametrize(
    ("key", "value", "message", "hint"),
    [
        ("title", "''", "header, title: '' should be non-empty", "The page's title."),
        ("title", "3", "header, title: 3 is not of type 'string'", "The page's title."),
        ("title", "", "header, title: None is not of type 'string'", "The page's title."),
        ("authors", "A. Author", "header, authors: 'A. Author' is not of type 'array'", "Names, each"),
        ("authors", "[1]", "header, authors.0: 1 is not of type 'string'", "Names, each"),
        ("created", "2026-02-30", "header, created: '2026-02-30' is no date", "write it as yyyy-mm-dd"),
        ("created", "2026-2-3", "header, created: '2026-2-3' is no date", "write it as yyyy-mm-dd"),
        (
            "modified",
            "2026-11-23 10:00:00",
            "header, modified: '2026-11-23 10:00:00' is no date",
            "write it as",
        ),
        ("modified", "tomorrow", "header, modified: 'tomorrow' is no date", "write it as"),
        ("modified", "20261123", "header, modified: 20261123 is not of type 'string'", "The day its content"),
        ("category", "basic", "header: unknown category 'basic'", "did you mean 'basics'?"),
        ("category", "zzz", "header: unknown category 'zzz'", "known: basics"),
        ("backends", "[trch]", "header: unknown backend 'trch'", "did you mean 'torch'?"),
        ("backends", "[]", "header, backends: [] should be non-empty", "The backends that"),
        ("datasets", "[mnist]", "header: unknown dataset 'mnist'", "known: digits"),
        ("accelerator", "tpu", "header, accelerator: 'tpu' is not one of ['none', 'gpu']", "What a full run"),
        ("requires", "[a b]", "header, requires: 'a b' is no requirement", "name a distribution as pip does"),
        ("quick", "[epochs]", "header, quick: ['epochs'] is not of type 'object'", "Values that names"),
        ("colour", "red", "header: unknown key 'colour'", "known: title, description"),
        ("catgory", "basics", "header: unknown key 'catgory'", "did you mean 'category'?"),
        ("1", "x", "header: unknown key '1'", "known: title"),
        ("~", "x", "header: unknown key '~'", "known: title"),
        ("on", "x", "header: unknown key 'on'", "known: title"),
    ],
)
def test_a_bad_value_is_told_with_its_line(
    settings: Settings, key: str, value: str, message: str, hint: str
) -> None:
    text = header(**{key: value})
    problem = only(text, settings)
    assert problem.message == message
    assert problem.hint.startswith(hint)
    assert text.split("\n")[(problem.line or 0) - 1] == f"# {key}: {value}"


def test_a_tag_that_is_not_declared_is_an_error_with_its_line_and_the_nearest(settings: Settings) -> None:
    """Where the settings declare tags: without, any may be taken."""
    text = header(tags="[training, trainig]")
    assert build(text, settings)[1] == []
    declared = replace(settings, tags={"training": "training", "saving": "saving"})
    found, (problem,) = build(text, declared)
    assert found is None
    assert (problem.message, problem.severity) == ("header: unknown tag 'trainig'", "error")
    assert "training" in problem.hint
    assert text.split("\n")[(problem.line or 0) - 1] == "# tags: [training, trainig]"
    assert build(header(tags="[saving, training]"), declared)[1] == []


def test_all_problems_are_told_together(settings: Settings) -> None:
    text = header(title=None, created="never", category="zzz", colour="red", tags="x").replace(
        "# authors", "# authors: [x]\n# authors"
    )
    found, problems = build(text, settings)
    assert found is None
    assert sorted((problem.line, problem.message) for problem in problems) == [
        (4, "header: 'authors' is given twice; first on line 3"),
        (5, "header, created: 'never' is no date"),
        (7, "header: unknown category 'zzz'"),
        (8, "header: unknown key 'colour'"),
        (9, "header, tags: 'x' is not of type 'array'"),
        (20, "the header lacks 'title'"),
    ]


@pytest.mark.parametrize("title", ['"On coding: a tour"', '"x # coding=latin-1"'])
def test_a_first_key_that_declares_an_encoding_is_told(settings: Settings, title: str) -> None:
    """Python would look for the encoding, and jupytext take the line away."""
    problem = only(header(title=title), settings)
    assert (problem.line, problem.hint) == (2, "put another key first")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#   jupytext:\n", "#   jupytext:\n#     cell_metadata_filter: -all\n"),
        ("#   jupytext:\n", "#   jupytext:\n#     comment_magics: false\n"),
        ("format_name: percent", "format_name: light"),
        ("language: python", "language: R"),
    ],
)
def test_what_would_change_how_jupytext_reads_is_refused(settings: Settings, old: str, new: str) -> None:
    text = header()
    assert old in text
    problem = only(text.replace(old, new), settings)
    assert problem.message.startswith("header, jupyter.")
    assert text.split("\n")[(problem.line or 0) - 1] == "# jupyter:"


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=5))
@hypothesis_settings(max_examples=100, deadline=None)
def test_no_text_makes_the_header_fail_otherwise_than_with_problems(lines: list[str]) -> None:
    body = "\n".join(f"# {line}" for text in lines for line in text.split("\n"))
    found = front.read(f"# ---\n{body}\n# ---".split("\n"), "guides/a.py")
    assert found.problems or found.values
    assert all(1 <= (problem.line or 0) <= body.count("\n") + 3 for problem in found.problems)


def test_the_schema_describes_every_field() -> None:
    """The messages' hints are made from it."""
    assert all(value["description"] for value in front.schema()["properties"].values())
    assert set(front.schema()["properties"]) - {"jupyter"} == set(Header.__dataclass_fields__)
    assert Path(front.__file__).with_name("header.schema.json").is_file()

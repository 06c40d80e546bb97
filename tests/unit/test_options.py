"""The options behind a cell marker: what jupytext would drop silently is an error here."""

from __future__ import annotations

import json
from typing import Any

import jupytext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.source.options import TAGS, is_marker, parse, suggestion


@pytest.mark.parametrize(
    ("line", "kind", "values"),
    [
        ("# %%", "code", {}),
        ("# %% ", "code", {}),
        ("#%%", "code", {}),
        ("# %% [markdown]", "markdown", {}),
        ("# %% [md]", "markdown", {}),
        ('# %% [markdown] tags=["remove-cell"]', "markdown", {"tags": ["remove-cell"]}),
        ('# %% tags=["test", "full"]', "code", {"tags": ["test", "full"]}),
        ('# %% tags=["test","full"]  rtol=1e-3', "code", {"tags": ["test", "full"], "rtol": 0.001}),
        ('# %% id="A-z_09" needs=["dot"] atol=0', "code", {"id": "A-z_09", "needs": ["dot"], "atol": 0}),
        ('# %% backends=["torch", "jax"]', "code", {"backends": ["torch", "jax"]}),
        ('# %% language="bash"', "code", {"language": "bash"}),
        ('# %% alt="One falls."', "code", {"alt": "One falls."}),
        ('# %% tags=["varies"] alt=["A", "B"]', "code", {"tags": ["varies"], "alt": ["A", "B"]}),
        ("# In[3]:", "code", {}),
        ("# <codecell>", "code", {}),
    ],
)
def test_good_options_are_read(line: str, kind: str, values: dict[str, Any]) -> None:
    found = parse(line)
    assert (found.kind, found.values, found.problems) == (kind, values, ())


@pytest.mark.parametrize(
    ("rest", "message", "hint"),
    [
        (
            'tags=["test"',
            "cannot parse 'tags=[\"test\"' behind",
            "the cell's options would be lost: write them as",
        ),
        ("tags=['test']", "cannot parse 'tags=['test']' behind", "the cell's options would be lost"),
        ("tags=[test]", "cannot parse 'tags=[test]' behind", "the cell's options would be lost"),
        ('tags = ["test"]', "cannot parse 'tags = [\"test\"]' behind", "the cell's options would be lost"),
        ("tags=", "cannot parse 'tags=' behind", "the cell's options would be lost"),
        ("test", "cannot parse 'test' behind", "the cell's options would be lost"),
        ('tags=["test"] and so on', "cannot parse 'and so on' behind", "the cell's options would be lost"),
        (
            'tags=["test"],rtol=1',
            "cannot parse 'tags=[\"test\"],rtol=1' behind",
            "the cell's options would be lost",
        ),
        ("[raw]", "cannot parse '[raw]' behind", "the cell's options would be lost"),
        ("[markdown]x", "cannot parse '[markdown]x' behind", "the cell's options would be lost"),
        ("Title [markdown]", "cannot parse 'Title [markdown]' behind", "the cell's options would be lost"),
        ("rtol=NaN", "cannot parse 'rtol=NaN' behind", "the cell's options would be lost"),
        ("rtol=Infinity", "cannot parse 'rtol=Infinity' behind", "the cell's options would be lost"),
        ("tags=" + "[" * 9000, "cannot parse 'tags=[[[", "the cell's options would be lost"),
        ("rtol=1 rtol=2", "cell option 'rtol' is given twice", "keep one"),
        ("tag=[]", "unknown cell option 'tag'", "did you mean 'tags'?"),
        (
            "colour=1",
            "unknown cell option 'colour'",
            "known: tags, backends, needs, rtol, atol, alt, id, language",
        ),
        ('tags=["tset"]', "unknown tag 'tset'", "did you mean 'test'?"),
        ('tags=["zzz"]', "unknown tag 'zzz'", "known: parameters, quick, test"),
        (
            'tags=["test", "test"]',
            "cell option tags: ['test', 'test'] has non-unique elements",
            "CONTRIBUTING.md",
        ),
        ("tags=[1]", "cell option tags.0: 1 is not of type 'string'", "CONTRIBUTING.md"),
        ('tags="test"', "cell option tags: 'test' is not of type 'array'", "CONTRIBUTING.md"),
        ("tags=null", "cell option tags: None is not of type 'array'", "CONTRIBUTING.md"),
        ("rtol=-1", "cell option rtol: -1 is less than the minimum of 0", "CONTRIBUTING.md"),
        ("atol=true", "cell option atol: True is not of type 'number'", "CONTRIBUTING.md"),
        ('id="a b"', "cell option id: 'a b' does not match", "CONTRIBUTING.md"),
        ('id=""', "cell option id: '' does not match", "CONTRIBUTING.md"),
        ('alt=" "', "cell option alt: ' ' does not match", "CONTRIBUTING.md"),
        ('alt=["A", ""]', "cell option alt.1: '' does not match", "CONTRIBUTING.md"),
        ("alt=[]", "cell option alt: [] should be non-empty", "CONTRIBUTING.md"),
        ("alt=1", "cell option alt: 1 is not of type 'string', 'array'", "CONTRIBUTING.md"),
        ("backends=[]", "cell option backends: [] should be non-empty", "CONTRIBUTING.md"),
        ('tags=["full"]', "tag 'full' says of a 'test' cell", 'write tags=["test", "full"]'),
        ('tags=["test", "quick", "full"]', "tag 'full' says of a 'test' cell", 'write tags=["test", "full"]'),
    ],
)
def test_a_bad_option_is_told_with_what_to_write(rest: str, message: str, hint: str) -> None:
    ((found_message, found_hint),) = parse(f"# %% {rest}").problems
    assert found_message.startswith(message)
    assert found_hint.startswith(hint)


def test_every_bad_option_of_a_cell_is_told() -> None:
    found = [message for message, _ in parse('# %% tags=["tset"] rtol=-1 tg=1 and').problems]
    assert found == [
        "unknown cell option 'tg'",
        "cell option rtol: -1 is less than the minimum of 0",
        "unknown tag 'tset'",
        "cannot parse 'and' behind '# %%'",
    ]


OPTION = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.lists(st.sampled_from([tag for tag in TAGS if tag != "full"]), unique=True, max_size=3),
        "backends": st.lists(st.text(min_size=1), unique=True, min_size=1, max_size=2),
        "needs": st.lists(st.text(st.characters(codec="utf-8"), min_size=1), unique=True, max_size=2),
        "rtol": st.integers(0) | st.floats(0, allow_infinity=False),
        "id": st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    },
)


@given(OPTION, st.sampled_from(["", " [markdown]"]))
@settings(max_examples=80, deadline=None)
def test_what_json_can_say_is_read_back(values: dict[str, Any], kind: str) -> None:
    written = "".join(f" {key}={json.dumps(value)}" for key, value in values.items())
    found = parse(f"# %%{kind}{written}")
    assert found.problems == ()
    assert found.values == values
    assert (found.kind == "markdown") == bool(kind)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=30))
@settings(max_examples=100, deadline=None)
def test_no_text_is_dropped_without_a_word(rest: str) -> None:
    """Read as options or told: nothing behind a marker goes unseen."""
    found = parse(f"# %% {rest}")
    assert found.values or found.problems or not rest.strip() or found.kind == "markdown"


MARKERS = [
    "# %%",
    "#%%",
    "#  %% x",
    "  # %%",
    "\t# %% x",
    "# %%\t",
    "# %%% x",
    "# In[3]:",
    "# In[ ]",
    "# <codecell>",
]
NO_MARKERS = [
    "# %%time",
    "# %%%",
    "## %%",
    "# % x",
    "x = 1  # %%",
    "# # %% x",
    "%%",
    "# In[x]",
    "# In[3]: y",
    "#",
    "",
]


@pytest.mark.parametrize(
    "line",
    [*MARKERS, *NO_MARKERS],
)
def test_a_marker_is_what_jupytext_takes_for_one(line: str) -> None:
    cells = jupytext.reads(f"x = 1\n{line}\ny = 2\n", fmt="py:percent").cells
    assert is_marker(line) == (len(cells) == 2) == (line in MARKERS)


def test_a_suggestion_is_the_nearest_or_all() -> None:
    assert suggestion("tset", ["test", "quick"]) == "did you mean 'test'?"
    assert suggestion("zzz", ["test", "quick"]) == "known: test, quick"
    assert suggestion("zzz", []) == "known: none"

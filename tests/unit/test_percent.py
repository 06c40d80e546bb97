"""A guide's file → a guide: cells, lines, ids; and what jupytext would write is written the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from authoring import JUPYTER, first_line, guide, header, ids, parse, project, text
from hypothesis import assume, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from guidewright.settings import Settings
from guidewright.source.percent import canonical

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
VERSION = "#       format_version: '1.3'\n"
WITH_VERSION = f"{VERSION}#       jupytext_version: 1.16.4\n"
GUIDES = Path(__file__).parents[2] / "guides"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return project(tmp_path_factory.mktemp("project"))


# -------------------------------------------------------------------- cells


def test_a_guide_has_its_cells_with_their_lines_and_options(settings: Settings) -> None:
    source = text(
        "# %% [markdown]\n# ## One {#one}\n#\n# Text.",
        "import os\n\n\nx = 1  # é",
        '# %% tags=["test", "full"] backends=["jax"] needs=["dot"] rtol=0.1 atol=2 alt="A" id="check"\nassert x',
        '# %% [markdown] tags=["remove-cell"]\n# Never shown.',
        "# %time x\n# !ls \\\n#     -l",
    )
    found = guide(source, settings)
    assert (found.slug, found.path, found.header.title) == ("intro", "guides/intro.py", "A guide")
    prose, code, check, hidden, magic = found.cells
    assert (prose.kind, prose.source) == ("markdown", "## One {#one}\n\nText.")
    assert (code.kind, code.source) == ("code", "import os\n\n\nx = 1  # é")
    assert (check.id, check.tags, check.backends) == ("check", {"test", "full"}, ("jax",))
    assert (check.needs, check.rtol, check.atol, check.hidden) == (("dot",), 0.1, 2, True)
    assert (check.alt, code.alt) == (("A",), ())
    assert (hidden.kind, hidden.tags, hidden.hidden) == ("markdown", {"remove-cell"}, False)
    assert magic.source == "%time x\n!ls \\\n    -l"
    assert (code.backends, code.needs, code.rtol, code.atol) == (None, (), None, None)
    lines = source.split("\n")
    starts = [lines[cell.line - 1] for cell in found.cells]
    assert starts == ["# ## One {#one}", "import os", "assert x", "# Never shown.", "# %time x"]


@pytest.mark.parametrize(
    ("cell", "offset", "source"),
    [
        ("# %%\n\n\nx = 1", 1, "\n\nx = 1"),
        ('# %% [markdown]\n"""\nText.\n"""', 2, "Text."),
        ('# %% [markdown]\nr"""\nText.\n"""', 2, "Text."),
        ('# %% [markdown]\n"""Text.\n\nMore."""', 1, "Text.\n\nMore."),
        ("# %% [markdown]\n'''\n\nText.'''", 2, "\nText."),
        ("# %% [md]\n# Text.", 1, "Text."),
        ('# %% language="bash"\n# ls "$x"', 1, '%%bash\nls "$x"'),
        ("# %%\n# %%time\nf()", 1, "%%time\nf()"),
        ("# %%\n# %%time", 1, "%%time"),
        ("# %%\nx = '''\n# %% no marker\n'''", 1, "x = '''\n# %% no marker\n'''"),
        ('# %%\n"""\n# %%\n"""\n!ls', 1, '"""\n# %%\n"""\n!ls'),
        (
            "# %% [markdown]\n# ```mermaid\n# %% a comment of theirs\n# ```",
            1,
            "```mermaid\n%% a comment of theirs\n```",
        ),
    ],
)
def test_a_cell_knows_the_line_of_its_first_source_line(
    settings: Settings, cell: str, offset: int, source: str
) -> None:
    first, second, third = guide(text("y = 1", cell, "z = 2"), settings).cells
    assert second.source == source
    assert second.line == first_line() + 3 + offset
    lines = text("y = 1", cell, "z = 2").split("\n")
    assert lines[first.line - 1] == "y = 1"
    assert lines[third.line - 1] == "z = 2"


def test_a_guide_that_could_be_read_is_fine_whatever_stands_in_its_strings(settings: Settings) -> None:
    """A bare magic anywhere must not make a marker of what stands in a string elsewhere."""
    found = guide(text("!ls", 'x = """\n# %% tags=[\n# In[3]:\n"""'), settings)
    assert len(found.cells) == 2


# ---------------------------------------------------------------------- ids

CELLS = ("# %% [markdown]\n# Some words\n# on lines.", "x = 1", "y = f(x)", "x = 1", '# %% id="mine"\nz = 3')


def test_ids_are_valid_and_unique(settings: Settings) -> None:
    found = ids(text(*CELLS), settings)
    assert all(ID.fullmatch(name) for name in found)
    assert len(set(found)) == 5
    assert found[4] == "mine"


@pytest.mark.parametrize(
    "cells",
    [
        (CELLS[0], "x = 1  # a comment", "# One.\n\ny = f( x )", "x=1", '# %% id="mine"\nz = 4'),
        ("# %% [markdown]\n# Some  words on\n# lines.", *CELLS[1:]),
        (CELLS[0], '# %% tags=["varies"] rtol=1\nx = 1', *CELLS[2:]),
    ],
)
def test_ids_stay_when_layout_comments_or_options_change(settings: Settings, cells: tuple[str, ...]) -> None:
    assert ids(text(*cells), settings) == ids(text(*CELLS), settings)


def test_ids_stay_when_other_cells_come_go_or_move(settings: Settings) -> None:
    before = ids(text(*CELLS), settings)
    assert ids(text("new = 1", *CELLS, "# %% [markdown]\n# New."), settings)[1:-1] == before
    assert ids(text(*CELLS[1:]), settings) == before[1:]
    assert sorted(ids(text(*reversed(CELLS)), settings)) == sorted(before)


def test_ids_change_with_the_code_and_the_words(settings: Settings) -> None:
    before = ids(text(*CELLS), settings)
    after = ids(text("# %% [markdown]\n# Other words.", "x = 2", "y = f(x);", *CELLS[3:]), settings)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert before[2] != after[2]


def test_the_second_of_two_equal_cells_has_its_occurrence(settings: Settings) -> None:
    one, two, three = ids(text("f()", "f()", "f()"), settings)
    assert (two, three) == (f"{one}-2", f"{one}-3")


def test_an_id_that_a_cell_names_is_taken_from_no_other_cell(settings: Settings) -> None:
    one, two = ids(text("f()", "f()"), settings)
    assert ids(text("f()", "f()", f'# %% id="{two}"\ng()'), settings) == [one, f"{one}-3", two]
    assert ids(text("f()", f'# %% id="{one}"\ng()'), settings) == [two, one]
    assert ids(text('# %% id="step"\nf()', '# %% id="step-2"\nf()'), settings) == ["step", "step-2"]


def test_ids_have_this_form_and_no_other(settings: Settings) -> None:
    """Golden: records and translations are found again by these."""
    assert ids(text("x = 1  # é", "# %% [markdown]\n# Größe"), settings) == ["390bc1c684c1", "aedc3f80989a"]


# ---------------------------------------------------------------- canonical


@pytest.mark.parametrize("guide_file", sorted(GUIDES.glob("*.py")), ids=lambda path: path.name)
def test_our_own_guides_are_canonical(guide_file: Path) -> None:
    found = guide_file.read_text("utf-8")
    assert canonical(found) == found


@pytest.mark.parametrize("version", [VERSION, WITH_VERSION])
def test_the_line_with_jupytexts_version_stays_as_it_is(settings: Settings, version: str) -> None:
    source = text("x = 1", "# %% [markdown]\n# ```\n#       jupytext_version: none of mine\n# ```").replace(
        VERSION, version
    )
    parsed = parse(source, settings)
    assert parsed.problems == ()
    assert canonical(source) == source
    assert canonical(source.replace("x = 1\n", "x = 1\n\n   \n", 1)).count(
        "jupytext_version"
    ) == source.count("jupytext_version")


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.replace("\n", "\r\n"),
        lambda s: s.replace("\n", "\r"),
        lambda s: "\ufeff" + s,
        lambda s: "\ufeff" + s.replace("\n", "\r\n"),
        lambda s: s.replace("# !ls", "!ls"),
        lambda s: s.replace("# %time f()", "%time f()"),
        lambda s: s.replace("# %%\n", "#%%\n"),
        lambda s: s.replace("# %%\n", "# %%  \n"),
        lambda s: s.replace(VERSION, ""),
        lambda s: s.replace("rtol=0.001", "rtol=1e-3"),
        lambda s: s.replace("# Words.", "Words."),
        lambda s: s.replace("#\n# More", "# \n# More"),
        lambda s: s.replace("# ---\n\n", "# ---\n\n\n"),
        lambda s: s.rstrip("\n"),
        lambda s: s.replace('["varies", "remove-input"]', '["varies","remove-input"]'),
    ],
)
def test_another_spelling_is_a_warning_that_a_fix_mends_and_nothing_is_lost(
    settings: Settings, change: Any
) -> None:
    source = text(
        "# %% [markdown]\n# Words.\n#\n# More.",
        "# !ls\n# %time f()",
        '# %% tags=["varies", "remove-input"] rtol=0.001\nf()',
    )
    other = change(source)
    assert other != source
    parsed = parse(other, settings)
    assert [problem.severity for problem in parsed.problems] == ["warning"]
    assert parsed.problems[0].hint == "guidewright check --fix writes it so"
    assert parsed.problems[0].path == "guides/intro.py"
    assert canonical(other) == source
    assert parsed.guide is not None
    fields = [(c.id, c.kind, c.source, c.tags, c.rtol) for c in parsed.guide.cells]
    assert fields == [(c.id, c.kind, c.source, c.tags, c.rtol) for c in guide(source, settings).cells]


@pytest.mark.parametrize(
    ("old", "new", "line_of"),
    [
        ("x = 2\n", "x = 2\n\n# %%\n!ls\n", "!ls"),
        ("# %%\nx = 2\n", '#%% tags=["quick"]\nx = 2\n', '#%% tags=["quick"]'),
        (VERSION, "", "#   kernelspec:"),
    ],
)
def test_the_warning_has_the_line(settings: Settings, old: str, new: str, line_of: str) -> None:
    source = text("x = 1", "x = 2").replace(old, new)
    (problem,) = parse(source, settings).problems
    assert source.split("\n")[(problem.line or 0) - 1] == line_of


# -------------------------------------------------------- properties, files

CHARACTER = st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Cs"])
WORDS = st.text(CHARACTER, min_size=1, max_size=20)
FENCES = st.sampled_from(
    [
        "```",
        "~~~",
        "````",
        "```python",
        "``` python",
        "`````\n```\n`````",
        "```\n# %%\n```",
        "~~~ {.x}\n%% y\n~~~",
        "    code",
        "\tcode",
    ]
)
PROSE = st.lists(
    st.one_of(
        WORDS,
        FENCES,
        st.sampled_from(
            ["", "", "# Title", "## A {#a}", "- one\n  - two", "> %", "#", "'''", '"""', "$$", "a  "]
        ),
    ),
    max_size=6,
).map("\n".join)
CODE_LINE = st.sampled_from(
    [
        "x = 1",
        "# A comment: é",
        "",
        "def f(a):\n    '''Größe\n\n    # %% in a string\n    '''\n    return a",
        "print('🫨', x);",
        "%matplotlib inline",
        "%time x = 2",
        "!ls *.py",
        "!echo a \\\n    b",
        "files = !ls",
        "x?",
        "# %% ",
        'text = """\n%time\n!ls\n"""',
        "class A:\n\n    b = 1",
        "@f\ndef g(): ...",
    ]
)
CODE = st.lists(CODE_LINE, max_size=5).map("\n".join) | st.sampled_from(
    ["%%time\nx = 1", "%%bash\nls -l\necho $x", "%%html\n<b>é</b>\n", "%%capture out\nprint(1)"]
)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.lists(
            st.sampled_from(["varies", "test", "quick", "parameters", "hide-input"]), unique=True, min_size=1
        ),
        "backends": st.sampled_from([["jax"], ["torch", "numpy"]]),
        "rtol": st.sampled_from([0, 0.5, 1e-07, 3]),
        "needs": st.just(["dot", "größe"]),
    },
)
CELL = st.one_of(
    st.tuples(st.just("markdown"), PROSE, METADATA),
    st.tuples(st.just("code"), CODE, METADATA),
)


def unpaired_fence(prose: str) -> bool:
    """Tell whether a fence is left open at a cell's end: jupytext looks for its end in the cells behind it."""
    opened = ""
    for line in prose.split("\n"):
        found = re.match(r" {0,3}(`{3,}|~{3,})(.*)$", line)
        if found and not opened and not ("`" in found[2] and found[1][0] == "`"):
            opened = found[1]
        elif found and opened and found[1].startswith(opened) and not found[2].strip():
            opened = ""
    return bool(opened)


def written(cells: list[tuple[str, str, dict[str, Any]]]) -> str:
    """Write a notebook as jupytext does, with a header of ours."""
    made = [
        (nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell)(
            source, metadata=metadata
        )
        for kind, source, metadata in cells
    ]
    front = nbformat.v4.new_raw_cell(
        "\n".join(line.removeprefix("# ") for line in header().split("\n"))
        .replace("\n".join(line.removeprefix("# ") for line in JUPYTER.split("\n")), "")
        .strip()
    )
    notebook = nbformat.v4.new_notebook(cells=[front, *made])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return str(jupytext.writes(notebook, fmt="py:percent"))


@given(st.lists(CELL, min_size=1, max_size=6), st.booleans())
@hypothesis_settings(max_examples=100, deadline=None)
@example([("code", "", {}), ("markdown", "", {}), ("code", "", {}), ("code", "x = 1", {})], True)
def test_what_jupytext_writes_is_canonical_and_comes_back(
    settings: Settings, cells: list[tuple[str, str, dict[str, Any]]], with_version: bool
) -> None:
    prose = [source for kind, source, _ in cells if kind == "markdown"]
    assume(not any(map(unpaired_fence, prose)))
    file = written(cells)
    if not with_version:
        file = re.sub(r"^#       jupytext_version: .*\n", "", file, count=1, flags=re.MULTILINE)
    # What jupytext itself reads back otherwise is no file of its own any more.
    again = jupytext.reads(file, fmt="py:percent").cells[1:]
    assume([(c.cell_type, c.source) for c in again] == [(kind, source) for kind, source, _ in cells])
    parsed = parse(file, settings)
    problems = [p for p in parsed.problems if "heading" not in p.message and "page title" not in p.message]
    problems = [p for p in problems if "hidden cell" not in p.message]
    assert problems == []
    assert canonical(file) == file
    if parsed.guide is None:
        return
    assert [(c.kind, c.source) for c in parsed.guide.cells] == [(kind, source) for kind, source, _ in cells]
    assert [sorted(c.tags) for c in parsed.guide.cells] == [sorted(m.get("tags", ())) for _, _, m in cells]
    names = [cell.id for cell in parsed.guide.cells]
    assert len(set(names)) == len(names)
    assert all(ID.fullmatch(name) for name in names)


@given(
    st.text(st.characters(codec="utf-8"), max_size=200),
    st.sampled_from(["", "x = 1\n", "# %%\n", "# %% [markdown]\n# "]),
)
@hypothesis_settings(max_examples=100, deadline=None)
def test_no_text_makes_reading_fail_otherwise_than_with_problems(
    settings: Settings, tail: str, start: str
) -> None:
    source = f"{header()}\n{start}{tail}"
    parsed = parse(source, settings)
    assert parsed.guide is not None or any(problem.severity == "error" for problem in parsed.problems)
    assert all(
        1 <= (problem.line or 0) <= source.count("\n") + source.count("\r") + 1 for problem in parsed.problems
    )
    assert all(problem.hint and problem.message and problem.path for problem in parsed.problems)


@given(st.binary(max_size=200))
@hypothesis_settings(max_examples=80, deadline=None)
def test_no_bytes_make_reading_fail_otherwise_than_with_problems(settings: Settings, tail: bytes) -> None:
    parsed = parse(header().encode() + b"\n# %%\n" + tail, settings)
    assert parsed.guide is not None or parsed.problems


@given(st.binary(max_size=60), st.integers(0, 5))
@hypothesis_settings(max_examples=100, deadline=None)
def test_the_line_of_a_byte_that_is_not_utf8_is_told(settings: Settings, tail: bytes, above: int) -> None:
    parsed = parse(b"# caf\xc3\xa9\n" * above + b"x = '\xe9'" + tail, settings)
    (problem,) = parsed.problems
    assert (problem.line, problem.message) == (above + 1, "is not UTF-8: byte 0xe9")

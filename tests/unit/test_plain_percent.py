"""What reads and writes plain guides without jupytext gives what jupytext gives, wherever it gives anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.pycode import percent as plain
from guidewright.render import script
from guidewright.source import cells, options, percent

ROOT = Path(__file__).parents[2]
GUIDES = sorted(ROOT.glob("guides/**/[!_]*.py"))
HEAD = """# ---
# title: A guide
#
# quick: {steps: 2}
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
"""
MARKERS = [
    "# %%",
    '# %% tags=["test"]',
    '# %% tags=["varies", "hide-input"] rtol=0.001',
    '# %% id="a-b" alt="[markdown] \\u00e9"',
    '# %%  tags=["test"]',
    "# %% [markdown]",
    '# %% [markdown] id="x"',
    "# %% [raw]",
    "# %% a title",
    "#%%",
    "# %% [md]",
    "    # %%",
    '# %% language="bash"',
]
CODE = [
    "",
    "",
    "x = 1",
    "def f():",
    "    return 2",
    "class A:",
    "async def g(): pass",
    "@decorated",
    ")",
    "# a comment",
    "# copy",
    "ls -l",
    "ls = 3",
    "x = '%d' % 3",
    "%matplotlib inline",
    "# %matplotlib inline",
    "!ls",
    "#  !ls",
    "x = !ls",
    "x?",
    "# why?",
    "#+ y",
    "  ",
    '    """A docstring."""',
    '    """',
    "    '''",
    '    r"""One',
    '    two."""',
    '"""one""" # """',
    "'a\\'b'",
    '    """One\'s own."""',
    'text = \'\'\'"""Two."""',
    "'''",
    'write("""',
    'f(\'x\', """',
    '""")',
    "'#'  # it's",
    "''''",
    "'' + '''x'''",
    "copy = 3",
    "copy, x = 1, 2",
    "copy(x)",
    "# ls it",
    '"it\'s"',
    "text = ''",
    '""""',
    "x = 1  ",
    "# <codecell>",
    "%%bash",
    "x = \\",
    "\tindented",
]
PROSE = [
    "#",
    "#",
    "# Words.",
    "# ## Heading {#id}",
    "# ```",
    "# ```python",
    "# ~~~",
    "# ``` `x`",
    "#     code",
    "# ends in blanks  ",
    "# ",
    "#no blank",
    "# # %% within",
    "# it's",
    '# """',
    "# 한국어 é",
    "not prose",
    "",
]


@st.composite
def bodies(draw: st.DrawFn) -> str:
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        # Mostly what is plain, or else nothing would be compared.
        marker = draw(st.sampled_from([*MARKERS[:3] * 3, *MARKERS, *["# %% [markdown]"] * 4]))
        prose = "[markdown]" in marker.partition("=")[0]
        lines.append(marker)
        choice = st.sampled_from(PROSE if prose else CODE)
        usual = st.sampled_from(PROSE[:5] if prose else CODE[2:9])
        lines += draw(st.lists(st.one_of(usual, usual, choice), min_size=0, max_size=6))
        lines += [""] * draw(st.sampled_from([1, 1, 1, 2, 2, 0, 3]))
    return "\n".join(lines).rstrip("\n") + draw(st.sampled_from(["\n", "\n", "\n", "", "\n\n"]))


def _read(text: str) -> tuple[list[tuple[int, str, str]] | None, list[tuple[int, str, str]]]:
    lines = text.split("\n")
    end = HEAD.count("\n")
    markers = [n for n, line in enumerate(lines, 1) if n > end and options.is_marker(line)]
    own = cells._plain(text, lines, end, markers)
    theirs = cells._nodes(lines, markers)
    return (
        None if own is None else [(number, node.cell_type, node.source) for number, node in own],
        [(number, node.cell_type, node.source) for number, node in theirs],
    )


@settings(max_examples=100, deadline=None)
@given(bodies())
def test_a_plain_file_is_read_as_jupytext_reads_it(body: str) -> None:
    own, theirs = _read(f"{HEAD}\n{body}")
    assert own is None or own == theirs


@settings(max_examples=100, deadline=None)
@given(bodies())
def test_a_plain_file_is_canonical_only_if_jupytext_would_write_the_same(body: str) -> None:
    text = f"{HEAD}\n{body}"
    assert not cells.is_as_written(text) or percent.by_jupytext(text) == text


@st.composite
def written(draw: st.DrawFn) -> list[plain.PlainCell]:
    found = []
    for _ in range(draw(st.integers(1, 5))):
        if draw(st.booleans()):
            lines = [line[2:] for line in draw(st.lists(st.sampled_from(PROSE), min_size=1, max_size=6))]
            found.append(plain.PlainCell(cell_type="markdown", source="\n".join(lines)))
            continue
        usual = st.sampled_from(CODE[2:10])
        lines = draw(st.lists(st.one_of(usual, usual, st.sampled_from(CODE)), min_size=1, max_size=8))
        tags = draw(st.sampled_from([{}, {}, {"tags": ["hide-input"]}]))
        found.append(plain.PlainCell(cell_type="code", source="\n".join(lines), options=tags))
    return found


@settings(max_examples=100, deadline=None)
@given(written(), st.sampled_from(["title: A\n", "title: 한국어\ndescription: 'a: b'\ntags: [a, b]\n"]))
def test_a_plain_script_is_written_as_jupytext_writes_it(found: list[plain.PlainCell], header: str) -> None:
    own = plain.write(header, found)
    assert own is None or own == script.by_jupytext(header, found)


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_each_guide_is_read_as_jupytext_reads_it(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = text.split("\n")
    end = lines.index("# ---", 1) + 1
    markers = [n for n, line in enumerate(lines, 1) if n > end and options.is_marker(line)]
    own, theirs = cells._plain(text, lines, end, markers), cells._nodes(lines, markers)
    assert own is None or [(n, c.cell_type, c.source) for n, c in own] == [
        (n, c.cell_type, c.source) for n, c in theirs
    ]
    assert percent.by_jupytext(text) == text


def test_most_guides_are_plain() -> None:
    assert sum(cells.is_as_written(path.read_text("utf-8")) for path in GUIDES) > len(GUIDES) / 2

"""What is wrong with pages is led back to guides, lines and exit codes."""

from __future__ import annotations

import pytest
import samples

from guidewright.commands.blame import blamed
from guidewright.errors import InputError, Problem, SiteError

GUIDE = samples.simple(
    "deep/one",
    "One",
    (
        samples.prose("a", "Words.\n\nA [link](there.md#x) and\nan [other](<gone.md>) and ![a](p.png).", 10),
        samples.code("b", "x = '](there.md)'", 20),
        samples.prose("c", 'See [ref].\n\n[ref]: ../up/ "title"\n\n<a href="raw/">raw</a>', 30),
    ),
)


def problem(message: str, path: str = "guides/deep/one.md") -> Problem:
    return Problem(message=message, path=path, hint="a hint")


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("has a link 'there.md#x', but there is none", 12),
        ("has a link 'gone.md', but there is none", 13),
        ("has a link 'p.png', but there is none", 13),
        ("the link ../up/ leads nowhere", 32),
        ("the link raw/ leads nowhere", 34),
        ("the link there.md leads nowhere", None),
        ("the id 'x' is used twice", None),
    ],
)
@pytest.mark.parametrize("path", ["guides/deep/one.md", "guides/deep/one/index.html"])
def test_a_link_is_found_in_the_prose_of_its_guide(message: str, line: int | None, path: str) -> None:
    error = blamed([problem(message, path)], [GUIDE])
    assert type(error) is InputError
    (found,) = error.problems
    assert (found.path, found.line, found.message, found.hint) == (GUIDE.path, line, message, "a hint")


@pytest.mark.parametrize(
    "path", ["index.md", "guides/index.html", "guides/other.md", "build/en/mkdocs.yml", ""]
)
def test_what_is_no_guides_is_the_sites(path: str) -> None:
    mine, other = problem("the link there.md#x leads nowhere"), problem("something", path)
    error = blamed([mine, other], [GUIDE])
    assert type(error) is SiteError
    assert [found.path for found in error.problems] == [GUIDE.path, path]

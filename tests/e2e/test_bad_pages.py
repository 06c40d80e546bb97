"""What is wrong with a page: told with guide, line and target; the old site stays."""

from __future__ import annotations

import re

import pytest
from tiny import Project

END = "# That is all."


@pytest.fixture
def old(project: Project) -> dict[str, bytes]:
    return project.files("site")


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("[words](nowhere.md)", "'nowhere.md'"),
        ("[words](second.md#setup)", "'second.md#setup'"),
        ("[words](#no-such-heading)", "'#no-such-heading'"),
        ("[words](deep/second.md#no-such-heading)", "'deep/second.md#no-such-heading'"),
        ("[words](/absolute/)", "'/absolute/'"),
        ("[words](../nowhere/)", "'../nowhere/'"),
        ("![words](no-such-picture.png)", "'no-such-picture.png'"),
        ('<a href="../nowhere/">words</a>', "../nowhere/"),
    ],
)
def test_a_link_that_leads_nowhere_is_bad_input_and_the_old_site_stays(
    project: Project, old: dict[str, bytes], link: str, words: str
) -> None:
    project.change("guides/first.py", END, f"{END}\n#\n# A paragraph with {link} in it.")
    line = 1 + project.read("guides/first.py").split("\n").index(f"# A paragraph with {link} in it.")
    done = project.cli("site")
    assert (done.code, done.out) == (2, "")
    assert f"guides/first.py:{line}: has a" in done.err or f"guides/first.py:{line}: the link" in done.err
    assert words in done.err
    assert "→" in done.err
    assert project.files("site") == old


@pytest.mark.parametrize("command", ["check", "site"])
def test_a_formula_that_cannot_be_read_is_bad_input_and_told_with_its_place(
    project: Project, command: str
) -> None:
    words = r"# The loss $\frac{1}{n} \fooo$ falls."
    project.change("guides/first.py", END, f"{END}\n#\n{words}")
    line = 1 + project.read("guides/first.py").split("\n").index(words)
    done = project.cli(command)
    assert done.code == 2
    place = rf"guides/first\.py:{line}:(?:\d+: error:)? cell \d+: "
    (told,) = re.findall(rf"{place}(.*?)(?: \[formula\])?\n +→ (.*)\n", done.out + done.err)
    assert told == (
        r"""the formula '\frac{1}{n} \fooo' cannot be read: unknown command "\fooo", at '\fooo'""",
        r"mend its TeX; where the dollars are no mathematics, write '\$'",
    )
    assert not (project.root / "site/guides/first").exists() or command == "check"


def test_all_broken_links_are_told_together(project: Project) -> None:
    for path in ("guides/first.py", "guides/deep/second.py"):
        project.change(path, END, f"{END} [a](nowhere.md) and [b](#nothing)")
    done = project.cli("build")
    assert done.code == 2
    assert "✓ passed" in done.out
    places = re.findall(r"(guides/\S+):\d+: has a link '([^']+)'", done.err)
    assert sorted(places) == [
        ("guides/deep/second.py", "#nothing"),
        ("guides/deep/second.py", "nowhere.md"),
        ("guides/first.py", "#nothing"),
        ("guides/first.py", "nowhere.md"),
    ]


def test_good_links_to_guides_anchors_and_elsewhere_are_fine(project: Project) -> None:
    good = "[a](deep/second.md), [b](deep/second.md#the-end), [c](#setup), [d](https://example.org/x#y)"
    project.change("guides/first.py", END, f"{END} {good}")
    done = project.cli("site")
    assert (done.code, done.err) == (0, "")
    assert 'href="../deep/second/#the-end"' in project.page("first")


def test_a_heading_id_used_in_two_cells_is_told_with_its_place_and_the_others_are_built(
    project: Project,
) -> None:
    project.change("guides/first.py", "## The end {#the-end}", "## The end {#setup}")
    project.change("guides/deep/second.py", END, "# New words of the other guide.")
    done = project.cli("site")
    assert done.code == 2
    assert re.search(r"guides/first\.py:\d+: .*setup", done.err)
    assert "New words of the other guide." in project.page("deep/second")


def test_an_id_used_twice_in_raw_html_is_told_with_its_guide(project: Project, old: dict[str, bytes]) -> None:
    project.change("guides/first.py", END, f'{END} <span id="twin">a</span> <span id="twin">b</span>')
    done = project.cli("site")
    assert done.code == 2
    assert "guides/first.py: the id 'twin' is used twice" in done.err
    assert project.files("site") == old


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("name: material", "name: no-such-theme", "no-such-theme"),
        ("plugins:\n", "plugins:\n  no-such-plugin: {}\n", "no-such-plugin"),
        ("theme:\n", "theme: [\n", "mkdocs.yml"),
    ],
    ids=["theme", "plugin", "yaml"],
)
def test_an_engine_that_fails_is_told_and_the_old_site_stays(
    project: Project, old: dict[str, bytes], before: str, after: str, words: str
) -> None:
    project.change("mkdocs.yml", before, after)
    done = project.cli("site")
    assert (done.code, done.out) == (3, "")
    assert words in done.err
    assert project.files("site") == old


def test_a_missing_engine_configuration_is_told_and_the_old_site_stays(
    project: Project, old: dict[str, bytes]
) -> None:
    (project.root / "mkdocs.yml").unlink()
    done = project.cli("site")
    assert done.code == 3
    assert "mkdocs.yml: is missing" in done.err
    assert project.files("site") == old

"""A site in several languages: what is shared, what is not, and what a bad catalog does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from tiny import Project

import pseudo
from guidewright.commands.languages import interface_units
from guidewright.translate.units import units

ACCENTED = 'name = "Pséûdö"\nenglish_name = "Pseudo"\nthreshold = 0.5\n'
ARABIC = 'name = "ابجد"\nenglish_name = "Abjad"\ndirection = "rtl"\nthreshold = 0.5\n'
HREFLANG = re.compile(r'<link rel="alternate ?" hreflang="([^"]+)" href="([^"]+)">')


def add_language(project: Project, code: str, settings: str, speak=pseudo.accented) -> None:
    """A line of settings, and a folder."""
    text = project.read("pyproject.toml")
    line = re.search(r"^languages = (\[.*\])$", text, re.MULTILINE)
    codes = [*(json.loads(line[1]) if line else []), code]
    said = f"languages = {json.dumps(codes)}"
    text = (
        text.replace(line[0], said)
        if line
        else text.replace("[tool.guidewright]\n", f"[tool.guidewright]\n{said}\n")
    )
    (project.root / "pyproject.toml").write_text(text, "utf-8")
    opened = project.project()
    catalogs = {guide.slug: units(guide) for guide in opened.library.guides}
    catalogs["site"] = interface_units(opened.settings)
    pseudo.write_locale(
        project.root / f"guides/locales/{code}", code, catalogs, settings=settings, speak=speak
    )


@pytest.fixture
def pseudo_project(proven: Project) -> Project:
    add_language(proven, "xx", ACCENTED)
    return proven


def edit(project: Project, catalog: str, before: str, after: str) -> None:
    project.change(f"guides/locales/xx/{catalog}.po", before, after)


# ---------------------------------------------------------- the whole of it


def test_a_third_language_is_a_folder_and_a_line_of_settings(pseudo_project: Project) -> None:
    add_language(pseudo_project, "ar", ARABIC, pseudo.arabic)
    done = pseudo_project.cli("site")
    assert done.code == 0, done.err
    for code, language, direction in (("xx", "xx", None), ("ar", "ar", "rtl")):
        for path in (
            "index.html",
            "guides/index.html",
            "guides/first/index.html",
            "parity/index.html",
            "404.html",
        ):
            page = pseudo_project.read(f"site/{code}/{path}")
            assert f'<html lang="{language}"' in page
            assert f'dir="{direction or "ltr"}"' in page
    assert "Fîrst stéps" in pseudo_project.read("site/xx/guides/first/index.html")
    assert pseudo.arabic("First steps") in pseudo_project.read("site/ar/guides/first/index.html")


def test_a_language_that_the_theme_does_not_speak_runs_as_its_settings_say(pseudo_project: Project) -> None:
    add_language(pseudo_project, "yy", ARABIC, pseudo.arabic)
    assert pseudo_project.cli("site").code == 0
    page = pseudo_project.read("site/yy/guides/first/index.html")
    assert '<html lang="yy"' in page
    assert 'dir="rtl"' in page


def test_all_of_a_page_but_code_and_outputs_is_in_the_language(pseudo_project: Project) -> None:
    assert pseudo_project.cli("site").code == 0
    page = pseudo_project.read("build/xx/docs/guides/first.md")
    prose = re.sub(r"^ *(`{3,}).*?^ *\1$", "", page, flags=re.DOTALL | re.MULTILINE)
    # Where a link leads is not shown: the report that it fills in is English, for those who maintain the guides.
    prose = re.sub(r"\]\([^)\s]*\)", "]", prose)
    for word in ("Choose", "Proven", "Backend", "Output", "Download", "checks"):
        assert word not in prose
    english = pseudo_project.read("build/en/docs/guides/first.md")
    fences = re.compile(r"^ *(`{3,})([^`\n]*)\n(.*?)^ *\1$", re.DOTALL | re.MULTILINE)
    # The Markdown that embeds the badge says in the page's language what the badge says.
    cells, wanted = (
        [body for _, _, body in fences.findall(text) if "badges/" not in body] for text in (page, english)
    )
    assert cells == wanted
    assert len(cells) > 5


def test_no_kernel_is_started_and_outputs_are_the_same_to_the_byte(pseudo_project: Project) -> None:
    assert pseudo_project.cli("site").code == 0
    edit(pseudo_project, "first", "Thàt îs àll.", "Nothing more.")
    done = pseudo_project.cli("build", "--profile", "full", "--json")
    assert done.code == 0
    assert {job["state"] for job in done.json["jobs"]} == {"reused"}
    assert "Nothing more." in pseudo_project.read("site/xx/guides/first/index.html")
    for backend in ("alpha", "beta"):
        books = [
            nbformat.read(
                pseudo_project.root / f"build/{code}/docs/notebooks/{code}/{backend}/first.executed.ipynb",
                as_version=4,
            )
            for code in ("en", "xx")
        ]
        for english, other in zip(*(book.cells for book in books), strict=True):
            assert english.id == other.id
            assert english.get("outputs") == other.get("outputs")
            if english.cell_type == "code" and english.id != "guidewright-colab":
                assert english.source == other.source


def test_pages_know_each_other_in_every_language(pseudo_project: Project) -> None:
    assert pseudo_project.cli("site").code == 0
    base = "https://example.org/some/sub/path/"
    for path in ("", "guides/", "guides/first/", "guides/deep/second/", "categories/basics/", "parity/"):
        wanted = {"en": f"{base}{path}", "xx": f"{base}xx/{path}", "x-default": f"{base}{path}"}
        for folder in ("", "xx/"):
            page = pseudo_project.read(f"site/{folder}{path}index.html")
            assert dict(HREFLANG.findall(page)) == wanted, f"{folder}{path}"
    for folder in ("", "xx/"):
        assert not HREFLANG.findall(pseudo_project.read(f"site/{folder}404.html"))


def test_notebooks_lead_to_the_page_and_colab_to_the_notebook_of_the_language(
    pseudo_project: Project,
) -> None:
    assert pseudo_project.cli("site").code == 0
    book = pseudo_project.read("build/xx/docs/notebooks/xx/alpha/first.ipynb")
    assert "https://example.org/some/sub/path/xx/guides/first/" in book
    assert "Çhöösé à flàvöûr" in book
    assert "blob/gh-pages/xx/notebooks/xx/alpha/first.ipynb" in pseudo_project.read(
        "site/xx/guides/first/index.html"
    )
    assert (pseudo_project.root / "site/xx/notebooks/xx/alpha/first.ipynb").is_file()


def test_a_site_without_other_languages_has_no_switch(project: Project) -> None:
    assert project.cli("site").code == 0
    page = project.page("first")
    assert not HREFLANG.findall(page)
    assert "md-select" not in page


# ------------------------------------------------------- missing and stale


def page_of(project: Project) -> str:
    done = project.cli("site")
    assert done.code == 0, done.err
    return project.read("site/xx/guides/first/index.html")


def test_an_empty_catalog_gives_the_english_page_but_for_the_marks_of_the_language(
    pseudo_project: Project,
) -> None:
    (pseudo_project.root / "guides/locales/xx/first.po").unlink()
    page = page_of(pseudo_project)
    assert '<meta name="robots" content="noindex">' in page
    assert page.count('class="gw-banner"') == 2
    assert '<div lang="en" dir="ltr">' in page
    assert "Choose a flavour." in page
    english = pseudo_project.read("build/en/docs/guides/first.md")
    made = pseudo_project.read("build/xx/docs/guides/first.md")
    prose = [line for line in english.splitlines() if line.startswith(("Choose", "That is", "## "))]
    assert len(prose) >= 3
    assert all(line in made for line in prose if "proven" not in line)
    # The other languages do not lead to a page that is not in its language.
    assert {code for code, _ in HREFLANG.findall(pseudo_project.page("first"))} == {"en", "x-default"}
    assert {code for code, _ in HREFLANG.findall(pseudo_project.page("deep/second"))} == {
        "en",
        "xx",
        "x-default",
    }


def test_a_missing_message_is_english_and_says_so(pseudo_project: Project) -> None:
    edit(pseudo_project, "first", 'msgstr "Thàt îs àll."', 'msgstr ""')
    page = page_of(pseudo_project)
    assert '<span class="gw-missing" lang="en" dir="ltr">That is all.</span>' in page
    assert "noindex" not in page
    assert page.count('class="gw-banner"') == 2
    book = pseudo_project.read("build/xx/docs/notebooks/xx/alpha/first.ipynb")
    assert "That is all." in book


def test_a_changed_message_is_todays_english_with_the_former_translation_folded(
    pseudo_project: Project,
) -> None:
    pseudo_project.change("guides/first.py", "# That is all.", "# That is nearly all.")
    assert pseudo_project.cli("translate", "extract").code == 0
    page = page_of(pseudo_project)
    assert '<span class="gw-stale" lang="en" dir="ltr">That is nearly all.</span>' in page
    assert re.search(r'<details class="gw-old">\s*<summary>[^<]+</summary>Thàt îs àll\.</details>', page)


def test_a_former_translation_loses_its_links_which_may_lead_nowhere_now(pseudo_project: Project) -> None:
    linked = (
        "That is all. [More](deep/second.md), [the end](#the-end), ![a picture](https://example.org/x.png)"
    )
    pseudo_project.change("guides/first.py", "# That is all.", f"# {linked}")
    assert pseudo_project.cli("translate", "extract").code == 0
    edit(pseudo_project, "first", '#, fuzzy\n#| msgid "That is all."\n', "")
    edit(pseudo_project, "first", 'msgstr "Thàt îs àll."', f'msgstr "{pseudo.accented(linked)}"')
    pseudo_project.change("guides/first.py", f"# {linked}", "# That is nearly all, without any link.")
    assert pseudo_project.cli("translate", "extract").code == 0
    fold = re.search(r'<details class="gw-old">.*?</details>', page_of(pseudo_project))
    assert fold
    assert "Thàt îs àll." in fold[0]
    assert "<a" not in fold[0]
    assert "<img" not in fold[0]


def test_a_page_is_as_translated_as_status_says_whether_or_not_extract_has_run(
    pseudo_project: Project,
) -> None:
    pseudo_project.change("guides/first.py", "# That is all.", "# That is *all*.")
    assert json.loads(pseudo_project.cli("translate", "status", "xx", "--json").out)["missing"] == 0
    assert "gw-missing" not in page_of(pseudo_project)


def test_a_link_that_only_a_translation_has_is_blamed_on_its_catalog(pseudo_project: Project) -> None:
    edit(pseudo_project, "first", 'msgstr "Thàt îs àll."', 'msgstr "Thàt îs àll. [x](nowhere.md)"')
    done = pseudo_project.cli("site")
    assert done.code == 2
    assert "guides/locales/xx/first.po" in done.err
    assert "guides/first.py" not in done.err


def test_a_title_and_a_comment_that_are_not_translated_are_plain_english(pseudo_project: Project) -> None:
    edit(pseudo_project, "first", 'msgstr "Fîrst stéps"', 'msgstr ""')
    page = page_of(pseudo_project)
    assert "<title>First steps - " in page
    assert "gw-missing" not in re.search(r"<nav.*?</nav>", page, re.DOTALL)[0]


# ------------------------------------------------------------- bad catalogs


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data.replace(b"msgstr", b"\xff", 3), "is not UTF-8"),
        (lambda data: data[: data.rindex(b"msgstr")], "cut short"),
        (lambda data: data.replace(b"msgctxt", b"<<<<<<< ours\nmsgctxt", 1), "conflict marker"),
        (lambda data: data + b'\nmsgid "That is all."\nmsgstr "x"\n', "says a message twice"),
    ],
)
def test_a_bad_catalog_is_told_stays_as_it_is_and_leaves_the_english_site(
    pseudo_project: Project, damage, message: str
) -> None:
    file: Path = pseudo_project.root / "guides/locales/xx/first.po"
    file.write_bytes(damage(file.read_bytes()))
    before = file.read_bytes()
    done = pseudo_project.cli("site")
    assert done.code == 2
    assert message in done.err
    assert "guides/locales/xx/first.po" in done.err
    assert "Choose a flavour." in pseudo_project.page("first")
    assert "Séçöñd stéps" in pseudo_project.read("site/xx/guides/deep/second/index.html")
    for command in (("extract",), ("status", "xx"), ("check", "xx"), ("next", "xx")):
        told = pseudo_project.cli("translate", *command)
        assert (told.code, message in told.err) == (2, True), command
    assert file.read_bytes() == before


def test_a_catalog_without_a_guide_is_told(pseudo_project: Project) -> None:
    folder = pseudo_project.root / "guides/locales/xx"
    (folder / "first.po").rename(folder / "gone.po")
    done = pseudo_project.cli("site")
    assert done.code == 2
    assert "guides/locales/xx/gone.po: there is no guide 'gone'" in done.err
    assert pseudo_project.cli("translate", "status", "xx").code == 2


def test_the_catalog_of_a_guide_that_cannot_be_read_is_left_alone(pseudo_project: Project) -> None:
    pseudo_project.change("guides/first.py", "title: First steps", "titlo: First steps")
    done = pseudo_project.cli("translate", "status", "xx")
    assert done.code == 2
    assert "guides/first.py" in done.err
    assert "there is no guide" not in done.err


def test_a_folder_of_a_language_that_is_not_configured_is_told(pseudo_project: Project) -> None:
    folder = pseudo_project.root / "guides/locales"
    (folder / "fr").mkdir()
    (folder / "fr/first.po").write_bytes((folder / "xx/first.po").read_bytes())
    for command in (("site",), ("translate", "status", "xx"), ("translate", "check", "xx")):
        done = pseudo_project.cli(*command)
        assert (done.code, "guides/locales/fr: has catalogs" in done.err) == (2, True), command


def test_a_language_that_is_not_configured_is_refused(pseudo_project: Project) -> None:
    done = pseudo_project.cli("translate", "status", "qq")
    assert (done.code, "there is no language 'qq'" in done.err) == (2, True)
    (pseudo_project.root / "guides/locales/xx/language.toml").unlink()
    done = pseudo_project.cli("site")
    assert done.code == 2
    assert "guides/locales/xx/language.toml: there is no language.toml" in done.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = 1\nenglish_name = 'X'\n", "name: 1 is not of type 'string'"),
        ("name =", "is not TOML"),
        ("x = 1", "'x'"),
    ],
)
def test_wrong_settings_of_a_language_are_told(pseudo_project: Project, text: str, message: str) -> None:
    (pseudo_project.root / "guides/locales/xx/language.toml").write_text(text)
    done = pseudo_project.cli("translate", "status", "xx")
    assert (done.code, message in done.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Prövéñ öñ {nobody}", "lacks the placeholder {labels}"),
        ("Prövéñ öñ {labels} {labels}", "has a placeholder that the English has not: {labels}"),
        ("Prövéñ öñ {labels} {found", "cannot be filled"),
        ("Prövéñ öñ {labels} {}", "has a placeholder that the English has not"),
    ],
)
def test_a_text_of_the_interface_whose_placeholder_is_wrong_is_not_used(
    pseudo_project: Project, text: str, message: str
) -> None:
    edit(pseudo_project, "site", "Prövéñ öñ {labels}", text)
    assert pseudo_project.cli("site").code == 0
    assert "Proven on Alpha" in pseudo_project.read("site/xx/guides/index.html")
    told = pseudo_project.cli("translate", "check", "xx")
    assert told.code == 1
    assert message in told.err


# ---------------------------------------------------------------- commands


def test_extract_makes_catalogs_and_status_and_next_tell_what_is_left(pseudo_project: Project) -> None:
    (pseudo_project.root / "guides/locales/xx/first.po").unlink()
    assert pseudo_project.cli("translate", "extract").code == 0
    found = json.loads(pseudo_project.cli("translate", "status", "xx", "--json").out)
    rows = {row["catalog"]: row for row in found["catalogs"]}
    # The second guide's words are the first one's, too: what both say is translated already.
    assert rows["first"]["translated"] > 0
    assert rows["deep/second"]["percent"] == 100
    assert found["messages"] == sum(row["messages"] for row in rows.values())
    left = json.loads(pseudo_project.cli("translate", "next", "xx", "--json").out)
    assert [row["catalog"] for row in left] == [name for name, row in rows.items() if row["percent"] < 100]


def test_checked_notes_the_day_and_only_of_a_catalog_that_follows(pseudo_project: Project) -> None:
    command = ("translate", "checked", "xx", "first", "--on", "2026-11-20")
    assert pseudo_project.cli(*command).code == 0
    rows = json.loads(pseudo_project.cli("translate", "status", "xx", "--json").out)["catalogs"]
    assert {row["catalog"]: row["checked"] for row in rows}["first"] == "2026-11-20"
    pseudo_project.change("guides/first.py", "# That is all.", "# That is nearly all.")
    done = pseudo_project.cli(*command)
    assert (done.code, "does not follow" in done.err) == (2, True)


def test_every_command_of_translators_names_what_it_does_not_know(pseudo_project: Project) -> None:
    done = pseudo_project.cli("translate", "check", "xx", "frist")
    assert (done.code, "did you mean 'first'?" in done.err) == (2, True)
    assert pseudo_project.cli("translate", "check", "xx", "first").code == 0


def test_preview_says_where_the_page_is(pseudo_project: Project) -> None:
    done = pseudo_project.cli("translate", "preview", "xx", "first")
    assert done.code == 0
    assert "site/xx/guides/first/index.html" in done.out
    assert (pseudo_project.root / "site/xx/guides/first/index.html").is_file()

"""Catalogs: one serialisation, strict reading, and what gettext's own tools say of them."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.errors import InputError
from guidewright.translate.catalog import Catalog, Entry, read, write

CATALOG = Catalog(
    language="ko",
    entries=(
        Entry(context="heading", msgid="Set up", msgstr="준비"),
        Entry(
            msgid="Some words.", msgstr="낱말.", note="Said to readers.", comment="allow: glossary\nBecause."
        ),
        Entry(msgid="New words.", msgstr="낱말.", fuzzy=True, previous=("", "Old words.")),
        Entry(
            context="comment", msgid="For speed", msgstr="옛", fuzzy=True, previous=("comment", 'For "it"')
        ),
        Entry(msgid="Two\\\nlines", msgstr="두\\\n줄"),
        Entry(msgid="Not yet."),
        Entry(msgid="Other flags", msgstr="깃발", flags=("no-wrap",)),
    ),
    obsolete=(
        Entry(msgid="Gone.", msgstr="갔음."),
        Entry(
            context="comment", msgid="Later.", msgstr="옛", fuzzy=True, previous=("comment", "Two\nlines.")
        ),
    ),
    revision="0123456789ab",
    checked=dt.date(2026, 11, 23),
    header={"Last-Translator": "A. Author"},
    top="Korean.",
)


def again(catalog: Catalog) -> Catalog:
    found = read(write(catalog, project="P"), path="x.po", language=catalog.language)
    kept = {key: value for key, value in found.header.items() if key in catalog.header}
    return replace(found, header=kept)


def test_what_is_written_is_read_again() -> None:
    assert again(CATALOG) == CATALOG


def test_writing_what_was_read_changes_no_byte() -> None:
    data = write(CATALOG, project="P")
    assert write(read(data, path="x.po", language="ko"), project="P") == data


def test_messages_are_not_wrapped() -> None:
    long = "words " * 60
    assert f'msgid "{long}"\n'.encode() in write(
        Catalog(language="ko", entries=(Entry(msgid=long),)), project="P"
    )


words = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters='\n\t\\"')
)
entry = st.builds(
    lambda context, msgid, msgstr, fuzzy: Entry(context=context, msgid=msgid, msgstr=msgstr, fuzzy=fuzzy),
    st.sampled_from(["", "heading", "comment"]),
    words.filter(bool),
    words.filter(lambda text: not text or text.strip()),
    st.booleans(),
)


@given(st.lists(entry, min_size=1, max_size=4, unique_by=lambda one: one.key))
def test_any_text_survives_a_round_trip(entries: list[Entry]) -> None:
    assert again(Catalog(language="ko", entries=tuple(entries))).entries == tuple(entries)


def test_polib_reads_what_is_written(tmp_path: Path) -> None:
    file = tmp_path / "x.po"
    file.write_bytes(write(CATALOG, project="P"))
    found = polib.pofile(str(file))
    assert [one.msgid for one in found if not one.obsolete] == [one.msgid for one in CATALOG.entries]
    assert found[2].previous_msgid == "Old words."


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext is not installed: apt install gettext")
@pytest.mark.parametrize("arguments", [["--no-wrap"], []])
def test_gettexts_own_tools_take_it_and_give_it_back(tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "x.po"
    file.write_bytes(write(CATALOG, project="P"))
    done = subprocess.run(
        ["msgfmt", "--check", "-o", "/dev/null", file], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    through = subprocess.run(["msgcat", *arguments, file], capture_output=True, check=True).stdout
    found = read(through, path="x.po", language="ko")
    assert found.entries == CATALOG.entries
    assert found.obsolete == CATALOG.obsolete
    assert write(found, project="P") == write(CATALOG, project="P")


GOOD = write(CATALOG, project="P").decode()


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b'msgid "a"\nmsgstr "\xff"\n', 2, "is not UTF-8"),
        (b"", 1, "is empty"),
        (GOOD.replace('msgid "Some', '<<<<<<< ours\nmsgid "Some', 1).encode(), 25, "conflict marker"),
        (GOOD[: GOOD.index('msgstr "낱말."')].encode(), 25, "has no msgstr"),
        (GOOD[: GOOD.index('준비"') + 2].encode(), 20, "is not closed"),
        (GOOD[: GOOD.index("#, fuzzy")].encode(), None, "has 2 of the 7 messages"),
        (GOOD.replace('msgid "Not yet."', 'msgid "Some words."').encode(), None, "says a message twice"),
        (GOOD.replace("Language: ko", "Language: ja").encode(), 1, "is in the language 'ja'"),
        (GOOD.replace("2026-11-23", "yesterday").encode(), 1, "is no date"),
        (b"just words\n", 1, "is no PO file"),
        (
            GOOD.replace('msgstr "준비"', 'msgid_plural "b"\nmsgstr[0] "준비"\nmsgstr[1] "x"').encode(),
            20,
            "plural forms are not used here",
        ),
        (GOOD.replace('msgstr "준비"', 'msgstr[0] "준비"').encode(), 20, "plural forms are not used here"),
        (
            GOOD.replace('#~ msgstr "갔', '#~ msgid_plural "b"\n#~ msgstr[0] "갔').encode(),
            55,
            "plural forms are not used here",
        ),
        *(
            (GOOD.replace("준비", f"준{character}비").encode(), 20, f"{code}, {name}")
            for character, code, name in [
                ("\u2028", "U+2028", "line separator"),
                ("\u2029", "U+2029", "paragraph separator"),
                ("\x85", "U+0085", "next line"),
                ("\x1c", "U+001C", "file separator"),
                ("\x0b", "U+000B", "vertical tab"),
                ("\x0c", "U+000C", "form feed"),
                ("\r", "U+000D", "carriage return"),
            ]
        ),
    ],
)
def test_a_bad_file_is_told_with_its_line(data: bytes, line: int | None, message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(data, path="guides/locales/ko/x.po", language="ko")
    (problem,) = raised.value.problems
    assert problem.path == "guides/locales/ko/x.po"
    assert message in problem.message
    assert problem.hint
    if line is not None:
        assert problem.line == line


def test_every_cut_of_a_file_is_told_or_loses_nothing() -> None:
    """A file that ends anywhere is refused, unless it still has all messages."""
    data = GOOD.encode()
    whole = {one.key: one.msgstr for one in CATALOG.entries}
    for end in range(len(data)):
        try:
            found = read(data[:end], path="x.po", language="ko")
        except InputError:
            continue
        assert {one.key: one.msgstr for one in found.entries} == whole, data[:end][-60:]


@pytest.mark.parametrize("said", ["pt_BR", "pt-BR", "pt-br", ""])
def test_a_language_is_the_folders_however_tools_write_it(said: str) -> None:
    data = write(replace(CATALOG, language="pt-BR"), project="P").decode()
    found = read(data.replace("Language: pt-BR", f"Language: {said}").encode(), path="x.po", language="pt-BR")
    assert again(replace(found, header=CATALOG.header)) == replace(CATALOG, language="pt-BR")


def test_a_part_of_a_language_is_another_language() -> None:
    with pytest.raises(InputError):
        read(write(replace(CATALOG, language="pt"), project="P"), path="x.po", language="pt-BR")


def test_lines_may_end_as_windows_writes_them() -> None:
    assert read(GOOD.replace("\n", "\r\n").encode(), path="x.po", language="ko").entries == CATALOG.entries


@pytest.mark.parametrize("blank", [" ", "\\n", "\\t ", "\u3000"])
def test_white_space_alone_is_no_translation(blank: str) -> None:
    found = read(GOOD.replace('msgstr "준비"', f'msgstr "{blank}"').encode(), path="x.po", language="ko")
    assert (found.entries[0].msgstr, found.entries[0].translated) == ("", False)

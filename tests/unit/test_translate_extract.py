"""``translate extract`` and ``checked``: catalogs of guides that were renamed, and what nobody can have checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from filelock import FileLock

import sandbox as sandboxes
from guidewright.commands import catalogs
from guidewright.errors import FINE, WRONG_USE, InputError
from guidewright.translate.catalog import Catalog, read, write

BODY = """
# %% [markdown]
# ## Words
#
# Some words, and more of them.
#
# Others, at some length.

# %%
x = 1  # For speed
"""
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def project(sandbox: sandboxes.Sandbox) -> sandboxes.Sandbox:
    """A guide ``old``, wholly translated: every word in brackets."""
    sandbox.settings(extra='languages = ["xx"]\n')
    folder = sandbox.root / "guides/locales/xx"
    folder.mkdir(parents=True)
    (folder / "language.toml").write_text('name = "X"\nenglish_name = "Ex"\n', "utf-8")
    sandbox.guide("old", BODY)
    assert catalogs.extract(sandbox.project(), ["xx"]) == FINE
    made = catalog(sandbox, "old")
    entries = tuple(replace(entry, msgstr=f"[{entry.msgid}]") for entry in made.entries)
    save(sandbox, "old", replace(made, entries=entries))
    return sandbox


def catalog(project: sandboxes.Sandbox, name: str) -> Catalog:
    return read((project.root / f"guides/locales/xx/{name}.po").read_bytes(), path=name, language="xx")


def save(project: sandboxes.Sandbox, name: str, made: Catalog) -> None:
    (project.root / f"guides/locales/xx/{name}.po").write_bytes(write(made, project="P"))


def rename(project: sandboxes.Sandbox, change: tuple[str, str] = ("", "")) -> None:
    text = project.path("old").read_text("utf-8").replace(*change)
    project.path("new").write_text(text, "utf-8")
    project.path("old").unlink()


def test_a_renamed_guide_has_its_translations_and_the_old_catalog_is_told(
    project: sandboxes.Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    before = catalog(project, "old")
    fuzzy = replace(before.entries[-1], fuzzy=True, previous=("comment", "For size"))
    save(project, "old", replace(before, entries=(*before.entries[:-1], fuzzy)))
    rename(project, ("Others, at some length.", "Others, at great length."))
    capsys.readouterr()
    assert catalogs.extract(project.project(), ["xx"]) == FINE
    entries = {entry.msgid: entry for entry in catalog(project, "new").entries}
    assert entries["Some words, and more of them."].translated
    assert entries["Others, at great length."].previous == ("", "Others, at some length.")
    assert entries["For speed"] == fuzzy
    told = capsys.readouterr().err
    assert "warning: guides/locales/xx/old.po: there is no guide 'old'" in told
    assert "delete this once they are there" in told
    assert (project.root / "guides/locales/xx/old.po").is_file()


def test_a_catalog_without_a_guide_that_cannot_be_read_is_told_and_stays(
    project: sandboxes.Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(project)
    file = project.root / "guides/locales/xx/old.po"
    file.write_bytes(b"just words\n")
    assert catalogs.extract(project.project(), ["xx"]) == WRONG_USE
    assert "is no PO file" in capsys.readouterr().err
    assert file.read_bytes() == b"just words\n"


def test_a_whole_catalog_can_be_checked(project: sandboxes.Sandbox) -> None:
    assert catalogs.checked(project.project(), "xx", "old", DAY) == FINE
    assert catalog(project, "old").checked == DAY
    assert catalogs.checked(project.project(), "xx", "old", dt.date.today()) == FINE


def test_a_day_to_come_is_refused(project: sandboxes.Sandbox) -> None:
    with pytest.raises(InputError, match="is to come"):
        catalogs.checked(project.project(), "xx", "old", dt.date.today() + dt.timedelta(days=1))


def test_what_is_fuzzy_or_missing_is_refused_with_its_line_and_what_to_do(project: sandboxes.Sandbox) -> None:
    made = catalog(project, "old")
    first, second, *rest = made.entries
    entries = (replace(first, msgstr=""), replace(second, fuzzy=True), *rest)
    save(project, "old", replace(made, entries=entries))
    before = (project.root / "guides/locales/xx/old.po").read_bytes()
    with pytest.raises(InputError) as raised:
        catalogs.checked(project.project(), "xx", "old", DAY)
    missing, fuzzy = raised.value.problems
    assert ("is not translated" in missing.message, "is fuzzy" in fuzzy.message) == (True, True)
    assert all(problem.hint and problem.line for problem in (missing, fuzzy))
    assert (project.root / "guides/locales/xx/old.po").read_bytes() == before


def test_checked_holds_the_checkouts_lock(
    project: sandboxes.Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = project.project()
    held = []

    def save_seen(*_: object) -> bool:
        lock = FileLock(opened.settings.cache / "lock")
        held.append(not _free(lock))
        return True

    monkeypatch.setattr(catalogs, "save", save_seen)
    catalogs.checked(opened, "xx", "old", DAY)
    assert held == [True]


def _free(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except TimeoutError:
        return False
    lock.release()
    return True

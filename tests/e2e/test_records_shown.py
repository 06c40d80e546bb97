"""Which record a page is built from, and what it says of that."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tiny import Project

from guidewright import store
from guidewright.model import Record

QUICK = "these outputs are from a quick run"


def text(page: str) -> str:
    """A page's words, without its tags; blanks as one."""
    article = page.split("<article", 1)[1].split("</article>")[0]
    article = re.sub(r"</?(span|a|em|strong)\b[^>]*>", "", article)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", article).split()))


def change(file: Path, edit: Callable[[Record], Record]) -> None:
    """Replace a record by one that is as sound, as if it had been made so."""
    made = store.to_files(edit(store.from_folder(file.parent)))
    for name, content in made.items():
        (file.parent / name).write_bytes(content)


def with_version(name: str, version: str) -> Callable[[Record], Record]:
    def edit(record: Record) -> Record:
        known = record.environment.distributions
        assert name in known
        environment = replace(record.environment, distributions={**known, name: version})
        return replace(record, environment=environment)

    return edit


def test_a_quick_record_is_shown_with_its_notice(quick: Project) -> None:
    page = text(quick.page("first"))
    assert "Alpha, Beta: these outputs are from a quick run" in page
    assert "· quick run ·" in page
    assert "steps: 2" in page
    assert "steps: 5" not in page
    assert "steps = 5" in page  # the code is what the reader will run
    assert "Notebook with outputs" not in page


def test_a_full_record_wins_over_a_quick_one(full: Project) -> None:
    page = text(full.page("first"))
    assert "quick run" not in page
    assert "steps: 5" in page
    assert "steps: 2" not in page
    assert "Notebook with outputs" in page
    assert re.search(r"Alpha ✓ Beta ✓ · Packaging [\d.]+ · CPU · \d{4}-\d\d-\d\d · 1 check\b", page)


def test_a_full_record_of_other_code_is_never_shown(proven: Project) -> None:
    proven.change("guides/first.py", "the same everywhere", "another text")
    assert proven.cli("site").code == 0
    page = text(proven.page("first"))
    assert "Alpha – not proven yet Beta – not proven yet" in page
    assert "steps: 5" not in page
    assert proven.cli("build").code == 0
    page = text(proven.page("first"))
    assert QUICK in page
    assert ("steps: 2" in page, "steps: 5" in page) == (True, False)
    assert page.count("another text") == 2  # in the code, and in the output that both backends share
    assert not (proven.root / "site/notebooks/en/alpha/first.executed.ipynb").exists()
    assert QUICK not in text(proven.page("deep/second"))


def test_a_backend_without_any_record_says_so_in_its_tabs(proven: Project) -> None:
    for profile in ("quick", "full"):
        proven.record_file("first", "beta", profile).unlink()
    assert proven.cli("site").code == 0
    page = text(proven.page("first"))
    assert "Alpha ✓ Beta – not proven yet ·" in page
    assert "Beta: this guide has not been proven yet. The code is shown as it would run." in page
    assert "Not proven on Beta yet, so there is no output to show." in page
    assert 'print("only where it is beta")' in page
    assert "the flavour is alpha" in page
    assert "the flavour is beta" not in page
    assert "not proven yet" in text(proven.read("site/parity/index.html"))


def test_one_backend_may_be_proven_in_full_and_another_in_the_quick_profile(proven: Project) -> None:
    proven.record_file("first", "beta", "full").unlink()
    assert proven.cli("site").code == 0
    page = text(proven.page("first"))
    assert "Alpha ✓ Beta (quick run) ✓ ·" in page
    assert "Beta: these outputs are from a quick run" in page
    assert ("steps: 5" in page, "steps: 2" in page) == (True, True)
    assert (proven.root / "site/notebooks/en/alpha/first.executed.ipynb").exists()
    assert not (proven.root / "site/notebooks/en/beta/first.executed.ipynb").exists()


def test_a_full_record_is_marked_where_its_versions_have_moved_on(proven: Project) -> None:
    change(proven.record_file("first", "alpha", "full"), with_version("packaging", "1.0"))
    assert proven.cli("site").code == 0
    page = text(proven.page("first"))
    assert "Alpha: proven on CPU with Packaging 1.0, 20" in page
    assert "has not been run in full on them" in page
    assert "Beta: proven on" not in page
    assert ("steps: 5" in page, "steps: 2" in page) == (True, False)
    assert proven.cli("build").code == 0
    assert proven.kernels() == []


def test_what_the_project_has_moved_on_to_is_said_by_its_lock_file_and_not_by_what_is_installed(
    proven: Project,
) -> None:
    lock = proven.root / "locked.txt"
    proven.change("pyproject.toml", 'site_name = "Tiny', 'lock = "locked.txt"\nsite_name = "Tiny')
    for pinned, moved in (("packaging==1.0", True), ("rich==1.0", False)):
        lock.write_text(f"{pinned}\n", "utf-8")
        assert proven.cli("site").code == 0
        assert ("has not been run in full on them" in text(proven.page("first"))) is moved
    assert proven.kernels() == []


def test_another_build_of_the_same_release_is_no_other_version(proven: Project) -> None:
    file = proven.record_file("first", "alpha", "full")
    version = store.from_folder(file.parent).environment.distributions["packaging"]
    change(file, with_version("packaging", f"{version}+cpu"))
    assert proven.cli("site").code == 0
    assert "proven on CPU with" not in text(proven.page("first"))


def test_an_edited_record_is_set_aside_told_and_not_shown(proven: Project) -> None:
    file = proven.record_file("first", "alpha", "full")
    file.write_text(file.read_text("utf-8").replace("steps: 5", "steps: 500"), "utf-8")
    done = proven.cli("site")
    assert done.code == 0
    assert "damaged" in done.err
    page = text(proven.page("first"))
    assert "steps: 500" not in page
    assert "Alpha (quick run) ✓" in page


def test_the_site_is_built_from_committed_records_without_any_backend(proven: Project) -> None:
    """A fresh clone: no cache, no quick record, and none of the backends' modules."""
    for name in (".guidewright", "build", "site"):
        (proven.root / name).rename(proven.root.parent / f"away{name}")
    proven.change("pyproject.toml", 'modules = ["json"]', 'modules = ["no_such_module"]')
    done = proven.cli("site")
    assert (done.code, done.err) == (0, "")
    page = text(proven.page("first"))
    assert "steps: 5" in page
    assert "quick run" not in page
    assert proven.kernels() == []

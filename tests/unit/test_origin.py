"""A record names the commit that it was made from, and what ran it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import made
import pytest

from guidewright import gitinfo
from guidewright.commands.origin import origin
from guidewright.model import BackendView, Origin, Record
from guidewright.render import proof
from guidewright.store import FILE, from_folder, to_files
from sandbox import Sandbox

ORIGIN = Origin(
    commit="a" * 40,
    dirty=True,
    runner="GitHub Actions: gpu-1",
    run="https://example.org/1",
    pins=("keras==3.14.0",),
)
GITHUB = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://example.org",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_RUN_ID": "7",
}


def kept(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_record_keeps_its_origin(tmp_path: Path) -> None:
    record = made.record(origin=ORIGIN)
    assert from_folder(kept(tmp_path, to_files(record))) == record


def test_a_record_from_before_reads_and_is_written_as_it_was(tmp_path: Path) -> None:
    files = to_files(made.record())
    assert b"origin" not in files[FILE]
    assert to_files(from_folder(kept(tmp_path, files))) == files


def test_every_committed_record_reads_and_is_given_no_origin_that_it_never_had() -> None:
    records = Path(__file__).parents[2] / "guides/records"
    found = sorted(records.rglob(FILE))
    assert found
    for file in found:
        again = json.loads(to_files(from_folder(file.parent))[FILE])
        assert ("origin" in again) == ("origin" in json.loads(file.read_bytes()))


def test_an_edit_makes_a_checkout_dirty_and_a_record_that_was_written_does_not(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    records = tmp_path / "records"
    assert gitinfo.head(tmp_path, records) == ("", False)
    git("init", "--quiet")
    records.mkdir()
    for file in (tmp_path / "guide.py", records / "image.png"):
        file.write_text("1", "utf-8")
    git("add", ".")
    git("commit", "--quiet", "-m", "begin")
    commit, dirty = gitinfo.head(tmp_path, records)
    assert (len(commit), dirty) == (40, False)
    (records / "image.png").write_text("2", "utf-8")
    assert gitinfo.head(tmp_path, records) == (commit, False)
    (tmp_path / "guide.py").write_text("2", "utf-8")
    assert gitinfo.head(tmp_path, records) == (commit, True)


@pytest.mark.parametrize(
    ("environ", "runner", "run"),
    [
        ({}, "local", ""),
        ({"CI": "true"}, "CI", ""),
        (GITHUB, "GitHub Actions", "https://example.org/o/r/actions/runs/7"),
        (
            {**GITHUB, "RUNNER_NAME": "gpu-1"},
            "GitHub Actions: gpu-1",
            "https://example.org/o/r/actions/runs/7",
        ),
    ],
)
def test_the_runner_is_told_by_what_automation_says_of_itself(
    sandbox: Sandbox, environ: dict[str, str], runner: str, run: str
) -> None:
    found = origin(sandbox.project().settings, environ=environ)
    assert (found.runner, found.run) == (runner, run)


def rows(*records: Record) -> dict[str, list[str]]:
    views = [
        BackendView(backend="alpha", label="Alpha", code={}, record=record, notice="", outputs={})
        for record in records
    ]
    return {row[0]: row[1:] for row in proof.table(views)}


def test_the_page_names_inputs_commit_and_runner_of_each_record() -> None:
    clean = Origin(commit="b" * 40)
    new, old = made.record(origin=ORIGIN), made.record()
    found = rows(new, made.record(origin=clean), old)
    assert found["Digest of the inputs"] == [new.fingerprint.key[:12]] * 3
    assert found["Commit"] == ["aaaaaaaaaaaa, with edits", "bbbbbbbbbbbb", ""]
    assert found["Run by"] == ["[GitHub Actions: gpu-1](https://example.org/1)", "a local machine", ""]


def test_a_page_of_older_records_has_no_empty_rows() -> None:
    assert not {"Commit", "Run by"} & set(rows(made.record()))


def test_a_runners_name_or_address_is_no_markup_on_the_page() -> None:
    odd = Origin(runner="[x](javascript:1)", run="javascript:alert(1)")
    assert rows(made.record(origin=odd))["Run by"] == [r"\[x\](javascript:1)"]


def test_what_runs_notes_the_checkouts_origin_in_its_record(sandbox: Sandbox) -> None:
    sandbox.guide("intro", "# %%\nprint(1)\n")
    report = sandbox.run()
    assert [record.origin for record in report.records.values()] == [origin(sandbox.project().settings)]

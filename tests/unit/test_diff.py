"""`guidewright diff`: which records are compared, and what the command says; no kernel runs."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import made
import pytest

from guidewright.commands.diff import diff
from guidewright.errors import InputError
from guidewright.model import CellRun, Job, Profile, Record
from guidewright.plan import Selection
from sandbox import Sandbox

BODY = '# %%\nprint("a")'
OTHER = replace(made.ENVIRONMENT, distributions={"numpy": "2.1.0"})


@pytest.fixture
def project(sandbox: Sandbox) -> Sandbox:
    sandbox.guide("one", BODY)
    return sandbox


def job(project: Sandbox, profile: Profile = "quick") -> Job:
    return project.project().jobs(Selection(profile=profile, patterns=("one",)))[0]


def save(project: Sandbox, said: str, later: float = 0, profile: Profile = "quick", **changed: Any) -> Record:
    """Keep a record of today's code."""
    of = job(project, profile)
    output = {"output_type": "stream", "name": "stdout", "text": said}
    cells = tuple(CellRun(id=cell.id, status="ok", seconds=0.1, outputs=(output,)) for cell in of.cells)
    record = made.record(of, later=later, cells=cells, **changed)
    project.project().store.save(record)
    return record


def run(
    project: Sandbox, capsys: pytest.CaptureFixture[str], profile: Profile = "quick", **options: Any
) -> tuple[int, str]:
    code = diff(project.project(), Selection(profile=profile), **options)
    return code, capsys.readouterr().out


def test_after_an_edit_what_the_edit_changed_is_shown(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "a 1\n")
    project.edit("one", '"a"', '"b"')
    save(project, "b 1\n", 1)
    code, out = run(project, capsys)
    assert code == 1
    line = project.line("one", "print")
    assert out.startswith(f"one[alpha,quick]: 1 cell of 1 changed\n  guides/one.py:{line}: cell 1: differs\n")
    assert "    -a 1\n    +b 1\n" in out
    assert out.endswith("1 of 1 job changed\n")


def test_after_an_upgrade_what_the_upgrade_changed_is_shown_although_other_code_ran_between(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "loss 0.5\n")
    project.edit("one", '"a"', '"b"')
    save(project, "other\n", 1)
    project.edit("one", '"b"', '"a"')
    save(project, "loss 0.6\n", 2, environment=OTHER)
    code, out = run(project, capsys)
    assert code == 1
    assert "  made with: numpy 2.0.0 → 2.1.0\n" in out
    assert "1 number moved, 1 of them beyond rtol 1e-05, atol 1e-08: 0.5 → 0.6 (+20 %)" in out


def test_a_second_run_in_the_new_environment_does_not_hide_the_old_one(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "old\n")
    save(project, "new\n", 1, environment=OTHER)
    save(project, "new\n", 2, environment=replace(OTHER, threads=2))
    code, out = run(project, capsys)
    assert code == 1
    assert "-old\n    +new\n" in out


def test_what_was_kept_of_the_environment_before_goes_with_the_record(project: Sandbox) -> None:
    save(project, "old\n")
    save(project, "new\n", 1, environment=OTHER)
    former = project.root / ".guidewright/former/one/alpha/quick"
    assert len([*former.iterdir()]) == 1
    for number in range(4):
        project.edit("one", "print(", f"print({number}, ")
        save(project, "x\n", 2 + number)
    assert [*former.iterdir()] == []
    assert len(project.cached("one")) == 4


def test_a_record_from_the_environment_before_is_never_what_a_page_shows(project: Sandbox) -> None:
    save(project, "old\n")
    new = save(project, "new\n", 1, environment=OTHER, outcome="failed")
    known = project.project().job(job(project))
    assert known.match == new
    assert known.passed is None


def test_what_failed_is_compared_with_what_passed(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    before = save(project, "fine\n")
    cells = tuple(replace(cell, status="failed", outputs=()) for cell in before.cells)
    project.project().store.save(
        made.record(job(project), later=1, outcome="failed", environment=OTHER, cells=cells)
    )
    code, out = run(project, capsys)
    assert code == 1
    assert "one[alpha,quick]: passed → failed, 1 cell of 1 changed" in out
    assert "cell 1: ok → failed" in out


def test_numbers_within_the_tolerance_end_with_0(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "loss 0.5000000\n")
    save(project, "loss 0.5000001\n", 1, environment=OTHER)
    code, out = run(project, capsys)
    assert code == 0
    assert "1 cell within the tolerance" in out
    assert "1 number moved, none of them beyond" in out
    assert out.endswith("0 of 1 job changed\n")


def test_a_full_record_is_compared_with_the_committed_one(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "old\n", profile="full")
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "x")
    assert run(project, capsys, "full") == (
        0,
        "one[alpha,full]: it is the record that is compared with\n0 of 1 job changed\n",
    )
    save(project, "new\n", 1, profile="full")
    code, out = run(project, capsys, "full")
    assert code == 1
    assert "-old\n    +new\n" in out


def git(project: Sandbox, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=project.root, check=True, env=project.environ())


def test_a_full_record_without_git_has_nothing_to_be_compared_with(project: Sandbox) -> None:
    save(project, "old\n", profile="full")
    with pytest.raises(InputError, match="no earlier record of"):
        diff(project.project(), Selection(profile="full"))


def test_two_folders_of_records_are_compared_whatever_their_layout(
    project: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "old\n")
    shutil.copytree(project.root / ".guidewright/records", tmp_path / "old")
    (folder,) = project.cached("one")
    shutil.rmtree(folder)
    save(project, "new\n", environment=OTHER)
    code, out = run(project, capsys, against=tmp_path / "old")
    assert code == 1
    assert "-old\n    +new\n" in out
    (folder,) = project.cached("one")
    folder.rename(tmp_path / "new")
    code, out = run(project, capsys, against=tmp_path / "old", records=tmp_path / "new")
    assert code == 1
    assert "numpy 2.0.0 → 2.1.0" in out


def test_json_has_all_that_people_are_told(project: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    save(project, "loss 0.5\n")
    save(project, "loss 1.0\n", 1, environment=OTHER)
    project.guide("two", BODY)
    code, out = run(project, capsys, json=True)
    assert code == 1
    told = json.loads(out)
    assert told["not_compared"] == ["two[alpha,quick]"]
    (entry,) = told["jobs"]
    assert (entry["job"], entry["differs"]) == ("one[alpha,quick]", True)
    assert entry["environment"] == [{"name": "numpy", "old": "2.0.0", "new": "2.1.0"}]
    (cell,) = entry["cells"]
    assert (cell["state"], cell["line"]) == ("differs", project.line("one", "print"))
    (number,) = cell["outputs"][0]["numbers"]
    assert number == {
        "line": 1,
        "old": "0.5",
        "new": "1.0",
        "absolute": 0.5,
        "relative": 1.0,
        "within": False,
    }


def test_the_page_is_written(project: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(project, "old\n")
    save(project, "new\n", 1, environment=OTHER)
    code, _ = run(project, capsys, html=tmp_path / "diff.html")
    assert code == 1
    assert '<span class="minus">-old</span>' in (tmp_path / "diff.html").read_text("utf-8")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="the page cannot be written"):
        run(project, capsys, html=tmp_path / "file" / "diff.html")


def test_outputs_of_other_code_than_todays_are_told(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "old\n")
    save(project, "old\n", 1, environment=OTHER)
    project.edit("one", '"a"', '"b"')
    assert diff(project.project(), Selection()) == 0
    assert "one[alpha,quick]: the guide has changed since these outputs were made" in capsys.readouterr().err


def test_nothing_to_compare_is_wrong_use(project: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no record of one\[alpha,quick\]"):
        diff(project.project(), Selection())
    save(project, "a\n")
    with pytest.raises(InputError, match="no earlier record of"):
        diff(project.project(), Selection())
    with pytest.raises(InputError, match="no such folder"):
        diff(project.project(), Selection(), against=tmp_path / "nowhere")
    with pytest.raises(InputError, match="it has none at all"):
        diff(project.project(), Selection(), against=project.outside)


def test_a_damaged_record_of_a_folder_is_told_and_left_where_it_is(
    project: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "a\n")
    shutil.copytree(project.root / ".guidewright/records", tmp_path / "old")
    (tmp_path / "old/broken").mkdir()
    broken = tmp_path / "old/broken/record.json"
    broken.write_text("{")
    assert diff(project.project(), Selection(), against=tmp_path / "old") == 0
    assert f"warning: {broken}: the record is damaged" in capsys.readouterr().err
    assert broken.exists()

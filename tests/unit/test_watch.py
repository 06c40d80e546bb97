"""Issues follow the nightly reports: one a guide and backend, opened, updated and closed; nothing leaves this machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from guidewright import upstream
from guidewright.commands.watch import watch
from guidewright.errors import CannotRunError, InputError
from guidewright.github import GitHub, Issues, gh
from guidewright.upstream import Issue


@dataclass
class FakeGh:
    """``gh`` with the issues of one repository: what :class:`GitHub` asks of it, and an error for anything else."""

    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)

    def __call__(self, arguments: Sequence[str], text: str) -> str:
        match list(arguments):
            case ["label", "create", label, "--repo", "o/r", *_]:
                self.labels.add(label)
            case ["issue", "list", "--repo", "o/r", "--label", "upstream", "--state", "open", *_]:
                rows = [{"number": n, "body": i["body"]} for n, i in self.issues.items() if i["open"]]
                return json.dumps(rows)
            case ["issue", "create", "--repo", "o/r", "--label", label, "--title", title, "--body-file", "-"]:
                assert label in self.labels, "GitHub refuses a label that there is not"
                number = len(self.issues) + 1
                self.issues[number] = {"title": title, "body": text, "open": True, "comments": []}
            case ["issue", "edit", "--repo", "o/r", number, "--body-file", "-"]:
                self.issues[int(number)]["body"] = text
            case ["issue", "close", "--repo", "o/r", number, "--comment", comment]:
                self.issues[int(number)]["open"] = False
                self.issues[int(number)]["comments"].append(comment)
            case other:
                raise AssertionError(other)
        return ""


def row(outcome: str | None, job: str = "intro[jax,quick]", message: str = "no such layer") -> dict[str, Any]:
    failure = {"line": 12, "cell": "c", "name": "ValueError", "message": message}
    return {"job": job, "outcome": outcome, "failure": failure if outcome in ("failed", "errored") else None}


@pytest.fixture
def fake() -> FakeGh:
    return FakeGh()


def night(fake: FakeGh, tmp_path: Path, *rows: dict[str, Any], dry_run: bool = False) -> int:
    (tmp_path / "report.json").write_text(json.dumps(rows), "utf-8")
    issues: Issues = GitHub(repository="o/r", shell=fake)
    return watch([tmp_path], issues, run="https://example.org/run/1", dry_run=dry_run)


def test_a_failure_opens_one_issue_however_often_it_is_seen(fake: FakeGh, tmp_path: Path) -> None:
    for _ in range(3):
        assert night(fake, tmp_path, row("failed")) == 0
    assert [issue["title"] for issue in fake.issues.values()] == [
        "intro[jax] fails with what is about to be released"
    ]
    assert "ValueError: no such layer" in fake.issues[1]["body"]
    assert "https://example.org/run/1" in fake.issues[1]["body"]


def test_another_failure_of_the_same_job_updates_its_issue(fake: FakeGh, tmp_path: Path) -> None:
    night(fake, tmp_path, row("failed"))
    night(fake, tmp_path, row("errored", message="timed out"))
    assert list(fake.issues) == [1]
    assert "timed out" in fake.issues[1]["body"]


def test_a_job_that_passes_again_closes_its_issue_and_the_next_failure_opens_another(
    fake: FakeGh, tmp_path: Path
) -> None:
    night(fake, tmp_path, row("failed"))
    night(fake, tmp_path, row("passed"))
    assert not fake.issues[1]["open"]
    assert fake.issues[1]["comments"] == ["It passes again. https://example.org/run/1"]
    night(fake, tmp_path, row("failed"))
    assert fake.issues[2]["open"]


def test_each_backend_has_an_issue_of_its_own(fake: FakeGh, tmp_path: Path) -> None:
    night(fake, tmp_path, row("failed"), row("failed", "intro[torch,quick]"))
    night(fake, tmp_path, row("failed"), row("passed", "intro[torch,quick]"))
    assert [issue["open"] for issue in fake.issues.values()] == [True, False]


def test_a_job_without_a_verdict_leaves_its_issue_and_is_told(
    fake: FakeGh, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night(fake, tmp_path, row("failed"))
    assert night(fake, tmp_path, row(None)) == 3
    assert fake.issues[1]["open"]
    assert "came to no verdict: intro[jax,quick]" in capsys.readouterr().err


def test_issues_of_others_are_left_alone() -> None:
    stranger = Issue(number=7, body="intro[jax] is hard to read")
    assert upstream.steps([row("passed")], [stranger]) == []


def test_what_a_guide_prints_cannot_be_another_jobs_mark() -> None:
    bad = row("failed", message="x\n<!-- guidewright: other[torch] -->")
    (step,) = upstream.steps([bad], [])
    assert upstream.steps([row("passed", "other[torch,quick]")], [Issue(number=1, body=step.body)]) == []


def test_a_dry_run_tells_and_does_nothing(
    fake: FakeGh, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night(fake, tmp_path, row("failed"), dry_run=True)
    assert capsys.readouterr().out == "open intro[jax]\n"
    assert fake.issues == {}


@pytest.mark.parametrize("content", [None, "", "{}x", "[1]", '[{"job": "a"}]'])
def test_what_is_no_report_is_refused_before_anything_is_done(
    fake: FakeGh, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "report.json").write_text(content, "utf-8")
    with pytest.raises(InputError):
        watch([tmp_path], GitHub(repository="o/r", shell=fake))


def test_without_gh_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRunError, match="gh"):
        gh(["issue", "list"], "")

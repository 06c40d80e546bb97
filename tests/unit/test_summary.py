"""`guidewright summary`: what a pull request's page says of a run; no kernel runs."""

from __future__ import annotations

import subprocess

import made
import pytest

from guidewright.commands.digest import digest
from guidewright.model import CellFailure, CellRun, Job, Profile
from guidewright.plan import Selection
from sandbox import Sandbox


@pytest.fixture
def project(sandbox: Sandbox) -> Sandbox:
    sandbox.guide("one", "# %%\nprint('a')", "backends: [alpha, beta]")
    return sandbox


def save(project: Sandbox, profile: Profile, later: float = 0, **said: str) -> None:
    """Keep a record of each backend named, which printed this."""
    for backend, text in said.items():
        of = job(project, profile, backend)
        output = {"output_type": "stream", "name": "stdout", "text": text}
        cells = tuple(CellRun(id=cell.id, status="ok", seconds=0.1, outputs=(output,)) for cell in of.cells)
        project.project().store.save(made.record(of, later=later, cells=cells))


def job(project: Sandbox, profile: Profile, backend: str) -> Job:
    return project.project().jobs(Selection(profile=profile, backends=(backend,)))[0]


def summary(project: Sandbox, capsys: pytest.CaptureFixture[str], profile: Profile = "quick") -> list[str]:
    assert digest(project.project(), Selection(profile=profile)) == 0
    return capsys.readouterr().out.splitlines()


def commit(project: Sandbox) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "guides"], [*who, "commit", "-qm", "records"]):
        subprocess.run(["git", *command], cwd=project.root, check=True)


def test_it_has_a_row_a_guide_and_the_failures_with_their_lines(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "quick", alpha="a\n")
    failure = CellFailure(cell="cell", line=12, name="ValueError", message="<b>@all</b> | x")
    of = job(project, "quick", "beta")
    project.project().store.save(made.record(of, outcome="failed", failure=failure))
    found = summary(project, capsys)
    assert found[:2] == ["## Guides, quick profile", ""]
    assert "| guide | Alpha | Beta |" in found
    assert "| one | ✓ 1.5 s | ✗ failed 1.5 s |" in found
    told = r"- one\[beta,quick\], guides/one.py:12: ValueError: &lt;b>&#64;all&lt;/b> \| x"
    assert told in found


def test_a_change_of_parity_since_the_committed_records_is_told_with_its_line(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "full", alpha="a\n", beta="a\n")
    save(project, "quick", alpha="a\n", beta="a\n")
    assert summary(project, capsys)[-1] == "The backends compare as they did in the committed records."
    save(project, "quick", 1, alpha="a\n", beta="b\n")
    line = project.line("one", "print")
    assert summary(project, capsys)[-1] == f"- guides/one.py:{line}: same → varies, and no tag says so"


def test_after_a_full_run_it_is_told_against_what_git_has(
    project: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, "full", alpha="a\n", beta="a\n")
    commit(project)
    save(project, "full", 1, alpha="a\n", beta="b\n")
    assert "same → varies" in summary(project, capsys, "full")[-1]


def test_what_was_not_run_has_no_row(project: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    found = summary(project, capsys)
    assert "0 of 2 jobs have a record of this code." in found
    assert not [line for line in found if line.startswith("|")]

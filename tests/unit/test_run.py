"""What is run, what is reused, what cannot start, and what is told: with kernels that are made up."""

from __future__ import annotations

import asyncio
import io
import json
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import made
import pytest

from guidewright import store
from guidewright.commands import summary
from guidewright.commands.report import Report
from guidewright.errors import COULD_NOT_RUN, FINE, GUIDE_FAILED, WRONG_USE, CannotRunError, SelectorError
from guidewright.execute import environment as env
from guidewright.model import CellFailure, CellRun, Job, Outcome, Record
from sandbox import Sandbox

BODY = """
# %% [markdown]
# ## A heading {#heading}
#
# A paragraph.

# %%
# A comment.
number = 1

# %%
print(number)

# %% tags=["test"]
assert number == 1
"""
NEEDS = """
# %%
number = 1

# %% needs=["no-such-program"]
print(number)
"""


@dataclass
class Kernels:
    """Notes the jobs that are run; each passes unless it is said to end otherwise, or to run into an error of ours."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    before: Callable[[Job], object] = lambda _job: None

    async def __call__(self, job: Job, _settings: Any, _slot: Any, machine: Any, *_: Any) -> Record:
        self.before(job)
        await asyncio.sleep(0)
        self.ran.append(job.name)
        outcome = self.outcomes.get(job.slug, "passed")
        failure = CellFailure(
            cell=job.cells[0].id, line=job.cells[0].line, name="E", message="no", traceback="t\n"
        )
        cells = tuple(
            CellRun(id=c.id, status="skipped", seconds=0, missing=env.absent_programs(c.needs))
            if env.absent_programs(c.needs)
            else CellRun(id=c.id, status="ok", seconds=0.1)
            for c in job.cells
        )
        here = replace(
            made.ENVIRONMENT,
            python=machine.python,
            platform=machine.platform,
            has_gpu=machine.has_gpu,
            cores=machine.cores,
            distributions={"pytest": env.installed_version("pytest") or ""},
        )
        return made.record(
            job,
            outcome=outcome,
            cells=cells,
            environment=here,
            failure=None if outcome == "passed" else failure,
        )

    def take(self) -> list[str]:
        """Return what has run since it was asked last."""
        ran, self.ran = sorted(self.ran), []
        return ran


@pytest.fixture
def kernels() -> Kernels:
    return Kernels()


@pytest.fixture
def project(sandbox: Sandbox, kernels: Kernels) -> Sandbox:
    """Two guides, proven."""
    sandbox.guide("one", BODY)
    sandbox.guide("two", BODY, "backends: [alpha, beta]")
    assert sandbox.run(run_one=kernels).exit_code == FINE
    assert kernels.take() == ["one[alpha,quick]", "two[alpha,quick]", "two[beta,quick]"]
    return sandbox


# --------------------------------------------------------------------- reuse


def test_a_second_run_starts_no_kernel(project: Sandbox, kernels: Kernels) -> None:
    report = project.run(run_one=kernels)
    assert kernels.take() == []
    assert {entry.reason for entry in report.planned} == {"unchanged"}
    assert report.exit_code == FINE


@pytest.mark.parametrize(
    ("old", "new"),
    [("A comment.", "Another."), ("A paragraph.", "More words."), ("number = 1\n", "number  =  (1)\n")],
)
def test_touching_a_comment_a_paragraph_or_blanks_starts_no_kernel(
    project: Sandbox, kernels: Kernels, old: str, new: str
) -> None:
    project.edit("one", old, new)
    project.run(run_one=kernels)
    assert kernels.take() == []


def test_a_changed_cell_runs_its_guide_only_and_undoing_it_nothing(
    project: Sandbox, kernels: Kernels
) -> None:
    project.edit("two", "number = 1\n", "number = 2\n")
    report = project.run(run_one=kernels)
    assert kernels.take() == ["two[alpha,quick]", "two[beta,quick]"]
    assert {entry.job.slug: entry.reason for entry in report.planned} == {
        "one": "unchanged",
        "two": "code changed",
    }
    project.edit("two", "number = 2\n", "number = 1\n")
    project.run(run_one=kernels)
    assert kernels.take() == []


def test_a_changed_check_runs_again_in_the_quick_profile(project: Sandbox, kernels: Kernels) -> None:
    project.edit("one", "assert number == 1", "assert number < 2")
    report = project.run("one", run_one=kernels)
    assert kernels.take() == ["one[alpha,quick]"]
    assert report.planned[0].reason == "checks changed"


@pytest.mark.parametrize("outcome", ["failed", "errored"])
def test_a_failure_is_never_reused(project: Sandbox, kernels: Kernels, outcome: Outcome) -> None:
    kernels.outcomes["one"] = outcome
    project.edit("one", "print(number)", "print(-number)")
    for reason in ("code changed", "failed before", "failed before"):
        report = project.run(run_one=kernels)
        assert kernels.take() == ["one[alpha,quick]"]
        assert report.planned[0].reason == reason
        assert report.exit_code == {"failed": GUIDE_FAILED, "errored": COULD_NOT_RUN}[outcome]


def test_force_runs_again_what_need_not_be(project: Sandbox, kernels: Kernels) -> None:
    project.run("one", force=True, run_one=kernels)
    assert kernels.take() == ["one[alpha,quick]"]


def test_another_version_of_what_was_loaded_runs_again(
    project: Sandbox, kernels: Kernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guidewright.commands.project._version", {"pytest": "0.1"}.get)
    report = project.run("one", run_one=kernels)
    assert kernels.take() == ["one[alpha,quick]"]
    assert report.planned[0].reason == "environment changed"
    assert report.planned[0].detail.endswith("→ 0.1")


def test_a_damaged_record_is_warned_of_set_aside_and_its_job_run_again(
    project: Sandbox, kernels: Kernels
) -> None:
    (folder,) = project.cached("one")
    (folder / store.FILE).write_text("{")
    report = project.run(run_one=kernels)
    assert kernels.take() == ["one[alpha,quick]"]
    assert report.exit_code == FINE
    (warning,) = report.problems
    assert warning.severity == "warning"
    assert (project.root / ".guidewright" / "damaged" / "one" / "alpha" / "1" / store.FILE).read_text() == "{"
    assert project.record("one").outcome == "passed"


def test_a_full_run_that_fails_leaves_the_committed_record(project: Sandbox, kernels: Kernels) -> None:
    project.run("one", profile="full", run_one=kernels)
    committed = project.root / "guides" / "records" / "one" / "alpha" / store.FILE
    before = committed.read_bytes()
    kernels.outcomes["one"] = "failed"
    assert project.run("one", profile="full", force=True, run_one=kernels).exit_code == GUIDE_FAILED
    assert committed.read_bytes() == before
    kernels.take()
    assert project.run("one", profile="full", run_one=kernels).planned[0].reason == "failed before"


# ------------------------------------------------------------------ programs


def program(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    file = sandbox.outside / "no-such-program"
    file.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(sandbox.outside))


def test_a_cell_whose_program_is_missing_is_skipped_counted_and_run_once_it_is_there(
    sandbox: Sandbox, kernels: Kernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.guide("one", NEEDS)
    report = sandbox.run(run_one=kernels)
    assert report.exit_code == FINE
    assert report.as_json()[0]["skipped_cells"] == 1
    sandbox.run(run_one=kernels)
    assert len(kernels.take()) == 1
    program(sandbox, monkeypatch)
    report = sandbox.run(run_one=kernels)
    assert kernels.take() == ["one[alpha,quick]"]
    assert report.planned[0].detail == "no-such-program is there now"
    assert report.as_json()[0]["skipped_cells"] == 0


def test_a_missing_program_is_told_once_with_how_to_get_it(
    sandbox: Sandbox, kernels: Kernels, capsys: pytest.CaptureFixture[str]
) -> None:
    for slug in ("one", "two"):
        sandbox.guide(slug, NEEDS)
    for state in ("ran", "kept"):
        report = sandbox.run(run_one=kernels)
        summary.print_report(report, sandbox.project(), io.StringIO())
        said = capsys.readouterr().err
        assert said.count("no-such-program'") == 1, state
        assert (
            "2 cells skipped for want of the program 'no-such-program': one[alpha,quick], two[alpha,quick]"
            in said
        )
        assert "install it: apt-get install no-such-program (Debian, Ubuntu) or brew install" in said


def test_a_full_run_does_not_start_without_a_program(
    sandbox: Sandbox, kernels: Kernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.guide("one", NEEDS)
    report = sandbox.run(profile="full", run_one=kernels)
    assert kernels.take() == []
    assert report.exit_code == COULD_NOT_RUN
    ((problem,),) = report.not_run.values()
    assert problem.line == sandbox.line("one", "print(number)")
    assert "apt-get install no-such-program" in problem.hint
    program(sandbox, monkeypatch)
    assert sandbox.run(profile="full", run_one=kernels).exit_code == FINE


# ---------------------------------------------------------- missing backends

ABSENT = '[tool.guidewright.backends.absent]\nlabel = "Absent"\nmodules = ["no_such_module"]\ninstall = "pkg[absent]"'


@pytest.fixture
def without(sandbox: Sandbox) -> Sandbox:
    """A project of which one backend is not installed here."""
    sandbox.settings(tables=ABSENT)
    sandbox.guide("one", BODY, "backends: [alpha, absent]")
    return sandbox


def test_a_backend_that_is_not_installed_is_skipped_and_counted(without: Sandbox, kernels: Kernels) -> None:
    report = without.run(run_one=kernels)
    assert kernels.take() == ["one[alpha,quick]"]
    assert report.exit_code == FINE
    states = {row["job"]: row["state"] for row in report.as_json()}
    assert states == {"one[alpha,quick]": "ran", "one[absent,quick]": "skipped"}


@pytest.mark.parametrize(
    ("patterns", "backends", "environ"),
    [
        ((), ("absent",), {}),
        (("one[absent]",), (), {}),
        (("one[absent, quick]",), (), {}),
        ((), (), {"CI": "true"}),
    ],
)
def test_a_backend_that_is_not_installed_is_an_error_where_it_was_named_and_in_ci(
    without: Sandbox, kernels: Kernels, patterns: Any, backends: Any, environ: Any
) -> None:
    report = without.run(*patterns, backends=backends, environ=environ, run_one=kernels)
    assert report.exit_code == COULD_NOT_RUN
    ((problem,),) = report.not_run.values()
    assert "backend 'absent' is not installed" in problem.message
    assert "pip install 'pkg[absent]'" in problem.hint
    assert kernels.take() == (["one[alpha,quick]"] if environ else [])


def test_ci_that_is_off_is_no_ci(without: Sandbox, kernels: Kernels) -> None:
    assert without.run(environ={"CI": "false"}, run_one=kernels).exit_code == FINE


def test_a_missing_distribution_stops_its_guide_only(sandbox: Sandbox, kernels: Kernels) -> None:
    sandbox.guide("one", BODY, "backends: [alpha]\nrequires: [no-such-distribution]")
    sandbox.guide("two", BODY)
    report = sandbox.run(run_one=kernels)
    assert kernels.take() == ["two[alpha,quick]"]
    assert report.exit_code == COULD_NOT_RUN


# ------------------------------------------------------------------- datasets


def test_a_dataset_that_cannot_be_had_stops_the_jobs_that_need_it_only(
    sandbox: Sandbox, kernels: Kernels
) -> None:
    digest = "0" * 64
    table = f'[tool.guidewright.datasets.toy]\nfile = "toy.bin"\nurl = "http://127.0.0.1:9/toy"\nsha256 = "{digest}"'
    sandbox.settings(tables=table)
    sandbox.guide("one", BODY, "backends: [alpha, beta]\ndatasets: [toy]")
    sandbox.guide("two", BODY)
    report = sandbox.run(run_one=kernels)
    assert kernels.take() == ["two[alpha,quick]"]
    assert report.exit_code == COULD_NOT_RUN
    assert set(report.not_run) == {"one[alpha,quick]", "one[beta,quick]"}
    told = "\n".join(map(str, summary._by_problem(report.not_run, "could not run")))
    assert told.count("dataset 'toy' could not be had") == 1
    assert "could not run one[alpha,quick], one[beta,quick]: " in told


def test_an_unknown_dataset_is_bad_input_and_the_others_run(sandbox: Sandbox, kernels: Kernels) -> None:
    sandbox.guide("one", BODY, "backends: [alpha]\ndatasets: [toy]")
    sandbox.guide("two", BODY)
    report = sandbox.run(run_one=kernels)
    assert kernels.take() == ["two[alpha,quick]"]
    assert report.exit_code == WRONG_USE
    (problem,) = report.problems
    assert "unknown dataset 'toy'" in problem.message
    assert problem.line == sandbox.line("one", "datasets: [toy]")


# ------------------------------------------------------------ what else stops


def test_a_guide_that_cannot_be_read_is_told_where_it_was_asked_for(
    sandbox: Sandbox, kernels: Kernels
) -> None:
    sandbox.guide("one", BODY, "backends: [alpha]\ncolour: red")
    with pytest.raises(SelectorError) as error:
        sandbox.run("one", run_one=kernels)
    assert error.value.exit_code == WRONG_USE
    assert "colour" in error.value.problems[0].message
    assert "matches no guide" in error.value.problems[-1].message


def test_a_record_that_cannot_be_written_is_told_and_the_others_are_kept(
    sandbox: Sandbox, kernels: Kernels
) -> None:
    sandbox.guide("one", BODY)
    sandbox.guide("two", BODY)

    def in_the_way(job: Job) -> None:
        if job.slug == "one":
            folder = sandbox.root / ".guidewright" / "records"
            folder.mkdir(exist_ok=True)
            (folder / "one").touch()

    kernels.before = in_the_way
    report = sandbox.run(run_one=kernels)
    assert report.exit_code == COULD_NOT_RUN
    ((problem,),) = report.not_run.values()
    assert "the record of one[alpha,quick] could not be written" in problem.message
    assert sandbox.record("two").outcome == "passed"


def test_a_cache_that_cannot_be_written_is_told(sandbox: Sandbox, kernels: Kernels) -> None:
    sandbox.guide("one", BODY)
    (sandbox.root / ".guidewright").touch()
    with pytest.raises(CannotRunError, match="cannot be written") as error:
        sandbox.run(run_one=kernels)
    assert error.value.problems[0].path == str(sandbox.root / ".guidewright")


def test_what_was_not_reached_is_not_told_as_reused(sandbox: Sandbox, kernels: Kernels) -> None:
    sandbox.settings(extra="slots = 1")
    sandbox.guide("one", BODY)
    sandbox.guide("two", BODY)

    def interrupted(job: Job) -> None:
        if job.slug == "two":
            signal.raise_signal(signal.SIGINT)

    kernels.before = interrupted
    report = Report()
    with pytest.raises(KeyboardInterrupt):
        sandbox.run(run_one=kernels, report=report)
    assert {row["job"]: row["state"] for row in report.as_json()} == {
        "one[alpha,quick]": "ran",
        "two[alpha,quick]": "not run",
    }


# ------------------------------------------------------------------- telling


def table(sandbox: Sandbox, report: Report) -> str:
    stream = io.StringIO()
    summary.print_report(report, sandbox.project(), stream)
    return stream.getvalue()


def test_the_table_has_every_guide_and_backend_with_what_became_of_it(
    without: Sandbox, kernels: Kernels, capsys: pytest.CaptureFixture[str]
) -> None:
    kernels.outcomes["bad"] = "failed"
    without.guide("bad", BODY)
    without.guide("folder/with_a_name_that_is_rather_long_for_a_guide_of_so_few_words_as_this_one", BODY)
    lines = table(without, without.run(run_one=kernels)).splitlines()
    assert lines[0].split() == ["guide", "Alpha", "Absent"]
    assert [line.split()[0] for line in lines[1:]] == [
        "bad",
        "folder/with_a_name_that_is_rather_long_for_a_guide_of_so_few_words_as_this_one",
        "one",
    ]
    assert "✗ failed 1.5 s, 0 checks" in lines[1]
    assert lines[1].endswith("–")
    assert lines[3].endswith("skipped: not installed")
    assert all(line == line.rstrip() for line in lines)
    said = capsys.readouterr().err
    line = without.line("bad", "# A comment.")
    assert f"guides/bad.py:{line}: bad[alpha,quick]: cell 2: E: no\n    > {line}  # A comment.\n" in said
    assert "skipped one[absent,quick]: backend 'absent' is not installed" in said

    again = table(without, without.run(run_one=kernels))
    assert "✓ passed 1.5 s, 0 checks (kept)" in again


def test_json_has_what_a_program_asks_for(project: Sandbox, kernels: Kernels) -> None:
    kernels.outcomes["one"] = "failed"
    report = project.run(force=True, run_one=kernels)
    row = json.loads(json.dumps(report.as_json()))[0]
    assert row == {
        "job": "one[alpha,quick]",
        "reason": "forced",
        "state": "ran",
        "outcome": "failed",
        "seconds": 1.5,
        "checks": 0,
        "skipped_cells": 0,
        "failure": {
            "line": project.line("one", "# A comment."),
            "cell": row["failure"]["cell"],
            "name": "E",
            "message": "no",
        },
        "problems": [],
    }


@pytest.mark.parametrize(
    ("records", "not_run", "severity", "code"),
    [
        ((), 0, "", FINE),
        (("passed",), 0, "warning", FINE),
        (("passed", "failed"), 0, "", GUIDE_FAILED),
        (("failed",), 0, "error", WRONG_USE),
        (("failed", "errored"), 0, "error", COULD_NOT_RUN),
        (("failed",), 1, "", COULD_NOT_RUN),
    ],
)
def test_the_gravest_of_what_happened_is_the_exit_code(
    records: tuple[Any, ...], not_run: int, severity: Any, code: int
) -> None:
    problems = [made.problem(severity)] if severity else []
    report = Report(
        records={outcome: made.record(outcome=outcome) for outcome in records},
        not_run={"a": []} if not_run else {},
        problems=problems,
    )
    assert report.exit_code == code


def test_what_was_made_on_any_of_a_clusters_machines_was_made_in_no_other_environment(
    sandbox: Sandbox,
) -> None:
    project = sandbox.project()
    large = replace(project.machine, cpus=tuple(range(64)))
    other = replace(large, platform="Linux-riscv64")
    here = replace(made.ENVIRONMENT, python=large.python, platform=large.platform, cores=64, distributions={})
    record = made.record(environment=replace(here, has_gpu=large.has_gpu))
    assert "cores 64 →" in project.difference(record)
    assert replace(project, machines=(other, large)).difference(record) == ""
    assert "platform" in replace(project, machines=(other,)).difference(record)

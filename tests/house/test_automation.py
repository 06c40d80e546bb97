"""What automation runs is what people type, with no more rights than it needs."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from guidewright import __version__

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
CI = ROOT / ".ci/run"


RIGHTS = {
    "release.yml": {
        # Trusted publishing: the job proves which workflow it is.
        "publish": {"id-token": "write"},
        "attest": {"id-token": "write", "attestations": "write"},
    },
    "full.yml": {"publish": {"contents": "write"}},
    "nightly.yml": {"tell": {"contents": "read", "issues": "write"}},
}
"""All that any job may do beside reading."""


def load(path: Path) -> dict[Any, Any]:
    loaded = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_ci_runs_check_test_and_guides_in_this_order_and_stops_at_a_failure() -> None:
    script = CI.read_text("utf-8")
    assert re.findall(r"^make (\w+)", script, re.MULTILINE) == ["check", "test", "guides"]
    assert "set -euo pipefail" in script
    subprocess.run(["bash", "-n", str(CI)], check=True)


def test_there_is_a_workflow_for_pull_requests() -> None:
    assert "pull-request.yml" in [path.name for path in WORKFLOWS]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_keeps_no_credential(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    more = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    assert more == RIGHTS.get(path.name, {})
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert "secrets." not in path.read_text("utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_ends_in_time_and_only_its_newest_run_goes_on(path: Path) -> None:
    workflow = load(path)
    assert "group" in workflow["concurrency"]
    longest = {"full.yml": 720, "nightly.yml": 120}.get(path.name, 60)
    assert all(job["timeout-minutes"] <= longest for job in workflow["jobs"].values())


def test_the_job_that_publishes_runs_nothing_of_ours_and_waits_for_its_environment() -> None:
    publish = load(ROOT / ".github/workflows/release.yml")["jobs"]["publish"]
    assert publish["environment"] == "pypi"
    used = [re.sub("@.*", "", step["uses"]) for step in publish["steps"]]
    assert used == ["actions/download-artifact", "pypa/gh-action-pypi-publish"]


def test_nothing_is_published_that_was_not_built_here_and_attested_before() -> None:
    jobs = load(ROOT / ".github/workflows/release.yml")["jobs"]
    assert (jobs["publish"]["needs"], jobs["attest"]["needs"]) == ("attest", "build")
    fetch, attest = jobs["attest"]["steps"]
    built = [step["with"] for step in jobs["build"]["steps"] if "upload-artifact" in step.get("uses", "")]
    assert [step["name"] for step in built] == [fetch["with"]["name"]] == ["dist"]
    assert fetch["with"]["path"] == built[0]["path"] == "dist/"
    assert attest["uses"].startswith("actions/attest-build-provenance@")
    assert attest["with"] == {"subject-path": "dist/*"}
    assert jobs["publish"]["steps"][0]["with"] == fetch["with"]


def test_the_release_workflow_starts_at_a_tag_only() -> None:
    assert load(ROOT / ".github/workflows/release.yml")[True] == {"push": {"tags": ["v*"]}}


def test_the_version_stands_twice_and_is_the_same() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert document["project"]["version"] == __version__


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_digest_with_their_release_and_each_at_one(path: Path) -> None:
    lines = re.findall(r"uses: (.*)", path.read_text("utf-8"))
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[0-9.]+", line)] == []
    every = {line for other in WORKFLOWS for line in re.findall(r"uses: (.*)", other.read_text("utf-8"))}
    assert len(every) == len({line.partition("@")[0] for line in every})


def test_the_release_workflow_builds_a_site_with_nothing_but_the_wheel() -> None:
    commands = "\n".join(step.get("run", "") for step in steps(load(ROOT / ".github/workflows/release.yml")))
    assert commands.index("pip wheel --no-deps") < commands.index("dist/*.whl") < commands.index(" init ")
    assert 'guidewright" --root' in commands


def test_the_pull_request_workflow_runs_the_make_targets_on_every_python() -> None:
    workflow = load(ROOT / ".github/workflows/pull-request.yml")
    # YAML 1.1 reads the bare word `on` as true.
    assert set(workflow[True]) == {"pull_request", "push"}
    test = workflow["jobs"]["test"]
    commands = {step["run"] for step in test["steps"] if "run" in step}
    assert {command for command in commands if "apt-get" not in command} == {"make check", "make test"}
    assert test["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert workflow["jobs"]["mac"]["runs-on"].startswith("macos-")


def test_what_a_fork_proposes_meets_no_self_hosted_runner_no_token_and_no_other_event() -> None:
    for path in WORKFLOWS:
        workflow, written = load(path), path.read_text("utf-8")
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(workflow[True])
        if "pull_request" in workflow[True]:
            runners = {job["runs-on"] for job in workflow["jobs"].values()}
            assert runners <= {"ubuntu-latest", "macos-latest"}
            assert "github.token" not in written


def test_a_job_that_runs_guides_has_no_token_and_one_that_has_a_token_runs_no_guide() -> None:
    for path in WORKFLOWS:
        for job in load(path)["jobs"].values():
            commands = "\n".join(step.get("run", "") for step in job["steps"])
            if "github.token" in str(job):
                assert not re.search(
                    "scripts/prove|scripts/join|scripts/upstream|make guides|make site|guidewright (run|merge)",
                    commands,
                )


def test_the_full_run_follows_main_and_by_hand_a_branch_whose_records_it_commits_without_publishing() -> None:
    workflow = load(ROOT / ".github/workflows/full.yml")
    assert set(workflow[True]) == {"push", "schedule", "workflow_dispatch"}
    assert workflow[True]["push"] == {"branches": ["main"]}
    asked = workflow["jobs"]["plan"]["if"]
    assert "!github.event.repository.fork" in asked
    assert "github.event_name == 'workflow_dispatch' && github.ref_type == 'branch'" in asked
    assert workflow["jobs"]["prove"]["runs-on"] == "${{ vars.GPU_RUNNER }}"
    publish = [step["run"] for step in workflow["jobs"]["publish"]["steps"] if "run" in step][-1]
    assert 'scripts/publish records build/published/guides/records "$GITHUB_REF_NAME"' in publish
    assert 'if [ "$GITHUB_REF" = refs/heads/main ]; then sh scripts/publish site' in publish


def test_a_full_run_by_hand_takes_guides_and_force_through_the_environment_alone() -> None:
    path = ROOT / ".github/workflows/full.yml"
    workflow = load(path)
    inputs = workflow[True]["workflow_dispatch"]["inputs"]
    assert {name: (one["type"], one["default"]) for name, one in inputs.items()} == {
        "guides": ("string", ""),
        "force": ("boolean", False),
    }
    asked = {"GUIDE": "${{ inputs.guides }}", "FORCE": "${{ inputs.force }}"}
    told = {
        step["run"].split()[0]: step["env"]
        for step in steps(workflow)
        if "inputs." in str(step.get("env", ""))
    }
    assert told == {
        "scripts/matrix": asked,
        "scripts/prove": {"GUIDE": "${{ matrix.selector }}", "GPU": "1", "FORCE": asked["FORCE"]},
        "scripts/join": asked,
    }
    assert path.read_text("utf-8").count("inputs.") == sum(
        "inputs." in one for env in told.values() for one in env.values()
    )


def test_the_nightly_run_takes_releases_to_come_of_every_backend_and_tells_them_by_the_tested_command() -> (
    None
):
    workflow = load(ROOT / ".github/workflows/nightly.yml")
    rows = workflow["jobs"]["prove"]["strategy"]["matrix"]["include"]
    assert [row["backend"] for row in rows] == ["jax", "tensorflow", "torch"]
    assert all("keras" in row["upstream"].split() for row in rows)
    assert "--pre --upgrade" in (ROOT / "scripts/upstream").read_text("utf-8")
    tell = [step["run"] for step in workflow["jobs"]["tell"]["steps"] if "GH_TOKEN" in step.get("env", {})]
    assert tell == ['.venv/bin/guidewright watch build/reports --repository "$GITHUB_REPOSITORY"']


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_expression_is_pasted_into_a_shell(path: Path) -> None:
    assert not [step["run"] for step in steps(load(path)) if "${{" in step.get("run", "")]

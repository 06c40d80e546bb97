"""Guides and records → what a page is made of; the records are made up, and no kernel runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from guidewright.commands.pages import Entry, entries, versions
from guidewright.execute.environment import installed_version
from guidewright.model import CellRun, Environment, Outcome, Profile, Record
from guidewright.plan import Selection
from sandbox import Sandbox

BODY = """
# %%
import os

os.environ["FLAVOUR"] = "alpha"

# %% tags=["quick"]
small = True

# %%
print("shown")

# %% backends=["beta"]
print("only on beta")

# %% tags=["test"]
assert True
"""
SETTINGS = 'shown = { Click = ["click"], Nothing = ["no-such-distribution"] }\n'


@pytest.fixture
def guides(sandbox: Sandbox) -> Sandbox:
    sandbox.settings(extra=SETTINGS)
    sandbox.guide("one", BODY, "backends: [alpha, beta]")
    return sandbox


def add(
    sandbox: Sandbox,
    backend: str,
    profile: Profile,
    *,
    outcome: Outcome = "passed",
    text: str = "",
    day: int = 1,
    **distributions: str,
) -> Record:
    """Save a record of today's code that printed one text in every cell."""
    project = sandbox.project()
    (job,) = project.jobs(Selection(patterns=("one",), backends=(backend,), profile=profile))
    output: dict[str, Any] = {
        "output_type": "stream",
        "name": "stdout",
        "text": text or f"{backend} {profile}\n",
    }
    record = Record(
        slug="one",
        backend=backend,
        profile=profile,
        outcome=outcome,
        fingerprint=job.fingerprint,
        environment=Environment(
            python="3.11.9",
            platform="Linux-x86_64",
            device="CPU",
            device_class="cpu",
            cores=2,
            threads=2,
            distributions=distributions,
        ),
        started=dt.datetime(2026, 11, day, tzinfo=dt.UTC),
        seconds=1.0,
        cells=tuple(CellRun(id=cell.id, status="ok", seconds=0.1, outputs=(output,)) for cell in job.cells),
    )
    project.store.save(record)
    return record


def entry(sandbox: Sandbox) -> Entry:
    (found,) = entries(sandbox.project())
    return found


def texts(found: Entry, place: int = 0) -> set[str]:
    view = found.views[place]
    return {output.text for outputs in view.outputs.values() for output in outputs}  # type: ignore[union-attr]


def test_a_full_record_wins_over_a_newer_quick_one(guides: Sandbox) -> None:
    add(guides, "alpha", "full", day=1)
    add(guides, "alpha", "quick", day=2)
    found = entry(guides)
    assert texts(found) == {"alpha full"}
    assert [view.notice for view in found.views] == ["", "nothing"]
    assert [record.profile for record in found.records] == ["full"]


def test_a_quick_record_is_shown_with_its_notice(guides: Sandbox) -> None:
    add(guides, "beta", "quick")
    found = entry(guides)
    assert [view.notice for view in found.views] == ["nothing", "quick"]
    assert (texts(found, 0), texts(found, 1)) == (set(), {"beta quick"})


def test_a_record_of_other_code_is_never_shown(guides: Sandbox) -> None:
    for profile in ("quick", "full"):
        add(guides, "alpha", profile)  # type: ignore[arg-type]
    guides.edit("one", 'print("shown")', 'print("shown now")')
    found = entry(guides)
    assert [view.notice for view in found.views] == ["nothing", "nothing"]
    assert (found.records, found.failed) == ((), {})


@pytest.mark.parametrize("outcome", ["failed", "errored"])
def test_a_job_that_did_not_pass_is_listed_and_not_shown(guides: Sandbox, outcome: Outcome) -> None:
    record = add(guides, "alpha", "quick", outcome=outcome)
    found = entry(guides)
    assert found.views[0].record is None
    assert found.failed == {"alpha": record}
    assert texts(found) == set()


def test_a_full_record_stays_shown_where_a_quick_run_failed(guides: Sandbox) -> None:
    add(guides, "alpha", "full")
    add(guides, "alpha", "quick", outcome="failed")
    found = entry(guides)
    assert texts(found) == {"alpha full"}
    assert set(found.failed) == {"alpha"}


def test_a_full_record_stays_shown_where_a_later_full_run_of_the_same_code_failed(guides: Sandbox) -> None:
    add(guides, "alpha", "full", text="committed", day=1)
    add(guides, "alpha", "full", text="broken", outcome="failed", day=2)
    found = entry(guides)
    assert texts(found) == {"committed"}
    assert set(found.failed) == {"alpha"}


def test_a_page_has_the_code_of_full_runs_on_its_backend_and_no_hidden_cell(guides: Sandbox) -> None:
    alpha, beta = entry(guides).views
    assert [line.splitlines()[-1] for line in alpha.code.values()] == [
        'os.environ["FLAVOUR"] = "alpha"',
        'print("shown")',
    ]
    assert next(iter(beta.code.values())).endswith('"beta"')
    assert list(beta.code.values())[1:] == ['print("shown")', 'print("only on beta")']
    assert set(alpha.outputs) == set(alpha.code)


def test_versions_have_the_backends_own_first_and_leave_out_what_was_not_loaded(guides: Sandbox) -> None:
    record = add(guides, "alpha", "full", click="8.2.1+local", alphalib="1.0", other="3.0")
    project = guides.project()
    backend = replace(project.settings.backends["alpha"], distributions=("no-such", "alphalib"))
    assert versions(project, backend, record) == (("Alpha", "1.0"), ("Click", "8.2.1"))


HERE = installed_version("click")


@pytest.mark.parametrize(
    ("distributions", "notice"),
    [
        ({"click": HERE}, ""),
        ({"click": f"{HERE}+cpu"}, ""),
        ({"click": "0.1"}, "proven elsewhere"),
        ({"click": HERE, "rich": "0.1"}, ""),
        ({"no-such-distribution": "1.0"}, ""),
        ({}, ""),
    ],
    ids=["same", "other build", "moved on", "not named by the page", "not installed here", "not loaded"],
)
def test_a_full_record_is_marked_only_where_what_the_page_names_has_moved_on(
    guides: Sandbox, distributions: dict[str, str], notice: str
) -> None:
    add(guides, "alpha", "full", **distributions)
    assert entry(guides).views[0].notice == notice

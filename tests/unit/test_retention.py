"""Which records can go: never one that a guide still needs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.model import Job
from guidewright.store.retention import Held, surplus

DAY = dt.timedelta(days=1)
NOW = made.STARTED + 100 * DAY
SLUGS = st.sampled_from(["a", "b", "c"])
BACKENDS = st.sampled_from(["alpha", "beta"])
CODES = st.sampled_from(["one", "two", "three", "four"])
JOBS = st.lists(
    st.builds(
        lambda slug, backend, code: made.job(slug, backend, "full", fingerprint=made.fingerprint(code)),
        SLUGS,
        BACKENDS,
        CODES,
    ),
    max_size=6,
)


def held(code: str = "one", days: float = 50, slug: str = "a", **changes: object) -> Held:
    """A record that began so many days ago."""
    plain = Held(
        where=f"{slug}/{code}/{days}",
        slug=slug,
        backend="alpha",
        profile="full",
        fingerprint=made.fingerprint(code).key,
        started=NOW - days * DAY,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


HELD = st.lists(
    st.builds(
        lambda code, days, slug, backend, outcome: held(code, days, slug, backend=backend, outcome=outcome),
        CODES,
        st.integers(0, 60),
        SLUGS,
        BACKENDS,
        st.sampled_from(["passed", "failed", "errored"]),
    ),
    max_size=20,
).map(lambda found: [replace(one, where=str(number)) for number, one in enumerate(found)])


def job(code: str, slug: str = "a") -> Job:
    return made.job(slug, profile="full", fingerprint=made.fingerprint(code))


def gone(found: list[Held], *jobs: Job) -> dict[str, str]:
    return {one.held.where: one.why for one in surplus(found, jobs, NOW - 30 * DAY)}


@given(HELD, JOBS)
def test_what_a_job_of_today_needs_stays(found: list[Held], jobs: list[Job]) -> None:
    going = {one.held.where for one in surplus(found, jobs, NOW)}
    for job_ in jobs:
        mine = [one for one in found if one.name == job_.name]
        assert all(one.where not in going for one in found if one.fingerprint == job_.fingerprint.key)
        for records in (mine, [one for one in mine if one.outcome == "passed"]):
            if records:
                latest = max(one.started for one in records)
                assert any(one.started == latest and one.where not in going for one in records)


@given(HELD, JOBS, st.integers(0, 60))
def test_what_is_young_stays_and_pruning_twice_is_pruning_once(
    found: list[Held], jobs: list[Job], days: int
) -> None:
    before = NOW - days * DAY
    going = [one.held for one in surplus(found, jobs, before)]
    assert all(one.started < before for one in going)
    staying = [one for one in found if one not in going]
    assert surplus(staying, jobs, before) == []


@given(HELD, JOBS)
def test_what_is_old_and_needed_by_nobody_goes(found: list[Held], jobs: list[Job]) -> None:
    going = [one.held for one in surplus(found, jobs, NOW + DAY)]
    staying = [one for one in found if one not in going]
    keys = {job_.fingerprint.key for job_ in jobs}
    others = [one for one in staying if one.fingerprint not in keys]
    assert {one.name for one in others} <= {job_.name for job_ in jobs}
    assert all(sum(one.name == name for one in others) <= 2 for name in {one.name for one in others})


@pytest.mark.parametrize(
    ("found", "jobs", "expected"),
    [
        ([held("old", 60), held("one", 50)], [job("one")], {"a/old/60": "of former code"}),
        ([held("old", 60)], [job("one")], {}),
        ([held("old", 60, slug="gone")], [job("one")], {"gone/old/60": "no guide claims it"}),
        ([held("one", 60, slug="moved")], [job("one", "new/place")], {}),
        ([held("old", 20, slug="gone")], [job("one")], {}),
        ([held("older", 60), held("old", 50, outcome="failed")], [job("one")], {}),
    ],
    ids=["former code", "the only one", "no guide", "moved", "young", "the last that passed"],
)
def test_reasons(found: list[Held], jobs: list[Job], expected: dict[str, str]) -> None:
    assert gone(found, *jobs) == expected

"""Which job goes to which worker of a cluster: simulated workers, no cluster."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import made
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example
from hypothesis import strategies as st

from guidewright.execute.dispatch import LOSSES, Assignment, Dispatch
from guidewright.execute.environment import Machine
from guidewright.execute.workers import Worker, missing_everywhere, missing_on, worker_of
from guidewright.model import JobCell, PlannedJob
from guidewright.settings import Settings, load

MACHINE = Machine(python="3.11.7", platform="Linux-x86_64", has_gpu=False, cpus=(0, 1, 2, 3), memory_mb=8000)
TABLES = """
[tool.guidewright]
categories = { a = "A" }
[tool.guidewright.backends]
alpha = { label = "A", modules = ["alpha"] }
beta = { label = "B", modules = ["beta"] }
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root: Path = tmp_path_factory.mktemp("dispatch")
    (root / "pyproject.toml").write_text(TABLES, "utf-8")
    return load(root)


def worker(
    name: str, modules: Sequence[str] = ("alpha", "beta"), threads: int = 1, **resources: float
) -> Worker:
    return Worker(
        address=f"tcp://{name}",
        name=name,
        machine=MACHINE,
        resources=resources,
        threads=threads,
        modules=frozenset(modules),
        versions={"numpy": "2.0.0"},
        programs=frozenset({"dot"}),
    )


def entry(slug: str, seconds: float | None = 1.0, **changes: Any) -> PlannedJob:
    return PlannedJob(job=made.job(slug, **changes), reason="new", run=True, seconds=seconds)


def names(assignments: Sequence[Assignment]) -> dict[str, str]:
    return {one.entry.job.slug: one.worker.name for one in assignments}


def dispatch(planned: Sequence[PlannedJob], settings: Settings, *workers: Worker) -> Dispatch:
    made_one = Dispatch(planned, settings)
    for one in workers:
        made_one.add(one)
    return made_one


# ------------------------------------------------------------------- workers


def test_a_worker_is_what_it_declares_and_answers() -> None:
    answer = {
        "machine": {"python": "3", "platform": "L", "has_gpu": True, "cpus": [0, 1], "memory_mb": 9},
        "modules": ["alpha"],
        "versions": {"numpy": "1"},
        "programs": [],
    }
    info = {"name": "gpu-1", "nthreads": 4, "resources": {"CPU": 2.0, "GPU": 1.0}}
    found = worker_of("tcp://a:1", info, answer)
    assert (found.name, found.light, found.has_gpu, found.machine.cpus) == ("gpu-1", 2, True, (0, 1))
    assert worker_of("tcp://a:1", {**info, "resources": {}}, answer).light == 4
    assert worker_of("tcp://a:1", {**info, "resources": {"CPU": 9}}, answer).light == 4


def test_a_job_goes_only_where_its_backend_is(settings: Settings) -> None:
    one, two = worker("one", ["alpha"]), worker("two", ["beta"])
    found = dispatch([entry("a", 2.0), entry("b", backend="beta"), entry("c")], settings, one, two)
    assert names([*found.assign()]) == {"a": "one", "b": "two"}


def test_a_worker_that_declares_backends_runs_no_other(settings: Settings) -> None:
    (problem,) = missing_on(worker("one", beta=1), made.job("a"), settings).backend
    assert problem.message == "it declares beta, not 'alpha'"
    assert missing_on(worker("one", alpha=1, beta=1), made.job("a"), settings).problems == []
    # What it declares, it must have.
    assert missing_on(worker("one", ["beta"], alpha=1), made.job("a"), settings).backend


def test_a_full_run_that_asks_for_a_gpu_goes_where_one_is_and_its_quick_run_anywhere(
    settings: Settings,
) -> None:
    bare, gpu = worker("bare"), worker("gpu", GPU=1)
    asks = {"accelerator": "gpu", "profile": "full"}
    found = dispatch([entry("a", **asks), entry("b", **asks)], settings, bare, gpu)
    assert names([*found.assign()]) == {"a": "gpu"}
    assert [one.job.slug for one in found.waiting] == ["b"]
    assert missing_on(bare, made.job("a", accelerator="gpu"), settings).problems == []


def test_what_needs_no_gpu_leaves_it_free_for_what_does(settings: Settings) -> None:
    found = dispatch(
        [entry("a"), entry("b", profile="full")], settings, worker("a-gpu", GPU=1), worker("bare")
    )
    first = names([*found.assign()])
    assert set(first.values()) == {"a-gpu", "bare"}
    assert names([*dispatch([entry("a")], settings, worker("a-gpu", GPU=1), worker("bare")).assign()]) == {
        "a": "bare"
    }


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"backend": "gamma"}, ""),
        ({"requires": ("pandas",)}, "requires 'pandas', which is not installed"),
        ({"requires": ("numpy>=3",)}, "requires 'numpy>=3', which is not installed"),
        (
            {"profile": "full", "cells": (JobCell(id="c", source="1", line=1, needs=("nope",)),)},
            "needs the program 'nope'",
        ),
        ({"profile": "full", "accelerator": "gpu"}, "it declares no GPU"),
    ],
)
def test_a_job_that_no_worker_can_run_is_told_with_what_each_lacks(
    settings: Settings, change: dict[str, Any], lacks: str
) -> None:
    change = {name: value for name, value in change.items() if value != "gamma"}
    job = made.job("a", **change)
    found = missing_everywhere([worker("one"), worker("two")], job, settings).problems
    assert [problem.message for problem in found] == (
        [f"no worker can run it. one, two: {lacks}"] if lacks else []
    )


def test_without_any_worker_that_is_what_is_told(settings: Settings) -> None:
    (problem,) = missing_everywhere([], made.job("a"), settings).others
    assert problem.message == "there is no worker"


def test_a_backend_that_no_worker_has_is_told_apart_from_what_else_is_missing(settings: Settings) -> None:
    assert missing_everywhere([worker("one", ["beta"])], made.job("a"), settings).backend
    able = [worker("one", ["beta"]), worker("two")]
    assert missing_everywhere(able, made.job("a", requires=("nope",)), settings).others


# ----------------------------------------------------------------- the order


def test_the_longest_job_goes_first_and_no_worker_has_more_than_it_declares(settings: Settings) -> None:
    planned = [entry("a", 1.0), entry("b", 3.0), entry("c", 2.0), entry("d", 4.0)]
    found = dispatch(planned, settings, worker("one", threads=2, CPU=2), worker("two"))
    first = [*found.assign()]
    assert [one.entry.job.slug for one in first] == ["d", "b", "c"]
    assert Counter(one.worker.name for one in first) == {"one": 2, "two": 1}
    slots = [one.slot.cpus for one in first if one.worker.name == "one"]
    assert sorted(cpu for cpus in slots for cpu in cpus) == [0, 1, 2, 3]
    assert [*found.assign()] == []
    found.done(first[1])
    assert [one.entry.job.slug for one in found.assign()] == ["a"]


def test_a_heavy_job_has_a_worker_to_itself(settings: Settings) -> None:
    one = worker("one", threads=2, CPU=2)
    found = dispatch([entry("long", 100.0), entry("a"), entry("b")], settings, one)
    (heavy,) = found.assign()
    assert (heavy.entry.job.slug, heavy.slot.cpus) == ("long", MACHINE.cpus)
    assert one.wanted(heavy.entry.job, alone=True) == {"CPU": 2.0}
    found.done(heavy)
    assert [one.entry.job.slug for one in found.assign()] == ["a", "b"]


def test_light_jobs_do_not_keep_a_heavy_one_waiting_for_ever(settings: Settings) -> None:
    light = [entry(name, 5.0) for name in "abcd"]
    found = dispatch(light, settings, worker("one", threads=2, CPU=2))
    first, second = found.assign()
    found.waiting.insert(0, entry("long", 100.0))
    found.done(first)
    assert [*found.assign()] == []
    found.done(second)
    assert [one.entry.job.slug for one in found.assign()] == ["long"]


def test_jobs_run_side_by_side_as_far_as_their_measured_memory_fits(settings: Settings) -> None:
    """Of 8000 MB, jobs may have 6000, and what is kept for one is more than it took."""
    planned = [replace(entry("a", 9.0), memory_mb=3500.0), replace(entry("b", 8.0), memory_mb=3500.0)]
    found = dispatch(
        [*planned, replace(entry("c"), memory_mb=100.0)], settings, worker("one", threads=4, CPU=4)
    )
    (first,) = found.assign()  # nothing goes before "b", or it might wait for ever
    assert first.entry.job.slug == "a"
    assert first.slot.memory_mb >= 3500
    found.done(first)
    assert [one.entry.job.slug for one in found.assign()] == ["b", "c"]


def test_what_takes_more_memory_than_a_worker_has_runs_alone(settings: Settings) -> None:
    large = replace(entry("a"), memory_mb=9000.0)
    found = dispatch([large, entry("b", 0.5)], settings, worker("one", threads=2, CPU=2))
    (first,) = found.assign()
    assert first.alone
    assert first.slot.memory_mb == 6000


# ------------------------------------------------------------------- losses


def test_what_a_lost_worker_did_is_done_by_another(settings: Settings) -> None:
    found = dispatch([entry("a", 2.0), entry("b")], settings, worker("one"))
    (first,) = found.assign()
    assert found.remove("tcp://one") == [first]
    assert (found.running, found.over) == (0, False)
    found.add(worker("two"))
    assert names([*found.assign()]) == {"a": "two"}
    found.done(first)  # what a lost worker said too late frees nothing
    assert [*found.assign()] == []


def test_a_job_that_loses_worker_after_worker_is_given_up(settings: Settings) -> None:
    found = dispatch([entry("a")], settings)
    for number in range(LOSSES):
        found.add(worker(str(number)))
        assert len([*found.assign()]) == 1
        found.remove(f"tcp://{number}")
    assert found.over
    (problem,) = found.given_up["a[alpha,quick]"]
    assert problem.message == "3 workers were lost while they ran it"


def test_only_what_no_worker_can_run_is_given_up_waiting_for(settings: Settings) -> None:
    found = dispatch([entry("a"), entry("b", backend="beta")], settings, worker("one", ["alpha"]))
    given_up = found.give_up_waiting()
    assert list(given_up) == ["b[beta,quick]"]
    assert "no module beta" in given_up["b[beta,quick]"][0].message
    assert [one.job.slug for one in found.waiting] == ["a"]


# --------------------------------------------------------------- simulations

JOBS = st.lists(
    st.tuples(st.floats(0.1, 90), st.sampled_from(["alpha", "beta"]), st.booleans()), min_size=1, max_size=25
)
WORKERS = st.lists(
    st.tuples(st.sampled_from([("alpha",), ("beta",), ("alpha", "beta")]), st.integers(1, 3), st.booleans()),
    max_size=4,
)


@example(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(jobs=JOBS, given_workers=WORKERS, seed=st.integers(0, 99))
def test_every_job_that_can_run_ends_exactly_once_whatever_workers_are_lost(
    settings: Settings, jobs: list[Any], given_workers: list[Any], seed: int
) -> None:
    planned = [
        entry(f"job{n}", seconds, backend=backend, profile="full" if full else "quick", accelerator="gpu")
        for n, (seconds, backend, full) in enumerate(jobs)
    ]
    workers = [
        worker(f"w{n}", modules, threads, **({"GPU": 1.0} if gpu else {}))
        for n, (modules, threads, gpu) in enumerate(given_workers)
    ]
    ended, chance = Counter[str](), random.Random(seed)
    found = dispatch(planned, settings, *workers)
    able = {one.job.name for one in planned if not missing_everywhere(workers, one.job, settings).problems}
    lost = 0
    running: list[Assignment] = []
    while not found.over:
        running += found.assign()
        if not running:
            assert found.give_up_waiting().keys() == {one.job.name for one in planned} - able
            continue
        one = running.pop(chance.randrange(len(running)))
        if lost < LOSSES - 1 and chance.random() < 0.1:
            lost += 1
            gone = found.remove(one.worker.address)
            running = [other for other in running if other not in gone]
            found.add(one.worker)
        else:
            ended[one.entry.job.name] += 1
            found.done(one)
    assert ended == Counter(able)


def test_eight_workers_end_within_a_twentieth_of_the_best_schedule(settings: Settings) -> None:
    """No schedule is shorter than all seconds shared evenly, or than the longest job."""
    chance = random.Random(0)
    planned = [entry(f"job{n}", min(chance.lognormvariate(1.5, 1.0), 59.0)) for n in range(3000)]
    found = dispatch(planned, settings, *(worker(f"w{n}") for n in range(8)))
    assert _length(found) <= 1.05 * max(sum(_seconds(planned)) / 8, *_seconds(planned))


def _seconds(planned: Sequence[PlannedJob]) -> list[float]:
    return [one.seconds or 0.0 for one in planned]


def _length(found: Dispatch) -> float:
    """Return when the last job ends, where each takes exactly as long as it was measured."""
    now, ends = 0.0, list[tuple[float, int, Assignment]]()
    count = 0
    while not found.over:
        for one in found.assign():
            count += 1
            heapq.heappush(ends, (now + (one.entry.seconds or 0.0), count, one))
        now, _, one = heapq.heappop(ends)
        found.done(one)
    return now


def test_a_worker_that_comes_back_otherwise_is_asked_anew(settings: Settings) -> None:
    found = dispatch([entry("a")], settings, worker("one"))
    assert len([*found.assign()]) == 1
    found.remove("tcp://one")
    found.add(replace(worker("one"), modules=frozenset({"beta"})))
    assert [*found.assign()] == []

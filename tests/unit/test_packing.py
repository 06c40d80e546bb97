"""When each light job runs, by a clock that is made up: jobs take as long, and as much memory, as they were measured to."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import made
import pytest
from hypothesis import given
from hypothesis import settings as rules
from hypothesis import strategies as st

from guidewright.execute.environment import Machine
from guidewright.execute.job import Slot
from guidewright.execute.packing import kept_mb, next_place, usable_mb
from guidewright.execute.scheduler import run_all
from guidewright.model import Job, PlannedJob, Record
from guidewright.settings import Settings, load

USABLE = 6000
MACHINE = Machine(python="3.11", platform="Linux", has_gpu=False, cpus=(0, 1), memory_mb=8000)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("project")
    table = (
        '[tool.guidewright]\ncategories = { a = "A" }\nbackends = { alpha = { label = "A", modules = [] } }'
    )
    (root / "pyproject.toml").write_text(table, "utf-8")
    return load(Path(root))


class FakeClock(asyncio.SelectorEventLoop):
    """A loop in which nothing takes time but sleeping, and that takes none of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        real = self._selector.select  # type: ignore[attr-defined]

        def select(timeout: float | None = None) -> Any:
            self.now += timeout or 0.0
            return real(0)

        self._selector.select = select  # type: ignore[attr-defined]

    def time(self) -> float:
        return self.now


@dataclass(frozen=True)
class Ran:
    name: str
    slot: Slot
    begun: float
    ended: float


@dataclass
class Kernels:
    seconds: dict[str, float]
    ran: list[Ran] = field(default_factory=list)

    async def __call__(self, job: Job, _settings: Settings, slot: Slot, *_rest: object) -> Record:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await asyncio.sleep(self.seconds[job.name])
        self.ran.append(Ran(job.name, slot, begun, loop.time()))
        return made.record(job, seconds=loop.time() - begun)


def planned(slug: str, seconds: float | None, memory_mb: float | None = None, **changes: Any) -> PlannedJob:
    job = made.job(slug, **changes)
    return PlannedJob(job=job, reason="new", run=True, seconds=seconds, memory_mb=memory_mb)


def run(entries: Sequence[PlannedJob], settings: Settings, machine: Machine = MACHINE) -> dict[str, Ran]:
    return played(entries, {entry.job.name: entry.seconds or 0.0 for entry in entries}, settings, machine)


def played(
    entries: Sequence[PlannedJob], seconds: dict[str, float], settings: Settings, machine: Machine = MACHINE
) -> dict[str, Ran]:
    kernels = Kernels(seconds)
    with asyncio.Runner(loop_factory=FakeClock) as runner:
        runner.run(run_all(entries, settings, machine, {}, lambda _event: None, kernels))
    assert sorted(ran.name for ran in kernels.ran) == sorted(entry.job.name for entry in entries)
    return {ran.name.partition("[")[0]: ran for ran in kernels.ran}


def at_once(ran: dict[str, Ran]) -> list[set[str]]:
    """Return who ran beside whom, at every beginning."""
    return [{n for n, r in ran.items() if r.begun <= one.begun < r.ended} for one in ran.values()]


def test_the_longest_begins_first_and_the_next_fills_the_gap_that_is_first_there(settings: Settings) -> None:
    ran = run([planned("b", 2), planned("c", 3), planned("a", 4), planned("d", 2)], settings)
    assert {name: (each.begun, each.ended) for name, each in ran.items()} == {
        "a": (0, 4), "c": (0, 3), "b": (3, 5), "d": (4, 6),
    }  # fmt: skip


def test_jobs_never_measured_count_as_those_of_their_backend_that_have_ended(settings: Settings) -> None:
    seconds = {"a": 1.0, "b": 4.0, "c": 1.0, "d": 4.0, "e": 1.0, "f": 4.0}
    entries = [planned(slug, None, backend="beta" if seconds[slug] > 1 else "alpha") for slug in seconds]
    named = {entry.job.name: seconds[entry.job.slug] for entry in entries}
    ran = played(entries, named, settings)
    # In order while nothing is known; then the long backend's before the short one's.
    assert {name: each.begun for name, each in ran.items()} == {
        "a": 0,
        "b": 0,
        "d": 1,
        "f": 4,
        "c": 5,
        "e": 6,
    }


def test_light_jobs_are_foreseen_in_the_order_in_which_they_begin_and_heavy_ones_are_not(
    settings: Settings,
) -> None:
    seen: list[tuple[str, int]] = []
    entries = [planned("a", 2), planned("b", 3), planned("c", 100)]
    kernels = Kernels({entry.job.name: 1.0 for entry in entries})
    with asyncio.Runner(loop_factory=FakeClock) as runner:
        runner.run(
            run_all(entries, settings, MACHINE, {}, lambda _event: None, kernels,
                    lambda job, slot: seen.append((job.slug, len(slot.cpus))))
        )  # fmt: skip
    assert seen == [("b", 1), ("a", 1)]


def test_two_jobs_of_one_guide_may_overlap(settings: Settings) -> None:
    entries = [planned("a", 5, backend=name) for name in ("alpha", "beta")]
    kernels = Kernels({entry.job.name: 5.0 for entry in entries})
    with asyncio.Runner(loop_factory=FakeClock) as runner:
        runner.run(run_all(entries, settings, MACHINE, {}, lambda _event: None, kernels))
    assert {(ran.begun, ran.ended) for ran in kernels.ran} == {(0, 5)}


def test_a_job_waits_where_it_does_not_fit_and_one_that_fits_goes_before_it(settings: Settings) -> None:
    ran = run([planned("big", 9, 4000), planned("bulky", 8, 3000), planned("small", 1, 100)], settings)
    assert ran["big"].begun == ran["small"].begun == 0
    assert ran["bulky"].begun == 9


def test_a_job_larger_than_the_machine_runs_alone_on_all_of_it_at_the_end(settings: Settings) -> None:
    ran = run([planned("giant", 9, 50_000), planned("a", 1, 100), planned("b", 1, 100)], settings)
    assert ran["giant"].begun == 1
    assert ran["giant"].slot == Slot(cpus=MACHINE.cpus, memory_mb=USABLE)


def test_a_job_may_take_what_is_kept_for_it_though_that_is_more_than_a_slots_share(
    settings: Settings,
) -> None:
    ran = run([planned("big", 9, 4000), planned("small", 1, 100)], settings)
    assert (ran["big"].slot.memory_mb, ran["small"].slot.memory_mb) == (5000, USABLE // 2)
    assert len(ran["big"].slot.cpus) == 1


def test_the_settings_limit_is_a_jobs_own_whatever_was_measured(settings: Settings) -> None:
    ran = run([planned("big", 9, 4000)], replace(settings, memory_limit_mb=700))
    assert ran["big"].slot.memory_mb == 700


@pytest.mark.parametrize(
    ("measured", "limit", "kept"), [(None, 0, 3000), (100.0, 0, 125), (None, 400, 400), (1000.0, 400, 400)]
)
def test_what_is_kept_follows_the_measurement_else_it_is_the_slots_share(
    measured: float | None, limit: int, kept: int
) -> None:
    assert kept_mb(planned("a", 1, measured), share_mb=3000, limit_mb=limit) == kept


def test_where_nothing_fits_none_is_next() -> None:
    assert next_place([5, 3, 4], 4) == 1
    assert next_place([5], 4) is None
    assert next_place([], 4) is None


JOBS = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 7000)), min_size=1, max_size=9)


@rules(deadline=None)
@given(jobs=JOBS, cores=st.integers(1, 4))
def test_all_come_to_their_turn_and_what_is_kept_for_those_that_run_always_fits(
    settings: Settings, jobs: list[tuple[int, int]], cores: int
) -> None:
    """No job starves; none starts where its measured peak does not fit, unless it is alone; no two have a core in common."""
    entries = [planned(f"j{number}", seconds, memory) for number, (seconds, memory) in enumerate(jobs)]
    machine = replace(MACHINE, cpus=tuple(range(cores)))
    ran = run(entries, settings, machine)
    kept = {entry.job.slug: kept_mb(entry, share_mb=USABLE // cores, limit_mb=0) for entry in entries}
    for names in at_once(ran):
        assert len(names) == 1 or sum(kept[name] for name in names) <= usable_mb(machine.memory_mb)
        held = [cpu for name in names for cpu in ran[name].slot.cpus]
        assert len(held) == len(set(held))


@rules(deadline=None)
@given(seconds=st.lists(st.integers(1, 60), min_size=1, max_size=7))
def test_it_ends_as_early_as_longest_first_does(settings: Settings, seconds: list[int]) -> None:
    """Graham's bound for two machines: at most 7/6 of the best that there is."""
    ran = run([planned(f"j{number}", each, 10) for number, each in enumerate(seconds)], settings)
    best = min(
        max(sum(each for each, left in zip(seconds, sides, strict=True) if left is side) for side in (True, False))
        for sides in itertools.product((True, False), repeat=len(seconds))
    )  # fmt: skip
    assert max(each.ended for each in ran.values()) <= best * 7 / 6

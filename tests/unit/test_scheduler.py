"""Which jobs run side by side, in which order, and on what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import made
import pytest

from guidewright.execute.environment import Machine
from guidewright.execute.job import Slot
from guidewright.execute.kernel import DatasetFile
from guidewright.execute.packing import HEAVY_SECONDS, is_heavy
from guidewright.execute.scheduler import Event, run_all, slots, whole
from guidewright.model import Job, PlannedJob, Record
from guidewright.settings import Settings, load

MACHINE = Machine(python="3.11", platform="Linux", has_gpu=False, cpus=(0, 1, 4, 5), memory_mb=8000)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    text = (
        '[tool.guidewright]\ncategories = { a = "A" }\nbackends = { alpha = { label = "A", modules = [] } }'
    )
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    return load(tmp_path)


def planned(slug: str, seconds: float | None = 1.0, **changes: Any) -> PlannedJob:
    return PlannedJob(job=made.job(slug, **changes), reason="new", run=True, seconds=seconds)


@dataclass
class Kernels:
    """Made-up kernels: each runs as many turns of the loop as its job says, and all note who ran beside whom."""

    turns: dict[str, int] = field(default_factory=dict)
    running: dict[str, Slot] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    together: set[frozenset[str]] = field(default_factory=set)
    slots: dict[str, Slot] = field(default_factory=dict)
    datasets: dict[str, Sequence[DatasetFile]] = field(default_factory=dict)

    async def __call__(
        self,
        job: Job,
        settings: Settings,
        slot: Slot,
        machine: Machine,
        datasets: Sequence[DatasetFile] = (),
        on_cell: Callable[[int, int], None] = lambda _n, _of: None,
    ) -> Record:
        assert (settings.root, machine) == (settings.root, MACHINE)
        self.begun.append(job.slug)
        self.slots[job.slug] = self.running[job.slug] = slot
        self.datasets[job.slug] = datasets
        on_cell(1, 1)
        for _ in range(self.turns.get(job.slug, 3)):
            self.together.add(frozenset(self.running))
            await asyncio.sleep(0)
        del self.running[job.slug]
        return made.record(job)


def run(entries: Sequence[PlannedJob], settings: Settings, kernels: Kernels,
        datasets: dict[str, DatasetFile] | None = None) -> list[Event]:  # fmt: skip
    events: list[Event] = []
    asyncio.run(run_all(entries, settings, MACHINE, datasets or {}, events.append, kernels))
    return events


def test_light_jobs_have_a_slot_each_and_the_slots_share_the_machine(settings: Settings) -> None:
    made_slots = slots(MACHINE, settings)
    assert sorted(cpu for slot in made_slots for cpu in slot.cpus) == list(MACHINE.cpus)
    assert {len(slot.cpus) for slot in made_slots} == {1}
    assert {slot.memory_mb for slot in made_slots} == {1500}


@pytest.mark.parametrize(("wanted", "sizes"), [(1, [4]), (2, [2, 2]), (3, [2, 1, 1]), (99, [1, 1, 1, 1])])
def test_the_settings_may_ask_for_fewer_slots(settings: Settings, wanted: int, sizes: list[int]) -> None:
    assert [len(slot.cpus) for slot in slots(MACHINE, replace(settings, slots=wanted))] == sizes


def test_a_memory_limit_of_the_settings_is_a_jobs_own(settings: Settings) -> None:
    limited = replace(settings, memory_limit_mb=300)
    assert {slot.memory_mb for slot in [*slots(MACHINE, limited), whole(MACHINE, limited)]} == {300}
    assert whole(MACHINE, settings).memory_mb == 6000


@pytest.mark.parametrize(
    ("entry", "heavy"),
    [
        (planned("a", None), False),
        (planned("a", HEAVY_SECONDS), False),
        (planned("a", HEAVY_SECONDS + 1), True),
        (planned("a", 1.0, profile="full"), True),
    ],
)
def test_long_jobs_and_full_ones_are_heavy(entry: PlannedJob, heavy: bool) -> None:
    assert is_heavy(entry) is heavy


def test_no_more_light_jobs_run_at_once_than_there_are_slots_and_no_two_in_one(settings: Settings) -> None:
    kernels = Kernels(turns={"c": 9})
    run([planned(slug) for slug in "abcdefghij"], settings, kernels)
    assert max(map(len, kernels.together)) == MACHINE.cores
    for names in kernels.together:
        assert len({kernels.slots[name].cpus for name in names}) == len(names)


def test_heavy_jobs_run_alone_on_all_cores_after_the_light_ones(settings: Settings) -> None:
    kernels = Kernels()
    entries = [planned("full", 1.0, profile="full"), planned("long", 100.0), *map(planned, "abcde")]
    run(entries, settings, kernels)
    for heavy in ("full", "long"):
        assert [names for names in kernels.together if heavy in names] == [frozenset({heavy})]
        assert kernels.slots[heavy].cpus == MACHINE.cpus
    assert kernels.begun[-2:] == ["long", "full"]


def test_the_longest_begin_first_and_the_unmeasured_count_as_long(settings: Settings) -> None:
    kernels = Kernels()
    run([planned("b", 5.0), planned("a", 9.0), planned("new", None)], replace(settings, slots=1), kernels)
    assert kernels.begun == ["new", "a", "b"]


def test_every_job_tells_its_start_its_cells_and_its_end(settings: Settings) -> None:
    entries = [planned("a"), planned("b", 100.0)]
    events = run(entries, settings, Kernels())
    assert [(event.kind, event.job.slug) for event in events] == [
        ("started", "a"), ("cell", "a"), ("finished", "a"),
        ("started", "b"), ("cell", "b"), ("finished", "b"),
    ]  # fmt: skip
    assert [event.record.slug for event in events if event.record] == ["a", "b"]
    assert [event.cells for event in events if event.kind == "started"] == [1, 1]


def test_a_job_is_given_the_datasets_that_it_declares(settings: Settings) -> None:
    files = {
        name: DatasetFile(name=name, file=name, url="", path="", source="", digest="") for name in ("x", "y")
    }
    kernels = Kernels()
    run([planned("a", datasets=("y",)), planned("b")], settings, kernels, files)
    assert kernels.datasets == {"a": [files["y"]], "b": []}

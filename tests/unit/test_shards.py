"""A plan's shards, the matrix that a workflow reads, and what comes of the shards' records."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import made
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_run import BODY, Kernels

from guidewright import shards, store
from guidewright.errors import COULD_NOT_RUN, FINE, GUIDE_FAILED, WRONG_USE, InputError
from guidewright.model import PlannedJob
from guidewright.plan import Selection
from guidewright.store import FILE, in_folder, to_files
from sandbox import Sandbox

ROOT = Path(__file__).parents[2]


def entry(slug: str, seconds: float | None = None, *, run: bool = True, **changes: object) -> PlannedJob:
    return PlannedJob(job=replace(made.job(slug), **changes), reason="new", run=run, seconds=seconds)  # type: ignore[arg-type]


def loads(planned: Sequence[PlannedJob], count: int) -> list[float]:
    return [sum(one.seconds or 0 for one in shard) for shard in shards.split(planned, count)]


PLANS = st.dictionaries(
    st.text("abc", min_size=1, max_size=4), st.none() | st.floats(0, 1e5), max_size=30
).map(lambda jobs: [entry(slug, seconds) for slug, seconds in jobs.items()])

# -------------------------------------------------------------------- split


@given(PLANS, st.integers(1, 40))
def test_every_job_is_in_exactly_one_shard(planned: list[PlannedJob], count: int) -> None:
    parts = shards.split(planned, count)
    assert len(parts) == count
    names = [one.job.name for part in parts for one in part]
    assert sorted(names) == sorted(one.job.name for one in planned)


@given(PLANS, st.integers(1, 12), st.randoms())
def test_the_order_of_a_plan_and_what_is_to_run_do_not_change_its_shards(
    planned: list[PlannedJob], count: int, random: object
) -> None:
    other = [replace(one, run=not one.run) for one in planned]
    random.shuffle(other)  # type: ignore[attr-defined]
    first, second = (
        [{one.job.name for one in part} for part in shards.split(plan, count)] for plan in (planned, other)
    )
    assert first == second


@given(PLANS, st.integers(1, 12))
def test_the_longest_shard_keeps_grahams_bound(planned: list[PlannedJob], count: int) -> None:
    measured = [replace(one, seconds=one.seconds or 0.0) for one in planned]
    total = sum(one.seconds or 0 for one in measured)
    longest = max((one.seconds or 0 for one in measured), default=0)
    assert max(loads(measured, count)) <= total / count + longest * (1 - 1 / count) + 1e-6


@pytest.mark.parametrize("longest", [1e9, 1000])
@pytest.mark.parametrize("count", [2, 5, 10])
def test_shards_of_the_library_end_within_a_tenth_of_the_best(count: int, longest: float) -> None:
    """Of all measured seconds, and of those without the few jobs that are longer than all the rest."""
    records, damaged = in_folder(ROOT / "guides" / "records")
    assert not damaged
    seconds = [record.seconds for record in records if record.seconds < longest]
    assert len(seconds) > 20
    planned = [entry(f"guide{number}", one) for number, one in enumerate(seconds)]
    assert max(loads(planned, count)) <= 1.10 * max(*seconds, sum(seconds) / count)


def test_what_was_never_measured_counts_as_the_median() -> None:
    planned = [entry("a", 10), entry("b", None), entry("c", 30), entry("d", 20)]
    assert shards.weights(planned)["b[alpha,quick]"] == 20
    assert set(shards.weights([entry("a"), entry("b")]).values()) == {shards.UNMEASURED}


@pytest.mark.parametrize("text", ["", "2", "a/b", "2/5/6", "-1/5", "1.5/2", "0/5", "6/5", "0/0", "1/0"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(InputError) as error:
        shards.parse(text)
    assert error.value.exit_code == WRONG_USE
    assert error.value.problems[0].hint


def test_a_shard_is_read() -> None:
    assert str(shards.parse("2/5")) == "2/5"


# ------------------------------------------------------------------- matrix


def test_the_matrix_has_each_job_that_would_run_once_by_backend_and_accelerator() -> None:
    planned = [
        entry("a", 3),
        entry("b", 2),
        entry("c", 1, accelerator="gpu"),
        entry("d", 9, run=False),
        entry("e", 1, backend="beta"),
        entry("f", 1),
    ]
    rows = shards.matrix(planned, 2)["include"]
    assert [
        (row["backend"], row["accelerator"], row["shard"], row["n"], row["selector"]) for row in rows
    ] == [
        ("alpha", "none", 1, 2, "a[alpha,quick]"),
        ("alpha", "none", 2, 2, "b[alpha,quick] f[alpha,quick]"),
        ("alpha", "gpu", 1, 1, "c[alpha,quick]"),
        ("beta", "none", 1, 1, "e[beta,quick]"),
    ]


@given(PLANS, st.integers(1, 9))
def test_no_row_of_a_matrix_is_empty(planned: list[PlannedJob], most: int) -> None:
    rows = shards.matrix(planned, most)["include"]
    assert sorted(name for row in rows for name in row["selector"].split()) == sorted(
        one.job.name for one in planned
    )
    assert all(row["selector"] and row["shard"] <= row["n"] <= most for row in rows)


# ------------------------------------------------------------- command line


@pytest.fixture
def project(sandbox: Sandbox) -> Sandbox:
    sandbox.settings()
    for slug in ("one", "two", "three"):
        sandbox.guide(slug, BODY, "backends: [alpha, beta]")
    return sandbox


def test_plan_prints_a_shard_and_the_matrix(project: Sandbox) -> None:
    parts = [project.cli("plan", "--shard", f"{index}/4", "--json").json for index in (1, 2, 3, 4)]
    names = [row["job"] for rows in parts for row in rows]
    assert len(names) == len(set(names)) == 6
    done = project.cli("plan", "--matrix", "--shards", "2", "--json")
    assert done.code == FINE
    assert done.out.count("\n") == 1
    assert [(row["backend"], row["shard"], row["n"]) for row in done.json["include"]] == [
        ("alpha", 1, 2),
        ("alpha", 2, 2),
        ("beta", 1, 2),
        ("beta", 2, 2),
    ]
    selectors = done.json["include"][0]["selector"].split()
    assert [row["job"] for row in project.cli("plan", *selectors, "--json").json] == selectors


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--shard", "6/5"),
        ("run", "--shard", "six"),
        ("plan", "--matrix"),
        ("merge", "no-such-folder"),
    ],
)
def test_wrong_use_ends_with_2(project: Sandbox, arguments: tuple[str, ...]) -> None:
    done = project.cli(*arguments)
    assert done.code == WRONG_USE
    assert done.err
    assert "Traceback" not in done.err


def test_the_matrix_asks_for_a_release_that_the_project_has_moved_on_to_and_not_for_this_machine(
    project: Sandbox,
) -> None:
    project.settings(extra='lock = "lock.txt"\nshown = { Pack = ["pack"] }')
    lock = project.root / "lock.txt"
    lock.write_text("pack==1.0\n", "utf-8")
    elsewhere = replace(
        made.ENVIRONMENT, cores=64, has_gpu=True, device_class="gpu", distributions={"pack": "1.0"}
    )
    opened = project.project()
    for job in opened.jobs(Selection(profile="full")):
        opened.store.save(made.record(job, environment=elsewhere))
    options = ("plan", "--profile", "full", "--matrix", "--json")
    assert project.cli(*options).json == {"include": []}
    lock.write_text("pack==1.1\n", "utf-8")
    assert [row["backend"] for row in project.cli(*options).json["include"]] == ["alpha", "beta"]


def test_the_matrix_of_nothing_to_run_is_empty(project: Sandbox) -> None:
    project.run(run_one=Kernels())
    done = project.cli("plan", "--matrix", "--json")
    assert (done.code, done.json) == (FINE, {"include": []})


# -------------------------------------------------------------------- merge


@pytest.fixture
def shard_folders(project: Sandbox, tmp_path: Path) -> list[Path]:
    """What two machines leave: each begins without records, and runs its half."""
    folders = []
    for index in (1, 2):
        report = project.run(shard=shards.Shard(index=index, count=2), run_one=Kernels())
        assert report.exit_code == FINE
        assert len(report.records) == 3
        folders.append(tmp_path / f"shard-{index}")
        shutil.move(project.root / ".guidewright" / "records", folders[-1])
    return folders


def test_merged_shards_are_the_whole_library(project: Sandbox, shard_folders: list[Path]) -> None:
    done = project.cli("merge", *map(str, shard_folders))
    assert (done.code, done.out) == (FINE, "6 records merged\n")
    assert project.run(run_one=Kernels()).records == {}
    assert project.cli("merge", *map(str, shard_folders)).out == "0 records merged\n"


def test_jobs_that_no_shard_ran_are_told(project: Sandbox, shard_folders: list[Path]) -> None:
    done = project.cli("merge", str(shard_folders[0]), "--json")
    assert done.code == COULD_NOT_RUN
    assert len(done.json["merged"]) == len(done.json["missing"]) == 3
    told = project.cli("merge", str(shard_folders[0]))
    assert "no shard ran" in told.err
    assert all(name in told.err for name in done.json["missing"])
    assert project.cli("merge", *map(str, shard_folders)).code == FINE
    forced = project.cli("merge", str(shard_folders[1]), "--force")
    assert forced.code == COULD_NOT_RUN, "with --force, records that were here before do not count"


def test_of_guides_that_the_shards_were_not_to_run_none_is_missing_and_their_records_are_taken_all_the_same(
    project: Sandbox, shard_folders: list[Path]
) -> None:
    came = {record.slug for record in in_folder(shard_folders[0])[0]}
    for slug in ("one", "two", "three"):
        done = project.cli("merge", str(shard_folders[0]), "--guide", slug, "--force", "--json")
        assert {name.partition("[")[0] for name in done.json["missing"]} <= {slug}
    assert {record.slug for record in in_folder(project.root / ".guidewright" / "records")[0]} == came
    unknown = project.cli("merge", str(shard_folders[0]), "--guide", "none")
    assert (unknown.code, "'none' matches no guide" in unknown.err) == (WRONG_USE, True)


def changed(folder: Path, change: str) -> None:
    file = next(iter(sorted(folder.rglob(FILE))))
    record = store.from_folder(file.parent)
    if change == "edited":
        file.write_text(file.read_text("utf-8").replace('"passed"', '"failed"'), "utf-8")
    elif change == "cut short":
        file.write_bytes(file.read_bytes()[:-20])
    elif change == "another schema":
        document = json.loads(file.read_bytes())
        file.write_text(json.dumps({**document, "schema": 99}), "utf-8")
    elif change == "another fingerprint":
        other = replace(record, fingerprint=made.fingerprint("other"))
        file.write_bytes(to_files(other)[FILE])
    else:
        file.write_bytes(to_files(replace(record, slug="../../escaped"))[FILE])


@pytest.mark.parametrize(
    "change", ["edited", "cut short", "another schema", "another fingerprint", "another guide"]
)
def test_what_is_not_this_checkouts_is_refused_and_nothing_is_written(
    project: Sandbox, shard_folders: list[Path], change: str
) -> None:
    changed(shard_folders[1], change)
    done = project.cli("merge", *map(str, shard_folders))
    assert done.code == WRONG_USE
    assert "nothing was merged" in done.err
    assert in_folder(project.root) == ([], [])


def test_records_that_cannot_be_written_here_are_an_error_and_merging_again_brings_the_rest(
    project: Sandbox, shard_folders: list[Path]
) -> None:
    blocked = project.root / ".guidewright" / "records" / "three"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("no folder", "utf-8")
    done = project.cli("merge", *map(str, shard_folders))
    assert done.code == COULD_NOT_RUN
    assert "the record of three[alpha,quick] could not be written" in done.err
    assert "mend the folder's permissions" in done.err
    blocked.unlink()
    assert project.cli("merge", *map(str, shard_folders)).code == FINE
    assert len(in_folder(project.root / ".guidewright" / "records")[0]) == 6


def test_a_failure_in_a_shard_is_merged_and_ends_with_1(project: Sandbox, tmp_path: Path) -> None:
    kernels = Kernels(outcomes={"two": "failed"})
    project.run(run_one=kernels)
    shutil.move(project.root / ".guidewright" / "records", tmp_path / "all")
    done = project.cli("merge", str(tmp_path / "all"))
    assert done.code == GUIDE_FAILED
    assert "did not pass: two[alpha,quick], two[beta,quick]" in done.err
    assert project.record("two").outcome == "failed"


def test_of_two_records_of_one_job_the_newer_is_kept(project: Sandbox, shard_folders: list[Path]) -> None:
    project.cli("merge", *map(str, shard_folders))
    (before,) = in_folder(project.root / ".guidewright" / "records" / "one" / "alpha")[0]
    for name, older in (("old", True), ("new", False)):
        started = before.started.replace(year=2020 if older else 2030)
        folder = shard_folders[0].parent / name
        folder.mkdir()
        (folder / FILE).write_bytes(to_files(replace(before, started=started))[FILE])
        merged = project.cli("merge", str(folder), "--json")
        assert [row["job"] for row in merged.json["merged"]] == ([] if older else ["one[alpha,quick]"])

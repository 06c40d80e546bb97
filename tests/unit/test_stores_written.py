"""Stores that runs write to: a folder, and a real S3 server; written whole, only where named, pruned, refused.

botocore, which speaks to S3, wants another release of a package that guides are proven with. So tests of S3 are run in an environment
of their own by tests/slow/test_s3.py, and only there.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import made
import pytest
from test_run import BODY, Kernels

import s3
from guidewright.commands import records, summary
from guidewright.errors import COULD_NOT_RUN, FINE, WRONG_USE, StoreError
from guidewright.model import Record
from guidewright.plan import Selection
from guidewright.store import Store
from guidewright.store.holdings import Elsewhere
from guidewright.store.listing import FILES, INDEX, PART
from guidewright.store.remote import Remote
from guidewright.store.shared import bring
from guidewright.store.writing import send
from sandbox import Sandbox

PNG = "iVBORw0KGgo="
JOB = made.job(profile="full")
RECORD = made.with_outputs(
    {"output_type": "display_data", "data": {"image/png": PNG}, "metadata": {}}, profile="full"
)


@pytest.fixture(scope="module")
def running() -> Iterator[s3.S3]:
    with s3.serving() as server:
        yield server


@pytest.fixture
def server(running: s3.S3, monkeypatch: pytest.MonkeyPatch) -> s3.S3:
    for name, value in running.environ.items():
        monkeypatch.setenv(name, value)
    running.allow()
    return running


@pytest.fixture(params=["s3", "file"] if s3.HERE else ["file"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store."""
    if request.param == "file":
        return (tmp_path / "elsewhere").as_uri()
    server: s3.S3 = request.getfixturevalue("server")
    return f"{server.new('b' + str(abs(hash(request.node.name)))[:12])}/deep/records"


def read(address: str, folder: Path) -> Record | None:
    """Return what a machine without any records gets of the job, which must be nothing but whole."""
    shutil.rmtree(folder, ignore_errors=True)
    assert bring([JOB], [address], folder) == []
    return Store(committed=folder / "committed", cache=folder).find(JOB).passed


def files(address: str) -> list[str]:
    return list(Remote(address).listing())


# --------------------------------------------------------------------- send


def test_what_is_written_is_what_is_read(address: str, tmp_path: Path) -> None:
    assert send([RECORD], address) == [RECORD]
    assert read(address, tmp_path / "other") == RECORD
    assert send([RECORD], address) == [], "what is there is not written again"


def test_a_newer_record_of_the_same_code_takes_the_place_of_an_older_one_only(
    address: str, tmp_path: Path
) -> None:
    newer = replace(RECORD, started=made.STARTED + dt.timedelta(days=1))
    assert send([newer], address) == [newer]
    assert send([RECORD], address) == []
    assert read(address, tmp_path / "other") == newer
    newest = replace(RECORD, started=made.STARTED + dt.timedelta(days=2))
    send([newest], address)
    assert read(address, tmp_path / "other") == newest


def test_records_of_two_codes_stand_side_by_side(address: str, tmp_path: Path) -> None:
    other = replace(RECORD, fingerprint=made.fingerprint("other"))
    send([RECORD], address)
    send([other], address)
    assert read(address, tmp_path / "other") == RECORD


def test_machines_that_write_at_once_lose_nothing(address: str, tmp_path: Path) -> None:
    jobs = [made.job(f"guide{number}", profile="full") for number in range(24)]
    shares: list[Sequence[Record]] = [[made.record(job) for job in jobs[start::4]] for start in range(4)]
    threads = [threading.Thread(target=send, args=(share, address)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bring(jobs, [address], tmp_path / "other") == []
    store = Store(committed=tmp_path / "committed", cache=tmp_path / "other")
    assert [store.find(job).passed for job in jobs] == [made.record(job) for job in jobs]


@pytest.mark.parametrize("survives", [0, 1, 2])
def test_a_write_that_ends_early_leaves_what_was_there(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    send([RECORD], address)
    newer = made.with_outputs(
        {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgoA"}, "metadata": {}},
        profile="full",
        started=made.STARTED + dt.timedelta(days=1),
    )
    left = [survives]
    whole = Remote.write

    def ends_early(remote: Remote, files: dict[str, bytes]) -> None:
        for path, content in files.items():
            if not left[0]:
                raise ConnectionError("the cable was pulled")
            left[0] -= 1
            whole(remote, {path: content})

    monkeypatch.setattr(Remote, "write", ends_early)
    with pytest.raises(StoreError, match="could not be written: the cable was pulled"):
        send([newer], address)
    monkeypatch.setattr(Remote, "write", whole)
    assert read(address, tmp_path / "other") == RECORD
    assert send([newer], address) == [newer]
    assert read(address, tmp_path / "other") == newer


def test_a_published_sites_store_is_not_written(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text('{"version": 1, "records": {}}')
    with pytest.raises(StoreError, match="published site"):
        send([RECORD], tmp_path.as_uri())
    assert [path.name for path in tmp_path.iterdir()] == [INDEX]


# ------------------------------------------------------------- command line


@pytest.fixture
def project(sandbox: Sandbox, address: str, request: pytest.FixtureRequest) -> Sandbox:
    """Three guides, whose full records belong to a store elsewhere."""
    if address.startswith("s3"):
        sandbox.environment.update(request.getfixturevalue("server").environ)
    sandbox.settings(extra=f'records = ["guides/records", "{address}"]\nrecords_to = "{address}"')
    for number, slug in enumerate(("one", "two", "deep/three"), 1):
        sandbox.guide(slug, body(number), "backends: [alpha, beta]")
    return sandbox


def body(number: int) -> str:
    """Return code that no other guide has."""
    return BODY.replace("number = 1", f"number = {number}")


def planned(project: Sandbox) -> dict[str, str]:
    opened = project.project()
    found = {entry.job.name: entry.reason for entry in opened.plan(Selection(profile="full"))}
    assert opened.damaged == {}
    return dict(found)


def test_a_run_writes_full_records_there_and_nowhere_else_and_other_checkouts_read_them(
    project: Sandbox, address: str
) -> None:
    kernels = Kernels()
    report = project.run(profile="full", run_one=kernels)
    assert (report.exit_code, len(kernels.take())) == (FINE, 6)
    assert not (project.root / "guides/records").exists()
    found = files(address)
    assert sum(bool(PART.fullmatch(path)) for path in found) == 6
    shutil.rmtree(project.root / ".guidewright")
    assert set(planned(project).values()) == {"unchanged"}
    project.run(run_one=kernels)
    assert files(address) == found, "quick records stay at home"


def test_without_the_store_records_are_kept_and_pushed_later(
    project: Sandbox, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (project.root / "pyproject.toml").read_text("utf-8")
    bad = "s3://no-such-bucket/x" if address.startswith("s3") else "file:///proc/no/such"
    (project.root / "pyproject.toml").write_text(good.replace(address, bad), "utf-8")
    kernels = Kernels()
    report = project.run("one", profile="full", run_one=kernels)
    assert report.exit_code == COULD_NOT_RUN
    assert list(report.unsent) == ["one[alpha,full]", "one[beta,full]"]
    capsys.readouterr()
    summary.print_report(report, project.project(), sys.stdout)
    told = capsys.readouterr()
    assert told.out.count("passed") == 2
    assert told.err.count(f"warning: {bad}: no shared record was read") == 1
    assert told.err.count(f"{bad}: kept here alone one[alpha,full], one[beta,full]: ") == 1
    assert "guidewright records push" in told.err
    failed = project.cli("records", "push")
    assert failed.code == COULD_NOT_RUN
    (project.root / "pyproject.toml").write_text(good, "utf-8")
    done = project.cli("records", "push")
    assert (done.code, done.out) == (FINE, f"2 records written to {address}; 0 there already\n")
    assert project.cli("records", "push").out == f"0 records written to {address}; 2 there already\n"
    assert project.run("one", profile="full", run_one=kernels).records == {}


def test_merged_records_are_written_there(project: Sandbox, address: str, tmp_path: Path) -> None:
    project.run(profile="full", run_one=Kernels())
    shutil.move(project.root / ".guidewright" / "shared", tmp_path / "shard")
    Remote(address).remove(files(address))
    done = project.cli("merge", str(tmp_path / "shard"), "--profile", "full")
    assert done.code == FINE
    assert done.out == "6 records merged\n"
    shutil.rmtree(project.root / ".guidewright")
    assert set(planned(project).values()) == {"unchanged"}


@pytest.mark.skipif(not s3.HERE, reason="of S3: tests/slow/test_s3.py runs it, in an environment of its own")
def test_without_permission_reading_is_a_warning_and_writing_ends_with_3(
    sandbox: Sandbox, server: s3.S3
) -> None:
    address = server.new("locked")
    sandbox.environment.update(server.environ)
    sandbox.settings(extra=f'records = ["guides/records", "{address}"]\nrecords_to = "{address}"')
    sandbox.guide("one", BODY)
    server.deny()
    done = sandbox.cli("plan", "--profile", "full")
    assert done.code == FINE
    assert f"warning: {address}: no shared record was read: permission is denied" in done.err
    report = sandbox.run(profile="full", run_one=Kernels())
    assert report.exit_code == COULD_NOT_RUN
    for command in ("push", "prune"):
        done = sandbox.cli("records", command)
        assert done.code == COULD_NOT_RUN
        assert "permission is denied" in done.err
    server.allow()
    assert sandbox.cli("records", "push").code == FINE


def test_push_needs_a_store_that_is_named(sandbox: Sandbox) -> None:
    sandbox.guide("one", BODY)
    done = sandbox.cli("records", "push")
    assert done.code == WRONG_USE
    assert "records_to" in done.err


# -------------------------------------------------------------------- prune


Prune = Callable[..., dict[str, Any]]


@pytest.fixture
def prune(project: Sandbox, capsys: pytest.CaptureFixture[str]) -> Prune:
    def pruned(*, days: int, dry_run: bool = False) -> dict[str, Any]:
        capsys.readouterr()
        now = made.STARTED + dt.timedelta(days=1)
        code = records.prune(project.project(), now=now, days=days, dry_run=dry_run, as_json=True)
        out, err = capsys.readouterr()
        assert (code, err) == (FINE, "")
        found: dict[str, Any] = json.loads(out)
        return found

    return pruned


class Later(Kernels):
    """Run an hour after the others."""

    async def __call__(self, *arguments: Any) -> Record:
        record = await super().__call__(*arguments)
        return replace(record, started=record.started + dt.timedelta(hours=1))


def test_prune_says_then_removes_what_nobody_needs_and_nothing_else(
    project: Sandbox, address: str, prune: Prune
) -> None:
    project.run(profile="full", run_one=Kernels())
    project.run(run_one=Kernels())
    project.path("deep/three").unlink()
    project.edit("two", "number = 2", "number = 2 + 0")
    before = files(address)
    assert prune(days=2) == {"dry_run": False, "removed": [], "kept": 18, "files": 0}, "they are young"

    said = prune(days=0, dry_run=True)
    assert {row["job"] for row in said["removed"]} == {
        f"deep/three[{backend},{profile}]" for backend in ("alpha", "beta") for profile in ("quick", "full")
    }
    assert {row["why"] for row in said["removed"]} == {"no guide claims it"}
    assert files(address) == before

    assert prune(days=0) == {**said, "dry_run": False}
    assert files(address) == [path for path in before if "three" not in path]
    assert not list((project.root / ".guidewright").rglob("three"))
    assert planned(project) == {
        f"{slug}[{backend},full]": reason
        for slug, reason in [("one", "unchanged"), ("two", "code changed")]
        for backend in ("alpha", "beta")
    }

    project.run(profile="full", run_one=Later())
    again = prune(days=0)
    assert [row["job"] for row in again["removed"] if row["store"] == address] == [
        "two[alpha,full]",
        "two[beta,full]",
    ]
    assert sum(bool(PART.fullmatch(path)) for path in files(address)) == 4
    shutil.rmtree(project.root / ".guidewright")
    assert set(planned(project).values()) == {"unchanged"}
    assert prune(days=0)["removed"] == []


def test_prune_takes_what_no_record_names_and_leaves_what_may_be_coming(
    project: Sandbox, address: str, prune: Prune
) -> None:
    project.run("one", profile="full", run_one=Kernels())
    (part, *_) = [path for path in files(address) if PART.fullmatch(path)]
    stray = f"{part.removesuffix('.json')}/{'0' * 16}/record.json"
    assert FILES.fullmatch(stray)
    Remote(address).write({stray: b"half", "somebody-elses.txt": b"file"})
    young = (dt.datetime.now(dt.UTC) - made.STARTED).days + 2
    assert prune(days=young)["files"] == 0
    assert stray in files(address)
    old = project.cli("records", "prune", "--days", "0")
    assert "removed 1 file that no record names" in old.out
    assert stray not in files(address)
    assert "somebody-elses.txt" in files(address)
    shutil.rmtree(project.root / ".guidewright")
    assert set(planned(project).values()) == {"unchanged", "new"}


def test_a_record_that_is_written_anew_while_prune_works_stays(address: str, tmp_path: Path) -> None:
    send([RECORD], address)
    store = Elsewhere(address=address)
    (held,) = store.held()
    newer = replace(RECORD, started=made.STARTED + dt.timedelta(days=1))
    send([newer], address)
    assert store.remove(held) is False
    assert read(address, tmp_path / "other") == newer


@pytest.mark.parametrize("what", ["broken", "none"])
def test_where_the_library_cannot_be_read_nothing_is_pruned(sandbox: Sandbox, what: str) -> None:
    sandbox.guide("one", BODY)
    sandbox.guide("two", BODY)
    sandbox.run(run_one=Kernels())
    sandbox.path("two").unlink()
    if what == "broken":
        sandbox.path("one").write_text("# %%\nprint(1)\n", "utf-8")
    else:
        sandbox.path("one").unlink()
    done = sandbox.cli("records", "prune", "--days", "0")
    assert done.code == WRONG_USE
    assert "nothing was removed" in done.err
    assert len(sandbox.cached("one")) == len(sandbox.cached("two")) == 1


def test_committed_records_of_no_guide_are_pruned_and_damaged_ones_are_left(sandbox: Sandbox) -> None:
    for number, slug in enumerate(("one", "two", "three"), 1):
        sandbox.guide(slug, body(number))
    sandbox.run(profile="full", run_one=Kernels())
    folder = sandbox.root / "guides/records"
    sandbox.path("two").unlink()
    sandbox.path("three").unlink()
    (folder / "three/alpha/record.json").write_text("{", "utf-8")
    assert sandbox.cli("records", "prune", "--days", "0").code == FINE
    assert sorted(path.name for path in folder.iterdir()) == ["one", "three"]

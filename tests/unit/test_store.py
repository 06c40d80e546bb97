"""Records on disk: what is written can be read, what is damaged is told, and nothing is ever lost."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.errors import COULD_NOT_RUN, StoreError
from guidewright.model import CellFailure, CellRun, DatasetUse, Environment, Fingerprint, Record
from guidewright.store import FILE, Store, from_folder, to_files
from guidewright.store.records import KEPT

PNG = base64.b64encode(b"\x89PNG one").decode()
OTHER_PNG = base64.b64encode(b"\x89PNG two").decode()
SVG = "<svg>\n<text>κόσμε</text></svg>"


def image(data: str = PNG, mime: str = "image/png") -> dict[str, Any]:
    return {"output_type": "display_data", "data": {mime: data, "text/plain": "<Figure>"}, "metadata": {}}


@pytest.fixture
def records(tmp_path: Path) -> Store:
    return Store(committed=tmp_path / "guides" / "records", cache=tmp_path / "cache")


@contextmanager
def as_nobody() -> Iterator[Path]:
    """Work without a superuser's rights, in a folder of one's own."""
    home = Path(tempfile.mkdtemp())
    was = os.geteuid()
    try:
        if was == 0:
            os.chown(home, 65534, 65534)
            os.seteuid(65534)
        yield home
    finally:
        os.seteuid(was)
        shutil.rmtree(home)


def write(folder: Path, record: Record) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in to_files(record).items():
        (folder / name).write_bytes(content)


# --------------------------------------------------------------- round trip

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
NAMES = st.text("abcdefghij_-0123456789", min_size=1, max_size=8)
SECONDS = st.floats(0, 1e6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
BASE64 = st.binary(max_size=30).map(lambda data: base64.b64encode(data).decode())
DATA = st.fixed_dictionaries(
    {},
    optional={
        "text/plain": TEXT,
        "text/html": TEXT,
        "application/json": JSON,
        "image/png": BASE64 | TEXT,
        "image/jpeg": BASE64,
        "image/svg+xml": TEXT,
    },
)
STREAMS = st.fixed_dictionaries(
    {"output_type": st.just("stream"), "name": st.sampled_from(["stdout", "stderr"]), "text": TEXT}
)
SHOWN = st.fixed_dictionaries(
    {
        "output_type": st.sampled_from(["display_data", "execute_result"]),
        "data": DATA,
        "metadata": st.dictionaries(TEXT, JSON, max_size=2),
    }
)
ERRORS = st.fixed_dictionaries(
    {
        "output_type": st.just("error"),
        "ename": TEXT,
        "evalue": TEXT,
        "traceback": st.lists(TEXT, max_size=2),
    }
)
CELLS = st.builds(
    CellRun,
    id=NAMES,
    status=st.sampled_from(["ok", "failed", "skipped", "not run"]),
    seconds=SECONDS,
    outputs=st.lists(STREAMS | SHOWN | ERRORS, max_size=3).map(tuple),
    execution_count=st.none() | st.integers(0, 1000),
    checks=st.integers(0, 9),
    missing=st.lists(TEXT, max_size=2).map(tuple),
)
RECORDS = st.builds(
    Record,
    slug=NAMES,
    backend=NAMES,
    profile=st.sampled_from(["quick", "full"]),
    outcome=st.sampled_from(["passed", "failed", "errored"]),
    fingerprint=st.builds(Fingerprint, code=TEXT, data=TEXT, checks=TEXT),
    environment=st.builds(
        Environment,
        python=TEXT,
        platform=TEXT,
        device=TEXT,
        device_class=st.sampled_from(["cpu", "gpu", "tpu"]),
        has_gpu=st.booleans(),
        cores=st.integers(1, 99),
        threads=st.integers(1, 99),
        distributions=st.dictionaries(TEXT, TEXT, max_size=3),
    ),
    started=st.datetimes(timezones=st.just(dt.UTC)),
    seconds=SECONDS,
    cells=st.lists(CELLS, max_size=3, unique_by=lambda cell: cell.id).map(tuple),
    datasets=st.lists(st.builds(DatasetUse, name=TEXT, file=TEXT, source=TEXT, digest=TEXT), max_size=2).map(
        tuple
    ),
    failure=st.none()
    | st.builds(CellFailure, cell=TEXT, line=st.integers(1, 99), name=TEXT, message=TEXT, traceback=TEXT),
    peak_memory_mb=SECONDS,
)


@given(record=RECORDS)
def test_any_record_reads_as_it_was_written(record: Record, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("record")
    write(folder, record)
    assert from_folder(folder) == record
    assert to_files(from_folder(folder)) == to_files(record)


def test_equal_records_give_equal_bytes_whatever_the_order_of_their_keys() -> None:
    there = replace(made.ENVIRONMENT, distributions={"a": "1", "b": "2"})
    back = replace(made.ENVIRONMENT, distributions={"b": "2", "a": "1"})
    assert to_files(made.record(environment=there)) == to_files(made.record(environment=back))


def test_images_are_files_beside_the_json_and_the_json_comes_last(records: Store) -> None:
    record = made.with_outputs(image(), image(SVG, "image/svg+xml"), image(OTHER_PNG, "image/jpeg"))
    files = to_files(record)
    assert list(files)[-1] == FILE
    assert [Path(name).suffix for name in files] == [".png", ".svg", ".jpg", ".json"]
    assert next(iter(files.values())) == b"\x89PNG one"
    assert PNG.encode() not in files[FILE]
    folder = records.save(record)
    assert {path.name for path in folder.iterdir()} == set(files)


def test_a_record_from_before_a_field_was_added_is_read_with_its_default(tmp_path: Path) -> None:
    document = json.loads(to_files(made.record())[FILE])
    del document["environment"]["has_gpu"], document["digest"]
    _sign(document)
    (tmp_path / FILE).write_text(json.dumps(document), "utf-8")
    assert from_folder(tmp_path) == made.record()


def _sign(document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    document["digest"] = hashlib.sha256(text.encode()).hexdigest()


# ------------------------------------------------------------------ damaged


def _edited(folder: Path) -> None:
    text = (folder / FILE).read_text("utf-8")
    (folder / FILE).write_text(text.replace('"passed"', '"failed"'), "utf-8")


def _signed(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """A record of another shape, whose digest is right all the same."""

    def damage(folder: Path) -> None:
        document = json.loads((folder / FILE).read_text("utf-8"))
        change(document)
        document.pop("digest", None)
        _sign(document)
        (folder / FILE).write_text(json.dumps(document), "utf-8")

    return damage


def _image(folder: Path) -> Path:
    (file,) = folder.glob("*.png")
    return file


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut short": (lambda f: os.truncate(f / FILE, 200), "it is not whole JSON"),
    "empty": (lambda f: os.truncate(f / FILE, 0), "it is not whole JSON"),
    "edited": (_edited, "its digest is not that of its content"),
    "image missing": (lambda f: _image(f).unlink(), "cannot be read"),
    "image changed": (lambda f: _image(f).write_bytes(b"x"), "was changed"),
    "image is a folder": (lambda f: (_image(f).unlink(), (f / "x").mkdir()), "cannot be read"),
    "another schema": (_signed(lambda d: d.update(schema=2)), "its schema is 2, not 1"),
    "a list": (lambda f: (f / FILE).write_text("[1]"), "it is no record"),
    "a word": (lambda f: (f / FILE).write_text('"record"'), "it is no record"),
    "binary": (lambda f: (f / FILE).write_bytes(bytes(range(256))), "it is not whole JSON"),
    "deep": (lambda f: (f / FILE).write_text("[" * 100_000), "it is not whole JSON"),
    "no cells": (_signed(lambda d: d.pop("cells")), "it has another shape"),
    "cells are no list": (_signed(lambda d: d.update(cells=3)), "it has another shape"),
    "an unknown key": (_signed(lambda d: d.update(colour="red")), "it has another shape"),
    "output is no mapping": (_signed(lambda d: d["cells"][0].update(outputs=["x"])), "it has another shape"),
    "no date": (_signed(lambda d: d.update(started="today")), "Invalid isoformat"),
    "another job's": (_signed(lambda d: d.update(slug="other")), "the record is of other[alpha,quick]"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_record_is_told_and_set_aside_and_does_not_count(records: Store, kind: str) -> None:
    damage, message = DAMAGE[kind]
    folder = records.save(made.with_outputs(image()))
    damage(folder)
    content = (folder / FILE).read_bytes()

    found = records.find(made.job())
    assert (found.match, found.newest) == (None, None)
    (problem,) = found.damaged
    assert problem.severity == "warning"
    assert problem.path == str(folder / FILE)
    assert message in problem.message
    aside = records.cache / "damaged" / "intro" / "alpha" / "1"
    assert str(aside) in problem.hint
    assert (aside / FILE).read_bytes() == content
    assert not (folder / FILE).exists()
    assert records.find(made.job()).damaged == ()


def test_what_is_set_aside_never_replaces_what_was_set_aside_before(records: Store) -> None:
    for number in range(3):
        folder = records.save(made.record())
        (folder / FILE).write_text(str(number))
        assert records.find(made.job()).damaged
        if number == 1:
            shutil.rmtree(records.cache / "damaged" / "intro" / "alpha" / "1")
    aside = records.cache / "damaged" / "intro" / "alpha"
    assert {path.name: (path / FILE).read_text() for path in aside.iterdir()} == {"1": "2", "2": "1"}


def test_setting_aside_leaves_a_guide_alone_whose_slug_goes_on_from_there(records: Store) -> None:
    outer, inner = made.job(profile="full"), made.job("intro/alpha", profile="full")
    (records.save(made.record(outer)) / FILE).write_text("{")
    records.save(made.record(inner))
    assert records.find(outer).damaged
    assert records.find(inner).match == made.record(inner)


def test_a_damaged_record_that_cannot_be_set_aside_is_told_all_the_same(records: Store) -> None:
    folder = records.save(made.record())
    (folder / FILE).write_text("{")
    (records.cache / "damaged").write_text("a file, where a folder should be")
    (problem,) = records.find(made.job()).damaged
    assert "cannot be set aside" in problem.hint
    assert (folder / FILE).read_text() == "{"


def test_a_record_that_cannot_be_read_is_told(records: Store) -> None:
    folder = records.save(made.record(made.job(profile="full")))
    (folder / FILE).unlink()
    (folder / FILE).mkdir()
    (problem,) = records.find(made.job(profile="full")).damaged
    assert "cannot be read: Is a directory" in problem.message


def test_a_reader_without_rights_is_told() -> None:
    with as_nobody() as home:
        mine = Store(committed=home / "records", cache=home / "cache")
        folder = mine.save(made.record())
        (folder / FILE).chmod(0o000)
        (problem,) = mine.find(made.job()).damaged
        assert "cannot be read: Permission denied" in problem.message


# -------------------------------------------------------------------- saving


def test_a_writer_without_rights_is_told_what_to_do() -> None:
    with as_nobody() as home:
        mine = Store(committed=home / "records", cache=home / "cache")
        home.chmod(0o500)
        with pytest.raises(
            StoreError, match="intro\\[alpha,quick\\] could not be written: Permission denied"
        ) as error:
            mine.save(made.record())
        home.chmod(0o700)
    assert error.value.exit_code == COULD_NOT_RUN
    assert "mend the folder's permissions" in error.value.problems[0].hint


SAVE = """
import resource, sys
from pathlib import Path
import made
from guidewright.errors import StoreError
from guidewright.store import Store
from test_store import image
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
records = Store(committed=Path(sys.argv[1]) / "records", cache=Path(sys.argv[1]) / "cache")
try:
    records.save(made.with_outputs(image("A" * 4000), {"output_type": "stream", "name": "stdout", "text": "x" * 9000}))
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [0, 1000, 5000])
def test_a_write_that_finds_no_room_leaves_the_old_record_whole(
    records: Store, tmp_path: Path, room: int
) -> None:
    """No room: a limit on the size of files, which the system enforces while the bytes are written."""
    old = made.with_outputs(image())
    folder = records.save(old)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    command = [sys.executable, "-c", SAVE, str(tmp_path), str(room)]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    assert "could not be written: File too large" in done.stdout
    assert str(folder) in done.stdout
    assert "make room" in done.stdout
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert records.find(made.job()).match == old


def test_a_first_write_that_finds_no_room_leaves_no_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SAVE, str(tmp_path), "5000"]
    subprocess.run(command, cwd=Path(__file__).parent, check=True, capture_output=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_told_in_the_systems_words(records: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        records.save(made.record())


def test_a_newer_record_whose_json_was_not_reached_leaves_the_old_one_whole(records: Store) -> None:
    old = made.with_outputs(image())
    folder = records.save(old)
    files = to_files(made.with_outputs(image(OTHER_PNG), later=1))
    for name in [name for name in files if name != FILE]:
        (folder / name).write_bytes(files[name])
    assert from_folder(folder) == old


def test_a_newer_record_leaves_nothing_of_the_old_one(records: Store) -> None:
    folder = records.save(made.with_outputs(image(), image()))
    (folder / ".record.json.abc.part").touch()
    newer = made.with_outputs(image(OTHER_PNG), later=1)
    assert records.save(newer) == folder
    assert {path.name for path in folder.iterdir()} == set(to_files(newer))


@pytest.mark.parametrize("outcome", ["failed", "errored"])
def test_only_full_records_that_passed_are_committed(records: Store, outcome: Any) -> None:
    full = made.job(profile="full")
    good, bad = made.record(full), made.record(full, outcome=outcome, later=1)
    committed = records.committed / "intro" / "alpha"
    assert records.save(good) == committed
    cached = records.save(bad)
    assert records.cache in cached.parents
    assert from_folder(committed) == good
    assert records.find(full).match == bad

    records.save(made.record(full, later=2))
    assert not cached.exists()
    assert records.find(full).match == made.record(full, later=2)


def test_a_quick_record_is_never_committed(records: Store) -> None:
    records.save(made.record())
    assert not records.committed.exists()


def test_undoing_an_edit_finds_the_record_of_before(records: Store) -> None:
    jobs = [made.job(fingerprint=made.fingerprint(code)) for code in "abcd"]
    for number, job in enumerate(jobs):
        records.save(made.record(job, later=number))
    for number, job in enumerate(jobs):
        found = records.find(job)
        assert found.match == made.record(job, later=number)
        assert found.newest == made.record(jobs[-1], later=3)


def test_the_cache_keeps_the_newest_few(records: Store) -> None:
    for number in range(KEPT + 3):
        folder = records.save(made.record(made.job(fingerprint=made.fingerprint(str(number)))))
        os.utime(folder / FILE, (number, number))
    kept = {path.name for path in folder.parent.iterdir()}
    wanted = {made.fingerprint(str(number)).key[:16] for number in range(3, KEPT + 3)}
    assert kept == wanted


def test_what_else_lies_in_the_cache_is_left_alone(records: Store) -> None:
    parent = records.save(made.record()).parent
    (parent / "notes.txt").write_text("mine")
    (parent / "folder").mkdir()
    for number in range(KEPT + 1):
        records.save(made.record(made.job(fingerprint=made.fingerprint(str(number)))))
    assert (parent / "notes.txt").read_text() == "mine"
    assert (parent / "folder").is_dir()
    assert records.find(made.job()).damaged == ()

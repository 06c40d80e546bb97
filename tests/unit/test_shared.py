"""Shared records: read through and verified, over a real HTTP server that may do anything; no store breaks a build."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import made
import pytest
from fsspec.spec import AbstractFileSystem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_run import BODY, Kernels

from guidewright.commands.preview import Choice, Session
from guidewright.errors import SettingsError
from guidewright.plan import Selection
from guidewright.settings import load
from guidewright.store import Store, shared
from guidewright.store.listing import INDEX
from guidewright.store.remote import Patience
from guidewright.store.shared import bring, folder_of, published
from sandbox import Sandbox

PNG = "iVBORw0KGgo="
JOB = made.job(profile="full")
RECORD = made.with_outputs(
    {"output_type": "display_data", "data": {"image/png": PNG}, "metadata": {}}, profile="full"
)
QUICK = Patience(request=2.0, store=60.0)
Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


def fine(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def truncated(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])
    handler.close_connection = True


def cut_short_without_saying(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    fine(handler, content[: len(content) // 2])


def corrupt(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    fine(handler, content.replace(b"passed", b"pasted").replace(b"PNG", b"GNP").replace(b"files", b"filed"))


def broken(handler: BaseHTTPRequestHandler, _content: bytes) -> None:
    handler.send_error(500)


def forbidden(handler: BaseHTTPRequestHandler, _content: bytes) -> None:
    handler.send_error(403)


def a_login_page(handler: BaseHTTPRequestHandler, _content: bytes) -> None:
    fine(handler, b"<html>Sign in</html>")


def in_circles(handler: BaseHTTPRequestHandler, _content: bytes) -> None:
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def hanging_up(handler: BaseHTTPRequestHandler, _content: bytes) -> None:
    handler.close_connection = True


def slow(handler: BaseHTTPRequestHandler, _content: bytes) -> None:
    """Send a byte now and then until the reader has gone."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(10**6))
    handler.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(100):
            handler.wfile.write(b" ")
            time.sleep(0.1)


@dataclass
class Site:
    address: str
    files: dict[str, bytes]
    answers: dict[str, Answer] = field(default_factory=dict)
    """By the path's ending."""
    asked: list[str] = field(default_factory=list)
    latency: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.removeprefix("/sub/records/")
            site.asked.append(path)
            with site.lock:
                site.at_once += 1
                site.most_at_once = max(site.most_at_once, site.at_once)
            time.sleep(site.latency)
            with site.lock:
                site.at_once -= 1
            answer = next((one for end, one in site.answers.items() if path.endswith(end)), fine)
            if path in site.files:
                answer(self, site.files[path])
            else:
                self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    site = Site(address=f"http://127.0.0.1:{server.server_port}/sub/records", files=files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(dict(published([RECORD]))) as made_:
        yield made_


@pytest.fixture
def other() -> Iterator[Site]:
    with serving(dict(published([RECORD]))) as made_:
        yield made_


def at_hand(cache: Path) -> object:
    return Store(committed=cache / "committed", cache=cache).find(JOB).passed


def test_a_record_of_the_very_code_is_read_over_http_and_then_kept(site: Site, tmp_path: Path) -> None:
    assert bring([JOB], [site.address], tmp_path) == []
    assert at_hand(tmp_path) == RECORD
    assert len(site.asked) == 3
    assert bring([JOB], [site.address], tmp_path) == []
    assert len(site.asked) == 3, "what is in the cache is not asked for again"


def test_a_record_of_other_code_is_not_even_asked_for(site: Site, tmp_path: Path) -> None:
    other_code = made.job(profile="full", fingerprint=made.fingerprint("other"))
    assert bring([other_code], [site.address], tmp_path) == []
    assert site.asked == [INDEX]


NOT_ITS_DIGEST = "not the digest of its index"
WRONG: dict[Answer, tuple[str, str]] = {
    truncated: ("cut short", "cut short"),
    cut_short_without_saying: ("no index of records", NOT_ITS_DIGEST),
    corrupt: ("its index is damaged", NOT_ITS_DIGEST),
    broken: ("status 500", "status 500"),
    forbidden: ("permission is denied", "permission is denied"),
    a_login_page: ("no index of records", NOT_ITS_DIGEST),
    in_circles: ("redirects without end", "redirects without end"),
    hanging_up: ("hung up", "hung up"),
    slow: ("did not answer in time", "did not answer in time"),
}
"""What is told where the index, or a file, is answered so."""


@pytest.mark.parametrize("where", [INDEX, "record.json", ".png"])
@pytest.mark.parametrize("answer", WRONG)
def test_what_a_store_does_wrong_is_told_and_the_next_is_asked(
    site: Site, other: Site, tmp_path: Path, answer: Answer, where: str
) -> None:
    site.answers[where] = answer
    patience = QUICK if answer is slow else Patience()
    (told,) = bring([JOB], [site.address], tmp_path, patience)
    assert at_hand(tmp_path) is None
    assert told.severity == "warning"
    assert told.path == (site.address if where == INDEX else f"{site.address}/intro/alpha")
    assert WRONG[answer][where != INDEX] in told.message
    assert "the next store is asked" in told.hint
    assert bring([JOB], [site.address, other.address], tmp_path, patience) == [told]
    assert at_hand(tmp_path) == RECORD
    assert [path.name for path in (tmp_path / "shared").iterdir()] == ["intro"]


def with_record(change: dict[str, object]) -> dict[str, bytes]:
    """Return a store whose record says something else, with all digests right."""
    files = dict(published([RECORD]))
    document = {**json.loads(files["intro/alpha/record.json"]), **change}
    content = {key: value for key, value in document.items() if key != "digest"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    record = json.dumps({**content, "digest": hashlib.sha256(text.encode()).hexdigest()}).encode()
    index = json.loads(files[INDEX])
    index["records"]["intro/alpha"]["files"]["record.json"] = hashlib.sha256(record).hexdigest()
    return {**files, "intro/alpha/record.json": record, INDEX: json.dumps(index).encode()}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": 2}, "its schema is 2, not 1"),
        ({"slug": "other"}, "it is a record of other[alpha,full]"),
        ({"fingerprint": {"code": "x", "data": "y", "checks": "z"}}, "or of other code"),
        ({"outcome": "failed"}, "it did not pass"),
        ({"cells": 3}, "it has another shape"),
    ],
)
def test_a_record_that_is_not_what_the_index_says_is_told_and_the_next_store_is_asked(
    other: Site, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    with serving(with_record({})) as fine_:
        assert bring([JOB], [fine_.address], tmp_path / "fine") == []
    with serving(with_record(change)) as site:
        (problem,) = bring([JOB], [site.address, other.address], tmp_path)
    assert told in problem.message
    assert problem.path == f"{site.address}/intro/alpha"
    assert at_hand(tmp_path) == RECORD


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_an_index_of_another_version_is_told_and_the_next_store_is_asked(
    site: Site, other: Site, tmp_path: Path, version: object
) -> None:
    site.files[INDEX] = json.dumps({**json.loads(site.files[INDEX]), "version": version}).encode()
    (problem,) = bring([JOB], [site.address, other.address], tmp_path)
    assert f"its index is of version {version!r}, and this Guidewright reads 1" in problem.message
    assert at_hand(tmp_path) == RECORD


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("a./", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["version", "records", "intro/alpha", "fingerprint", "files", "at", "started", "parts"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
ENTRY = st.fixed_dictionaries(
    {"fingerprint": st.just(RECORD.fingerprint.key)}, optional={"files": JSON, "at": JSON, "started": JSON}
)
SHAPED = st.fixed_dictionaries(
    {"version": st.just(1), "records": st.fixed_dictionaries({"intro/alpha": ENTRY | JSON})},
    optional={"parts": st.booleans()},
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=20) | (JSON | SHAPED).map(lambda index: json.dumps(index).encode()))
def test_whatever_an_index_says_nothing_is_raised_and_nothing_is_believed(
    tmp_path: Path, index: bytes
) -> None:
    (tmp_path / INDEX).write_bytes(index)
    problems = bring([JOB], [tmp_path.as_uri()], tmp_path / "cache")
    assert len(problems) <= 1
    assert at_hand(tmp_path / "cache") is None


def test_one_reason_is_told_once_however_many_records_it_concerns(tmp_path: Path) -> None:
    jobs = [made.job(f"guide{number}", profile="full") for number in range(30)]
    with serving(dict(published(map(made.record, jobs)))) as site:
        site.answers = {f"guide{number}/alpha/record.json": forbidden for number in range(20)}
        site.answers["guide20/alpha/record.json"] = corrupt
        denied, changed = bring(jobs, [site.address], tmp_path)
    assert denied.path == f"{site.address}/guide0/alpha"
    assert denied.message == "a shared record was not read, and 19 more alike: permission is denied"
    assert NOT_ITS_DIGEST in changed.message
    assert sum(folder_of(tmp_path, job).is_dir() for job in jobs) == 9


def test_the_first_store_that_has_a_record_is_the_last_that_is_asked(
    site: Site, other: Site, tmp_path: Path
) -> None:
    with serving(dict(published([]))) as empty:
        assert bring([JOB], [empty.address, site.address, other.address], tmp_path) == []
        assert (len(empty.asked), len(site.asked), len(other.asked)) == (1, 3, 0)


def test_what_is_in_the_projects_folder_is_asked_of_nobody(site: Site, sandbox: Sandbox) -> None:
    sandbox.settings(extra=f'records = ["{site.address}", "guides/records"]')
    sandbox.guide("one", BODY)
    sandbox.guide("two", BODY)
    sandbox.run("one", profile="full", run_one=Kernels())
    site.asked.clear()
    sandbox.project().bring(sandbox.project().jobs(Selection(patterns=("one",), profile="full")))
    assert site.asked == []
    sandbox.project().bring_all()
    assert site.asked == [INDEX]


def test_the_preview_asks_once_and_no_edit_waits(site: Site, sandbox: Sandbox, tmp_path: Path) -> None:
    site.answers[INDEX] = forbidden
    sandbox.settings(extra=f'records = ["guides/records", "{site.address}"]')
    sandbox.guide("one", BODY)
    shutil.copy(Path(__file__).parents[2] / "mkdocs.yml", sandbox.root)
    session = Session(root=sandbox.root, folder=tmp_path / "input", choice=Choice(selection=Selection()))
    session.read()
    assert any("permission is denied" in problem.message for problem in session.whole.problems)
    sandbox.edit("one", "number = 1", "number = 2")
    session.read()
    assert site.asked == [INDEX]


def test_a_store_that_is_down_is_asked_once_in_a_command(site: Site, sandbox: Sandbox) -> None:
    site.answers[INDEX] = broken
    sandbox.settings(extra=f'records = ["guides/records", "{site.address}"]')
    sandbox.guide("one", BODY)
    project = sandbox.project()
    project.bring_all()
    project.plan(Selection(profile="full"))
    assert site.asked == [INDEX]
    (told,) = project.damaged.values()
    assert told.path == site.address


class Stuck(AbstractFileSystem):  # type: ignore[misc]
    """A file system without coroutines, on a mount that hangs."""

    protocol = "stuck"

    def cat_file(self, *_: object, **__: object) -> bytes:
        threading.Event().wait()
        raise AssertionError


def test_a_file_system_that_hangs_is_not_waited_for(other: Site, tmp_path: Path) -> None:
    fsspec.register_implementation("stuck", Stuck, clobber=True)
    (problem,) = bring([JOB], ["stuck://mount", other.address], tmp_path, QUICK)
    assert "did not answer in time" in problem.message
    assert at_hand(tmp_path) == RECORD


def test_without_the_extra_the_warning_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    (problem,) = bring([JOB], ["https://example.org/records"], tmp_path)
    assert problem.hint == "pip install 'guidewright[stores]'"


def test_without_s3s_extra_the_warning_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    (problem,) = bring([JOB], ["s3://bucket/records"], tmp_path)
    assert problem.hint == "pip install 'guidewright[s3]'"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/records", "http://name.invalid/records", "nonsense://x", "file:///no/such/folder"],
)
def test_a_store_that_is_not_there_is_told_and_the_next_is_asked(
    other: Site, tmp_path: Path, address: str
) -> None:
    (problem,) = bring([JOB], [address, other.address], tmp_path, QUICK)
    assert problem.path == address
    assert at_hand(tmp_path) == RECORD


def test_a_store_without_the_record_is_no_problem(other: Site, tmp_path: Path) -> None:
    with serving(dict(published([]))) as empty:
        assert bring([JOB], [empty.address, other.address], tmp_path) == []
    assert at_hand(tmp_path) == RECORD


def test_a_store_can_be_a_folder(tmp_path: Path) -> None:
    for path, content in published([RECORD]):
        file = tmp_path / "store" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    assert bring([JOB], [(tmp_path / "store").as_uri()], tmp_path / "cache") == []
    assert at_hand(tmp_path / "cache") == RECORD


@pytest.mark.parametrize("name", ["../../escaped", "/etc/passwd", ".hidden", "a/b", ""])
def test_no_index_leads_outside_a_records_folder(site: Site, tmp_path: Path, name: str) -> None:
    site.files[INDEX] = site.files[INDEX].replace(b'"record.json"', f'"{name}"'.encode())
    (problem,) = bring([JOB], [site.address], tmp_path)
    assert "outside" in problem.message
    assert site.asked == [INDEX]


def test_a_thousand_records_are_asked_for_side_by_side(tmp_path: Path) -> None:
    jobs = [made.job(f"guide{number}", profile="full") for number in range(1000)]
    with serving(dict(published(map(made.record, jobs)))) as site:
        site.latency = 0.02
        assert bring(jobs, [site.address], tmp_path, Patience(request=60, store=600)) == []
    assert all(folder_of(tmp_path, job).is_dir() for job in jobs)
    assert len(site.asked) == 1001
    assert 8 <= site.most_at_once <= 32


# ----------------------------------------------------------------- settings

SETTINGS = """
[tool.guidewright]
records = {records}
[tool.guidewright.categories]
basics = "Basics"
[tool.guidewright.backends.alpha]
label = "Alpha"
modules = []
"""


def test_the_settings_list_one_folder_and_addresses(tmp_path: Path) -> None:
    text = SETTINGS.format(records='["proof", "https://example.org/records/", "s3://bucket/x"]')
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    found = load(tmp_path, environ={})
    assert found.records == tmp_path / "proof"
    assert found.stores == ("https://example.org/records", "s3://bucket/x")


@pytest.mark.parametrize("records", ["[]", '["a", "b"]', '["https://example.org"]', "[1]", '["../a"]', "3"])
def test_a_list_without_exactly_one_folder_of_the_project_is_refused(tmp_path: Path, records: str) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS.format(records=records), "utf-8")
    with pytest.raises(SettingsError):
        load(tmp_path, environ={})


@pytest.mark.parametrize(
    ("written", "target"),
    [("s3://bucket/x", "s3://bucket/x"), ("s3://bucket/x/", "s3://bucket/x"), ("proof", "")],
)
def test_the_settings_name_the_one_store_that_is_written(tmp_path: Path, written: str, target: str) -> None:
    text = SETTINGS.format(
        records=f'["proof", "https://example.org", "s3://bucket/x/"]\nrecords_to = "{written}"'
    )
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    assert load(tmp_path, environ={}).records_to == target


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("https://example.org", "cannot be written to"),
        ("s3://other", "none of the stores"),
        ("guides/records", "none of the stores"),
    ],
)
def test_a_store_that_cannot_be_written_or_is_not_listed_is_refused(
    tmp_path: Path, written: str, told: str
) -> None:
    text = SETTINGS.format(records=f'["proof", "https://example.org"]\nrecords_to = "{written}"')
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=told):
        load(tmp_path, environ={})


def test_published_bytes_follow_from_the_records() -> None:
    assert dict(shared.published([RECORD])) == dict(shared.published([RECORD]))

"""Links to other sites, asked for at a real server on this machine."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import samples

from guidewright.outside import remembered
from guidewright.outside.collect import Place, gather, of_guide, of_markdown, of_pages
from guidewright.outside.probe import Answer, Manners, probe

QUICK = Manners(timeout=0.5, pause=0, tries=3, sleep=lambda _: None)


class Server(http.server.ThreadingHTTPServer):
    asked: Counter[str]
    release: threading.Event


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.respond()

    def do_GET(self) -> None:
        self.respond()

    def respond(self) -> None:
        asked = self.server.asked
        asked[f"{self.command} {self.path}"] += 1
        match self.path:
            case "/moved":
                self.answer(301, Location="/fine")
            case "/gone":
                self.answer(404)
            case "/unsteady":
                self.answer(500 if asked["HEAD /unsteady"] == 1 else 200)
            case "/down":
                self.answer(503)
            case "/no-head":
                self.answer(405 if self.command == "HEAD" else 200)
            case "/private":
                self.answer(403)
            case "/slow":
                self.server.release.wait(10)
                self.close_connection = True
            case _:
                self.answer(200)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.asked, server.release = Counter(), threading.Event()
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.release.set()
        server.shutdown()
        thread.join()


def url(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_port}{path}"


def refused() -> str:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


@pytest.mark.parametrize(
    ("path", "state", "detail"),
    [
        ("/fine", "fine", "200 OK"),
        ("/moved", "fine", "200 OK"),
        ("/gone", "broken", "404 Not Found"),
        ("/unsteady", "fine", "200 OK"),
        ("/down", "broken", "503 Service Unavailable"),
        ("/no-head", "fine", "200 OK"),
        ("/private", "unknown", "403 Forbidden"),
    ],
)
def test_what_a_server_says_is_what_is_told(server: Server, path: str, state: str, detail: str) -> None:
    found = probe([url(server, path)], QUICK)[url(server, path)]
    assert (found.state, found.detail) == (state, detail)


def test_a_permanent_redirect_tells_where_it_leads(server: Server) -> None:
    assert probe([url(server, "/moved")], QUICK)[url(server, "/moved")].moved == url(server, "/fine")


def test_a_host_that_does_not_answer_in_time_is_unknown(server: Server) -> None:
    slow = url(server, "/slow")
    found = probe([slow, url(server, "/fine")], QUICK)
    assert (found[slow].state, found[slow].detail) == ("unknown", "no answer in 0.5 s")
    assert server.asked["HEAD /slow"] == QUICK.tries


def test_a_host_that_refuses_is_broken_where_others_answer_and_unknown_where_none_does(
    server: Server,
) -> None:
    dead = refused()
    assert probe([dead, url(server, "/fine")], QUICK)[dead].state == "broken"
    assert probe([dead], QUICK)[dead].state == "unknown"
    assert probe([dead], QUICK, control=url(server, "/fine"))[dead].state == "broken"


def test_a_host_that_cannot_be_reached_is_not_asked_again_for_each_of_its_pages(server: Server) -> None:
    dead, pauses = refused(), list[float]()
    urls = [f"{dead}{number}" for number in range(50)]
    found = probe([*urls, url(server, "/fine")], Manners(timeout=1, pause=1, tries=3, sleep=pauses.append))
    assert {found[one].state for one in urls} == {"broken"}
    assert pauses == [2, 4]


def test_one_host_is_asked_one_thing_at_a_time_with_a_pause_between(server: Server) -> None:
    pauses: list[float] = []
    manners = Manners(timeout=5, pause=7, sleep=pauses.append)
    probe([url(server, f"/{n}") for n in range(4)], manners)
    assert pauses == [7, 7, 7]


def test_head_is_asked_before_get(server: Server) -> None:
    probe([url(server, "/fine"), url(server, "/no-head")], QUICK)
    assert server.asked == {"HEAD /fine": 1, "HEAD /no-head": 1, "GET /no-head": 1}


def test_fine_answers_are_remembered_for_their_time_and_others_are_not(tmp_path: Path) -> None:
    fine, broken = Answer(state="fine", detail="200"), Answer(state="broken", detail="404")
    remembered.remember(tmp_path, {"http://a/": fine, "http://b/": broken}, now=1000)
    assert remembered.recall(tmp_path, now=1010, age=10) == {"http://a/": fine}
    assert remembered.recall(tmp_path, now=1011, age=10) == {}
    remembered.remember(tmp_path, {"http://a/": broken}, now=1012)
    assert remembered.recall(tmp_path, now=1012, age=10) == {}


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"http://a/": {}}', '{"http://a/": {"asked": "x"}}'])
def test_a_damaged_memory_holds_nothing_and_is_replaced(tmp_path: Path, damage: str) -> None:
    (tmp_path / remembered.FILE).write_text(damage)
    assert remembered.recall(tmp_path, now=0, age=10) == {}
    remembered.remember(tmp_path, {"http://b/": Answer(state="fine", detail="200")}, now=1)
    assert "http://b/" in json.loads((tmp_path / remembered.FILE).read_text())


def test_links_of_markdown_are_found_with_their_lines() -> None:
    text = "# A\n\nSee [a](http://a/) and\n<http://b/>.\n\n- [c][c]\n\n```\n[no](http://no/)\n```\n\n[c]: http://c/\n"
    assert list(of_markdown(text)) == [("http://a/", 3), ("http://b/", 4), ("http://c/", 6)]


def test_links_of_guides_and_pages_are_gathered_with_every_place() -> None:
    cell = samples.prose("links", "One.\n\n[x](http://x/#part)", 40)
    guide = samples.simple("one", "One", (cell,))
    pages = {"site/index.html": '<a href="http://x/">x</a><a href="/in/">y</a><a href="mailto:a@b">z</a>'}
    found = gather([*of_guide(guide), *of_pages(pages)], ignore=["https://example.org/"])
    assert found == {"http://x/": [Place(path="guides/one.py", line=42), Place(path="site/index.html")]}

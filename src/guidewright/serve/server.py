"""The server: on this machine's own address only, and of the site only what the site has."""

from __future__ import annotations

import errno
import http.server
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs, quote, unquote, urlsplit

from guidewright.errors import CannotRunError
from guidewright.serve.hub import Hub
from guidewright.serve.inject import PREFIX, own_file

ADDRESS = "127.0.0.1"
_QUIET_SECONDS = 10.0
"""After which a connection gets a sign of life, and is found out if it is gone."""
_TYPES = {
    ".webp": "image/webp",
    ".js": "text/javascript",
    ".ipynb": "application/json",
    ".md": "text/markdown",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    content: bytes = b""
    status: int = 200
    type: str = ""
    """Media type; guessed from the path where it is empty."""
    location: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What is served: the seam to whoever makes pages."""

    answer: Callable[[str], Answer]
    """A path without the first ``/``, decoded → what is there."""
    state: Callable[[str], str]
    """The same path → what its page is to be told, as JSON."""
    looked_at: Callable[[str, str], None]
    """Is told the path and the backend that somebody looks at."""


class Server(http.server.ThreadingHTTPServer):
    """Serves until :meth:`shutdown`; connections do not keep the process alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int, site: Site, hub: Hub) -> None:
        try:
            super().__init__((ADDRESS, port), partial(_Handler, site, hub))
        except OverflowError as error:
            raise CannotRunError(f"there is no port {port}", hint="take one from 1 to 65535") from error
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            what = "is in use" if error.errno == errno.EADDRINUSE else "may not be used"
            hint = "take another: guidewright serve --port 8001, or make serve PORT=8001; 0 takes a free one"
            raise CannotRunError(f"port {port} {what}", hint=hint) from error

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.server_port}/"

    def handle_error(self, *_: object) -> None:
        """Say nothing of browsers that went away."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server
    server_version = "guidewright"
    protocol_version = "HTTP/1.1"

    def __init__(self, site: Site, hub: Hub, *arguments: object) -> None:
        self.site, self.hub = site, hub
        super().__init__(*arguments)  # type: ignore[arg-type]

    def log_message(self, *_: object) -> None:
        """Leave the terminal to what matters."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        # A page of another site that has this address under a name of its own must not read the preview.
        names = {f"{name}:{self.server.server_port}" for name in (ADDRESS, "localhost")}
        if self.headers.get("Host") not in names:
            self._send(Answer(status=403, content=b"not this host\n", type="text/plain"))
            return
        address = urlsplit(self.path)
        path = unquote(address.path).removeprefix("/")
        if path == f"{PREFIX}events":
            self._events({key: values[-1] for key, values in parse_qs(address.query).items()})
        elif path.startswith(PREFIX):
            found = own_file(path.removeprefix(PREFIX))
            self._send(Answer(type=found[0], content=found[1]) if found else Answer(status=404))
        else:
            answer = self.site.answer(path)
            query = f"?{address.query}" if address.query else ""
            self._send(answer, kind=_type(path), query=query)

    def _send(self, answer: Answer, kind: str = "text/plain", query: str = "") -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type or kind)
        self.send_header("Content-Length", str(len(answer.content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if answer.location:
            self.send_header("Location", quote(f"/{answer.location}") + query)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content)

    def _events(self, query: dict[str, str]) -> None:
        """Send a page's state whenever it is another, until the page or the server goes."""
        path = query.get("path", "").removeprefix("/")
        self.site.looked_at(path, query.get("backend", ""))
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"retry: 500\n\n")
        told = ""
        while not self.hub.closed:
            seen = self.hub.number
            state = self.site.state(path)
            self.wfile.write(b": still here\n\n" if state == told else f"data: {state}\n\n".encode())
            self.wfile.flush()
            told = state
            self.hub.wait(seen, _QUIET_SECONDS)


def _type(path: str) -> str:
    name = path.rpartition("/")[2]
    suffix = f".{name.rpartition('.')[2]}" if "." in name else ".html"
    found = (
        _TYPES.get(suffix)
        or mimetypes.guess_type(f"x{suffix}", strict=False)[0]
        or "application/octet-stream"
    )
    text = found.startswith("text/") or found in ("application/json", "image/svg+xml", "application/xml")
    return f"{found}; charset=utf-8" if text else found

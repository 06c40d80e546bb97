"""A web server that sends a built site as GitHub Pages does: below a sub-path, gzipped, to be cached for ten minutes."""

from __future__ import annotations

import functools
import gzip
import http.server
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

_TEXT = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")
_SUFFIXES = {
    ".ipynb": "application/json",
    ".webp": "image/webp",
    ".js": "text/javascript",
    ".atom": "text/xml",
}


@functools.cache
def _squeezed(path: Path) -> bytes:
    """Return a file gzipped at zlib's usual level, as web servers do."""
    return gzip.compress(path.read_bytes(), 6, mtime=0)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes; without this the second may wait for the first's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    def __init__(self, *args: object, site: Path, prefix: str) -> None:
        self.site = site.resolve()
        self.prefix = prefix
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        address = unquote(urlsplit(self.path).path)
        found = self._file(address)
        if found is not None and found.is_dir():
            if not address.endswith("/"):
                self._head(HTTPStatus.MOVED_PERMANENTLY, {"Location": f"{address}/", "Content-Length": "0"})
                return
            found /= "index.html"
        if found is None or not found.is_file():
            missing = self.site / "404.html"
            self._send(missing if missing.is_file() else None, HTTPStatus.NOT_FOUND)
            return
        self._send(found, HTTPStatus.OK)

    def _file(self, address: str) -> Path | None:
        if not address.startswith(self.prefix):
            return None
        path = (self.site / address[len(self.prefix) :]).resolve()
        return path if path.is_relative_to(self.site) else None

    def _send(self, path: Path | None, status: HTTPStatus) -> None:
        kind = "text/html"
        body = b""
        headers = {}
        if path is not None:
            kind = (
                _SUFFIXES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            )
            packed = kind.startswith(_TEXT) and "gzip" in self.headers.get("Accept-Encoding", "")
            body = _squeezed(path) if packed else path.read_bytes()
            headers = {"Content-Encoding": "gzip"} if packed else {}
        charset = "; charset=utf-8" if kind.startswith("text/") else ""
        headers |= {
            "Content-Type": f"{kind}{charset}",
            "Content-Length": str(len(body)),
            "Cache-Control": "max-age=600",
            "Vary": "Accept-Encoding",
        }
        self._head(status, headers)
        self.wfile.write(body)

    def _head(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A browser that goes away in the middle of an answer is nothing to tell of."""


@contextmanager
def served(site: Path, prefix: str = "/") -> Iterator[str]:
    """Serve a built site below a path that begins and ends with ``/``, and yield its address."""
    handler = functools.partial(_Handler, site=site, prefix=prefix)
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}{prefix}"
        finally:
            server.shutdown()
            thread.join()

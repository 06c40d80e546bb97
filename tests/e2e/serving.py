"""A web server for a built site, under a sub-path as on GitHub Pages."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

PATH = "some/sub/path"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer as Pages does where nothing is: with the site's own 404.html."""
        lost = min(Path(self.directory).rglob("404.html"), key=lambda file: len(file.parts), default=None)
        if code != 404 or lost is None:
            super().send_error(code, message, explain)
            return
        body = lost.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(site: Path, folder: Path, path: str = PATH) -> Iterator[str]:
    """Copy a site below an empty folder, serve that, and yield the site's address with a ``/`` at its end."""
    shutil.copytree(site, folder / path)
    handler = partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{path}/"
        finally:
            server.shutdown()
            thread.join()

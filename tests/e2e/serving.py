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


@contextmanager
def served(site: Path, folder: Path) -> Iterator[str]:
    """Copy a site below an empty folder, serve that, and yield the site's address with a ``/`` at its end."""
    shutil.copytree(site, folder / PATH)
    handler = partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{PATH}/"
        finally:
            server.shutdown()
            thread.join()

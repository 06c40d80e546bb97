"""A page of the site → the same page with the script that keeps it new. Only a served page has it."""

from __future__ import annotations

from html import escape
from importlib import resources

PREFIX = ".guidewright/"
"""Below it, at the server's root, is what is the preview's own; no page of a site begins with a dot."""
FILES = {"live.js": "text/javascript; charset=utf-8", "live.css": "text/css; charset=utf-8"}

_EMPTY = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Preview</title></head>
<body><main class="md-content__inner"><h1>This page cannot be shown yet</h1></main></body></html>
"""


def with_script(html: bytes, version: str) -> bytes:
    """Put the script at the end of a page; nothing else of it changes."""
    tags = (
        f'<link rel="stylesheet" href="/{PREFIX}live.css">'
        f'<script src="/{PREFIX}live.js" data-version="{escape(version)}"></script>'
    ).encode()
    head, found, tail = html.rpartition(b"</body>")
    return head + tags + found + tail if found else html + tags


def empty() -> bytes:
    """Return what stands in for a page that could not be made even once."""
    return _EMPTY


def own_file(name: str) -> tuple[str, bytes] | None:
    """Return media type and content of one of the preview's own files."""
    if name not in FILES:
        return None
    return FILES[name], (resources.files("guidewright.serve") / "page" / name).read_bytes()

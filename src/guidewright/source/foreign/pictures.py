"""The pictures of foreign prose → files beside the guide, in the folder ``<slug>.files``.

A dot is in no slug, so the folder can never be one of guides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote

from guidewright.source.foreign.notebook import decoded

KINDS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF8": "gif",
    b"RIFF": "webp",
}
_DATA = re.compile(r"data:image/[\w.+-]+;base64,(?P<data>[A-Za-z0-9+/=\s]+)\Z")
TAG = r"(?P<tag><img\b[^<>]*>)"
_ATTRIBUTE = re.compile(r"""\b(?P<name>src|alt)\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s>]+))""")


@dataclass(kw_only=True, slots=True)
class Album:
    """Collects the pictures of one guide, each content once."""

    folder: str
    """The folder's name, as the guide's Markdown links to it."""
    beside: Callable[[str], bytes | None]
    """What stands at a path relative to the imported file; None where there is nothing to be taken."""
    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> str:
        """Keep a picture, and return its address from the guide; empty where it is no picture."""
        kind = _kind(data)
        if not kind:
            return ""
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", name.rpartition("/")[2].rpartition(".")[0] or name).strip("-")
        stem, number = stem[:60] or "picture", 1
        path = f"{stem}.{kind}"
        if known := next((path for path, content in self.files.items() if content == data), ""):
            return f"{self.folder}/{known}"
        while path in self.files:
            number += 1
            path = f"{stem}-{number}.{kind}"
        self.files[path] = data
        return f"{self.folder}/{path}"

    def take(self, target: str, attachments: Mapping[str, bytes]) -> str:
        """Return where a picture is from now on; empty where it cannot be taken along."""
        address = target.strip("<>")
        if match := _DATA.match(address):
            data = decoded(match["data"])
            return self.add("picture.png", data) if data else ""
        if address.startswith("attachment:"):
            name = address.removeprefix("attachment:").strip()
            name = name if name in attachments else unquote(name)
            return self.add(name, attachments[name]) if name in attachments else ""
        found = None if ":" in address or address.startswith("/") else self.beside(unquote(address))
        return self.add(address, found) if found else ""


def _kind(data: bytes) -> str:
    if re.match(
        rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE[^>]*>\s*)?<svg\b", data[:2000], re.DOTALL
    ):
        return "svg"
    return next((kind for start, kind in KINDS.items() if data.startswith(start)), "")


def attributes(tag: str) -> dict[str, str]:
    """Return ``src`` and ``alt`` of an ``<img>``."""
    return {
        match["name"].lower(): unescape(match["a"] or match["b"] or match["c"] or "")
        for match in _ATTRIBUTE.finditer(tag)
    }

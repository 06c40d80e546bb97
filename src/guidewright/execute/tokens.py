"""The one change made to outputs when they are captured: this machine's paths, user and host become tokens.

A record is published; it must not tell where it was made, nor differ from one made elsewhere for that reason alone.
"""

from __future__ import annotations

import getpass
import platform
import re
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BASE64 = frozenset({"image/png", "image/jpeg", "image/gif", "application/pdf"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """What to replace, in order: paths, longest first, then user and host."""

    patterns: tuple[tuple[re.Pattern[str], str], ...]

    def replace(self, text: str) -> str:
        for pattern, token in self.patterns:
            text = pattern.sub(token, text)
        return text

    def replace_in(self, value: Any) -> Any:
        """Replace in every string of an output but base64, where a match would be chance."""
        if isinstance(value, str):
            return self.replace(value)
        if isinstance(value, Mapping):
            return {key: inner if key in BASE64 else self.replace_in(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.replace_in(inner) for inner in value]
        return value


def tokens(work: Path, root: Path) -> Tokens:
    """Collect what this machine would leave in the outputs of a job that works in ``work``."""
    folders = {
        str(work / "home"): "<home>",
        str(work / "tmp"): "<tmp>",
        str(work): "<work>",
        sys.prefix: "<python>",
        sys.base_prefix: "<python>",
        str(root): "<project>",
        tempfile.gettempdir(): "<tmp>",
        str(Path.home()): "<home>",
    }
    both = {**{str(Path(path).resolve()): token for path, token in folders.items()}, **folders}
    # "/" and "/tmp" are anybody's: they say nothing of this machine.
    own = sorted(
        (item for item in both.items() if item[0] not in ("/", "/tmp")),
        key=lambda item: (-len(item[0]), item),
    )
    return Tokens(
        patterns=tuple((re.compile(rf"{re.escape(path)}(?![\w.-])"), token) for path, token in own) + _names()
    )


def _names() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns for user and host where they stand as such: 'root' and 'main' are words, too."""
    names = []
    with suppress(OSError, KeyError):  # a user without an entry in the password file
        names.append((re.compile(rf"\b{re.escape(getpass.getuser())}(?=@)"), "<user>"))
    host = platform.node()
    if host:
        names.append((re.compile(rf"(?<=@){re.escape(host)}\b"), "<host>"))
    if re.search(r"[\d.-]", host) and len(host) > 5:
        names.append((re.compile(rf"\b{re.escape(host)}\b"), "<host>"))
    return tuple(names)

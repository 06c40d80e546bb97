"""The one change made to outputs when they are captured: this machine's paths, user and host become tokens.

A record is published; it must not tell where it was made, nor differ from one made elsewhere for that reason alone.
"""

from __future__ import annotations

import getpass
import platform
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guidewright.execute.capture import BASE64

_ANYBODYS = frozenset({"/", "/tmp", "/usr", "/usr/local"})
"""Folders that say nothing of this machine."""
# Not inside a longer path or word; but a colour's code may stand right before it.
_BEFORE = re.compile(r"(?<![\w.-])|(?<=\dm)")
_AFTER = r"(?![\w-]|\.\w)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What to replace by what. The pattern begins with the text itself, so that a search through megabytes is fast."""

    token: str
    pattern: re.Pattern[str]
    before: re.Pattern[str] = _BEFORE
    """What must hold where the text begins."""

    def replace(self, text: str) -> str:
        return self.pattern.sub(self._one, text)

    def _one(self, found: re.Match[str]) -> str:
        return self.token if self.before.match(found.string, found.start()) else found[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """What to replace, in order: paths, longest first, then user and host."""

    tokens: tuple[Token, ...] = ()

    def replace(self, text: str) -> str:
        for token in self.tokens:
            text = token.replace(text)
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
        _account().home: "<home>",
    }
    both = {**{str(Path(path).resolve()): token for path, token in folders.items()}, **folders}
    own = sorted(
        (item for item in both.items() if item[0] not in _ANYBODYS), key=lambda item: (-len(item[0]), item)
    )
    paths = [Token(token=token, pattern=re.compile(re.escape(path) + _AFTER)) for path, token in own]
    return Tokens(tokens=(*paths, *_names()))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Account:
    """What the system has of the user, whatever the variables say."""

    name: str = ""
    home: str = "/"


def _account() -> _Account:
    name = ""
    # A user without an entry in the password file has no name, or no home.
    with suppress(OSError, KeyError, RuntimeError):
        name = getpass.getuser()
        return _Account(name=name, home=str(Path(f"~{name}").expanduser()))
    return _Account(name=name)


def _names() -> Iterator[Token]:
    """User and host where they stand as such: 'root' and 'main' are words, too."""
    if user := _account().name:
        yield Token(token="<user>", pattern=re.compile(rf"{re.escape(user)}(?=@)"))
    if host := platform.node():
        name = re.escape(host)
        yield Token(token="<host>", pattern=re.compile(rf"{name}\b"), before=re.compile("(?<=@)"))
        if len(host) > 5 and re.search(r"[\d.-]", host):
            yield Token(token="<host>", pattern=re.compile(rf"{name}(?![\w-])"))

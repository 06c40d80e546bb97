"""The site engines: how each is called, and how to read what it says."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from guidewright.errors import CannotRunError, Problem

LINK_HINT = "write the other guide's file name, as in [words](other_guide.md#id), or an address with https://"

Told = Problem | None
"""What an engine warned of: a broken link, its path under the docs folder; None for anything else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """One engine: a module that Python runs, with a configuration file, in an environment of its own."""

    name: str
    label: str
    module: str
    arguments: Sequence[str]
    """What stands before the configuration's path. Strict, so that a warning fails; from scratch, so that the bytes
    depend on the input alone."""
    install: str
    """What to type where it is missing."""
    warnings: Callable[[str], Sequence[Told]]
    """What it wrote → what it warned of."""
    environment: Mapping[str, str] = field(default_factory=dict)
    broken: Sequence[str] = ()
    """Words that tell of an engine that is not installed whole."""

    def command(self, config: Path) -> list[str]:
        return [sys.executable, "-m", self.module, *self.arguments, "-f", str(config)]

    def require(self) -> None:
        """Make sure that the engine is there.

        Raises:
            CannotRunError: it is not installed.
        """
        if find_spec(self.module) is None:
            raise CannotRunError(f"{self.label} is not installed", hint=self.install)


# ------------------------------------------------------------------ MkDocs

_MKDOCS_WARNING = re.compile(r"^(?:WARNING|ERROR) *- *(?P<words>.*)$", re.MULTILINE)
# What MkDocs 1.6 says of a link; the rest of the line is its reason.
_MKDOCS_LINK = re.compile(r"Doc file '(?P<page>[^']+)' contains (?P<what>an? .*link '.*)")


def mkdocs_warnings(words: str) -> list[Told]:
    """Read what MkDocs writes: a line a warning."""
    found = [_MKDOCS_LINK.match(warning["words"]) for warning in _MKDOCS_WARNING.finditer(words)]
    return [_link(match["page"], match["what"]) if match else None for match in found]


MKDOCS = Engine(
    name="mkdocs",
    label="MkDocs",
    module="mkdocs",
    arguments=("build", "--strict", "--clean"),
    install="make site installs it; or: pip install mkdocs mkdocs-material",
    warnings=mkdocs_warnings,
    environment={"NO_MKDOCS_2_WARNING": "1"},
    broken=("No module named mkdocs", "Unrecognised theme"),
)

# ---------------------------------------------------------------- Zensical

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ZENSICAL_WARNING = re.compile(r"^(?:\x1b\[[0-9;]*m)*(?:Warning|Error):.*$", re.MULTILINE)
_ZENSICAL_PLACE = re.compile(r"\[ (?P<page>[^\n]+?):\d+:\d+ \]")
# Within the quoted line, Zensical 0.0.73 colours each character of what it means, whatever NO_COLOR says.
_ZENSICAL_QUOTE = re.compile(r"^[^\n]*?\d+ │(?P<line>.*)$", re.MULTILINE)
_ZENSICAL_MEANT = re.compile(r"\x1b\[33m(.)\x1b\[0m")


def zensical_warnings(words: str) -> list[Told]:
    """Read what Zensical writes: a warning, where it is, and the line with the place marked."""
    heads = list(_ZENSICAL_WARNING.finditer(words))
    ends = [*(head.start() for head in heads[1:]), len(words)]
    return [_zensical_link(head[0], words[head.end() : end]) for head, end in zip(heads, ends, strict=False)]


def _zensical_link(head: str, rest: str) -> Told:
    reason = _COLOUR.sub("", head).partition(":")[2].strip()
    place, quote = _ZENSICAL_PLACE.search(_COLOUR.sub("", rest)), _ZENSICAL_QUOTE.search(rest)
    target = "".join(_ZENSICAL_MEANT.findall(quote["line"])) if quote else ""
    if not place or not target or not reason.endswith("does not exist"):
        return None
    return _link(place["page"], f"a link '{target}', but the {reason}.")


ZENSICAL = Engine(
    name="zensical",
    label="Zensical",
    module="zensical",
    arguments=("build", "--strict", "--clean"),
    install="make site ENGINE=zensical installs it; or: pip install zensical==0.0.73",
    warnings=zensical_warnings,
    broken=("No module named zensical",),
)

ENGINES: Mapping[str, Engine] = {engine.name: engine for engine in (MKDOCS, ZENSICAL)}


def plain(words: str) -> str:
    """Return what an engine wrote, without colours."""
    return _COLOUR.sub("", words)


def _link(page: str, what: str) -> Problem:
    return Problem(message=f"has {what}", path=page, hint=LINK_HINT)

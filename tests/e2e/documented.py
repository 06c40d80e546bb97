"""What the documents tell their readers to type.

A fence without a language holds commands, one a line or joined by ``&&``; what is none (a drawing, an output) is a fence of ``text``.
In a paragraph or a table, a span of code that begins with one of our two commands names one.
"""

from __future__ import annotations

import re
import shlex

from tiny import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(
    r"^ *(?P<ticks>`{3,})(?P<language>\w*)\n(?P<inside>.*?)^ *(?P=ticks) *$", re.DOTALL | re.MULTILINE
)
_SPAN = re.compile(r"`(?P<command>(?:\.venv/bin/)?(?:guidewright|make) [^`\n]+)`")
_PLACEHOLDER = re.compile(r"…|\$|\b(?:SLUG|FILE|DIR|GUIDE|NAME)\b(?!=)")


def typed(text: str) -> set[str]:
    """Return the commands of the fences, without comments and the environment's folder."""
    fences = (fence["inside"] for fence in _FENCE.finditer(text) if not fence["language"])
    parts = (part for inside in fences for line in inside.splitlines() for part in line.split("&&"))
    commands = (re.sub(r"(?:^|\s+)#.*$", "", part).strip() for part in parts)
    return {command.removeprefix(".venv/bin/") for command in commands if command}


def named(text: str) -> set[str]:
    """Return the commands that prose names with all that they need; placeholders and notes of options are not typed."""
    spans = (span["command"].removeprefix(".venv/bin/") for span in _SPAN.finditer(_FENCE.sub("", text)))
    return {span for span in spans if not _PLACEHOLDER.search(span)}


def all_typed() -> list[str]:
    return sorted(set().union(*(typed(path.read_text("utf-8")) for path in DOCUMENTS)))


def all_named() -> list[str]:
    """What prose names, and no fence has."""
    return sorted(set().union(*(named(path.read_text("utf-8")) for path in DOCUMENTS)) - set(all_typed()))


def words(command: str) -> list[str]:
    """Return a command's words as a shell would, without where its output goes."""
    return shlex.split(re.sub(r"\s*>>?\S+$", "", command))

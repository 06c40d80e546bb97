"""Fences that hold any text, and indentation that keeps it."""

from __future__ import annotations

import re


def fence(content: str, language: str) -> str:
    """Fence a text with more backticks than it has in a row; one line break at its end is the fence's own."""
    longest = max((len(run) for run in re.findall(r"`+", content)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{content.removesuffix(chr(10))}\n{marks}"


def inset(block: str) -> str:
    """Indent every line that is not empty by four spaces; a line of blanks only is text, and keeps its blanks."""
    return "\n".join(f"    {line}" if line else line for line in block.split("\n"))

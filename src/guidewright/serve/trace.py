"""A kernel's traceback → what a guide's author can mend: frames of libraries become one line."""

from __future__ import annotations

import re

_RULE = re.compile(r"^-+$")
_FRAME = re.compile(r"^\s*(?:Cell In\[\d+\]|File )")
_OWN = re.compile(r"^\s*Cell In\[\d+\]")


def cleaned(traceback: str) -> str:
    """Leave out the frames that are not the guide's own, as IPython writes them: parts between empty lines."""
    kept: list[str] = []
    dropped = 0
    for part in re.split(r"\n\s*\n", traceback.strip()):
        lines = [line for line in part.splitlines() if not _RULE.match(line)]
        if not lines:
            continue
        heads = [number for number, line in enumerate(lines) if _FRAME.match(line)]
        if heads and not _OWN.match(lines[heads[0]]):
            dropped += 1
            continue
        if dropped:
            kept.append(_count(dropped))
            dropped = 0
        kept.append("\n".join(lines))
    return "\n\n".join([*kept, *([_count(dropped)] if dropped else [])])


def _count(number: int) -> str:
    return f"    … {number} frame{'' if number == 1 else 's'} of libraries …"

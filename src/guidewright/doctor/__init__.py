"""What a machine and a project lack, and how to get it. Nothing here changes anything.

Each module looks at one side and returns findings; only the command knows them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["fine", "needed", "useful"]
"""``needed``: without it the guides cannot be proven here; ``useful``: something else is missed, and said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked for."""

    area: str
    name: str
    message: str
    state: State = "fine"
    mend: str = ""
    """The command, or what else to do, where it is not fine."""

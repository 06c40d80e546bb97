"""What a guide's committed records have of figures, told by their files' names; nothing is decoded."""

from __future__ import annotations

import re
from pathlib import Path

from guidewright.model import CellId

_FILE = re.compile(r"(?P<cell>[A-Za-z0-9_-]+)-(?P<place>\d+)-[0-9a-f]{8}\.(?:png|jpe?g|svg)")


def stamp(folder: Path) -> str:
    """Return what changes whenever a guide's records do."""
    files = sorted(folder.glob("*/*.*"))
    return "\n".join(f"{file.parent.name}/{file.name}:{file.stat().st_size}" for file in files)


def figures(folder: Path) -> dict[CellId, int]:
    """Return how many figures the records have of each cell, at most."""
    found: dict[CellId, int] = {}
    for backend in sorted(folder.iterdir()) if folder.is_dir() else ():
        names = sorted(file.name for file in backend.iterdir()) if backend.is_dir() else []
        cells = [name["cell"] for name in map(_FILE.fullmatch, names) if name]
        for cell in cells:
            found[cell] = max(found.get(cell, 0), cells.count(cell))
    return found


def has_cell(folder: Path, cell: CellId) -> bool:
    """Tell whether a record is of a cell: where it has no figure of it, the cell shows none."""
    return any(f'"{cell}"' in file.read_text("utf-8") for file in sorted(folder.glob("*/record.json")))

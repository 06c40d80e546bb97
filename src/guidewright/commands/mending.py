"""``guidewright check --fix``: a guide's file as it should be written, with the meaning that it had."""

from __future__ import annotations

import re
from pathlib import Path

from guidewright import pycode
from guidewright.lint import formatting
from guidewright.lint.prose import new_id
from guidewright.model import Guide
from guidewright.settings import Settings
from guidewright.source import percent
from guidewright.source.checks import headings

_ATX = re.compile(r"(?P<start>#\s+#{1,6}\s.*?)(?:\s+#+)?\s*")


def mended(text: str, guide: Guide, file: Path, settings: Settings) -> str:
    """Return a guide's text with ids for its headings, its code formatted, and as jupytext writes it.

    Where that would change what a cell means, which no case is known of, only the last is done.

    Raises:
        CannotRunError: ruff cannot be run.
    """
    canonical = percent.canonical(_with_ids(percent.unix(text), guide))
    formatted = percent.canonical(formatting.formatted(canonical, file, settings.root))
    again = percent.parse(formatted.encode(), path=guide.path, slug=guide.slug, settings=settings).guide
    return formatted if again and _meaning(again) == _meaning(guide) else percent.canonical(text)


def _meaning(guide: Guide) -> list[tuple[object, ...]]:
    return [
        (cell.kind, cell.tags, cell.backends, cell.alt, cell.kind == "code" and pycode.meaning(cell.source))
        for cell in guide.cells
    ]


def _with_ids(text: str, guide: Guide) -> str:
    """Give every heading that has none an id; one whose line is not ``# ## Title`` waits for its author."""
    lines = text.split("\n")
    found = [heading for cell in guide.cells if cell.kind == "markdown" for heading in headings(cell)]
    taken = {name for *_, name in found if name}
    for number, _, title, name in found:
        line = _ATX.fullmatch(lines[number - 1])
        if not name and line:
            made = new_id(title, taken)
            taken.add(made)
            lines[number - 1] = f"{line['start']} {{#{made}}}"
    return "\n".join(lines)

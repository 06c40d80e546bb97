"""All that can be said of one guide by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from guidewright.errors import Problem
from guidewright.lint import code, figures, prose
from guidewright.lint.allow import without_allowed
from guidewright.lint.places import Text
from guidewright.model import CellId
from guidewright.settings import Settings


def problems(
    text: Text,
    settings: Settings,
    *,
    recorded: Mapping[CellId, int],
    is_proven: Callable[[CellId], bool],
) -> Iterator[Problem]:
    """Yield what is wrong with a guide that can be read; see :mod:`guidewright.lint.figures` for the last two."""
    yield from prose.heading_problems(text)
    yield from prose.image_problems(text)
    found = [*code.problems(text, settings), *figures.problems(text, recorded, is_proven)]
    yield from without_allowed(text, found)

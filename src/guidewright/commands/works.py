"""Each catalog of a language with the English that it follows: what is extracted, counted and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from guidewright.commands.languages import Reading, interface_units, read, shown
from guidewright.errors import InputError, Problem, SelectorError
from guidewright.model import Guide
from guidewright.translate.catalog import Catalog
from guidewright.translate.language import Locale
from guidewright.translate.merge import merge
from guidewright.translate.units import Unit, units

SITE = "site"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One catalog of one language, with the English that it follows."""

    name: str
    """A guide's slug, or ``site`` for the interface."""
    path: str
    guide: Guide | None
    units: tuple[Unit, ...]
    catalog: Catalog

    @property
    def followed(self) -> Catalog:
        """The catalog as it would be after ``extract``."""
        return merge(self.catalog, self.units)


def works(project: Reading, of: Locale, names: Sequence[str] = ()) -> tuple[list[Work], list[Problem]]:
    """Return the catalogs of a language, and what is wrong with those that cannot be read.

    Raises:
        SelectorError: a name is no guide's.
    """
    guides = {guide.slug: guide for guide in project.library.guides}
    for name in names:
        if name not in (*guides, SITE):
            close = get_close_matches(name, [*guides, SITE], n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join([*guides, SITE])}"
            raise SelectorError(Problem(message=f"there is no guide '{name}'", hint=hint))
    place = {slug: number for number, slug in enumerate(project.settings.reading_order)}
    chosen = names or [SITE, *sorted(guides, key=lambda slug: (place.get(slug, len(place)), slug))]
    found: list[Work] = []
    problems: list[Problem] = []
    for name in chosen:
        guide = guides.get(name)
        try:
            catalog = read(of, name, project.settings)
        except InputError as error:
            problems += error.problems
            continue
        messages = units(guide) if guide else interface_units(project.settings)
        path = shown(project.settings, of.code, f"{name}.po")
        found.append(Work(name=name, path=path, guide=guide, units=tuple(messages), catalog=catalog))
    return found, problems

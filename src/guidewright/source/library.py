"""All guides below the guides folder. A broken one is reported and leaves the others alone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from guidewright.api import guide as api
from guidewright.api.reference import Reference
from guidewright.errors import Problem
from guidewright.memory import Remember, afresh
from guidewright.model import Guide, Slug
from guidewright.settings import Settings
from guidewright.source.naming import files_below, listed, pictures_below, relative, slug_problems
from guidewright.source.percent import Parsed, parse


@dataclass(frozen=True, kw_only=True, slots=True)
class Library:
    guides: tuple[Guide, ...]
    """Sorted by slug."""
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")


def load(settings: Settings, reference: Reference | None = None, remember: Remember = afresh) -> Library:
    """Read every guide.

    Args:
        reference: the package whose names the guides are checked for; a guide that names one that there is not is told, and
            stays.

    Raises:
        InputError: there is no guides folder.
    """
    files, problems = listed(settings)
    guides = []
    for slug, file in files.items():
        parsed = read(file, slug, settings, remember)
        problems += parsed.problems
        if parsed.guide:
            guides.append(parsed.guide)
            problems += _named(parsed.guide, reference, remember) if reference else []
    return Library(guides=tuple(guides), problems=tuple(problems))


def name_problems(slug: Slug, settings: Settings) -> list[Problem]:
    """Tell why a new guide cannot have this slug, beside the guides that there are."""
    file = settings.guides / f"{slug}.py"
    files = {**dict(files_below(settings)), slug: file}
    found = [
        problem for problem in slug_problems(files, settings) if problem.path == relative(file, settings)
    ]
    return [replace(problem, hint="choose another name") for problem in found]


def read(file: Path, slug: Slug, settings: Settings, remember: Remember = afresh) -> Parsed:
    """Read one guide's file."""
    path = relative(file, settings)
    try:
        data = file.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return Parsed(
            guide=None,
            problems=(Problem(path=path, message=message, hint="mend its permissions", rule="encoding"),),
        )
    pictures = _pictures(file)

    def make() -> Parsed:
        parsed = parse(data, path=path, slug=slug, settings=settings)
        return replace(parsed, guide=parsed.guide and replace(parsed.guide, pictures=pictures))

    return remember(("guide", slug), (data, pictures, settings), make)


def _named(guide: Guide, reference: Reference, remember: Remember) -> tuple[Problem, ...]:
    return remember(("named", guide.slug), (guide, reference), lambda: tuple(api.problems(guide, reference)))


def _pictures(file: Path) -> dict[str, bytes]:
    """Read a guide's own pictures; one that cannot be read is not there, and the link to it is told."""
    found = {}
    for address, path in pictures_below(file).items():
        with suppress(OSError):
            found[address] = path.read_bytes()
    return found

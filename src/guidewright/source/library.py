"""All guides below the guides folder. A broken one is reported and leaves the others alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from guidewright.api import guide as api
from guidewright.api.reference import Reference
from guidewright.errors import InputError, Problem
from guidewright.model import Guide, Slug
from guidewright.settings import FILE, Settings
from guidewright.source.options import suggestion
from guidewright.source.percent import Parsed, parse

RESERVED = frozenset({"index", "site", "records", "locales"})
"""Slugs that the site and the guides folder use themselves, at any level."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Library:
    guides: tuple[Guide, ...]
    """Sorted by slug."""
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")


def load(settings: Settings, reference: Reference | None = None) -> Library:
    """Read every guide.

    Args:
        reference: the package whose names the guides are checked for; a guide that names one that there is not is told, and
            stays.

    Raises:
        InputError: there is no guides folder.
    """
    if not settings.guides.is_dir():
        hint = "create it, or set 'guides' in [tool.guidewright]"
        where = _relative(settings.guides, settings)
        raise InputError(Problem(path=where, message="there is no such folder", hint=hint))
    files = dict(sorted(_files(settings)))
    problems = list(_slug_problems(files, settings))
    refused = {problem.path for problem in problems}
    guides = []
    for slug, file in files.items():
        path = _relative(file, settings)
        if path not in refused:
            parsed = _read(file, path, slug, settings)
            problems += parsed.problems
            guides += [parsed.guide] if parsed.guide else []
            problems += api.problems(parsed.guide, reference) if parsed.guide and reference else []
    problems += _order_problems(files, settings)
    return Library(guides=tuple(guides), problems=tuple(problems))


def name_problems(slug: Slug, settings: Settings) -> list[Problem]:
    """Tell why a new guide cannot have this slug, beside the guides that there are."""
    file = settings.guides / f"{slug}.py"
    files = {**dict(_files(settings)), slug: file}
    found = [
        problem for problem in _slug_problems(files, settings) if problem.path == _relative(file, settings)
    ]
    return [replace(problem, hint="choose another name") for problem in found]


def _read(file: Path, path: str, slug: Slug, settings: Settings) -> Parsed:
    try:
        data = file.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return Parsed(
            guide=None, problems=(Problem(path=path, message=message, hint="mend its permissions"),)
        )
    return parse(data, path=path, slug=slug, settings=settings)


def _relative(file: Path, settings: Settings) -> str:
    return file.relative_to(settings.root).as_posix() if file.is_relative_to(settings.root) else str(file)


def _files(settings: Settings) -> Iterator[tuple[Slug, Path]]:
    for file in settings.guides.rglob("*.py"):
        inside = file.relative_to(settings.guides)
        if inside.parts[0] in ("records", "locales") and len(inside.parts) > 1:
            continue
        if not any(part.startswith(("_", ".")) for part in inside.parts):
            yield inside.with_suffix("").as_posix(), file


def _order_problems(files: Mapping[Slug, Path], settings: Settings) -> Iterator[Problem]:
    for slug in settings.reading_order:
        if slug not in files:
            yield Problem(
                path=FILE,
                message=f"[tool.guidewright.reading_order] names '{slug}', and there is no such guide",
                hint=suggestion(slug, files),
                severity="warning",
            )


def _slug_problems(files: dict[Slug, Path], settings: Settings) -> Iterator[Problem]:
    alike: dict[str, list[Slug]] = defaultdict(list)
    for slug, file in files.items():
        alike[slug.lower()].append(slug)
        path = _relative(file, settings)
        for part in slug.split("/"):
            if part.lower() in RESERVED:
                message = f"the name '{part}' is reserved for the site's own pages and folders"
                yield Problem(path=path, message=message, hint="rename it")
            elif not _NAME.fullmatch(part):
                message = f"'{part}' is no slug: letters, digits, '_' and '-' only"
                yield Problem(path=path, message=message, hint="rename it")
    for slugs in alike.values():
        for slug in slugs if len(slugs) > 1 else ():
            others = ", ".join(other for other in slugs if other != slug)
            message = f"the slug differs only in case from: {others}"
            yield Problem(path=_relative(files[slug], settings), message=message, hint="rename one")

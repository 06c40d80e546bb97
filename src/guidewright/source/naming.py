"""Which files are guides, and what is wrong with their names; nothing is read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from guidewright.errors import InputError, Problem
from guidewright.model import Slug
from guidewright.settings import FILE, Settings
from guidewright.source.options import suggestion

RESERVED = frozenset({"index", "site", "records", "locales"})
"""Slugs that the site and the guides folder use themselves, at any level."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def listed(settings: Settings) -> tuple[dict[Slug, Path], list[Problem]]:
    """Return the files of guides, sorted by slug, without those whose names are refused; and why, each.

    Raises:
        InputError: there is no guides folder.
    """
    if not settings.guides.is_dir():
        hint = "create it, or set 'guides' in [tool.guidewright]"
        where = relative(settings.guides, settings)
        raise InputError(Problem(path=where, message="there is no such folder", hint=hint))
    files = dict(sorted(files_below(settings)))
    problems = list(slug_problems(files, settings))
    refused = {problem.path for problem in problems}
    problems += _order_problems(files, settings)
    return {slug: file for slug, file in files.items() if relative(file, settings) not in refused}, problems


def relative(file: Path, settings: Settings) -> str:
    return file.relative_to(settings.root).as_posix() if file.is_relative_to(settings.root) else str(file)


PICTURES = ".files"
"""What the name of a guide's own folder of pictures ends in. A dot is in no slug: it is never a folder of guides."""


def pictures_below(file: Path) -> dict[str, Path]:
    """Return the pictures of a guide's own folder, by the address that its Markdown has for them; no links, no hidden files."""
    folder = file.with_suffix(PICTURES)
    if folder.is_symlink() or not folder.is_dir():
        return {}
    found = (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))
    return {f"{folder.name}/{path.name}": path for path in found if path.is_file() and not path.is_symlink()}


def files_below(settings: Settings) -> Iterator[tuple[Slug, Path]]:
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
                rule="reading-order",
            )


def slug_problems(files: dict[Slug, Path], settings: Settings) -> Iterator[Problem]:
    alike: dict[str, list[Slug]] = defaultdict(list)
    for slug, file in files.items():
        alike[slug.lower()].append(slug)
        path = relative(file, settings)
        for part in slug.split("/"):
            if part.lower() in RESERVED:
                message = f"the name '{part}' is reserved for the site's own pages and folders"
                yield Problem(path=path, message=message, hint="rename it", rule="slug")
            elif not _NAME.fullmatch(part):
                message = f"'{part}' is no slug: letters, digits, '_' and '-' only"
                yield Problem(path=path, message=message, hint="rename it", rule="slug")
    for slugs in alike.values():
        for slug in slugs if len(slugs) > 1 else ():
            others = ", ".join(other for other in slugs if other != slug)
            message = f"the slug differs only in case from: {others}"
            yield Problem(
                path=relative(files[slug], settings), message=message, hint="rename one", rule="slug"
            )

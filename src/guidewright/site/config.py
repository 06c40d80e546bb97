"""Settings and navigation → a language's ``mkdocs.yml``, which inherits from the project's own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from guidewright.errors import Problem, SiteError
from guidewright.settings import Settings
from guidewright.site.tree import DOCS, SITE, THEME

ROOT_CONFIG = "mkdocs.yml"


def config(
    settings: Settings,
    *,
    nav: Sequence[Any],
    unlisted: Sequence[str] = (),
    language: str = "en",
    default_language: str = "en",
) -> str:
    """Return the text of ``build/<language>/mkdocs.yml``.

    Only mappings and plain values, since the engines merge mappings with the inherited file and replace lists.

    Raises:
        SiteError: the project has no ``mkdocs.yml`` to inherit from.
    """
    parent = settings.root / ROOT_CONFIG
    if not parent.is_file():
        hint = "it holds the theme, plugins and Markdown extensions; take Guidewright's own as an example"
        raise SiteError(Problem(message="is missing", path=ROOT_CONFIG, hint=hint))
    document: dict[str, Any] = {
        "INHERIT": _relative(parent, settings.build / language),
        "site_name": settings.site_name,
        "docs_dir": DOCS,
        "site_dir": SITE,
        "theme": {"custom_dir": THEME, "language": language},
        "edit_uri": "",
        "extra": {"scope": scope(settings.site_url)},
        "nav": list(nav),
    }
    if settings.site_url:
        document["site_url"] = address(settings.site_url, language, default_language)
    if settings.repo_url:
        document["repo_url"] = settings.repo_url
        document["repo_name"] = urlsplit(settings.repo_url).path.strip("/")
    if unlisted:
        document["not_in_nav"] = "\n".join(f"/{path}" for path in unlisted)
    head = "# Written by guidewright; edit the mkdocs.yml that it inherits from.\n"
    return head + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=10**6)


def address(site_url: str, language: str, default_language: str) -> str:
    """Return a language's address, with a ``/`` at its end."""
    root = f"{site_url.rstrip('/')}/"
    return root if language == default_language else f"{root}{language}/"


def scope(site_url: str) -> str:
    """Return the path that all languages share: what the reader chooses is remembered under it."""
    return f"{urlsplit(site_url).path.rstrip('/')}/"


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()

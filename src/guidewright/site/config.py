"""Settings and navigation → a language's ``mkdocs.yml``, which inherits from the project's own."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import babel
import yaml
from babel.core import get_global

from guidewright.errors import Problem, SiteError
from guidewright.settings import Settings
from guidewright.site.tree import DOCS, SITE, THEME

ROOT_CONFIG = "mkdocs.yml"
SEPARATOR = r"""[\s\-,:;!=\[\](){}"'`/<>]+|\.(?!\d)|&[lg]t;|(?!\b)(?=[A-Z][a-z])"""
"""What parts words in the search index of every language, as a regular expression of JavaScript's: ``keras.layers.Dense(10)``
is found by each of its names, ``GradientTape`` also by ``tape``. Made after the one that Material's manual recommends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A language of the site, as the pages of the others know it."""

    code: str
    name: str
    """What its readers call it."""
    offer: str
    """Offers a page in it to who would rather read it; in that language, too."""
    close: str
    """Names the button that refuses."""
    offer_language: str
    """The code of the language that the two are in: English where they are not translated."""


def config(
    settings: Settings,
    *,
    nav: Sequence[Any],
    beside: Mapping[str, Any] | None = None,
    unlisted: Sequence[str] = (),
    language: str = "en",
    default_language: str = "en",
    site_name: str = "",
    description: str = "",
    copyright: str = "",
    search: Sequence[str] = (),
    separator: str = "",
    languages: Sequence[Listed] = (),
    words: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """Return the text of ``build/<language>/mkdocs.yml``.

    Only mappings and plain values, since the engines merge mappings with the inherited file and replace lists.

    Args:
        beside: what "previous" and "next" lead to where it is not the navigation's, by a page's address.
        site_name, copyright: in the language; the settings' name, and none, where they are empty.
        description: what search engines are told of pages that have none of their own, in the language.
        search: languages of the search index; empty for the engine's own choice.
        separator: what else than :data:`SEPARATOR` parts words there, as a regular expression of JavaScript's.
        languages: every language of the site, in the order of its switch.
        words: what the theme's parts say in the language, by name.
        extra: further values that the theme's parts read.

    Raises:
        SiteError: the project has no ``mkdocs.yml`` to inherit from.
    """
    parent = settings.root / ROOT_CONFIG
    if not parent.is_file():
        hint = "it holds the theme, plugins and Markdown extensions; take Guidewright's own as an example"
        raise SiteError(Problem(message="is missing", path=ROOT_CONFIG, hint=hint))
    document: dict[str, Any] = {
        "INHERIT": _relative(parent, settings.build / language),
        "site_name": site_name or settings.site_name,
        "docs_dir": DOCS,
        "site_dir": SITE,
        "theme": {"custom_dir": THEME, "language": language},
        "edit_uri": "",
        "extra": {
            "scope": scope(settings.site_url),
            "words": dict(words or {}),
            "locale": locale(language),
            **extra,
        },
        "nav": list(nav),
    }
    if beside:
        document["extra"]["beside"] = dict(beside)
    if description:
        document["site_description"] = description
    if copyright:
        document["copyright"] = copyright
    options = {"lang": list(search), "separator": "|".join(filter(None, (SEPARATOR, separator)))}
    document["plugins"] = {"search": {key: value for key, value in options.items() if value}}
    if len(settings.backends) > 1:
        document["extra"] |= _backends(settings)
    if len(languages) > 1:
        document["extra"] |= _switch(settings, languages, language, default_language)
    if settings.site_url:
        document["site_url"] = address(settings.site_url, language, default_language)
    if settings.repo_url:
        document["repo_url"] = settings.repo_url
        document["repo_name"] = urlsplit(settings.repo_url).path.strip("/")
    if unlisted:
        document["not_in_nav"] = "\n".join(f"/{path}" for path in unlisted)
    head = "# Written by guidewright; edit the mkdocs.yml that it inherits from.\n"
    return head + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=10**6)


_CLOSED = re.compile(
    r"abbr|admonition|attr_list|def_list|footnotes|md_in_html|meta|smarty|tables|toc|pymdownx\.(?!snippets|b64)[\w.]+"
)
"""Markdown extensions that read no file."""
_OPEN = re.compile(r"!ENV|\bcustom_icons\b|!!?python/[\w/]+:(?!(?:material|pymdownx|markdown)\.)")
"""What else can bring something in: a variable, a folder of icons, code that stands nowhere near."""


class _Plain(yaml.SafeLoader):
    """Reads a configuration without what its tags stand for."""


_Plain.add_multi_constructor("", lambda *_found: None)


def is_closed(root: Path) -> bool:
    """Tell whether the project's own configuration names nothing else that the site follows from.

    So not with an inherited file, a hook, a folder that overrides the theme, values of the environment, a plugin but the
    search, or an extension of Markdown that is not known to read no file.
    """
    text = (root / ROOT_CONFIG).read_text("utf-8")
    found = yaml.load(text, _Plain)
    if not isinstance(found, dict) or _OPEN.search(text) or {"INHERIT", "hooks"} & found.keys():
        return False
    theme = found.get("theme")
    if isinstance(theme, dict) and "custom_dir" in theme:
        return False
    extensions = _names(found.get("markdown_extensions"))
    return _names(found.get("plugins")) <= {"search"} and all(map(_CLOSED.fullmatch, extensions))


def _names(listed: Any) -> set[str]:
    """Return the names of a list or mapping of plugins or extensions."""
    if isinstance(listed, dict):
        return {str(name) for name in listed}
    return {str(next(iter(one), "")) if isinstance(one, dict) else str(one) for one in listed or ()}


def _backends(settings: Settings) -> dict[str, Any]:
    """What the theme's parts need for the choice of backend."""
    listed = [{"name": name, "label": backend.label} for name, backend in settings.backends.items()]
    # The header's place for switches, in which ours stand.
    return {"alternate": True, "backends": listed}


def _switch(settings: Settings, languages: Sequence[Listed], language: str, default: str) -> dict[str, Any]:
    """What the theme's parts need to lead from any page to the same page in another language."""
    return {
        # No list: the theme would link each page to every language's home. Its partial is replaced by one of ours.
        "alternate": True,
        "languages": [
            {
                **asdict(one),
                "folder": "" if one.code == default else f"{one.code}/",
                "locale": locale(one.code),
            }
            for one in languages
        ],
        "root": "" if language == default else "../",
        "root_url": address(settings.site_url, default, default) if settings.site_url else "",
        "default_language": default,
    }


def address(site_url: str, language: str, default_language: str) -> str:
    """Return a language's address, with a ``/`` at its end."""
    root = f"{site_url.rstrip('/')}/"
    return root if language == default_language else f"{root}{language}/"


def locale(language: str) -> str:
    """Return a language with its likeliest territory, as ``og:locale`` wants it: ``ko`` → ``ko_KR``; empty if unknown."""
    likely = get_global("likely_subtags").get(language.replace("-", "_"))
    try:
        found = babel.Locale.parse(likely or language.replace("-", "_"))
    except (ValueError, babel.UnknownLocaleError):
        return ""
    return f"{found.language}_{found.territory}" if found.territory else ""


def scope(site_url: str) -> str:
    """Return the path that all languages share: what the reader chooses is remembered under it."""
    return f"{urlsplit(site_url).path.rstrip('/')}/"


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()

"""``[tool.guidewright.redirects]`` → pages that lead from where something was to where it is, in every language."""

from __future__ import annotations

import html
import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urldefrag, urlsplit

from guidewright.errors import InputError, Problem
from guidewright.settings import FILE

_HINT = {
    "outside": "write a guide's slug, or a path below the site's root that begins with /",
    "shadow": "a living page needs no redirect: remove the line, or the page",
    "loop": "let one of them be the address of a living page",
    "nowhere": "name a living guide's slug, or the path of a page, such as /parity/",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What a redirect's page says, in one language."""

    language: str
    folder: str
    """The language's folder on the site: empty, or with a ``/`` at its end."""
    moved: str
    lead: str


def pages(
    redirects: Mapping[str, str], site: Path, *, words: Sequence[Words], site_url: str = ""
) -> dict[str, bytes]:
    """Return the files of all redirects, by their path on the site.

    A chain leads to its end at once. A guide that has moved keeps its notebooks and scripts at their old addresses, as
    copies: Colab opens files, which cannot redirect.

    Args:
        redirects: old → new; each a slug, or a path with a ``/`` before it. The new one may end in ``#anchor``.
        site: the assembled site.

    Raises:
        InputError: a target is not there, a redirect hides a living page, they lead in a circle, or one leaves the site.
    """
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    for old in redirects:
        try:
            end = _end(old, redirects)
            for one in words:
                found |= _page(old, end, site, one, site_url)
            found |= _copies(old, end, site)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _end(old: str, redirects: Mapping[str, str]) -> str:
    """Follow redirects from an old address to the one that is none."""
    seen, new = [old], redirects[old]
    while (key := _key(new, redirects)) is not None:
        if key in seen:
            raise _refused(old, f"leads in a circle: {' → '.join([*seen, key])}", "loop")
        seen.append(key)
        new = redirects[key]
    return new


def _key(new: str, redirects: Mapping[str, str]) -> str | None:
    wanted = _path(urldefrag(new).url)
    return next((key for key in redirects if _path(key) == wanted), None)


def _page(old: str, new: str, site: Path, words: Words, site_url: str) -> dict[str, bytes]:
    address, fragment = urldefrag(new)
    for side in (old, address):
        if _leaves(side):
            raise _refused(old, f"leaves the site: '{side}'", "outside")
    source, target = words.folder + _file(_path(old)), words.folder + _file(_path(address))
    if (site / source).exists():
        raise _refused(old, f"is a living page: {source}", "shadow")
    if not (site / target).is_file():
        raise _refused(old, f"leads nowhere: '{new}' is not on the site ({target})", "nowhere")
    place = words.folder + _path(address)
    link = quote(posixpath.relpath(place or ".", posixpath.dirname(source) or "."))
    if place.endswith("/") or not place:
        link += "/"
    link += f"#{quote(fragment)}" if fragment else ""
    canonical = f"{site_url.rstrip('/')}/{quote(place)}" if site_url else link
    return {source: _html(link, canonical, words).encode()}


def _html(link: str, canonical: str, words: Words) -> str:
    shown = html.escape(link)
    # For scripts "<" must not stand in a string: it could end the element.
    code = json.dumps(link).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="{html.escape(words.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{html.escape(words.moved)}</title>
<link rel="canonical" href="{html.escape(canonical)}">
<script>
  const target = new URL({code}, location);
  target.search = location.search;
  target.hash ||= location.hash;
  location.replace(target);
</script>
<meta http-equiv="refresh" content="0; url={shown}">
</head>
<body>
<main>
<h1>{html.escape(words.moved)}</h1>
<p>{html.escape(words.lead)} <a href="{shown}">{shown}</a></p>
</main>
</body>
</html>
"""


def _copies(old: str, new: str, site: Path) -> dict[str, bytes]:
    """Return a moved guide's notebooks and scripts at their former paths."""
    if old.startswith("/") or new.startswith("/"):
        return {}
    slug = urldefrag(new).url
    return {
        path.relative_to(site).as_posix().replace(f"/{slug}.", f"/{old}."): path.read_bytes()
        for path in _downloads(site, slug)
    }


def _downloads(site: Path, slug: str) -> Iterator[Path]:
    for pattern in (f"notebooks/*/*/{slug}.*", f"scripts/*/{slug}.py"):
        for folder in ("", "*/"):
            yield from sorted(site.glob(folder + pattern))


def _path(address: str) -> str:
    """Write a slug or a path as a path below a language's root."""
    return address[1:] if address.startswith("/") else f"guides/{address}/"


def _file(path: str) -> str:
    return f"{path}index.html" if path.endswith("/") or not path else path


def _leaves(address: str) -> bool:
    parts = urlsplit(address)
    return bool(
        parts.scheme or parts.netloc or parts.query or ".." in parts.path.split("/") or not parts.path
    )


def _refused(old: str, message: str, hint: str) -> InputError:
    message = f"[tool.guidewright.redirects] '{old}' {message}"
    return InputError(Problem(path=FILE, message=message, hint=_HINT[hint]))

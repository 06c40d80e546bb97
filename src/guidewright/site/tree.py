"""Pages → files: one folder a language, written only where something changed, without what is no longer wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from guidewright.errors import Problem, SiteError
from guidewright.files import Signature, signature, write_atomically
from guidewright.model import Page
from guidewright.settings import Settings
from guidewright.site.spool import Spool

DOCS = "docs"
THEME = "theme"
CONFIG = "mkdocs.yml"
SITE = "site"
BESIDE = "beside"
"""Files that lie beside the built pages, and are not the engine's: it would make pages of them. They are put there with the site."""


Lying = tuple[tuple[str, str, Signature], ...]
"""The files of a page below the language's folder as they lie there: path, SHA-256, :func:`guidewright.files.signature`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A page that lies there as it would be made."""

    slug: str
    files: Lying


def write(
    pages: Iterable[Page],
    extra: Mapping[str, str | bytes],
    config: str,
    *,
    settings: Settings,
    language: str,
    direction: str = "ltr",
) -> Path:
    """Make ``build/<language>/`` the engine's whole input, and return that folder.

    Args:
        pages: each with its files, by their path under the docs folder.
        extra: further files by that path, such as the home page.
        config: the text of the language's ``mkdocs.yml``.

    Raises:
        SiteError: two pages want the same file, or a file cannot be written.
    """
    with Spool() as wanted:
        collect(wanted, pages, extra.items(), config, language=language, direction=direction)
        return put(wanted, settings=settings, language=language)


def collect(
    wanted: Spool,
    pages: Iterable[Page | Kept],
    extra: Iterable[tuple[str, str | bytes]],
    config: str,
    *,
    language: str,
    direction: str = "ltr",
) -> None:
    """Add every file of a language's folder, by its path; of the pages, one at a time is in memory.

    Raises:
        SiteError: two pages want the same file, or one outside of the folder.
    """

    def made() -> Iterator[Page]:
        for page in pages:
            if isinstance(page, Kept):
                _keep(wanted, page)
                continue
            yield page
            if page.plain:
                wanted[_plain_path(page)] = page.plain.encode()

    _add(wanted, made(), extra, f"{DOCS}/", wanted.kept)
    for path, content in theme(language, direction).items():
        wanted[f"{THEME}/{path}"] = content
    wanted[CONFIG] = config.encode()


def _keep(wanted: Spool, page: Kept) -> None:
    """Note the files of a page that lies there.

    Raises:
        SiteError: a page that was made wants one of them.
    """
    found = {path: digest for path, digest, _ in page.files}
    taken = [
        path
        for path in wanted.keys() & found.keys()
        if hashlib.sha256(wanted[path]).hexdigest() != found[path]
    ]
    if taken:
        raise SiteError([_taken(path.partition("/")[2], page.slug) for path in sorted(taken)])
    wanted.kept.update(found)


def paths(page: Page) -> list[str]:
    """Return where the files of a page lie below the language's folder."""
    found = [f"{DOCS}/{path}" for path, _, _ in _parts([page], [])]
    return [*found, _plain_path(page)] if page.plain else found


def _plain_path(page: Page) -> str:
    return f"{BESIDE}/guides/{page.slug}/index.md"


def lying(wanted: Mapping[str, bytes], paths: Iterable[str], folder: Path) -> Lying:
    """Return files as :func:`put` has just left them in the language's folder."""
    return tuple((path, hashlib.sha256(wanted[path]).hexdigest(), signature(folder / path)) for path in paths)


def untouched(files: Lying, folder: Path) -> bool:
    """Tell whether files lie as they were left."""
    return all(signature(folder / path) == state for path, _, state in files)


def put(wanted: Spool, *, settings: Settings, language: str) -> Path:
    """Make ``build/<language>/`` hold the files that :func:`collect` has found, and return that folder.

    Raises:
        SiteError: a file cannot be written.
    """
    folder = settings.build / language
    try:
        synchronise(folder, wanted, keep=(SITE,), kept=wanted.kept)
    except OSError as error:
        hint = "make room, or change who may write there, and try again"
        raise SiteError(
            Problem(message=f"cannot write: {error.strerror}", path=str(folder), hint=hint)
        ) from error
    return folder


def documents(pages: Iterable[Page], extra: Mapping[str, str | bytes]) -> dict[str, bytes]:
    """Return every file of the docs folder.

    Raises:
        SiteError: a path is wanted twice with different content, or lies outside of the folder.
    """
    found: dict[str, bytes] = {}
    _add(found, pages, extra.items(), "", {})
    return found


def _add(
    found: MutableMapping[str, bytes],
    pages: Iterable[Page],
    extra: Iterable[tuple[str, str | bytes]],
    prefix: str,
    kept: Mapping[str, str],
) -> None:
    problems = []
    for path, content, owner in _parts(pages, extra):
        name = f"{prefix}{path}"
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            problems.append(Problem(message=f"wants a file outside of the docs folder: {path}", path=owner))
        elif name in kept:
            same = hashlib.sha256(content).hexdigest() == kept[name]
            problems += [] if same else [_taken(path, owner)]
        elif name not in found:
            found[name] = content
        elif found[name] != content:
            problems.append(_taken(path, owner))
    if problems:
        raise SiteError(problems)


def _taken(path: str, owner: str) -> Problem:
    hint = "rename one of the two guides"
    return Problem(message=f"wants {path}, which another page has", path=owner, hint=hint)


def _parts(
    pages: Iterable[Page], extra: Iterable[tuple[str, str | bytes]]
) -> Iterator[tuple[str, bytes, str]]:
    for page in pages:
        yield f"guides/{page.slug}.md", page.markdown.encode(), page.slug
        for path, content in page.files.items():
            yield path, content, page.slug
    for path, words in extra:
        yield path, words.encode() if isinstance(words, str) else words, path


def theme(language: str = "en", direction: str = "ltr") -> dict[str, bytes]:
    """Return the files that Guidewright puts over the engine's theme, by path.

    For a language that the theme does not speak, its words are English, and its code and direction are right.
    """
    found = dict(_walk(resources.files("guidewright.site") / "theme", ""))
    name = f"partials/languages/{language}.html"
    if not (resources.files("material") / "templates" / name).is_file():
        words = {"language": language, "direction": direction, "search.config.lang": "en"}
        found[name] = f"{{% macro t(key) %}}{{{{ {words!r}[key] }}}}{{% endmacro %}}\n".encode()
    return found


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _walk(item, f"{prefix}{item.name}/")
        elif not item.name.startswith("."):
            yield f"{prefix}{item.name}", item.read_bytes()


def synchronise(
    folder: Path, wanted: Mapping[str, bytes], *, keep: Iterable[str] = (), kept: Collection[str] = ()
) -> None:
    """Make a folder hold exactly the wanted files, by relative path with ``/``.

    Args:
        keep: names directly below it that stay, with all in them.
        kept: further files, which lie there as they should.
    """
    left = set(keep)
    if folder.is_dir():
        for path in sorted(folder.rglob("*"), reverse=True):
            relative = path.relative_to(folder)
            if relative.parts[0] in left:
                continue
            if path.is_dir() and not path.is_symlink():
                # What it held came before it in this order.
                _remove_if_empty(path)
            elif (name := relative.as_posix()) not in wanted and name not in kept:
                path.unlink()
    for name in sorted(wanted):
        write_atomically(folder / name, wanted[name])


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()

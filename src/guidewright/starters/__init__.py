"""What a site of its own begins with: files of every site, and a *starter* of backends with the pattern of a guide.

A starter is a folder with ``settings.toml`` (its part of ``[tool.guidewright]``) and ``template.txt`` (a guide). This
package has ``python`` and ``numpy``; a package ``guidewright_NAME`` that is installed beside it adds ``NAME``, if it has
a folder ``starter``. So the core knows no Keras.
"""

from __future__ import annotations

import json
import pkgutil
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable

from guidewright.errors import InputError

DEFAULT = "python"
_OWN = ("python", "numpy")
_PREFIX = "guidewright_"
_BACKEND = re.compile(r"\[tool\.guidewright\.backends\.([\w-]+)\]")
_SITE = {
    "mkdocs.yml": "mkdocs.yml",
    "Makefile": "Makefile",
    ".gitignore": "gitignore.txt",
    "README.md": "README.md",
}
"""A site's file → ours. Whoever packs files leaves hidden ones out, now and then, so ours have other names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Starter:
    """Backends that go together."""

    name: str
    settings: str
    """TOML: ``[tool.guidewright]`` with a few keys, then a table a backend."""
    template: str
    """A guide that runs on each of them."""
    backends: tuple[str, ...]
    """In the order of the settings."""


def template() -> str:
    """Return the guide that runs on any backend, since it needs nothing but Python."""
    return _read(resources.files("guidewright.starters") / DEFAULT).template


def find() -> dict[str, Starter]:
    """Return the starters that are installed, by name, Guidewright's own first."""
    folders = {name: resources.files("guidewright.starters") / name for name in _OWN}
    for module in sorted(pkgutil.iter_modules(), key=lambda module: module.name):
        if module.name.startswith(_PREFIX):
            folder = resources.files(module.name) / "starter"
            if folder.is_dir():
                folders[module.name.removeprefix(_PREFIX)] = folder
    return {name: _read(folder) for name, folder in folders.items()}


def _read(folder: Traversable) -> Starter:
    settings = (folder / "settings.toml").read_text("utf-8")
    return Starter(
        name=folder.name,
        settings=settings,
        template=(folder / "template.txt").read_text("utf-8"),
        backends=tuple(_BACKEND.findall(settings)),
    )


def choose(names: Iterable[str]) -> tuple[Starter, tuple[str, ...]]:
    """Return the one starter that names, of starters or of backends, are of, and the backends wanted.

    Raises:
        InputError: no starter has such a backend, or no single one has them all.
    """
    starters, wanted = find(), list(dict.fromkeys(names)) or [DEFAULT]
    known = list(dict.fromkeys([*starters, *(name for one in starters.values() for name in one.backends)]))
    for name in wanted:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(known)}"
            raise InputError(f"no starter has a backend '{name}'", hint=hint)
    for label, starter in starters.items():
        if all(name == label or name in starter.backends for name in wanted):
            chosen = starter.backends if label in wanted else wanted
            return starter, tuple(name for name in starter.backends if name in chosen)
    hint = "choose those of one; more can be put into pyproject.toml by hand"
    raise InputError(f"no starter has all of these backends: {', '.join(wanted)}", hint=hint)


def settings(starter: Starter, backends: Iterable[str], site_name: str) -> str:
    """Return the text of a site's ``pyproject.toml``."""
    keys, *tables = re.split(
        r"^(?=\[)", starter.settings.removeprefix("[tool.guidewright]\n"), flags=re.MULTILINE
    )
    chosen = [table for table in tables if _BACKEND.match(table)[1] in set(backends)]  # type: ignore[index]
    head = f"""# The site's settings; guidewright tells which it does not know.
[tool.guidewright]
site_name = {json.dumps(site_name, ensure_ascii=False)}
# Where the site will be, and where its source is: feeds, cards and notebooks in Colab need them.
# site_url = "https://example.org/guides/"
# repo_url = "https://github.com/example/guides"
{keys.strip()}
"""
    categories = '[tool.guidewright.categories]\ngetting_started = "Getting started"\n'
    return "\n".join([head.rstrip() + "\n", categories, *(table.strip() + "\n" for table in chosen)])


def requirements(settings: str, version: str) -> str:
    """Return the text of a site's ``requirements.txt``: Guidewright, and what its backends' settings install."""
    backends = tomllib.loads(settings)["tool"]["guidewright"]["backends"]
    wanted = {backend["install"] for backend in backends.values() if backend.get("install")}
    return "\n".join([f"guidewright=={version}", *sorted(wanted)]) + "\n"


def site_files(site_name: str) -> dict[str, str]:
    """Return the files that are the same in every site but for its name, by their path."""
    folder = resources.files("guidewright.starters") / "site"
    found = {path: (folder / name).read_text("utf-8") for path, name in _SITE.items()}
    return {**found, "README.md": found["README.md"].replace("{name}", site_name)}


def environment(settings: str, backend: str) -> dict[str, str]:
    """Return a backend's variables, of the text of a site's ``pyproject.toml``."""
    found = tomllib.loads(settings)["tool"]["guidewright"]["backends"][backend].get("env", {})
    return {str(name): str(value) for name, value in found.items()}

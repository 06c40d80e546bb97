"""The inventory and the page data of the settings → :class:`Reference`, which answers where a name is documented."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guidewright.api import inventory
from guidewright.api.inventory import Answer, Inventory, Symbol
from guidewright.errors import InputError, Problem
from guidewright.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    inventory: Inventory
    url: str
    """Below which the pages are."""
    pages: Mapping[str, str]
    """Canonical name → page and anchor, below ``url``."""
    names: Mapping[str, str]
    """Canonical name → the name by which its page calls it: what lists show."""
    label: str = ""
    """What readers call the package."""
    ignored: frozenset[str] = frozenset()
    """Words that look like names of the package, and are none: a host, a file."""

    @property
    def package(self) -> str:
        return self.inventory.package

    @property
    def versioned(self) -> str:
        return f"{self.label or self.package} {self.inventory.version}"

    def find(self, name: str) -> Answer:
        return self.inventory.find(name)

    def link(self, symbol: Symbol) -> str:
        """Return the address of the page that documents a symbol; empty where the data name none."""
        page = self.pages.get(symbol.canonical)
        return "" if page is None else f"{self.url}{page}"

    def title(self, symbol: Symbol) -> str:
        """Return what a symbol is called in lists: as its page calls it, or by its canonical name."""
        return self.names.get(symbol.canonical, symbol.canonical)

    def module(self, name: str) -> str:
        """Return the module that a name stands in; a member's is that of its class."""
        found = name.rpartition(".")[0]
        while self.inventory.kinds.get(found) != "module" and "." in found:
            found = found.rpartition(".")[0]
        return found


def load(settings: Settings) -> Reference | None:
    """Read the two files that ``[tool.guidewright.api]`` names; None where there is no such table.

    Raises:
        InputError: a file is missing or wrong; all problems together.
    """
    api = settings.api
    if api is None:
        return None
    problems: list[Problem] = []
    found = _inventory(api.inventory, api.package, settings, problems)
    pages = _pages(api.pages, found, settings, problems)
    if problems or found is None:
        raise InputError(problems)
    answers = {name: found.find(name).symbol for name in sorted(pages)}
    canonical = {name: symbol.canonical for name, symbol in answers.items() if symbol}
    return Reference(
        inventory=found,
        url=f"{api.url.rstrip('/')}/",
        pages={canonical[name]: pages[name] for name in reversed(canonical)},
        names={canonical[name]: name for name in reversed(canonical)},
        label=api.label,
        ignored=frozenset(api.ignore),
    )


def shown(file: Path, settings: Settings) -> str:
    return file.relative_to(settings.root).as_posix() if file.is_relative_to(settings.root) else str(file)


def _inventory(file: Path, package: str, settings: Settings, problems: list[Problem]) -> Inventory | None:
    hint = "write it anew: guidewright inventory"
    path = shown(file, settings)
    try:
        found = inventory.parse(_text(file))
    except (OSError, ValueError) as error:
        problems.append(Problem(path=path, message=f"is no inventory: {_words(error)}", hint=hint))
        return None
    if found.package != package:
        message = f"is the inventory of '{found.package}', and the settings name '{package}'"
        problems.append(Problem(path=path, message=message, hint=hint))
        return None
    return found


def _pages(
    file: Path, found: Inventory | None, settings: Settings, problems: list[Problem]
) -> Mapping[str, str]:
    path = shown(file, settings)
    try:
        document = tomllib.loads(_text(file))
    except (OSError, ValueError) as error:
        hint = 'it holds lines such as "package.name" = "path/of/the/page/#anchor"'
        problems.append(Problem(path=path, message=f"is no page data: {_words(error)}", hint=hint))
        return {}
    for name, page in document.items():
        if not isinstance(page, str):
            hint = f'write "{name}" = "path/of/the/page/#anchor"'
            problems.append(Problem(path=path, message=f"'{name}' has no page", hint=hint))
        elif found and (name.split(".")[0] != found.package or found.find(name).verdict != "known"):
            message = f"'{name}' is not in the inventory of {found.package} {found.version}"
            problems.append(Problem(path=path, message=message, hint="remove the line, or mend the name"))
    return document


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8")


def _words(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)

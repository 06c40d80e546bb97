"""The inventory of a package's public names, and what can be said of one name.

The file is written by ``guidewright inventory``, once a version of the package, and committed: nothing else imports the package.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

import jsonschema

Kind = Literal["module", "class", "function", "value", "method", "attribute"]
Verdict = Literal["known", "private", "beyond", "missing"]
"""A name is public; it is reached through a private one; it is an attribute of something whose attributes nobody has counted
(what a function returns, for one); or there is none of that name."""

_NAMES = {"type": "array", "items": {"type": "string"}}
_CLASS = {
    "type": "object",
    "required": ["bases", "methods", "attributes"],
    "additionalProperties": False,
    "properties": {"bases": _NAMES, "methods": _NAMES, "attributes": _NAMES},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["package", "version", "private", "modules", "classes", "functions", "values", "aliases"],
    "additionalProperties": False,
    "properties": {
        "package": {"type": "string"},
        "version": {"type": "string"},
        "private": _NAMES,
        "modules": _NAMES,
        "classes": {"type": "object", "additionalProperties": _CLASS},
        "functions": _NAMES,
        "values": _NAMES,
        "aliases": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
"""The form of the file. Names are dotted, from the package on; members are bare, and those of public bases are told there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Symbol:
    """One public thing."""

    name: str
    """As it was asked for."""
    canonical: str
    """The name that all its aliases share; a member's begins with the class that has it, of the bases perhaps."""
    kind: Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What can be said of a dotted name."""

    verdict: Verdict
    symbol: Symbol | None = None
    """The public thing; where the verdict is not ``known``, the last one on the way."""
    missing: str = ""
    """The name, up to the part that there is not."""
    close: str = ""
    """What may have been meant by it."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """What :data:`SCHEMA` says, by name."""

    package: str
    version: str
    private: frozenset[str]
    kinds: Mapping[str, Kind]
    """Of modules, classes, functions and values, by their canonical names."""
    bases: Mapping[str, tuple[str, ...]]
    members: Mapping[str, Mapping[str, Kind]]
    """Of each class, those that none of its public bases has."""
    aliases: Mapping[str, str]

    def find(self, name: str) -> Answer:
        """Say what a dotted name of the package is; it must begin with the package's own."""
        parts = name.split(".")
        found = Symbol(name=parts[0], canonical=parts[0], kind="module")
        for place, part in enumerate(parts[1:], 2):
            asked = ".".join(parts[:place])
            if part.startswith("_") or asked in self.private:
                return Answer(verdict="private", symbol=found)
            below = self._below(found, part, asked)
            if below is None and found.kind not in ("module", "class"):
                return Answer(verdict="beyond", symbol=found)
            if below is None:
                return Answer(verdict="missing", symbol=found, missing=asked, close=self._close(found, part))
            found = below
        return Answer(verdict="known", symbol=found)

    def _below(self, found: Symbol, part: str, asked: str) -> Symbol | None:
        if found.kind == "class":
            return self._member(found.canonical, part, asked)
        name = f"{found.canonical}.{part}"
        canonical = self.aliases.get(name, name)
        kind = self.kinds.get(canonical)
        return Symbol(name=asked, canonical=canonical, kind=kind) if kind else None

    def _member(self, owner: str, part: str, asked: str) -> Symbol | None:
        for cls in self._lineage(owner):
            if kind := self.members[cls].get(part):
                return Symbol(name=asked, canonical=f"{cls}.{part}", kind=kind)
        return None

    def _lineage(self, owner: str) -> Iterator[str]:
        yield owner
        for base in self.bases[owner]:
            yield from self._lineage(base)

    def _close(self, found: Symbol, part: str) -> str:
        names = self._names_below[found.canonical] if found.kind == "module" else self._all_members(found)
        close = get_close_matches(part, names, n=1, cutoff=0.75)
        return f"{found.name}.{close[0]}" if close else ""

    def _all_members(self, found: Symbol) -> list[str]:
        return sorted({name for cls in self._lineage(found.canonical) for name in self.members[cls]})

    @cached_property
    def _names_below(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name, kind in self.kinds.items() if kind == "module"}
        for name in sorted({*self.kinds, *self.aliases}):
            module, _, last = name.rpartition(".")
            if module in found:
                found[module].append(last)
        return found


def parse(text: str) -> Inventory:
    """Read an inventory.

    Raises:
        ValueError: it is not JSON, or not of the form of :data:`SCHEMA`, or names something that is not in it.
    """
    document = json.loads(text)
    for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document):
        where = ".".join(map(str, error.absolute_path))
        raise ValueError(f"{where}: {error.message}" if where else error.message)
    return _inventory(document)


def _inventory(document: Mapping[str, Any]) -> Inventory:
    classes = document["classes"]
    kinds: dict[str, Kind] = dict.fromkeys(document["modules"], "module")
    kinds |= dict.fromkeys(classes, "class")
    kinds |= dict.fromkeys(document["functions"], "function")
    kinds |= dict.fromkeys(document["values"], "value")
    wanted = [*document["aliases"].values(), *(base for entry in classes.values() for base in entry["bases"])]
    if unknown := sorted({name for name in wanted if name not in kinds}):
        raise ValueError(f"names {unknown[0]}, and does not say what it is")
    if document["package"] not in document["modules"]:
        raise ValueError(f"the package {document['package']} is not among its modules")
    return Inventory(
        package=document["package"],
        version=document["version"],
        private=frozenset(document["private"]),
        kinds=kinds,
        bases={name: tuple(entry["bases"]) for name, entry in classes.items()},
        members={
            name: {
                **dict.fromkeys(entry["attributes"], "attribute"),
                **dict.fromkeys(entry["methods"], "method"),
            }
            for name, entry in classes.items()
        },
        aliases=document["aliases"],
    )


def dump(document: Mapping[str, Any]) -> str:
    """Write an inventory so that a new version's changes are seen line by line: a name a line, sorted, members in one."""
    lines = []
    for key, value in document.items():
        if isinstance(value, dict):
            rows = [f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(value.items())]
            lines.append(f"{json.dumps(key)}: {{\n" + ",\n".join(rows) + "\n}")
        elif isinstance(value, list):
            lines.append(
                f"{json.dumps(key)}: [\n"
                + ",\n".join(f"  {json.dumps(name)}" for name in sorted(value))
                + "\n]"
            )
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"

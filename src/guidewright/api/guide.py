"""What a guide uses of the package, which of its names there are not, and its prose with links to their pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from guidewright.api.inventory import Answer, Symbol
from guidewright.api.names import Bindings, Use, bind, uses
from guidewright.api.prose import Code, codes, linked, name_in
from guidewright.api.reference import Reference
from guidewright.errors import Problem
from guidewright.model import Cell, Guide


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """A name of the package, and where it stands."""

    name: str
    cell: Cell
    number: int
    """The cell's, from 1."""
    line: int
    """1-based, in the guide's file."""


def symbols(guide: Guide, reference: Reference) -> list[Symbol]:
    """Return what the guide's shown code uses, each once, sorted; of modules, only what is in them."""
    found: dict[str, Symbol] = {}
    for use in _in_code(guide, reference.package):
        symbol = reference.find(use.name).symbol
        if symbol and symbol.kind != "module" and not use.cell.hidden and "remove-cell" not in use.cell.tags:
            found.setdefault(symbol.canonical, symbol)
    return sorted(found.values(), key=reference.title)


def with_links(guide: Guide, reference: Reference) -> Guide:
    """Return the guide with every name in its prose leading to the page that documents it, where one is known."""
    imported = _imported(guide, reference.package)

    def link(name: str) -> str:
        answer = _answer(name, imported, reference)
        return reference.link(answer.symbol) if answer and answer.verdict == "known" and answer.symbol else ""

    cells = tuple(
        replace(cell, source=linked(cell.source, link)) if cell.kind == "markdown" else cell
        for cell in guide.cells
    )
    return replace(guide, cells=cells)


def problems(guide: Guide, reference: Reference) -> list[Problem]:
    """Return the names that the package has not, in code and in prose; private ones are warned of."""
    told: dict[tuple[str, int], Problem] = {}
    for found in (*_in_code(guide, reference.package), *_in_prose(guide, reference)):
        answer = reference.find(found.name)
        if found.name not in reference.ignored and (problem := _problem(guide, found, answer, reference)):
            told.setdefault((problem.message, found.line), problem)
    return sorted(told.values(), key=lambda problem: problem.line or 0)


def _problem(guide: Guide, found: _Found, answer: Answer, reference: Reference) -> Problem | None:
    problem = Problem(
        path=guide.path, line=found.line, cell=str(found.number), message="", rule="unknown-name"
    )
    package = reference.versioned
    if answer.verdict == "missing":
        hint = f"did you mean '{answer.close}'?" if answer.close else "mend the name"
        return replace(problem, message=f"{package} has no '{answer.missing}'", hint=hint)
    if answer.verdict == "private" and not found.name.rpartition(".")[2].startswith("__"):
        message, hint = (
            f"'{found.name}' is not public in {package}",
            "show what readers may rely on: a public name",
        )
        return replace(problem, message=message, hint=hint, severity="warning", rule="private-name")
    return None


# ------------------------------------------------------------------ finding


def _in_code(guide: Guide, package: str) -> Iterator[_Found]:
    bindings: Bindings = {}
    for number, cell in enumerate(guide.cells, 1):
        for use in uses(cell.source, package, bindings) if cell.kind == "code" else ():
            yield _Found(name=use.name, cell=cell, number=number, line=cell.line + use.line - 1)


def _in_prose(guide: Guide, reference: Reference) -> Iterator[_Found]:
    imported = _imported(guide, reference.package)
    for number, cell in enumerate(guide.cells, 1):
        for code in codes(cell.source) if cell.kind == "markdown" else ():
            for use in _uses(code, imported, reference.package):
                line = cell.line + code.line + use.line - 1
                yield _Found(name=use.name, cell=cell, number=number, line=line)


def _uses(code: Code, imported: Bindings, package: str) -> list[Use]:
    """Return the names in a piece of code in prose: fenced, a name, a call, or any Python that names the package."""
    known = dict(imported)
    if code.fenced:
        return uses(code.text, package, {**known, package: package})
    name = name_in(code.text)
    if name and name.split(".")[0] in known:
        return [Use(name=_whole(name, known), line=1)]
    return uses(code.text, package, {package: package})


def _answer(name: str, imported: Bindings, reference: Reference) -> Answer | None:
    if name.split(".")[0] not in imported or name in reference.ignored:
        return None
    return reference.find(_whole(name, imported))


def _whole(name: str, imported: Bindings) -> str:
    first, _, rest = name.partition(".")
    return f"{imported[first]}.{rest}"


def _imported(guide: Guide, package: str) -> Bindings:
    """Return the names that stand for the package, or something in it, all through the guide: what prose may call them."""
    found: dict[str, set[str | None]] = {package: {package}}
    bindings: Bindings = {}
    for cell in guide.cells:
        if cell.kind == "code" and not cell.hidden:
            bind(cell.source, package, bindings)
            for name, value in bindings.items():
                found.setdefault(name, set()).add(value)
    return {name: values.pop() for name, values in found.items() if len(values) == 1 and None not in values}

"""The API on the site: what a guide's page says it uses, and the index page that leads from each name to the guides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from guidewright.api.inventory import Symbol
from guidewright.api.reference import Reference
from guidewright.model import Slug
from guidewright.render.addresses import page_path, relative
from guidewright.render.interface import EN, Language, text
from guidewright.render.proof import plain

PATH = "api/index.md"
SECTION_ID = "guidewright-api"


@dataclass(frozen=True, kw_only=True, slots=True)
class Uses:
    """One guide, and the names that its shown code uses."""

    slug: Slug
    title: str
    """In the page's language."""
    symbols: tuple[Symbol, ...]


def section(symbols: Sequence[Symbol], slug: Slug, reference: Reference, language: Language = EN) -> str:
    """Return the Markdown of a page's section, a line a module; empty where the guide uses none of the package."""
    if not symbols:
        return ""
    index = relative(PATH, page_path(slug))
    rows = [
        f"- [`{module}`]({index}#{anchor(module)}): {', '.join(_code(symbol, reference, module) for symbol in group)}"
        for module, group in _by_module(symbols, reference)
    ]
    lead = text("api_used_lead", language, package=reference.versioned)
    parts = [
        f"## {text('api_used', language)} {{#{SECTION_ID}}}",
        plain(lead),
        '<div class="gw-api" markdown>\n\n' + "\n".join(rows) + "\n\n</div>",
    ]
    return "\n\n".join(parts)


def index_page(guides: Sequence[Uses], reference: Reference, language: Language = EN) -> str:
    """Return the Markdown of the index: the names that guides use by module, each with its guides in their order."""
    users: dict[str, list[Uses]] = {}
    called: dict[str, set[str]] = {}
    symbols: dict[str, Symbol] = {}
    for uses in guides:
        for symbol in uses.symbols:
            symbols.setdefault(symbol.canonical, symbol)
            users.setdefault(symbol.canonical, []).append(uses)
            called.setdefault(symbol.canonical, set()).add(symbol.name)
    lead = text("api_lead", language, package=reference.versioned)
    parts = [f"# {text('api_title', language)}", f"{plain(lead)}\n{{ .gw-lead }}"]
    for module, group in _by_module(symbols.values(), reference):
        parts += [f"## `{module}` {{#{anchor(module)}}}", '<div class="gw-api" markdown>']
        parts += [_entry(symbol, users, called, reference, language) for symbol in group]
        parts.append("</div>")
    if not symbols:
        parts.append(text("no_guides", language))
    return "\n\n".join(parts) + "\n"


def anchor(module: str) -> str:
    return module.replace(".", "-")


def _entry(
    symbol: Symbol,
    users: Mapping[str, Sequence[Uses]],
    called: Mapping[str, set[str]],
    reference: Reference,
    language: Language,
) -> str:
    others = sorted(called[symbol.canonical] - {reference.title(symbol)})
    also = text("api_also", language, names=", ".join(f"`{name}`" for name in others)) if others else ""
    found = users[symbol.canonical]
    links = " · ".join(f"[{uses.title}]({relative(page_path(uses.slug), PATH)})" for uses in found)
    return (
        f"-   {_code(symbol, reference)}{f' {also}' if also else ''}\n\n    {links}\n    {{ .gw-api-guides }}"
    )


def _code(symbol: Symbol, reference: Reference, module: str = "") -> str:
    """Return a name as code, without its module where that stands before it, leading to its page where one is known."""
    name = reference.title(symbol)
    code = f"`{name.removeprefix(f'{module}.')}`" if module else f"`{name}`"
    url = reference.link(symbol)
    return f"[{code}]({url})" if url else code


def _by_module(symbols: Iterable[Symbol], reference: Reference) -> list[tuple[str, list[Symbol]]]:
    def module(symbol: Symbol) -> str:
        return reference.module(reference.title(symbol))

    ordered = sorted(symbols, key=lambda symbol: (module(symbol), reference.title(symbol)))
    return [(name, list(group)) for name, group in groupby(ordered, key=module)]

"""The parity page: guide × backend, and the differences that a maintainer should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from guidewright.model import BackendName, BackendView, CellParity, Guide, GuideParity, Record
from guidewright.render import interface
from guidewright.render.addresses import ROOT, SiteInfo, cell_anchor, page_path
from guidewright.render.differences import Labels, difference, finding
from guidewright.render.interface import EN, Language, text
from guidewright.render.proof import own_version, plain

PATH = "parity.md"
JSON, SCHEMA = "parity.json", "parity.schema.json"
"""At the site's root: the same for machines, and what describes it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ParityEntry:
    """One guide's row."""

    guide: Guide
    views: Sequence[BackendView]
    parity: GuideParity
    failed: Mapping[BackendName, Record] = field(default_factory=dict)
    """Backends whose newest job did not pass."""


def parity_page(entries: Sequence[ParityEntry], *, site: SiteInfo, language: Language = EN) -> str:
    """Return the Markdown of the parity page; guides in the reading order."""
    place = {slug: number for number, slug in enumerate(site.reading_order)}
    entries = sorted(entries, key=lambda entry: place.get(entry.guide.slug, len(place)))
    parts = [
        f"# {text('parity_title', language)}",
        f"{text('parity_lead', language)}\n{{ .gw-lead }}",
        _table(entries, site, language) if entries else text("no_guides", language),
        *_failures(entries, site, language),
        f"## {text('findings_title', language)} {{#findings}}",
        text("findings_lead", language),
        "\n\n".join(_findings(entries, language, site.labels)) or text("findings_none", language),
        f"## {text('differences_title', language)} {{#differences}}",
        text("differences_lead", language),
        "\n\n".join(_differences(entries, language, site.labels)) or text("differences_none", language),
        _machines(language),
    ]
    return "\n\n".join(parts) + "\n"


def _table(entries: Sequence[ParityEntry], site: SiteInfo, language: Language) -> str:
    backends = list(site.labels) or sorted({view.backend for entry in entries for view in entry.views})
    head = [text("parity_guide", language), *(plain(site.labels.get(name, name)) for name in backends)]
    rows = [head, ["---"] * len(head)]
    for entry in entries:
        cells = [_cell(entry, backend, language) for backend in backends]
        rows.append([f"{_link(entry.guide)}{_count(entry, language)}", *cells])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f'<div class="gw-facts gw-parity" markdown>\n\n{table}\n\n</div>'


def _cell(entry: ParityEntry, backend: BackendName, language: Language) -> str:
    view = next((view for view in entry.views if view.backend == backend), None)
    if backend in entry.failed:
        return text(f"parity_{entry.failed[backend].outcome}", language)
    if view is None:
        return text("parity_unclaimed", language)
    if view.record is None:
        return text("parity_nothing", language)
    profile = text(f"profile_{view.record.profile}", language)
    lines = [
        text("parity_cell", language, version=own_version(view)).rstrip(),
        *(f"{label} {version}" for label, version in view.versions if label != view.label),
        text("parity_run", language, profile=profile, seconds=f"{view.record.seconds:.0f}"),
        interface.checks([view.record.checks], language),
        *([text("parity_moved", language)] if view.notice == "proven elsewhere" else []),
    ]
    return "<br>".join(map(plain, lines))


def _failures(entries: Sequence[ParityEntry], site: SiteInfo, language: Language) -> list[str]:
    rows = []
    for entry in entries:
        for backend, record in sorted(entry.failed.items()):
            failure = record.failure
            where = (
                f" · {entry.guide.path}:{failure.line} · {failure.name}: {failure.message}" if failure else ""
            )
            rows.append(f"- {plain(f'{entry.guide.slug}, {site.labels.get(backend, backend)}{where}')}")
    return [f"## {text('failures_title', language)} {{#failures}}", "\n".join(rows)] if rows else []


def _findings(entries: Sequence[ParityEntry], language: Language, labels: Labels) -> list[str]:
    found = []
    for entry in entries:
        rows = [
            f"- {_place(entry.guide, cell, language)}: {plain(finding(cell, language, labels))}"
            for cell in entry.parity.findings
        ]
        if rows:
            found.append(f"### {_link(entry.guide)}\n\n" + "\n".join(rows))
    return found


def _differences(entries: Sequence[ParityEntry], language: Language, labels: Labels) -> list[str]:
    found = []
    for entry in entries:
        rows = [
            f"- {_place(entry.guide, cell, language)}: {plain(difference(cell.difference, language, labels))}"
            for cell in entry.parity.cells
            if cell.differs
        ]
        if rows:
            head = f"### {_link(entry.guide)} {{#{_anchor(entry.guide)}}}"
            found.append(f"{head}\n\n" + "\n".join(rows))
    return found


def _count(entry: ParityEntry, language: Language) -> str:
    """Say under a guide's name how many cells differ, and lead to them."""
    count, differ = len(entry.parity.cells), sum(cell.differs for cell in entry.parity.cells)
    if not count:
        return ""
    if not differ:
        return f"<br>{text('parity_alike', language)}"
    words = text("parity_differ", language, differ=differ, count=count)
    return f"<br>[{words}](#{_anchor(entry.guide)})"


def _place(guide: Guide, cell: CellParity, language: Language) -> str:
    """Lead to a cell, in the tab of a backend that shows the difference."""
    words = text("cell_place", language, line=cell.line, cell=cell.id)
    query = ""
    if found := cell.difference:
        side = found.one if found.kind in ("missing", "only") else found.other
        query = f"?backend={side.backend}"
    return f"[{words}]({page_path(guide.slug)}{query}#{cell_anchor(cell.id)})"


def _machines(language: Language) -> str:
    """Lead to the one file that all languages share; the engine knows only this language's files."""
    links = " · ".join(f'<a href="{ROOT}{name}">{name}</a>' for name in (JSON, SCHEMA))
    return f"<p>{text('parity_json', language)}: {links}</p>"


def _anchor(guide: Guide) -> str:
    return f"differences-{guide.slug}"


def _link(guide: Guide) -> str:
    return f"[{guide.header.title.replace('|', '&#124;')}]({page_path(guide.slug)})"

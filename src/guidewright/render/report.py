"""The parity page: guide × backend, and the differences that a maintainer should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from guidewright.model import BackendName, BackendView, Guide, GuideParity, Record
from guidewright.render import interface
from guidewright.render.addresses import SiteInfo, page_path
from guidewright.render.interface import EN, Language, text
from guidewright.render.proof import own_version, plain

PATH = "parity.md"


@dataclass(frozen=True, kw_only=True, slots=True)
class ParityEntry:
    """One guide's row."""

    guide: Guide
    views: Sequence[BackendView]
    parity: GuideParity
    failed: Mapping[BackendName, Record] = field(default_factory=dict)
    """Backends whose newest job did not pass."""


def parity_page(entries: Sequence[ParityEntry], *, site: SiteInfo, language: Language = EN) -> str:
    """Return the Markdown of the parity page."""
    parts = [
        f"# {text('parity_title', language)}",
        f"{text('parity_lead', language)}\n{{ .gw-lead }}",
        _table(entries, site, language) if entries else text("no_guides", language),
        *_failures(entries, site, language),
        f"## {text('findings_title', language)} {{#findings}}",
        text("findings_lead", language),
        "\n\n".join(_findings(entries, language)) or text("findings_none", language),
    ]
    return "\n\n".join(parts) + "\n"


def _table(entries: Sequence[ParityEntry], site: SiteInfo, language: Language) -> str:
    backends = list(site.labels) or sorted({view.backend for entry in entries for view in entry.views})
    head = [text("parity_guide", language), *(plain(site.labels.get(name, name)) for name in backends)]
    rows = [head, ["---"] * len(head)]
    for entry in entries:
        cells = [_cell(entry, backend, language) for backend in backends]
        rows.append([_link(entry.guide), *cells])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f'<div class="gw-facts" markdown>\n\n{table}\n\n</div>'


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
        text("parity_run", language, profile=profile, seconds=f"{view.record.seconds:.0f}"),
        interface.checks([view.record.checks], language),
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


def _findings(entries: Sequence[ParityEntry], language: Language) -> list[str]:
    found = []
    for entry in entries:
        rows = [
            f"- {text('finding', language, line=cell.line, cell=cell.id, finding=plain(cell.finding))}"
            for cell in entry.parity.findings
        ]
        if rows:
            found.append(f"### {_link(entry.guide)}\n\n" + "\n".join(rows))
    return found


def _link(guide: Guide) -> str:
    return f"[{guide.header.title.replace('|', '&#124;')}]({page_path(guide.slug)})"

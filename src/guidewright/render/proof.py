"""What a page says of its proof: the line at its head, the notices, the data's sources, the table at its end."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from guidewright.model import BackendView, GuideParity, Notice, Origin, Record
from guidewright.render import interface
from guidewright.render.interface import EN, Language, text

Views = Sequence[BackendView]


def plain(words: str) -> str:
    """Escape what Markdown, or a table of Markdown, would read as more than text."""
    words = re.sub(r"([\\`*_\[\]{}#])", r"\\\1", words)
    return words.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")


def line(views: Views, language: Language = EN) -> str:
    """Return the proof line: ``JAX 0.10.2 ✓ … · Keras 3.15.1 · CPU · 2026-11-23 · 14 checks``, as plain text.

    The tick ends what is said of a backend, so that the next name is not read as part of it.
    """
    records = [view.record for view in views if view.record]
    all_quick = bool(records) and all(record.profile == "quick" for record in records)
    parts = [" ".join(_backend(view, language, all_quick) for view in views)]
    if records:
        dates = [date(day, language) for day in sorted({record.started.date() for record in records})]
        parts += [
            *([text("quick_all", language)] if all_quick else []),
            *_shared_versions(views),
            ", ".join(_unique(record.environment.device for record in records)),
            dates[0] if len(dates) == 1 else f"{dates[0]} – {dates[-1]}",
            interface.checks([record.checks for record in records], language),
        ]
    return interface.ticked(" · ".join(parts))


def notices(views: Views, language: Language = EN) -> list[str]:
    """Return what the reader must know before trusting the outputs, one sentence group a kind of notice."""
    found = []
    if quick := _labels(views, "quick"):
        found.append(text("quick_page", language, labels=quick))
    found += [
        text("elsewhere_page", language, labels=view.label, **_where(view, language))
        for view in views
        if view.notice == "proven elsewhere"
    ]
    if nothing := _labels(views, "nothing"):
        found.append(text("nothing_page", language, labels=nothing))
    return [plain(words) for words in found]


def output_notice(view: BackendView, language: Language = EN) -> str:
    """Return what a backend's tab says above (or instead of) its output; empty for a full record of today."""
    match view.notice:
        case "quick":
            return text("quick_output", language)
        case "proven elsewhere":
            return text("elsewhere_output", language, **_where(view, language))
        case "nothing":
            return text("nothing_output", language, labels=view.label)
    return ""


def shared_notice(views: Views, language: Language = EN) -> str:
    """Return what is said above an output that all backends share: a notice counts where no record is without one."""
    proven = [view for view in views if view.record]
    words = []
    if proven and all(view.notice for view in proven):
        words.append(output_notice(min(proven, key=lambda view: view.notice == "quick"), language))
    if nothing := _labels(views, "nothing"):
        words.append(text("nothing_shared", language, labels=nothing))
    return " ".join(words)


def data(views: Views, language: Language = EN) -> list[str]:
    """Return one sentence a dataset and source: what was read from where, and on which backends if not on all."""
    uses: dict[tuple[str, str], list[str]] = {}
    proven = [view for view in views if view.record]
    for view in proven:
        for use in view.record.datasets if view.record else ():
            labels = uses.setdefault((use.file, use.source), [])
            if view.label not in labels:
                labels.append(view.label)
    return [_sentence(key, labels, len(proven), language) for key, labels in uses.items()]


def table(views: Views, language: Language = EN) -> list[list[str]]:
    """Return the proof in detail as Markdown, first row the head: a row a fact, a column a backend."""
    names = _unique(label for view in views for label, _ in _other_versions(view))
    rows = [
        [text("proof_backend", language), *(_with_version(view) for view in views)],
        [text("proof_profile", language), *(_profile(view, language) for view in views)],
        *([name, *(dict(view.versions).get(name, "") for view in views)] for name in names),
    ]
    days = [date(view.record.started.date(), language) if view.record else "" for view in views]
    took = [duration(view.record.seconds, language) if view.record else "" for view in views]
    for key, fact in _FACTS.items():
        if key == "proof_checks":
            rows += [[text("proof_seconds", language), *took], [text("proof_date", language), *days]]
        rows.append([text(key, language), *(fact(view.record) if view.record else "" for view in views)])
    origins = [view.record.origin if view.record else None for view in views]
    rows.append([text("proof_commit", language), *(_commit(origin, language) for origin in origins)])
    plainly = [[plain(words) for words in row] for row in rows]
    runners = [text("proof_runner", language), *(_runner(origin, language) for origin in origins)]
    return [row for row in [*plainly, runners] if any(row[1:])]


def duration(seconds: float, language: Language = EN) -> str:
    """Say how long a run took: its seconds, and in words about how many minutes or hours, where these are easier read."""
    values = {
        "count": f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}",
        "minutes": f"{seconds / 60:.0f}",
        "hours": f"{seconds / 3600:.1f}",
    }
    if seconds >= 5400:
        name = "seconds_hours"
    elif seconds >= 90:
        name = "seconds_minutes"
    else:
        name = "seconds"
    return text(name, language, **values)


def parity_line(parity: GuideParity, language: Language = EN) -> str:
    """Say how many shown outputs agreed; empty where nothing was compared."""
    compared = [cell for cell in parity.cells if cell.state != "missing"]
    varies = sum(cell.state == "varies" for cell in compared)
    values = {"count": len(compared), "alike": len(compared) - varies, "varies": varies}
    return text("proof_parity", language, **values) if compared else ""


def _skipped(record: Record) -> str:
    return ", ".join(
        f"{run.id} ({', '.join(run.missing)})" if run.missing else run.id for run in record.skipped
    )


def _commit(origin: Origin | None, language: Language) -> str:
    if not origin or not origin.commit:
        return ""
    commit = origin.commit[:_DIGITS]
    return text("proof_dirty", language, commit=commit) if origin.dirty else commit


def _runner(origin: Origin | None, language: Language) -> str:
    """Return the runner as Markdown: it leads to its run, where that has an address."""
    if not origin:
        return ""
    name = plain(text("proof_local", language) if origin.runner == "local" else origin.runner)
    return f"[{name}]({origin.run})" if re.fullmatch(r"https://[\w./:-]+", origin.run) else name


def date(day: dt.date, language: Language = EN) -> str:
    return text("date", language, year=day.year, month=day.month, day=day.day)


_DIGITS = 12
"""Of a digest, for people; records have all of it."""
_FACTS: Mapping[str, Callable[[Record], str]] = {
    "proof_python": lambda record: record.environment.python,
    "proof_platform": lambda record: record.environment.platform,
    "proof_device": lambda record: record.environment.device,
    "proof_cores": lambda record: str(record.environment.threads),
    "proof_checks": lambda record: str(record.checks),
    "proof_skipped": _skipped,
    "proof_inputs": lambda record: record.fingerprint.key[:_DIGITS],
}


def _backend(view: BackendView, language: Language, all_quick: bool) -> str:
    if not view.record:
        return f"{view.label} {text('nothing_mark', language)}"
    mark = ""
    if view.notice == "quick" and not all_quick:
        mark = text("quick_mark", language)
    elif view.notice == "proven elsewhere":
        mark = text("elsewhere_mark", language, **_where(view, language))
    return " ".join(part for part in (_with_version(view), mark, "✓") if part)


def own_version(view: BackendView) -> str:
    """Return the version of the backend itself; empty where it has no distribution, or no record."""
    return dict(view.versions).get(view.label, "")


def _other_versions(view: BackendView) -> list[tuple[str, str]]:
    return [(label, version) for label, version in view.versions if label != view.label]


def _with_version(view: BackendView) -> str:
    return f"{view.label} {own_version(view)}".rstrip()


def _where(view: BackendView, language: Language) -> dict[str, str]:
    if not view.record:
        return {"device": "", "date": "", "versions": ""}
    versions = ", ".join(f"{label} {version}" for label, version in view.versions)
    return {
        "device": view.record.environment.device,
        "date": date(view.record.started.date(), language),
        "versions": versions,
    }


def _shared_versions(views: Views) -> list[str]:
    found: dict[str, list[str]] = {}
    for view in views:
        for label, version in _other_versions(view) if view.record else ():
            if version not in found.setdefault(label, []):
                found[label].append(version)
    return [f"{label} {' / '.join(versions)}" for label, versions in found.items()]


def _profile(view: BackendView, language: Language) -> str:
    return text(f"profile_{view.record.profile if view.record else 'none'}", language)


def _labels(views: Views, notice: Notice) -> str:
    return ", ".join(view.label for view in views if view.notice == notice)


def _sentence(use: tuple[str, str], labels: list[str], proven: int, language: Language) -> str:
    file, source = use
    if re.match(r"[a-z]+://", source):
        sentence = text("data_original", language, file=file, source=source)
    else:
        sentence = text("data_package", language, file=file, source=plain(source.replace("==", " ")))
    if len(labels) == proven:
        return sentence
    return text("data_only_on", language, labels=", ".join(labels), sentence=sentence)


def _unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))

"""Guides and records → what the render stage takes: per backend the record to show, resolved outputs, parity."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from guidewright import compare, datasets, normalise
from guidewright.commands.moved import Today, moved, named, today
from guidewright.commands.project import Project
from guidewright.files import signature
from guidewright.memory import Remember, afresh
from guidewright.model import (
    PROFILES,
    BackendName,
    BackendView,
    Guide,
    GuideParity,
    Notice,
    Profile,
    Record,
)
from guidewright.plan import Known, make_job, shown_code
from guidewright.settings import Backend


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One guide, ready to be rendered."""

    guide: Guide
    views: tuple[BackendView, ...]
    parity: GuideParity
    failed: Mapping[BackendName, Record] = field(default_factory=dict)
    """Of today's code: backends whose job did not pass."""

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(view.record for view in self.views if view.record)


def entries(project: Project, remember: Remember = afresh) -> list[Entry]:
    """Return every guide of the library with what is known of it."""
    settings = project.settings
    lock = signature(settings.lock) if settings.lock else None
    now = remember("today", (settings.lock, lock), lambda: today(settings))
    return [
        remember(
            ("entry", guide.slug),
            (guide, settings, now, _state(project, guide)),
            functools.partial(entry, project, guide, now),
        )
        for guide in project.library.guides
    ]


def _state(project: Project, guide: Guide) -> tuple[object, ...]:
    return tuple(
        project.store.state(guide.slug, name, profile)
        for name in guide.header.backends
        for profile in PROFILES
    )


def entry(project: Project, guide: Guide, now: Today) -> Entry:
    """Return one guide with what is known of it."""
    known = _known(project, guide)
    passed = {key: found.passed for key, found in known.items() if found.passed}
    views = tuple(
        _view(project, guide, project.settings.backends[name], passed, now) for name in guide.header.backends
    )
    failed = {
        name: found.match
        for (name, _), found in known.items()
        if found.match and found.match.outcome != "passed"
    }
    return Entry(guide=guide, views=views, parity=compare.compare(guide, passed), failed=failed)


def _known(project: Project, guide: Guide) -> dict[tuple[BackendName, Profile], Known]:
    """Return what the store has of today's code, by backend and profile."""
    digests = {name: datasets.digest(dataset) for name, dataset in project.settings.datasets.items()}
    found = {}
    for name in guide.header.backends:
        for profile in PROFILES:
            job = make_job(guide, project.settings.backends[name], profile, digests)
            found[name, profile] = project.job(job)
    return found


def _view(
    project: Project,
    guide: Guide,
    backend: Backend,
    passed: Mapping[tuple[BackendName, Profile], Record],
    now: Today,
) -> BackendView:
    record = passed.get((backend.name, "full")) or passed.get((backend.name, "quick"))
    cells = [
        cell for cell in guide.cells if cell.kind == "code" and not cell.hidden and cell.admits(backend.name)
    ]
    outputs = {cell.id: normalise.shown(cell.outputs) for cell in record.cells} if record else {}
    return BackendView(
        backend=backend.name,
        label=backend.label,
        code={cell.id: shown_code(cell, backend) for cell in cells},
        record=record,
        notice=_notice(project, backend, record, now),
        outputs={cell.id: outputs.get(cell.id, ()) for cell in cells},
        versions=versions(project, backend, record) if record else (),
    )


def _notice(project: Project, backend: Backend, record: Record | None, now: Today) -> Notice:
    if record is None:
        return "nothing"
    if record.profile == "quick":
        return "quick"
    return "proven elsewhere" if moved(record, named(project.settings, backend), now) else ""


def versions(project: Project, backend: Backend, record: Record) -> tuple[tuple[str, str], ...]:
    """Return label and version of what the proof line names, the backend's own first."""
    named = [(backend.label, backend.distributions), *project.settings.shown.items()]
    installed = record.environment.distributions
    found = [
        (label, next((installed[name] for name in names if name in installed), "")) for label, names in named
    ]
    return tuple((label, _public(version)) for label, version in found if version)


def _public(version: str) -> str:
    return version.partition("+")[0]

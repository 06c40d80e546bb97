"""The project as the preview shows it: read whole, with what an edit has broken or made stale as it was before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from guidewright.commands import site, translations
from guidewright.commands.pages import Entry, entries
from guidewright.commands.project import Project
from guidewright.errors import Problem
from guidewright.memory import Memory
from guidewright.model import BackendName, BackendView, CellId, Guide, Page, Slug
from guidewright.plan import Selection, matches
from guidewright.serve.stale import carried
from guidewright.settings import Settings
from guidewright.source import library

_Stale = Mapping[BackendName, CellId]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What the command was asked for."""

    selection: Selection
    languages: tuple[str, ...] | None = None
    """Beside English; None for those of the settings."""
    run: bool = True

    def runs(self, guide: Guide, backend: BackendName) -> bool:
        """Tell whether an edit of the guide runs it on the backend."""
        chosen = self.selection
        named = not chosen.patterns or any(matches(p, guide, backend, "quick") for p in chosen.patterns)
        return self.run and named and backend in (chosen.backends or guide.header.backends)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The project as it was last read whole."""

    project: Project
    entries: Mapping[Slug, Entry]
    """As they are shown: in English, with outputs of former code."""
    stale: Mapping[Slug, _Stale]
    rendered: Mapping[str, site.Rendered]
    """By language."""
    problems: tuple[Problem, ...]


def read(project: Project, choice: Choice, memory: Memory, before: Shown | None) -> Shown:
    """Return what is shown of a project that was just opened.

    Args:
        before: what was shown until now.

    Raises:
        GuidewrightError: a language's settings or the engine's configuration are wrong.
    """
    project = _with_former(project, before)
    if before is None:  # once: no edit waits for a store elsewhere
        project.bring_all()
    found, stale = _with_outputs(entries(project, memory), choice, before)
    rendered = site.rendered(project, found, memory, with_downloads=False)
    problems = [*project.library.problems, *project.damaged.values()]
    problems += site.catalog_problems([one.made for one in rendered])
    return Shown(
        project=project,
        entries={entry.guide.slug: entry for entry in found},
        stale=stale,
        rendered={one.made.language.code: one for one in rendered},
        problems=tuple(problems),
    )


def hurried(before: Shown, choice: Choice, memory: Memory, touched: Iterable[Path]) -> Iterator[Page]:
    """Yield the pages of the guides that were touched, in every language.

    All else that they show, of other guides and of the settings, is as it was. What is made here is remembered as if
    everything had been read, so that it is not made twice.
    """
    settings = before.project.settings
    for slug in sorted({slug for path in touched if (slug := _slug(path, settings)) in before.entries}):
        guide = library.read(settings.guides / f"{slug}.py", slug, settings, memory).guide
        if guide is None:
            continue
        alone = replace(before.project, library=library.Library(guides=(guide,)))
        (entry,), _ = _with_outputs(entries(alone, memory), choice, before)
        for one in before.rendered.values():
            if one.made.locale is None:
                yield one.page(entry)
                continue
            voice = translations.voice(one.made.locale, settings, memory)
            shown, translation, _ = translations.remembered(alone, voice, entry, memory)
            yield one.page(shown, translation)


def _slug(path: Path, settings: Settings) -> Slug:
    """Return the guide that a file belongs to, as its text or as a catalog; empty where it is neither."""
    if path.suffix == ".po" and path.is_relative_to(settings.locales):
        _, *inside = path.relative_to(settings.locales).with_suffix("").parts
        return "/".join(inside)
    if path.suffix == ".py" and path.is_relative_to(settings.guides):
        return path.relative_to(settings.guides).with_suffix("").as_posix()
    return ""


def _with_former(project: Project, before: Shown | None) -> Project:
    """Keep guides whose file is broken just now as they were: their pages stay, and say what is wrong."""
    if before is None:
        return project
    now = {guide.slug: guide for guide in project.library.guides}
    kept = {
        guide.slug: guide
        for guide in before.project.library.guides
        if guide.slug not in now and (project.settings.root / guide.path).is_file()
    }
    guides = tuple(guide for _, guide in sorted((kept | now).items()))
    return replace(project, library=replace(project.library, guides=guides))


def _with_outputs(
    found: Sequence[Entry], choice: Choice, before: Shown | None
) -> tuple[list[Entry], dict[Slug, _Stale]]:
    """Show, until there are new ones, the outputs that a guide had before its code was edited."""
    former = before.entries if before and choice.run else {}
    shown, stale = [], {}
    for entry in found:
        slug = entry.guide.slug
        views: tuple[BackendView, ...] = former[slug].views if slug in former else ()
        one = carried([view for view in views if choice.runs(entry.guide, view.backend)], entry.views)
        shown.append(replace(entry, views=one.views) if one.stale else entry)
        stale[slug] = one.stale
    return shown, stale

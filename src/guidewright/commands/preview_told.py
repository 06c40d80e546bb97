"""What an open page of the preview is told: what runs for it, what is stale, what failed, and what is wrong, with its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from guidewright.commands import languages, site
from guidewright.commands.blame import blamed
from guidewright.commands.failures import HINT, failure
from guidewright.commands.pages import Entry
from guidewright.commands.preview_jobs import digests
from guidewright.commands.preview_pages import Found
from guidewright.commands.preview_shown import Shown
from guidewright.commands.rerun import Rerun
from guidewright.errors import Problem
from guidewright.model import BackendName
from guidewright.plan import make_job
from guidewright.serve.state import Failure, Running, State, anchor, failed_at, in_order
from guidewright.site import tree
from guidewright.site.config import ROOT_CONFIG

THEME = Path(str(resources.files("guidewright.site"))) / "theme"
_GUIDE = re.compile(r"guides/(?P<slug>.+)/index\.html")


@dataclass(frozen=True, kw_only=True, slots=True)
class Teller:
    """Tells pages of a project.

    Args:
        folder: where the engine's input is, whose files are named as the project's own.
    """

    shown: Shown
    rerun: Rerun
    folder: Path

    def state(self, found: Found, problems: Iterable[Problem]) -> State:
        """Return what a page is told.

        Args:
            problems: what keeps the project from being read whole.
        """
        page = _GUIDE.fullmatch(found.inside)
        slug = page["slug"] if page else ""
        shown, rerun = self.shown, self.rerun
        entry = shown.entries.get(slug)
        now, queue, (cell, cells) = rerun.now, list(rerun.queue), rerun.cell
        of_jobs = [one for key, told in list(rerun.problems.items()) if key[0] == slug for one in told]
        everything = [*problems, *shown.problems, *self._blamed(found), *of_jobs]
        running: tuple[Running, ...] = ()
        if now and now[0] == slug:
            running = (Running(label=self._labels[now[1]], cell=cell, cells=cells),)
        return State(
            version=found.version,
            problems=in_order(map(self._placed, everything), self._path(slug, entry)),
            running=running,
            waiting=tuple(self._labels[name] for one, name in queue if one == slug),
            stale={
                self._labels[name]: anchor(entry.guide, first) if entry and first else ""
                for name, first in shown.stale.get(slug, {}).items()
            },
            failures=tuple(self._failures(entry)) if entry else (),
        )

    @property
    def _labels(self) -> Mapping[BackendName, str]:
        return {name: backend.label for name, backend in self.shown.project.settings.backends.items()}

    def _path(self, slug: str, entry: Entry | None) -> str:
        project = self.shown.project
        return entry.guide.path if entry else f"{site.relative(project.settings.guides, project)}/{slug}.py"

    def _failures(self, entry: Entry) -> Iterator[Failure]:
        settings = self.shown.project.settings
        for name, record in entry.failed.items():
            if record.failure:
                job = make_job(entry.guide, settings.backends[name], "quick", digests(settings))
                _, _, told = failure(record, job, entry.guide).partition("\n")
                told = "\n".join(line for line in told.split("\n") if HINT not in line)
                yield failed_at(entry.guide, record.failure, self._labels[name], told)

    def _blamed(self, found: Found) -> Sequence[Problem]:
        """Name the guide or catalog that the engine's warnings of a page come from."""
        settings = self.shown.project.settings

        def catalog(language: str, slug: str) -> str:
            return languages.shown(settings, language, f"{slug}.po")

        guides, code = self.shown.project.library.guides, "" if found.code == "en" else found.code
        return blamed(found.problems, guides, catalog, code).problems if found.problems else ()

    def _placed(self, problem: Problem) -> Problem:
        """Name a file as people of the project know it, and not its copy in the session's folder."""
        path, root = Path(problem.path), self.shown.project.settings.root
        if not problem.path or not path.is_absolute():
            return problem
        if path.is_relative_to(self.folder):
            inside = path.relative_to(self.folder).parts[1:]
            path = THEME.joinpath(*inside[1:]) if inside[:1] == (tree.THEME,) else root / ROOT_CONFIG
        return replace(
            problem, path=path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        )

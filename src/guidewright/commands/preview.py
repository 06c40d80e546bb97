"""What the preview shows: the site's own wiring, with a memory, kept in step with the files."""

from __future__ import annotations

import hashlib
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

from guidewright import datasets
from guidewright.commands import site, translations
from guidewright.commands.blame import blamed
from guidewright.commands.failures import HINT, failure
from guidewright.commands.pages import Entry, entries
from guidewright.commands.project import Project, project_of
from guidewright.commands.rerun import Key, Rerun
from guidewright.errors import GuidewrightError, Problem, SiteError
from guidewright.memory import Memory
from guidewright.model import PROFILES, BackendName, BackendView, CellId, Guide, Job, Slug
from guidewright.plan import Selection, make_job, matches
from guidewright.render import page as pages
from guidewright.serve import inject
from guidewright.serve.hub import Hub
from guidewright.serve.server import Answer
from guidewright.serve.stale import carried
from guidewright.serve.state import Failure, Running, State, anchor, failed_at, in_order
from guidewright.settings import load
from guidewright.site import tree
from guidewright.site.config import ROOT_CONFIG
from guidewright.site.preview import Preview

_GUIDE = re.compile(r"guides/(?P<slug>.+)/index\.html")
TEMPLATES = (Path(str(resources.files("guidewright.site"))) / "theme", pages.TEMPLATES)
"""Where the pages' own templates are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What the command was asked for."""

    selection: Selection
    languages: tuple[str, ...] | None = None
    """Beside English; None for those of the settings."""
    run: bool = True


@dataclass(kw_only=True)
class Shown:
    """The project as it was last read whole; replaced, never changed."""

    project: Project
    entries: Mapping[Slug, Entry]
    """As they are shown: in English, with outputs of former code."""
    stale: Mapping[Slug, Mapping[BackendName, CellId]]
    rendered: Mapping[str, site.Rendered]
    assets: Mapping[str, bytes]
    """By language, a digest of what pages load."""
    problems: tuple[Problem, ...]


@dataclass(kw_only=True)
class Session:
    """Everything that stays up. ``refresh`` is called by one thread; the rest by any."""

    root: Path
    folder: Path
    """Where the engine's input is written; of this session alone."""
    choice: Choice
    hub: Hub = field(default_factory=Hub)
    url: str = ""
    memory: Memory = field(default_factory=Memory)
    shown: Shown | None = None
    failed: tuple[Problem, ...] = ()
    """Why the project could not be read whole since."""
    previews: dict[str, Preview] = field(default_factory=dict)
    last: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """Pages as they were last made."""
    seen: dict[Key, object] = field(default_factory=dict)
    """What each job would have run when it was last looked at."""
    templates: object = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.rerun = Rerun(lambda: self.whole.project, self.told, sys.stderr)
        self.told_of_files = self.hub.tell

    @property
    def digests(self) -> dict[str, str]:
        found = self.whole.project.settings.datasets
        return {name: datasets.digest(dataset) for name, dataset in found.items()}

    @property
    def whole(self) -> Shown:
        assert self.shown is not None
        return self.shown

    def told(self) -> None:
        """A job began, went on or ended: records may be new."""
        if self.rerun.now is None:
            self.told_of_files()
        self.hub.tell()

    # ---------------------------------------------------------------- reading

    def refresh(self) -> None:
        """Read what has changed; whatever is wrong is told, and what was shown stays."""
        try:
            self.read()
            self.failed = ()
        except GuidewrightError as error:
            self.failed = error.problems
        except Exception as error:  # a template of ours may raise anything; the server lives on
            where, line = _place(error)
            message = f"{type(error).__name__}: {error}"
            self.failed = (Problem(path=where, line=line, message=message),)
        self.hub.tell()

    def read(self) -> None:
        """Read the project and make the engine's input.

        Raises:
            GuidewrightError: settings, a language's settings or the engine's configuration are wrong.
        """
        settings = replace(load(self.root), site_url=self.url, build=self.folder)
        if self.choice.languages is not None:
            settings = replace(settings, languages=self.choice.languages)
        self._forget_templates()
        project = self._with_former(project_of(settings, self.memory))
        if self.shown is None:  # once: no edit waits for a store elsewhere
            project.bring_all()
        found, stale = self._carried(entries(project, self.memory))
        rendered = [
            replace(one, pages=tuple(one.pages))
            for one in site.rendered(project, found, self.memory, with_downloads=False)
        ]
        problems = [*project.library.problems, *project.damaged.values()]
        problems += site.catalog_problems([one.made for one in rendered])
        shown = Shown(
            project=project,
            entries={entry.guide.slug: entry for entry in found},
            stale=stale,
            rendered={one.made.language.code: one for one in rendered},
            assets={},
            problems=tuple(problems),
        )
        self._take(shown)
        self._plan(project)

    def _forget_templates(self) -> None:
        files = sorted(file for folder in TEMPLATES for file in folder.rglob("*") if file.is_file())
        now = [(file, file.read_bytes()) for file in files]
        if self.templates not in (None, now):
            pages.forget_templates()
            self.memory.forget()
        self.templates = now

    def _with_former(self, project: Project) -> Project:
        """Keep guides whose file is broken just now as they were: their pages stay, and say what is wrong."""
        if self.shown is None:
            return project
        now = {guide.slug: guide for guide in project.library.guides}
        kept = {
            guide.slug: guide
            for guide in self.shown.project.library.guides
            if guide.slug not in now and (self.root / guide.path).is_file()
        }
        guides = tuple(guide for _, guide in sorted((kept | now).items()))
        return replace(project, library=replace(project.library, guides=guides))

    def _carried(
        self, found: Sequence[Entry]
    ) -> tuple[list[Entry], dict[Slug, Mapping[BackendName, CellId]]]:
        """Show, until there are new ones, the outputs that a guide had before its code was edited."""
        before = self.shown.entries if self.shown and self.choice.run else {}
        shown, stale = [], {}
        for entry in found:
            slug = entry.guide.slug
            former: tuple[BackendView, ...] = before[slug].views if slug in before else ()
            one = carried([view for view in former if self._runs(entry.guide, view.backend)], entry.views)
            shown.append(replace(entry, views=one.views) if one.stale else entry)
            stale[slug] = one.stale
        return shown, stale

    def _take(self, shown: Shown) -> None:
        inherited = (self.root / ROOT_CONFIG).read_bytes()
        with self.lock:
            for code, one in shown.rendered.items():
                language = one.made.language
                theme = tree.theme(code, language.direction)
                docs = tree.documents(one.pages, one.extra) | dict.fromkeys(self._downloads(one), b"")
                wanted = {f"{tree.DOCS}/{path}": content for path, content in docs.items()}
                wanted |= {f"{tree.THEME}/{path}": content for path, content in theme.items()}
                preview = self.previews.setdefault(code, Preview(folder=self.folder / code))
                preview.update(wanted | {tree.CONFIG: one.config.encode()}, inherited)
                shown.assets = {**shown.assets, code: _digest({**docs, **theme})}
            self.previews = {code: self.previews[code] for code in shown.rendered}
            self.shown = shown

    @staticmethod
    def _downloads(one: site.Rendered) -> Iterator[str]:
        """Name the notebooks and scripts, which are made when somebody wants them."""
        for entry in one.made.entries:
            yield from pages.download_makers(
                entry.guide, entry.views, site=one.info, language=one.made.language
            )

    # ------------------------------------------------------------------- jobs

    def _runs(self, guide: Guide, backend: BackendName) -> bool:
        chosen = self.choice.selection
        named = not chosen.patterns or any(matches(p, guide, backend, "quick") for p in chosen.patterns)
        return self.choice.run and named and backend in (chosen.backends or guide.header.backends)

    def _plan(self, project: Project) -> None:
        """Have run what an edit made another job of; and what was named and is not proven, at the start."""
        digests = self.digests
        for guide in project.library.guides:
            wanted: list[BackendName] = []
            undone: list[BackendName] = []
            for name in guide.header.backends:
                if not self._runs(guide, name):
                    continue
                backend = project.settings.backends[name]
                key = (guide.slug, name)
                made = (guide, backend, tuple(digests[dataset] for dataset in guide.header.datasets))
                jobs = self.memory(
                    ("jobs", key),
                    made,
                    lambda guide=guide, backend=backend: [  # type: ignore[misc]
                        make_job(guide, backend, profile, digests) for profile in PROFILES
                    ],
                )
                new, prints = key not in self.seen, [job.fingerprint for job in jobs]
                if self.seen.get(key) == prints or (new and not self.choice.selection.patterns):
                    self.seen[key] = prints
                    continue
                self.seen[key] = prints
                (undone if _known(project, jobs) else wanted).append(name)
            if undone:
                self.rerun.drop([(guide.slug, name) for name in undone])
            if wanted:
                self.rerun.want(guide.slug, wanted)

    # ---------------------------------------------------------------- serving

    def answer(self, path: str) -> Answer:
        """Return what is at a path of the site."""
        with self.lock:
            code, inside = self._split(path)
            preview = self.previews[code]
            try:
                if inside and not inside.endswith("index.html") and preview.is_page(f"{inside}/index.html"):
                    return Answer(status=301, location=f"{path}/")
                if inside == "" and path:
                    return Answer(status=301, location=f"{path}/")
                if not preview.is_page(inside) and (found := self._file(code, inside)) is not None:
                    return Answer(content=found)
            except SiteError:
                pass  # told on the page itself
            html, status, _ = self._page(code, inside)
            version = self._version(code, html)
        return Answer(
            content=inject.with_script(html, version), status=status, type="text/html; charset=utf-8"
        )

    def state(self, path: str) -> str:
        """Return what the page at a path is to be told."""
        with self.lock:
            code, inside = self._split(path)
            html, _, problems = self._page(code, inside)
            found = _GUIDE.fullmatch(inside)
            slug = found["slug"] if found else ""
            told = self._told(slug, [*self.failed, *self.whole.problems, *problems])
            told = replace(told, version=self._version(code, html))
            return told.as_json()

    def looked_at(self, _path: str, backend: BackendName) -> None:
        """Somebody looks at a backend: it is the first to run."""
        if backend in self.whole.project.settings.backends:
            self.rerun.looked_at = backend

    def _told(self, slug: Slug, problems: list[Problem]) -> State:
        shown, rerun = self.whole, self.rerun
        entry = shown.entries.get(slug)
        path = (
            entry.guide.path
            if entry
            else f"{site.relative(shown.project.settings.guides, shown.project)}/{slug}.py"
        )
        labels = {name: backend.label for name, backend in shown.project.settings.backends.items()}
        now, queue, (cell, cells) = rerun.now, list(rerun.queue), rerun.cell
        for key, found in list(rerun.problems.items()):
            problems += found if key[0] == slug else ()
        running: tuple[Running, ...] = ()
        if now and now[0] == slug:
            running = (Running(label=labels[now[1]], cell=cell, cells=cells),)
        stale = shown.stale.get(slug, {})
        return State(
            version="",
            problems=in_order(map(self._placed, problems), path),
            running=running,
            waiting=tuple(labels[name] for one, name in queue if one == slug),
            stale={
                labels[name]: anchor(entry.guide, first) if entry and first else ""
                for name, first in stale.items()
            },
            failures=tuple(self._failures(entry, labels)) if entry else (),
        )

    def _failures(self, entry: Entry, labels: Mapping[BackendName, str]) -> Iterator[Failure]:
        for name, record in entry.failed.items():
            if record.failure:
                _, _, told = failure(record, self._job(entry.guide, name), entry.guide).partition("\n")
                told = "\n".join(line for line in told.split("\n") if HINT not in line)
                yield failed_at(entry.guide, record.failure, labels[name], told)

    def _job(self, guide: Guide, backend: BackendName) -> Job:
        return make_job(guide, self.whole.project.settings.backends[backend], "quick", self.digests)

    def _split(self, path: str) -> tuple[str, str]:
        """Return the language and the path in its built site."""
        first, _, rest = path.partition("/")
        code, inside = (first, rest) if first in self.previews and first != "en" else ("en", path)
        if inside.endswith("/") or (inside == "" and (path.endswith("/") or not path)):
            inside += "index.html"
        return code, inside

    def _page(self, code: str, inside: str) -> tuple[bytes, int, list[Problem]]:
        """Return a page, or what stands in for it, with its status and what is wrong with it."""
        preview, key = self.previews[code], (code, inside)
        try:
            if not preview.is_page(inside):
                return preview.lost(), 404, []
            made = preview.page(inside)
        except SiteError as error:
            return self.last.get(key, inject.empty()), 200, list(error.problems)
        self.last[key] = made.html
        return made.html, 200, self._blamed(made.problems, code)

    def _blamed(self, problems: Sequence[Problem], code: str) -> list[Problem]:
        if not problems:
            return []
        settings = self.whole.project.settings

        def catalog(language: str, slug: str) -> str:
            return translations.shown(settings, language, f"{slug}.po")

        guides = self.whole.project.library.guides
        return list(blamed(problems, guides, catalog, "" if code == "en" else code).problems)

    def _file(self, code: str, inside: str) -> bytes | None:
        """Return a file that is no page; notebooks and scripts are made for the asking."""
        one = self.whole.rendered[code]
        if inside.startswith(("notebooks/", "scripts/")):
            for entry in one.made.entries:
                makers = pages.download_makers(
                    entry.guide, entry.views, site=one.info, language=one.made.language
                )
                if inside in makers:
                    return makers[inside]()
        for page in one.pages:
            if page.plain and inside == f"guides/{page.slug}/index.md":
                return page.plain.encode()
        return self.previews[code].file(inside)

    def _version(self, code: str, html: bytes) -> str:
        assets = self.whole.assets.get(code, b"")
        return hashlib.sha256(html + assets).hexdigest()[:16]

    def _placed(self, problem: Problem) -> Problem:
        """Name a file as people of the project know it, and not its copy in the session's folder."""
        path = Path(problem.path)
        if not problem.path or not path.is_absolute():
            return problem
        if path.is_relative_to(self.folder):
            inside = path.relative_to(self.folder).parts[1:]
            path = (
                TEMPLATES[0].joinpath(*inside[1:]) if inside[:1] == (tree.THEME,) else self.root / ROOT_CONFIG
            )
        shown = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        return replace(problem, path=shown)


def _known(project: Project, jobs: Sequence[Job]) -> bool:
    """Tell whether there is a record of exactly this, in either profile: then nothing is run for it."""
    found = [(job, project.job(job).match) for job in jobs]
    return any(match and match.fingerprint == job.fingerprint for job, match in found)


_NOT_LOADED = (".html", ".md", ".ipynb", ".py", ".xml", ".txt", ".json")


def _digest(files: Mapping[str, bytes]) -> bytes:
    """Return a digest of what pages load: styles, scripts, pictures."""
    found = hashlib.sha256()
    for path, content in sorted(files.items()):
        if not path.endswith(_NOT_LOADED):
            found.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
    return found.digest()


def _place(error: Exception) -> tuple[str, int | None]:
    """Return the file and line that an exception names, as those of templates do."""
    return str(getattr(error, "filename", None) or ""), getattr(error, "lineno", None)

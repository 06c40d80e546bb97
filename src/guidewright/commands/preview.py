"""What the preview shows: the site's own wiring, with a memory, kept in step with the files."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from guidewright.commands import preview_shown
from guidewright.commands.preview_jobs import Edits
from guidewright.commands.preview_pages import Pages
from guidewright.commands.preview_shown import Choice, Shown
from guidewright.commands.preview_told import THEME, Teller
from guidewright.commands.project import project_of
from guidewright.commands.rerun import Rerun
from guidewright.errors import GuidewrightError, Problem
from guidewright.memory import Memory
from guidewright.model import BackendName
from guidewright.render import page as pages
from guidewright.serve.hub import Hub
from guidewright.serve.server import Answer
from guidewright.settings import load
from guidewright.site.config import ROOT_CONFIG

TEMPLATES = (THEME, pages.TEMPLATES)
"""Where the pages' own templates are."""


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
    templates: object = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.pages = Pages(folder=self.folder)
        self.edits = Edits(choice=self.choice, memory=self.memory)
        self.rerun = Rerun(lambda: self.whole.project, self.told, sys.stderr)
        self.told_of_files = self.hub.tell

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

    def refresh(self, touched: Iterable[Path] = ()) -> None:
        """Read what has changed; whatever is wrong is told, and what was shown stays.

        Args:
            touched: files that may have changed: pages of guides among them are shown before all else is read.
        """
        with suppress(Exception):  # whatever is wrong is met again, and told, by who reads everything
            self.hurry(touched)
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
        shown = preview_shown.read(project_of(settings, self.memory), self.choice, self.memory, self.shown)
        inherited = (self.root / ROOT_CONFIG).read_bytes()
        with self.lock:
            self.pages.take(shown.rendered, inherited)
            self.shown = shown
        self.edits.look(shown.project, self.rerun)

    def hurry(self, touched: Iterable[Path]) -> None:
        """Show guides that were touched as they are now; what other pages say of them waits until everything is read."""
        if self.shown is None:
            return
        pages = list(preview_shown.hurried(self.shown, self.choice, self.memory, touched))
        with self.lock:
            self.pages.put(pages)
        if pages:
            self.hub.tell()

    def _forget_templates(self) -> None:
        files = sorted(file for folder in TEMPLATES for file in folder.rglob("*") if file.is_file())
        now = [(file, file.read_bytes()) for file in files]
        if self.templates not in (None, now):
            pages.forget_templates()
            self.memory.forget()
        self.templates = now

    # ---------------------------------------------------------------- serving

    def answer(self, path: str) -> Answer:
        """Return what is at a path of the site."""
        with self.lock:
            return self.pages.answer(path)

    def state(self, path: str) -> str:
        """Return what the page at a path is to be told."""
        with self.lock:
            teller = Teller(shown=self.whole, rerun=self.rerun, folder=self.folder)
            return teller.state(self.pages.page(path), self.failed).as_json()

    def looked_at(self, _path: str, backend: BackendName) -> None:
        """Somebody looks at a backend: it is the first to run."""
        if backend in self.whole.project.settings.backends:
            self.rerun.looked_at = backend


def _place(error: Exception) -> tuple[str, int | None]:
    """Return the file and line that an exception names, as those of templates do."""
    return str(getattr(error, "filename", None) or ""), getattr(error, "lineno", None)

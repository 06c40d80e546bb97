"""MkDocs, kept up: one language's site whose pages are made when they are asked for, and kept until their input changes.

A build of the whole site takes its time once a page. Here the configuration, the files and the navigation are read once,
and a page that was edited is the only one that is made anew.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guidewright.errors import Problem, SiteError
from guidewright.site.engines import mkdocs_warnings
from guidewright.site.tree import CONFIG, DOCS, THEME

os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # read when the theme is imported

_INDEX = "search/search_index.json"


@dataclass(kw_only=True, slots=True)
class _Loaded:
    """What MkDocs knows of a site before it makes any page."""

    config: Any
    files: Any
    nav: Any
    environment: Any
    by_path: dict[str, Any]
    """The engine's file by its path in the built site."""


@dataclass(kw_only=True, slots=True)
class Made:
    """A page as it was made."""

    html: bytes
    content: str
    """The article alone, for the search index."""
    problems: tuple[Problem, ...] = ()
    """What the engine warned of, by the page's path under the docs folder."""


@dataclass(kw_only=True, slots=True)
class Preview:
    """A language's site below a folder of its own. Not for several threads at once."""

    folder: Path
    wanted: dict[str, bytes] = field(default_factory=dict)
    """The engine's input, by path below the folder."""
    inherited: bytes = b""
    loaded: _Loaded | None = None
    pages: dict[str, Made] = field(default_factory=dict)
    """Those that are as their input is, by their path in the built site."""

    def update(self, wanted: Mapping[str, bytes], inherited: bytes) -> None:
        """Take new input: ``docs/…``, ``theme/…`` and the configuration.

        Args:
            inherited: the configuration that this one inherits from, to see it change.
        """
        changed = {path for path, content in wanted.items() if self.wanted.get(path) != content}
        gone = self.wanted.keys() - wanted.keys()
        new = wanted.keys() - self.wanted.keys()
        for path in gone:
            (self.folder / path).unlink(missing_ok=True)
        for path in changed:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(wanted[path])
        whole = gone or new or inherited != self.inherited or CONFIG in changed
        if whole or any(path.startswith(f"{THEME}/") for path in changed):
            self.loaded = None
            self.pages.clear()
        for path in changed:
            self.pages.pop(_built(path.removeprefix(f"{DOCS}/")), None)
        self.wanted, self.inherited = dict(wanted), inherited

    def is_page(self, path: str) -> bool:
        """Tell whether a path of the built site is one of the engine's pages."""
        found = self._load().by_path.get(path)
        return found is not None and found.is_documentation_page()

    def page(self, path: str) -> Made:
        """Return a page, made anew where its input has changed.

        Raises:
            SiteError: a template or the configuration is wrong, with its file and line.
        """
        if path not in self.pages:
            loaded = self._load()
            with _told("") as words:
                made = _make(loaded, loaded.by_path[path])
            made.problems = tuple(_warnings(words))
            self.pages[path] = made
        return self.pages[path]

    def lost(self) -> bytes:
        """Return the page for addresses that lead nowhere."""
        from mkdocs.commands.build import get_context

        loaded = self._load()
        with _told("404.html"):
            context = get_context(loaded.nav, loaded.files, loaded.config, base_url="/")
            return str(loaded.environment.get_template("404.html").render(context)).encode()

    def file(self, path: str) -> bytes | None:
        """Return any other file of the site: looked up in the engine's list, so that nothing else can be had."""
        if path == _INDEX:
            return self._index()
        found = self._load().by_path.get(path)
        if found is None or found.is_documentation_page():
            return None
        content: bytes = found.content_bytes
        return content

    def _index(self) -> bytes:
        """Return what the search looks in: every page is made for it."""
        loaded = self._load()
        plugin = _search(loaded.config)
        if plugin is None:
            return b"{}"
        index = plugin.search_index.__class__(**plugin.config)
        for path, file in loaded.by_path.items():
            if file.is_documentation_page():
                file.page.content = self.page(path).content
                index.add_entry_from_context(file.page)
        return str(index.generate_search_index(None)).encode()

    def _load(self) -> _Loaded:
        if self.loaded is None:
            with _told(CONFIG):
                self.loaded = _load(self.folder / CONFIG)
        return self.loaded


def _built(page: str) -> str:
    """Return where the engine puts a Markdown file: ``guides/one.md`` → ``guides/one/index.html``."""
    stem = page.removesuffix(".md")
    return f"{stem}.html" if stem == "index" or stem.endswith("/index") else f"{stem}/index.html"


def _load(config_file: Path) -> _Loaded:
    from mkdocs.config import load_config
    from mkdocs.structure.files import InclusionLevel, get_files, set_exclusions
    from mkdocs.structure.nav import get_navigation
    from mkdocs.structure.pages import Page

    config = load_config(str(config_file))
    config.plugins.on_startup(command="serve", dirty=False)
    config = config.plugins.on_config(config)
    config.plugins.on_pre_build(config=config)
    files = get_files(config)
    environment = config.theme.get_env()
    files.add_files_from_theme(environment, config)
    files = config.plugins.on_files(files, config=config)
    set_exclusions(files, config)
    nav = config.plugins.on_nav(get_navigation(files, config), config=config, files=files)
    environment = config.plugins.on_env(environment, config=config, files=files) or environment
    for file in files.documentation_pages():
        page = file.page or Page(None, file, config)
        page.read_source(config)  # a title, for the pages that lead to it
    by_path = {file.dest_uri: file for file in files if file.inclusion.value > InclusionLevel.DRAFT.value}
    return _Loaded(config=config, files=files, nav=nav, environment=environment, by_path=by_path)


def _search(config: Any) -> Any:
    """Return the engine's search plugin; None where the project has none."""
    names = (name for name in ("material/search", "search") if name in config.plugins)
    return next((config.plugins[name] for name in names), None)


def _make(loaded: _Loaded, file: Any) -> Made:
    """Do for one page what the engine's build does for all."""
    from mkdocs.commands.build import get_context

    config, page = loaded.config, file.page
    config._current_page = page
    try:
        page = config.plugins.on_pre_page(page, config=config, files=loaded.files)
        page.read_source(config)
        page.markdown = config.plugins.on_page_markdown(
            page.markdown, page=page, config=config, files=loaded.files
        )
        page.render(config, loaded.files)
        page.content = config.plugins.on_page_content(
            page.content, page=page, config=config, files=loaded.files
        )
        content = page.content
        page.active = True
        context = get_context(loaded.nav, loaded.files.documentation_pages(), config, page)
        template = loaded.environment.get_template(page.meta.get("template", "main.html"))
        context = config.plugins.on_page_context(context, page=page, config=config, nav=loaded.nav)
        if search := _search(config):
            search.search_index.entries.clear()  # made from all pages, when it is asked for
        html = config.plugins.on_post_page(template.render(context), page=page, config=config)
    finally:
        page.active = False
        config._current_page = None
    return Made(html=html.encode("utf-8", errors="xmlcharrefreplace"), content=content or "")


# ------------------------------------------------------------------ problems


class _Words(logging.Handler):
    """Keeps what the engine warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(f"{record.levelname:7} -  {record.getMessage()}")


@contextmanager
def _told(path: str) -> Iterator[list[str]]:
    """Yield a list that fills with the engine's warnings, and turn whatever it raises into a problem with a place."""
    handler, logger = _Words(), logging.getLogger("mkdocs")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield handler.words
    except Exception as error:  # MkDocs, Jinja and YAML each raise their own
        raise SiteError(_problem(error, path, handler.words)) from error
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def _problem(error: Exception, path: str, words: list[str]) -> Problem:
    marks = (getattr(one, "problem_mark", None) for one in (error, error.__cause__, error.__context__))
    mark = next(filter(None, marks), None)  # YAML's
    where, line = getattr(error, "filename", None), getattr(error, "lineno", None)  # Jinja's
    if mark is not None:
        where, line = mark.name, mark.line + 1
    if where is None:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".html")]
        where, line = (frames[-1].filename, frames[-1].lineno) if frames else (path, None)
    message = "; ".join([f"{type(error).__name__}: {error}", *words])
    return Problem(path=str(where), line=line, message=message, hint="mend it; the page follows")


def _warnings(words: list[str]) -> Iterator[Problem]:
    for told, line in zip(mkdocs_warnings("\n".join(words)), words, strict=False):
        yield told or Problem(message=line.partition("-  ")[2], severity="warning")

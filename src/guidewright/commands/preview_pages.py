"""What is at an address of the preview: a page, made when it is asked for, or a file of the site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from guidewright.commands import site
from guidewright.errors import Problem, SiteError
from guidewright.model import Page
from guidewright.render import page as pages
from guidewright.serve import inject
from guidewright.serve.server import Answer
from guidewright.site import tree
from guidewright.site.preview import Preview

_NOT_LOADED = (".html", ".md", ".ipynb", ".py", ".xml", ".txt", ".json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A page, or what stands in for it."""

    code: str
    """Of its language."""
    inside: str
    """Its path in that language's site."""
    html: bytes
    version: str
    """Differs wherever the page, or what it loads, differs."""
    status: int = 200
    problems: tuple[Problem, ...] = ()
    """What is wrong with it, by the engine's paths."""


@dataclass(kw_only=True, slots=True)
class Pages:
    """The site of each language. Not for several threads at once."""

    folder: Path
    """Where the engine's input is written."""
    rendered: Mapping[str, site.Rendered] = field(default_factory=dict)
    previews: dict[str, Preview] = field(default_factory=dict)
    assets: dict[str, bytes] = field(default_factory=dict)
    """By language, a digest of what pages load."""
    last: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """Pages as they were last made."""

    def take(self, rendered: Mapping[str, site.Rendered], inherited: bytes) -> None:
        """Show these from now on.

        Args:
            inherited: the engine's configuration that every language's inherits from.
        """
        for code, one in rendered.items():
            theme = tree.theme(code, one.made.language.direction)
            docs = tree.documents(one.pages, {**one.extra, **dict(one.drawn())}) | dict.fromkeys(
                _downloads(one), b""
            )
            wanted = {f"{tree.DOCS}/{path}": content for path, content in docs.items()}
            wanted |= {f"{tree.THEME}/{path}": content for path, content in theme.items()}
            preview = self.previews.setdefault(code, Preview(folder=self.folder / code))
            preview.update(wanted | {tree.CONFIG: one.config.encode()}, inherited)
            self.assets[code] = _digest({**docs, **theme})
        self.previews = {code: self.previews[code] for code in rendered}
        self.rendered = rendered

    def put(self, pages: Iterable[Page]) -> None:
        """Show pages in the place of those that they have been until now."""
        for page in pages:
            preview = self.previews[page.language]
            found = tree.documents([page], {})
            wanted = {f"{tree.DOCS}/{path}": content for path, content in found.items()}
            preview.update({**preview.wanted, **wanted}, preview.inherited)

    def answer(self, path: str) -> Answer:
        """Return what is at a path of the site."""
        code, inside = self._split(path)
        preview = self.previews[code]
        try:
            if inside and not inside.endswith("index.html") and preview.is_page(f"{inside}/index.html"):
                return Answer(status=301, location=f"{path}/")
            if inside == "" and path:
                return Answer(status=301, location=f"{path}/")
            if not preview.is_page(inside) and (content := self._file(code, inside)) is not None:
                return Answer(content=content)
        except SiteError:
            pass  # told on the page itself
        found = self.page(path)
        html = inject.with_script(found.html, found.version)
        return Answer(content=html, status=found.status, type="text/html; charset=utf-8")

    def page(self, path: str) -> Found:
        """Return the page at a path of the site, as it was last where it cannot be made now."""
        code, inside = self._split(path)
        html, status, problems = self._made(code, inside)
        version = hashlib.sha256(html + self.assets.get(code, b"")).hexdigest()[:16]
        return Found(
            code=code, inside=inside, html=html, version=version, status=status, problems=tuple(problems)
        )

    def _made(self, code: str, inside: str) -> tuple[bytes, int, tuple[Problem, ...]]:
        preview, key = self.previews[code], (code, inside)
        try:
            if not preview.is_page(inside):
                return preview.lost(), 404, ()
            made = preview.page(inside)
        except SiteError as error:
            return self.last.get(key, inject.empty()), 200, error.problems
        self.last[key] = made.html
        return made.html, 200, made.problems

    def _split(self, path: str) -> tuple[str, str]:
        """Return the language and the path in its built site."""
        first, _, rest = path.partition("/")
        code, inside = (first, rest) if first in self.previews and first != "en" else ("en", path)
        if inside.endswith("/") or (inside == "" and (path.endswith("/") or not path)):
            inside += "index.html"
        return code, inside

    def _file(self, code: str, inside: str) -> bytes | None:
        """Return a file that is no page; notebooks and scripts are made for the asking."""
        one = self.rendered[code]
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


def _downloads(one: site.Rendered) -> Iterator[str]:
    """Name the notebooks and scripts, which are made when somebody wants them."""
    for entry in one.made.entries:
        yield from pages.download_makers(entry.guide, entry.views, site=one.info, language=one.made.language)


def _digest(files: Mapping[str, bytes]) -> bytes:
    """Return a digest of what pages load: styles, scripts, pictures."""
    found = hashlib.sha256()
    for path, content in sorted(files.items()):
        if not path.endswith(_NOT_LOADED):
            found.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
    return found.digest()

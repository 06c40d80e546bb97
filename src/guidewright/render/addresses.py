"""Where a guide's files lie: under the language's docs folder, on the site, on GitHub and in Colab."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from guidewright.model import BackendName, CellId, Slug
from guidewright.settings import Settings

ROOT = "guidewright-root:"
"""Begins an address from the site's root, of what this language's docs folder does not hold, in the HTML of a page. The
theme's ``main.html`` puts the way there in its place: a relative one the engines would read differently, MkDocs from the
page and Zensical from the Markdown file."""
COLAB = "https://colab.research.google.com/github"


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteInfo:
    """What the pages need to know of the project; :meth:`of` takes it from the settings."""

    name: str = "Guides"
    site_url: str = ""
    """Empty where the address is not known: then no page is linked absolutely."""
    repo_url: str = ""
    source_branch: str = "main"
    pages_branch: str = "gh-pages"
    locales: str = "guides/locales"
    """The folder of the catalogs, relative to the project's root."""
    colab_install: tuple[str, ...] = ()
    """Distributions that a Colab notebook installs at the proven version."""
    labels: Mapping[BackendName, str] = field(default_factory=dict)
    distributions: Mapping[BackendName, tuple[str, ...]] = field(default_factory=dict)
    """Names under which a backend may be installed."""
    modules: Mapping[BackendName, tuple[str, ...]] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    reading_order: tuple[Slug, ...] = ()
    default_language: str = "en"

    @classmethod
    def of(cls, settings: Settings) -> SiteInfo:
        backends = settings.backends
        return cls(
            name=settings.site_name,
            site_url=settings.site_url,
            repo_url=settings.repo_url,
            source_branch=settings.source_branch,
            pages_branch=settings.pages_branch,
            locales=settings.locales.relative_to(settings.root).as_posix(),
            colab_install=settings.colab_install,
            labels={name: backend.label for name, backend in backends.items()},
            distributions={name: backend.distributions for name, backend in backends.items()},
            modules={name: backend.modules for name, backend in backends.items()},
            categories=settings.categories,
            tags=settings.tags,
            reading_order=settings.reading_order,
        )

    def folder(self, language: str) -> str:
        """The language's folder on the site: empty for the default one, else with a ``/`` at its end."""
        return "" if language == self.default_language else f"{language}/"

    def page_url(self, slug: Slug, language: str) -> str:
        """The page's absolute address; empty where the site has none."""
        if not self.site_url:
            return ""
        return f"{self.site_url.rstrip('/')}/{self.folder(language)}guides/{quote(slug)}/"

    def badge_url(self, slug: Slug, language: str) -> str:
        """The badge's absolute address; empty where the site has none."""
        if not self.site_url:
            return ""
        return f"{self.site_url.rstrip('/')}/{self.folder(language)}{quote(badge_path(slug))}"

    def source_url(self, path: str) -> str:
        """Where GitHub shows a file of the project; empty without a repository."""
        return f"{self.repo_url}/blob/{quote(self.source_branch)}/{quote(path)}" if self.repo_url else ""

    def colab_url(self, slug: Slug, language: str, backend: BackendName) -> str:
        """What opens the notebook of the pages branch in Colab; empty where the repository is not on GitHub."""
        address = urlsplit(self.repo_url)
        if address.hostname != "github.com":
            return ""
        repository = address.path.strip("/").removesuffix(".git")
        path = f"{self.folder(language)}{notebook_path(slug, language, backend)}"
        return f"{COLAB}/{repository}/blob/{quote(self.pages_branch)}/{quote(path)}"


def page_path(slug: Slug) -> str:
    return f"guides/{slug}.md"


def category_path(key: str) -> str:
    """Return a category's page; apart from the guides' own, whose slugs may be named as they like.

    The theme puts a page behind a section's name only where the file is called index.md.
    """
    return f"categories/{key}/index.md"


def badge_path(slug: Slug) -> str:
    return f"badges/{slug}.svg"


def cell_anchor(cell: CellId) -> str:
    """Return the id of a cell's place on its page, in every language."""
    return f"cell-{cell}"


def notebook_path(slug: Slug, language: str, backend: BackendName, *, executed: bool = False) -> str:
    return f"notebooks/{language}/{backend}/{slug}{'.executed' if executed else ''}.ipynb"


def script_path(slug: Slug, backend: BackendName) -> str:
    return f"scripts/{backend}/{slug}.py"


def relative(target: str, page: str) -> str:
    """Write a path under the docs folder as a link from a page of that folder."""
    return quote(posixpath.relpath(target, posixpath.dirname(page) or "."))

"""Where readers write back: the repository's new-issue form, filled in, and the file of a page's translation."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from guidewright.model import BackendView, Guide
from guidewright.render.addresses import SiteInfo
from guidewright.render.interface import Language


def report_url(guide: Guide, view: BackendView, *, site: SiteInfo, language: Language) -> str:
    """Return the form's address, with a title and a body in English; empty without a repository.

    GitHub, Gitea and Forgejo take ``title`` and ``body``, GitLab ``issue[title]`` and ``issue[description]``:
    docs.github.com "Creating an issue from a URL query", docs.gitlab.com "Create an issue from a URL with prefilled fields".
    """
    if not site.repo_url:
        return ""
    names, form = ("title", "body"), "issues/new"
    if "gitlab" in (urlsplit(site.repo_url).hostname or ""):
        names, form = ("issue[title]", "issue[description]"), "-/issues/new"
    words = (f"{guide.slug} ({view.label}): ", _body(guide, view, site, language))
    return f"{site.repo_url}/{form}?{urlencode(dict(zip(names, words, strict=True)), quote_via=quote)}"


def catalog_url(guide: Guide, *, site: SiteInfo, language: Language) -> str:
    """Return where the repository shows the page's catalog; empty for English, and without a repository."""
    if language.code == site.default_language:
        return ""
    return site.source_url(f"{site.locales}/{language.code}/{guide.slug}.po")


def _body(guide: Guide, view: BackendView, site: SiteInfo, language: Language) -> str:
    address = site.page_url(guide.slug, language.code)
    facts = {
        "Guide": f"{guide.path}{f' ({address})' if address else ''}",
        "Backend": view.label,
        "Language": f"{language.english_name} ({language.code})",
        "Versions": ", ".join(f"{label} {version}" for label, version in view.versions),
        "Proven": _proven(view),
    }
    known = [f"- {name}: {value}" for name, value in facts.items() if value]
    return "\n".join(["What is wrong, and in which cell or paragraph?", "", "", "", *known, ""])


def _proven(view: BackendView) -> str:
    record = view.record
    if record is None:
        return "not yet"
    where = record.environment
    day = record.started.date().isoformat()
    return f"{record.profile} run on {where.device}, Python {where.python}, {where.platform}, {day}"

"""Guide, views and parity → :class:`Page`, by way of a *page notebook* that nbconvert exports with our template.

The page notebook has one cell a shown cell of the guide, whose metadata say which blocks it becomes: code, folded
outputs, tabs per backend. All Markdown of the page is written by ``templates/guidewright/index.md.j2``.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import yaml
from nbconvert import MarkdownExporter

from guidewright.model import BackendName, BackendView, Cell, Guide, GuideParity, Page, Translation
from guidewright.render import badge, cards, nodes, plain, proof, tags
from guidewright.render.addresses import SiteInfo, badge_path, notebook_path, page_path, relative, script_path
from guidewright.render.article import article
from guidewright.render.banner import banner
from guidewright.render.cells import Alike, Writer, shown, tabs
from guidewright.render.feedback import catalog_url, report_url
from guidewright.render.fence import fence, inset
from guidewright.render.interface import EN, Language, text
from guidewright.render.notebook import notebook
from guidewright.render.outputs import Block, Figures
from guidewright.render.script import download

TEMPLATES = Path(__file__).parent / "templates"
PROOF_ID = "guidewright-proof"


def render(
    guide: Guide,
    views: Sequence[BackendView],
    parity: GuideParity,
    *,
    site: SiteInfo,
    language: Language = EN,
    alike: Alike,
    translation: Translation | None = None,
    languages: Sequence[str] = (),
    failed: Collection[BackendName] = (),
    related: Sequence[cards.Card] = (),
    tagged: Collection[str] | None = None,
    api: str = "",
    with_downloads: bool = True,
) -> Page:
    """Render one guide in one language, with its notebooks, scripts and images.

    Args:
        views: one a backend; shown in the order of ``guide.header.backends``.
        alike: tells whether several backends' outputs of a cell may be shown once.
        translation: how far the guide is translated; None for English.
        languages: those in which the guide can be read, where they are not all of the site's.
        failed: backends whose newest run did not pass: what the badge tells.
        related: the guides that its end leads to.
        tagged: the tags that the page of tags has, to which the head leads; None for all.
        api: the section that lists the API the guide uses, as Markdown.
        with_downloads: whether the page's notebooks and scripts are made with it.
    """
    order = {name: place for place, name in enumerate(guide.header.backends)}
    views = sorted(views, key=lambda view: order.get(view.backend, len(order)))
    figures = Figures(guide.slug)
    writer = Writer(views, figures, language, alike)
    cells = shown(guide, writer)
    book = nodes.notebook(
        cells=[_page_cell(cell, found) for cell, found in cells],
        metadata={
            "guidewright": {
                **_frame(guide, views, parity, site, language, translation, languages),
                "badge": _badge(guide, views, failed, site, language),
                "api": api,
            }
        },
    )
    frame = book.metadata["guidewright"]
    linked = [tag for tag in guide.header.tags if tagged is None or tag in tagged]
    frame["tags"] = tags.links(linked, site=site, page=page_path(guide.slug))
    if related:
        frame["related"] = cards.grid(related, language, page=page_path(guide.slug))
    # As the exporter does it, but for two copies of the notebook, which nothing here changes.
    markdown: str = _exporter().template.render(nb=book, resources=_resources())
    return Page(
        slug=guide.slug,
        language=language.code,
        title=plain_title(guide.header.title),
        markdown=re.sub(r"\n{3,}\Z", "\n", markdown.lstrip("\n").rstrip() + "\n"),
        plain=_plain(guide, views, cells, site, language),
        files={
            **figures.files,
            **(downloads(guide, views, site=site, language=language) if with_downloads else {}),
            **pictures(guide),
            badge_path(guide.slug): badge.badge(views, failed, language),
        },
    )


def _plain(
    guide: Guide,
    views: Sequence[BackendView],
    cells: Sequence[tuple[Cell, list[Block]]],
    site: SiteInfo,
    language: Language,
) -> str:
    url = site.page_url(guide.slug, language.code)
    head = [
        guide.header.description,
        proof.line(views, language),
        *proof.notices(views, language),
        text("plain_from", language, url=f"<{url}>") if url else "",
    ]
    tail = proof.data(views, language)
    return plain.document(guide.slug, cells, title=guide.header.title, head=head, tail=tail)


def pictures(guide: Guide) -> dict[str, bytes]:
    """Return the guide's own pictures, by their path under the docs folder: where its Markdown links to."""
    folder = posixpath.dirname(page_path(guide.slug))
    return {f"{folder}/{address}": data for address, data in guide.pictures.items()}


def downloads(
    guide: Guide, views: Sequence[BackendView], *, site: SiteInfo, language: Language = EN
) -> dict[str, bytes]:
    """Return the notebooks and the ``.py`` files that the page links to, by their path under the docs folder."""
    found = download_makers(guide, views, site=site, language=language)
    return {path: make() for path, make in found.items()}


def download_makers(
    guide: Guide, views: Sequence[BackendView], *, site: SiteInfo, language: Language = EN
) -> dict[str, Callable[[], bytes]]:
    """Return what makes each of :func:`downloads`, by its path."""
    files: dict[str, Callable[[], bytes]] = {}
    for view in views:
        copies = (False, True) if _is_full(view) else (False,)
        for executed in copies:
            path = notebook_path(guide.slug, language.code, view.backend, executed=executed)
            files[path] = functools.partial(
                notebook, guide, view, site=site, executed=executed, language=language
            )
        files[script_path(guide.slug, view.backend)] = functools.partial(download, guide, view)
    return files


def plain_title(title: str) -> str:
    """A title without the marks of Markdown, for where it is shown as plain text."""
    return title.replace("`", "")


@functools.cache
def _exporter() -> MarkdownExporter:
    """Return the exporter; building one costs more than using it, and so there is one."""
    return MarkdownExporter(
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="guidewright",
        default_preprocessors=[],
        filters={"fence": fence, "inset": inset, "plain": proof.plain},
    )


def forget_templates() -> None:
    """Read the templates anew: someone works on them."""
    _exporter.cache_clear()


@functools.cache
def _resources() -> dict[str, Any]:
    """Return what nbconvert tells its templates besides the notebook: which parts are shown."""
    _, resources = _exporter().from_notebook_node(
        nodes.notebook(cells=[], metadata={"guidewright": {"front": ""}})
    )
    return dict(resources)


def _page_cell(cell: Cell, blocks: list[Block]) -> Any:
    make = nodes.markdown_cell if cell.kind == "markdown" else nodes.code_cell
    return make(cell.source, id=cell.id, metadata={"guidewright": {"blocks": blocks}})


def _frame(
    guide: Guide,
    views: list[BackendView],
    parity: GuideParity,
    site: SiteInfo,
    language: Language,
    translation: Translation | None,
    languages: Sequence[str],
) -> dict[str, Any]:
    """What the template puts above and below the cells."""
    header = guide.header
    front: dict[str, Any] = {
        "title": plain_title(header.title),
        "description": header.description,
        "tags": [tags.label(tag, site) for tag in header.tags],
        "backends": [view.backend for view in views],
        "plain": True,
        "card": guide.slug,
    }
    if languages:
        front["languages"] = list(languages)
    if translation and not translation.whole:
        # An English page at another language's address: found under its own address only.
        front |= {"robots": "noindex", "search": {"exclude": True}, "written_in": "en"}
    front["article"] = article(
        guide, views, site=site, language=language, written_in=front.get("written_in", "")
    )
    return {
        "banner": banner(translation, guide.slug, site=site, language=language),
        "front": yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10**6).strip(),
        "title": header.title,
        "description": header.description,
        "related_title": text("related", language),
        "proof": proof.plain(proof.line(views, language)),
        "partly": any(view.notice for view in views),
        "notices": proof.notices(views, language),
        "data": proof.data(views, language),
        "head": tabs(
            [(view, [{"kind": "links", "links": _links(guide, view, site, language)}]) for view in views]
        ),
        "proof_id": PROOF_ID,
        "proof_title": text("proof_title", language),
        "proof_lead": text("proof_lead", language),
        "proof_parity": proof.parity_line(parity, language),
        "table": proof.table(views, language),
    }


def _badge(
    guide: Guide,
    views: list[BackendView],
    failed: Collection[BackendName],
    site: SiteInfo,
    language: Language,
) -> list[Block]:
    """The badge, folded away with the Markdown that embeds it; nothing where the site's address is not known."""
    url = site.badge_url(guide.slug, language.code)
    if not url:
        return []
    words = f"{text('badge_name', language)}: {badge.words(views, failed, language)}"
    shown: Block = {
        "kind": "badge",
        "words": words,
        "link": relative(badge_path(guide.slug), page_path(guide.slug)),
        "width": badge.size(views, failed, language),
        "height": badge.HEIGHT,
    }
    embed = f"[![{words}]({url})]({site.page_url(guide.slug, language.code)})"
    blocks: list[Block] = [shown, {"kind": "markdown", "text": embed}]
    title = text("badge_title", language)
    return [{"kind": "fold", "type": "code", "title": title, "open": False, "blocks": blocks}]


def _links(guide: Guide, view: BackendView, site: SiteInfo, language: Language) -> list[dict[str, str]]:
    page = page_path(guide.slug)
    paths = {
        "notebook": notebook_path(guide.slug, language.code, view.backend),
        "executed": notebook_path(guide.slug, language.code, view.backend, executed=True)
        if _is_full(view)
        else "",
        "script": script_path(guide.slug, view.backend),
    }
    found = {
        "colab": site.colab_url(guide.slug, language.code, view.backend),
        "source": site.source_url(guide.path),
        **{name: relative(path, page) for name, path in paths.items() if path},
        "report": report_url(guide, view, site=site, language=language),
        "catalog": catalog_url(guide, site=site, language=language),
    }
    return [
        {"name": name, "text": text(name, language), "url": url, "saved": "yes" if name in paths else ""}
        for name, url in found.items()
        if url
    ]


def _is_full(view: BackendView) -> bool:
    return view.record is not None and view.record.profile == "full"

"""Guide, views and parity → :class:`Page`, by way of a *page notebook* that nbconvert exports with our template.

The page notebook has one cell a shown cell of the guide, whose metadata say which blocks it becomes: code, folded
outputs, tabs per backend. All Markdown of the page is written by ``templates/guidewright/index.md.j2``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbconvert import MarkdownExporter

from guidewright.model import BackendView, Cell, Guide, GuideParity, Page, ShownOutput
from guidewright.render import outputs, proof
from guidewright.render.addresses import SiteInfo, notebook_path, page_path, relative, script_path
from guidewright.render.fence import fence, inset
from guidewright.render.interface import text
from guidewright.render.notebook import notebook
from guidewright.render.outputs import Block, Figures
from guidewright.render.prose import for_engine
from guidewright.render.script import download

Alike = Callable[[Sequence[tuple[ShownOutput, ...]]], bool]
TEMPLATES = Path(__file__).parent / "templates"
PROOF_ID = "guidewright-proof"


def render(
    guide: Guide,
    views: Sequence[BackendView],
    parity: GuideParity,
    *,
    site: SiteInfo,
    language: str = "en",
    alike: Alike,
) -> Page:
    """Render one guide in one language, with its notebooks, scripts and images.

    Args:
        views: one a backend; shown in the order of ``guide.header.backends``.
        alike: tells whether several backends' outputs of a cell may be shown once.
    """
    order = {name: place for place, name in enumerate(guide.header.backends)}
    views = sorted(views, key=lambda view: order.get(view.backend, len(order)))
    figures = Figures(guide.slug)
    writer = _Writer(views, figures, language, alike)
    book = nbformat.v4.new_notebook(
        cells=[_page_cell(cell, found) for cell, found in _joined(guide, writer)],
        metadata={"guidewright": _frame(guide, views, parity, site, language)},
    )
    markdown, _ = _exporter().from_notebook_node(book)
    return Page(
        slug=guide.slug,
        language=language,
        title=plain_title(guide.header.title),
        markdown=re.sub(r"\n{3,}\Z", "\n", markdown.lstrip("\n").rstrip() + "\n"),
        files={**figures.files, **downloads(guide, views, site=site, language=language)},
    )


def downloads(
    guide: Guide, views: Sequence[BackendView], *, site: SiteInfo, language: str = "en"
) -> dict[str, bytes]:
    """Return the notebooks and the ``.py`` files that the page links to, by their path under the docs folder."""
    files: dict[str, bytes] = {}
    for view in views:
        copies = (False, True) if _is_full(view) else (False,)
        for executed in copies:
            path = notebook_path(guide.slug, language, view.backend, executed=executed)
            files[path] = notebook(guide, view, site=site, executed=executed, language=language)
        files[script_path(guide.slug, view.backend)] = download(guide, view)
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


def _joined(guide: Guide, writer: _Writer) -> list[tuple[Cell, list[Block]]]:
    """Return the cells that show something; neighbours for the same few backends share one set of tabs."""
    found: list[tuple[Cell, list[Block]]] = []
    for cell in guide.cells:
        blocks = writer.cell(cell)
        follows = bool(cell.backends and found and found[-1][0].backends == cell.backends)
        if blocks and not (follows and _join(found[-1][1], blocks)):
            found.append((cell, blocks))
    return found


def _join(before: list[Block], blocks: list[Block]) -> bool:
    """Put one cell's tabs into those of the cell before, where both have tabs of the same backends only."""
    if [block["kind"] for block in (*before, *blocks)] != ["tabs", "tabs"]:
        return False
    old, new = before[0]["tabs"], blocks[0]["tabs"]
    if [tab["label"] for tab in old] != [tab["label"] for tab in new]:
        return False
    before[0]["tabs"] = [{**a, "blocks": a["blocks"] + b["blocks"]} for a, b in zip(old, new, strict=True)]
    return True


def _page_cell(cell: Cell, blocks: list[Block]) -> Any:
    make = nbformat.v4.new_markdown_cell if cell.kind == "markdown" else nbformat.v4.new_code_cell
    return make(cell.source, id=cell.id, metadata={"guidewright": {"blocks": blocks}})


class _Writer:
    """Turns the cells of one guide into blocks."""

    def __init__(self, views: list[BackendView], figures: Figures, language: str, alike: Alike) -> None:
        self.views, self.figures, self.language, self.alike = views, figures, language, alike

    def cell(self, cell: Cell) -> list[Block]:
        if cell.hidden or "remove-cell" in cell.tags:
            return []
        views = [view for view in self.views if cell.admits(view.backend)]
        if cell.kind == "markdown":
            prose: list[Block] = [{"kind": "prose", "text": for_engine(cell.source)}]
            return prose if len(views) == len(self.views) else _tabs([(view, prose) for view in views])
        views = [view for view in views if cell.id in view.code]
        return self._code_cell(cell, views) if views else []

    def _code_cell(self, cell: Cell, views: list[BackendView]) -> list[Block]:
        codes = {view.backend: self._code(cell, view) for view in views}
        everywhere = len(views) == len(self.views)
        shared = self._shared_outputs(cell, views)
        if everywhere and len({view.code[cell.id] for view in views}) == 1:
            return codes[views[0].backend] + (
                shared if shared is not None else self._fold_of_tabs(cell, views)
            )
        if shared is not None and everywhere:
            return _tabs([(view, codes[view.backend]) for view in views]) + shared
        return _tabs([(view, codes[view.backend] + self._own_fold(cell, view)) for view in views])

    def _code(self, cell: Cell, view: BackendView) -> list[Block]:
        if "remove-input" in cell.tags:
            return []
        code: list[Block] = [{"kind": "code", "text": view.code[cell.id]}]
        return [self._fold("code", code, open_=False)] if "hide-input" in cell.tags else code

    def _shared_outputs(self, cell: Cell, views: list[BackendView]) -> list[Block] | None:
        """Return the fold shown once, nothing where there is no output, or None where the backends differ."""
        proven = [view for view in views if view.record]
        if "remove-output" in cell.tags or not proven:
            return []
        skipped = {self._skipped(cell, view) for view in proven}
        if skipped != {""}:
            # Left out everywhere for the same reason is said once; left out somewhere is a difference.
            return _notice(skipped.pop()) if len(skipped) == 1 else None
        found = [view.outputs.get(cell.id, ()) for view in proven]
        if not any(found):
            return []
        if len(found) > 1 and not self.alike(found):
            return None
        notice = _notice(proof.shared_notice(views, self.language))
        shown = outputs.blocks(
            found[0], figures=self.figures, stem=cell.id, alt=text("figure", self.language)
        )
        return [self._fold("output", notice + shown, open_=_opens(cell, found[0]))]

    def _fold_of_tabs(self, cell: Cell, views: list[BackendView]) -> list[Block]:
        tabs = _tabs([(view, self._own_outputs(cell, view)) for view in views])
        opens = any(_opens(cell, view.outputs.get(cell.id, ())) for view in views)
        return [self._fold("output", tabs, open_=opens, title="output_by_backend")]

    def _own_fold(self, cell: Cell, view: BackendView) -> list[Block]:
        shown = view.outputs.get(cell.id, ())
        silent = not shown and not self._skipped(cell, view)
        if "remove-output" in cell.tags or silent:
            return []
        return [self._fold("output", self._own_outputs(cell, view), open_=_opens(cell, shown))]

    def _own_outputs(self, cell: Cell, view: BackendView) -> list[Block]:
        if not view.record:
            return _notice(proof.output_notice(view, self.language))
        if missing := self._skipped(cell, view):
            return _notice(missing)
        stem, alt = f"{cell.id}-{view.backend}", text("figure_on", self.language, label=view.label)
        shown = outputs.blocks(view.outputs.get(cell.id, ()), figures=self.figures, stem=stem, alt=alt)
        if not shown:
            return _notice(text("no_output", self.language))
        return _notice(proof.output_notice(view, self.language)) + shown

    def _skipped(self, cell: Cell, view: BackendView) -> str:
        runs = view.record.cells if view.record else ()
        run = next((run for run in runs if run.id == cell.id and run.status == "skipped"), None)
        if run is None:
            return ""
        missing = ", ".join(run.missing)
        return text("skipped_output" if missing else "skipped_output_unknown", self.language, missing=missing)

    def _fold(self, name: str, blocks: list[Block], *, open_: bool, title: str = "") -> Block:
        words = text(title or name, self.language)
        return {"kind": "fold", "type": name, "title": words, "open": open_, "blocks": blocks}


def _tabs(pairs: Sequence[tuple[BackendView, list[Block]]]) -> list[Block]:
    tabs = [{"label": view.label, "blocks": blocks} for view, blocks in pairs if blocks]
    return [{"kind": "tabs", "tabs": tabs}] if tabs else []


def _notice(words: str) -> list[Block]:
    return [{"kind": "notice", "text": proof.plain(words)}] if words else []


def _opens(cell: Cell, shown: Sequence[ShownOutput]) -> bool:
    # Text is folded as readers of these guides know it; a figure is what they came for.
    return outputs.has_image(shown) and "hide-output" not in cell.tags


def _frame(
    guide: Guide, views: list[BackendView], parity: GuideParity, site: SiteInfo, language: str
) -> dict[str, Any]:
    """What the template puts above and below the cells."""
    header = guide.header
    front = {"title": plain_title(header.title), "description": header.description, "tags": list(header.tags)}
    return {
        "front": yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10**6).strip(),
        "title": header.title,
        "description": header.description,
        "proof": proof.plain(proof.line(views, language)),
        "partly": any(view.notice for view in views),
        "notices": proof.notices(views, language),
        "data": proof.data(views, language),
        "head": _tabs(
            [(view, [{"kind": "links", "links": _links(guide, view, site, language)}]) for view in views]
        ),
        "proof_id": PROOF_ID,
        "proof_title": text("proof_title", language),
        "proof_lead": text("proof_lead", language),
        "proof_parity": proof.parity_line(parity, language),
        "table": proof.table(views, language),
    }


def _links(guide: Guide, view: BackendView, site: SiteInfo, language: str) -> list[dict[str, str]]:
    page = page_path(guide.slug)
    paths = {
        "notebook": notebook_path(guide.slug, language, view.backend),
        "executed": notebook_path(guide.slug, language, view.backend, executed=True)
        if _is_full(view)
        else "",
        "script": script_path(guide.slug, view.backend),
    }
    found = {
        "colab": site.colab_url(guide.slug, language, view.backend),
        "source": site.source_url(guide.path),
        **{name: relative(path, page) for name, path in paths.items() if path},
    }
    return [
        {"name": name, "text": text(name, language), "url": url, "saved": "yes" if name in paths else ""}
        for name, url in found.items()
        if url
    ]


def _is_full(view: BackendView) -> bool:
    return view.record is not None and view.record.profile == "full"

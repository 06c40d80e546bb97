"""Cells → blocks of the page notebook: code, folded outputs, and tabs where the backends differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from guidewright.model import BackendView, Cell, Guide, ShownOutput
from guidewright.render import outputs, proof
from guidewright.render.addresses import cell_anchor
from guidewright.render.interface import Language, text
from guidewright.render.outputs import Block, Figures
from guidewright.render.prose import for_engine

LONG = 25
"""Lines of text from which on an output's fold says how many there are."""

Alike = Callable[[Sequence[tuple[ShownOutput, ...]]], bool]
"""Tells whether several backends' outputs of one cell may be shown once."""


def shown(guide: Guide, writer: Writer) -> list[tuple[Cell, list[Block]]]:
    """Return the cells that show something, each behind its anchor.

    Neighbours for the same few backends share one set of tabs; their anchors are before it, since what is in a tab that
    is not chosen cannot be gone to.
    """
    found: list[tuple[Cell, list[Block]]] = []
    anchors: list[list[Block]] = []
    for cell in guide.cells:
        blocks, places = writer.cell(cell), _anchors(cell)
        follows = bool(cell.backends and found and found[-1][0].backends == cell.backends)
        if follows and blocks and _join(found[-1][1], blocks):
            anchors[-1] += places
        elif blocks or places:
            found.append((cell, blocks))
            anchors.append(places)
    return [(cell, places + blocks) for (cell, blocks), places in zip(found, anchors, strict=True)]


def _anchors(cell: Cell) -> list[Block]:
    if cell.kind != "code" or cell.hidden or "remove-cell" in cell.tags:
        return []
    return [{"kind": "anchor", "id": cell_anchor(cell.id)}]


def _join(before: list[Block], blocks: list[Block]) -> bool:
    """Put one cell's tabs into those of the cell before, where both have tabs of the same backends only."""
    if [block["kind"] for block in (*before, *blocks)] != ["tabs", "tabs"]:
        return False
    old, new = before[0]["tabs"], blocks[0]["tabs"]
    if [tab["label"] for tab in old] != [tab["label"] for tab in new]:
        return False
    before[0]["tabs"] = [{**a, "blocks": a["blocks"] + b["blocks"]} for a, b in zip(old, new, strict=True)]
    return True


class Writer:
    """Turns the cells of one guide into blocks."""

    def __init__(self, views: list[BackendView], figures: Figures, language: Language, alike: Alike) -> None:
        self.views, self.figures, self.language, self.alike = views, figures, language, alike

    def cell(self, cell: Cell) -> list[Block]:
        if cell.hidden or "remove-cell" in cell.tags:
            return []
        views = [view for view in self.views if cell.admits(view.backend)]
        if cell.kind == "markdown":
            prose: list[Block] = [{"kind": "prose", "text": for_engine(cell.source), "source": cell.source}]
            return prose if len(views) == len(self.views) else tabs([(view, prose) for view in views])
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
            return tabs([(view, codes[view.backend]) for view in views]) + shared
        return tabs([(view, codes[view.backend] + self._own_fold(cell, view)) for view in views])

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
        if "varies" in cell.tags and len(proven) < len(views):
            # One backend's output of a cell that is known to differ says nothing of the others.
            return None
        notice = _notice(proof.shared_notice(views, self.language))
        shown = outputs.blocks(
            found[0],
            figures=self.figures,
            stem=cell.id,
            words=cell.alt,
            otherwise=text("figure", self.language),
        )
        return [self._fold("output", notice + shown, open_=_opens(cell, found[0]))]

    def _fold_of_tabs(self, cell: Cell, views: list[BackendView]) -> list[Block]:
        found = tabs([(view, self._own_outputs(cell, view)) for view in views])
        opens = any(_opens(cell, view.outputs.get(cell.id, ())) for view in views)
        return [self._fold("output", found, open_=opens, title="output_by_backend")]

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
        shown = outputs.blocks(
            view.outputs.get(cell.id, ()),
            figures=self.figures,
            stem=f"{cell.id}-{view.backend}",
            words=[
                text("figure_words_on", self.language, words=words, label=view.label) for words in cell.alt
            ],
            otherwise=text("figure_on", self.language, label=view.label),
        )
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
        lines = sum(len(block["text"].splitlines()) for block in blocks if block["kind"] == "text")
        many = name == "output" and lines >= LONG
        words = text("output_lines" if many else title or name, self.language, count=lines)
        return {"kind": "fold", "type": name, "title": words, "open": open_, "blocks": blocks}


def tabs(pairs: Sequence[tuple[BackendView, list[Block]]]) -> list[Block]:
    found = [{"label": view.label, "blocks": blocks} for view, blocks in pairs if blocks]
    return [{"kind": "tabs", "tabs": found}] if found else []


def _notice(words: str) -> list[Block]:
    return [{"kind": "notice", "text": proof.plain(words)}] if words else []


def _opens(cell: Cell, shown: Sequence[ShownOutput]) -> bool:
    # Text is folded as readers of these guides know it; a figure is what they came for.
    return outputs.has_image(shown) and "hide-output" not in cell.tags

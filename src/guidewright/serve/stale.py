"""A guide whose code was edited, before it has run: the outputs that it had, to be shown greyed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from guidewright.model import BackendName, BackendView, CellId, ShownOutput


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    views: tuple[BackendView, ...]
    stale: Mapping[BackendName, CellId]
    """Backends that show outputs of former code, with the first cell that is not what it was; empty for the first of all."""


def carried(old: Sequence[BackendView], new: Sequence[BackendView]) -> Carried:
    """Give views that have no record the outputs that the former views showed.

    Cells are matched by their ids; an edited cell, whose id is new, by its place between those that stayed.
    """
    before = {view.backend: view for view in old}
    views, stale = [], {}
    for view in new:
        former = before.get(view.backend)
        if view.record or former is None or former.record is None:
            views.append(view)
            continue
        outputs, first = _matched(former, view)
        views.append(
            replace(
                view, record=former.record, notice=former.notice, outputs=outputs, versions=former.versions
            )
        )
        stale[view.backend] = first
    return Carried(views=tuple(views), stale=stale)


def _matched(old: BackendView, new: BackendView) -> tuple[dict[CellId, tuple[ShownOutput, ...]], CellId]:
    before, now = list(old.code), list(new.code)
    outputs: dict[CellId, tuple[ShownOutput, ...]] = dict.fromkeys(now, ())
    first = ""
    for kind, a, b, c, d in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        outputs |= {n: old.outputs.get(o, ()) for o, n in zip(before[a:b], now[c:d], strict=False)}
        if kind != "equal" and not first and c < len(now):
            first = now[c]
    return outputs, first

"""A comparison's first difference, and what is to be looked at, in words: English for terminals, else the page's language."""

from __future__ import annotations

from collections.abc import Mapping

from guidewright.model import BackendName, CellParity, Difference, Side
from guidewright.render.interface import EN, Language, text

Labels = Mapping[BackendName, str]


def difference(found: Difference | None, language: Language = EN, labels: Labels | None = None) -> str:
    """Say what differs; empty where nothing does.

    Args:
        labels: what readers call the backends; by default they are named as in the settings.
    """
    if found is None:
        return ""
    names = labels or {}
    return text(
        f"difference_{found.kind}",
        language,
        one=names.get(found.one.backend, found.one.backend),
        other=names.get(found.other.backend, found.other.backend),
        first=_side(found, found.one, language, names),
        second=_side(found, found.other, language, names),
        line=found.line,
        context=found.context,
        mean="" if found.mean is None else f"{found.mean:.4f}",
        most="" if found.most is None else f"{found.most:.3f}",
    )


def finding(cell: CellParity, language: Language = EN, labels: Labels | None = None) -> str:
    """Say why a maintainer should look at a cell; empty where there is no reason to."""
    if not cell.finding:
        return ""
    return text(f"finding_{cell.finding}", language, difference=difference(cell.difference, language, labels))


def _side(found: Difference, side: Side, language: Language, names: Labels) -> str:
    if found.kind == "line":
        label = names.get(side.backend, side.backend)
        return text(
            "side_no_line" if side.words is None else "side_line", language, label=label, words=side.words
        )
    if side.kind is None:
        return side.words or ""
    kind = text(f"shown_{side.kind}", language)
    return kind if side.words is None else text("side_quoted", language, kind=kind, words=side.words)

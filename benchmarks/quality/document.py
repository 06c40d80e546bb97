"""The figures → the tables in ``docs/quality.md``, between its two marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
TARGETS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
BEFORE, WHOLE, SHIFT = 300_000, 1_000_000, 0.02
"""The introduction's targets: bytes before the reader acts, bytes in all, and the sum of its layout shifts."""


def replaced(text: str, figures: Mapping[str, Any]) -> str:
    """Return a document with the figures in the place of those that were there.

    Raises:
        ValueError: the document lacks the marks.
    """
    if BEGIN not in text or END not in text:
        raise ValueError(f"the document has no lines {BEGIN} and {END}")
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{tables(figures)}\n\n{END}{rest.partition(END)[2]}"


def tables(figures: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    machine = figures["machine"]
    lead = (
        f"Measured {figures['date']} with `{figures['command']}`: Lighthouse {figures['lighthouse']}, "
        f"{figures['chromium']}, {machine['processor']}, {machine['system']}. "
        f"Performance is the median of {figures['runs']} runs, the rest the lowest."
    )
    return "\n\n".join([lead, _scores(figures["pages"]), _weights(figures["pages"])])


def _scores(pages: Sequence[Mapping[str, Any]]) -> str:
    rows: list[Sequence[str]] = [
        ["page", "performance ≥ 95", "accessibility 100", "best practices 100", "SEO 100", "FCP, LCP, TBT"]
    ]
    for page in pages:
        found = page["lighthouse"]
        scores = [_judged(found["scores"][name], least) for name, least in TARGETS.items()]
        metrics = ", ".join(found["metrics"][name] for name in ("FCP", "LCP", "TBT"))
        rows.append([page["name"], *scores, metrics])
    return _table(rows)


def _judged(score: int, least: int) -> str:
    return str(score) if score >= least else f"**{score}**"


def _weights(pages: Sequence[Mapping[str, Any]]) -> str:
    rows: list[Sequence[str]] = [
        ["page", "before the reader acts", "with every figure", "with the search", "layout shift"]
    ]
    for page in pages:
        found = page["weight"]
        sizes = [f"{found[name] / 1000:.0f} kB" for name in ("before", "whole", "searched")]
        rows.append([page["name"], *sizes, f"{found['shift']:.3f}"])
    return _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    return "\n".join([_row(head), _row(["---"] * len(head)), *map(_row, body)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

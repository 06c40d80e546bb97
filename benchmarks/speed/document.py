"""The figures in ``docs/performance.md``, between its two marks."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.machine import ROOT
from guidewright.files import write_atomically

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def write(figures: Mapping[str, Any]) -> None:
    """Put the figures into the page."""
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    made = "\n".join([BEGIN, "", *table(figures), "", END])
    write_atomically(PAGE, f"{head}{made}{tail}".encode())


def table(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the page's figures, as Markdown."""
    told = figures["machine"]
    loads = figures.get("load") or [0.0]
    yield (
        f"Measured {figures['date']} with `{figures['command']}`: {told['processor']}, {told['system']}, Python {told['python']}; "
        f"load before each measurement {min(loads):g} to {max(loads):g}, {statistics.median(loads):g} in the middle."
    )
    yield from [
        "",
        "| work | at most | by the clock | processor time | rounds |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, row in figures["rows"].items():
        limit = figures["limits"][name]
        clock = f"{row['clock']:.2f}" if row["clock"] <= limit else f"**{row['clock']:.2f}**"
        cpu = f"{row['cpu']:.2f}" if "cpu" in row else ""
        yield f"| {name} | {limit:g} | {clock} | {cpu} | {row.get('rounds', '')} |"
    yield from _who("The nine light jobs", figures.get("light", []))
    yield from _who("The heavy job", figures.get("heavy", []))


def _who(title: str, rounds: list[Mapping[str, Any]]) -> Iterator[str]:
    if not rounds:
        return
    yield from ["", f"| {title} | seconds | of processor time | rounds |", "| --- | --- | --- | --- |"]
    for name in dict.fromkeys(name for done in rounds for name in done):
        took = [done[name] for done in rounds if name in done]
        clock, cpu = (statistics.median(each[kind] for each in took) for kind in ("seconds", "cpu"))
        yield f"| {name} | {clock:.1f} | {cpu:.1f} | {len(took)} |"

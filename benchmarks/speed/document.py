"""The figures in ``docs/performance.md``, between its two marks."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.speed.rows import whole
from guidewright.files import write_atomically

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def write(figures: Mapping[str, Any], page: Path = PAGE) -> None:
    """Put the figures into a page that has the marks."""
    text = page.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    made = "\n".join([BEGIN, "", *table(figures), "", END])
    write_atomically(page, f"{head}{made}{tail}".encode())


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
    for name, limit in figures["limits"].items():
        yield _row(name, limit, figures["rows"].get(name))
    yield from _who("The nine light jobs", figures.get("light", []))
    yield from _who("The heavy job", figures.get("heavy", []))


def _row(name: str, limit: float, row: Mapping[str, float] | None) -> str:
    if row is None:
        return f"| {name} | {limit:g} | not measured | | |"
    clock = f"{row['clock']:.2f}" if row["clock"] <= limit else f"**{row['clock']:.2f}**"
    most = f", at most {row['most']:.2f}" if "most" in row else ""
    cpu = f"{row['cpu']:.2f}" if "cpu" in row else ""
    return f"| {name} | {limit:g} | {clock}{most} | {cpu} | {row.get('rounds', '')} |"


def _who(title: str, rounds: list[Mapping[str, Any]]) -> Iterator[str]:
    if not any(rounds):
        return
    yield from ["", f"| {title} | seconds | of processor time | rounds |", "| --- | --- | --- | --- |"]
    for name in dict.fromkeys(name for done in rounds for name in done):
        took = [done[name] for done in rounds if whole(done.get(name))]
        if took:
            clock, cpu = (statistics.median(each[kind] for each in took) for kind in ("seconds", "cpu"))
            yield f"| {name} | {clock:.1f} | {cpu:.1f} | {len(took)} |"
        failed = [done[name]["failed"] for done in rounds if "failed" in done.get(name, {})]
        if failed:
            why = failed[-1].strip().splitlines()[-1].replace("|", "\\|")[:120]
            yield f"| {name}, not ended {_times(len(failed))}: {why} | | | |"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")

"""Outcomes as they come: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.table import Table

from guidewright.execute.scheduler import Event
from guidewright.model import CellRun, Job, Record

MARKS = {"passed": "[green]✓ passed[/]", "failed": "[red]✗ failed[/]", "errored": "[red]! errored[/]"}


@dataclass(kw_only=True)
class Progress:
    """Takes the scheduler's events; prints a line a job, or keeps a table."""

    console: Console
    total: int
    rows: dict[str, tuple[Job, int, int, float]] = field(default_factory=dict)
    done: list[Record] = field(default_factory=list)
    live: Live | None = None

    def __call__(self, event: Event) -> None:
        name = event.job.name
        if event.kind == "started":
            self.rows[name] = (event.job, 0, event.cells, time.monotonic())
            if not self.live:
                self.console.print(f"  started   {name}", highlight=False, markup=False)
        elif event.kind == "cell" and name in self.rows:
            self.rows[name] = (event.job, event.cell, event.cells, self.rows[name][3])
        elif event.record:
            self.rows.pop(name, None)
            self.done.append(event.record)
            self.console.print(line(event.record, len(self.done), self.total), highlight=False)
        if self.live:
            self.live.update(self.table())

    def table(self) -> Table:
        """Return the jobs that run, with cell and seconds."""
        table = Table.grid(padding=(0, 2))
        for name, (_, cell, cells, begun) in self.rows.items():
            table.add_row(
                "  running",
                name.replace("[", r"\["),
                f"cell {cell} of {cells}",
                f"{time.monotonic() - begun:.0f} s",
            )
        return table

    def __rich__(self) -> Table:
        return self.table()


def line(record: Record, number: int, total: int) -> str:
    """Return one finished job's line, in rich's markup."""
    name = record.name.replace("[", r"\[")
    parts = [f"{record.seconds:.1f} s", plural(record.checks, "check")]
    if record.skipped:
        parts.append(
            f"{plural(len(record.skipped), 'cell')} skipped for want of {', '.join(_missing(record.skipped))}"
        )
    return f"  {MARKS[record.outcome]}  {name}  {' · '.join(parts)}  ({number} of {total})"


def _missing(cells: tuple[CellRun, ...]) -> list[str]:
    return sorted({name for cell in cells for name in cell.missing})


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


@contextmanager
def progress(console: Console, total: int) -> Iterator[Progress]:
    """Show progress while jobs run."""
    shown = Progress(console=console, total=total)
    if not console.is_terminal:
        yield shown
        return
    with Live(shown, console=console, refresh_per_second=2, transient=True) as live:
        shown.live = live
        yield shown

"""Outcomes as they come: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.table import Table

from guidewright.commands.console import plain
from guidewright.execute.scheduler import Event
from guidewright.model import CellRun, Record

MARKS = {"passed": "[green]✓ passed[/]", "failed": "[red]✗ failed[/]", "errored": "[red]! errored[/]"}


@dataclass(kw_only=True)
class Running:
    """What the table shows of a job that runs."""

    cells: int
    cell: int = 0
    begun: float


@dataclass(kw_only=True)
class Progress:
    """Takes the scheduler's events; prints a line a job, and is the table of those that run."""

    console: Console
    total: int
    clock: Callable[[], float] = time.monotonic
    rows: dict[str, Running] = field(default_factory=dict)
    """By the job's name."""
    done: int = 0

    def __call__(self, event: Event) -> None:
        name = event.job.name
        if event.kind == "started":
            self.rows[name] = Running(cells=event.cells, begun=self.clock())
            if not self.console.is_interactive:
                self.console.print(f"  started   {plain(name)}")
        elif event.kind == "cell" and name in self.rows:
            self.rows[name].cell = event.cell
        elif event.record:
            self.rows.pop(name, None)
            self.done += 1
            self.console.print(line(event.record, self.done, self.total))

    def __rich__(self) -> Table:
        """Draw the jobs that run, with cell and seconds."""
        table = Table.grid(padding=(0, 2))
        for name, row in self.rows.items():
            seconds = f"{self.clock() - row.begun:.0f} s"
            table.add_row("  running", plain(name), f"cell {row.cell} of {row.cells}", seconds)
        return table


def line(record: Record, number: int, total: int) -> str:
    """Return one finished job's line, in rich's markup."""
    name = plain(record.name)
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
    if not console.is_interactive:
        yield shown
        return
    with Live(shown, console=console, refresh_per_second=4, transient=True):
        yield shown

"""Where commands write for people: terminals as wide as they are, and files and pipes as wide as what is written."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

_WIDE = 10_000


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Go on silently where the reader went away; rich would end the process in the middle of a job."""
        self.quiet = True


def console(stream: TextIO) -> Console:
    """Return a console on a stream; off a terminal it wraps nothing and moves no cursor."""
    if stream.isatty():
        return _Console(file=stream, highlight=False)
    return _Console(file=stream, highlight=False, width=_WIDE, force_interactive=False)


def new_table(*columns: str) -> Table:
    """Return a plain table whose first column holds names, which are not broken."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=column == columns[0])
    return table


def print_table(table: Table, stream: TextIO) -> None:
    """Print a table; a terminal that is narrower than a name gets lines that are longer than itself."""
    shown = console(stream)
    least = Measurement.get(shown, shown.options.update(max_width=_WIDE), table).minimum
    shown.width = max(shown.width, least)
    with shown.capture() as capture:
        shown.print(table)
    for line in capture.get().splitlines():
        stream.write(line.rstrip() + "\n")


def plain(text: str) -> str:
    """Return a text that rich shows as it is."""
    return text.replace("[", r"\[")

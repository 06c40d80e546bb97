"""What is shown while jobs run, and where."""

from __future__ import annotations

import io
from typing import Any

import made
import pytest
from rich.console import Console

from guidewright.commands.console import console, new_table, plain, print_table
from guidewright.commands.progress import Progress, line, plural, progress
from guidewright.execute.scheduler import Event
from guidewright.model import CellRun


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(shown: Progress) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=100).print(shown)
    return stream.getvalue().splitlines()


def test_the_table_has_the_jobs_that_run_with_cell_and_seconds() -> None:
    now = [100.0]
    shown = Progress(console=Console(file=io.StringIO()), total=2, clock=lambda: now[0])
    one, two = made.job("one"), made.job("two")
    shown(Event(kind="started", job=one, cells=5))
    now[0] = 103.0
    shown(Event(kind="started", job=two, cells=7))
    shown(Event(kind="cell", job=one, cell=2, cells=5))
    now[0] = 104.0
    assert [row.split() for row in drawn(shown)] == [
        ["running", "one[alpha,quick]", "cell", "2", "of", "5", "4", "s"],
        ["running", "two[alpha,quick]", "cell", "0", "of", "7", "1", "s"],
    ]
    shown(Event(kind="finished", job=one, record=made.record(one)))
    assert len(drawn(shown)) == 1


@pytest.mark.parametrize(
    ("outcome", "mark"), [("passed", "✓ passed"), ("failed", "✗ failed"), ("errored", "! errored")]
)
def test_a_finished_jobs_line_has_its_name_outcome_seconds_and_checks(outcome: Any, mark: str) -> None:
    cells = (CellRun(id="a", status="ok", seconds=1, checks=1),)
    stream = io.StringIO()
    console(stream).print(line(made.record(outcome=outcome, cells=cells), 3, 9))
    assert stream.getvalue() == f"  {mark}  intro[alpha,quick]  1.5 s · 1 check  (3 of 9)\n"


def test_skipped_cells_are_counted_with_what_they_lack() -> None:
    cells = [CellRun(id=name, status="skipped", seconds=0, missing=(name, "x")) for name in ("b", "a")]
    assert "2 cells skipped for want of a, b, x" in line(made.record(cells=tuple(cells)), 1, 1)


def test_off_a_terminal_starts_and_ends_are_lines_of_any_length() -> None:
    stream = io.StringIO()
    job = made.job("a" * 300)
    with progress(console(stream), 1) as shown:
        shown(Event(kind="started", job=job, cells=1))
        shown(Event(kind="cell", job=job, cell=1, cells=1))
        shown(Event(kind="finished", job=job, record=made.record(job)))
    started, ended = stream.getvalue().splitlines()
    assert started == f"  started   {job.name}"
    assert job.name in ended


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE"])
def test_colours_that_are_forced_bring_no_moving_cursor(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    stream = io.StringIO()
    with progress(console(stream), 1) as shown:
        shown(Event(kind="started", job=made.job(), cells=1))
    assert stream.getvalue() == "  started   intro[alpha,quick]\n"


def test_a_terminal_without_cursor_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with progress(console(stream), 1) as shown:
        shown(Event(kind="started", job=made.job(), cells=1))
    assert "started   intro[alpha,quick]" in stream.getvalue()
    assert "\x1b[?25l" not in stream.getvalue()


def test_one_thing_is_not_many() -> None:
    assert [plural(count, "check") for count in (0, 1, 2)] == ["0 checks", "1 check", "2 checks"]


# -------------------------------------------------------------------- tables


def test_a_table_off_a_terminal_is_as_wide_as_it_is() -> None:
    stream = io.StringIO()
    table = new_table("job", "why")
    table.add_row(plain("intro[alpha,quick]"), "word " * 100)
    print_table(table, stream)
    head, row = stream.getvalue().splitlines()
    assert head == "job                 why"
    assert row == "intro[alpha,quick]  " + "word " * 99 + "word"


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_a_table_on_a_terminal_wraps_reasons_and_no_names(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    name = "a_rather_long_name[alpha,quick]"
    table = new_table("job", "why")
    table.add_row(plain(name), "word " * 30)
    print_table(table, stream)
    assert sum(name in row for row in stream.getvalue().splitlines()) == 1
    assert stream.getvalue().count("word") == 30


def test_a_reader_that_goes_away_silences_the_console() -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    shown = console(Gone())
    shown.print("one")
    shown.print("two")
    assert shown.quiet

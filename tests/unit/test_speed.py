"""What the benchmark makes of its measurements."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.speed.__main__ import LIMITS, rows
from benchmarks.speed.document import table
from benchmarks.speed.timing import command, measured, two_at_a_time


def took(seconds: float, cpu: float = 1.0) -> dict[str, float]:
    return {"seconds": seconds, "cpu": cpu}


def figures(**changes: Any) -> dict[str, Any]:
    plain = {
        "date": "2026-11-23",
        "command": "make bench REPEATS=3",
        "machine": {"processor": "P", "system": "S", "python": "3.12"},
        "load": [1.0],
        "limits": LIMITS,
        "light": [
            {"guidewright, cold": took(10), "python guide.py": took(20)},
            {"guidewright, cold": took(30), "python guide.py": took(40)},
            {"guidewright, cold": took(9), "python guide.py": took(10)},
            {"python guide.py": took(1)},
        ],
    }
    made = {**plain, **changes}
    return {**made, "rows": rows(made)}


def test_a_ratio_is_the_median_of_the_rounds_that_have_both_sides() -> None:
    """Not the ratio of the medians: what slowed a round down, slowed both sides."""
    assert rows(figures())["nine light jobs, cold, against python guide.py"] == {
        "clock": 0.75, "cpu": 1.0, "rounds": 3,
    }  # fmt: skip


def test_what_was_not_measured_has_no_row() -> None:
    assert list(figures()["rows"]) == ["nine light jobs, cold, against python guide.py"]


def test_memory_is_compared_job_by_job() -> None:
    peaks = {
        "ours": {"a": [100.0, 300.0, 110.0], "b": [50.0], "c": [1.0]},
        "scripts": {"a": [100.0], "b": [100.0]},
    }
    assert rows(figures(peaks=peaks))["peak memory of a job, against python guide.py"] == {
        "clock": 0.8,
        "most": 1.1,
    }


def test_the_page_shows_what_is_over_its_limit_in_bold_and_who_took_how_long() -> None:
    text = "\n".join(table(figures()))
    assert "| nine light jobs, cold, against python guide.py | 0.55 | **0.75** | 1.00 | 3 |" in text
    assert "| python guide.py | 15.0 | 1.0 | 4 |" in text
    assert "| kernel ready, seconds | 0.5 | 0.21 |" in "\n".join(
        table(figures(ready={"forked": 0.21, "fresh": 2.0}))
    )


def test_a_command_that_fails_says_what_it_said(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "import sys; print('the reason'); sys.exit(3)"]
    with pytest.raises(RuntimeError, match="ended with 3:\nthe reason"):
        command(words, tmp_path, {}, tmp_path / "logs" / "log")


def test_what_other_processes_used_is_measured(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "import time\nwhile time.process_time() < 0.3: pass"]
    found = measured(
        lambda: two_at_a_time([lambda: command(words, tmp_path, {}, tmp_path / "log")] * 2) and None
    )
    assert found.cpu >= 0.6

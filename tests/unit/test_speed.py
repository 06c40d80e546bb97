"""What the benchmark makes of its measurements."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import ANY

import psutil
import pytest

from benchmarks.machine import ROOT
from benchmarks.speed.__main__ import Benchmark, options
from benchmarks.speed.document import table
from benchmarks.speed.project import LIGHT, beginning
from benchmarks.speed.rows import LIMITS, rows
from benchmarks.speed.timing import command, measured, two_at_a_time

CONTEST: Any = SimpleNamespace()


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
    light = [
        {
            "guidewright, cold": {**took(1), "peaks": {"a": 100.0, "b": 50.0, "c": 1.0}},
            "guidewright, warm": {**took(1), "peaks": {"a": 300.0}},
            "python guide.py": {**took(1), "peaks": {"a": 100.0, "b": 100.0}},
        },
        {"guidewright, cold": {**took(1), "peaks": {"a": 110.0}}, "python guide.py": {"failed": "it did"}},
    ]
    assert rows(figures(light=light))["peak memory of a light job, against python guide.py"] == {
        "clock": 0.8,
        "most": 1.1,
        "rounds": 1,
    }


def test_the_page_shows_what_is_over_its_limit_in_bold_and_who_took_how_long() -> None:
    text = "\n".join(table(figures(ready={"forked": 0.21, "fresh": 2.0, "rounds": 5})))
    assert "| nine light jobs, cold, against python guide.py | 0.55 | **0.75** | 1.00 | 3 |" in text
    assert "| python guide.py | 15.0 | 1.0 | 4 |" in text
    assert "| kernel ready, seconds | 0.5 | 0.21 |  | 5 |" in text


def test_the_page_says_what_was_not_measured_and_who_did_not_end() -> None:
    failed = {"nbmake": {"failed": "a long story\nnbmake ran 8 of 9 jobs to their ends"}}
    text = "\n".join(table(figures(light=[failed, {"nbmake": took(40.0)}, failed])))
    assert "| one heavy job, against python guide.py | 1.03 | not measured | | |" in text
    assert "| nbmake | 40.0 | 1.0 | 1 |" in text
    assert "| nbmake, not ended twice: nbmake ran 8 of 9 jobs to their ends | | | |" in text


def bench(tmp_path: Path, *words: str) -> Benchmark:
    return Benchmark(options([*words, "--json", str(tmp_path / "speed.json")]), None, time.monotonic())


def test_what_fails_is_told_and_the_others_are_measured(tmp_path: Path) -> None:
    found = bench(tmp_path)
    found.figures["light"].append({})
    found.take_turns(CONTEST, {"one": lambda: 1 / 0, "other": lambda: None}, "light")
    assert found.figures["light"] == [{"one": {"failed": "division by zero"}, "other": ANY}]
    assert json.loads((tmp_path / "speed.json").read_text("utf-8"))["light"] == found.figures["light"]


def test_what_was_stopped_goes_on_behind_its_last_whole_round(tmp_path: Path) -> None:
    found = bench(tmp_path)
    found.figures |= {"light": [{"a": took(1)}, {"a": took(2)}], "heavy": [{}, {}], "done": 1, "epochs": 7}
    found.save()
    again = bench(tmp_path, "--go-on").figures
    assert (again["light"], again["done"], again["epochs"]) == ([{"a": took(1)}], 1, 7)
    assert bench(tmp_path).figures["light"] == []


def test_nothing_is_begun_that_would_end_too_late(tmp_path: Path) -> None:
    found = bench(tmp_path, "--minutes", "1")
    found.figures["light"] = [{"long": took(61.0), "short": took(0.1)}, {}]
    found.take_turns(CONTEST, {"long": pytest.fail, "short": lambda: None}, "light")
    assert found.figures["light"][1] == {"long": {"failed": "there was no time left"}, "short": ANY}


def test_later_rounds_of_what_limits_are_set_for_keep_their_time(tmp_path: Path) -> None:
    found = bench(tmp_path, "--minutes", "1")
    found.figures["light"] = [{"other": took(20.0)}, {}]
    found.take_turns(CONTEST, {"other": pytest.fail}, "light", reserved=50)
    assert found.figures["light"][1] == {"other": {"failed": "there was no time left"}}
    found.take_turns(CONTEST, {"other": lambda: None}, "light", 1, reserved=10)
    assert "seconds" in found.figures["light"][1]["other"]


def test_a_command_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "open('pid', 'w').write(str(child.pid))\n"
        "child.wait()"
    )
    with pytest.raises(RuntimeError, match="ended with -15"):
        command([sys.executable, "-c", code], tmp_path, {}, tmp_path / "log", 3)
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text("utf-8")))


def test_light_guides_are_the_beginnings_of_the_librarys() -> None:
    for slug, section in LIGHT.items():
        text = (ROOT / "guides" / f"{slug}.py").read_text("utf-8")
        assert "import keras" in beginning(text, section)
        assert f"## {section}" not in beginning(text, section)
    with pytest.raises(ValueError, match="no section starts with No such"):
        beginning(text, "No such")


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


def test_memory_is_of_a_process_and_its_children_together(tmp_path: Path) -> None:
    child = "kept = bytearray(60 * 2**20); input()"
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE)\n"
        "end = time.monotonic() + 3\n"
        "while time.monotonic() < end: pass\n"
        "child.communicate()"
    )
    assert command([sys.executable, "-c", code], tmp_path, {}, tmp_path / "log") > 60

"""``make bench``: our part of a build against the engine's, on a generated library; and what it costs where little has changed."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.scale import again
from benchmarks.scale.generate import generate
from guidewright.files import write_atomically

LANGUAGES = ("ko",)
RATIO = 0.5
"""Of our seconds to the engine's, at most."""


def main() -> int:
    options = _options()
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        print(f"generating {options.guides} guides", file=sys.stderr)
        generate(project, guides=options.guides, languages=LANGUAGES, seed=options.seed)
        for number in range(options.repeats):
            runs.append({**_run(project), **again.unchanged(project), **again.hello(project)})
            print(f"run {number + 1}: {runs[-1]}", file=sys.stderr)
        edits = again.edited(project, options.repeats)
        runs = [{**run, **edit} for run, edit in zip(runs, edits, strict=True)]
    figures = _figures(runs, options)
    write_atomically(options.json, f"{json.dumps(figures, indent=2)}\n".encode())
    print(json.dumps(figures, indent=2))
    return 0 if figures["ratio_cpu"] <= RATIO else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--guides", type=int, default=100, help="generated (default: 100; the goal is for 1000)"
    )
    parser.add_argument(
        "--repeats", type=int, default=5, help="of both parts, one after the other (default: 5)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--date", default=machine.revision_date(), help="of the measurement; else the revision's"
    )
    parser.add_argument("--json", type=Path, default=machine.ROOT / "build" / "bench.json")
    return parser.parse_args()


def _run(project: Path) -> dict[str, float]:
    """Read, translate and render from scratch; then have the engine build every language."""
    subprocess.run(["rm", "-rf", "build", "site", ".guidewright"], cwd=project, check=True)
    own = _timed([sys.executable, "-m", "guidewright.cli", "render"], project)
    engine = [
        _timed([sys.executable, "-m", "mkdocs", "build", "-q", "-f", f"build/{code}/mkdocs.yml"], project)
        for code in ("en", *LANGUAGES)
    ]
    return {
        "own_seconds": own["seconds"],
        "own_cpu": own["cpu"],
        "own_mb": own["mb"],
        "engine_seconds": sum(each["seconds"] for each in engine),
        "engine_cpu": sum(each["cpu"] for each in engine),
        "engine_mb": max(each["mb"] for each in engine),
    }


def _timed(command: list[str], project: Path) -> dict[str, float]:
    """Run a command; return its seconds, its seconds of processor time, and its peak memory in MB."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONHASHSEED": "0"}
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=project, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    # Kibibytes on Linux, bytes on macOS.
    peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "mb": peak}


def _figures(runs: list[dict[str, float]], options: argparse.Namespace) -> dict[str, Any]:
    def middle(name: str) -> float:
        return round(statistics.median(run[name] for run in runs), 3)

    ratios = {
        f"ratio_{kind}": round(
            statistics.median(run[f"own_{kind}"] / run[f"engine_{kind}"] for run in runs), 2
        )
        for kind in ("seconds", "cpu")
    }
    return {
        "date": options.date,
        "command": f"make bench GUIDES={options.guides} REPEATS={options.repeats}",
        "machine": machine.described(),
        "guides": options.guides,
        "languages": 1 + len(LANGUAGES),
        "backends": 3,
        "repeats": options.repeats,
        "goals": {
            "ratio_cpu": RATIO,
            "unchanged_ratio": again.SHARE,
            "unchanged_seconds": again.SECONDS,
            "edit_seconds": again.EDIT_SECONDS,
            "help_ratio": again.HELLO,
        },
        **ratios,
        "median": {name: middle(name) for name in runs[0]},
    }


if __name__ == "__main__":
    sys.exit(main())

"""``make bench``: guides run by Guidewright, as plain scripts, and by other tools, in turns; to build/speed.json."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.speed import document, peers, project, small
from benchmarks.speed.contenders import Contest, contenders, heavy
from benchmarks.speed.timing import Took, measured
from guidewright.commands.project import open_project
from guidewright.files import write_atomically
from guidewright.store import Store

PLAIN = "python guide.py"
LIMITS = {
    "nine light jobs, cold, against python guide.py": 0.55,
    "nine light jobs, warm, against python guide.py": 0.40,
    "nine light jobs, warm, against jupyter execute": 0.45,
    "one heavy job, against python guide.py": 1.03,
    "peak memory of a job, against python guide.py": 1.10,
    "kernel ready, seconds": 0.5,
    "guidewright --help, against python -c pass": 8.0,
    "guidewright check, the whole library, seconds": 2.0,
}
"""What was asked for, at most."""


def main() -> int:
    options = _options()
    figures = json.loads(options.json.read_text("utf-8")) if options.document else _measure(options)
    document.write(figures)
    print(json.dumps(figures["rows"], indent=2))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="rounds; in each, everything once")
    parser.add_argument("--heavy-repeats", type=int, default=5, help="of the heavy job; 0 for none")
    parser.add_argument(
        "--epochs", type=int, default=30, help="of the heavy job: about a minute on two cores"
    )
    parser.add_argument("--peer-repeats", type=int, default=5, help="rounds that the other tools are in, too")
    parser.add_argument(
        "--date", default=machine.revision_date(), help="of the measurement; else the revision's"
    )
    parser.add_argument("--json", type=Path, default=machine.ROOT / "build" / "speed.json")
    parser.add_argument(
        "--document", action="store_true", help="only write docs/performance.md from the JSON"
    )
    return parser.parse_args()


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "date": options.date,
        "machine": machine.described(),
        "command": f"make bench REPEATS={options.repeats}",
        "load": [],
        "limits": LIMITS,
    }
    with tempfile.TemporaryDirectory() as folder:
        bench = project.make(Path(folder) / "project", epochs=options.epochs)
        python = peers.python() if options.peer_repeats else None
        contest = Contest(bench=bench, peers=python)
        figures["help"] = small.greeting(max(options.repeats, 11))
        _save(figures, options)
        figures["check"] = small.checking(max(options.repeats, 5))
        figures["ready"] = small.ready(bench, max(options.repeats, 5))
        _save(figures, options)
        names = contenders(contest)
        few = {name: names[name] for name in list(names)[:4]}
        figures["light"], figures["heavy"] = [], []
        figures["peaks"] = {"ours": {}, "scripts": contest.peaks}
        for number in range(options.repeats):
            chosen = names if number >= options.repeats - options.peer_repeats else few
            for name in _round(chosen, figures, "light", options):
                if name.startswith("guidewright"):
                    _note_peaks(bench, figures["peaks"]["ours"])
            if number < options.heavy_repeats:
                for _ in _round(heavy(contest, bench.heavy), figures, "heavy", options):
                    pass
    return figures


def _round(
    names: Mapping[str, Callable[[], None]], figures: dict[str, Any], kind: str, options: argparse.Namespace
) -> Iterator[str]:
    """Have each do the work once, and save its figures; one that fails is told, and has none."""
    done: dict[str, Any] = {}
    figures[kind].append(done)
    for name, work in names.items():
        figures["load"].append(round(os.getloadavg()[0], 1))
        try:
            took: Took = measured(work)
        except RuntimeError as error:
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            continue
        done[name] = {"seconds": round(took.seconds, 2), "cpu": round(took.cpu, 2)}
        print(f"{name}: {done[name]}", file=sys.stderr, flush=True)
        yield name
        _save(figures, options)


def _note_peaks(bench: project.Bench, peaks: dict[str, list[float]]) -> None:
    """Note what each job's newest record says of its memory."""
    store = Store.of(open_project(bench.root).settings)
    for job in bench.light:
        if found := store.find(job).match:
            peaks.setdefault(job.name, []).append(found.peak_memory_mb)


def _save(figures: dict[str, Any], options: argparse.Namespace) -> None:
    """Write what is known so far: a measurement takes long, and may be stopped."""
    figures["rows"] = rows(figures)
    write_atomically(options.json, f"{json.dumps(figures, indent=2)}\n".encode())


def rows(figures: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the median ratio of each row, within rounds, by the clock and in processor time."""
    light, big = figures.get("light", []), figures.get("heavy", [])
    found = {
        "nine light jobs, cold, against python guide.py": _ratio(light, "guidewright, cold", PLAIN),
        "nine light jobs, warm, against python guide.py": _ratio(light, "guidewright, warm", PLAIN),
        "nine light jobs, warm, against jupyter execute": _ratio(
            light, "guidewright, warm", "jupyter execute"
        ),
        "one heavy job, against python guide.py": _ratio(big, "guidewright", PLAIN),
        "peak memory of a job, against python guide.py": _peaks(figures.get("peaks")),
    }
    if "ready" in figures:
        found["kernel ready, seconds"] = {"clock": figures["ready"]["forked"]}
    if "help" in figures:
        found["guidewright --help, against python -c pass"] = {"clock": figures["help"]["ratio"]}
    if "check" in figures:
        found["guidewright check, the whole library, seconds"] = {"clock": round(figures["check"], 2)}
    return {name: row for name, row in found.items() if row}


def _ratio(rounds: list[Mapping[str, Any]], one: str, other: str) -> dict[str, float]:
    both = [(done[one], done[other]) for done in rounds if one in done and other in done]
    if not both:
        return {}
    clock, cpu = (statistics.median(a[kind] / b[kind] for a, b in both) for kind in ("seconds", "cpu"))
    return {"clock": round(clock, 3), "cpu": round(cpu, 3), "rounds": len(both)}


def _peaks(peaks: Mapping[str, Mapping[str, list[float]]] | None) -> dict[str, float]:
    """Return the median over the jobs of the ratio of their median peaks, and the largest."""
    if not peaks:
        return {}
    ratios = [
        statistics.median(ours) / statistics.median(peaks["scripts"][name])
        for name, ours in peaks["ours"].items()
        if peaks["scripts"].get(name)
    ]
    return {"clock": round(statistics.median(ratios), 3), "most": round(max(ratios), 3)} if ratios else {}


if __name__ == "__main__":
    sys.exit(main())

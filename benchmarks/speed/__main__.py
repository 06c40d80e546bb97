"""``make bench``: guides run by Guidewright, as plain scripts, and by other tools, in turns; to build/speed.json and docs/performance.md.

All is kept as it is measured: one that fails is told, and the others go on; what was stopped goes on with ``--go-on``.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import beside, machine
from benchmarks.speed import document, library, project, small
from benchmarks.speed.contenders import Contest, contenders, heavy
from benchmarks.speed.rows import LIMITS, rows, whole
from benchmarks.speed.timing import LIMIT_SECONDS, measured
from guidewright.files import write_atomically

OURS = 4
"""Contenders of a round that limits are set for; the others are the other tools."""


def main() -> int:
    chosen, began = options(), time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if chosen.document:
        document.write(json.loads(chosen.json.read_text("utf-8")), chosen.page)
        return 0
    compileall.compile_dir(machine.ROOT / "src", quiet=1)  # as pip does with what it installs
    if chosen.guides:
        library.prepare(chosen.library, chosen.guides)
    python = beside.python("peers", "bench.txt") if chosen.peer_repeats or chosen.prepare else None
    if chosen.prepare:
        return 0
    bench = Benchmark(chosen, python, began)
    try:
        bench.measure()
    except KeyboardInterrupt:
        print("stopped: --go-on goes on from the last whole round", file=sys.stderr)
        return 130
    finally:
        bench.save(page=True)
        print(json.dumps(bench.figures["rows"], indent=2))
    return 0


def options(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    add = parser.add_argument
    add("--repeats", type=int, default=5, help="rounds; in each, everything once")
    add("--heavy-repeats", type=int, default=5, help="of the heavy job; 0 for none")
    add("--peer-repeats", type=int, default=5, help="rounds that the other tools are in, too")
    add("--epochs", type=int, default=0, help="of the heavy job; else as many as take about a minute here")
    add(
        "--beginnings",
        action="store_true",
        help="only the light guides' first sections: to try the benchmark",
    )
    add("--guides", type=int, default=1000, help="in the library in which nothing changes; 0 for none")
    add("--library", type=Path, default=machine.ROOT / "build" / "library", help="where it is, or will be")
    add("--minutes", type=float, default=0, help="begin nothing that would end later; 0 for no such time")
    add("--prepare", action="store_true", help="only make what is not measured: the library, the other tools")
    add("--go-on", action="store_true", help="keep what the JSON has of whole rounds, and go on")
    add("--date", default=machine.revision_date(), help="of the measurement; else the revision's")
    add("--json", type=Path, default=machine.ROOT / "build" / "speed.json")
    add("--page", type=Path, default=document.PAGE, help="the document that has the table")
    add("--document", action="store_true", help="only write the document from the JSON")
    return parser.parse_args(words)


class Benchmark:
    """The figures so far, and how to get the others."""

    def __init__(self, options: argparse.Namespace, peers: Path | None, began: float) -> None:
        self.options, self.peers = options, peers
        self.end = began + options.minutes * 60 if options.minutes else float("inf")
        self.figures: dict[str, Any] = {
            "load": [],
            "light": [],
            "heavy": [],
            "done": 0,
            "epochs": options.epochs,
        }
        self.figures["beginnings"] = options.beginnings
        if options.go_on and options.json.is_file():
            self.figures |= json.loads(options.json.read_text("utf-8"))
            for kind in ("light", "heavy"):
                self.figures[kind] = self.figures[kind][: self.figures["done"]]
        self.figures |= {
            "date": options.date,
            "machine": machine.described(),
            "command": f"make bench REPEATS={options.repeats}",
            "limits": LIMITS,
        }

    def save(self, *, page: bool = False) -> None:
        """Write what is known so far: a measurement takes long, and may be stopped."""
        self.figures["rows"] = rows(self.figures)
        write_atomically(self.options.json, f"{json.dumps(self.figures, indent=2)}\n".encode())
        if page:
            document.write(self.figures, self.options.page)

    def measure(self) -> None:
        options = self.options
        with tempfile.TemporaryDirectory() as folder:
            if not self.figures["epochs"]:
                self.figures["epochs"] = project.epochs(Path(folder) / "calibration")
                print(f"{self.figures['epochs']} epochs of the heavy job", file=sys.stderr, flush=True)
            bench = project.make(
                Path(folder) / "project", epochs=self.figures["epochs"], whole=not self.figures["beginnings"]
            )
            repeats = max(options.repeats, 5)
            self._once("help", lambda: small.greeting(max(repeats, 11)))
            self._once("check", lambda: small.checking(repeats))
            self._once("ready", lambda: small.ready(bench, repeats))
            if options.guides:
                self._once("library", lambda: library.measured(options.library, repeats))
            contest = Contest(bench=bench, peers=self.peers)
            names = contenders(contest)
            ours = {name: names[name] for name in list(names)[:OURS]}
            others = {name: work for name, work in names.items() if name not in ours}
            for number in range(self.figures["done"], options.repeats):
                began = time.perf_counter()
                self.figures["light"].append({})
                self.figures["heavy"].append({})
                self.take_turns(contest, ours, "light")
                if number < options.heavy_repeats:
                    self.take_turns(contest, heavy(contest), "heavy")
                if number < options.peer_repeats:
                    # What limits are set for comes first: later rounds of it keep their time.
                    reserved = (options.repeats - number - 1) * (time.perf_counter() - began)
                    self.take_turns(contest, others, "light", reserved=reserved)
                self.figures["done"] = number + 1
                self.save(page=True)
                _tell(f"round {number + 1} of {options.repeats}: {time.perf_counter() - began:.0f} s")
            for number, done in enumerate(self.figures["light"][: options.peer_repeats]):
                late = {name: work for name, work in others.items() if not whole(done.get(name))}
                self.take_turns(contest, late, "light", number)
                self.save(page=True)

    def _once(self, name: str, measure: Callable[[], dict[str, float]]) -> None:
        """Measure something small, unless it is known; where it fails, it is told, and has no figures."""
        if self.figures.get(name):
            return
        try:
            self.figures[name] = measure()
            _tell(f"{name}: {self.figures[name]}")
        except Exception as error:
            _tell(f"{name}: {type(error).__name__}: {error}")
        self.save()

    def take_turns(
        self,
        contest: Contest,
        names: Mapping[str, Callable[[], None]],
        kind: str,
        number: int = -1,
        *,
        reserved: float = 0,
    ) -> None:
        """Have each do the work once, and save its figures; one that fails is told, and has none.

        Args:
            number: of the round.
            reserved: seconds that are to be left.
        """
        done: dict[str, Any] = self.figures[kind][number]
        for name, work in names.items():
            if time.monotonic() + self._longest(kind, name) + reserved > self.end:
                done[name] = {"failed": "there was no time left"}
                _tell(f"{name}: there is no time left")
                continue
            self.figures["load"].append(round(os.getloadavg()[0], 1))
            contest.peaks, contest.limit = {}, min(LIMIT_SECONDS, self.end - time.monotonic())
            try:
                took = measured(work)
                done[name] = {"seconds": round(took.seconds, 2), "cpu": round(took.cpu, 2)}
                _tell(f"{name}: {done[name]}")
                if contest.peaks:
                    done[name]["peaks"] = {job: round(peak, 1) for job, peak in contest.peaks.items()}
            except Exception as error:
                done[name] = {"failed": f"{error}"[-1500:]}
                _tell(f"{name}: {error}")
            self.save()

    def _longest(self, kind: str, name: str) -> float:
        """Return the seconds that it took at most."""
        return max(
            (done[name].get("seconds", 0.0) for done in self.figures[kind] if name in done), default=0.0
        )


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""What the measurements say: a row for each thing that was asked for."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

COLD, WARM, PLAIN = "guidewright, cold", "guidewright, warm", "python guide.py"
LIMITS = {
    "nine light jobs, cold, against python guide.py": 0.55,
    "nine light jobs, warm, against python guide.py": 0.40,
    "nine light jobs, warm, against jupyter execute": 0.45,
    "one heavy job, against python guide.py": 1.03,
    "peak memory of a light job, against python guide.py": 1.10,
    "peak memory of the heavy job, against python guide.py": 1.10,
    "kernel ready, seconds": 0.5,
    "nothing changed, 1,000 guides, against SHA-256": 5.0,
    "nothing changed, 1,000 guides, seconds": 2.0,
    "one paragraph edited, seconds": 0.3,
    "guidewright --help, against python -c pass": 8.0,
    "guidewright check, the whole library, seconds": 2.0,
    "guidewright check, nothing remembered, seconds": 2.0,
}
"""What was asked for, at most."""

Round = Mapping[str, Mapping[str, Any]]


def rows(figures: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the median of each row, and of ratios within rounds by the clock and in processor time; none of what was not measured."""
    light, big = figures.get("light", []), figures.get("heavy", [])
    small = [
        ("kernel ready, seconds", "ready", "forked", ""),
        ("nothing changed, 1,000 guides, against SHA-256", "library", "ratio", "ratio_cpu"),
        ("nothing changed, 1,000 guides, seconds", "library", "seconds", ""),
        ("one paragraph edited, seconds", "library", "edit_seconds", ""),
        ("guidewright --help, against python -c pass", "help", "ratio", ""),
        ("guidewright check, the whole library, seconds", "check", "seconds", ""),
        ("guidewright check, nothing remembered, seconds", "check", "first_seconds", ""),
    ]
    found = {
        "nine light jobs, cold, against python guide.py": _ratio(light, COLD, PLAIN),
        "nine light jobs, warm, against python guide.py": _ratio(light, WARM, PLAIN),
        "nine light jobs, warm, against jupyter execute": _ratio(light, WARM, "jupyter execute"),
        "one heavy job, against python guide.py": _ratio(big, "guidewright", PLAIN),
        "peak memory of a light job, against python guide.py": _peaks(light, (COLD, WARM)),
        "peak memory of the heavy job, against python guide.py": _peaks(big, ("guidewright",)),
        **{name: _small(figures.get(part), clock, cpu) for name, part, clock, cpu in small},
    }
    return {name: row for name, row in found.items() if row}


def whole(done: Mapping[str, Any] | None) -> bool:
    """Whether something was measured in a round, and did not fail."""
    return bool(done) and "seconds" in (done or {})


def _ratio(rounds: Iterable[Round], one: str, other: str) -> dict[str, float]:
    both = [(done[one], done[other]) for done in rounds if whole(done.get(one)) and whole(done.get(other))]
    if not both:
        return {}
    clock, cpu = (statistics.median(a[kind] / b[kind] for a, b in both) for kind in ("seconds", "cpu"))
    return {"clock": round(clock, 3), "cpu": round(cpu, 3), "rounds": len(both)}


def _peaks(rounds: Iterable[Round], names: tuple[str, ...]) -> dict[str, float]:
    """Return the median over the jobs of the ratio of their median peaks, and the largest."""
    ours, scripts, count = dict[str, list[float]](), dict[str, list[float]](), 0
    for done in rounds:
        for name in names:
            _note(ours, done.get(name))
        count += _note(scripts, done.get(PLAIN))
    ratios = [
        statistics.median(peaks) / statistics.median(scripts[job])
        for job, peaks in ours.items()
        if job in scripts
    ]
    if not ratios:
        return {}
    return {"clock": round(statistics.median(ratios), 3), "most": round(max(ratios), 3), "rounds": count}


def _note(peaks: dict[str, list[float]], done: Mapping[str, Any] | None) -> bool:
    for job, peak in (done or {}).get("peaks", {}).items():
        peaks.setdefault(job, []).append(peak)
    return whole(done)


def _small(part: Mapping[str, float] | None, clock: str, cpu: str) -> dict[str, float]:
    if not part or clock not in part:
        return {}
    found = {"clock": round(part[clock], 3), "rounds": part["rounds"]}
    return {**found, "cpu": round(part[cpu], 3)} if cpu else found

"""Lighthouse's own scores of a page, phone profile, several runs."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PROGRAM = FOLDER / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """Of one page: 0 to 100 each."""

    scores: dict[str, int]
    """By category: the median of the runs for performance, the lowest for the others, which should not vary."""
    performance: list[int]
    """Of each run."""
    failing: list[str]
    """Audits with weight that are not full, in any run, with what Lighthouse says of them."""
    metrics: dict[str, str]
    """The metrics of the run with the median performance, as Lighthouse writes them."""


def install() -> None:
    """Install Lighthouse as the lock file has it, where it is not there."""
    if not PROGRAM.exists():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=FOLDER, check=True)


def measure(url: str, *, chromium: str, runs: int) -> Scores:
    """Run Lighthouse several times on a page."""
    reports = sorted(
        (_run(url, chromium) for _ in range(runs)), key=lambda report: _scores(report)["performance"]
    )
    found = [_scores(report) for report in reports]
    middle = reports[len(reports) // 2]
    scores = {name: min(each[name] for each in found) for name in CATEGORIES}
    scores["performance"] = round(statistics.median(each["performance"] for each in found))
    failing = {line for report in reports for line in _failing(report)}
    return Scores(
        scores=scores,
        performance=[each["performance"] for each in found],
        failing=sorted(failing),
        metrics=_metrics(middle),
    )


def _run(url: str, chromium: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            str(PROGRAM), url, "--quiet", "--output=json", f"--output-path={report}",
            f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={' '.join(FLAGS)}",
        ]  # fmt: skip
        subprocess.run(command, env={**os.environ, "CHROME_PATH": chromium}, check=True)
        found: dict[str, Any] = json.loads(report.read_text("utf-8"))
        return found


def _scores(report: dict[str, Any]) -> dict[str, int]:
    return {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES}


def _failing(report: dict[str, Any]) -> list[str]:
    """Return the audits that cost points in the categories that are to be full."""
    found = []
    for name in CATEGORIES[1:]:
        for reference in report["categories"][name]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                found.append(f"{name}: {audit['title']} ({reference['id']})")
    return found


def _metrics(report: dict[str, Any]) -> dict[str, str]:
    names = {
        "first-contentful-paint": "FCP",
        "largest-contentful-paint": "LCP",
        "total-blocking-time": "TBT",
        "cumulative-layout-shift": "CLS",
        "speed-index": "SI",
    }
    return {
        short: report["audits"][name]["displayValue"].replace("\N{NO-BREAK SPACE}", " ")
        for name, short in names.items()
    }

"""A large library in which nothing, or one paragraph, has changed: what it costs to see that."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.scale import again
from benchmarks.scale.generate import generate

LANGUAGES = ("ko",)


def prepare(project: Path, guides: int) -> None:
    """Generate the library where it is not there, and render it: what takes long, and is not measured.

    Raises:
        subprocess.CalledProcessError: it cannot be rendered.
    """
    whole = project / "generated"
    if not whole.is_file() or whole.read_text("utf-8") != f"{guides}\n":
        subprocess.run(["rm", "-rf", str(project)], check=True)
        _told(f"{guides} guides generated", lambda: generate(project, guides=guides, languages=LANGUAGES))
        whole.write_text(f"{guides}\n", "utf-8")
    render = [sys.executable, "-m", "guidewright.cli", "render"]
    _told(
        "the library rendered",
        lambda: subprocess.run(render, cwd=project, check=True, stdout=subprocess.DEVNULL),
    )


def _told(what: str, work) -> None:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    work()
    print(f"{what} in {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)


def measured(project: Path, repeats: int) -> dict[str, float]:
    """Return medians: of seconds, of a ratio within a round, of an edit's seconds; and the number of inputs."""
    rounds = [again.unchanged(project) for _ in range(repeats + 1)][1:]  # the first one reads the disk
    edits = [edit["edit_seconds"] for edit in again.edited(project, repeats)]
    ratios = [each["unchanged_seconds"] / each["sha256_seconds"] for each in rounds]
    return {
        "seconds": statistics.median(each["unchanged_seconds"] for each in rounds),
        "sha256_seconds": statistics.median(each["sha256_seconds"] for each in rounds),
        "ratio": statistics.median(ratios),
        "ratio_cpu": statistics.median(each["unchanged_ratio"] for each in rounds),
        "edit_seconds": statistics.median(edits),
        "rounds": repeats,
    }

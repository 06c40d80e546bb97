"""What it costs to look at a library in which nothing, or one paragraph, has changed; and to say hello.

A ratio is of processor time within one run, both sides in processes of their own: what else the machine does counts least so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from guidewright.commands.inputs import roots
from guidewright.commands.preview import Session
from guidewright.commands.preview_shown import Choice
from guidewright.plan import Selection
from guidewright.settings import load

SHARE, SECONDS = 5.0, 2.0
"""Of the time to digest every input, and of a clock: what finding nothing changed may take."""
EDIT_SECONDS = 0.3
HELLO = 8.0
"""Of what Python takes to do nothing: what ``--help`` may take."""


def unchanged(project: Path) -> dict[str, float]:
    """Render a library that has just been rendered, beside a process that digests its inputs."""
    render = [sys.executable, "-m", "guidewright.cli", "render"]
    sha = [sys.executable, str(Path(__file__).with_name("sha256.py")), *roots(load(project))]
    own, least = _cost(render, project), _cost(sha, project)
    return {
        "unchanged_seconds": own[0],
        "unchanged_cpu": own[1],
        "sha256_seconds": least[0],
        "sha256_cpu": least[1],
        "unchanged_ratio": own[1] / least[1],
    }


def hello(project: Path) -> dict[str, float]:
    """Print the help, beside a Python that does nothing."""
    own = _cost([sys.executable, "-m", "guidewright.cli", "--help"], project)
    least = _cost([sys.executable, "-c", "pass"], project)
    return {"help_cpu": own[1], "pass_cpu": least[1], "help_ratio": own[1] / least[1]}


def edited(project: Path, repeats: int) -> list[dict[str, float]]:
    """Edit a paragraph of one guide in a preview that is up, again and again: until its page's Markdown is there."""
    file = min((project / "guides").rglob("guide_*.py"))
    words = file.read_text("utf-8")
    name = f"docs/{file.relative_to(project).with_suffix('.md').as_posix()}"
    found = []
    with tempfile.TemporaryDirectory() as folder:
        session = Session(root=project, folder=Path(folder), choice=Choice(selection=Selection(), run=False))
        session.read()
        preview = session.pages.previews["en"]
        for number in range(repeats):
            file.write_text(words.replace("\n# The ", f"\n# Edit {number}. The ", 1), "utf-8")
            clock, cpu = time.perf_counter(), time.process_time()
            session.hurry([file])
            found.append({"edit_seconds": time.perf_counter() - clock, "edit_cpu": time.process_time() - cpu})
            if f"Edit {number}." not in preview.wanted[name].decode():
                raise ValueError("the page is not what was edited")
    file.write_text(words, "utf-8")
    return found


def _cost(command: list[str], project: Path) -> tuple[float, float]:
    """Run a command; return its seconds, and its seconds of processor time."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return seconds, usage.ru_utime + usage.ru_stime

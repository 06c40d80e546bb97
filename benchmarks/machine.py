"""What a figure depends on: the machine, the programs and the revision that it was measured with."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]


def described() -> dict[str, str]:
    """Return the machine in words: processor, cores, memory (GiB), system, Python."""
    memory = psutil.virtual_memory().total / 2**30
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB",
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    """Return the processor's name, or, where the system tells none, its kind."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def revision_date() -> str:
    """Return the date of the checked-out revision, as git has it; empty where there is no git."""
    command = ["git", "log", "-1", "--format=%cs"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def version(*command: str) -> str:
    """Return the first line that a program prints of its version."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[0].strip()

"""The environment with the other tools: what ``.venv`` has, and ``requirements/bench.txt``."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from benchmarks.machine import ROOT

FOLDER = ROOT / "build" / "peers"


def python() -> Path:
    """Return the Python of an environment that has the other tools, made where it is not there.

    Raises:
        subprocess.CalledProcessError: it cannot be made; pip has said why.
    """
    found = FOLDER / "bin" / "python"
    wanted = (ROOT / "requirements" / "bench.txt").read_text("utf-8")
    state = FOLDER / "state"
    if state.is_file() and state.read_text("utf-8") == wanted:
        return found
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
    # A .pth file has Python, and so pip, see what .venv has; only what is missing is installed.
    folder = next((FOLDER / "lib").glob("python3.*")) / "site-packages"
    seen = dict.fromkeys([sysconfig.get_path("purelib"), *filter(_is_environment, sys.path)])
    (folder / "beside.pth").write_text("".join(f"{path}\n" for path in seen), "utf-8")
    install = [str(found), "-m", "pip", "install", "-q", "-r", str(ROOT / "requirements" / "bench.txt")]
    subprocess.run([*install, "-c", str(ROOT / "requirements" / "lock.txt")], check=True)
    state.write_text(wanted, "utf-8")
    return found


def _is_environment(path: str) -> bool:
    return path.endswith("site-packages")

"""Environments beside the one that runs here: what it has, and a file of pinned requirements; under ``build/``.

For what only a benchmark or a test needs, and what does not get on with the locked versions.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from benchmarks.machine import ROOT


def python(folder: str, requirements: str) -> Path:
    """Return the Python of ``build/FOLDER``, which has what runs here and ``requirements/REQUIREMENTS``; made where it is not there.

    Raises:
        subprocess.CalledProcessError: it cannot be made; pip has said why.
    """
    home, wanted = ROOT / "build" / folder, ROOT / "requirements" / requirements
    found, state = home / "bin" / "python", home / "state"
    key = f"{sys.prefix} {sys.version}\n{wanted.read_text('utf-8')}"
    if state.is_file() and state.read_text("utf-8") == key:
        return found
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    # What a .pth file names comes after the environment's own packages, which therefore win.
    packages = next((home / "lib").glob("python3.*")) / "site-packages"
    seen = dict.fromkeys([sysconfig.get_path("purelib"), *filter(_of_ours, sys.path)])
    (packages / "beside.pth").write_text("".join(f"{path}\n" for path in seen), "utf-8")
    install = [str(found), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*install, "-r", str(wanted)], check=True)
    state.write_text(key, "utf-8")
    return found


def _of_ours(path: str) -> bool:
    return path.endswith("site-packages") or path == str(ROOT / "src")

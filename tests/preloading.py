"""A sandbox whose backend alpha preloads a module, so that its kernels are forked; and how to tell who forked them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil

from sandbox import Sandbox

_SLOWLY = """
import os, sys, time
imported_by, begun, error_stream = os.getpid(), time.time(), sys.stderr
time.sleep({seconds})
{more}
"""
FORKED = "# %%\nimport slowly, os\nprint(slowly.imported_by != os.getpid())\n"


def preloading(
    sandbox: Sandbox, *, seconds: float = 0.0, more: str = "", extra: str = "", ahead: str = ""
) -> Path:
    """Have alpha preload the module ``slowly``, which takes its time; return its file.

    Args:
        more: lines of it.
        extra: lines of the settings.
        ahead: lines of the module ``ahead``, if it is to be imported ahead.
    """
    folder = sandbox.outside / "modules"
    folder.mkdir(exist_ok=True)
    module = folder / "slowly.py"
    module.write_text(_SLOWLY.format(seconds=seconds, more=more), "utf-8")
    preloaded = 'preload = ["slowly"]'
    if ahead:
        (folder / "ahead.py").write_text(f"import os\nimported_by = os.getpid()\n{ahead}\n", "utf-8")
        preloaded += '\nimport_ahead = ["ahead", "notthere"]'
    sandbox.environment["PYTHONPATH"] = str(folder)
    sandbox.settings(extra=f'{extra}\nallow_environment = ["PYTHONPATH"]')
    file = sandbox.root / "pyproject.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('label = "Alpha"', f'label = "Alpha"\n{preloaded}'), "utf-8")
    return module


def parents(build: int) -> list[int]:
    """Return the processes of a build that forks are made from; the forks look the same, but for whose children they are."""
    found = []
    for process in psutil.Process(build).children():
        with suppress(psutil.Error):
            if "guidewright.execute.forking" in process.cmdline():
                found.append(process.pid)
    return found

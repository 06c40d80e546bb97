"""What runs inside a job's kernel, around the guide: called by :mod:`guidewright.execute.kernel`, never by a guide.

A guide under the debugger has no kernel, and is prepared by the same steps.

Light to import, so that a kernel starts fast. A backend's *bootstrap* module has two functions: ``start(request)``,
before the first cell, with ``{"datasets": [...], "home": folder, "log": file}``; and ``report()``, after the last,
which returns ``{"device": str, "device_class": str, "datasets": [names used]}``.
"""

from __future__ import annotations

import builtins
import faulthandler
import gc
import importlib
import json
import os
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from guidewright.pycode import CHECK_HOOK

_state: dict[str, Any] = {"checks": set(), "bootstrap": None, "owners": None}


def start(text: str) -> None:
    """Prepare the kernel; ``text`` is JSON with ``cpus``, ``bootstrap``, ``request`` and ``owners``.

    The last is which distributions have which module, or null if the kernel is to find that out.
    """
    _lose_nothing()
    prepare(json.loads(text))


def prepare(order: dict[str, Any]) -> None:
    """Pin this process to its cores, and call the backend's bootstrap; see :func:`start`."""
    _pin(order["cpus"])
    _state["owners"] = order["owners"]
    # A crash in native code: its Python frames are the last thing that the kernel's log says.
    faulthandler.enable(Path(order["request"]["log"]).open("a"))  # noqa: SIM115 - open to the end
    setattr(builtins, CHECK_HOOK, lambda *site: _state["checks"].add(site))
    if order["bootstrap"]:
        _state["bootstrap"] = importlib.import_module(order["bootstrap"])
        _state["bootstrap"].start(order["request"])


def _pin(cpus: list[int]) -> None:
    """Keep every thread of this process, and those it will start, on its slot's cores (Linux only)."""
    if cpus and hasattr(os, "sched_setaffinity"):
        for thread in Path("/proc/self/task").iterdir():
            with suppress(OSError):  # a thread that has just ended
                os.sched_setaffinity(int(thread.name), cpus)


def _lose_nothing() -> None:
    """Have the kernel wait for us where a cell shows outputs faster than we take them; ZeroMQ would drop them silently."""
    import zmq
    from IPython import get_ipython

    thread = get_ipython().kernel.iopub_thread
    thread.schedule(lambda: thread.socket.setsockopt(zmq.XPUB_NODROP, 1))


def report() -> str:
    """Return JSON: checks that ran, by cell; loaded distributions; and what the bootstrap reports."""
    # Nothing comes after this. TensorFlow's iterators, to be collected, wait a tenth of a second each for a thread that sleeps.
    gc.disable()
    checks: dict[str, int] = {}
    for cell, *_ in _state["checks"]:
        checks[cell] = checks.get(cell, 0) + 1
    told = {"device": "CPU", "device_class": "cpu", "datasets": []}
    if _state["bootstrap"]:
        told |= _state["bootstrap"].report()
    return json.dumps({"checks": checks, "distributions": _distributions(), **told})


def _distributions() -> dict[str, str]:
    """Return name → version of every distribution that has a module loaded."""
    # Guidewright itself is left out: a guide does not see it, and its own version must not spoil records.
    loaded = {name.partition(".")[0] for name in list(sys.modules)} - {"guidewright", "guidewright_keras"}
    owners = _state["owners"] or metadata.packages_distributions()
    names = {name for module, names in owners.items() if module in loaded for name in names}
    found = {}
    for name in sorted(names):
        with suppress(metadata.PackageNotFoundError):
            found[name.lower().replace("_", "-")] = metadata.version(name)
    return dict(sorted(found.items()))

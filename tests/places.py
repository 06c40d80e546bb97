"""The two places where jobs run, for tests that hold for both: this machine, and a cluster with one worker of all its cores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from guidewright.execute.environment import this_machine
from sandbox import Sandbox
from scripts.cluster import loopback

PLACES = ("local", "cluster")


@contextmanager
def place(name: str, made: Sandbox, hidden: Mapping[str, str] = {}) -> Iterator[str]:
    """Yield the line of the settings that has a sandbox's jobs run at a place.

    Args:
        hidden: what of the environment the place itself has otherwise.
    """
    if name == "local":
        yield ""
        return
    with loopback(made.environ(hidden)) as cluster:
        cores = this_machine().cores
        cluster.add("whole", f"CPU={cores}", cores)
        yield f'scheduler = "{cluster.address}"\n'

"""Run a command while no other holds the same lock: ``python scripts/alone.py LOCKFILE COMMAND…``.

The command takes this process' place and keeps the lock file open, so the system frees the lock however it ends.
Standard library only: this runs before there is an environment.
"""

import fcntl
import os
import sys
from pathlib import Path


def main(lockfile: str, *command: str) -> None:
    path = Path(lockfile)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = path.read_text("utf-8").strip()
        print(f"Waiting for process {holder}, which is setting up here", file=sys.stderr, flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    os.set_inheritable(descriptor, True)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])

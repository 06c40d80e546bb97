"""Who waits for news is woken when there may be some."""

from __future__ import annotations

import threading


class Hub:
    """A counter of changes that threads wait on."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._number = 0
        self.closed = False

    @property
    def number(self) -> int:
        return self._number

    def tell(self) -> None:
        with self._condition:
            self._number += 1
            self._condition.notify_all()

    def close(self) -> None:
        """Let all who wait go, for good."""
        self.closed = True
        self.tell()

    def wait(self, seen: int, seconds: float) -> None:
        """Return once the number is another than ``seen``, or after a while."""
        with self._condition:
            self._condition.wait_for(lambda: self._number != seen, timeout=seconds)

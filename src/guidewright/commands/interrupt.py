"""A request to end is like Ctrl-C: kernels are ended, what is done is kept."""

from __future__ import annotations

import signal
from contextlib import suppress
from types import FrameType


def end_like_ctrl_c() -> None:
    """Treat SIGTERM, and SIGHUP where nobody ignores it, as Ctrl-C is treated."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with suppress(ValueError):  # not in the main thread, which then has handlers of its own
                signal.signal(number, _interrupt)


def _interrupt(_number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):  # asyncio's own while jobs run: it cancels them, and lets them clean up
        handler(signal.SIGINT, frame)
    else:  # a shell starts commands behind "&" with SIGINT ignored
        raise KeyboardInterrupt

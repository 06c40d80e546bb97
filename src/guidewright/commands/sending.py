"""Records on their way to the store elsewhere that the settings name for writing, beside the run that makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from guidewright.commands.report import Report
from guidewright.errors import StoreError
from guidewright.model import Record
from guidewright.store import send


@contextmanager
def sending(address: str, report: Report) -> Iterator[Callable[[Record], None]]:
    """Yield what sends a record that is saved here already, without waiting; at the end, wait, and note what could not be sent.

    A store that has failed once is not waited for again. Ctrl-C gives up what is queued: all of it is kept here.

    Args:
        address: of the store; where it is empty, nothing is sent.
    """
    if not address:
        yield lambda _record: None
        return
    failed: list[StoreError] = []
    queued: dict[str, Future[None]] = {}
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sending")

    def one(record: Record) -> None:
        if failed:
            raise failed[0]
        try:
            send([record], address)
        except StoreError as error:
            failed.append(error)
            raise

    def soon(record: Record) -> None:
        if record.published:
            queued[record.name] = pool.submit(one, record)

    try:
        yield soon
        pool.shutdown()
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    for name, future in queued.items():
        if isinstance(error := future.exception(), StoreError):
            report.unsent[name] = list(error.problems)
        elif error:
            raise error

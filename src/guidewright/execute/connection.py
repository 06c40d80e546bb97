"""A connection to a Dask scheduler, and what its workers say of themselves."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from distributed import Client
from distributed.client import AllExit
from distributed.versions import VersionMismatchWarning

from guidewright.errors import CannotRunError
from guidewright.execute import on_worker
from guidewright.execute.workers import Questions, Worker, worker_of

_REACH_SECONDS = 5.0
_HELLO_SECONDS = 15.0
_SCHEDULERS = ("dask", "distributed", "msgpack")
"""What a scheduler, which runs no job, is to have the same of."""


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Client]:
    """Connect to a scheduler.

    Raises:
        CannotRunError: nothing is there, or it does not answer as a Dask scheduler does.
    """
    await _reach(address)
    _silence()
    asyncio.get_running_loop().set_exception_handler(_told)
    client = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", VersionMismatchWarning)  # versions are compared by us
            client = Client(address, asynchronous=True, set_as_default=False, name="guidewright")
            # Dask's own limit does not hold where something listens and says nothing.
            await asyncio.wait_for(client, _HELLO_SECONDS)
    except (OSError, TypeError, ValueError, RuntimeError, ImportError) as error:
        await _leave(client)
        why = str(error) or f"nothing in {_HELLO_SECONDS:g} s"
        message = f"{address} does not answer as a Dask scheduler does: {why}"
        hint = (
            "name the address that `dask scheduler` prints; tls:// wants certificates in Dask's configuration"
        )
        raise CannotRunError(message, hint=hint) from error
    try:
        yield client
    finally:
        await _leave(client)


async def _leave(client: Client | None) -> None:
    if client is not None:
        with suppress(Exception):  # a scheduler that is gone cannot be left
            await asyncio.wait_for(client.close(), _REACH_SECONDS)
        client.status = "closed"  # else it would try again where no loop runs any more


def _silence() -> None:
    """Have Dask's loggers, each of which has a level of its own, say nothing: what goes wrong is told as a problem or a note."""
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _told(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Leave out what Dask raises for itself, and forgets, where a worker is lost between a job's end and its record's way here."""
    if not isinstance(context.get("exception"), AllExit):
        loop.default_exception_handler(context)


async def _reach(address: str) -> None:
    """See that something listens, since Dask tries for long."""
    place = urlsplit(address)
    try:
        opened = asyncio.open_connection(place.hostname, place.port)
        _, writer = await asyncio.wait_for(opened, _REACH_SECONDS)
    except OSError as error:
        why = error.strerror or str(error) or "no answer"
        message = f"no scheduler can be reached at {address}: {why}"
        raise CannotRunError(message, hint="start one: dask scheduler; docs/cluster.md says how") from error
    writer.close()


async def addresses(client: Client) -> dict[str, dict[str, Any]]:
    """Return what the scheduler knows of each worker that is at work, by address."""
    told = await client.scheduler.identity(n_workers=-1)
    return {
        address: info
        for address, info in sorted(told["workers"].items())
        if info.get("status") in ("running", "paused")
    }


async def ask(
    client: Client, questions: Questions, known: Collection[str] = ()
) -> tuple[list[Worker], dict[str, str]]:
    """Ask the workers that are not known yet; return them, and what is wrong with those that cannot answer, by name."""
    new = {where: info for where, info in (await addresses(client)).items() if where not in known}
    if not new:
        return [], {}
    answers = await client.run(on_worker.describe, **asdict(questions), workers=list(new), on_error="return")
    workers, wrong = [], {}
    for where, answer in answers.items():
        if isinstance(answer, dict):
            workers.append(worker_of(where, new[where], answer))
        elif not isinstance(answer, OSError):  # else it is gone already
            wrong[str(new[where].get("name") or where)] = f"{type(answer).__name__}: {answer}"
    return workers, wrong


async def scheduler_versions(client: Client) -> dict[str, str]:
    """Return name → version of what the scheduler is to have the same of."""
    told = (await client.scheduler.versions())["packages"]
    return {name: told[name] for name in _SCHEDULERS if told.get(name)}

"""A connection to a Dask scheduler, and what its workers say of themselves."""

from __future__ import annotations

import asyncio
import logging
import ssl
import warnings
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from distributed import Client
from distributed.client import AllExit
from distributed.security import Security
from distributed.versions import VersionMismatchWarning

from guidewright.errors import CannotRunError
from guidewright.execute import on_worker
from guidewright.execute.workers import Questions, Worker, worker_of

_REACH_SECONDS = 5.0
_HELLO_SECONDS = 15.0
_SCHEDULERS = ("dask", "distributed", "msgpack")
"""What a scheduler, which runs no job, is to have the same of."""
_TLS_HINT = 'have the same authority and a certificate of it on every machine; docs/cluster.md says how, under "Trust"'


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Client]:
    """Connect to a scheduler.

    Raises:
        CannotRunError: nothing is there, it does not answer as a Dask scheduler does, or over TLS one side does not trust the other.
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
        hint = "name the address that `dask scheduler` prints, with tls:// where that stands there"
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
    """See that something listens and, over TLS, is trusted, since Dask tries for long and does not tell why."""
    place = urlsplit(address)
    context = _certificates(address) if place.scheme == "tls" else None
    try:
        opened = asyncio.open_connection(place.hostname, place.port, ssl=context)
        _, writer = await asyncio.wait_for(opened, _REACH_SECONDS)
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or str(error)
        message = f"{address} and this machine do not agree on TLS: {why}"
        raise CannotRunError(message, hint=_TLS_HINT) from error
    except OSError as error:
        why = error.strerror or str(error) or "no answer"
        message = f"no scheduler can be reached at {address}: {why}"
        raise CannotRunError(message, hint="start one: dask scheduler; docs/cluster.md says how") from error
    writer.close()
    with suppress(OSError):  # it may be gone by now
        await writer.wait_closed()


def _certificates(address: str) -> ssl.SSLContext:
    """Return what Dask's configuration has for clients (``distributed.comm.tls``).

    Raises:
        CannotRunError: it names no certificate, or one that cannot be read.
    """
    security = Security()
    try:
        context: ssl.SSLContext | None = security.get_connection_args("client")["ssl_context"]
    except (OSError, ValueError) as error:
        names = (security.tls_ca_file, security.tls_client_cert, security.tls_client_key)
        named = ", ".join(dict.fromkeys(name for name in names if name))
        message = f"the certificates for {address} cannot be used ({named}): {error}"
        raise CannotRunError(message, hint=_TLS_HINT) from error
    if context is None:
        message = f"{address} wants certificates, and Dask's configuration names none here"
        raise CannotRunError(message, hint=_TLS_HINT)
    return context


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

"""The one seam to stores elsewhere: a store's files, read, written, listed and removed through fsspec, with patience."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from guidewright.errors import DamagedRecordError, Problem, StoreError

_AT_ONCE = 32

Answer = bytes | BaseException
"""A file's content, or why it could not be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a store is waited for, in seconds."""

    request: float = 10.0
    store: float = 60.0
    """All requests together."""


PATIENCE = Patience()


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A file as its store lists it."""

    size: int
    modified: dt.datetime | None
    """None where the store does not say."""


class Remote:
    """A store's files by their path below its address; many are asked for at once.

    Raises:
        ImportError: fsspec, or what it needs for the address, is not installed.
        ValueError: fsspec knows no such address.
    """

    def __init__(self, address: str, patience: Patience = PATIENCE) -> None:
        import fsspec  # here, not above: only those who share records have it

        self.address = address
        self._patience = patience
        self._deadline = time.monotonic() + patience.store
        self._system, root = fsspec.core.url_to_fs(address, **_options(address, patience))
        self._root = root.rstrip("/")
        self._gate = asyncio.Semaphore(_AT_ONCE)

    def read(self, paths: Sequence[str]) -> list[Answer]:
        """Return what came of each file."""
        return self.ask(paths)()

    def ask(self, paths: Sequence[str]) -> Callable[[], list[Answer]]:
        """Begin to read files; what is returned waits for them, and returns what came of each."""
        return self._begin("cat_file", [(self._full(path),) for path in paths])

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files in any order.

        Raises:
            Exception: whatever the file system raises for the first that could not be written.
        """
        self._whole("pipe_file", [(self._full(path), content) for path, content in files.items()])

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files.

        Raises:
            Exception: whatever the file system raises for the first that could not be removed.
        """
        self._whole("rm_file", [(self._full(path),) for path in paths])

    def listing(self) -> dict[str, Listed]:
        """Return all files by path, sorted.

        Raises:
            Exception: whatever the file system raises.
        """
        (found,) = self._whole("find", [(self._root, None, False, True)])
        return {path.removeprefix(self._root).lstrip("/"): _listed(found[path]) for path in sorted(found)}

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _whole(self, name: str, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        found = self._begin(name, calls)()
        for answer in found:
            if isinstance(answer, BaseException):
                raise answer
        return found

    def _begin(self, name: str, calls: Sequence[tuple[Any, ...]]) -> Callable[[], list[Any]]:
        """Call a method of the file system with each of these arguments; what is returned waits for results and exceptions."""
        from fsspec.asyn import get_loop

        gathered = self._gathered(self._method(name), calls)
        return asyncio.run_coroutine_threadsafe(gathered, get_loop()).result

    def _method(self, name: str) -> Callable[..., Awaitable[Any]]:
        if self._system.async_impl:
            method: Callable[..., Awaitable[Any]] = getattr(self._system, f"_{name}")
            return method
        return _threaded(getattr(self._system, name))

    async def _gathered(
        self, method: Callable[..., Awaitable[Any]], calls: Sequence[tuple[Any, ...]]
    ) -> list[Any]:
        async def one(arguments: tuple[Any, ...]) -> Any:
            async with self._gate:
                left = min(self._patience.request, self._deadline - time.monotonic())
                return await asyncio.wait_for(method(*arguments), max(left, 0))

        return await asyncio.gather(*map(one, calls), return_exceptions=True)


def _options(address: str, patience: Patience) -> dict[str, Any]:
    if address.startswith("s3://"):
        waits = {"connect_timeout": patience.request, "read_timeout": patience.request}
        config = {**waits, "retries": {"max_attempts": 1}, "max_pool_connections": _AT_ONCE}
        return {"config_kwargs": config, "use_listings_cache": False}
    if address.startswith(("http://", "https://")):
        return {"client_kwargs": {"trust_env": True}}  # proxies
    if address.startswith("file://"):
        return {"auto_mkdir": True}
    return {}


def _listed(info: Mapping[str, Any]) -> Listed:
    """Read what file systems say: S3 under one name, folders under another, in seconds."""
    when = info.get("LastModified", info.get("mtime"))
    if isinstance(when, int | float):
        when = dt.datetime.fromtimestamp(when, dt.UTC)
    return Listed(size=int(info.get("size") or 0), modified=when if isinstance(when, dt.datetime) else None)


def _threaded(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Make a function awaitable, in a thread that does not keep the process from ending, as one of asyncio's would."""

    async def awaited(*arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()

        def tell(result: Any, error: BaseException | None) -> None:
            if done.done():  # nobody waits any more
                return
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

        def work() -> None:
            try:
                result, error = function(*arguments), None
            except Exception as raised:
                result, error = None, raised
            loop.call_soon_threadsafe(tell, result, error)

        threading.Thread(target=work, daemon=True).start()
        return await done

    return awaited


# -------------------------------------------------------------------- words

_BY_CLASS = {
    "TooManyRedirects": "it redirects without end",
    "ClientPayloadError": "its answer was cut short",
    "ServerDisconnectedError": "it hung up",
    "ClientConnectorDNSError": "its name is not known here",
    "ClientConnectorError": "nothing answers there",
    "EndpointConnectionError": "nothing answers there",
    "ConnectTimeoutError": "it did not answer in time",
    "ReadTimeoutError": "it did not answer in time",
    "NoCredentialsError": "there are no credentials for it here",
    "TimeoutError": "it did not answer in time",
    "FileNotFoundError": "it is not there",
    "PermissionError": "permission is denied",
}
"""aiohttp, botocore and Python name what happened; the first that an error's classes have."""


def in_words(error: BaseException) -> str:
    """Say what happened, for whatever a file system's library may raise."""
    if isinstance(error, DamagedRecordError):
        return error.problems[0].message
    for kind in type(error).__mro__:
        if kind.__name__ in _BY_CLASS:
            return _BY_CLASS[kind.__name__]
    if status := getattr(error, "status", 0):
        return "permission is denied" if status in (401, 403) else f"it answered with the status {status}"
    return " ".join(str(error).split())[:200] or type(error).__name__


def hint(error: BaseException, otherwise: str) -> str:
    """Say what to do about it."""
    if not isinstance(error, ImportError):
        return otherwise
    # fsspec's words name the package.
    return f"pip install 'guidewright[{'s3' if 's3fs' in str(error) else 'stores'}]'"


@contextmanager
def telling(address: str, doing: str, otherwise: str) -> Iterator[None]:
    """Make whatever a file system's library raises an error of ours.

    Raises:
        StoreError: anything was raised inside.
    """
    try:
        yield
    except Exception as error:
        message = f"the shared store could not be {doing}: {in_words(error)}"
        raise StoreError(Problem(path=address, message=message, hint=hint(error, otherwise))) from error

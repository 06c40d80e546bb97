"""A real S3 server on loopback: moto in server mode, in a process of its own; and the environment that has it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import requests

from benchmarks import beside
from sandbox import eventually

HERE = find_spec("s3fs") is not None and find_spec("moto") is not None
"""Whether these tests run in the environment that has both: see ``python``."""


def python() -> Path:
    """Return the Python of ``build/s3``, which has what runs here and ``requirements/s3.txt``; made where it is not there."""
    return beside.python("s3", "s3.txt")


@dataclass(frozen=True, kw_only=True)
class S3:
    address: str

    @property
    def environ(self) -> dict[str, str]:
        """What makes botocore speak to it."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def new(self, bucket: str) -> str:
        """Make a bucket, and return its address."""
        requests.put(f"{self.address}/{bucket}", timeout=30).raise_for_status()
        return f"s3://{bucket}"

    def deny(self) -> None:
        """From now on, no key may do anything."""
        self._checked_after("0")

    def allow(self) -> None:
        self._checked_after("inf")

    def _checked_after(self, requests_: str) -> None:
        requests.post(f"{self.address}/moto-api/reset-auth", data=requests_, timeout=30).raise_for_status()

    def up(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.address}/moto-api/", timeout=30).ok
        return False


@contextmanager
def serving() -> Iterator[S3]:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = S3(address=f"http://127.0.0.1:{port}")
    try:
        eventually(server.up)
        yield server
    finally:
        process.kill()
        process.wait()

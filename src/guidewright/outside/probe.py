"""Addresses → what their servers say of them: politely, a few hosts at a time and one request a host."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import requests

from guidewright import __version__

State = Literal["fine", "broken", "unknown"]
_HEADERS = {"User-Agent": f"guidewright/{__version__} (link check)", "Accept": "*/*"}
# Answers that say something of us, or of the moment, and nothing of the page.
_UNWILLING = {401, 403, 405, 406, 407, 408, 425, 429, 451, 999}
# Answers to HEAD after which GET is tried.
_GET_TOO = {400, 403, 404, 405, 406, 410, 501}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of asking for one address."""

    state: State
    detail: str
    """A status, or what went wrong, in words."""
    moved: str = ""
    """Where a permanent redirect leads."""
    heard: bool = True
    """Whether any server answered at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """How the servers are asked; times in seconds."""

    timeout: float = 20
    pause: float = 1
    """Between two requests to one host."""
    tries: int = 3
    hosts: int = 8
    """Asked at the same time."""
    sleep: Callable[[float], None] = time.sleep


def probe(
    urls: Iterable[str],
    manners: Manners,
    *,
    control: str = "",
    tell: Callable[[str, Answer], None] = lambda *_: None,
) -> dict[str, Answer]:
    """Ask for each address; where no server answers at all, each is unknown.

    A page is broken where the server says that it is not there (404, 410 and other 4xx), fails after every try (5xx), or
    where a host refuses or is unknown while others answer. Who is unwilling to answer a program is unknown.

    Args:
        control: an address that answered before. It is asked for where nothing else answers, to tell dead hosts from a
            missing network.
        tell: hears of each answer as it comes.
    """
    hosts: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        hosts[urlsplit(url).netloc].append(url)
    found: dict[str, Answer] = {}

    def ask_host(addresses: list[str]) -> None:
        with requests.Session() as session:
            session.headers.update(_HEADERS)
            answer = None
            for url in addresses:
                # A host that cannot be reached at all is not asked again for each of its pages.
                if answer is None or answer.heard or answer.state == "unknown":
                    if answer:
                        manners.sleep(manners.pause)
                    answer = _ask(session, url, manners)
                found[url] = answer
                tell(url, answer)

    with ThreadPoolExecutor(max_workers=manners.hosts) as pool:
        list(pool.map(ask_host, hosts.values()))
    if found and not any(answer.heard for answer in found.values()) and not _reachable(control, manners):
        return {url: Answer(state="unknown", detail=found[url].detail, heard=False) for url in sorted(found)}
    return {url: found[url] for url in sorted(found)}


def _reachable(control: str, manners: Manners) -> bool:
    if not control:
        return False
    with requests.Session() as session:
        return _ask(session, control, manners).heard


def _ask(session: requests.Session, url: str, manners: Manners) -> Answer:
    answer = Answer(state="unknown", detail="was not asked", heard=False)
    for number in range(manners.tries):
        if number:
            # Twice as long each time: a server that is busy is left in peace.
            manners.sleep(manners.pause * 2**number)
        answer, again = _once(session, url, manners.timeout)
        if not again:
            break
    return answer


def _once(session: requests.Session, url: str, timeout: float) -> tuple[Answer, bool]:
    """Ask once; return the answer, and whether asking again may change it."""
    try:
        response = _request(session, "HEAD", url, timeout)
        if response.status_code in _GET_TOO:
            response = _request(session, "GET", url, timeout)
    except requests.Timeout:
        return Answer(state="unknown", detail=f"no answer in {timeout:g} s", heard=False), True
    except requests.exceptions.SSLError:
        return Answer(state="broken", detail="its certificate is not valid"), False
    except requests.ConnectionError:
        return Answer(state="broken", detail="the host cannot be reached", heard=False), True
    except requests.RequestException as error:
        return Answer(state="broken", detail=f"cannot be asked for: {type(error).__name__}"), False
    return _judged(response)


def _request(session: requests.Session, method: str, url: str, timeout: float) -> requests.Response:
    # stream: the body is not wanted, only that there is one.
    response = session.request(method, url, timeout=timeout, allow_redirects=True, stream=True)
    response.close()
    return response


def _judged(response: requests.Response) -> tuple[Answer, bool]:
    status, detail = response.status_code, f"{response.status_code} {response.reason or ''}".strip()
    if status >= 500 or status == 429:
        return Answer(state="unknown" if status == 429 else "broken", detail=detail), True
    if status in _UNWILLING:
        return Answer(state="unknown", detail=detail), False
    if status >= 400:
        return Answer(state="broken", detail=detail), False
    permanent = response.history and all(step.status_code in (301, 308) for step in response.history)
    return Answer(state="fine", detail=detail, moved=response.url if permanent else ""), False

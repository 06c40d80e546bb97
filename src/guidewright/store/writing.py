"""Records written to a store elsewhere: the one that the settings name for writing."""

from __future__ import annotations

from collections.abc import Sequence

from guidewright.model import Record
from guidewright.store.listing import INDEX, Entry, dump, entry_of, listed, parse
from guidewright.store.remote import Patience, Remote, telling

WRITING = Patience(request=30.0, store=3600.0)
RETRY = "what is kept here is sent, when the store can be written again, by: guidewright records push"


def send(records: Sequence[Record], address: str) -> list[Record]:
    """Write those records that a store does not have yet, each whole or not at all; return them.

    Files first, under names of their own, and the index that names them last: whoever reads meanwhile, or writes another record,
    meets nothing half done, and what was there before is still there if this ends early.

    Raises:
        StoreError: the store cannot be reached or written, or needs what is not installed.
    """
    with telling(address, "written", RETRY):
        remote = Remote(address, WRITING)
        _open(remote)
        missing = _missing(remote, records)
        remote.write({path: content for _, _, files in missing for path, content in files.items()})
        remote.write({entry.part: dump(entry) for _, entry, _ in missing})
    return [record for record, _, _ in missing]


def _missing(remote: Remote, records: Sequence[Record]) -> list[tuple[Record, Entry, dict[str, bytes]]]:
    """Return the records that are not there, with their entry and their files by path.

    Raises:
        Exception: the store cannot be read.
    """
    made = [(record, *listed(record, apart=True)) for record in records]
    answers = remote.read([entry.part for _, entry, _ in made])
    missing = []
    for (record, entry, files), answer in zip(made, answers, strict=True):
        if isinstance(answer, BaseException) and not isinstance(answer, FileNotFoundError):
            raise answer
        if isinstance(answer, BaseException) or not _newer(answer, entry):
            missing.append(
                (record, entry, {f"{entry.folder}/{name}": content for name, content in files.items()})
            )
    return missing


def _newer(answer: bytes, entry: Entry) -> bool:
    """Tell whether a part already names this record, or a newer one of the same code; a damaged one is written anew."""
    try:
        there = entry_of(parse(answer), entry.place)
    except ValueError:
        return False
    if there is None or there.started is None or entry.started is None:
        return False
    return there.fingerprint == entry.fingerprint and there.started >= entry.started


def _open(remote: Remote) -> None:
    """Write the index that says that records have indexes of their own, where there is none.

    Raises:
        Exception: the store cannot be read or written.
    """
    (answer,) = remote.read([INDEX])
    if isinstance(answer, FileNotFoundError):
        remote.write({INDEX: dump(parts=True)})
    elif isinstance(answer, BaseException):
        raise answer
    elif parse(answer).get("parts") is not True:
        raise ValueError("it is a published site's store, which is written with the site")

"""A catalog follows its English: what is the same stays, what changed is fuzzy with what it was made from.

In this order, for the messages of one guide:

1. the same message, used or obsolete: its translation, as it is. So moving a section touches nothing, and undoing an
   edit brings the old translation back;
2. a message that differs in white space or markup only: carried over, not fuzzy;
3. between two messages that stayed, what is left over, by kind: fuzzy, likest pairs first, then in order;
4. a similar message anywhere, in this guide or another: a fuzzy suggestion;
5. what is not used any more is kept as obsolete.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz, process

from guidewright.translate.catalog import Catalog, Entry
from guidewright.translate.markup import retargeted
from guidewright.translate.units import Key, Unit, distinct, revision

SIMILAR = 80.0
"""Of 100, by rapidfuzz's ``ratio``: from here on a message is suggested for another."""

_MARKS = re.compile(r"\]\([^)]*\)|[\s*_\[\]~]+|<[^>]*>")


def merge(catalog: Catalog, found: Sequence[Unit], memory: Iterable[Entry] = ()) -> Catalog:
    """Return the catalog for today's messages.

    Args:
        found: the guide's messages in order.
        memory: translated entries of the same language's other catalogs.
    """
    wanted = distinct(found)
    done: dict[Key, Entry] = {}
    _exact(catalog, wanted, done)
    _alike(catalog, wanted, done)
    taken = {entry.previous or entry.key for entry in done.values()}
    _aligned(catalog, wanted, done, taken)
    _suggested(catalog, wanted, done, memory)
    entries = tuple(replace(done.get(unit.key, _new(unit)), note=unit.note) for unit in wanted)
    return replace(catalog, entries=entries, obsolete=_obsolete(catalog, entries), revision=revision(found))


def _new(unit: Unit) -> Entry:
    context, msgid = unit.key
    return Entry(context=context, msgid=msgid)


def _old(catalog: Catalog) -> Iterator[Entry]:
    """Yield what there is to take from, entries in use first."""
    yield from catalog.entries
    yield from catalog.obsolete


def _exact(catalog: Catalog, wanted: Sequence[Unit], done: dict[Key, Entry]) -> None:
    known: dict[Key, Entry] = {}
    for entry in _old(catalog):
        held = known.get(entry.key)
        if held is None or (not held.msgstr and entry.msgstr):
            known[entry.key] = entry
    done.update(
        {unit.key: known[unit.key] for unit in wanted if unit.key in known and known[unit.key].msgstr}
    )


def _alike(catalog: Catalog, wanted: Sequence[Unit], done: dict[Key, Entry]) -> None:
    known: dict[Key, Entry] = {}
    for entry in _old(catalog):
        if entry.msgstr:
            known.setdefault((entry.context, bare(entry.msgid)), entry)
    for unit in wanted:
        context, msgid = unit.key
        same = known.get((context, bare(msgid)))
        if unit.key not in done and same:
            msgstr = retargeted(same.msgstr, msgid)
            done[unit.key] = replace(same, msgid=msgid, msgstr=msgstr, line=0)


def bare(message: str) -> str:
    """Return a message without white space, emphasis and addresses: what is equal is the same text."""
    return _MARKS.sub("", message)


def _aligned(catalog: Catalog, wanted: Sequence[Unit], done: dict[Key, Entry], taken: set[Key]) -> None:
    old = list(catalog.entries)
    now = [unit.key for unit in wanted]
    matcher = difflib.SequenceMatcher(None, [entry.key for entry in old], now, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "replace":
            continue
        left = [e for e in old[a:b] if e.msgstr and e.key not in taken and e.key not in done]
        right = [key for key in now[c:d] if key not in done]
        for context in dict.fromkeys(key[0] for key in right):
            pairs = _pairs(
                [e for e in left if e.context == context], [key for key in right if key[0] == context]
            )
            for entry, key in pairs:
                done[key] = _made_fuzzy(entry, key)


def _pairs(left: list[Entry], right: list[Key]) -> Iterator[tuple[Entry, Key]]:
    """Pair what is likest without crossing, then what is left by its order."""
    if not left or not right:
        return
    scores = [[fuzz.ratio(_origin(entry)[1], msgid) for _, msgid in right] for entry in left]
    likest = max(((score, -i, -j) for i, row in enumerate(scores) for j, score in enumerate(row)))
    i, j = -likest[1], -likest[2]
    if likest[0] < SIMILAR / 2:
        # Nothing is like anything: the order is all that is left to go by.
        yield from zip(left, right, strict=False)
        return
    yield from _pairs(left[:i], right[:j])
    yield left[i], right[j]
    yield from _pairs(left[i + 1 :], right[j + 1 :])


def _origin(entry: Entry) -> Key:
    """Return the message that a translation was really made from."""
    return entry.previous if entry.fuzzy and entry.previous else entry.key


def _made_fuzzy(entry: Entry, key: Key) -> Entry:
    context, msgid = key
    return replace(entry, context=context, msgid=msgid, fuzzy=True, previous=_origin(entry), line=0)


def _suggested(
    catalog: Catalog, wanted: Sequence[Unit], done: dict[Key, Entry], memory: Iterable[Entry]
) -> None:
    known: dict[Key, Entry] = {}
    for entry in [*_old(catalog), *memory]:
        if entry.translated:
            known.setdefault(entry.key, entry)
    by_context: dict[str, dict[str, Entry]] = {}
    for (context, msgid), entry in known.items():
        by_context.setdefault(context, {})[msgid] = entry
    for unit in wanted:
        if unit.key not in done:
            suggestion = _likest(unit, by_context.get(unit.key[0], {}))
            if suggestion:
                done[unit.key] = suggestion


def _likest(unit: Unit, known: Mapping[str, Entry]) -> Entry | None:
    if unit.text in known:
        entry = known[unit.text]
        return Entry(context=entry.context, msgid=entry.msgid, msgstr=entry.msgstr)
    best = process.extractOne(unit.text, list(known), scorer=fuzz.ratio, score_cutoff=SIMILAR)
    if best is None:
        return None
    entry = known[best[0]]
    return _made_fuzzy(Entry(context=entry.context, msgid=entry.msgid, msgstr=entry.msgstr), unit.key)


def _obsolete(catalog: Catalog, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Keep every translation that is not in use; not those that were only ever suggestions."""
    used = {entry.key for entry in entries}
    kept: dict[Key, Entry] = {}
    for entry in _old(catalog):
        if entry.key not in used and entry.translated:
            kept.setdefault(entry.key, replace(entry, line=0))
    return tuple(kept[key] for key in sorted(kept))

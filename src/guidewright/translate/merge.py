"""A catalog follows its English: what is the same stays, what changed is fuzzy with what it was made from.

In this order, for the messages of one guide:

1. the same message, used or obsolete, or else in another guide: its translation, as it is. So moving a section touches
   nothing, and undoing an edit brings the old translation back;
2. a message that differs in white space only, or prose that differs in emphasis and where its links lead: carried over,
   not fuzzy, unless it is not certain which link leads where now;
3. between two messages that stayed, what is left over, by kind: fuzzy, so that the pairs are like each other as a whole,
   then in order;
4. a similar message, in this guide or another: a fuzzy suggestion;
5. a translation that is not used any more is kept as obsolete, fuzzy or not.

A fuzzy translation is of its own message alone while that is there, so that merging twice is merging once.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rapidfuzz import fuzz, process

from guidewright.translate.catalog import Catalog, Entry
from guidewright.translate.markup import addresses, retargeted
from guidewright.translate.units import Key, Unit, distinct, revision

SIMILAR = 80.0
"""Of 100, by rapidfuzz's ``ratio``: from here on a message is suggested for another."""
RELATED = SIMILAR / 2
"""Below it two messages at the same place are paired by nothing but their order."""

_MARKDOWN = MarkdownIt("commonmark")
_PROSE = ("heading", "paragraph", "item", "cell")
"""Kinds in which an asterisk may be emphasis; elsewhere every character is one that readers see."""
_EMPHASIS = ("em_open", "em_close", "strong_open", "strong_close")


def merge(catalog: Catalog, found: Sequence[Unit], memory: Iterable[Entry] = ()) -> Catalog:
    """Return the catalog for today's messages.

    Args:
        found: the guide's messages in order.
        memory: entries of the same language's other catalogs. Of a fuzzy one, the same message takes the translation as
            fuzzy; nothing else takes it.
    """
    wanted = distinct(found)
    offered = tuple(memory)
    done: dict[Key, Entry] = {}
    _exact(catalog, wanted, done)
    _remembered(wanted, done, offered)
    taken = {entry.previous or entry.key for entry in done.values()}
    taken |= _alike(catalog, wanted, done)
    _aligned(catalog, wanted, done, taken)
    _suggested(catalog, wanted, done, offered)
    blank = {entry.key: entry for entry in catalog.entries if not entry.msgstr}
    entries = tuple(_entry(unit, done.get(unit.key), blank.get(unit.key)) for unit in wanted)
    return replace(
        catalog, entries=entries, obsolete=_obsolete(catalog, entries, offered), revision=revision(found)
    )


def _entry(unit: Unit, made: Entry | None, blank: Entry | None) -> Entry:
    """Return a message's entry: its translation, with what a translator wrote beside it before it had one."""
    context, msgid = unit.key
    entry = made or Entry(context=context, msgid=msgid, line=blank.line if blank else 0)
    comments = dict.fromkeys(one.comment for one in (blank, entry) if one and one.comment)
    flags = dict.fromkeys((*entry.flags, *(blank.flags if blank else ())))
    return replace(entry, note=unit.note, comment="\n".join(comments), flags=tuple(flags))


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


def _remembered(wanted: Sequence[Unit], done: dict[Key, Entry], memory: Sequence[Entry]) -> None:
    """Take other catalogs' translations of the same message, those that are certain first."""
    known: dict[Key, Entry] = {}
    for entry in sorted(memory, key=lambda entry: entry.fuzzy):
        if entry.msgstr:
            known.setdefault(entry.key, entry)
    for unit in wanted:
        if unit.key not in done and unit.key in known:
            done[unit.key] = replace(known[unit.key], flags=(), line=0)


# -------------------------------------------------------------------- alike


def _alike(catalog: Catalog, wanted: Sequence[Unit], done: dict[Key, Entry]) -> set[Key]:
    """Carry over translations of the same words; return the messages that they were taken from."""
    taken: set[Key] = set()
    left = [unit for unit in wanted if unit.key not in done]
    now = {unit.key for unit in wanted}
    sources = [e for e in (*done.values(), *_old(catalog)) if e.msgstr and not (e.fuzzy and e.key in now)]
    for form in (_spaced, _words):
        units = [unit for unit in left if _form(unit) is form]
        known = _known_by(form, sources, {unit.key[0] for unit in units})
        for unit in units:
            same = known.get((unit.key[0], form(unit.text)))
            if same:
                done[unit.key] = _carried(same, unit.key)
                taken |= {same.key, _origin(same)}
    return taken


def _form(unit: Unit) -> Callable[[str], str]:
    return _words if unit.kind in _PROSE else _spaced


def _known_by(
    form: Callable[[str], str], sources: Sequence[Entry], contexts: set[str]
) -> Mapping[Key, Entry]:
    """Return translations by context and form, those that are certain first."""
    known: dict[Key, Entry] = {}
    for entry in sorted(sources, key=lambda entry: entry.fuzzy):
        if entry.context in contexts:
            known.setdefault((entry.context, form(entry.msgid)), entry)
    return known


def _spaced(message: str) -> str:
    """Return a message with one blank where there is white space."""
    return " ".join(message.split())


def _words(message: str) -> str:
    """Return what readers of prose see: all but emphasis, HTML tags, and where links lead.

    What is code, a link or an image stays told apart from words. Where there is a ``$``, an asterisk may be a product.
    """
    ignored = () if "$" in message else _EMPHASIS
    return _spaced("".join(_part(token) for token in _tokens(message) if token.type not in ignored))


def _part(token: Token) -> str:
    match token.type:
        case "text":
            return token.content
        case "softbreak":
            return " "
        case "html_inline":
            return ""
    # CommonMark has no U+0000: no words can look like this.
    return f"\0{token.type} {token.content}\1{token.attrs.get('title', '')}\0"


def _tokens(message: str) -> list[Token]:
    return [child for token in _MARKDOWN.parseInline(message) for child in token.children or ()]


def _carried(same: Entry, key: Key) -> Entry:
    context, msgid = key
    msgstr = _led(same.msgstr, _origin(same)[1], msgid)
    if msgstr is None:
        return _made_fuzzy(same, key)
    return replace(same, context=context, msgid=msgid, msgstr=msgstr, line=0)


def _led(msgstr: str, former: str, msgid: str) -> str | None:
    """Return a translation with its links where the English's lead; None where that is not certain.

    Args:
        former: the message it was made from, of the same words as ``msgid``.
    """
    if _tags(former) != _tags(msgid):
        return None
    was, now, given = addresses(former), addresses(msgid), addresses(msgstr)
    if was == now:
        return msgstr
    leads = dict(zip(was, now, strict=False))
    if len(was) != len(now) or [leads[address] for address in was] != now:
        return None
    led = retargeted(msgstr, msgid, former=former)
    right = [leads.get(address, address) for address in given]
    return led if addresses(led) == right and Counter(right) == Counter(now) else None


def _tags(message: str) -> Counter[str]:
    return Counter(token.content for token in _tokens(message) if token.type == "html_inline")


# ------------------------------------------------------------------ aligned


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


def _pairs(left: Sequence[Entry], right: Sequence[Key]) -> Iterator[tuple[Entry, Key]]:
    """Pair what is like each other without crossing, then what is left between by its order."""
    i = j = 0
    for a, b in [*_likest_pairs(left, right), (len(left), len(right))]:
        yield from zip(left[i:a], right[j:b], strict=False)
        if a < len(left):
            yield left[a], right[b]
        i, j = a + 1, b + 1


def _likest_pairs(left: Sequence[Entry], right: Sequence[Key]) -> list[tuple[int, int]]:
    """Return the places of pairs that do not cross and are together as like as can be, in order; earlier ones first."""
    gains = [[_gain(_origin(entry)[1], msgid) for _, msgid in right] for entry in left]
    # best[i][j]: what left[i:] and right[j:] can come to.
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        row, below, gain = best[i], best[i + 1], gains[i]
        for j in reversed(range(len(right))):
            row[j] = max(below[j], row[j + 1], below[j + 1] + gain[j])
    found = []
    i = j = 0
    while i < len(left) and j < len(right) and best[i][j]:
        if gains[i][j] and best[i][j] == best[i + 1][j + 1] + gains[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _gain(before: str, now: str) -> float:
    # Above what is related only: two pairs that are hardly alike do not outweigh one that is the same but for a word.
    return max(0.0, fuzz.ratio(before, now, score_cutoff=RELATED) - RELATED)


def _origin(entry: Entry) -> Key:
    """Return the message that a translation was really made from."""
    return entry.previous if entry.fuzzy and entry.previous else entry.key


def _made_fuzzy(entry: Entry, key: Key) -> Entry:
    context, msgid = key
    return replace(entry, context=context, msgid=msgid, fuzzy=True, previous=_origin(entry), line=0)


# ---------------------------------------------------------------- suggested


def _suggested(
    catalog: Catalog, wanted: Sequence[Unit], done: dict[Key, Entry], memory: Sequence[Entry]
) -> None:
    known: dict[str, dict[str, Entry]] = {}
    for entry in [*done.values(), *_old(catalog), *memory]:
        if entry.translated:
            known.setdefault(entry.context, {}).setdefault(entry.msgid, entry)
    for unit in wanted:
        if unit.key not in done:
            suggestion = _likest(unit, known.get(unit.key[0], {}))
            if suggestion:
                done[unit.key] = suggestion


def _likest(unit: Unit, known: Mapping[str, Entry]) -> Entry | None:
    best = process.extractOne(unit.text, list(known), scorer=fuzz.ratio, score_cutoff=SIMILAR)
    if best is None:
        return None
    entry = known[best[0]]
    return _made_fuzzy(Entry(context=entry.context, msgid=entry.msgid, msgstr=entry.msgstr), unit.key)


def _obsolete(catalog: Catalog, entries: Sequence[Entry], memory: Sequence[Entry]) -> tuple[Entry, ...]:
    """Keep every translation that is not in use; not those that were only ever suggestions, and are kept elsewhere."""
    used = {entry.key for entry in entries}
    unused = [replace(entry, line=0) for entry in _old(catalog) if entry.msgstr and entry.key not in used]
    kept: dict[Key, Entry] = {}
    for entry in unused:
        if not entry.fuzzy:
            kept.setdefault(entry.key, entry)
    certain = {(e.key, e.msgstr) for e in (*kept.values(), *entries, *memory) if e.translated}
    for entry in unused:
        if entry.fuzzy and (entry.previous is None or (entry.previous, entry.msgstr) not in certain):
            kept.setdefault(entry.key, entry)
    return tuple(kept[key] for key in sorted(kept))

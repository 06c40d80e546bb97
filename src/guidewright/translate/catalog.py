"""gettext PO files ↔ :class:`Catalog`: strict to read, one serialisation to write.

The format is GNU gettext's (manual, "The Format of PO Files"). Written unwrapped and in the order of the source, so that a
change of one message is a change of one entry.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polib

from guidewright.errors import InputError, Problem
from guidewright.translate.units import Key

REVISION = "X-Guidewright-Revision"
"""The English that the catalog follows; see :func:`guidewright.translate.units.revision`."""
CHECKED = "X-Guidewright-Checked"
"""The date on which a person last held the translation against the English."""
COUNT = "X-Guidewright-Messages"
"""How many messages there are, so that a file that was cut short is told from one that is whole."""

_CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(\s|$)")
_SYNTAX = re.compile(r"\(line (\d+)\)(?:: (.*))?")
_START = re.compile(r"^(#~ )?msgid\s+\"")
_CONTEXT = re.compile(r"^(#~ )?msgctxt\s+\"")
_PLURAL = re.compile(r"^(#~ )?(msgid_plural\s|msgstr\[)")
_END = re.compile(r"^(#~ )?msgstr(\[\d+\])?\s+\"")
_STRING = re.compile(r"^(?:#~\| ?|#~ ?|#\| ?)?(?:msg\w+(?:\[\d+\])?\s+)?(?P<text>\".*)$")
_WHOLE = re.compile(r"\"(?:[^\"\\]|\\.)*\"\s*")
# str.splitlines, by which polib reads, ends a line at these; only LF and CR LF do here.
_LINE_END = re.compile(r"[\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_NAMES = {
    "\v": "vertical tab",
    "\f": "form feed",
    "\r": "carriage return",
    "\x1c": "file separator",
    "\x1d": "group separator",
    "\x1e": "record separator",
    "\x85": "next line",
    "\u2028": "line separator",
    "\u2029": "paragraph separator",
}
_PREVIOUS_OBSOLETE = re.compile(r"^#~\|", re.MULTILINE)
_LOOKS = "mend it by hand, or take it back from git; it is never overwritten before it can be read"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One message and its translation."""

    context: str = ""
    msgid: str
    msgstr: str = ""
    fuzzy: bool = False
    previous: Key | None = None
    """What the translation was made from, where the English has changed since."""
    comment: str = ""
    """The translator's own, and why the tool is not sure."""
    note: str = ""
    """What the author says to translators."""
    flags: tuple[str, ...] = ()
    """Others than ``fuzzy``, which other tools put there."""
    line: int = field(default=0, compare=False)
    """In the catalog's file; 0 for one that was made here."""

    @property
    def key(self) -> Key:
        return (self.context, self.msgid)

    @property
    def translated(self) -> bool:
        return bool(self.msgstr) and not self.fuzzy


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalog:
    """One guide's messages in one language, or the interface's."""

    language: str
    entries: tuple[Entry, ...] = ()
    obsolete: tuple[Entry, ...] = ()
    revision: str = ""
    checked: dt.date | None = None
    header: Mapping[str, str] = field(default_factory=dict)
    """What other tools and people wrote into the header."""
    top: str = ""
    """The comment above the header."""

    def find(self) -> dict[Key, Entry]:
        return {entry.key: entry for entry in self.entries}


def read(data: bytes, *, path: str, language: str) -> Catalog:
    """Read a catalog.

    Raises:
        InputError: it is not UTF-8, has a conflict of git's, is no PO file, is cut short, has plural forms, says a
            message twice, or is of another language; every problem with its line.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            Problem(path=path, line=line, message="is not UTF-8 here", hint="save it as UTF-8")
        ) from None
    if problems := [*_conflicts(text, path)] or [*_refused(text, path)] or [*_cut(text, path)]:
        raise InputError(problems)
    file = _parsed(text, path)
    entries = [_entry(item) for item in file if not item.obsolete]
    if problems := [*_twice(entries, path), *_header_problems(file, len(entries), language, path)]:
        raise InputError(problems)
    own = {REVISION, CHECKED, COUNT}
    return Catalog(
        language=language,
        entries=tuple(entries),
        obsolete=tuple(_entry(item) for item in file.obsolete_entries()),
        revision=file.metadata.get(REVISION, ""),
        checked=_date(file.metadata.get(CHECKED, "")),
        header={key: value for key, value in file.metadata.items() if key not in own},
        top=file.header,
    )


def write(catalog: Catalog, *, project: str) -> bytes:
    """Return the file's bytes: the same for the same catalog."""
    file = polib.POFile(wrapwidth=0)
    file.header = catalog.top
    file.metadata = {
        "Project-Id-Version": project,
        "Report-Msgid-Bugs-To": "",
        "POT-Creation-Date": "",
        "PO-Revision-Date": "",
        "Last-Translator": "",
        "Language-Team": "",
        **catalog.header,
        "Language": catalog.language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        REVISION: catalog.revision,
        CHECKED: catalog.checked.isoformat() if catalog.checked else "",
        COUNT: str(len(catalog.entries)),
    }
    for entry in catalog.entries:
        file.append(_item(entry, obsolete=False))
    for entry in catalog.obsolete:
        file.append(_item(entry, obsolete=True))
    return f"{str(file).rstrip()}\n".encode()


# -------------------------------------------------------------------- polib


def _parsed(text: str, path: str) -> polib.POFile:
    if not text.strip():
        raise InputError(Problem(path=path, line=1, message="is empty", hint=_LOOKS))
    try:
        # polib takes a text for a path where there is a file of that name; it passes over what an obsolete entry was
        # made from, unless it is written as that of one in use.
        return polib.pofile(_PREVIOUS_OBSOLETE.sub("#|", text), wrapwidth=0, encoding="utf-8")
    except (OSError, ValueError) as error:
        found = _SYNTAX.search(str(error))
        message = f"is no PO file here: {(found and found[2]) or 'cannot be parsed'}"
        line = int(found[1]) if found else None
        raise InputError(Problem(path=path, line=line, message=message, hint=_LOOKS)) from error


def _entry(item: polib.POEntry) -> Entry:
    previous = (item.previous_msgctxt or "", item.previous_msgid) if item.previous_msgid else None
    return Entry(
        context=item.msgctxt or "",
        msgid=item.msgid,
        # White space alone says nothing: it is not translated.
        msgstr=item.msgstr if item.msgstr.strip() else "",
        fuzzy="fuzzy" in item.flags,
        previous=previous,
        comment=item.tcomment,
        note=item.comment,
        flags=tuple(flag for flag in item.flags if flag != "fuzzy"),
        line=item.linenum or 0,
    )


def _item(entry: Entry, *, obsolete: bool) -> polib.POEntry:
    context, msgid = entry.previous or ("", "")
    return polib.POEntry(
        msgctxt=entry.context or None,
        msgid=entry.msgid,
        msgstr=entry.msgstr,
        flags=[*(["fuzzy"] if entry.fuzzy else []), *entry.flags],
        previous_msgctxt=context or None,
        previous_msgid=msgid or None,
        tcomment=entry.comment,
        comment=entry.note,
        obsolete=obsolete,
    )


# ----------------------------------------------------------------- problems


def _conflicts(text: str, path: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        if _CONFLICT.match(line):
            yield Problem(
                path=path, line=number, message=f"has a conflict marker: {line[:7]}", hint="resolve it"
            )
            return


def _refused(text: str, path: str) -> Iterator[Problem]:
    """Find what polib would read as something else: characters that end a line there, and plural forms."""
    told = ""
    for number, line in enumerate(text.split("\n"), 1):
        # The line's own end may be CR LF.
        for character in dict.fromkeys(_LINE_END.findall(line.removesuffix("\r"))):
            message = (
                f"has a character at which tools end a line: U+{ord(character):04X}, {_NAMES[character]}"
            )
            hint = "take it out; a line end in a text is written \\n"
            yield Problem(path=path, line=number, message=message, hint=hint)
        if found := _PLURAL.match(line):
            plural = found[2].startswith("msgid")
            # A message's forms follow its plural: they are the same problem.
            if plural or told != "plural":
                message = "plural forms are not used here"
                hint = "write the message with one msgstr, without msgid_plural and without a number"
                yield Problem(path=path, line=number, message=message, hint=hint)
            told = "plural"
        elif _START.match(line):
            told = ""


def _cut(text: str, path: str) -> Iterator[Problem]:
    """Find a message without a translation's line: polib would take it for one that is not translated."""
    opened = begun = 0
    for number, line in enumerate(text.split("\n"), 1):
        string = _STRING.match(line)
        if string and not _WHOLE.fullmatch(string["text"]):
            yield Problem(
                path=path, line=number, message="this text is not closed: a quote is missing", hint=_LOOKS
            )
            return
        if _START.match(line):
            if opened:
                break
            opened, begun = number, 0
        elif _CONTEXT.match(line):
            begun = number
        elif _END.match(line):
            opened = 0
    if opened or begun:
        lacks = "msgid has no msgstr" if opened else "msgctxt has no msgid"
        message = f"this {lacks}: the file is cut short"
        yield Problem(path=path, line=opened or begun, message=message, hint=_LOOKS)


def _twice(entries: list[Entry], path: str) -> Iterator[Problem]:
    first: dict[Key, int] = {}
    for entry in entries:
        if entry.key in first:
            message = f"says a message twice, first on line {first[entry.key]}: {short(entry.msgid)}"
            yield Problem(path=path, line=entry.line, message=message, hint="keep one of the two")
        first.setdefault(entry.key, entry.line)


def _header_problems(file: polib.POFile, count: int, language: str, path: str) -> Iterator[Problem]:
    said = file.metadata.get("Language", "")
    # gettext writes pt_BR, the web pt-BR.
    if said and said.replace("_", "-").casefold() != language.replace("_", "-").casefold():
        message = f"is in the language '{said}', and stands in the folder of '{language}'"
        yield Problem(path=path, line=1, message=message, hint="move it, or mend 'Language' in its header")
    if not count:
        yield Problem(
            path=path, line=1, message="has no message: it is no catalog, or cut short", hint=_LOOKS
        )
        return
    expected = file.metadata.get(COUNT, "")
    if expected.isdigit() and count < int(expected):
        message = f"has {count} of the {expected} messages that its header counts: it is cut short"
        yield Problem(path=path, message=message, hint=_LOOKS)
    if file.metadata.get(CHECKED, "") and _date(file.metadata[CHECKED]) is None:
        message = f"{CHECKED} is no date: {file.metadata[CHECKED]}"
        yield Problem(path=path, line=1, message=message, hint="write it as 2026-11-23")


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def short(msgid: str, width: int = 60) -> str:
    """Return the beginning of a message, for people to find it by."""
    words = " ".join(msgid.split())
    return f"“{words}”" if len(words) <= width else f"“{words[: width - 1].rstrip()}…”"


def counted(entries: tuple[Entry, ...]) -> Counter[str]:
    """Count entries as ``translated``, ``fuzzy`` or ``missing``."""
    return Counter(
        "fuzzy" if e.fuzzy and e.msgstr else "translated" if e.msgstr else "missing" for e in entries
    )

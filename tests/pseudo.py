"""A language that nobody speaks: English with accents, so that what is not translated can be seen, and what breaks, breaks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from guidewright.translate.catalog import Catalog, write
from guidewright.translate.markup import AUTOLINK, CODE, MATH, PLACEHOLDER, TAG
from guidewright.translate.merge import merge
from guidewright.translate.units import Unit

_KEPT = [CODE, re.compile(r"\]\([^)]*\)"), AUTOLINK, TAG, MATH, PLACEHOLDER, re.compile(r"&#?\w+;")]
_ACCENTS = str.maketrans("aceinouyACEINOUY", "àçéîñöûýÀÇÉÎÑÖÛÝ")
_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابجدهوزحطيكلمنسعفصقرشتثخذض")


def accented(message: str) -> str:
    """Put accents on the letters that no machine reads."""
    return _outside(message, lambda words: words.translate(_ACCENTS))


def arabic(message: str) -> str:
    """Write a message in Arabic letters, which run from right to left; they mean nothing."""
    return _outside(message, lambda words: words.lower().translate(_ARABIC))


def _outside(message, change):
    spans = sorted(found.span() for pattern in _KEPT for found in pattern.finditer(message))
    done, end = [], 0
    for start, stop in spans:
        if start >= end:
            done += [change(message[end:start]), message[start:stop]]
            end = stop
        else:
            # Inside of one that is kept: it is longer.
            done += [message[end:stop]] if stop > end else []
            end = max(end, stop)
    return "".join([*done, change(message[end:])])


def catalog(units: list[Unit], code: str, speak=accented) -> Catalog:
    """Return a whole catalog in the language."""
    made = merge(Catalog(language=code), units)
    return replace(made, entries=tuple(replace(e, msgstr=speak(e.msgid)) for e in made.entries))


def write_locale(
    folder: Path, code: str, catalogs: dict[str, list[Unit]], *, settings: str, speak=accented
) -> None:
    """Write a language's folder: settings, and a catalog a name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "language.toml").write_text(settings, "utf-8")
    for name, units in catalogs.items():
        file = folder / f"{name}.po"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(write(catalog(units, code, speak), project="Test"))

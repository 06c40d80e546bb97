"""Words of a guide's prose that no list has: English ones of pyspellchecker, and the project's own.

The English list is by use, and American where both are used. Code, mathematics, addresses and names are not words.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

from markdown_it.token import Token

from guidewright import mathematics
from guidewright.lint.places import Text, marker
from guidewright.lint.words import Unknown, plain

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_WORD = re.compile(r"(?<![\w./@\\-])[A-Za-z]+(?:['’][A-Za-z]+)*(?![\w/@\\]|\.\w)|(?<=[a-z]-)[a-z]+(?![\w])")
_NAME = re.compile(r"[A-Z]{2,}s?|\w+[A-Z]\w*|\w")
"""What is spelled as somebody wishes: APIs, NumPy, x."""
_PARSER = mathematics.parser().disable("inline")  # blocks are enough
_MAY_BLOCK = re.compile(r"```|~~~|^(?: {4}|\t)|^\s*<|\$\$", re.MULTILINE)
"""What code, HTML and formulas of their own lines begin with."""
_BEHIND = re.compile(r"['’]s?$")
_NOT_WORDS = re.compile(
    r"\]\([^)\n]*\)|\]\[[^\]\n]*\]|^\[[^\]\n]+\]:.*$|<[^<>\n]+>|\{#[^}\n]*\}|https?://\S+", re.MULTILINE
)
"""Addresses, HTML and ids of headings."""


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """Return the words of pyspellchecker's list, read as it reads them; its own reader also counts them, for twice the time."""
    data = files("spellchecker").joinpath("resources/en.json.gz").read_bytes()
    return frozenset(word.lower() for word in json.loads(gzip.decompress(data)))


@lru_cache(maxsize=1)
def _speller() -> SpellChecker:
    from spellchecker import SpellChecker  # slow to make, and needed for few words

    return SpellChecker(language="en", distance=1)


def unknown(text: Text, own: frozenset[str]) -> Iterator[Unknown]:
    """Yield every word of a guide that English does not have, once; the project's own words are among them.

    Args:
        own: the project's words: what may have been meant by them is not looked up.
    """
    told: set[str] = set()
    for place, number, words in _prose(text):
        for found in _WORD.finditer(words):
            word = _foreign(found[0])
            if not word or word in told:
                continue
            told.add(word)
            line, column = place(found.start())
            close = None if plain(word) in own else near(word)
            yield Unknown(word=word, line=line, column=column, cell=number, near=close)


@lru_cache(maxsize=16384)
def _foreign(found: str) -> str:
    """Return a word of the prose, its ending cut off; nothing, where it is English or a name."""
    word = _BEHIND.sub("", found)
    return "" if _NAME.fullmatch(word) or plain(word) in english() else word


def near(word: str) -> str:
    """Return the word that may have been meant; nothing where none is near."""
    # Two edits away are too many words to try.
    word, speller = word.lower(), _speller()
    found = min(speller.candidates(word) or {""}, key=lambda one: (-speller[one], one))
    return "" if found == word else found


Place = Callable[[int], tuple[int, int]]


def _prose(text: Text) -> Iterator[tuple[Place, str, str]]:
    """Yield the guide's prose, what is not words blanked out, each with cell number and where its positions are."""
    for key in ("title", "description"):
        words = getattr(text.guide.header, key)
        line, start = _in_header(text, key)
        yield partial(_along, line, start), "", _blank_spans(words)
    for number, cell in enumerate(text.guide.cells, 1):
        if cell.kind == "markdown":
            yield partial(text.place, cell), str(number), _visible(cell.source)
        for words in cell.alt:
            line = marker(text, cell)
            start = max(text.lines[line - 1].find(words), 0) + 1
            yield partial(_along, line, start), str(number), words


def _along(line: int, start: int, offset: int) -> tuple[int, int]:
    return line, start + offset


def _in_header(text: Text, key: str) -> tuple[int, int]:
    for number, line in enumerate(text.lines, 1):
        if line.startswith(f"# {key}:"):
            value = getattr(text.guide.header, key)
            return number, max(line.find(value), 0) + 1
    return 1, 1


def _visible(markdown: str) -> str:
    """Return Markdown of the same length, with blanks for all that a reader does not read as words."""
    shown = markdown
    rows = markdown.split("\n")
    for token in _PARSER.parse(markdown) if _MAY_BLOCK.search(markdown) else ():
        if token.type in ("fence", "code_block", "html_block", "math_block") and token.map:
            shown = _blank_rows(shown, rows, token)
    return _blank_spans(_NOT_WORDS.sub(lambda found: " " * len(found[0]), shown))


def _blank_rows(shown: str, rows: list[str], token: Token) -> str:
    first, last = token.map or (0, 0)
    start = sum(len(row) + 1 for row in rows[:first])
    end = sum(len(row) + 1 for row in rows[:last])
    return shown[:start] + re.sub(r"[^\n]", " ", shown[start:end]) + shown[end:]


def _blank_spans(words: str) -> str:
    """Blank out inline code and formulas."""
    done, end = [], 0
    for span in mathematics.spans(words):
        done += [words[end : span.start], re.sub(r"[^\n]", " ", words[span.start : span.end])]
        end = span.end
    return "".join([*done, words[end:]])

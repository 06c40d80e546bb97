"""Words of a guide's prose that no list has: English ones of pyspellchecker, and the project's own.

The English list is by use, and American where both are used. Code, mathematics, addresses and names are not words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

from markdown_it.token import Token

from guidewright import mathematics
from guidewright.errors import Problem
from guidewright.lint.places import Text, marker
from guidewright.settings import Settings

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_WORD = re.compile(r"(?<![\w./@\\-])[A-Za-z]+(?:['’][A-Za-z]+)*(?![\w/@\\]|\.\w)|(?<=[a-z]-)[a-z]+(?![\w])")
_NAME = re.compile(r"[A-Z]{2,}s?|\w+[A-Z]\w*|\w")
"""What is spelled as somebody wishes: APIs, NumPy, x."""
_PARSER = mathematics.parser()
_BEHIND = re.compile(r"['’]s?$")
_NOT_WORDS = re.compile(
    r"\]\([^)\n]*\)|\]\[[^\]\n]*\]|^\[[^\]\n]+\]:.*$|<[^<>\n]+>|\{#[^}\n]*\}|https?://\S+", re.MULTILINE
)
"""Addresses, HTML and ids of headings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Speller:
    """Knows words, in whatever case."""

    knows: Callable[[str], bool]
    nearest: Callable[[str], str]
    """The word that may have been meant; empty where none is near."""


def own_words(settings: Settings) -> frozenset[str]:
    """Return the words beside English: of this package's list, of the project's, and what its settings name.

    A list is a word a line, with ``#`` before remarks.

    Raises:
        OSError, UnicodeDecodeError: the project's list cannot be read.
    """
    found = _listed(files("guidewright.lint").joinpath("words.txt").read_text("utf-8"))
    found |= _listed(settings.words.read_text("utf-8")) if settings.words.is_file() else set()
    found |= {settings.api.package.lower(), settings.api.label.lower()} if settings.api else set()
    for backend in settings.backends.values():
        found |= {word.lower() for word in (backend.name, *backend.label.split(), *backend.modules)}
    return frozenset(found)


def _listed(text: str) -> set[str]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return {line.lower() for line in lines if line}


def speller(own: frozenset[str]) -> Speller:
    """Return one that knows English and the project's words; the English list is read when the first word is asked for."""

    def knows(word: str) -> bool:
        return word in own or word in _english()

    def nearest(word: str) -> str:
        # Two edits away are too many words to try.
        return min(_english().candidates(word) or {""}, key=lambda found: (-_english()[found], found))

    return Speller(knows=knows, nearest=nearest)


@lru_cache(maxsize=1)
def _english() -> SpellChecker:
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)


def problems(text: Text, speller: Speller) -> Iterator[Problem]:
    """Yield every unknown word of a guide once, where it stands first."""
    told: set[str] = set()
    for place, number, words in _prose(text):
        for found in _WORD.finditer(words):
            word = _BEHIND.sub("", found[0])
            if _NAME.fullmatch(word) or word in told or speller.knows(word.lower().replace("’", "'")):
                continue
            told.add(word)
            near = speller.nearest(word.lower())
            hint = f"did you mean '{near}'? Else" if near and near != word.lower() else "mend it, or"
            line, column = place(found.start())
            yield Problem(
                path=text.guide.path,
                line=line,
                column=column,
                cell=number,
                message=f"unknown word '{word}'",
                hint=f"{hint} add it to the project's word list",
                rule="spelling",
            )


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
    for token in _PARSER.parse(markdown):
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

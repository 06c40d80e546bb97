"""A language's glossary, ready to be looked for in thousands of messages: its patterns are made once.

Most words are not in a message. A search for their plain letters tells so many times as fast as a regular expression.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from guidewright.translate.language import Locale, Term


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """What is looked for in a text."""

    word: str
    pattern: re.Pattern[str]
    parts: tuple[str, ...]
    """What is in every text in which the pattern finds anything; :func:`folded`, where its case does not count."""

    def find(self, text: str, letters: str) -> bool:
        """Tell whether it is in a text; ``letters`` is the text, folded where the word's case does not count."""
        return all(part in letters for part in self.parts) and bool(self.pattern.search(text))

    def replaced(self, text: str, by: str) -> str:
        """Return a text with something else in its place, where the word's case counts."""
        return self.pattern.sub(by, text) if self.word in text else text


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A term, and how the English has it: whole words, in singular or plural, whatever the case."""

    term: Term
    english: Word


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    terms: tuple[Asked, ...]
    """In the glossary's order."""
    longest: tuple[Word, ...]
    """The terms' English, longer ones first."""
    targets: tuple[Word, ...]
    """The terms' translations, longer ones first, anywhere in a text and whatever their case."""
    names: tuple[Word, ...]
    """What is never translated, in the glossary's order."""
    untranslated: tuple[Word, ...]
    """That, and terms that may stay English, shorter ones first."""
    english: tuple[Word, ...]
    """What may be English letters in a translation: names and targets, longer ones first."""

    def uses(self, words: str) -> tuple[Counter[str], str]:
        """Count each target in a translation, longer ones first, and return what is left without them."""
        return _taken(self.targets, words)

    def asked(self, english: str) -> Counter[str]:
        """Count each term of the English, longer ones first: the "training" of a "training loop" is no term of its own."""
        return _taken(self.longest, english)[0]


def vocabulary(locale: Locale) -> Vocabulary:
    """Return a language's vocabulary."""
    return _vocabulary(locale.keep, locale.terms)


def folded(text: str) -> str:
    """Return a text in which all that ``re.IGNORECASE`` takes for equal is equal, letter by letter."""
    # Of the Turkish letters for i, Python's regular expressions take both for an i; folded, one has a dot of its own.
    return text.casefold().replace("\u0131", "i").replace("\u0307", "")


def _taken(words: Iterable[Word], text: str) -> tuple[Counter[str], str]:
    counted: Counter[str] = Counter()
    letters = folded(text)
    for word in words:
        number = 0
        if all(part in letters for part in word.parts):
            text, number = word.pattern.subn(" ", text)
            letters = folded(text) if number else letters
        counted[word.word] = number
    return counted, text


@lru_cache(maxsize=8)
def _vocabulary(keep: tuple[str, ...], terms: tuple[Term, ...]) -> Vocabulary:
    targets = [target for term in terms for target in term.targets]
    same = [term.source for term in terms if term.source in term.targets]
    return Vocabulary(
        terms=tuple(Asked(term=term, english=_source(term)) for term in terms),
        longest=tuple(map(_source, sorted(terms, key=lambda term: len(term.source), reverse=True))),
        targets=tuple(map(_target, sorted({*targets}, key=lambda word: (-len(word), word)))),
        names=tuple(_name(word, r"\w") for word in keep),
        untranslated=tuple(_name(word, r"\w") for word in sorted((*keep, *same), key=len)),
        english=tuple(_name(word, "[A-Za-z]") for word in sorted((*keep, *targets), key=len, reverse=True)),
    )


def _source(term: Term) -> Word:
    words = re.escape(term.source).replace(r"\ ", r"[\s-]+")
    pattern = re.compile(rf"(?<![\w-]){words}(?:e?s)?(?![\w-])", re.IGNORECASE)
    return Word(word=term.source, pattern=pattern, parts=tuple(folded(term.source).split(" ")))


def _target(word: str) -> Word:
    return Word(word=word, pattern=re.compile(re.escape(word), re.IGNORECASE), parts=(folded(word),))


def _name(word: str, letter: str) -> Word:
    pattern = re.compile(rf"(?<!{letter}){re.escape(word)}(?!{letter})")
    return Word(word=word, pattern=pattern, parts=(word,))

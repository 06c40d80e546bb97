"""A translation against its English: what must be the same, what a reader's Markdown would make of it, words and register.

Errors are what would mislead or break a page; warnings are for a translator to judge. One that was judged is silenced by
``allow: KIND`` in the entry's comment, with the reason behind it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import local
from typing import TYPE_CHECKING, Literal

from markdown_it import MarkdownIt

from guidewright import pycode
from guidewright.model import Cell, Guide
from guidewright.pycode.comments import code_tokens, is_machines, replace_comments
from guidewright.translate.catalog import Catalog, Entry
from guidewright.translate.language import Locale
from guidewright.translate.markup import (
    AUTOLINK,
    CODE,
    MATH,
    PLACEHOLDER,
    REFERENCE,
    TAG,
    TARGET,
    missing_and_extra,
    placeholder_problem,
)
from guidewright.translate.units import Key, Unit, is_translated
from guidewright.translate.vocabulary import Vocabulary, folded, vocabulary

if TYPE_CHECKING:
    from markdown import Markdown

Kind = Literal["markup", "structure", "emphasis", "code", "glossary", "names", "register", "english"]

_ALLOW = re.compile(r"^\s*allow:\s*(?P<kinds>[a-z, ]+)", re.MULTILINE)
_COMMONMARK = MarkdownIt("commonmark").enable("table")
_OF_THREAD = local()
_BLOCKS = MarkdownIt("commonmark").enable("table").disable("inline")
_CELL_MARKER = re.compile(r"^\s*(?:%%|<codecell>|In\[[0-9 ]*\])")
_SENTENCE = re.compile(r"[^.!?。]+[.!?。]+(?=\s|$|[)\"'”’])")
_CLOSING = " \t\n\"'”’)]*_`:"
_ATTRIBUTES = re.compile(r"\{:?\s*[#.][^{}]*\}?")
_SITE_BLOCK = re.compile(r"^\s*(?:!!!|\?\?\?|===|///|:::)", re.MULTILINE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
# Within a word an underscore is no emphasis, for either parser.
_MAY_EMPHASISE = re.compile(r"\*|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_HTML_EMPHASIS = re.compile(r"<(/?)(?:em|strong)\b")
_LINK = re.compile(rf"!?\[(?:[^\[\]]|\[[^\]]*\])*{TARGET.pattern}")
# Behind a word without a blank, parentheses hold the English term for it.
_GLOSS = re.compile(r"(?<=[\w*])\([^()]*\)")
# Between commas stand names.
_LEFT = re.compile(r"(?<![\w.'’-])[a-z][a-z'’-]*(?:\s+[a-z][a-z'’-]*){2,}(?![\w-])")
_TWO_LETTERS = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What is wrong with one translation."""

    kind: Kind
    entry: Entry
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"


def check(found: Iterable[Unit], catalog: Catalog, locale: Locale) -> list[Finding]:
    """Return what is wrong with a catalog's translations, in its order; fuzzy and missing ones are not judged."""
    kinds = {unit.key: unit.kind for unit in found}
    known = vocabulary(locale)
    return [
        finding
        for entry in catalog.entries
        if entry.translated and entry.key in kinds
        for finding in _entry(entry, kinds[entry.key], locale, known)
    ]


def _entry(entry: Entry, kind: str, locale: Locale, known: Vocabulary) -> Iterator[Finding]:
    allowed = _allowed(entry)
    for finding in (
        *_protected(entry, kind),
        *_structure(entry, kind),
        *_emphasis(entry, kind),
        *_glossary(entry, known),
        *_names(entry, known),
        *_register(entry, kind, locale),
        *_english(entry, locale, known),
        *_left_in_english(entry, locale, known),
    ):
        if finding.severity == "error" or finding.kind not in allowed:
            yield finding


def _allowed(entry: Entry) -> set[str]:
    found = _ALLOW.search(entry.comment)
    return set(re.split(r"[,\s]+", found["kinds"].strip())) if found else set()


# ------------------------------------------------------------------- markup


def _protected(entry: Entry, of: str) -> Iterator[Finding]:
    if of == "interface" and (problem := placeholder_problem(entry.msgid, entry.msgstr)):
        hint = "what is in braces is the English's, each as often; {{ and }} stay doubled"
        yield Finding(kind="markup", entry=entry, message=problem, hint=hint)
    for kind, text, missing in missing_and_extra(entry.msgid, entry.msgstr):
        if of == "interface" and kind == "placeholder":
            continue
        shown = f"`{text}`" if kind == "code span" else text
        if missing:
            hint = "put it in as the English has it"
            yield Finding(kind="markup", entry=entry, message=f"lacks the {kind} {shown}", hint=hint)
        else:
            message = f"has a {kind} that the English has not: {shown}"
            hint = "take it out, or write 'allow: markup' and why into the entry's comment"
            if kind == "reference" or (kind == "link" and not _SCHEME.match(text)):
                hint = "it leads nowhere on the site: point it where the English's points, or take it out"
                yield Finding(kind="markup", entry=entry, message=message, hint=hint)
            else:
                yield Finding(kind="markup", entry=entry, message=message, hint=hint, severity="warning")


def _structure(entry: Entry, kind: str) -> Iterator[Finding]:
    """A message is a piece of one line: it must not begin a block, a cell or another line."""
    words = entry.msgstr
    if kind == "comment":
        if _CELL_MARKER.match(words) or "\n" in words:
            hint = "write it as one line of words, which does not begin with %%"
            yield Finding(
                kind="structure", entry=entry, message="would begin a new cell, or a new line", hint=hint
            )
        elif is_machines(words):
            message, hint = "would be read by machines", "let it begin with another word"
            yield Finding(kind="structure", entry=entry, message=message, hint=hint)
        return
    if kind in ("heading", "cell") and "\n" in words:
        yield Finding(kind="structure", entry=entry, message="has a line end", hint="write it in one line")
    if kind in ("title", "description", "figure", "interface"):
        if "\n" in words:
            yield Finding(
                kind="structure", entry=entry, message="has a line end", hint="write it in one line"
            )
        return
    if words.count("```") or words.count("~~~") or CODE.sub("", words).count("`"):
        message, hint = "has a backtick or a fence that is not closed", "close it, or take it out"
        yield Finding(kind="structure", entry=entry, message=message, hint=hint)
    if Counter(_attributes(words)) - Counter(_attributes(entry.msgid)):
        message, hint = "has a heading's id", "the id is the English one, and put in by itself"
        yield Finding(kind="structure", entry=entry, message=message, hint=hint)
    if _SITE_BLOCK.search(words) and not _SITE_BLOCK.search(entry.msgid):
        message, hint = "would begin a block on the site", "let no line begin with !!!, ???, ===, /// or :::"
        yield Finding(kind="structure", entry=entry, message=message, hint=hint)
    if not _is_one_paragraph(words):
        hint = "a message is one paragraph's words: no list, heading, quotation, table or HTML block begins in it"
        yield Finding(kind="structure", entry=entry, message="would not be one paragraph", hint=hint)


def _is_one_paragraph(words: str) -> bool:
    # A line that begins with a letter begins no other block.
    if words[:1].isalpha() and "\n" not in words and "\r" not in words:
        return True
    tokens = [token.type for token in _BLOCKS.parse(words) if token.level == 0]
    return tokens == ["paragraph_open", "paragraph_close"]


def _attributes(words: str) -> list[str]:
    return _ATTRIBUTES.findall(CODE.sub("", words)) if "{" in words else []


def _emphasis(entry: Entry, kind: str) -> Iterator[Finding]:
    if kind in ("comment", "title", "description", "figure", "interface"):
        return
    notebook, site = _emphases(entry.msgstr), _site_emphases(entry.msgstr)
    if notebook != site:
        where = (
            "on the site but not in notebooks"
            if sum(site) > sum(notebook)
            else "in notebooks but not on the site"
        )
        hint = "put a blank beside the asterisks, or let the particle stand inside of them"
        yield Finding(kind="emphasis", entry=entry, message=f"is emphasised {where}", hint=hint)
    elif notebook != _emphases(entry.msgid):
        hint = "emphasise what the English does, or write 'allow: emphasis' and why into the entry's comment"
        message = "has other emphasis than the English"
        yield Finding(kind="emphasis", entry=entry, message=message, hint=hint, severity="warning")


def _emphases(words: str) -> tuple[int, int]:
    """Count strong and plain emphasis as CommonMark reads it."""
    if not _MAY_EMPHASISE.search(words):
        return 0, 0
    types = [
        child.type
        for token in _COMMONMARK.parse(words)
        if token.type == "inline"
        for child in token.children or ()
    ]
    return types.count("strong_open"), types.count("em_open")


def _site_parser() -> Markdown:
    """Return this thread's parser: to make one takes as long as to use it."""
    if not hasattr(_OF_THREAD, "parser"):
        from markdown import Markdown

        _OF_THREAD.parser = Markdown()
    parser: Markdown = _OF_THREAD.parser
    return parser


def _site_emphases(words: str) -> tuple[int, int]:
    """Count strong and plain emphasis as Python-Markdown, the site's parser, reads it."""
    if not _MAY_EMPHASISE.search(words):
        return 0, 0
    # HTML that is written as such is no emphasis of the parser's.
    html = _site_parser().reset().convert(_HTML_EMPHASIS.sub(r"<\1i", words))
    return html.count("<strong>"), html.count("<em>")


# -------------------------------------------------------------------- words


@lru_cache(maxsize=8)  # three rules ask for the same two
def _bare(words: str) -> str:
    """Leave out what is not words: code, addresses, mathematics, HTML."""
    words = _without_targets(CODE.sub(" ", words))
    for pattern in (AUTOLINK, TAG, MATH, PLACEHOLDER):
        words = pattern.sub(" ", words)
    return words


def _without_targets(words: str) -> str:
    return REFERENCE.sub(lambda found: found["text"], TARGET.sub("]", words))


def _glossary(entry: Entry, known: Vocabulary) -> Iterator[Finding]:
    english, words = _bare(entry.msgid), _bare(entry.msgstr)
    there = folded(english)
    asked = [term for term in known.terms if term.english.find(english, there)]
    if not asked:
        return
    hint = "use the glossary's word, or write 'allow: glossary' and why into the entry's comment"
    used, left = known.uses(words)
    said = words.casefold()
    for term in (found.term for found in asked):
        wrong = next((word for word in term.avoid if word in left), "")
        right = " or ".join(term.targets)
        if not any(target.casefold() in said for target in term.targets):
            message = (
                f"says {wrong} for '{term.source}', and not {right}"
                if wrong
                else f"lacks {right} for '{term.source}'"
            )
        # The word may be another English word's; but not where the right one is there too seldom.
        elif wrong and known.asked(english)[term.source] > sum(used[word] for word in set(term.targets)):
            message = f"says {wrong} for '{term.source}', too, and not always {right}"
        else:
            continue
        yield Finding(kind="glossary", entry=entry, message=message, hint=hint, severity="warning")


def _names(entry: Entry, known: Vocabulary) -> Iterator[Finding]:
    english, words = _bare(entry.msgid), _bare(entry.msgstr)
    for name in known.names:
        if name.word not in words and name.find(english, english):
            hint = "names stay as they are; or write 'allow: names' and why into the entry's comment"
            message = f"lacks the name {name.word}"
            yield Finding(kind="names", entry=entry, message=message, hint=hint, severity="warning")


def _register(entry: Entry, kind: str, locale: Locale) -> Iterator[Finding]:
    """A full sentence of the prose ends as the language's settings say; headings and fragments are free."""
    if not locale.sentence_endings or kind not in ("paragraph", "item", "description"):
        return
    for sentence in _SENTENCE.findall(CODE.sub("코드", _bare_keeping_code(entry.msgstr))):
        ending = sentence.rstrip(".!?。").rstrip(_CLOSING)
        if re.search(locale.script or r"\w", ending[-1:]) and not ending.endswith(locale.sentence_endings):
            message = f"a sentence ends in '…{ending.strip()[-8:]}'"
            hint = f"end it in {', '.join(locale.sentence_endings)}; or write 'allow: register' and why"
            yield Finding(kind="register", entry=entry, message=message, hint=hint, severity="warning")


def _bare_keeping_code(words: str) -> str:
    return re.sub(r"!?\[|\]", "", _without_targets(words))


def _english(entry: Entry, locale: Locale, known: Vocabulary) -> Iterator[Finding]:
    """A translation without a letter of its script is English, unless the message is names only."""
    if not locale.script or re.search(locale.script, entry.msgstr):
        return
    rest = _bare(entry.msgid)
    for name in known.untranslated:
        rest = name.replaced(rest, " ")
    if _TWO_LETTERS.search(rest):
        hint = "translate it, or write 'allow: english' and why into the entry's comment"
        yield Finding(kind="english", entry=entry, message="is still English", hint=hint, severity="warning")


def _left_in_english(entry: Entry, locale: Locale, known: Vocabulary) -> Iterator[Finding]:
    """Three or more English words in a row were not translated; names, and the words of links, may be English."""
    if not locale.script or re.search(locale.script, "a") or not re.search(locale.script, entry.msgstr):
        return
    words = REFERENCE.sub(" ; ", _LINK.sub(" ; ", CODE.sub(" ; ", entry.msgstr)))
    for pattern in (AUTOLINK, TAG, MATH, PLACEHOLDER):
        words = pattern.sub(" ; ", words)
    for name in known.english:
        words = name.replaced(words, " ; ")
    if found := _LEFT.search(_GLOSS.sub(" ; ", words)):
        hint = "translate it, or write 'allow: english' and why into the entry's comment"
        message = f"has words left in English: {found[0]}"
        yield Finding(kind="english", entry=entry, message=message, hint=hint, severity="warning")


# --------------------------------------------------------------------- code


def code_problems(guide: Guide, translations: Mapping[Key, str]) -> Iterator[tuple[Cell, str]]:
    """Yield each code cell, with what is wrong, whose code would not be the English one's with its comments put in.

    By construction there is none; this proves it: equal tokens apart from comments, equal meaning, and no new cell.
    """
    for cell in guide.cells:
        if cell.kind == "code" and is_translated(cell):
            made = replace_comments(cell.source, lambda comment: translations.get(("comment", comment.text)))
            if message := code_difference(cell.source, made):
                yield cell, message


def code_difference(english: str, made: str) -> str:
    """Say in what two cells' code differs; empty where only comments and blank lines do."""
    try:
        # Most cells have no comment to translate.
        if made != english and (
            code_tokens(english) != code_tokens(made) or pycode.meaning(english) != pycode.meaning(made)
        ):
            return "the code is not the English one's"
    except (SyntaxError, ValueError):
        return "the code cannot be parsed any more"
    shell: Callable[[str], list[str]] = lambda text: [  # noqa: E731
        line for line in text.split("\n") if line.lstrip().startswith(("!", "%"))
    ]
    if shell(english) != shell(made):
        return "a shell line is not the English one's"
    if any(
        _CELL_MARKER.match(line.lstrip().lstrip("#"))
        for line in made.split("\n")
        if line.lstrip().startswith("#")
    ):
        return "a comment would begin a new cell"
    return ""

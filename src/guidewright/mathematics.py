"""Formulas in prose: where they stand, and their MathML. Pure; any stage may use it.

``$…$`` and ``\\(…\\)`` are part of a line, ``$$…$$`` is shown on its own. A dollar that is no mathematics is told as
Pandoc tells it (``tex_math_dollars``): behind the opening one and before the closing one stands no blank, and no letter
or digit touches the two from outside. So prices and ``$HOME`` stay, as does all code.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from math_core import LatexError, LatexToMathML
from mdit_py_plugins.dollarmath import dollarmath_plugin

_TEX = r"(?:\\.|[^$\\])+?"
FORMULA = re.compile(
    rf"(?<![\\$])\$\$(?P<display>{_TEX})\$\$(?!\$)"
    rf"|(?<![\\$A-Za-z0-9])\$(?!\s)(?P<dollars>{_TEX})(?<!\s)\$(?![A-Za-z0-9$])"
    r"|(?<!\\)(?P<mark>\\\\?)\((?P<parentheses>.+?)(?P=mark)\)",
    re.DOTALL,
)
_CODE = r"(?<![\\`])(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)"
_ADDRESS = r"!\[[^\]]*\]|(?<=\])\([^()\s]*\)|</?[A-Za-z][^<>]*>"
# Code, the words of an image, addresses and HTML come first: a dollar in them is no mathematics.
_TOKEN = re.compile(rf"(?P<code>{_CODE})|(?P<address>{_ADDRESS})|{FORMULA.pattern}", re.DOTALL)
_ERROR = re.compile(r"(?P<place>\d+): (?P<words>.*?)\.?", re.DOTALL)


class FormulaError(ValueError):
    """A formula that cannot be read: what is wrong, and where in its TeX."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A piece of inline Markdown that is not read as words."""

    start: int
    end: int
    tex: str = ""
    """Empty where it is code."""
    display: bool = False
    """Shown on a line of its own."""


def parser() -> MarkdownIt:
    """Return a reader of CommonMark with tables, and ``$$`` blocks as tokens of the type ``math_block``."""
    reader = MarkdownIt("commonmark").enable("table")
    reader.use(dollarmath_plugin, allow_labels=False, allow_blank_lines=False)
    # Inline, the rule of this module counts: the plugin's takes prices for mathematics.
    reader.disable("math_inline")
    return reader


_PARSER = parser()
_PARSER.disable("inline")  # a line's own words are read by :func:`spans`


def spans(words: str) -> Iterator[Span]:
    """Yield the code spans and formulas of one block's inline Markdown, in their order."""
    for found in _TOKEN.finditer(words):
        if found["address"]:
            continue
        tex = found["display"] or found["dollars"] or found["parentheses"] or ""
        yield Span(start=found.start(), end=found.end(), tex=tex.strip(), display=bool(found["display"]))


def formulas(markdown: str) -> Iterator[tuple[int, Span]]:
    """Yield every formula of a Markdown cell with its line in it, 0-based."""
    if "$" not in markdown and "\\(" not in markdown:
        return
    line = 0
    for token in _PARSER.parse(markdown):
        line = token.map[0] if token.map else line
        if token.type == "math_block":
            yield line, block(token)
        elif token.type == "inline":
            for span in spans(token.content):
                if span.tex:
                    yield line + token.content.count("\n", 0, span.start), span


def block(token: Token) -> Span:
    """Return the formula of a ``math_block``."""
    return Span(start=0, end=len(token.content), tex=token.content.strip(), display=True)


@functools.cache
def _converter() -> LatexToMathML:
    return LatexToMathML(fancy_error=False)


def mathml(formula: Span) -> str:
    """Return a formula as a ``<math>`` element.

    Raises:
        FormulaError: its TeX cannot be read.
    """
    try:
        return _converter().convert_with_local_state(formula.tex, displaystyle=formula.display)
    except LatexError as error:
        found = _ERROR.fullmatch(str(error))
        if found is None:
            raise FormulaError(str(error)) from error
        near = formula.tex[int(found["place"]) :][:20].split("\n")[0]
        where = f", at '{near}'" if near else ""
        raise FormulaError(f"{found['words'][:1].lower()}{found['words'][1:]}{where}") from error

"""The comments of a cell that people read: found, and replaced without a touch on the code around them."""

from __future__ import annotations

import ast
import functools
import io
import re
import tokenize
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from wcwidth import wcswidth

from guidewright.pycode.parsing import as_python, is_cell_magic

WIDTH = 92
"""Columns of a line with a translated comment; a character of Korean takes two."""

_MACHINE = re.compile(
    r"^#\s*(?:noqa\b|gw:|type:|fmt:|ruff:|pragma\b|pylint:|mypy:|isort:|%%|@param\b|@title\b|!|%|-\*-|<codecell>|In\[)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}|[^\W\d_A-Za-z]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A run of own-line comments of one indentation, or the comment at the end of a line of code."""

    text: str
    """Without ``#``; the lines of a run are joined by one space."""
    first: int
    """0-based line of the cell."""
    last: int
    column: int
    trailing: bool


def comments(source: str) -> list[Comment]:
    """Return the comments of a cell that are for people, in order: no code, no machine's, none without words.

    Raises:
        SyntaxError, ValueError: the cell does not parse.
    """
    return list(_comments(source))


@functools.lru_cache(maxsize=256)
def _comments(source: str) -> tuple[Comment, ...]:
    if is_cell_magic(source):
        return ()
    return tuple(run for run in _runs(_tokens(source)) if _is_prose(run.text))


def replace_comments(source: str, replacement: Callable[[Comment], str | None]) -> str:
    """Put other words in the place of comments; None, or the same words, leaves one to the byte as it was.

    Only comment lines, and the ends of lines behind code, are written: the code's text is not touched.
    """
    lines = source.split("\n")
    for comment in reversed(comments(source)):
        words = replacement(comment)
        if words is None or words == comment.text:
            continue
        if comment.trailing:
            kept = lines[comment.first][: comment.column]
            lines[comment.first] = f"{kept}# {' '.join(words.split())}"
        else:
            lines[comment.first : comment.last + 1] = _wrapped(words, " " * comment.column)
    return "\n".join(lines)


def is_machines(words: str) -> bool:
    """Tell whether a comment of these words would be one that machines read: ``noqa``, ``type: ignore``, ``@param``."""
    return bool(_MACHINE.match(f"# {words}"))


def code_tokens(source: str) -> list[tuple[int, str]]:
    """Return kind and text of a cell's tokens apart from comments and line ends; a cell magic is one token.

    Raises:
        SyntaxError, ValueError: the cell does not parse.
    """
    if is_cell_magic(source):
        return [(tokenize.STRING, source)]
    left_out = (tokenize.COMMENT, tokenize.NL)
    return [(token.type, token.string) for token in _all_tokens(source) if token.type not in left_out]


def comment_places(source: str) -> list[tuple[int, Comment]]:
    """Return each comment with the number of code tokens before it: where it stands, whatever the comments say.

    Raises:
        SyntaxError, ValueError: the cell does not parse.
    """
    left_out = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT)
    starts = [token.start for token in _all_tokens(source) if token.type not in left_out]
    return [
        (sum(start < (found.first + 1, found.column) for start in starts), found)
        for found in comments(source)
    ]


@functools.lru_cache(maxsize=64)
def _all_tokens(source: str) -> tuple[tokenize.TokenInfo, ...]:
    python, _ = as_python(source)
    return tuple(tokenize.generate_tokens(io.StringIO(python).readline))


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    python, _ = as_python(source)
    # Most cells have none, and tokens take long.
    return [token for token in _all_tokens(source) if token.type == tokenize.COMMENT] if "#" in python else []


def _runs(tokens: Sequence[tokenize.TokenInfo]) -> Iterator[Comment]:
    """Join own-line comments that follow each other in one column; a ``#`` alone or a machine's comment parts them."""

    def key(pair: tuple[int, tokenize.TokenInfo]) -> tuple[object, ...]:
        place, token = pair
        own = not token.line[: token.start[1]].strip()
        alone = not own or token.string.strip() == "#" or _MACHINE.match(token.string)
        return (token.start,) if alone else (token.start[0] - place, token.start[1])

    for _, found in groupby(enumerate(tokens), key):
        run = [token for _, token in found]
        if _MACHINE.match(run[0].string):
            continue
        yield Comment(
            text=" ".join(filter(None, (token.string.lstrip("#").strip() for token in run))),
            first=run[0].start[0] - 1,
            last=run[-1].start[0] - 1,
            column=run[0].start[1],
            trailing=bool(run[0].line[: run[0].start[1]].strip()),
        )


def _is_prose(text: str) -> bool:
    return bool(_WORD.search(text)) and not _is_code(text)


def _is_code(text: str) -> bool:
    """Tell whether a comment is code that was commented out: it parses, and does more than name things."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return not all(_reads_as_words(statement, text) for statement in tree.body)


def _reads_as_words(statement: ast.stmt, text: str) -> bool:
    """Tell whether people write this: "Fine-tuning", "global batch", "Note: it is slow", "assert correctness"."""
    match statement:
        case ast.Expr(value=value):
            return _names_things(value, text)
        case ast.AnnAssign(target=ast.Name(), annotation=what, value=None):
            return isinstance(what, ast.Call) or _names_things(what, text)
        case ast.Assert(test=ast.Name(), msg=None | ast.Name()):
            return True
        case ast.Return(value=ast.Name()) | ast.Raise(exc=ast.Name(), cause=None | ast.Name()):
            return True
    return isinstance(statement, ast.Global | ast.Nonlocal)


def _names_things(value: ast.expr, text: str) -> bool:
    """Tell whether an expression is names, and the words between them: "train in batches", "Input/output"."""
    return all(
        _joins_words(node, text) if isinstance(node, ast.BinOp) else isinstance(node, _PLAIN)
        for node in ast.walk(value)
    )


def _joins_words(node: ast.BinOp, text: str) -> bool:
    if not isinstance(node.op, _JOINS):
        return False
    names = [part for part in (node.left, node.right) if not isinstance(part, ast.BinOp)]
    joined = " " not in (ast.get_source_segment(text, node) or " ")
    return all(
        isinstance(name, ast.Name) and name.id.isalpha() and (joined or len(name.id) > 1) for name in names
    )


_JOINS = (ast.Add, ast.Sub, ast.Div)
_PLAIN = (
    *(ast.Name, ast.Constant, ast.Load, ast.Tuple, *_JOINS),
    *(ast.Compare, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not),
)


def _wrapped(words: str, indent: str) -> list[str]:
    """Break words into comment lines at blanks, by the columns that they take."""
    lines = [f"{indent}#"]
    for word in words.split():
        longer = f"{lines[-1]} {word}"
        # A line that begins with a machine's word would be no comment for people.
        if wcswidth(longer) > WIDTH and lines[-1] != f"{indent}#" and not is_machines(word):
            longer = f"{indent}# {word}"
            lines.append(longer)
        else:
            lines[-1] = longer
    return lines

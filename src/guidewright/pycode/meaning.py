"""What a cell does, as a text: what fingerprints and cell ids are made of.

Every committed record depends on this form. It must not change, and must be the same on every Python we support.
"""

from __future__ import annotations

import ast
import io
import tokenize
from functools import lru_cache

from guidewright.pycode.parsing import as_python, is_cell_magic

# A context follows from where the node stands; the rest is not part of what the code does.
_IGNORED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_LAYOUT = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
)


@lru_cache(maxsize=4096)
def meaning(source: str) -> str:
    """Return a text that is equal for two cells only if they do the same.

    The syntax tree without positions and comments, and the final ``;`` that silences a cell's value. The form is our
    own, not :func:`ast.dump`'s, because that one differs between Python versions.

    Raises:
        SyntaxError, ValueError: the cell does not parse.
        RecursionError: it is nested too deeply.
    """
    python, tree = as_python(source)
    silenced = ";" in python and not is_cell_magic(source) and _last_token(python) == ";"
    return _dump(tree) + (";" if silenced else "")


def _last_token(python: str) -> str:
    tokens = tokenize.generate_tokens(io.StringIO(python).readline)
    return next((token.string for token in reversed(list(tokens)) if token.type not in _LAYOUT), "")


def _dump(node: object) -> str:
    if isinstance(node, ast.AST):
        inside = []
        for name in node._fields:
            if name not in _IGNORED_FIELDS:
                value = _value(node, name)
                if value is not None and value != []:
                    inside.append(f"{name}={_dump(value)}")
        return f"{type(node).__name__}({','.join(inside)})"
    if isinstance(node, list):
        return f"[{','.join([_dump(one) for one in node])}]"
    # Not repr(): which characters it escapes depends on the Unicode tables of the Python at hand.
    return ascii(node)


def _value(node: ast.AST, name: str) -> object:
    value = getattr(node, name, None)
    if isinstance(node, ast.JoinedStr):  # Python 3.12 puts empty strings into some format specifications
        return [part for part in node.values if not (isinstance(part, ast.Constant) and part.value == "")]
    return value

"""Jupytext's script and Markdown formats, MyST among them: read and written as notebooks, by jupytext."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import jupytext

from guidewright.errors import InputError, Problem
from guidewright.source.foreign import notebook
from guidewright.source.foreign.sheet import Piece, Sheet

EXTENSIONS = (".py", ".md", ".markdown", ".rmd", ".myst", ".mystnb", ".mnb")
FORMATS = {"py:light": "py:light", "myst": "md:myst", "ipynb": "ipynb"}
# Which jupytext wrote the file is nothing to its readers, and would change its bytes.
_VERSION = re.compile(r"^(?:# )? *jupytext_version: .*\n", re.MULTILINE)


def read(text: str, path: str, extension: str, form: str = "") -> Sheet:
    """Read a script or a Markdown file.

    Args:
        extension: with its dot; what the text says of its format decides the rest.
        form: jupytext's name of the format, where the caller knows it.

    Raises:
        InputError: jupytext cannot read it, or it is of another language than Python.
    """
    extension = ".Rmd" if extension.lower() == ".rmd" else extension
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = jupytext.reads(text, fmt=form or {"extension": extension})
    except Exception as error:  # whatever jupytext's parts raise
        message = f"jupytext cannot read it: {str(error).partition(chr(10))[0]}"
        hint = "name its format: --from py:light, for one"
        raise InputError(Problem(path=path, message=message, hint=hint)) from error
    return notebook.sheet(book, path, text.split("\n"))


def write(fields: Mapping[str, Any], pieces: Sequence[Piece], form: str) -> str:
    """Write pieces in one of :data:`FORMATS`."""
    book = notebook.node(fields, pieces)
    for cell in book.cells:
        # Python's version and the like are no part of a text.
        cell.pop("attachments", None)
    book.metadata.pop("language_info", None)
    written: str = jupytext.writes(book, fmt=FORMATS[form])
    return _VERSION.sub("", written, count=1).rstrip("\n") + "\n"

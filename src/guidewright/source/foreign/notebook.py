"""Notebooks (nbformat 3 to 4.5), and what jupytext reads as one, to pieces; and pieces back to a notebook."""

from __future__ import annotations

import base64
import binascii
import copy
import datetime as dt
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import jsonschema
import nbformat
from nbformat import NotebookNode

from guidewright.errors import InputError, Problem
from guidewright.source import header as front
from guidewright.source import options as opts
from guidewright.source.foreign.sheet import Piece, Sheet, trimmed
from guidewright.source.foreign.tutobook import field_value, key_of
from guidewright.source.scaffold import yaml_line

OLDEST = 3
"""The oldest major version of the notebook format that is read."""
_FRONT = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)\n---[ \t]*\Z", re.DOTALL)
_SILENT = {"jupyter", "jupytext", "kernelspec", "language_info"}
"""Keys of a header that are the editor's."""
_FOLDED = {"source_hidden": "hide-input", "outputs_hidden": "hide-output"}
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"}


def read(data: bytes, path: str) -> Sheet:
    """Read an ``.ipynb``.

    Raises:
        InputError: it is not JSON, or no notebook, or one of another language than Python.
    """
    book = upgraded(_document(data, path), path)
    return sheet(book, path)


def _document(data: bytes, path: str) -> Mapping[str, Any]:
    hint = "name a notebook that Jupyter or Colab has saved"
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            Problem(path=path, message=f"is not UTF-8: byte 0x{data[error.start]:02x}", hint=hint)
        ) from error
    except json.JSONDecodeError as error:
        raise InputError(
            Problem(path=path, line=error.lineno, message=f"is not JSON: {error.msg}", hint=hint)
        ) from error
    except (RecursionError, ValueError) as error:
        raise InputError(Problem(path=path, message="is not JSON that can be read", hint=hint)) from error
    if not isinstance(found, dict) or not isinstance(found.get("nbformat"), int):
        raise InputError(Problem(path=path, message="is JSON, but no notebook", hint=hint))
    if not isinstance(found.get("worksheets" if found["nbformat"] == OLDEST else "cells"), list):
        raise InputError(Problem(path=path, message="is JSON, but no notebook: it has no cells", hint=hint))
    if found["nbformat"] < OLDEST or found["nbformat"] > nbformat.current_nbformat:
        message = f"is a notebook of format {found['nbformat']}; {OLDEST} to 4.5 are read"
        hint = "open it in Jupyter, and save it again"
        raise InputError(Problem(path=path, message=message, hint=hint))
    return found


def upgraded(document: Mapping[str, Any], path: str) -> NotebookNode:
    """Return a notebook in today's format; its outputs are left behind, which may be what is wrong with it.

    Raises:
        InputError: what is left is no notebook.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of cells without ids, which older formats have none of
            plain = _without_outputs(copy.deepcopy(dict(document)))
            book = nbformat.convert(nbformat.reader.reads(json.dumps(plain)), 4)
            nbformat.validate(book, relax_add_props=True)
    except jsonschema.ValidationError as error:
        where = ".".join(str(part) for part in getattr(error, "absolute_path", ()))
        message = f"is JSON, but no notebook: {where + ': ' if where else ''}{error.message[:120]}"
        hint = "open it in Jupyter, and save it again"
        raise InputError(Problem(path=path, message=message, hint=hint)) from error
    except Exception as error:  # nbformat lets through whatever its conversions stumble over
        message = (
            f"is JSON, but no notebook: {str(error).partition(chr(10))[0][:120] or type(error).__name__}"
        )
        hint = "open it in Jupyter, and save it again"
        raise InputError(Problem(path=path, message=message, hint=hint)) from error
    return book


def _without_outputs(document: dict[str, Any]) -> dict[str, Any]:
    """Drop outputs, counts and ids; without ids, 4.5 is 4.4."""
    document["nbformat_minor"] = min(document.get("nbformat_minor", 0), 4)
    sheets = document.get("worksheets") if document.get("nbformat") == 3 else [document]
    for found in sheets if isinstance(sheets, list) else ():
        cells = found.get("cells") if isinstance(found, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict):
                cell.pop("id", None)
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                cell["outputs"] = []
                cell["execution_count" if document["nbformat"] == 4 else "prompt_number"] = None
    return document


# ------------------------------------------------------------------ sheet


def sheet(book: NotebookNode, path: str, lines: Sequence[str] = ()) -> Sheet:
    """Return a notebook's header and cells.

    Args:
        lines: of the text file that the notebook was read from: cells are then told by lines.

    Raises:
        InputError: it is of another language than Python.
    """
    _refuse_language(book, path)
    found = Sheet(path=path)
    cells = list(book.cells)
    matter = _FRONT.match(cells[0].source.strip()) if cells and cells[0].cell_type == "raw" else None
    if matter:
        found = _with_header(found, matter["yaml"])
        del cells[0]
    found = replace(found, fields={**_of_metadata(book.metadata), **found.fields})
    position = 0
    for number, cell in enumerate(cells, 2 if matter else 1):
        source = trimmed(str(cell.source))
        position, line = _place(source, lines, position)
        at = Piece(kind="code", source="", line=line, cell="" if line else str(number))
        found = _with_cell(found, cell, source, at)
    return found


def _refuse_language(book: NotebookNode, path: str) -> None:
    metadata = book.metadata
    names = [
        metadata.get("kernelspec", {}).get("language"),
        metadata.get("language_info", {}).get("name"),
        metadata.get("jupytext", {}).get("main_language"),
    ]
    name = next((name for name in names if name), "python")
    if not str(name).lower().removeprefix("i").startswith("python"):
        hint = "translate its code first"
        raise InputError(Problem(path=path, message=f"is written in {name}; guides are in Python", hint=hint))


def _place(source: str, lines: Sequence[str], position: int) -> tuple[int, int | None]:
    """Return where to look for the next cell, and this cell's line; jupytext tells none."""
    first = source.split("\n")[0].strip()
    for number in range(position, len(lines)) if first else ():
        if lines[number].endswith(first) or lines[number].strip() == first:
            return number + source.count("\n") + 1, number + 1
    return position, None


def _with_header(found: Sheet, text: str) -> Sheet:
    """Take a header's keys: a guide's own, and those that Keras' guides and static sites use."""
    matter = front.read([f"# {line}" if line else "#" for line in ["---", *text.split("\n"), "---"]], "")
    known = front.schema()["properties"]
    fields: dict[str, Any] = {}
    notes = []
    for key, value in matter.values.items():
        name = key if key in known else key_of(key) or {"date": "created"}.get(key.lower(), "")
        if key in _SILENT:
            continue
        if name and name not in fields:
            try:
                fields[name] = field_value(name, value) if isinstance(value, str) else value
            except ValueError as error:
                notes.append(found.note(f"the header's '{key}: {value}' {error}; it is left out"))
        else:
            notes.append(found.note(f"the header's '{key}' has no place in a guide"))
    if matter.problems:
        notes.append(found.note(f"the header is left out: {matter.problems[0].message}"))
    return Sheet(path=found.path, fields=fields, notes=tuple(notes))


def _of_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a notebook's own metadata say of it, as Colab, Jupyter and MyST write it."""
    found: dict[str, Any] = {}
    for key, value in metadata.items():
        name = key_of(key) or {"date": "created"}.get(key, "")
        with suppress(ValueError):
            if key == "tags" and isinstance(value, list):
                found[key] = [tag for tag in value if isinstance(tag, str) and tag]
            elif name == "authors" and isinstance(value, list):
                names = [one.get("name") if isinstance(one, dict) else one for one in value]
                found[name] = [one for one in names if isinstance(one, str) and one]
            elif name and isinstance(value, str | dt.date) and value:
                found.setdefault(name, field_value(name, str(value)))
    return found


def _with_cell(found: Sheet, cell: NotebookNode, source: str, at: Piece) -> Sheet:
    if not source:
        return found
    if cell.cell_type == "raw":
        marks = "```" if "```" not in source else "````"
        note = found.note("a raw cell becomes a block of text", at=at)
        piece = Piece(kind="markdown", source=f"{marks}text\n{source}\n{marks}", line=at.line, cell=at.cell)
        return _adding(found, piece, [note])
    options, dropped = _options(cell.metadata, lasting=at.line is not None)
    notes = [
        found.note(f"the cell's {what} has no place in a guide", at=at, hint=hint) for what, hint in dropped
    ]
    tags = tuple(sorted({*options.pop("tags", ()), *_folds(cell.metadata)}))
    attachments, broken = _attachments(cell.get("attachments", {}))
    notes += [found.note(message, at=at) for message in broken]
    piece = Piece(
        kind="markdown" if cell.cell_type == "markdown" else "code",
        source=source,
        line=at.line,
        cell=at.cell,
        tags=tags,
        options=options,
        attachments=attachments,
    )
    return _adding(found, piece, notes)


def _adding(found: Sheet, piece: Piece, notes: Sequence[Problem]) -> Sheet:
    return Sheet(
        path=found.path,
        fields=found.fields,
        pieces=(*found.pieces, piece),
        notes=(*found.notes, *notes),
    )


def _options(metadata: Mapping[str, Any], *, lasting: bool) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return the options that a guide's cell can have, and what of those that people write is not among them.

    Args:
        lasting: whether an id is the author's; a notebook's are its editor's, Colab's for one.
    """
    kept: dict[str, Any] = {}
    dropped = []
    tags = metadata.get("tags", [])
    for tag in tags if isinstance(tags, list) else []:
        if tag in opts.TAGS:
            kept.setdefault("tags", []).append(tag)
        else:
            dropped.append((f"tag '{tag}'", opts.suggestion(str(tag), opts.TAGS)))
    for key in ("backends", "needs", "rtol", "atol", "alt", *(("id",) if lasting else ())):
        if key in metadata:
            schema = opts.SCHEMA["properties"][key]
            valid = jsonschema.Draft202012Validator(schema).is_valid(metadata[key])
            if valid:
                kept[key] = metadata[key]
            else:
                dropped.append((f"option '{key}'", ""))
    return kept, dropped


def _folds(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tags that say what Jupyter and Colab fold away."""
    jupyter = metadata.get("jupyter")
    folded = jupyter if isinstance(jupyter, dict) else {}
    yield from (tag for key, tag in _FOLDED.items() if folded.get(key))
    if metadata.get("cellView") == "form":
        yield "hide-input"


def _attachments(found: Mapping[str, Any]) -> tuple[dict[str, bytes], list[str]]:
    kept: dict[str, bytes] = {}
    broken = []
    for name, bundle in found.items():
        mime = next((mime for mime in bundle if mime in _PICTURES), None)
        data = decoded(bundle[mime]) if mime else None
        if data is None:
            broken.append(f"the attachment '{name}' is no picture that can be read; it is left out")
        else:
            kept[name] = data
    return kept, broken


def decoded(text: object) -> bytes | None:
    """Return what base64 says; None where it is none, or nothing."""
    words = "".join(text) if isinstance(text, list) else text
    try:
        return base64.b64decode("".join(str(words).split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


# ---------------------------------------------------------------- writing


def node(fields: Mapping[str, Any], pieces: Sequence[Piece]) -> NotebookNode:
    """Return pieces as a notebook, whose first cell is the header, where jupytext looks for it."""
    new = nbformat.v4
    cells = []
    if fields:
        lines = "".join(f"{key}: {yaml_line(value)}\n" for key, value in fields.items())
        cells.append(new.new_raw_cell(f"---\n{lines}---", id="header"))
    for number, piece in enumerate(pieces, 1):
        make = new.new_markdown_cell if piece.kind == "markdown" else new.new_code_cell
        metadata = {**({"tags": list(piece.tags)} if piece.tags else {}), **piece.options}
        cell = make(piece.source, id=f"cell-{number}", metadata=metadata)
        if piece.attachments:
            cell["attachments"] = {name: _bundle(name, data) for name, data in piece.attachments.items()}
        cells.append(cell)
    kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    info = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    return new.new_notebook(cells=cells, metadata={"kernelspec": kernelspec, "language_info": info})


def write(fields: Mapping[str, Any], pieces: Sequence[Piece]) -> str:
    book = node(fields, pieces)
    nbformat.validate(book)
    words: str = nbformat.writes(book, version=4, sort_keys=True, indent=1, ensure_ascii=False)
    return words.rstrip("\n") + "\n"


MIME = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}


def _bundle(name: str, data: bytes) -> dict[str, str]:
    suffix = f".{name.rpartition('.')[2].lower()}"
    return {MIME.get(suffix, "image/png"): base64.b64encode(data).decode()}

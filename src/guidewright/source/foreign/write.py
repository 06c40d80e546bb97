"""A guide → another format, and the proof that nothing is lost: what was written is read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guidewright.errors import InputError, Problem
from guidewright.model import Cell, Guide
from guidewright.source.foreign import notebook, scripts, tutobook
from guidewright.source.foreign.sheet import Piece, Sheet, trimmed

FORMATS = ("tutobook", *scripts.FORMATS)


def write(guide: Guide, form: str, pictures: Mapping[str, bytes]) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of a guide in a format, and what that format cannot hold, as warnings.

    Args:
        form: one of :data:`FORMATS`.
        pictures: the guide's own, by the address that its Markdown has for them.

    Raises:
        InputError: a cell would be lost, or be another one; all of them together.
    """
    kept = [cell for cell in guide.cells if cell.source.strip()]
    notes: list[Problem] = []
    if form == "tutobook":
        notes = list(_lost_options(guide))
        kept = [cell for cell in kept if not cell.hidden]
    pieces = [_piece(cell, pictures if form == "ipynb" else {}) for cell in kept]
    if form == "tutobook" and (refused := list(_refusals(pieces, guide.path))):
        raise InputError(refused)
    text = _written(guide, pieces, form)
    try:
        found = _read(text, form).pieces
    except InputError as error:
        hint = f"choose another format: {', '.join(name for name in FORMATS if name != form)}"
        message = (
            f"this cell, or another, makes it a file that no {form} reader reads: {error.problems[0].message}"
        )
        raise InputError(Problem(path=guide.path, message=message, hint=hint)) from error
    _refuse_lost(found, pieces, guide.path, form)
    return text, tuple(notes)


def _written(guide: Guide, pieces: Sequence[Piece], form: str) -> str:
    fields = _fields(guide)
    if form == "tutobook":
        return tutobook.write({**fields, "accelerator": guide.header.accelerator}, pieces)
    if form == "ipynb":
        return notebook.write(fields, pieces)
    return scripts.write(fields, pieces, form)


def _read(text: str, form: str) -> Sheet:
    if form == "tutobook":
        return tutobook.read(text, "")
    if form == "ipynb":
        return notebook.read(text.encode(), "")
    return scripts.read(text, "", ".md" if form == "myst" else ".py", scripts.FORMATS[form])


def _fields(guide: Guide) -> dict[str, Any]:
    header = guide.header
    fields = {
        "title": header.title,
        "description": header.description,
        "authors": list(header.authors),
        "created": header.created,
        "modified": header.modified,
        "category": header.category,
        "tags": list(header.tags),
        "accelerator": header.accelerator if header.accelerator != "none" else "",
        "backends": list(header.backends),
        "datasets": list(header.datasets),
        "requires": list(header.requires),
        "quick": dict(header.quick),
    }
    return {key: value for key, value in fields.items() if value}


def _piece(cell: Cell, pictures: Mapping[str, bytes]) -> Piece:
    options = {
        "alt": list(cell.alt),
        "backends": list(cell.backends or ()),
        "needs": list(cell.needs),
        "rtol": cell.rtol,
        "atol": cell.atol,
    }
    source, attachments = trimmed(cell.source), {}
    for address, data in pictures.items() if cell.kind == "markdown" else ():
        if f"]({address}" in source:
            name = address.rpartition("/")[2]
            attachments[name] = data
            source = source.replace(f"]({address}", f"](attachment:{name}")
    return Piece(
        kind=cell.kind,
        source=source,
        line=cell.line,
        tags=tuple(sorted(cell.tags)),
        options={key: value for key, value in options.items() if value not in ([], None)},
        attachments=attachments,
    )


def _lost_options(guide: Guide) -> Iterator[Problem]:
    for cell in guide.cells:
        what = ""
        if cell.hidden:
            what = f"is a '{next(iter(sorted(cell.tags & {'quick', 'test'})))}' cell, and is left out"
        elif left := sorted(cell.tags - {tutobook.INVISIBLE}):
            what = f"loses its tags: {', '.join(left)}"
        elif cell.backends is not None:
            what = f"is of {', '.join(cell.backends)} only, and would run on each backend"
        if what:
            message = f"the cell {what}: a tutobook has no place for that"
            yield Problem(path=guide.path, line=cell.line, message=message, severity="warning")


def _refusals(pieces: Sequence[Piece], path: str) -> Iterator[Problem]:
    for piece in pieces:
        if why := tutobook.refusals(piece):
            hint = "change the cell, or choose another format: ipynb, py:light, myst"
            message = f"a tutobook cannot hold this cell: {why}"
            yield Problem(path=path, line=piece.line, message=message, hint=hint)


def _refuse_lost(found: Sequence[Piece], pieces: Sequence[Piece], path: str, form: str) -> None:
    have, want = [(p.kind, p.source) for p in found], [(p.kind, p.source) for p in pieces]
    if have == want:
        return
    place = next((n for n, pair in enumerate(zip(have, want, strict=False)) if pair[0] != pair[1]), -1)
    at = pieces[place] if pieces else Piece(kind="code", source="")
    message = f"the format {form} cannot hold this cell: it would be read as another one"
    hint = f"change the cell, or choose another format: {', '.join(name for name in FORMATS if name != form)}"
    raise InputError(Problem(path=path, line=at.line, message=message, hint=hint))

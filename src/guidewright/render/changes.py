"""What changed between records → one page that needs nothing beside it: no script, no other file, no address.

It is a tool of the guides' authors, in English; not a page of the site.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources

from guidewright.model import (
    CellChange,
    Guide,
    ImageOutput,
    NumberMove,
    PieceChange,
    RecordChange,
    ShownOutput,
)
from guidewright.render.differences import difference

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_NUMBERS = 500
"""Of one output, in the table."""
_STATES = {
    "close": "within the tolerance",
    "differs": "differs",
    "broke": "broke",
    "mended": "mended",
    "added": "only new",
    "gone": "only old",
}


def place(cell: CellChange, guide: Guide) -> str:
    """Return where a cell is, as editors know it; of a cell that is not in the guide any more, its id."""
    for number, one in enumerate(guide.cells, 1):
        if one.id == cell.id:
            return f"{guide.path}:{one.line}: cell {number}"
    return f"{guide.path}: former cell {cell.id}"


def words(piece: PieceChange) -> str:
    """Say what differs where a diff of lines cannot; a drawing's source says nothing to people."""
    pictures = isinstance(piece.old, ImageOutput) and isinstance(piece.new, ImageOutput)
    if pictures and piece.difference and piece.difference.kind in ("line", "number", "blanks"):
        return "the drawings differ"
    return difference(piece.difference)


def percent(number: NumberMove) -> str:
    """Say how far a number moved in percent of the old one; nothing where that was zero."""
    if number.relative is None:
        return ""
    moved = 100 * number.relative
    return f"{moved:+,.0f} %" if abs(moved) >= 100 else f"{moved:+.2g} %"


def page(changes: Sequence[tuple[RecordChange, Guide]]) -> str:
    """Return the page; the same changes give the same text."""
    style = resources.files("guidewright.render").joinpath("changes.css").read_text("utf-8")
    differing = sum(change.differs for change, _ in changes)
    body = "\n".join(part for change, guide in changes for part in _job(change, guide))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>Changed outputs</title>
<style>
{style}</style>
</head>
<body>
<h1>Changed outputs: {differing} of {len(changes)} jobs</h1>
{body}
</body>
</html>
"""


def _job(change: RecordChange, guide: Guide) -> Iterator[str]:
    old, new = change.old, change.new
    yield f"<h2>{escape(new.name)}</h2>"
    yield (
        f'<p class="quiet">old: {old.outcome}, {old.started:%Y-%m-%d %H:%M} UTC · '
        f"new: {new.outcome}, {new.started:%Y-%m-%d %H:%M} UTC</p>"
    )
    if change.environment:
        rows = [[name, before, now] for name, before, now in change.environment]
        yield _table(["made with", "old", "new"], rows)
    changed = [cell for cell in change.cells if cell.state != "same"]
    if not changed:
        yield "<p>No difference.</p>"
    for cell in changed:
        yield from _cell(cell, guide)


def _cell(cell: CellChange, guide: Guide) -> Iterator[str]:
    before, now = cell.status
    status = f" ({escape(before)} → {escape(now)})" if before and now and before != now else ""
    yield f"<h3><code>{escape(place(cell, guide))}</code>: {_STATES[cell.state]}{status}</h3>"
    source = next((one.source for one in guide.cells if one.id == cell.id), "")
    if source:
        yield f"<details><summary>The cell</summary><pre>{escape(source)}</pre></details>"
    for piece in cell.pieces:
        yield from _piece(piece, cell)


def _piece(piece: PieceChange, cell: CellChange) -> Iterator[str]:
    if not piece.diff:
        yield f"<p>{escape(words(piece))}</p>"
    if isinstance(piece.old, ImageOutput) or isinstance(piece.new, ImageOutput):
        yield from _pictures(piece)
    if piece.diff:
        yield f'<pre class="diff">{"".join(map(_line, piece.diff))}</pre>'
    if piece.numbers:
        yield _numbers(piece, cell)


def _line(line: str) -> str:
    kinds = {"+++": "hunk", "---": "hunk", "@@ ": "hunk"}
    kind = kinds.get(line[:3]) or {"+": "plus", "-": "minus"}.get(line[:1], "same")
    return f'<span class="{kind}">{escape(line)}</span>'


def _numbers(piece: PieceChange, cell: CellChange) -> str:
    rows = []
    for number in piece.numbers[:_NUMBERS]:
        within = "within" if number.within else "beyond"
        rows.append(
            [str(number.line), number.old, number.new, f"{number.absolute:+.3g}", percent(number), within]
        )
    tolerance = f"rtol {cell.rtol:g}, atol {cell.atol:g}"
    return _table(["line", "old", "new", "difference", "of the old", tolerance], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"<tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>"]
    for row in rows:
        kind = ' class="beyond"' if row[-1] == "beyond" else ""
        lines.append(f"<tr{kind}>{''.join(f'<td>{escape(value)}</td>' for value in row)}</tr>")
    return f'<div class="wide"><table>{"".join(lines)}</table></div>'


def _pictures(piece: PieceChange) -> Iterator[str]:
    yield '<div class="pictures">'
    for name, output in (("old", piece.old), ("new", piece.new)):
        yield f"<figure>{_picture(output, name)}<figcaption>{name}</figcaption></figure>"
    if piece.picture:
        caption = "difference, its contrast stretched: black where they are equal"
        yield f"<figure>{_image('image/png', piece.picture, 'difference')}<figcaption>{caption}</figcaption></figure>"
    yield "</div>"


def _picture(output: ShownOutput | None, name: str) -> str:
    if isinstance(output, ImageOutput):
        return _image(output.mime, output.data, name)
    return "<p>no picture</p>"


def _image(mime: str, data: bytes, alt: str) -> str:
    return f'<img alt="{alt}" src="data:{mime};base64,{base64.b64encode(data).decode()}">'

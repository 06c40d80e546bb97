"""What changed between two records, in lines for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from guidewright.commands.progress import plural
from guidewright.model import CellChange, Guide, NumberMove, PieceChange, RecordChange
from guidewright.render.changes import percent, place
from guidewright.render.changes import words as what
from guidewright.render.differences import difference

_LINES = 40
"""Of one output's diff."""
_NUMBERS = 8


def lines(change: RecordChange, guide: Guide) -> Iterator[str]:
    """Yield a head for the job, then a part for each cell that is not the same."""
    changed = [cell for cell in change.cells if cell.state != "same"]
    yield f"{change.new.name}: {summary(change)}"
    yield from _environment(change)
    for cell in changed:
        yield f"  {place(cell, guide)}: {words(cell)}"
        for piece in cell.pieces:
            yield from (f"    {line}" for line in _piece(piece, cell))


def summary(change: RecordChange) -> str:
    if change.old == change.new:
        return "it is the record that is compared with"
    differing = sum(cell.differs for cell in change.cells)
    close = sum(cell.state == "close" for cell in change.cells)
    parts = [f"{plural(differing, 'cell')} of {len(change.cells)} changed"] if differing else []
    parts += [f"{plural(close, 'cell')} within the tolerance"] if close else []
    if change.old.outcome != change.new.outcome:
        parts.insert(0, f"{change.old.outcome} → {change.new.outcome}")
    return ", ".join(parts) or "no difference"


def words(cell: CellChange) -> str:
    """Say what became of a cell."""
    before, now = cell.status
    told = {"broke": f"{before} → {now}", "mended": f"{before} → {now}", "close": "within the tolerance"}
    return told.get(cell.state, {"added": "only new", "gone": "only old"}.get(cell.state, "differs"))


def _environment(change: RecordChange) -> Iterator[str]:
    moved = [f"{name} {before} → {now}" for name, before, now in change.environment]
    if moved:
        more = f" and {len(moved) - 6} more" if len(moved) > 6 else ""
        yield f"  made with: {', '.join(moved[:6])}{more}"


def _piece(piece: PieceChange, cell: CellChange) -> Iterator[str]:
    far = [number for number in piece.numbers if not number.within]
    if piece.state != "close" and piece.diff:
        yield from piece.diff[:_LINES]
        if len(piece.diff) > _LINES:
            yield f"… {len(piece.diff) - _LINES} more lines; --html shows all"
    elif not piece.numbers:
        yield what(piece)
    if piece.numbers:
        tolerance = f"rtol {cell.rtol:g}, atol {cell.atol:g}"
        count = plural(len(piece.numbers), "number")
        yield f"{count} moved, {len(far) or 'none'} of them beyond {tolerance}: {_some(far or piece.numbers)}"


def _some(numbers: Sequence[NumberMove]) -> str:
    told = ", ".join(map(moved, numbers[:_NUMBERS]))
    return f"{told} and {len(numbers) - _NUMBERS} more" if len(numbers) > _NUMBERS else told


def moved(number: NumberMove) -> str:
    """Say how far a number moved: in parts of itself, or, from zero, as it is."""
    return f"{number.old} → {number.new} ({percent(number) or f'{number.absolute:+.2g}'})"


# --------------------------------------------------------------------- JSON


def as_json(change: RecordChange, guide: Guide) -> dict[str, Any]:
    return {
        "job": change.new.name,
        "differs": change.differs,
        "outcome": {"old": change.old.outcome, "new": change.new.outcome},
        "started": {"old": change.old.started.isoformat(), "new": change.new.started.isoformat()},
        "environment": [dict(zip(("name", "old", "new"), fact, strict=True)) for fact in change.environment],
        "cells": [_cell(cell, guide) for cell in change.cells if cell.state != "same"],
    }


def _cell(cell: CellChange, guide: Guide) -> dict[str, Any]:
    line = next((one.line for one in guide.cells if one.id == cell.id), None)
    return {
        "cell": cell.id,
        "line": line,
        "state": cell.state,
        "status": {"old": cell.status[0] or None, "new": cell.status[1] or None},
        "rtol": cell.rtol,
        "atol": cell.atol,
        "outputs": [_output(piece) for piece in cell.pieces],
    }


def _output(piece: PieceChange) -> dict[str, Any]:
    found = piece.difference
    return {
        "kind": piece.kind,
        "state": piece.state,
        "difference": difference(found),
        "diff": list(piece.diff),
        "numbers": [
            {
                "line": number.line,
                "old": number.old,
                "new": number.new,
                "absolute": number.absolute,
                "relative": number.relative,
                "within": number.within,
            }
            for number in piece.numbers
        ],
        "picture": {"mean": found.mean, "most": found.most} if found and found.mean is not None else None,
    }

"""Two records of one job → what changed, cell by cell: how outputs moved, and what broke.

The comparison is that of the backends, with the older record as the one side and the newer one as the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher, unified_diff
from itertools import zip_longest

from guidewright.compare.numbers import ATOL, RTOL, SEVERITY, Between, moves
from guidewright.compare.pictures import difference_picture
from guidewright.compare.pieces import kind_of, pairs, piece_difference
from guidewright.model import (
    Cell,
    CellChange,
    CellId,
    CellRun,
    ChangeState,
    Environment,
    ImageOutput,
    PieceChange,
    Record,
    RecordChange,
    ShownOutput,
)
from guidewright.normalise import comparable, shown

OLD, NEW = "old", "new"


def changes(old: Record, new: Record, cells: Mapping[CellId, Cell]) -> RecordChange:
    """Compare two records of one guide, backend and profile.

    Args:
        cells: today's cells by id, for their tolerances.
    """
    return RecordChange(
        old=old,
        new=new,
        cells=tuple(_cell_change(before, now, cells) for before, now in _aligned(old, new)),
        environment=tuple(_moved_on(old.environment, new.environment)),
    )


def _aligned(old: Record, new: Record) -> Iterator[tuple[CellRun | None, CellRun | None]]:
    """Pair cells: all of them in order where the code is the same, else by id; an edited cell has another one, and is
    paired by its place between those that are the same."""
    if old.fingerprint.code == new.fingerprint.code and len(old.cells) == len(new.cells):
        yield from zip(old.cells, new.cells, strict=True)
        return
    before, now = ([cell.id for cell in record.cells] for record in (old, new))
    for _, i, j, m, n in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        yield from zip_longest(old.cells[i:j], new.cells[m:n])


def _cell_change(old: CellRun | None, new: CellRun | None, cells: Mapping[CellId, Cell]) -> CellChange:
    run = new or old
    assert run is not None
    cell = cells.get(run.id)
    between = _between(cell)
    before, now = (shown(one.outputs) if one else () for one in (old, new))
    found = [_piece_change(one, other, between) for one, other in pairs(before, now)]
    pieces = tuple(piece for piece in found if piece.state != "same")
    return CellChange(
        id=run.id,
        state=_state(old, new, pieces),
        status=(old.status if old else "", new.status if new else ""),
        rtol=between.rtol,
        atol=between.atol,
        pieces=pieces,
    )


def _between(cell: Cell | None) -> Between:
    rtol, atol = (cell.rtol, cell.atol) if cell else (None, None)
    return Between(
        one=OLD,
        other=NEW,
        rtol=RTOL if rtol is None else rtol,
        atol=ATOL if atol is None else atol,
        whole=rtol is not None or atol is not None,
    )


def _state(old: CellRun | None, new: CellRun | None, pieces: tuple[PieceChange, ...]) -> ChangeState:
    if old is None or new is None:
        there: ChangeState = "gone" if new is None else "added"
        return there if pieces else "same"
    if old.status != new.status:
        return "broke" if old.status == "ok" else "mended" if new.status == "ok" else "differs"
    worst = max((piece.state for piece in pieces), key=SEVERITY.index, default="same")
    return "differs" if worst in ("varies", "missing") else "close" if worst == "close" else "same"


def _piece_change(old: ShownOutput | None, new: ShownOutput | None, between: Between) -> PieceChange:
    piece = new if new is not None else old
    assert piece is not None
    verdict = piece_difference(old, new, between)
    if verdict.state == "same":
        return PieceChange(kind=kind_of(piece), state="same", old=old, new=new)
    before, now = _text(old), _text(new)
    return PieceChange(
        kind=kind_of(piece),
        state=verdict.state,
        old=old,
        new=new,
        difference=verdict.difference,
        diff=tuple(unified_diff(_lines(before), _lines(now), OLD, NEW, lineterm="")),
        numbers=tuple(moves(before, now, between)) if before and now else (),
        picture=_picture(old, new),
    )


def _picture(old: ShownOutput | None, new: ShownOutput | None) -> bytes:
    if isinstance(old, ImageOutput) and isinstance(new, ImageOutput):
        return difference_picture(old, new)
    return b""


def _text(piece: ShownOutput | None) -> str:
    """Return what is compared of an output; nothing of a picture."""
    if piece is None or isinstance(piece, ImageOutput):
        return ""
    return comparable(piece.text or getattr(piece, "html", ""))


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


# -------------------------------------------------------------- environment


def _moved_on(old: Environment, new: Environment) -> Iterator[tuple[str, str, str]]:
    facts = [("Python", "python"), ("platform", "platform"), ("device", "device"), ("cores", "cores")]
    for name, field in facts:
        before, now = str(getattr(old, field)), str(getattr(new, field))
        if before != now:
            yield name, before, now
    for name in sorted({*old.distributions, *new.distributions}):
        before, now = old.distributions.get(name, "–"), new.distributions.get(name, "–")
        if before != now:
            yield name, before, now

"""The backends' records of one guide → the parity of each cell. Returns differences; pass or fail follows from them.

The tolerances are stated: for printed numbers in ``numbers``, or by the cell; for images in ``pictures``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from guidewright.compare.numbers import (
    ATOL,
    RTOL,
    SAME,
    SEVERITY,
    Between,
    Verdict,
)
from guidewright.compare.pieces import kind_of, pairs, piece_difference
from guidewright.model import (
    PROFILES,
    BackendName,
    Cell,
    CellParity,
    Difference,
    Guide,
    GuideParity,
    HtmlOutput,
    Profile,
    Record,
    ShownOutput,
    Side,
    TextOutput,
)
from guidewright.normalise import comparable, shown

__all__ = ["alike", "compare"]

_UNSEEN = frozenset({"remove-cell", "remove-output"})
_Outputs = tuple[ShownOutput, ...]


def compare(guide: Guide, records: Mapping[tuple[BackendName, Profile], Record]) -> GuideParity:
    """Compare, within one profile, what the shown cells printed on the guide's backends.

    The profile is full where every backend of the guide has a passed record, else quick, over those that have one.
    Cells are compared whose output the reader sees, that two of these backends run, and that printed something on one.
    """
    profile, chosen = _choose(guide, records)
    outputs = {
        backend: {run.id: shown(run.outputs) for run in record.cells if run.status == "ok"}
        for backend, record in chosen.items()
    }
    cells = []
    for cell in guide.cells:
        if cell.kind != "code" or cell.hidden or cell.tags & _UNSEEN:
            continue
        seen = {backend: outputs[backend].get(cell.id, ()) for backend in outputs if cell.admits(backend)}
        if len(seen) >= 2 and any(seen.values()):
            cells.append(_cell_parity(cell, seen))
    return GuideParity(slug=guide.slug, profile=profile, cells=tuple(cells))


def alike(shown: Sequence[_Outputs]) -> bool:
    """Tell whether the reader would see the same on every backend, but for noise such as timings."""
    appearances = [tuple(map(_appearance, outputs)) for outputs in shown]
    return all(appearance == appearances[0] for appearance in appearances)


def _choose(
    guide: Guide, records: Mapping[tuple[BackendName, Profile], Record]
) -> tuple[Profile | None, dict[BackendName, Record]]:
    passed: dict[Profile, dict[BackendName, Record]] = {profile: {} for profile in PROFILES}
    for profile, of_profile in passed.items():
        for backend in guide.header.backends:
            record = records.get((backend, profile))
            if record is not None and record.outcome == "passed":
                of_profile[backend] = record
    profile = "full" if len(passed["full"]) == len(guide.header.backends) else "quick"
    return (profile, passed[profile]) if len(passed[profile]) >= 2 else (None, {})


def _cell_parity(cell: Cell, seen: Mapping[BackendName, _Outputs]) -> CellParity:
    """The state is the worst of all pairs, so the backends' order does not matter; the difference is the first such pair's."""
    found = [
        _difference(seen[one], seen[other], _between(cell, one, other))
        for one, other in combinations(seen, 2)
    ]
    worst = max(found, key=lambda verdict: SEVERITY.index(verdict.state))
    return CellParity(
        id=cell.id,
        line=cell.line,
        state=worst.state,
        declared="varies" in cell.tags,
        difference=worst.difference,
    )


def _between(cell: Cell, one: BackendName, other: BackendName) -> Between:
    """Return the tolerance that the cell states, or the usual one."""
    return Between(
        one=one,
        other=other,
        rtol=RTOL if cell.rtol is None else cell.rtol,
        atol=ATOL if cell.atol is None else cell.atol,
        whole=cell.rtol is not None or cell.atol is not None,
    )


def _difference(one: _Outputs, other: _Outputs, between: Between) -> Verdict:
    """Compare what one cell shows on two backends: stderr with stderr, the rest piece by piece."""
    if not one or not other:
        return _missing(one, other, between) if one or other else SAME
    found = [piece_difference(left, right, between) for left, right in pairs(one, other)]
    return max(found, key=lambda verdict: SEVERITY.index(verdict.state))


def _missing(one: _Outputs, other: _Outputs, between: Between) -> Verdict:
    there, without = (between.one, between.other) if one else (between.other, between.one)
    side = Side(backend=there, kind=kind_of((one or other)[0]))
    found = Difference(kind="missing", one=side, other=Side(backend=without))
    return Verdict(state="missing", difference=found)


def _appearance(piece: ShownOutput) -> tuple[object, ...]:
    """Return what must be equal for two pieces to look alike."""
    if isinstance(piece, TextOutput):
        return (piece.stream, comparable(piece.text))
    if isinstance(piece, HtmlOutput):
        return ("html", comparable(piece.html))
    return (piece.mime, piece.data)

"""What every reader of another format makes of a file: header and cells as they were found, before anything is carried over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from guidewright.errors import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One cell of another format's file."""

    kind: Literal["markdown", "code"]
    source: str
    """Without empty lines around it."""
    line: int | None = None
    """1-based, in the file; None where the format has no lines that people see."""
    cell: str = ""
    """The cell's number, as its editor counts, where there are no lines."""
    tags: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    """Further options of a guide's cell, such as ``alt``."""
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    """Pictures that the cell's Markdown shows as ``attachment:NAME``."""

    @property
    def blank(self) -> bool:
        return not self.source.strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    path: str
    """How messages call the file."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """A guide's header keys, as far as the file tells them."""
    pieces: tuple[Piece, ...] = ()
    notes: tuple[Problem, ...] = ()
    """Warnings: what was not carried over, and what was changed on the way."""

    def note(self, message: str, *, at: Piece | None = None, line: int = 0, hint: str = "") -> Problem:
        """Return a warning at a piece.

        Args:
            line: 0-based, inside the piece.
        """
        where = at.line + line if at and at.line is not None else None
        cell = at.cell if at else ""
        return Problem(path=self.path, line=where, cell=cell, message=message, hint=hint, severity="warning")

    def noting(self, *notes: Problem) -> Sheet:
        return replace(self, notes=(*self.notes, *notes))

    def of(self, kind: Literal["markdown", "code"]) -> Iterator[Piece]:
        return (piece for piece in self.pieces if piece.kind == kind)


def trimmed(source: str) -> str:
    """Return a cell's text without the empty lines around it, with ``\\n`` line ends."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    return "\n".join(lines)

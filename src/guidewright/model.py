"""The records that the stages pass on: frozen, keyword-only, without input or output.

Every stage (source, plan, execute, store, compare, render, site) imports these and the errors, and no other stage.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Slug = str
"""A guide's path under the guides folder without ``.py``, with ``/`` between folders."""
BackendName = str
"""A backend's key in the settings, such as ``"torch"``."""
CellId = str
"""1 to 64 characters of ``[A-Za-z0-9_-]`` (nbformat 4.5), the same in every language and notebook."""
Profile = Literal["quick", "full"]
Outcome = Literal["passed", "failed", "errored"]
ParityState = Literal["same", "close", "varies", "missing"]
Finding = Literal["", "undeclared", "needless"]
ShownKind = Literal["text", "stderr", "result", "error", "html", "image"]
DifferenceKind = Literal[
    "missing", "only", "kinds", "line", "number", "blanks", "format", "size", "picture", "undecodable"
]
NotebookOutput = Mapping[str, Any]
"""One output as nbformat 4.5 has it: ``stream``, ``display_data``, ``execute_result`` or ``error``."""

PROFILES: tuple[Profile, ...] = ("quick", "full")
HIDDEN_TAGS = frozenset({"quick", "test"})
"""A cell with one of these tags is run, and never shown."""


# ------------------------------------------------------------------ source


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """A guide's front matter, validated against ``source/header.schema.json``."""

    title: str
    description: str
    authors: tuple[str, ...]
    created: dt.date
    modified: dt.date
    category: str
    tags: tuple[str, ...] = ()
    accelerator: Literal["none", "gpu"] = "none"
    backends: tuple[BackendName, ...]
    """Resolved: never empty; all backends of the settings where the file names none."""
    datasets: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    """Extra distributions; a backend's name stands for that backend's modules."""
    quick: Mapping[str, Any] = field(default_factory=dict)
    """Values that names of the ``parameters`` cell take in the quick profile."""
    preload: bool = True
    """Whether its kernels may be forked from a process that has imported already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One Markdown or code cell, as the author wrote it."""

    id: CellId
    kind: Literal["markdown", "code"]
    source: str
    """Markdown without its comment signs, or code; no trailing line break."""
    line: int
    """1-based line, in the guide's file, of the cell's first source line."""
    tags: frozenset[str] = frozenset()
    backends: tuple[BackendName, ...] | None = None
    """The backends that run and show the cell; None for all of the guide's."""
    needs: tuple[str, ...] = ()
    """Programs that the cell starts, such as ``dot``."""
    rtol: float | None = None
    atol: float | None = None
    alt: tuple[str, ...] = ()
    """What its images show, in words, one text an image: for readers who cannot see them."""

    @property
    def hidden(self) -> bool:
        return bool(self.tags & HIDDEN_TAGS)

    def admits(self, backend: BackendName) -> bool:
        """Tell whether the cell runs, and is shown, on a backend."""
        return self.backends is None or backend in self.backends


@dataclass(frozen=True, kw_only=True, slots=True)
class Guide:
    slug: Slug
    path: str
    """Relative to the project's root, with ``/``: what messages and GitHub links name."""
    header: Header
    cells: tuple[Cell, ...]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """Its own pictures, the files of ``<name>.files/`` beside it, by the address that its Markdown has for them."""


# -------------------------------------------------------------------- plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Fingerprint:
    """What must be equal for a record to be reused; three digests, so that a plan can say what changed."""

    code: str
    """The cells that the job runs, their syntax trees without positions, and what else shapes a run."""
    data: str
    """The declared datasets' digests."""
    checks: str
    """The ``test`` cells: apart, because a check's edit does not spoil what the page shows."""

    @property
    def key(self) -> str:
        """The digest that names a record on disk: code and data, not the checks."""
        return hashlib.sha256(f"{self.code}\n{self.data}".encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class JobCell:
    """A code cell as one job runs it: backend and quick values put in."""

    id: CellId
    source: str
    line: int
    tags: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    shown: bool = True

    @property
    def is_test(self) -> bool:
        return "test" in self.tags


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Guide × backend × profile, with all that its execution needs."""

    slug: Slug
    path: str
    backend: BackendName
    profile: Profile
    accelerator: Literal["none", "gpu"] = "none"
    cells: tuple[JobCell, ...]
    datasets: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    computed: frozenset[str] = frozenset()
    """Names that shown cells compute: a check is an assertion that reads one of them."""
    preload: bool = True
    """See :class:`Header`."""
    fingerprint: Fingerprint

    @property
    def name(self) -> str:
        """The readable name used in logs, test ids and selectors, such as ``intro[torch,quick]``."""
        return job_name(self.slug, self.backend, self.profile)


def job_name(slug: Slug, backend: BackendName, profile: Profile) -> str:
    return f"{slug}[{backend},{profile}]"


Reason = Literal[
    "unchanged",
    "new",
    "code changed",
    "data changed",
    "checks changed",
    "environment changed",
    "failed before",
    "forced",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedJob:
    job: Job
    reason: Reason
    detail: str = ""
    run: bool
    """Whether the job is to be run; otherwise ``record`` is reused."""
    record: Record | None = None
    seconds: float | None = None
    """Measured duration of the newest record of this guide, backend and profile; None if there is none."""
    memory_mb: float | None = None
    """Its measured peak of memory, in MiB, whatever the outcome; None if there is none."""


# ---------------------------------------------------------------- execution


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """Where a record was made."""

    python: str
    platform: str
    """Operating system and machine, such as ``Linux-x86_64``."""
    device: str
    """What the backend computes on, in words: ``CPU``, ``NVIDIA H100``."""
    device_class: Literal["cpu", "gpu", "tpu"]
    has_gpu: bool = False
    """Whether the machine had one, used or not."""
    cores: int
    """Of the machine, as far as this process may use them."""
    threads: int
    """Cores that the job had to itself."""
    distributions: Mapping[str, str]
    """Distributions that the kernel had loaded (normalised name → version)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Which checkout a record was made from, and what ran it."""

    commit: str = ""
    """Its full digest; empty where there is no git, or no commit."""
    dirty: bool = False
    """Whether files that git follows had been edited."""
    runner: str = "local"
    """``local``, or the automation that ran it and what it calls its machine: ``GitHub Actions: gpu-1``."""
    run: str = ""
    """The address of the automation's run; empty for a local one."""
    pins: tuple[str, ...] = ()
    """The requirements that took the place of the project's own: ``run --with``. Such a record is never merged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetUse:
    """Which source served a declared dataset."""

    name: str
    file: str
    source: str
    """The original URL, or the package that ships the same data."""
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CellFailure:
    """Why a cell ended the job, with the line in the guide's file."""

    cell: CellId
    line: int
    name: str
    """The exception's class, or ``timeout``, ``memory``, ``output``, ``kernel died``."""
    message: str
    traceback: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CellRun:
    """What one cell of a job produced; raw."""

    id: CellId
    status: Literal["ok", "failed", "skipped", "not run"]
    seconds: float
    outputs: tuple[NotebookOutput, ...] = ()
    execution_count: int | None = None
    checks: int = 0
    """Assertions of a ``test`` cell that ran and read a name that a shown cell computed."""
    missing: tuple[str, ...] = ()
    """Programs that were missing, for a skipped cell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What one job produced, and where: raw, so that all the rest can be derived without a run."""

    slug: Slug
    backend: BackendName
    profile: Profile
    outcome: Outcome
    fingerprint: Fingerprint
    environment: Environment
    started: dt.datetime
    """In UTC."""
    seconds: float
    cells: tuple[CellRun, ...]
    datasets: tuple[DatasetUse, ...] = ()
    failure: CellFailure | None = None
    peak_memory_mb: float = 0.0
    origin: Origin | None = None
    """None in records from before it was noted."""

    @property
    def name(self) -> str:
        return job_name(self.slug, self.backend, self.profile)

    @property
    def checks(self) -> int:
        return sum(cell.checks for cell in self.cells)

    @property
    def published(self) -> bool:
        """Whether it is for all to see: of a full run that passed."""
        return self.profile == "full" and self.outcome == "passed"

    @property
    def skipped(self) -> tuple[CellRun, ...]:
        return tuple(cell for cell in self.cells if cell.status == "skipped")


# --------------------------------------------------------------- comparison


@dataclass(frozen=True, kw_only=True, slots=True)
class TextOutput:
    """Text as a terminal would show it at the end: no control characters left."""

    text: str
    stream: Literal["stdout", "stderr", "result", "error"] = "stdout"


@dataclass(frozen=True, kw_only=True, slots=True)
class HtmlOutput:
    html: str
    """Sanitised."""
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageOutput:
    mime: Literal["image/png", "image/jpeg", "image/svg+xml"]
    data: bytes
    alt: str = ""


ShownOutput = TextOutput | HtmlOutput | ImageOutput
"""An output as the reader sees it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """What one backend shows where a comparison first found a difference."""

    backend: BackendName
    kind: ShownKind | None = None
    """What sort of output it is, where whole outputs are told apart."""
    words: str | None = None
    """What it shows, cut to some 60 characters: a line, a number, a size; None where there is nothing to quote."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """The first difference that a comparison found; the texts for it are the interface's, by its kind."""

    kind: DifferenceKind
    one: Side
    other: Side
    line: int | None = None
    """1-based line of the output, where lines differ."""
    context: str = ""
    """The whole line in which numbers or blanks differ, or what could not be decoded."""
    mean: float | None = None
    """Of pictures: the mean difference, in parts of a colour's full range; ``most`` is that of the worst block."""
    most: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CellParity:
    """The comparison of one shown cell's outputs across the backends that run it."""

    id: CellId
    line: int
    state: ParityState
    declared: bool
    """Whether the cell carries the tag ``varies``."""
    difference: Difference | None = None
    """The first one; None when ``same``."""

    @property
    def differs(self) -> bool:
        """Whether readers of two backends see something else, beyond the tolerance."""
        return self.state in ("varies", "missing")

    @property
    def finding(self) -> Finding:
        """Why a maintainer should look: an undeclared difference, or a declaration without one; else empty."""
        if self.differs == self.declared:
            return ""
        return "undeclared" if self.differs else "needless"


@dataclass(frozen=True, kw_only=True, slots=True)
class GuideParity:
    slug: Slug
    profile: Profile | None
    """The profile compared: full where every backend has it, else quick; None where fewer than two have either."""
    cells: tuple[CellParity, ...] = ()

    @property
    def findings(self) -> tuple[CellParity, ...]:
        return tuple(cell for cell in self.cells if cell.finding)


# ------------------------------------------------------- changes over time

ChangeState = Literal["same", "close", "differs", "broke", "mended", "added", "gone"]
"""Of a cell: equal; equal but for numbers and pictures within the tolerance; not; it ran to its end before, or does so
only now; it printed something, and the other record has no such cell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberMove:
    """A number that is another one in the same place of the same line."""

    line: int
    """1-based line of the newer output."""
    old: str
    new: str
    within: bool
    """Whether it moved within the cell's tolerance."""

    @property
    def absolute(self) -> float:
        return float(self.new) - float(self.old)

    @property
    def relative(self) -> float | None:
        """In parts of the older number; None where that is zero."""
        return self.absolute / abs(float(self.old)) if float(self.old) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class PieceChange:
    """One output of a cell in two records."""

    kind: ShownKind
    state: ParityState
    old: ShownOutput | None
    new: ShownOutput | None
    difference: Difference | None = None
    """The first one; its two sides are named ``old`` and ``new``."""
    diff: tuple[str, ...] = ()
    """Unified diff of the normalised texts, without line ends; empty for pictures."""
    numbers: tuple[NumberMove, ...] = ()
    picture: bytes = b""
    """A PNG of where two raster images differ: black where they are equal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CellChange:
    id: CellId
    """Today's, or of a cell that is gone."""
    state: ChangeState
    status: tuple[str, str]
    """How the cell ended in the older and in the newer record; empty where there is no such cell."""
    rtol: float
    atol: float
    pieces: tuple[PieceChange, ...] = ()
    """Those that are not the same."""

    @property
    def differs(self) -> bool:
        return self.state not in ("same", "close")


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordChange:
    """Two records of one job."""

    old: Record
    new: Record
    cells: tuple[CellChange, ...]
    environment: tuple[tuple[str, str, str], ...]
    """What was made with other versions, or elsewhere: name, before, now."""

    @property
    def differs(self) -> bool:
        return self.old.outcome != self.new.outcome or any(cell.differs for cell in self.cells)


# ------------------------------------------------------------------- render

Notice = Literal["", "quick", "proven elsewhere", "nothing"]
"""What a backend's tab has to say of its record: nothing special; it is of the quick profile; it is of the full profile,
and the environment has moved on since; there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BackendView:
    """What a page shows for one backend."""

    backend: BackendName
    label: str
    code: Mapping[CellId, str]
    """The shown code cells in the full profile's words, backend put in, for the cells that this backend runs."""
    record: Record | None
    """The record that the page is built from; always of today's code, and passed."""
    notice: Notice
    outputs: Mapping[CellId, tuple[ShownOutput, ...]]
    versions: tuple[tuple[str, str], ...] = ()
    """Label and version of what the proof line names, the backend's own first: ``(("JAX", "0.10.2"), ("Keras", "3.15.1"))``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Translation:
    """How far a guide is translated into a language."""

    whole: bool
    """Whether the page is in the language; else too little is translated, and it is English."""
    fuzzy: int = 0
    """Messages whose English has changed since."""
    missing: int = 0
    checked: dt.date | None = None
    """When a person last held it against the English."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One guide in one language, ready for the site engine."""

    slug: Slug
    language: str
    title: str
    markdown: str
    plain: str = ""
    """The same as Markdown without anything that is the engine's."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Images, scripts and notebooks, by their path under the language's docs folder."""

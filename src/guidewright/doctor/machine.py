"""The machine: processor and memory, disk, programs, fonts."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from guidewright.doctor import Finding, State
from guidewright.execute.environment import Machine
from guidewright.execute.missing import program_hint
from guidewright.model import Guide

AREA = "machine"
PROGRAMS = "programs"
FEWEST_BYTES = 2**30
"""Below this, downloads and records are in danger."""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CJK = ("ja", "ko", "zh")
_FONT_SECONDS = 10.0

Which = Callable[[str], str | None]


def about(machine: Machine, guides: Iterable[Guide], root: Path) -> Iterator[Finding]:
    yield Finding(
        area=AREA,
        name="system",
        message=f"{machine.platform}, {machine.cores} cores, {machine.memory_mb / 1024:.0f} GiB of memory",
    )
    yield _gpu(machine, sum(guide.header.accelerator == "gpu" for guide in guides))
    there = next(folder for folder in (root, *root.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    room = Finding(area=AREA, name="disk", message=f"{free / 2**30:.1f} GiB free")
    yield (
        room
        if free >= FEWEST_BYTES
        else Finding(
            area=AREA,
            name="disk",
            message=f"{room.message}: too little",
            state="needed",
            mend="guidewright clean --cache",
        )
    )


def _gpu(machine: Machine, wanting: int) -> Finding:
    if machine.has_gpu:
        return Finding(area=AREA, name="GPU", message="there is one")
    if not wanting:
        return Finding(area=AREA, name="GPU", message="none, and no guide wants one")
    message = f"none; full runs of guides that want one ({wanting}) take hours without"
    return Finding(area=AREA, name="GPU", message=message)


def programs(guides: Iterable[Guide], root: Path, which: Which) -> Iterator[Finding]:
    """Look for the programs that guides, commands and tests start."""
    if (root / "Makefile").is_file():
        yield _program("make", ("make",), which, "`make` cannot be typed", program_hint("make"), needed=True)
    lost = "the cells that need it are left out of quick runs, and full runs do not start"
    for name in sorted({name for guide in guides for cell in guide.cells for name in cell.needs}):
        yield _program(name, (name,), which, lost, program_hint(name))
    yield _program("git", ("git",), which, "--since does not work", program_hint("git"))
    hint = "install it: apt-get install chromium (Debian, Ubuntu) or brew install --cask chromium (macOS)"
    yield _program("Chromium", _BROWSERS, which, "the browser tests are skipped", hint)
    hint = "install it: apt-get install nodejs npm (Debian, Ubuntu) or brew install node (macOS)"
    yield _program("node", ("node",), which, "`make quality` cannot ask Lighthouse", hint)


def _program(
    name: str, names: Iterable[str], which: Which, lost: str, hint: str, *, needed: bool = False
) -> Finding:
    path = next(filter(None, map(which, names)), None)
    if path:
        return Finding(area=PROGRAMS, name=name, message=path)
    state: State = "needed" if needed else "useful"
    return Finding(area=PROGRAMS, name=name, message=f"is not there: {lost}", state=state, mend=hint)


def fonts(languages: Iterable[str], which: Which) -> Iterator[Finding]:
    """Look for a font of each language, where the system can be asked (fontconfig)."""
    if not which("fc-list"):
        return
    for language in languages:
        if _has_font(language):
            yield Finding(area="fonts", name=language, message="there is one")
            continue
        package = "fonts-noto-cjk" if language.split("-")[0] in _CJK else "fonts-noto-core"
        yield Finding(
            area="fonts",
            name=language,
            message="is not there: this machine's browser shows boxes for its letters",
            state="useful",
            mend=f"install one: apt-get install {package} (Debian, Ubuntu)",
        )


def _has_font(language: str) -> bool:
    command = ["fc-list", f":lang={language.split('-')[0]}", "family"]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_FONT_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return True  # it cannot be told, so nothing is said against it
    return bool(done.stdout.strip())

"""Run the site engine on each language's folder, and put the results together."""

from __future__ import annotations

import datetime as dt
import filecmp
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from guidewright.errors import Problem, SiteError
from guidewright.files import write_atomically
from guidewright.model import Guide, Record
from guidewright.settings import Settings
from guidewright.site.engines import MKDOCS, Engine, plain
from guidewright.site.tree import BESIDE, CONFIG, SITE

Runner = Callable[[Sequence[str], Mapping[str, str]], "subprocess.CompletedProcess[str]"]
"""Runs a command with an environment and returns what it wrote; the seam for tests."""

# What the engine may see of the caller's environment: enough to start, nothing that shapes the result.
_PASSED = ("PATH", "HOME", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT")


def epoch(guides: Iterable[Guide], records: Iterable[Record]) -> int:
    """Return the site's date in seconds since 1970: that of its newest content, never that of the build."""
    dates = [dt.datetime.combine(guide.header.modified, dt.time(), dt.UTC) for guide in guides]
    dates += [record.started for record in records]
    return int(max(dates).timestamp()) if dates else 0


def run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def build(
    folder: Path,
    *,
    epoch: int,
    engine: Engine = MKDOCS,
    environ: Mapping[str, str] = os.environ,
    runner: Runner = run,
) -> Path:
    """Build one language's folder, as :func:`guidewright.site.tree.write` made it, and return the built site.

    Raises:
        SiteError: the engine failed or warned. Where all of it is about links, there is one problem a link, with the
            page's path under the docs folder; else its own words are in the message.
    """
    config = folder / CONFIG
    environment = {name: environ[name] for name in _PASSED if name in environ}
    environment |= {
        **engine.environment,
        "SOURCE_DATE_EPOCH": str(epoch),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    done = runner(engine.command(config), environment)
    warnings = engine.warnings(done.stdout)
    if done.returncode or warnings:
        links = [warning for warning in warnings if warning]
        only = links and len(links) == len(warnings)
        raise SiteError(links if only else _failure(engine, done.stdout, config))
    return folder / SITE


def _failure(engine: Engine, words: str, config: Path) -> Problem:
    hint = "mend what it names; its input is under the same folder"
    if any(sign in words for sign in engine.broken):
        hint = f"the engine is not installed whole: {engine.install}"
    return Problem(
        message=f"the site engine failed or warned:\n{_indent(plain(words))}", path=str(config), hint=hint
    )


def assemble(
    settings: Settings,
    languages: Sequence[str],
    *,
    default_language: str = "en",
    finish: Callable[[Path], Mapping[str, bytes]] = lambda _folder: {},
    verify: Callable[[Path], None] = lambda _folder: None,
) -> Path:
    """Copy the built languages to the site's folder: the default at its root, each other one in its own folder.

    A whole site is replaced by a whole site: by renaming, after everything is copied.

    Args:
        finish: is given the new site's folder, and returns the files that belong to all languages, by their path there.
        verify: is then given the new site's folder before it takes the old one's place, and may refuse it by raising.

    Raises:
        SiteError: the folder cannot be written.
    """
    target = settings.site
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as temporary:
            new = _together(settings.build, languages, default_language, Path(temporary))
            for path, content in finish(new).items():
                write_atomically(new / path, content)
            verify(new)
            _take_over(new, target, Path(temporary))
    except OSError as error:
        hint = "make room, or change who may write there, and try again"
        raise SiteError(
            Problem(message=f"cannot write: {error.strerror or error}", path=str(target), hint=hint)
        ) from error
    return target


def _together(build: Path, languages: Sequence[str], default: str, temporary: Path) -> Path:
    new = temporary / "new"
    for language in sorted(languages, key=lambda name: name != default):
        place = new if language == default else new / language
        for part in (SITE, BESIDE):
            if (build / language / part).is_dir():
                # The engine's sitemaps know one language each; there is one for all.
                ignore = shutil.ignore_patterns("sitemap.xml", "sitemap.xml.gz")
                shutil.copytree(build / language / part, place, dirs_exist_ok=True, ignore=ignore)
    return new


def _take_over(new: Path, target: Path, temporary: Path) -> None:
    if target.is_dir() and _same(new, target):
        return
    if target.exists():
        target.rename(temporary / "old")
    new.rename(target)


def _same(one: Path, other: Path) -> bool:
    """Tell whether two folders hold the same files with the same bytes."""
    files = [sorted(p.relative_to(root) for p in root.rglob("*") if p.is_file()) for root in (one, other)]
    return files[0] == files[1] and all(filecmp.cmp(one / p, other / p, shallow=False) for p in files[0])


def _indent(words: str) -> str:
    return "\n".join(f"    {line}" for line in words.strip().splitlines()[-40:])

"""``guidewright links``: whether links to other sites still lead somewhere. Never part of a build."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from guidewright.commands.project import Project
from guidewright.errors import FINE, GUIDE_FAILED, CannotRunError, Problem
from guidewright.outside.collect import Place, gather, of_guide, of_markdown, of_pages
from guidewright.outside.probe import Answer, Manners, probe
from guidewright.outside.remembered import recall, remember

_PLACES = 3
"""How many places of one link are told; the rest is counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    links: Mapping[str, Sequence[Place]]
    answers: Mapping[str, Answer]
    asked: int
    offline: bool
    """Whether servers were asked and none answered."""

    def of(self, state: str) -> list[str]:
        return [url for url in self.links if self.answers[url].state == state]


def links(
    project: Project,
    *,
    days: float,
    as_json: bool,
    manners: Manners | None = None,
    now: Callable[[], float] = time.time,
) -> int:
    """Ask for every link to another site, tell what is broken and where, and return 1 if anything is.

    Args:
        days: how old a remembered answer may be.
    """
    settings = project.settings
    found = gather(_all(project), ignore=settings.links_ignore)
    folder = settings.cache / "links"
    known = recall(folder, now=now(), age=days * 86400)
    wanted = [url for url in found if url not in known]
    asked = probe(wanted, manners or Manners(), control=next(iter(known), ""), tell=_tell)
    try:
        remember(folder, asked, now=now())
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise CannotRunError(
            Problem(path=str(folder), message=message, hint="make room, or mend its permissions")
        ) from error
    report = Report(links=found, answers={**known, **asked}, asked=len(wanted), offline=_offline(asked))
    _show(report, as_json)
    return GUIDE_FAILED if report.of("broken") else FINE


def _offline(asked: Mapping[str, Answer]) -> bool:
    return bool(asked) and all(answer.state == "unknown" and not answer.heard for answer in asked.values())


def _all(project: Project) -> Iterator[tuple[str, Place]]:
    root, site = project.settings.root, project.settings.site
    for guide in project.library.guides:
        yield from of_guide(guide)
    for file in sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")]):
        path = file.relative_to(root).as_posix()
        for url, line in of_markdown(file.read_text("utf-8", errors="replace")):
            yield url, Place(path=path, line=line)
    if not site.is_dir():
        click.echo("there is no built site: only guides and documents are looked at", err=True)
    yield from of_pages(_pages(site, root))


def _pages(site: Path, root: Path) -> dict[str, str]:
    return {
        file.relative_to(root).as_posix(): file.read_text("utf-8", errors="replace")
        for file in sorted(site.rglob("*.html"))
    }


def _tell(url: str, answer: Answer) -> None:
    if sys.stderr.isatty():
        click.echo(f"  {answer.state:<8} {url}", err=True)


def _show(report: Report, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_document(report), ensure_ascii=False, indent=2))
        return
    for url in report.of("broken"):
        first, *others = report.links[url]
        hint = f"also in {_shortened(others)}" if others else "mend the link, or take it out"
        click.echo(str(Problem(message=f"{url}: {report.answers[url].detail}", path=str(first), hint=hint)))
    if report.offline:
        click.echo("no server answered: there seems to be no network, and nothing is known of these links")
    counts = {state: len(report.of(state)) for state in ("fine", "broken", "unknown")}
    words = ", ".join(f"{count} {state}" for state, count in counts.items())
    click.echo(f"{len(report.links)} links to other sites: {words} ({report.asked} asked for now)")


def _shortened(places: Sequence[Place]) -> str:
    told = ", ".join(map(str, places[:_PLACES]))
    return f"{told} and {len(places) - _PLACES} more places" if len(places) > _PLACES else told


def _document(report: Report) -> dict[str, object]:
    return {
        "offline": report.offline,
        "links": [
            {
                "url": url,
                "state": report.answers[url].state,
                "detail": report.answers[url].detail,
                "moved": report.answers[url].moved,
                "places": [{"path": place.path, "line": place.line or None} for place in places],
            }
            for url, places in report.links.items()
        ],
    }

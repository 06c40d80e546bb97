"""``guidewright render`` and ``guidewright site``: pages, notebooks, the engine's input, and the site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from guidewright import compare
from guidewright.commands.lock import exclusive
from guidewright.commands.pages import Entry, entries
from guidewright.commands.project import Project
from guidewright.errors import Problem, SiteError
from guidewright.render import index, report
from guidewright.render.addresses import SiteInfo
from guidewright.render.page import render as render_page
from guidewright.site import config, engine, links, tree

LANGUAGE = "en"
Tell = Callable[[str], None]


def render(project: Project, tell: Tell) -> list[Entry]:
    """Write ``build/<language>``: Markdown, images, notebooks and the engine's configuration."""
    with exclusive(project.settings.cache, "render", tell):
        return _render(project)


def site(project: Project, tell: Tell) -> tuple[Path, list[Entry]]:
    """Render, run the engine, check links, and put the site together; return its folder.

    Raises:
        SiteError: the engine failed or warned, or a link leads nowhere; the site that was there stays.
    """
    with exclusive(project.settings.cache, "site", tell):
        found = _render(project)
        folder = project.settings.build / LANGUAGE
        epoch = engine.epoch(project.library.guides, [record for entry in found for record in entry.records])
        built = engine.build(folder, epoch=epoch)
        if problems := links.check(built, site_url=project.settings.site_url):
            raise SiteError([_in_guide(problem) for problem in problems])
        return engine.assemble(project.settings, [LANGUAGE]), found


def _in_guide(problem: Problem) -> Problem:
    path = f"site/{problem.path}"
    return Problem(message=problem.message, path=path, hint=problem.hint or "mend the link in the guide")


def _render(project: Project) -> list[Entry]:
    found = entries(project)
    info = SiteInfo.of(project.settings)
    pages = [
        render_page(entry.guide, entry.views, entry.parity, site=info, language=LANGUAGE, alike=compare.alike)
        for entry in found
    ]
    cards = [index.card(entry.guide, entry.views) for entry in found]
    extra = {
        index.HOME: index.home(cards, site=info, language=LANGUAGE),
        index.GUIDES: index.guides(cards, site=info, language=LANGUAGE),
        report.PATH: report.parity_page(_parity(found), site=info, language=LANGUAGE),
    }
    nav = index.navigation(cards, site=info, language=LANGUAGE)
    text = config.config(project.settings, nav=nav, unlisted=index.unlisted(cards), language=LANGUAGE)
    tree.write(pages, extra, text, settings=project.settings, language=LANGUAGE)
    return found


def _parity(found: Sequence[Entry]) -> list[report.ParityEntry]:
    return [
        report.ParityEntry(guide=entry.guide, views=entry.views, parity=entry.parity, failed=entry.failed)
        for entry in found
    ]


def findings(found: Sequence[Entry]) -> list[Problem]:
    """Return, as warnings, the cells whose outputs differ without saying so, or say so and do not."""
    hint = "tag the cell 'varies', give it a tolerance, or mend the guide"
    return [
        Problem(
            path=entry.guide.path,
            line=cell.line,
            cell=cell.id,
            message=cell.finding,
            severity="warning",
            hint=hint,
        )
        for entry in found
        for cell in entry.parity.findings
    ]

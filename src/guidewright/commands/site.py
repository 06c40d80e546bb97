"""``guidewright render`` and ``guidewright site``: pages, notebooks, the engine's input, and the site."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from guidewright import compare
from guidewright.commands.blame import blamed
from guidewright.commands.lock import exclusive
from guidewright.commands.pages import Entry, entries
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.errors import FINE, GUIDE_FAILED, WRONG_USE, Problem, SiteError
from guidewright.render import index, report
from guidewright.render.addresses import SiteInfo
from guidewright.render.page import render as render_page
from guidewright.site import config, engine, links, tree

LANGUAGE = "en"
Tell = Callable[[str], None]


def report_render(project: Project, *, as_json: bool) -> int:
    """Render, say so, and return the exit code."""
    try:
        found = render(project, _tell)
    finally:
        print_problems(_known(project))
    folder = relative(project.settings.build, project)
    if as_json:
        _show({"build": folder, "pages": [entry.guide.slug for entry in found]})
    else:
        click.echo(f"rendered {len(found)} guide{'' if len(found) == 1 else 's'} into {folder}/")
    return WRONG_USE if project.library.errors else FINE


def report_site(project: Project, *, strict_parity: bool, as_json: bool) -> int:
    """Build the site, say what backends differ in, and return the exit code."""
    try:
        folder, found = site(project, _tell)
    finally:
        print_problems(_known(project))
    differences = findings(found)
    print_problems(differences)
    home = relative(folder / "index.html", project)
    if as_json:
        _show({"site": home, "findings": [str(problem) for problem in differences]})
    else:
        click.echo(f"The site is ready: {home}")
    if project.library.errors:
        return WRONG_USE
    return GUIDE_FAILED if strict_parity and differences else FINE


def render(project: Project, tell: Tell) -> list[Entry]:
    """Write ``build/<language>``: Markdown, images, notebooks and the engine's configuration."""
    with exclusive(project.settings.cache, "render", tell):
        return _render(project)


def site(project: Project, tell: Tell) -> tuple[Path, list[Entry]]:
    """Render, run the engine, check links, and put the site together; return its folder.

    Raises:
        InputError: a guide has a link that leads nowhere; the site that was there stays.
        SiteError: the engine failed or warned, or a page of our own is wrong; the site that was there stays.
    """
    with exclusive(project.settings.cache, "site", tell):
        found = _render(project)
        folder = project.settings.build / LANGUAGE
        epoch = engine.epoch(project.library.guides, [record for entry in found for record in entry.records])
        try:
            built = engine.build(folder, epoch=epoch)
            if problems := links.check(built, site_url=project.settings.site_url):
                raise SiteError(problems)
        except SiteError as error:
            raise blamed(error.problems, project.library.guides) from error
        return engine.assemble(project.settings, [LANGUAGE]), found


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


# ------------------------------------------------------------------ render


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
        **index.categories(cards, site=info, language=LANGUAGE),
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


# ------------------------------------------------------------------ telling


def _known(project: Project) -> list[Problem]:
    """What is wrong with guides and records, as far as it has been met."""
    return [*project.library.problems, *project.damaged.values()]


def relative(path: Path, project: Project) -> str:
    """Write a path as people of the project know it."""
    root = project.settings.root
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _show(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))

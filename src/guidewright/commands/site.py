"""``guidewright render`` and ``guidewright site``: pages, notebooks, the engine's input, and the site."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from guidewright import compare
from guidewright.commands import machines, translations
from guidewright.commands.blame import blamed
from guidewright.commands.documentation import documentation
from guidewright.commands.lock import exclusive
from guidewright.commands.pages import Entry, entries
from guidewright.commands.project import Project
from guidewright.commands.summary import print_problems
from guidewright.commands.taught import Taught
from guidewright.commands.translations import Translated
from guidewright.errors import FINE, GUIDE_FAILED, WRONG_USE, Problem, SiteError
from guidewright.files import write_atomically
from guidewright.memory import Remember, afresh
from guidewright.model import Page, Slug
from guidewright.plan import Selection
from guidewright.render import cards as listing
from guidewright.render import differences, index, interface, parity_json, related, report, tags
from guidewright.render.addresses import SiteInfo
from guidewright.render.documentation import Documentation
from guidewright.render.interface import EN, Language
from guidewright.render.page import render as render_page
from guidewright.site import config, engine, engines, links, tree
from guidewright.site.spool import Spool
from guidewright.store import shared

Tell = Callable[[str], None]


def report_render(project: Project, *, as_json: bool) -> int:
    """Render, say so, and return the exit code."""
    try:
        made = render(project, _tell)
    finally:
        print_problems(_known(project))
    catalogs = catalog_problems(made)
    print_problems(catalogs)
    found = made[0].entries
    folder = relative(project.settings.build, project)
    if as_json:
        _show({"build": folder, "pages": [entry.guide.slug for entry in found]})
    else:
        click.echo(f"rendered {len(found)} guide{'' if len(found) == 1 else 's'} into {folder}/")
    return WRONG_USE if project.library.errors or catalogs else FINE


def report_site(
    project: Project, *, strict_parity: bool, as_json: bool, engine: str = engines.MKDOCS.name
) -> int:
    """Build the site, say what backends differ in, and return the exit code."""
    try:
        folder, made = site(project, _tell, engines.ENGINES[engine])
    finally:
        print_problems(_known(project))
    catalogs = catalog_problems(made)
    found = findings(made[0].entries)
    print_problems([*catalogs, *found])
    home = relative(folder / "index.html", project)
    if as_json:
        _show({"site": home, "findings": [str(problem) for problem in found]})
    else:
        click.echo(f"The site is ready: {home}")
    if project.library.errors or catalogs:
        return WRONG_USE
    return GUIDE_FAILED if strict_parity and found else FINE


def render(project: Project, tell: Tell) -> list[Translated]:
    """Write ``build/<language>`` for each language: Markdown, images, notebooks and the engine's configuration."""
    with exclusive(project.settings.cache, "render", tell):
        return _render(project)


def site(
    project: Project, tell: Tell, builder: engines.Engine = engines.MKDOCS
) -> tuple[Path, list[Translated]]:
    """Render, run the engine, check links, and put the site together; return its folder.

    Raises:
        InputError: a guide has a link that leads nowhere, or a language's settings are wrong; the site that was there
            stays.
        CannotRunError: the engine is not installed.
        SiteError: the engine failed or warned, or a page of our own is wrong; the site that was there stays.
    """
    settings = project.settings
    builder.require()
    with exclusive(settings.cache, "site", tell):
        found = _render(project)
        records = [record for entry in found[0].entries for record in entry.records]
        epoch = engine.epoch(project.library.guides, records)
        for made in found:
            code = made.language.code
            with _leading_back(project, code if made.locale else ""):
                engine.build(settings.build / code, epoch=epoch, engine=builder)
        with _leading_back(project):
            codes = [made.language.code for made in found]
            newest = dt.datetime.fromtimestamp(epoch, dt.UTC).date()
            folder = engine.assemble(
                settings,
                codes,
                finish=lambda new: _root_files(new, project, found, newest),
                verify=lambda new: _verify(new, project),
            )
            return folder, found


def _root_files(
    new: Path, project: Project, found: Sequence[Translated], newest: dt.date
) -> Mapping[str, bytes]:
    """Write the records that the pages show, for others to read, and return the other files of all languages."""
    jobs = project.jobs(Selection(profile="full"))
    records = (record for job in jobs if (record := project.store.find(job).passed))
    for path, content in shared.published(records):
        write_atomically(new / "records" / path, content)
    return machines.root_files(new, project.settings, found, newest)


@contextmanager
def _leading_back(project: Project, language: str = "") -> Iterator[None]:
    """Tell what is wrong with pages where it is to be mended: in guides and catalogs."""

    def catalog(code: str, slug: str) -> str:
        return translations.shown(project.settings, code, f"{slug}.po")

    try:
        yield
    except SiteError as error:
        raise blamed(error.problems, project.library.guides, catalog, language) from error


def _verify(folder: Path, project: Project) -> None:
    if problems := links.check(folder, site_url=project.settings.site_url):
        raise SiteError(problems)


def findings(found: Sequence[Entry]) -> list[Problem]:
    """Return, as warnings, the cells whose outputs differ without saying so, or say so and do not."""
    hint = "tag the cell 'varies', give it a tolerance, or mend the guide"
    return [
        Problem(
            path=entry.guide.path,
            line=cell.line,
            cell=cell.id,
            message=differences.finding(cell),
            severity="warning",
            hint=hint,
        )
        for entry in found
        for cell in entry.parity.findings
    ]


# ------------------------------------------------------------------ render


def _render(project: Project) -> list[Translated]:
    """Render every language, English first."""
    project.bring_all()
    found = rendered(project, entries(project))
    # Nothing is written before every language has been made: what is there stays whole where one fails.
    with ExitStack() as stack:
        wanted = {}
        for one in found:
            language = one.made.language
            wanted[language.code] = stack.enter_context(Spool())
            tree.collect(
                wanted[language.code],
                one.pages,
                one.extra,
                one.config,
                language=language.code,
                direction=language.direction,
            )
        for code, files in wanted.items():
            tree.put(files, settings=project.settings, language=code)
    return [one.made for one in found]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """One language's site, as the engine is to have it."""

    made: Translated
    info: SiteInfo
    pages: Iterable[Page]
    """Made one by one as they are asked for, and once only, unless they are kept."""
    extra: Mapping[str, str | bytes]
    config: str


def rendered(
    project: Project, found: list[Entry], remember: Remember = afresh, *, with_downloads: bool = True
) -> list[Rendered]:
    """Render every language, English first; nothing is written.

    Args:
        with_downloads: whether pages come with their notebooks and scripts.

    Raises:
        InputError: a language's settings are wrong.
        SiteError: the project has no ``mkdocs.yml``.
    """
    english = translations.english(project, found)
    made = [replace(english, problems=tuple(translations.unconfigured(project.settings)))]
    made += [
        translations.translated(project, locale, found, remember)
        for locale in translations.locales(project.settings)
    ]
    # By their headers: a word of prose hardly ever changes what is near.
    headers = tuple((entry.guide.slug, entry.guide.header) for entry in found)
    near = remember("related", (headers,), lambda: _related(project, found))
    taught = Taught.of(project, remember)
    told = documentation(project.settings)
    return [_language(project, one, made, near, taught, told, remember, with_downloads) for one in made]


def _related(project: Project, found: Sequence[Entry]) -> dict[Slug, tuple[Slug, ...]]:
    """Return what each guide leads to; a guide without proof has a page, and is led to from nowhere."""
    cards = [listing.card(entry.guide, entry.views) for entry in found]
    guides = {entry.guide.slug: entry.guide for entry in found}
    order = [item.slug for item in index.in_order(cards, site=SiteInfo.of(project.settings))]
    return related.related([guides[slug] for slug in order])


def _language(
    project: Project,
    made: Translated,
    all_: Sequence[Translated],
    near: Mapping[Slug, tuple[Slug, ...]],
    taught: Taught,
    told: Documentation,
    remember: Remember,
    with_downloads: bool,
) -> Rendered:
    language = made.language
    info = replace(
        SiteInfo.of(project.settings), name=made.site_name, categories=made.categories, tags=made.tags
    )
    cards = [
        remember(
            ("card", language.code, entry.guide.slug),
            (entry,),
            functools.partial(listing.card, entry.guide, entry.views),
        )
        for entry in made.entries
    ]
    by_slug = {item.slug: item for item in cards}
    tagged = {tag for tag, _ in tags.by_tag(cards, info)}

    def page(entry: Entry) -> Page:
        slug = entry.guide.slug
        options: dict[str, Any] = {
            "site": info,
            "language": language,
            "translation": made.translations.get(slug),
            "languages": _readable(slug, all_),
            "failed": entry.failed,
            "related": [by_slug[other] for other in near.get(slug, ())],
            "tagged": tagged,
            "api": taught.section(slug, language),
            "with_downloads": with_downloads,
        }
        return remember(
            ("page", language.code, slug),
            (entry, taught.reference, options),
            lambda: render_page(
                taught.linked(entry.guide), entry.views, entry.parity, alike=compare.alike, **options
            ),
        )

    pages = (page(entry) for entry in made.entries)
    extra: dict[str, str | bytes] = {
        index.HOME: index.home(cards, site=info, language=language),
        index.GUIDES: index.guides(cards, site=info, language=language),
        **index.categories(cards, site=info, language=language),
        **listing.pictures([item for item in cards if item.listed], info),
        report.PATH: report.parity_page(_parity(made.entries), site=info, language=language),
        **taught.index(cards, site=info, language=language),
        **told.pages(info, language),
        **machines.files(project.settings, made, all_, info),
    }
    if made.locale is None:
        # One for all languages, at the site's root.
        extra[report.JSON] = parity_json.parity_json(_parity(made.entries), site=info)
        extra[report.SCHEMA] = parity_json.schema()
    if words := tags.tags_page(index.in_order(cards, site=info), site=info, language=language):
        extra[tags.PATH] = words
    text = config.config(
        project.settings,
        nav=[
            *index.navigation(cards, site=info, language=language, api=taught.path),
            *told.navigation(language),
        ],
        beside=index.beside(cards, site=info, language=language),
        unlisted=index.unlisted(cards),
        language=language.code,
        site_name=made.site_name,
        description=interface.text("home_lead", language),
        copyright=" ".join(filter(None, [made.notice, interface.text("copyright", language)])),
        search=made.locale.search if made.locale else (),
        separator=made.locale.search_separator if made.locale else "",
        languages=[_listed(one.language) for one in all_],
        words=_theme_words(language),
        extra=machines.theme_values(project.settings, made, all_),
    )
    return Rendered(made=made, info=info, pages=pages, extra=extra, config=text)


def _listed(language: Language) -> config.Listed:
    """Return a language with its offer, in its own words where it has them."""
    own = language if "offer" in language.texts else EN
    return config.Listed(
        code=language.code,
        name=language.name,
        offer=interface.text("offer", own, language=language.name),
        close=interface.text("offer_close", own),
        offer_language=own.code,
    )


def _theme_words(language: Language) -> dict[str, str]:
    """Return what the theme's parts say; what is known only as the page is read stays a placeholder."""
    lacking = interface.text("backend_lacking", language, chosen="{chosen}", labels="{labels}")
    return {"backend": interface.text("backend", language), "backend_lacking": lacking}


def _readable(slug: Slug, all_: Sequence[Translated]) -> list[str]:
    """Return the languages in which a guide can be read; nothing where that is all of them."""
    codes = [
        one.language.code for one in all_ if slug not in one.translations or one.translations[slug].whole
    ]
    return codes if len(codes) < len(all_) else []


def _parity(found: Sequence[Entry]) -> list[report.ParityEntry]:
    return [
        report.ParityEntry(guide=entry.guide, views=entry.views, parity=entry.parity, failed=entry.failed)
        for entry in found
    ]


# ------------------------------------------------------------------ telling


def catalog_problems(made: Sequence[Translated]) -> list[Problem]:
    """Return what is wrong with catalogs that could not be read; their guides are in English."""
    return [problem for one in made for problem in one.problems]


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

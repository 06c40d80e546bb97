"""``guidewright render`` and ``guidewright site``: pages, notebooks, the engine's input, and the site."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from guidewright import compare, digests
from guidewright.commands import languages, machines, translations
from guidewright.commands.blame import blamed
from guidewright.commands.built import Told
from guidewright.commands.documentation import documentation
from guidewright.commands.facts import Guides
from guidewright.commands.inputs import Inputs, roots
from guidewright.commands.lock import exclusive
from guidewright.commands.moved import today
from guidewright.commands.pages import Entry
from guidewright.commands.project import Project
from guidewright.commands.shelf import Shelf
from guidewright.commands.taught import Taught
from guidewright.commands.translations import Translated
from guidewright.errors import Problem, SiteError
from guidewright.files import write_atomically
from guidewright.memory import Remember, afresh
from guidewright.model import Job, Page, Record, Slug, Translation
from guidewright.render import cards as listing
from guidewright.render import differences, index, interface, parity_json, related, report, tags
from guidewright.render.addresses import SiteInfo
from guidewright.render.documentation import Documentation
from guidewright.render.interface import EN, Language
from guidewright.render.page import render as render_page
from guidewright.site import config, engine, engines, links, tree
from guidewright.site.spool import Spool
from guidewright.source import library
from guidewright.source.naming import listed
from guidewright.store import shared

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What a build has made."""

    project: Project
    """Its guides are without their cells: a site's own pages need none."""
    inputs: Inputs
    """What it was made from."""
    languages: tuple[Translated, ...]
    """English first; without what only a guide's own page shows."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.languages[0].entries


def render(project: Project, tell: Tell, *, anew: bool = False) -> Made:
    """Write ``build/<language>`` for each language: Markdown, images, notebooks and the engine's configuration.

    Args:
        anew: make every page, also those that lie there as they would be made.
    """
    with exclusive(project.settings.cache, "render", tell):
        return _render(project, anew=anew)


def site(
    project: Project, tell: Tell, builder: engines.Engine = engines.MKDOCS, *, anew: bool = False
) -> tuple[Path, Made]:
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
        found = _render(project, anew=anew)
        records = [record for entry in found.entries for record in entry.records]
        epoch = engine.epoch(found.project.library.guides, records)
        for made in found.languages:
            code = made.language.code
            with _leading_back(project, code if made.locale else ""):
                engine.build(settings.build / code, epoch=epoch, engine=builder)
        with _leading_back(project):
            codes = [made.language.code for made in found.languages]
            newest = dt.datetime.fromtimestamp(epoch, dt.UTC).date()
            folder = engine.assemble(
                settings,
                codes,
                finish=lambda new: _root_files(new, project, found, newest),
                verify=lambda new: _verify(new, project),
            )
            return folder, found


def _root_files(new: Path, project: Project, found: Made, newest: dt.date) -> Mapping[str, bytes]:
    """Write the records that the pages show, for others to read, and return the other files of all languages."""
    for path, content in shared.published(_full(project, found.entries)):
        write_atomically(new / "records" / path, content)
    return machines.root_files(new, project.settings, found.languages, newest)


def _full(project: Project, found: Iterable[Entry]) -> Iterator[Record]:
    """Read the full records that pages show, one at a time."""
    for record in (record for entry in found for record in entry.records if record.profile == "full"):
        job = Job(
            slug=record.slug,
            path="",
            backend=record.backend,
            profile=record.profile,
            cells=(),
            fingerprint=record.fingerprint,
        )
        if whole := project.store.find(job).passed:
            yield whole


@contextmanager
def _leading_back(project: Project, language: str = "") -> Iterator[None]:
    """Tell what is wrong with pages where it is to be mended: in guides and catalogs."""

    def catalog(code: str, slug: str) -> str:
        return languages.shown(project.settings, code, f"{slug}.po")

    try:
        yield
    except SiteError as error:
        guides = library.load(project.settings).guides
        raise blamed(error.problems, guides, catalog, language) from error


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


def _render(project: Project, *, anew: bool) -> Made:
    """Render every language, English first: of the pages, those that do not lie there as they would be made."""
    settings = project.settings
    _bring(project)
    inputs = Inputs.read(roots(settings), project.sources)
    shelf = Shelf.of(settings.cache, empty=anew or not inputs.current)
    files, problems = listed(settings)
    guides = Guides(
        project=project,
        inputs=inputs,
        shelf=shelf,
        today=today(settings),
        files=files,
        voices=[translations.voice(locale, settings) for locale in languages.locales(settings)],
    )
    # Nothing is written before every language has been made: what is there stays whole where one fails.
    with ExitStack() as stack:
        stack.callback(guides.whole.close)
        made, found, rendered = _known_of(guides, problems)
        wanted = {}
        fresh: list[tuple[str, str, list[str]]] = []
        for one in rendered:
            language = one.made.language
            wanted[language.code] = stack.enter_context(Spool())
            tree.collect(
                wanted[language.code],
                _pages(one, guides, settings.build / language.code, fresh),
                itertools.chain(one.extra.items(), one.drawn()),
                one.config,
                language=language.code,
                direction=language.direction,
            )
        for code, contents in wanted.items():
            tree.put(contents, settings=settings, language=code)
        for code, key, paths in fresh:
            shelf.put(key, tree.lying(wanted[code], paths, settings.build / code))
    # What was made from a file that changed meanwhile is not what its digest says.
    if inputs.settled:
        shelf.save()
    return Made(project=made, inputs=inputs, languages=tuple(found))


def _bring(project: Project) -> None:
    """Read what shared stores have of records that are not at hand."""
    if project.settings.stores:
        replace(project, library=library.load(project.settings)).bring_all()


def _known_of(
    guides: Guides, problems: Sequence[Problem]
) -> tuple[Project, list[Translated], list[Rendered]]:
    """Return the project, its languages and their sites, of what is known of each guide."""
    settings = guides.project.settings
    known = {slug: guides.facts(slug) for slug in guides.files}
    found = {slug: (facts, others) for slug, (facts, others) in known.items() if facts.entry and facts.card}
    entries = [facts.entry for facts, _ in found.values() if facts.entry]
    told = [*problems, *(problem for facts, _ in known.values() for problem in facts.problems)]
    project = replace(
        guides.project,
        library=library.Library(guides=tuple(entry.guide for entry in entries), problems=tuple(told)),
    )
    english = translations.english(project, entries)
    made = [replace(english, problems=tuple(languages.unconfigured(settings)))]
    made += [
        translations.whole(
            project,
            voice,
            [
                replace(entry, guide=replace(entry.guide, header=found[entry.guide.slug][1][code].header))
                for entry in entries
            ],
            {slug: others[code].translation for slug, (_, others) in found.items()},
            [problem for _, others in found.values() for problem in others[code].problems],
        )
        for voice in guides.voices
        for code in [voice.locale.code]
    ]
    first = [facts.card for facts, _ in found.values() if facts.card]
    cards = [_in_words(first, one) for one in made]
    order = [item.slug for item in index.in_order(cards[0], site=SiteInfo.of(settings))]
    taught = Taught(
        reference=project.reference, symbols={slug: facts.symbols for slug, (facts, _) in found.items()}
    )
    around = _Around(
        project=project,
        all_=made,
        near=guides.near(order),
        taught=taught,
        told=documentation(settings),
        remember=afresh,
        with_downloads=True,
    )
    return project, made, [_language(around, one, shown) for one, shown in zip(made, cards, strict=True)]


def _pages(
    one: Rendered, guides: Guides, folder: Path, fresh: list[tuple[str, str, list[str]]]
) -> Iterator[Page | tree.Kept]:
    """Yield a language's pages, and note where the files of those that were made will lie."""
    code = one.made.language.code
    met: digests.Known = {}
    for entry in one.made.entries:
        slug = entry.guide.slug
        key = f"page {digests.digest([guides.key(slug, code), one.options(slug)], met)}"
        lying = guides.shelf.get(key)
        if lying and tree.untouched(lying, folder):
            yield tree.Kept(slug=slug, files=lying)
        else:
            page = one.page(guides.entry(slug, code))
            fresh.append((code, key, tree.paths(page)))
            yield page


class _MakePage(Protocol):
    """Makes a guide's page; its translation is as far as was known, unless one is given."""

    def __call__(self, entry: Entry, translation: Translation | None = None) -> Page: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """One language's site, as the engine is to have it."""

    made: Translated
    info: SiteInfo
    options: Callable[[Slug], dict[str, Any]]
    """What a guide's page follows from beside the guide itself."""
    page: _MakePage
    extra: Mapping[str, str | bytes]
    drawn: Callable[[], Iterable[tuple[str, bytes]]]
    """Further files, each made as it is asked for."""
    config: str

    @property
    def pages(self) -> Iterator[Page]:
        """Make the pages, one by one as they are asked for."""
        return map(self.page, self.made.entries)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Around:
    """What every language's site is made with."""

    project: Project
    all_: Sequence[Translated]
    near: Mapping[Slug, tuple[Slug, ...]]
    taught: Taught
    told: Documentation
    remember: Remember
    with_downloads: bool


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
    made = [replace(english, problems=tuple(languages.unconfigured(project.settings)))]
    made += [
        translations.translated(project, locale, found, remember)
        for locale in languages.locales(project.settings)
    ]
    first = _cards(english, remember)
    # By their headers: a word of prose hardly ever changes what is near.
    headers = tuple((entry.guide.slug, entry.guide.header) for entry in found)
    around = _Around(
        project=project,
        all_=made,
        near=remember("related", (headers,), lambda: _related(project, found, first)),
        taught=Taught.of(project, remember),
        told=documentation(project.settings),
        remember=remember,
        with_downloads=with_downloads,
    )
    return [_language(around, one, _in_words(first, one)) for one in made]


def _related(
    project: Project, found: Sequence[Entry], cards: Sequence[listing.Card]
) -> dict[Slug, tuple[Slug, ...]]:
    """Return what each guide leads to; a guide without proof has a page, and is led to from nowhere."""
    guides = {entry.guide.slug: entry.guide for entry in found}
    order = [item.slug for item in index.in_order(cards, site=SiteInfo.of(project.settings))]
    return related.related([guides[slug] for slug in order])


def _cards(made: Translated, remember: Remember) -> list[listing.Card]:
    return [
        remember(
            ("card", made.language.code, entry.guide.slug),
            (entry,),
            functools.partial(listing.card, entry.guide, entry.views),
        )
        for entry in made.entries
    ]


def _in_words(cards: Sequence[listing.Card], made: Translated) -> list[listing.Card]:
    """Return the guides' cards in a language: their pictures are the same in all of them."""
    return [
        listing.with_words(card, entry.guide.header) for card, entry in zip(cards, made.entries, strict=True)
    ]


def _language(around: _Around, made: Translated, cards: Sequence[listing.Card]) -> Rendered:
    """Return one language's site; its cards are in the order of its entries."""
    language, settings = made.language, around.project.settings
    all_, taught, told, remember = around.all_, around.taught, around.told, around.remember
    info = replace(SiteInfo.of(settings), name=made.site_name, categories=made.categories, tags=made.tags)
    by_slug = {item.slug: item for item in cards}
    by_tag = {tag for tag, _ in tags.by_tag(cards, info)}
    failed = {entry.guide.slug: tuple(sorted(entry.failed)) for entry in made.entries}

    def options(slug: Slug) -> dict[str, Any]:
        return {
            "site": info,
            "language": language,
            "translation": made.translations.get(slug),
            "languages": _readable(slug, all_),
            "failed": failed[slug],
            "related": [by_slug[other] for other in around.near.get(slug, ())],
            "tagged": [tag for tag in by_slug[slug].tags if tag in by_tag],
            "api": taught.section(slug, language),
            "with_downloads": around.with_downloads,
        }

    def page(entry: Entry, translation: Translation | None = None) -> Page:
        chosen = options(entry.guide.slug)
        chosen |= {"translation": translation} if translation else {}
        return remember(
            ("page", language.code, entry.guide.slug),
            (entry, taught.reference, chosen),
            lambda: render_page(
                taught.linked(entry.guide), entry.views, entry.parity, alike=compare.alike, **chosen
            ),
        )

    extra: dict[str, str | bytes] = {
        index.HOME: index.home(cards, site=info, language=language),
        index.GUIDES: index.guides(cards, site=info, language=language),
        **index.categories(cards, site=info, language=language),
        **listing.pictures([item for item in cards if item.listed], info),
        report.PATH: report.parity_page(_parity(made.entries), site=info, language=language),
        **taught.index(cards, site=info, language=language),
        **told.pages(info, language),
        **machines.files(cards, settings, made, all_, info),
    }
    if made.locale is None:
        # One for all languages, at the site's root.
        extra[report.JSON] = parity_json.parity_json(_parity(made.entries), site=info)
        extra[report.SCHEMA] = parity_json.schema()
    if words := tags.tags_page(index.in_order(cards, site=info), site=info, language=language):
        extra[tags.PATH] = words
    text = config.config(
        settings,
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
        extra=machines.theme_values(settings, made, all_),
    )
    return Rendered(
        made=made,
        info=info,
        options=options,
        page=page,
        extra=extra,
        drawn=functools.partial(machines.drawn, settings, made, all_),
        config=text,
    )


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


def told(made: Made) -> Told:
    """Return what a build says at its end."""
    project = made.project
    return Told(
        slugs=tuple(entry.guide.slug for entry in made.entries),
        problems=tuple(known(project)),
        catalogs=tuple(catalog_problems(made.languages)),
        findings=tuple(findings(made.entries)),
        build=relative(project.settings.build, project),
        site=relative(project.settings.site, project),
    )


def catalog_problems(made: Sequence[Translated]) -> list[Problem]:
    """Return what is wrong with catalogs that could not be read; their guides are in English."""
    return [problem for one in made for problem in one.problems]


def known(project: Project) -> list[Problem]:
    """Return what is wrong with guides and records, as far as it has been met."""
    return [*project.library.problems, *project.damaged.values()]


def relative(path: Path, project: Project) -> str:
    """Write a path as people of the project know it."""
    root = project.settings.root
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

"""``guidewright check``: all that can be said of guides and their translations without a kernel and without a backend.

What is slow to import is imported where a file has changed: most files have not, and their findings are known.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guidewright.commands import check_forms
from guidewright.commands.findings import Entry, Findings, code_stamp, content, digest
from guidewright.errors import FINE, GUIDE_FAILED, WRONG_USE, Problem, SelectorError
from guidewright.model import Slug
from guidewright.settings import FILE, Settings, load
from guidewright.source.naming import listed, pictures_below, relative

if TYPE_CHECKING:
    from guidewright.commands.checking import Checker


@dataclass(kw_only=True)
class _Check:
    """One call of the command."""

    settings: Settings
    files: dict[Slug, Path]
    findings: Findings
    context: str
    """A digest of what all guides' findings follow from."""
    code: str
    """A digest of this package."""
    checkers: list[Checker] = field(default_factory=list)

    def checker(self) -> Checker:
        """Return what reads and checks; made when the first file has changed."""
        if not self.checkers:
            from guidewright.commands.checking import Checker

            self.checkers.append(Checker.of(self.settings, self.files))
        return self.checkers[0]


def check(root: Path, names: Sequence[str] = (), *, fix: bool = False, form: str = "text") -> int:
    """Tell what is wrong; return 1 where something is, 2 where a guide or a catalog cannot be read or used, else 0.

    Args:
        names: slugs, patterns of them, or paths of guides; none for everything.
        form: one of :data:`check_forms.FORMS`.
    """
    with _without_collector():
        return _check(root, names, fix=fix, form=form)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Leave cycles alone for a while: guides' trees are many objects, and looking through them for garbage finds none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _check(root: Path, names: Sequence[str], *, fix: bool, form: str) -> int:
    settings = load(root)
    files, problems = listed(settings)
    chosen = _chosen(names, files, settings) if names else list(files)
    made = _start(settings, files)
    if fix:
        _mend(made, chosen)
        made = _start(settings, files)
    guides = _guides(made)
    found = [*([] if names else problems), *_links(made, guides, chosen), *_words(made, guides, chosen)]
    found += [problem for slug in chosen for problem in guides[slug].problems]
    catalogs = _catalogs(made, chosen, whole=not names)
    found += [problem for entry in catalogs for problem in entry.problems]
    made.findings.save(whole=not names)
    _tell(sorted(found, key=_order), form, len(chosen))
    named = any(problem.severity == "error" for problem in ([] if names else problems))
    if named or not all(entry.readable for entry in [*(guides[slug] for slug in chosen), *catalogs]):
        return WRONG_USE
    return GUIDE_FAILED if found else FINE


def of_guide(settings: Settings, slug: Slug) -> list[Problem]:
    """Return what is wrong with one guide, its catalogs aside."""
    files, problems = listed(settings)
    path = relative(settings.guides / f"{slug}.py", settings)
    named = [problem for problem in problems if problem.path == path]
    if slug not in files:
        return named
    made = _start(settings, files)
    guides = _guides(made)
    made.findings.save(whole=False)
    return sorted([*named, *_links(made, guides, [slug]), *guides[slug].problems], key=_order)


def _start(settings: Settings, files: dict[Slug, Path]) -> _Check:
    root = settings.root
    shared = [root / FILE, root / "ruff.toml", root / ".ruff.toml"]
    shared += [settings.api.inventory] if settings.api else []
    code = code_stamp()
    context = digest([code, *map(content, shared)])
    findings = Findings.of(settings.cache)
    made = _Check(settings=settings, files=files, findings=findings, context=context, code=code)
    # The package's names may be what is wrong: told once, and not with each guide.
    if made.findings.get(context) is None:
        made.checker()
        made.findings.put(context, Entry())
    return made


def _order(problem: Problem) -> tuple[str, int, int]:
    return problem.path, problem.line or 0, problem.column or 0


def _tell(found: Sequence[Problem], form: str, guides: int) -> None:
    match form:
        case "json":
            click.echo(check_forms.as_json(found, guides), nl=False)
        case "github":
            click.echo(check_forms.github(found), nl=False)
        case _:
            click.echo(check_forms.text(found), nl=False)
            counted = check_forms.counts(found)
            words = [f"{guides} guide", f"{counted['errors']} error", f"{counted['warnings']} warning"]
            click.echo(", ".join(word if word.startswith("1 ") else f"{word}s" for word in words))


# ----------------------------------------------------------------- choosing


def _chosen(names: Iterable[str], files: dict[Slug, Path], settings: Settings) -> list[Slug]:
    """Return the guides that are meant.

    Raises:
        SelectorError: a name is none's.
    """
    chosen: set[Slug] = set()
    problems = []
    for name in names:
        found = {slug for slug, file in files.items() if _means(name, slug, file, settings)}
        chosen |= found
        if not found:
            from guidewright.source.options import suggestion

            message = f"there is no guide '{name}'"
            problems.append(Problem(message=message, hint=suggestion(name, files)))
    if problems:
        raise SelectorError(problems)
    return [slug for slug in files if slug in chosen]


def _means(name: str, slug: Slug, file: Path, settings: Settings) -> bool:
    if name == slug or fnmatchcase(slug, name):
        return True
    return name.endswith(".py") and file in {(base / name).resolve() for base in (Path.cwd(), settings.root)}


# ------------------------------------------------------------------- guides


def _guides(made: _Check) -> dict[Slug, Entry]:
    """Return what is found of every guide: those that are not meant have to be known for links to them."""
    keys = {slug: _guide_key(made, slug) for slug in made.files}
    known = {slug: made.findings.get(key) for slug, key in keys.items()}
    done = {slug: entry for slug, entry in known.items() if entry}
    missing = [slug for slug in made.files if slug not in done]
    if missing:
        found = made.checker().guides(missing)
        done |= {slug: made.findings.put(keys[slug], entry) for slug, entry in found.items()}
    return done


def _guide_key(made: _Check, slug: Slug) -> str:
    from guidewright.lint.recorded import stamp

    settings = made.settings
    return digest([made.context, "guide", slug, content(made.files[slug]), stamp(settings.records / slug)])


def _links(made: _Check, guides: dict[Slug, Entry], chosen: Sequence[Slug]) -> list[Problem]:
    if not any(guides[slug].links for slug in chosen):
        return []
    from guidewright.lint.links import Link, Outline, problems

    outlines = {
        slug: Outline(
            slug=slug,
            path=relative(made.files[slug], made.settings),
            anchors=frozenset(entry.anchors),
            links=tuple(
                Link(target=target, line=line, column=column, cell=cell)
                for target, line, column, cell in entry.links
            ),
            pictures=frozenset(pictures_below(made.files[slug])),
            readable=entry.readable,
        )
        for slug, entry in guides.items()
    }
    return [problem for slug in chosen for problem in problems(outlines[slug], outlines)]


def _words(made: _Check, guides: dict[Slug, Entry], chosen: Sequence[Slug]) -> list[Problem]:
    """Return the unknown words that are none of the project's: adding one reads no guide again.

    Raises:
        InputError: the word list cannot be read.
    """
    from guidewright.lint.words import Unknown, own_words, problems

    own = own_words(made.settings)
    return [
        problem
        for slug in chosen
        for problem in problems(
            relative(made.files[slug], made.settings),
            [
                Unknown(word=word, line=line, column=column, cell=cell, near=near)
                for word, line, column, cell, near in guides[slug].unknown
            ],
            own,
        )
    ]


# ----------------------------------------------------------------- catalogs


def _catalogs(made: _Check, chosen: Sequence[Slug], *, whole: bool) -> list[Entry]:
    """Return what is found of each language's catalogs; of the language itself and its site's texts, only with everything."""
    found = []
    for code in made.settings.languages:
        if whole:
            key = _language_key(made, code)
            found.append(made.findings.get(key) or made.findings.put(key, made.checker().language(code)))
        for slug in chosen:
            key = _catalog_key(made, code, slug)
            known = made.findings.get(key)
            found.append(known or made.findings.put(key, made.checker().catalog(code, slug)))
    return found


def _catalog_key(made: _Check, code: str, slug: Slug) -> str:
    folder = made.settings.locales / code
    return digest([*_shared(made, code), slug, content(made.files[slug]), content(folder / f"{slug}.po")])


def _language_key(made: _Check, code: str) -> str:
    folder = made.settings.locales / code
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.po"))
    others = sorted(path.name for path in made.settings.locales.iterdir()) if names else []
    return digest(
        [
            made.context,
            *_shared(made, code),
            *names,
            "/",
            *others,
            "/",
            *made.files,
            content(folder / "site.po"),
        ]
    )


def _shared(made: _Check, code: str) -> list[bytes | str]:
    """Return what all catalogs of a language follow from."""
    folder = made.settings.locales / code
    return [made.code, code, *(content(file) for file in sorted(folder.glob("*.toml")))]


def _mend(made: _Check, chosen: Sequence[Slug]) -> None:
    for slug in chosen:
        if made.checker().mend(slug):
            click.echo(f"mended {relative(made.files[slug], made.settings)}", err=True)

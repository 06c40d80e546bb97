"""What all foreign formats share: a sheet as it was read → the header and the cells of a guide.

Each step takes a sheet and returns one; what it could not carry over, and what it changed, it adds to the notes.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from guidewright import pycode
from guidewright.errors import Problem
from guidewright.source.foreign import code, pictures, prose
from guidewright.source.foreign.sheet import Piece, Sheet, trimmed
from guidewright.source.foreign.tutobook import field_value, key_of
from guidewright.source.naming import PICTURES

_LABEL = re.compile(r"^\*\*(?P<key>[A-Z][A-Za-z() ]+):\*\*[ \t]*(?P<value>.*?)[ \t]*(?:<br\s*/?>)?[ \t]*$")
_BADGE = re.compile(
    r"\[!\[[^\]]*\]\([^)\s]*\)\]\(https://colab\.research\.google\.com/[^)\s]*\)"
    r"|<a [^>]*href=[\"']https://colab\.research\.google\.com/[^>]*>\s*<img[^>]*>\s*</a>"
)
_ODD = re.compile("[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a guide is to stand: what carrying over has to know of the project."""

    slug: str
    guides: Mapping[str, Collection[str]]
    """Slug → heading ids of the guides that there are."""
    home: str = ""
    """The address below which the guides of the documented package's own site are; empty where there is none."""
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Environment variable → its value → backend."""
    modules: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Backend → the modules that are its alone."""
    installed: Collection[str] = ()
    """Normalised names of distributions that every set-up installs."""
    beside: Callable[[str], bytes | None] = lambda _: None
    """What stands at a path relative to the imported file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    sheet: Sheet
    files: Mapping[str, bytes]
    """The guide's pictures, by their name in its folder."""


def carry(sheet: Sheet, place: Place) -> Carried:
    """Make of a sheet what a guide can hold."""
    folder = f"{place.slug.rpartition('/')[2]}{PICTURES}"
    album = pictures.Album(folder=folder, beside=place.beside)
    sheet = cleaned(sheet)
    sheet = titled(sheet)
    sheet = described(sheet)
    sheet = fenced(sheet)
    sheet = pinned(sheet)
    sheet = illustrated(sheet, album, place)
    sheet = linked(sheet, place)
    sheet = coded(sheet, place)
    sheet = claimed(sheet, place)
    return Carried(sheet=sheet, files=dict(sorted(album.files.items())))


def _each(sheet: Sheet, change: Callable[[Piece, list[Problem]], Piece | None]) -> Sheet:
    """Change every piece; one that becomes blank is left out."""
    notes: list[Problem] = []
    made = [change(piece, notes) for piece in sheet.pieces]
    kept = tuple(replace(piece, source=trimmed(piece.source)) for piece in made if piece and not piece.blank)
    return replace(sheet, pieces=kept, notes=(*sheet.notes, *notes))


# ------------------------------------------------------------------- text


def cleaned(sheet: Sheet) -> Sheet:
    """Take out characters that Python, jupytext and editors read differently."""

    def clean(piece: Piece, notes: list[Problem]) -> Piece:
        if not (found := _ODD.search(piece.source)):
            return piece
        source = _escaped(piece.source) if piece.kind == "code" else ""
        message = f"the character U+{ord(found[0]):04X} becomes {'an escape' if source else 'a blank'}"
        line = piece.source.count("\n", 0, found.start())
        notes.append(sheet.note(message, at=piece, line=line))
        # At the start of a line of code, a blank would indent it.
        plain = _ODD.sub(" ", re.sub(f"(?m)^{_ODD.pattern}+", "", piece.source))
        return replace(piece, source=source or plain)

    return _each(sheet, clean)


def _escaped(source: str) -> str:
    """Return code with odd characters as escapes, where that means the same: in strings; else nothing."""
    written = _ODD.sub(lambda found: ascii(found[0])[1:-1], source)
    try:
        return written if pycode.meaning(written) == pycode.meaning(source) else ""
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


def fenced(sheet: Sheet) -> Sheet:
    """Close the code fences that are open at a cell's end: they would take what follows with them."""

    def close(piece: Piece, notes: list[Problem]) -> Piece:
        marks = prose.open_fence(piece.source) if piece.kind == "markdown" else ""
        if not marks:
            return piece
        notes.append(sheet.note("a code fence that the cell leaves open is closed at its end", at=piece))
        return replace(piece, source=f"{piece.source}\n{marks}")

    return _each(sheet, close)


# ------------------------------------------------------------------ header


def titled(sheet: Sheet) -> Sheet:
    """Take the title, and what Keras' own notebooks say below it, out of the text; other headings begin at the second level."""
    first = next(sheet.of("markdown"), None)
    heading = next(iter(prose.headings(first.source)), None) if first else None
    fields = dict(sheet.fields)
    if first and heading and heading.level == 1:
        if prose.plain(heading.words) == fields.get("title", prose.plain(heading.words)):
            fields.setdefault("title", prose.plain(heading.words))
            rest, labels = _labels(first, heading.first)
            fields |= {key: value for key, value in labels.items() if key not in fields}
            pieces = tuple(replace(p, source=rest) if p is first else p for p in sheet.pieces)
            sheet = replace(sheet, fields=fields, pieces=pieces)
    elif "title" not in fields and heading:
        sheet = replace(sheet, fields={**fields, "title": prose.plain(heading.words)})
    return _lowered(replace(sheet, pieces=tuple(p for p in sheet.pieces if not p.blank)))


def _labels(piece: Piece, title: int) -> tuple[str, dict[str, Any]]:
    """Return a piece without its title and the lines ``**Author:** …`` behind it, and their values."""
    seen = [False]

    def change(heading: prose.Heading) -> tuple[int, str] | None:
        if heading.first == title and not seen[0]:
            seen[0] = True
            return None
        return heading.level, heading.id

    kept: list[str] = []
    found: dict[str, Any] = {}
    for line in prose.with_headings(piece.source, change).split("\n"):
        match = _LABEL.match(line)
        key = key_of(match["key"].replace("(s)", "s")) if match else ""
        try:
            if match and key:
                found.setdefault(key, field_value(key, match["value"]))
            else:
                kept.append(line)
        except ValueError:
            kept.append(line)
    return trimmed("\n".join(kept)), found


def _lowered(sheet: Sheet) -> Sheet:
    """Put every heading one level lower where one of them is a title; the page has its title already."""
    top = [p for p in sheet.of("markdown") if any(h.level == 1 for h in prose.headings(p.source))]
    if not top:
        return sheet

    def lower(piece: Piece, _: list[Problem]) -> Piece:
        if piece.kind == "code":
            return piece
        source = prose.with_headings(piece.source, lambda h: (min(6, h.level + 1), h.id))
        return replace(piece, source=source)

    note = sheet.note(
        "headings are one level lower than here: the header's title is the only title", at=top[0]
    )
    return _each(sheet, lower).noting(note)


def described(sheet: Sheet) -> Sheet:
    """Tell what the page is about where the file does not: with its first sentence, or its title."""
    fields = dict(sheet.fields)
    if not str(fields.get("title", "")).strip():
        fields["title"] = (
            sheet.path.rpartition("/")[2].rpartition(".")[0].replace("_", " ").replace("-", " ").strip()
        )
        fields["title"] = fields["title"] or "Untitled"
        sheet = sheet.noting(sheet.note(f"no title is found: '{fields['title']}' is made of the file's name"))
    if not str(fields.get("description", "")).strip():
        words = next(
            (words for p in sheet.of("markdown") for words in prose.paragraphs(p.source) if words), ""
        )
        sentence = re.split(r"(?<=[.!?])\s", words, maxsplit=1)[0]
        fields["description"] = sentence[:200].strip() or fields["title"]
        sheet = sheet.noting(sheet.note("no description is found: the first sentence is taken for it"))
    for key in ("title", "description"):
        fields[key] = " ".join(str(fields[key]).split())
    return replace(sheet, fields=fields)


# ---------------------------------------------------------------- headings


def pinned(sheet: Sheet) -> Sheet:
    """Give every heading an id, once in the page, and lead links within the page to it."""
    taken: set[str] = set()
    anchors: dict[str, str] = {}

    def pin(piece: Piece, _: list[Problem]) -> Piece:
        if piece.kind == "code":
            return piece
        names = {}
        for heading in prose.headings(piece.source):
            names[heading.first] = _unique(prose.name_of(heading.id or heading.words), taken)
            for anchor in (heading.id, heading.words, prose.plain(heading.words)):
                anchors.setdefault(prose.folded(anchor), names[heading.first])
        return replace(piece, source=prose.with_headings(piece.source, lambda h: (h.level, names[h.first])))

    sheet = _each(sheet, pin)

    def lead(piece: Piece, notes: list[Problem]) -> Piece:
        def one(found: re.Match[str]) -> str:
            target = unquote(found["target"])
            if not target.startswith("#") or found["image"]:
                return found[0]
            name = target[1:] if target[1:] in taken else anchors.get(prose.folded(target[1:]), "")
            if not name:
                notes.append(
                    sheet.note(f"the link to '{target}' leads to no heading; its words stay", at=piece)
                )
                return found["words"]
            return f"[{found['words']}](#{name})"

        if piece.kind == "code":
            return piece
        return replace(piece, source=prose.outside_code(piece.source, prose.LINK, one))

    return _each(sheet, lead)


def _unique(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found


# ------------------------------------------------------- pictures and links


def illustrated(sheet: Sheet, album: pictures.Album, place: Place) -> Sheet:
    """Take pictures along; one that lies on another host becomes a link, since a page loads nothing from there."""

    def take(piece: Piece, notes: list[Problem]) -> Piece:
        def picture(words: str, target: str, whole: str) -> str:
            if found := album.take(target, piece.attachments):
                return f"![{words}]({found})"
            address = urljoin(place.home, target.strip("<>")) if place.home else target.strip("<>")
            if urlsplit(address).scheme not in ("http", "https"):
                notes.append(sheet.note(f"the picture '{target[:60]}' cannot be taken along", at=piece))
                return words or whole
            hint = f"save it in {album.folder}/ beside the guide, and show it from there"
            notes.append(
                sheet.note(
                    f"the picture {address} is on another host, and becomes a link", at=piece, hint=hint
                )
            )
            return f"[{words or 'picture'}]({address})"

        def link(found: re.Match[str]) -> str:
            return picture(found["words"], found["target"], found[0]) if found["image"] else _inner(found)

        def _inner(found: re.Match[str]) -> str:
            """A picture inside of a link: the link stays where the picture does."""
            if "![" not in found["words"]:
                return found[0]
            words = re.sub(prose.LINK, link, found["words"])
            return words if "](" in words and not words.startswith("!") else f"[{words}]({found['target']})"

        def tag(found: re.Match[str]) -> str:
            values = pictures.attributes(found["tag"])
            return picture(values.get("alt", ""), values.get("src", ""), "")

        if piece.kind == "code":
            return piece
        source = _BADGE.sub("", piece.source)
        if source != piece.source:
            notes.append(sheet.note("the link 'Open in Colab' is left out: each page has its own", at=piece))
        source = prose.outside_code(source, prose.LINK, link)
        return replace(piece, source=prose.outside_code(source, pictures.TAG, tag), attachments={})

    return _each(sheet, take)


def linked(sheet: Sheet, place: Place) -> Sheet:
    """Lead links to guides that exist here to them, and complete those that only the site knew where they came from."""

    def lead(piece: Piece, notes: list[Problem]) -> Piece:
        def one(found: re.Match[str]) -> str:
            if found["image"]:
                return found[0]
            target = found["target"].strip("<>")
            wanted = _target(target, place)
            if wanted is None:
                notes.append(
                    sheet.note(f"the link to '{target}' leads to no guide; its words stay", at=piece)
                )
                return found["words"]
            return found[0] if wanted == target else f"[{found['words']}]({wanted}{found['title'] or ''})"

        def definition(found: re.Match[str]) -> str:
            return f"{found['mark']}{_target(found['target'].strip('<>'), place) or found['target']}"

        if piece.kind == "code":
            return piece
        source = prose.outside_code(piece.source, prose.LINK, one)
        return replace(piece, source=prose.outside_code(source, prose.DEFINITION, definition))

    return _each(sheet, lead)


def _target(target: str, place: Place) -> str | None:
    """Return where a link leads from the guide; None where it led to a file that is not here."""
    if not target or target.startswith("#"):
        return target
    parts = urlsplit(target)
    if not parts.scheme and not parts.netloc and target.startswith("/"):
        if not place.home:
            return None
        target = urljoin(place.home, target)
        parts = urlsplit(target)
    if place.home and target.startswith(place.home):
        slug = unquote(parts.path).removeprefix(urlsplit(place.home).path).strip("/")
        return _local(slug, parts.fragment, place) or target
    if parts.scheme or parts.netloc:
        return target
    stem = posixpath.splitext(unquote(parts.path))[0]
    near = posixpath.normpath(posixpath.join(posixpath.dirname(place.slug), stem))
    return _local(near, parts.fragment, place) or _local(posixpath.basename(stem), parts.fragment, place)


def _local(slug: str, fragment: str, place: Place) -> str | None:
    """Return a link to a guide here; to its beginning where it has no such heading."""
    if slug not in place.guides or slug == place.slug:
        return None
    path = posixpath.relpath(f"{slug}.md", posixpath.dirname(place.slug) or ".")
    return f"{path}#{fragment}" if fragment in place.guides[slug] and fragment else path


# -------------------------------------------------------------------- code


def coded(sheet: Sheet, place: Place) -> Sheet:
    """Turn installations into ``requires``, and Colab's form fields and magics into what a guide can hold."""
    requires = list(sheet.fields.get("requires", []))

    def change(piece: Piece, notes: list[Problem]) -> Piece | None:
        if piece.kind == "markdown":
            return piece
        found = code.installs(piece.source, place.installed)
        requires.extend(name for name in found.requires if name not in requires)
        for line, name in found.needless:
            notes.append(
                sheet.note(f"'{name}' is not required: every set-up installs it", at=piece, line=line)
            )
        for line, words in found.lost:
            hint = "name a distribution of the index in 'requires'"
            notes.append(
                sheet.note(f"'{words}' cannot be installed by a guide", at=piece, line=line, hint=hint)
            )
        source, folded = code.without_forms(found.source)
        source, _ = code.with_environment(source, place.variables)
        source, marked = code.without_markers(source)
        for line in marked:
            notes.append(
                sheet.note("the comment reads as a cell marker, and gets another '#'", at=piece, line=line)
            )
        notes.extend(_code_notes(sheet, piece, source))
        tags = tuple(sorted({*piece.tags, "hide-input"})) if folded else piece.tags
        return replace(piece, source=source, tags=tags)

    sheet = _each(sheet, change)
    return replace(sheet, fields={**sheet.fields, **({"requires": requires} if requires else {})})


def _code_notes(sheet: Sheet, piece: Piece, source: str) -> Iterator[Problem]:
    for line, text in enumerate(source.split("\n")):
        if code.COLAB.match(text):
            hint = "take it out, or show another way"
            yield sheet.note(f"'{text.strip()}' works in Colab only", at=piece, line=line, hint=hint)
    for line, name in code.magics(source):
        if "pip install" in source.split("\n")[line]:
            message = (
                "this line installs something among other things: it stays, and 'requires' does not have it"
            )
            yield sheet.note(
                message, at=piece, line=line, hint="give it a line of its own, or add to 'requires'"
            )
            continue
        if not name.startswith("%tensorflow_version"):
            hint = "a plain Python file passes over it"
            yield sheet.note(f"'{name}' stays, and runs in notebooks only", at=piece, line=line, hint=hint)


def claimed(sheet: Sheet, place: Place) -> Sheet:
    """Claim the one backend that the code needs, if it needs one."""
    if "backends" in sheet.fields or not place.modules:
        return sheet
    trees = [tree for piece in sheet.of("code") if (tree := _tree(piece.source))]
    imported = {name for tree in trees for name in _imports(tree)}
    needed = [backend for backend, modules in place.modules.items() if imported & set(modules)]
    chosen = [backend for tree in trees if (backend := _chosen(tree, place.variables))]
    backends = needed if len(needed) == 1 else [name for name in chosen if name in needed][:1]
    if not chosen and place.variables:
        names = " or ".join(place.variables)
        sheet = sheet.noting(sheet.note(f"no cell chooses a backend: assign os.environ[…] for {names}"))
    if not backends:
        return sheet
    note = sheet.note(f"'backends' is [{backends[0]}], because the code imports its modules")
    return replace(sheet, fields={**sheet.fields, "backends": backends}).noting(note)


def _tree(source: str) -> ast.Module | None:
    try:
        return pycode.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        yield from (name.partition(".")[0] for name in names)


def _chosen(tree: ast.Module, variables: Mapping[str, Mapping[str, str]]) -> str:
    """Return the backend that an assignment to ``os.environ`` chooses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                name = target.slice if isinstance(target, ast.Subscript) else None
                if isinstance(name, ast.Constant) and str(name.value) in variables:
                    return variables[str(name.value)].get(str(node.value.value), "")
    return ""

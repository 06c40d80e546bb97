"""The code of a foreign cell: what pip installs, Colab's form fields, magics that choose a backend, lines that look like markers."""

from __future__ import annotations

import io
import re
import shlex
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from guidewright import pycode
from guidewright.pycode.parsing import as_python
from guidewright.source import options as opts

_PIP = re.compile(
    r"^(?:[!%]\s*(?:\{\s*sys\.executable\s*\}\s+-m\s+|python3?\s+-m\s+|uv\s+)?)?pip3?\s+install\b(?P<rest>.*)$",
    re.DOTALL,
)
_VALUED = {
    *(
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-f",
        "--find-links",
        "-i",
        "--index-url",
        "--extra-index-url",
    ),
    *("-t", "--target", "--upgrade-strategy", "-e", "--editable", "--prefix", "--root"),
}
_LOST_OPTIONS = _VALUED - {"--upgrade-strategy", "-t", "--target", "--prefix", "--root"}
_CHAIN = re.compile(r"(?:^|\s)(?:&&|\|\|?|;)(?:\s|$)|;$")
_REDIRECT = re.compile(r"\s+\d?>>?\s*(?:&\d|\S+)")
_CAPTURE = re.compile(r"^%%capture\b[^\n]*(?:\n|$)")
_FORM = re.compile(r"#\s*@(?P<kind>title|param|markdown)\b[ \t]*(?P<words>.*)$")
_FORM_OPTIONS = re.compile(r"\{[^{}]*\}\s*$")
_ENV = re.compile(r"^%(?:set_)?env\s+(?P<name>\w+)(?:\s*=\s*|\s+)(?P<value>[^\s#]+)\s*$")
_MAGIC = re.compile(r"^\s*(?:[\w.,\[\]'\" ]+=\s*)?(?P<magic>[!%]{1,2}\s*[\w./{]+)")
COLAB = re.compile(r"^\s*(?:from\s+google\.colab\b|import\s+google\.colab\b|%tensorflow_version\b)")


@dataclass(kw_only=True, slots=True)
class Installs:
    """What a cell's pip lines come to."""

    source: str
    """The cell without them."""
    requires: list[str] = field(default_factory=list)
    needless: list[tuple[int, str]] = field(default_factory=list)
    """Line in the cell (0-based) and name of what every backend's set-up installs."""
    lost: list[tuple[int, str]] = field(default_factory=list)
    """Line and words of what no header can hold."""


def installs(source: str, taken: Collection[str]) -> Installs:
    """Take the lines out that install distributions; only those that stand alone, at the start of a line.

    Args:
        taken: normalised names of distributions that are installed anyway.
    """
    body = _CAPTURE.sub("", source)
    if pycode.is_cell_magic(body):
        return Installs(source=source)
    found = Installs(source=source)
    kept: list[str] = []
    for number, line in _logical(source):
        match = _PIP.match(line)
        if match is None or _CHAIN.search(match["rest"]) or _continues(kept):
            kept.append(line)
        else:
            _take(match["rest"], number, taken, found)
    if len(kept) != sum(1 for _ in _logical(source)):
        remaining = "\n".join(kept)
        found.source = remaining if _CAPTURE.sub("", remaining).strip() else ""
    return found


def _continues(lines: list[str]) -> bool:
    """Tell whether a string or a bracket is open behind these lines, so that the next is no command."""
    try:
        list(tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline))
    except tokenize.TokenError:
        return True
    except (SyntaxError, IndentationError):
        return False
    return False


def _logical(source: str) -> Iterator[tuple[int, str]]:
    """Yield each line with those that a backslash joins to it."""
    lines = source.split("\n")
    number = 0
    while number < len(lines):
        end = number
        while lines[end].endswith("\\") and end + 1 < len(lines):
            end += 1
        yield number, "\n".join(lines[number : end + 1])
        number = end + 1


def _take(words: str, line: int, taken: Collection[str], found: Installs) -> None:
    text = _REDIRECT.sub(" ", words.replace("\\\n", " "))
    try:
        arguments = shlex.split(text, comments=True)
    except ValueError:
        arguments = text.split()
    following = iter(arguments)
    for argument in following:
        if argument in _VALUED:
            value = next(following, "")
            found.lost += [(line, f"{argument} {value}")] if argument in _LOST_OPTIONS else []
        elif not argument.startswith("-"):
            _require(argument, line, taken, found)


def _require(argument: str, line: int, taken: Collection[str], found: Installs) -> None:
    try:
        wanted = Requirement(argument)
    except InvalidRequirement:
        found.lost.append((line, argument))
        return
    if canonicalize_name(wanted.name) in taken:
        found.needless.append((line, argument))
    elif argument not in found.requires:
        found.requires.append(argument)


# ------------------------------------------------------------- form fields


def without_forms(source: str) -> tuple[str, bool]:
    """Return a cell without Colab's form fields, titles as comments, and whether Colab folds its code away."""
    if "@" not in source:
        return source, False
    lines = source.split("\n")
    folded = False
    for row, column in reversed(_comments(source)):
        match = _FORM.match(lines[row][column:])
        if match is None:
            continue
        folded |= '"form"' in match["words"] and match["kind"] == "title"
        words = _FORM_OPTIONS.sub("", match["words"]).strip() if match["kind"] != "param" else ""
        before = lines[row][:column]
        if words:
            lines[row] = f"{before}# {words}"
        elif before.strip():
            lines[row] = before.rstrip()
        else:
            del lines[row]
    return "\n".join(lines), folded


def _comments(source: str) -> list[tuple[int, int]]:
    """Return the 0-based places of a cell's comments; none where it cannot be read."""
    if pycode.is_cell_magic(source):
        return []
    try:
        python, _ = as_python(source)
        tokens = list(tokenize.generate_tokens(io.StringIO(python).readline))
    except (SyntaxError, ValueError, tokenize.TokenError, RecursionError, MemoryError):
        return []
    return [(t.start[0] - 1, t.start[1]) for t in tokens if t.type == tokenize.COMMENT]


def without_markers(source: str) -> tuple[str, list[int]]:
    """Return a cell whose comments begin no cell in percent format, and the 0-based lines that were changed."""
    lines = source.split("\n")
    changed = []
    places = dict(_comments(source))
    for row, line in enumerate(lines):
        if opts.is_marker(line) and (row in places or not places):
            lines[row] = line.replace("#", "##", 1)
            changed.append(row)
    return "\n".join(lines), changed


# ------------------------------------------------------------------ magics


def with_environment(source: str, variables: Collection[str]) -> tuple[str, list[int]]:
    """Write ``%env NAME=value`` as Python, for the variables that choose a backend; return the lines changed too."""
    lines = source.split("\n")
    changed = []
    for row, line in enumerate(lines):
        match = _ENV.match(line)
        if match and match["name"] in variables and not pycode.is_cell_magic(source):
            value = match["value"].strip("\"'")
            lines[row] = f'os.environ["{match["name"]}"] = "{value}"'
            changed.append(row)
    if changed and not re.search(r"^import os\b", source, re.MULTILINE):
        lines.insert(changed[0], "import os\n")
    return "\n".join(lines), changed


def magics(source: str) -> list[tuple[int, str]]:
    """Return 0-based line and name of the magics and shell lines of a cell."""
    if pycode.is_cell_magic(source):
        return [(0, source.lstrip().split()[0])]
    try:
        python, _ = as_python(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    pairs = zip(source.split("\n"), python.split("\n"), strict=False)
    return [
        (row, match["magic"])
        for row, (line, masked) in enumerate(pairs)
        if line != masked and (match := _MAGIC.match(line))
    ]

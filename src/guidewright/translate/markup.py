"""What a translation must carry over as it is: code spans, link targets, numbers, mathematics, HTML tags, placeholders."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from markdown_it import MarkdownIt
from markdown_it.token import Token

from guidewright.mathematics import FORMULA

CODE = re.compile(r"(?<![\\`])(`+)(?!`)(?P<code>.+?)(?<!`)\1(?!`)", re.DOTALL)
# Only the end of a link or an image: what is in its brackets may be another one.
TARGET = re.compile(
    r"\]\(\s*(?P<target><[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)"
    r"(?P<title>\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\)"
)
REFERENCE = re.compile(r"(?P<text>\[[^\[\]]+\])\[(?P<label>[^\[\]]*)\]")
AUTOLINK = re.compile(r"<(?P<target>[a-z][a-z0-9+.-]*:[^<>\s]+)>")
TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>")
MATH = FORMULA
PLACEHOLDER = re.compile(r"\{(?P<name>\w+)(?::[^{}]*)?\}")
# Particles and counters of other scripts stand beside a number without a blank.
# A hyphen behind a letter or a number joins; elsewhere it is a sign.
NUMBER = re.compile(
    r"(?:(?<![\w)\]-])[-−])?(?<![A-Za-z0-9_.])(?P<digits>\d+(?:[.,]\d+)*)(?![A-Za-z0-9_])(?P<percent>\s?[%％٪])?"
)


def protected(message: str) -> Mapping[str, Counter[str]]:
    """Return what must be in every translation, by its kind, each counted."""
    rest = message
    found = {"link": Counter(addresses(message))}
    for name, signs, pattern, value in _PATTERNS:
        counted = found.setdefault(name, Counter())
        if any(sign in rest for sign in signs):
            counted.update(value(match) for match in pattern.finditer(rest))
            # What is inside one thing is not another: a number in code is code.
            rest = pattern.sub(_emptied, rest)
        if name == "code span":
            rest = AUTOLINK.sub(" ", TARGET.sub("] ", rest))
    found["number"] = Counter(_plain_number(match) for match in NUMBER.finditer(rest))
    return found


def _emptied(match: re.Match[str]) -> str:
    # A link's words may hold numbers of their own.
    return f" {match['text']} " if "text" in match.re.groupindex else " "


class _Parser(MarkdownIt):
    """CommonMark, with every address as it is written."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802
        return True


_PARSER = _Parser("commonmark")


def addresses(message: str) -> list[str]:
    """Return where a message's links and images point, as CommonMark reads them, ``<https://…>`` among them."""
    if "[" not in message and "<" not in message:
        return []
    return [
        str(token.attrs.get("href", token.attrs.get("src", "")))
        for token in _inline(_PARSER.parseInline(message))
        if token.type in ("link_open", "image")
    ]


def _inline(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _inline(token.children or [])


def _whole(match: re.Match[str]) -> str:
    return match[0]


def _label(match: re.Match[str]) -> str:
    """Return what a link by reference is looked up by: without a label of its own, its words."""
    return " ".join((match["label"] or match["text"].strip("[]")).casefold().split())


def _named(name: str) -> Callable[[re.Match[str]], str]:
    return lambda match: match[name]


# Each with signs of which one is in whatever it finds: most messages have none, which is quick to tell.
_PATTERNS: tuple[tuple[str, str, re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    ("code span", "`", CODE, _named("code")),
    ("reference", "[", REFERENCE, _label),
    ("HTML tag", "<", TAG, _whole),
    ("mathematics", "$\\", MATH, _whole),
    ("placeholder", "{", PLACEHOLDER, _named("name")),
)


def _plain_number(match: re.Match[str]) -> str:
    sign = "-" if match[0][0] in "-−" else ""
    return f"{sign}{match['digits'].replace(',', '')}{'%' if match['percent'] else ''}"


def targets(message: str) -> list[str]:
    """Return the addresses of a message's links and images, in the order in which they end."""
    return [match["target"] for match in TARGET.finditer(_without_code(message))]


def _without_code(message: str) -> str:
    return CODE.sub(lambda match: " " * len(match[0]), message)


def retargeted(msgstr: str, msgid: str, former: str = "") -> str:
    """Point a translation's links where the English's point; a link whose place is not certain stays.

    Args:
        former: the message the translation was made from. Its links and today's are the same ones in order; without it
            one target alone can be told, for a translation may turn a sentence's links round.
    """
    wanted, given, old = targets(msgid), targets(msgstr), targets(former)
    moves = _moves(old, wanted) if old and len(old) == len(wanted) else _only_move(given, wanted)
    done: list[str] = []
    end = 0
    for match in TARGET.finditer(_without_code(msgstr)):
        if match["target"] in moves:
            done += [msgstr[end : match.start("target")], moves[match["target"]]]
            end = match.end("target")
    return "".join([*done, msgstr[end:]])


def _moves(old: list[str], new: list[str]) -> Mapping[str, str]:
    """Return where each target went; one that went to two places is not told."""
    pairs = set(zip(old, new, strict=True))
    times = Counter(source for source, _ in pairs)
    return {source: target for source, target in pairs if times[source] == 1}


def _only_move(given: list[str], wanted: list[str]) -> Mapping[str, str]:
    """Return the one target that differs, if it is one."""
    extra, missing = Counter(given) - Counter(wanted), Counter(wanted) - Counter(given)
    if len(extra) != 1 or len(missing) != 1 or len(given) != len(wanted):
        return {}
    (source,), (target,) = extra, missing
    return {source: target} if given.count(source) == extra[source] else {}


def missing_and_extra(msgid: str, msgstr: str) -> Iterator[tuple[str, str, bool]]:
    """Yield kind, text, and whether it is missing (or else extra), of what the two do not share."""
    wanted, given = protected(msgid), protected(msgstr)
    for kind, values in wanted.items():
        if values == given[kind]:
            continue
        for text in (values - given[kind]).elements():
            yield kind, text, True
        for text in (given[kind] - values).elements():
            yield kind, text, False


_WIDTH = re.compile(r"0?\d+")
_NUMERIC = re.compile(r"0?\d*[,_]?(?:\.\d+)?[dfg]?")
_BRACED = re.compile(r"\{\w+\}")
_Field = tuple[str, str | None]


def placeholder_problem(msgid: str, msgstr: str) -> str:
    """Say why a translation cannot be filled with what fills its English; empty where it can.

    The same names with the same conversions, and the same braces that stay braces. How a number or a date is written may differ.
    A message that ``str.format`` cannot read is no template.
    """
    try:
        fields, specs, words = _template(msgid)
    except ValueError:
        return ""
    try:
        filled, written, text = _template(msgstr)
    except ValueError as error:
        return f"cannot be filled: {error}"
    for field in (fields - filled).elements():
        return f"lacks the placeholder {_shown(field)}"
    for field in (filled - fields).elements():
        return f"has a placeholder that the English has not: {_shown(field)}"
    for field, found in written.items():
        for spec in found:
            if not any(_same_sort(spec, other) for other in specs[field]):
                return f"has another format for {_shown(field)}: {spec}"
    if _braces(words) != _braces(text):
        return "has other escaped braces than the English"
    return ""


def _template(message: str) -> tuple[Counter[_Field], dict[_Field, set[str]], str]:
    """Return a template's fields, their formats, and the words between them with braces unescaped.

    Raises:
        ValueError: it cannot be parsed.
    """
    fields: Counter[_Field] = Counter()
    specs: dict[_Field, set[str]] = {}
    words: list[str] = []
    for literal, name, spec, conversion in string.Formatter().parse(message):
        words.append(literal)
        if name is not None:
            fields[name, conversion] += 1
            specs.setdefault((name, conversion), set()).add(spec or "")
            _template(spec or "")
    return fields, specs, "".join(words)


def _same_sort(spec: str, english: str) -> bool:
    """Tell whether what the English's format takes can be written in this one."""
    return (
        spec in ("", english)
        or ("%" in spec and "%" in english)
        or bool(_WIDTH.fullmatch(spec) and "%" not in english)
        or bool(_NUMERIC.fullmatch(spec) and english and _NUMERIC.fullmatch(english))
    )


def _shown(field: _Field) -> str:
    name, conversion = field
    return f"{{{name}!{conversion}}}" if conversion else f"{{{name}}}"


def _braces(words: str) -> tuple[int, int, Counter[str]]:
    return words.count("{"), words.count("}"), Counter(_BRACED.findall(words))

"""What a translation must carry over as it is: code spans, link targets, numbers, mathematics, HTML tags, placeholders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

CODE = re.compile(r"(?<![\\`])(`+)(?!`)(?P<code>.+?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(
    r"(?P<text>!?\[(?:[^\[\]]|\[[^\]]*\])*\])\((?P<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?P<title>\s+\"[^\"]*\")?\)"
)
AUTOLINK = re.compile(r"<(?P<target>[a-z][a-z0-9+.-]*:[^<>\s]+)>")
TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>")
MATH = re.compile(r"(?<![\\$A-Za-z0-9])\$(?!\s)[^$\n]+?(?<!\s)\$(?![A-Za-z0-9$])")
PLACEHOLDER = re.compile(r"\{(?P<name>\w+)(?::[^{}]*)?\}")
# Particles and counters of other scripts stand beside a number without a blank.
NUMBER = re.compile(r"(?<![A-Za-z0-9_.])\d+(?:[.,]\d+)*(?![A-Za-z0-9_])")


def protected(message: str) -> Mapping[str, Counter[str]]:
    """Return what must be in every translation, by its kind, each counted."""
    rest = message
    found: dict[str, Counter[str]] = {}
    for name, pattern, value in _PATTERNS:
        found.setdefault(name, Counter()).update(value(match) for match in pattern.finditer(rest))
        # What is inside one thing is not another: a number in code is code.
        rest = pattern.sub(_emptied, rest)
    found["number"] = Counter(_plain_number(match[0]) for match in NUMBER.finditer(rest))
    return found


def _emptied(match: re.Match[str]) -> str:
    # A link's words may hold numbers of their own.
    return f" {match['text']} " if "text" in match.re.groupindex else " "


def _whole(match: re.Match[str]) -> str:
    return match[0]


def _named(name: str) -> Callable[[re.Match[str]], str]:
    return lambda match: match[name]


_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    ("code span", CODE, _named("code")),
    ("link", LINK, _named("target")),
    ("link", AUTOLINK, _named("target")),
    ("HTML tag", TAG, _whole),
    ("mathematics", MATH, _whole),
    ("placeholder", PLACEHOLDER, _named("name")),
)


def _plain_number(text: str) -> str:
    return text.replace(",", "")


def targets(message: str) -> list[str]:
    """Return the addresses of a message's links, in order."""
    return [match["target"] for match in LINK.finditer(_without_code(message))]


def _without_code(message: str) -> str:
    return CODE.sub(lambda match: " " * len(match[0]), message)


def retargeted(msgstr: str, msgid: str) -> str:
    """Point a translation's links where the English's point; as it is where their numbers differ."""
    wanted, given = targets(msgid), targets(msgstr)
    if len(wanted) != len(given) or sorted(wanted) == sorted(given):
        return msgstr
    # Links that are in both stay; the rest are taken in order, for a sentence may turn them round.
    spare = list((Counter(wanted) - Counter(given)).elements())
    known = Counter(wanted)
    done: list[str] = []
    end = 0
    for match in LINK.finditer(_without_code(msgstr)):
        if known[match["target"]] > 0:
            known[match["target"]] -= 1
            continue
        done += [msgstr[end : match.start("target")], spare.pop(0)]
        end = match.end("target")
    return "".join([*done, msgstr[end:]])


def missing_and_extra(msgid: str, msgstr: str) -> Iterator[tuple[str, str, bool]]:
    """Yield kind, text, and whether it is missing (or else extra), of what the two do not share."""
    wanted, given = protected(msgid), protected(msgstr)
    for kind, values in wanted.items():
        for text in (values - given[kind]).elements():
            yield kind, text, True
        for text in (given[kind] - values).elements():
            yield kind, text, False

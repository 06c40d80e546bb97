"""A folder of Markdown → the site's section "Documentation": the order of its ``index.md``, and links that hold there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import yaml

from guidewright.render.addresses import SiteInfo
from guidewright.render.banner import in_english
from guidewright.render.interface import Language, text

FOLDER = "docs"
"""Below a language's docs folder."""
INDEX = "index.md"

_HEADING = re.compile(r"^## (?P<title>.+?)\s*$")
_ITEM = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<path>[^)#:]+\.md)\)")
# A link or a picture outside of code: code is matched first, and left alone.
_LINK = re.compile(
    r"(?P<code>(?P<ticks>`+).+?(?P=ticks))|(?P<open>\]\()(?P<to>[^)\s#]+)(?P<anchor>#[^)\s]*)?(?=\))",
    re.DOTALL,
)
_FENCE = re.compile(r"^ *(`{3,}).*?^ *\1 *$", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Documentation:
    """A project's documentation, in English."""

    folder: str
    """Its path in the repository."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Everything in the folder, by path; empty where the project has none."""

    def navigation(self, language: Language) -> list[Any]:
        """Return the section for the engine's ``nav``, or nothing: the index's lists under its headings, then what it leaves out.

        A page that is listed twice is there once, where it is named first: the engine gives the open page's entry an id.
        """
        if not self.files:
            return []
        index = self.files[INDEX].decode()
        listed: list[Any] = [f"{FOLDER}/{INDEX}"]
        named = {INDEX}
        for line in index.splitlines():
            if heading := _HEADING.match(line):
                listed.append({heading["title"]: []})
            elif (
                (item := _ITEM.match(line))
                and item["path"] in self.files.keys() - named
                and isinstance(listed[-1], dict)
            ):
                (group,) = listed[-1].values()
                group.append({item["title"]: f"{FOLDER}/{item['path']}"})
                named.add(item["path"])
        listed = [entry for entry in listed if isinstance(entry, str) or any(entry.values())]
        rest = sorted(path for path in self.files if path.endswith(".md") and path not in named)
        return [{text("documentation", language): [*listed, *(f"{FOLDER}/{path}" for path in rest)]}]

    def pages(self, site: SiteInfo, language: Language) -> dict[str, str | bytes]:
        """Return every file, by its path below the language's docs folder; pages are marked as English elsewhere."""
        return {
            f"{FOLDER}/{path}": self._page(path, content.decode(), site, language)
            if path.endswith(".md")
            else content
            for path, content in self.files.items()
        }

    def _page(self, path: str, words: str, site: SiteInfo, language: Language) -> str:
        title = _TITLE.search(words)
        front: dict[str, Any] = {"title": title[1].replace("`", "") if title else path}
        foreign = language.code != site.default_language
        front["languages"] = [site.default_language]
        if foreign:
            front |= {"robots": "noindex", "search": {"exclude": True}, "written_in": site.default_language}
        head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10**6).strip()
        banner = in_english(_address(path), site=site, language=language) if foreign else []
        return "\n\n".join([f"---\n{head}\n---", *banner, self._linked(path, words, site)])

    def _linked(self, path: str, words: str, site: SiteInfo) -> str:
        """Have links out of the folder lead to the repository; without one, their words stay."""
        parts, end = [], 0
        for fence in _FENCE.finditer(words):
            parts += [self._prose(path, words[end : fence.start()], site), fence[0]]
            end = fence.end()
        return "".join([*parts, self._prose(path, words[end:], site)])

    def _prose(self, path: str, words: str, site: SiteInfo) -> str:
        def link(found: re.Match[str]) -> str:
            if found["code"] or "://" in found["to"] or found["to"].startswith("mailto:"):
                return found[0]
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), found["to"]))
            if target in self.files:
                return found[0]
            place = posixpath.normpath(posixpath.join(self.folder, target))
            address = site.source_url(place) or quote(found["to"])
            return f"{found['open']}{address}{found['anchor'] or ''}"

        return _LINK.sub(link, words)


def _address(path: str) -> str:
    """Where the engines put a page, below a language's root."""
    inside = path.removesuffix(".md").removesuffix("index").rstrip("/")
    return quote(f"{FOLDER}/{inside}/" if inside else f"{FOLDER}/")

"""Cards → ``llms.txt``, one a language: what the site is, and where each page's plain Markdown is. Format: llmstxt.org."""

from __future__ import annotations

from collections.abc import Sequence

from guidewright.render.addresses import SiteInfo
from guidewright.render.cards import Card
from guidewright.render.index import by_category
from guidewright.render.interface import EN, Language, text

PATH = "llms.txt"


def llms(
    cards: Sequence[Card],
    *,
    site: SiteInfo,
    language: Language = EN,
    others: Sequence[Language] = (),
) -> str:
    """Return the file's text.

    Args:
        others: the site's other languages, whose files are named at the end.
    """
    root = f"{site.site_url.rstrip('/')}/" if site.site_url else "/"
    home = root + site.folder(language.code)
    parts = [f"# {site.name}", f"> {text('home_lead', language)}", text("llms_note", language)]
    for _, label, found in by_category(cards, site):
        lines = [
            f"- [{_bracketed(item.title)}]({home}guides/{item.slug}/index.md): {item.description}"
            for item in found
        ]
        parts.append(f"## {label}\n\n" + "\n".join(lines))
    links = [f"- [{text('parity_title', language)}]({home}parity/)"]
    links += [f"- [{other.name}]({root}{site.folder(other.code)}{PATH})" for other in others]
    # The format's own word for what may be left out.
    parts.append("## Optional\n\n" + "\n".join(links))
    return "\n\n".join(parts) + "\n"


def _bracketed(words: str) -> str:
    return words.replace("`", "").replace("[", r"\[").replace("]", r"\]")

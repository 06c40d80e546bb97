"""What a translated page says of itself, in its own language and in English: what is behind, and where the English is."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from guidewright.model import Slug, Translation
from guidewright.render.addresses import ROOT, SiteInfo
from guidewright.render.interface import EN, Language, text


def banner(translation: Translation | None, slug: Slug, *, site: SiteInfo, language: Language) -> list[str]:
    """Return the banner as paragraphs of HTML, first in the page's language; nothing where all is translated."""
    if translation is None or (translation.whole and not (translation.fuzzy or translation.missing)):
        return []
    tongues = [language] if _same(language) else [language, EN]
    return [_paragraph(translation, slug, site, language, words) for words in tongues]


def in_english(address: str, *, site: SiteInfo, language: Language) -> list[str]:
    """Return the banner of a page that is no guide, and is in English only; first in the site's language.

    Args:
        address: the page's, below a language's root.
    """
    link = f"{ROOT}{site.folder(site.default_language)}{address}"
    return [
        f'<p class="gw-banner" lang="{words.code}" dir="{words.direction}">'
        f"{escape(text('untranslated_page', words, language=_called(language, words)))} "
        f'<a href="{escape(link)}" hreflang="en">{escape(text("english_page", words))}</a></p>'
        for words in ([language] if _same(language) else [language, EN])
    ]


def _called(page: Language, words: Language) -> str:
    return page.name if words.code == page.code else page.english_name


def _same(language: Language) -> bool:
    """Tell whether the banner would say the same twice: nothing of it is translated."""
    return text("english_page", language) == text("english_page", EN)


def _paragraph(translation: Translation, slug: Slug, site: SiteInfo, page: Language, words: Language) -> str:
    english = f"{ROOT}{site.folder(site.default_language)}guides/{slug}/"
    link = f'<a href="{escape(english)}" hreflang="en">{escape(text("english_page", words))}</a>'
    said = " ".join([*map(escape, _sentences(translation, page, words)), link])
    return f'<p class="gw-banner" lang="{words.code}" dir="{words.direction}">{said}</p>'


def _sentences(translation: Translation, page: Language, words: Language) -> Iterator[str]:
    if not translation.whole:
        yield text("untranslated_page", words, language=_called(page, words))
    if translation.whole and (count := translation.fuzzy):
        yield text("stale_page_one" if count == 1 else "stale_page", words, count=count)
    if translation.whole and (count := translation.missing):
        yield text("missing_page_one" if count == 1 else "missing_page", words, count=count)
    if checked := translation.checked:
        day = text("date", words, year=checked.year, month=checked.month, day=checked.day)
        yield text("checked_page", words, date=day)

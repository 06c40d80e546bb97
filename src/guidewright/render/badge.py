"""A guide's badge: an SVG that says on which backends it is proven, for READMEs elsewhere. Pure; no service is asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import Literal

from wcwidth import wcwidth

from guidewright.model import BackendName, BackendView, Notice
from guidewright.render.interface import EN, Language, text

State = Literal["passed", "partly", "quick", "failed", "nothing"]

COLOURS: dict[State, str] = {
    "passed": "#2e7d32",
    "partly": "#8a5a00",
    "quick": "#1565c0",
    "failed": "#c62828",
    "nothing": "#616161",
}
"""White text has a contrast of at least 5 to 1 on each."""
_LEFT = "#424242"
_SIZE, _PADDING, HEIGHT = 11, 6, 20
# Advances of DejaVu Sans in thousandths of its size, from the blank to the tilde: Verdana's are the same.
_ADVANCES = (
    "318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636 636 636 636 337 337 "
    "838 838 838 531 1000 684 686 698 770 632 575 775 752 295 295 656 557 863 748 787 603 787 695 635 611 732 684 989 "
    "685 611 685 390 337 390 838 500 500 613 635 550 635 615 352 635 634 278 278 579 278 974 634 612 635 635 411 521 "
    "392 634 592 818 592 592 525 636 337 636 838"
)
_WIDTHS = dict(zip(map(chr, range(32, 127)), map(int, _ADVANCES.split()), strict=True))


def state(views: Sequence[BackendView], failed: Collection[BackendName] = ()) -> State:
    """Return what a badge comes to: the gravest that holds of any backend, but that nothing must hold of all."""
    notices = [view.notice for view in views]
    if any(view.backend in failed for view in views):
        return "failed"
    if all(notice == "nothing" for notice in notices):
        return "nothing"
    if all(notice == "quick" for notice in notices):
        return "quick"
    return "partly" if any(notices) else "passed"


def words(views: Sequence[BackendView], failed: Collection[BackendName] = (), language: Language = EN) -> str:
    """Return what a badge says: ``JAX ✓ TensorFlow ✓ PyTorch ✓``."""
    marks = " ".join(f"{view.label} {_mark(view, failed)}" for view in views)
    return " · ".join([marks, *(text(name, language) for name in _remarks(views, state(views, failed)))])


def badge(
    views: Sequence[BackendView], failed: Collection[BackendName] = (), language: Language = EN
) -> bytes:
    """Return the picture."""
    name, said = text("badge_name", language), words(views, failed, language)
    left, right = width(name) + 2 * _PADDING, width(said) + 2 * _PADDING
    title = escape(f"{name}: {said}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT}" role="img" '
        f'aria-label="{title}" lang="{escape(language.code)}">',
        f"<title>{title}</title>",
        f'<rect width="{left + right}" height="{HEIGHT}" rx="3" fill="{_LEFT}"/>',
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v{HEIGHT - 6}a3 3 0 0 1-3 3h-{right - 3}z" '
        f'fill="{COLOURS[state(views, failed)]}"/>',
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="{_SIZE}">',
        _text(name, _PADDING),
        _text(said, left + _PADDING),
        "</g>",
        "</svg>",
    ]
    return ("\n".join(parts) + "\n").encode()


def size(views: Sequence[BackendView], failed: Collection[BackendName], language: Language) -> int:
    """Return a badge's width in pixels."""
    return width(text("badge_name", language)) + width(words(views, failed, language)) + 4 * _PADDING


def width(said: str) -> int:
    """Return how wide a text is set, in pixels; a sign beyond ASCII is taken as wide as a letter, or as two columns."""
    thousandths = sum(_WIDTHS.get(sign, 1000 if wcwidth(sign) == 2 else 838) for sign in said)
    return -(-thousandths * _SIZE // 1000)


def _remarks(views: Sequence[BackendView], found: State) -> list[str]:
    """Return the names of what a badge adds in words, since its colour alone would not tell everyone."""
    if found == "quick":
        return ["badge_quick"]
    notices = {view.notice for view in views} if found == "partly" else set()
    partly: dict[Notice, str] = {
        "nothing": "badge_partly",
        "quick": "badge_partly_quick",
        "proven elsewhere": "badge_moved",
    }
    return [name for notice, name in partly.items() if notice in notices]


def _text(said: str, x: int) -> str:
    """Other fonts are spaced to the width that was reckoned with."""
    return f'<text x="{x}" y="14" textLength="{width(said)}">{escape(said)}</text>'


def _mark(view: BackendView, failed: Collection[BackendName]) -> str:
    if view.backend in failed:
        return "✗"
    return "✓" if view.record else "–"

"""What a shared link shows: a card of 1200 × 630 pixels, drawn here, with fonts of our own. The same words, the same bytes.

The fonts (``fonts/``) are Noto Sans CJK KR, cut down to Latin and the 2,350 syllables of KS X 1001; their licence lies
beside them.
"""

from __future__ import annotations

import functools
import hashlib
import io
from dataclasses import dataclass
from importlib import resources

import PIL
from PIL import Image, ImageColor, ImageDraw, ImageFont

SIZE = (1200, 630)
_MARGIN = 80
_VERSION = "2"
"""Changed with the drawing, so that cached cards are drawn anew."""
_BACKGROUND, _BAND, _INK, _QUIET, _FRAME = "#ffffff", "#0f4c55", "#14262a", "#51666a", "#b9cfcf"
# The mark's strokes, as in the site's favicon.svg: points of a square of 48, and colour; its corners are round by 10.
_STROKES = (
    (((19, 20), (27, 12)), "#4fa9a0"),
    (((19, 29), (36, 12)), "#8fd6c8"),
    (((10, 29), (19, 38), (38, 19)), "#ffffff"),
)
_MARK = 64
_FINE = 8
"""The mark is drawn so many times as large, and made smaller, which smooths it."""
_TITLE_SIZES = (76, 68, 60, 52, 44)
_TITLE_LINES = 4
_TITLE_HEIGHT = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """The words of a card."""

    title: str
    above: str = ""
    """A line above the title: the category."""
    site: str = ""
    backends: tuple[str, ...] = ()
    """Labels of the backends that the guide is proven on; each gets a tick."""

    @property
    def key(self) -> str:
        """Names what the card looks like: a digest of its words, the drawing, the fonts and what draws them."""
        parts = [_VERSION, PIL.__version__, self.title, self.above, self.site, *self.backends, _font_digest()]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def drawable(self) -> bool:
        """Whether the fonts have every letter."""
        words = "".join([self.title, self.above, self.site, *self.backends])
        return all(_has(letter) for letter in set(words) if not letter.isspace())


def draw(card: Card) -> bytes:
    """Return the card as a PNG of few colours."""
    image = Image.new("RGB", SIZE, _BACKGROUND)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE[0], 16), fill=_BAND)
    image.paste(_mark(), (_MARGIN, 68))
    pen.text((_MARGIN + _MARK + 20, 100), card.site, font=_font("Regular", 32), fill=_QUIET, anchor="lm")
    pen.text((_MARGIN, 196), card.above, font=_font("Regular", 30), fill=_BAND, anchor="lm")
    _title(pen, card.title)
    _backends(pen, card.backends)
    small = image.quantize(palette=_palette(), dither=Image.Dither.NONE)
    file = io.BytesIO()
    # Best compression takes seven times as long, and saves an eighth.
    small.save(file, "PNG", compress_level=6)
    return file.getvalue()


@functools.cache
def _palette() -> Image.Image:
    """Return every colour that is drawn, and the steps between those that meet: finding them in each card takes long."""
    inks = [
        (_BACKGROUND, _INK, 12),
        (_BACKGROUND, _BAND, 8),
        (_BACKGROUND, _QUIET, 6),
        (_BACKGROUND, _FRAME, 3),
    ]
    marks = [(_BAND, colour, 4) for _, colour in _STROKES]
    steps = {step: None for one, other, count in [*inks, *marks] for step in _steps(one, other, count)}
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for step in steps for value in step])
    return palette


def _steps(one: str, other: str, count: int) -> list[tuple[int, ...]]:
    ends = list(zip(ImageColor.getrgb(one), ImageColor.getrgb(other), strict=True))
    return [
        tuple(round(start + (end - start) * step / count) for start, end in ends) for step in range(count + 1)
    ]


def _title(pen: ImageDraw.ImageDraw, words: str) -> None:
    for size in _TITLE_SIZES:
        font = _font("Bold", size)
        lines = wrapped(words, SIZE[0] - 2 * _MARGIN, font)
        if len(lines) <= _TITLE_LINES and len(lines) * size * 1.25 <= _TITLE_HEIGHT:
            break
    if len(lines) > _TITLE_LINES:
        lines = [*lines[: _TITLE_LINES - 1], f"{lines[_TITLE_LINES - 1]}…"]
    for number, line in enumerate(lines):
        pen.text((_MARGIN, 236 + number * size * 1.25), line, font=font, fill=_INK, anchor="la")


def wrapped(words: str, width: float, font: ImageFont.FreeTypeFont) -> list[str]:
    """Break a text into lines of at most ``width`` pixels: between words, and inside one only where it is longer."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def _backends(pen: ImageDraw.ImageDraw, labels: tuple[str, ...]) -> None:
    font, left, middle = _font("Regular", 32), float(_MARGIN), 545
    for label in labels:
        right = left + font.getlength(label) + 92
        if right > SIZE[0] - _MARGIN:
            break
        pen.rounded_rectangle((left, middle - 32, right, middle + 32), radius=32, outline=_FRAME, width=3)
        _tick(pen, left + 28, middle, 22, _BAND, 5)
        pen.text((left + 64, middle), label, font=font, fill=_INK, anchor="lm")
        left = right + 20


@functools.cache
def _mark() -> Image.Image:
    """Draw the site's mark: three strokes, one a backend, of which the last becomes a tick."""
    scale = _MARK * _FINE / 48
    image = Image.new("RGB", (_MARK * _FINE, _MARK * _FINE), _BACKGROUND)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, _MARK * _FINE - 1, _MARK * _FINE - 1), radius=10 * scale, fill=_BAND)
    for points, colour in _STROKES:
        places = [(x * scale, y * scale) for x, y in points]
        pen.line(places, fill=colour, width=round(5 * scale), joint="curve")
        for x, y in (places[0], places[-1]):
            pen.circle((x, y), 2.5 * scale, fill=colour)
    return image.resize((_MARK, _MARK), Image.Resampling.LANCZOS)


def _tick(pen: ImageDraw.ImageDraw, left: float, middle: float, size: float, colour: str, width: int) -> None:
    points = [
        (left, middle),
        (left + size * 0.38, middle + size * 0.36),
        (left + size, middle - size * 0.4),
    ]
    pen.line(points, fill=colour, width=width, joint="curve")


@functools.cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    # Pillow's own layout: the other one is not on every machine, and sets letters elsewhere.
    return ImageFont.truetype(io.BytesIO(_font_file(weight)), size, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def _font_file(weight: str) -> bytes:
    return (resources.files("guidewright.render") / "fonts" / f"NotoSansKR-{weight}.otf").read_bytes()


@functools.cache
def _font_digest() -> str:
    return hashlib.sha256(_font_file("Bold") + _font_file("Regular")).hexdigest()


@functools.cache
def _has(letter: str) -> bool:
    """Tell whether the fonts have a letter: one that they have not is drawn as an empty box, like this one of nobody's."""
    font = _font("Bold", 40)
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffd"))

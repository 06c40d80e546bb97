"""Two pictures: the same bytes, alike to the eye, or not.

Vector drawings are compared as text, others after averaging them down, on white, to at most ``BLOCKS`` blocks a side:
a hair's breadth of antialiasing does not count, a curve that runs elsewhere does.
"""

from __future__ import annotations

import io
import re

from PIL import Image, ImageChops, ImageStat

from guidewright.compare.numbers import SAME, Between, Verdict, short, text_difference
from guidewright.model import Difference, ImageOutput
from guidewright.normalise import comparable

BLOCKS = 64
MEAN_LIMIT = 0.01
"""Largest mean difference of close pictures, in parts of a colour's full range."""
BLOCK_LIMIT = 0.1
"""Largest difference of one block in close pictures, in the same unit."""

SVG = "image/svg+xml"
_ID = re.compile(r'\bid="([^"]+)"')
_ID_USE = re.compile(r'(?<=\bid=")[^"]+|(?<=#)[\w.:-]+')


def image_difference(one: ImageOutput, other: ImageOutput, between: Between) -> Verdict:
    if one.data == other.data:
        return SAME
    if one.mime == other.mime == SVG:
        return text_difference(_drawing(one), _drawing(other), between)
    if SVG in (one.mime, other.mime):
        first, second = between.sides(one.mime, other.mime)
        return Verdict(state="varies", difference=Difference(kind="format", one=first, other=second))
    try:
        return _raster_difference(_open(one), _open(other), between)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        first, second = between.sides()
        found = Difference(kind="undecodable", one=first, other=second, context=short(str(error)))
        return Verdict(state="varies", difference=found)


def _drawing(image: ImageOutput) -> str:
    """Return an SVG's source, its ids replaced by their number: plotting libraries make them up."""
    text = comparable(image.data.decode("utf-8", errors="replace"))
    names = {name: f"id{number}" for number, name in enumerate(dict.fromkeys(_ID.findall(text)))}
    return _ID_USE.sub(lambda match: names.get(match[0], match[0]), text)


def _open(image: ImageOutput) -> Image.Image:
    return Image.open(io.BytesIO(image.data))


def _raster_difference(one: Image.Image, other: Image.Image, between: Between) -> Verdict:
    if one.size != other.size:
        first, second = between.sides(*(f"{width}×{height}" for width, height in (one.size, other.size)))
        return Verdict(state="varies", difference=Difference(kind="size", one=first, other=second))
    gap = ImageChops.difference(_averaged(one), _averaged(other))
    bands = ImageStat.Stat(gap)
    mean, block = max(bands.mean) / 255, max(high for _, high in bands.extrema) / 255
    first, second = between.sides()
    found = Difference(kind="picture", one=first, other=second, mean=mean, most=block)
    return Verdict(
        state="close" if mean <= MEAN_LIMIT and block <= BLOCK_LIMIT else "varies", difference=found
    )


def difference_picture(one: ImageOutput, other: ImageOutput) -> bytes:
    """Return a PNG of where two raster images differ, its contrast stretched; nothing where it cannot be drawn.

    It is black where they are equal. Of different sizes the smaller one is taken to stand at the left top of white paper.
    """
    if SVG in (one.mime, other.mime):
        return b""
    try:
        left, right = _on_white(_open(one)), _on_white(_open(other))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b""
    size = (max(left.width, right.width), max(left.height, right.height))
    gap = ImageChops.difference(_padded(left, size), _padded(right, size))
    most = max(high for _, high in ImageStat.Stat(gap).extrema) or 1
    file = io.BytesIO()
    gap.point(lambda value: value * 255 // most).save(file, "PNG", optimize=True)
    return file.getvalue()


def _padded(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    paper = Image.new("RGB", size, "white")
    paper.paste(image, (0, 0))
    return paper


def _on_white(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _averaged(image: Image.Image) -> Image.Image:
    flat = _on_white(image)
    width, height = (max(1, -(-length // BLOCKS)) for length in flat.size)
    return flat.reduce((width, height))

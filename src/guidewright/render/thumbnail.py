"""A guide's picture for lists: made from its own figures, or drawn where it has none."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence

from PIL import Image, ImageChops

from guidewright.model import BackendView, ImageOutput, Slug

WIDTH, HEIGHT = 480, 270
"""Pixels; a card shows them at about 320 or less, sharp also on dense screens."""
_MARGIN = 14
_PAPER = (255, 255, 255)
_RASTER = ("image/png", "image/jpeg")
# One a category, in degrees; the site's own hue first.
_HUES = (184, 152, 36, 268, 212, 338)


def path(slug: Slug) -> str:
    """Where a guide's thumbnail lies under the docs folder."""
    return f"guides/{slug}/thumbnail.webp"


def drawing_path(category: str) -> str:
    """Where the drawing lies that stands for the guides of a category that have no figure."""
    return f"assets/categories/{category}.svg"


def thumbnail(views: Sequence[BackendView]) -> bytes:
    """Return a WebP of the guide's most telling figure; empty where no full record has one that can be read.

    The figure with the most detail tells most, and detail is what bytes are needed for. The first backend with a full
    record has the say, so that the pictures of a guide's backends do not compete.
    """
    for view in views:
        if view.record and view.record.profile == "full":
            figures = sorted(_figures(view), key=lambda image: len(image.data), reverse=True)
            return next(filter(None, (_scaled(image.data) for image in figures)), b"")
    return b""


def _figures(view: BackendView) -> Iterator[ImageOutput]:
    for outputs in view.outputs.values():
        for output in outputs:
            if isinstance(output, ImageOutput) and output.mime in _RASTER:
                yield output


def _scaled(data: bytes) -> bytes:
    """Return a figure on white, without its empty margins, in the size of all thumbnails; empty if it cannot be read."""
    try:
        figure = _on_paper(Image.open(io.BytesIO(data)))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b""
    blank = Image.new("RGB", figure.size, _PAPER)
    box = ImageChops.difference(figure, blank).getbbox()
    if box is None:
        return b""
    figure = figure.crop(box)
    scale = min((WIDTH - 2 * _MARGIN) / figure.width, (HEIGHT - 2 * _MARGIN) / figure.height)
    size = max(1, round(figure.width * scale)), max(1, round(figure.height * scale))
    figure = figure.resize(size, Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    canvas.paste(figure, ((WIDTH - size[0]) // 2, (HEIGHT - size[1]) // 2))
    written = io.BytesIO()
    canvas.save(written, "WEBP", quality=72, method=6)
    return written.getvalue()


def _on_paper(image: Image.Image) -> Image.Image:
    figure = image.convert("RGBA")
    paper = Image.new("RGBA", figure.size, (*_PAPER, 255))
    paper.alpha_composite(figure)
    return paper.convert("RGB")


def drawing(number: int) -> str:
    """Draw a quiet SVG for the category at a place, counted from 0: joined dots, in the category's hue."""
    hue = _HUES[number % len(_HUES)]
    counts = ((3, 5, 4, 2), (2, 4, 4, 3), (4, 3, 5, 2), (3, 4, 2, 4))[number % 4]
    columns = [_column(place, count) for place, count in enumerate(counts)]
    lines = "".join(
        f"M{x} {y}L{to_x} {to_y}"
        for left, right in itertools.pairwise(columns)
        for x, y in left
        for to_x, to_y in right
    )
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="9"/>' for column in columns for x, y in column)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<path fill="hsl({hue},32%,94%)" d="M0 0h{WIDTH}v{HEIGHT}H0z"/>'
        f'<path fill="none" stroke="hsl({hue},30%,80%)" stroke-width="1.5" d="{lines}"/>'
        f'<g fill="hsl({hue},42%,42%)">{dots}</g></svg>\n'
    )


def _column(place: int, count: int) -> list[tuple[int, int]]:
    first = HEIGHT // 2 - (count - 1) * 22
    return [(90 + place * 100, first + row * 44) for row in range(count)]

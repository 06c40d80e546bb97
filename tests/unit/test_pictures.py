"""Images are published with the same pixels in fewer bytes, and with their size."""

from __future__ import annotations

import io
from typing import Literal

import pytest
from PIL import Image

from guidewright.model import ImageOutput
from guidewright.render.pictures import picture


def png(image: Image.Image, **options: object) -> ImageOutput:
    target = io.BytesIO()
    image.save(target, format="PNG", **options)  # type: ignore[arg-type]
    return ImageOutput(mime="image/png", data=target.getvalue())


def drawing(mode: str) -> Image.Image:
    """A figure with areas, a gradient and (where the mode has it) transparency."""
    image = Image.linear_gradient("L").resize((300, 200)).convert("RGBA")
    image.paste((200, 30, 30, 255), (20, 20, 120, 90))
    image.paste((10, 20, 30, 0), (150, 100, 200, 150))
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "LA", "P", "1"])
def test_a_png_becomes_a_smaller_file_with_the_same_pixels(mode: str) -> None:
    before = drawing(mode)
    # As matplotlib writes them, hardly squeezed.
    given = png(before, compress_level=1)
    made = picture(given)
    assert (made.suffix, made.size) == ("webp", (300, 200))
    assert len(made.data) < len(given.data)
    with Image.open(io.BytesIO(made.data)) as after:
        assert after.convert("RGBA").tobytes() == before.convert("RGBA").tobytes()


def test_the_same_image_gives_the_same_bytes() -> None:
    given = png(drawing("RGBA"))
    copy = ImageOutput(mime="image/png", data=bytes(bytearray(given.data)))
    assert picture(given) == picture(copy)


def test_a_png_that_would_grow_or_change_stays_as_it_is() -> None:
    deep = png(Image.new("I;16", (40, 30), 40_000))
    assert picture(deep).data is deep.data
    assert (picture(deep).suffix, picture(deep).size) == ("png", (40, 30))
    coloured = png(drawing("RGB"), icc_profile=b"a profile")
    assert picture(coloured).suffix == "png"


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg"])
def test_what_cannot_be_read_is_published_as_it_came(mime: Literal["image/png", "image/jpeg"]) -> None:
    made = picture(ImageOutput(mime=mime, data=b"no image"))
    assert (made.data, made.size) == (b"no image", None)


def test_a_jpeg_stays_as_it_is_and_has_its_size() -> None:
    target = io.BytesIO()
    drawing("RGB").save(target, format="JPEG")
    made = picture(ImageOutput(mime="image/jpeg", data=target.getvalue()))
    assert (made.suffix, made.data, made.size) == ("jpg", target.getvalue(), (300, 200))


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('<svg width="300" height="150px">', (300, 150)),
        ('<svg width="90pt" height="60pt" viewBox="0 0 9 6">', (120, 80)),
        ('<svg xmlns="x" viewBox="0 0 640.4 480">', (640, 480)),
        ('<svg width="100%" height="100%" viewBox="0 0 9 6">', (9, 6)),
        ("<svg>", None),
        ("<nothing>", None),
    ],
)
def test_an_svg_has_the_size_that_its_root_says(root: str, size: tuple[int, int] | None) -> None:
    data = f'<?xml version="1.0"?>\n{root}<rect width="1" height="1"/></svg>'.encode()
    assert picture(ImageOutput(mime="image/svg+xml", data=data)).size == size

"""Thumbnails: from the guide's own figures, all of one size, small, and the same bytes every time."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import samples
from PIL import Image

from guidewright.model import BackendView, ImageOutput, TextOutput
from guidewright.render import thumbnail
from guidewright.render.cards import card, pictures


def views(*images: bytes, notice: str = "") -> list[BackendView]:
    outputs = {
        "text": (TextOutput(text="no picture"),),
        "figures": tuple(ImageOutput(mime="image/png", data=data) for data in images),
    }
    return [replace(view, outputs=outputs) for view in samples.views(jax=notice)[:1]]


def flat(colour: str, size: tuple[int, int] = (400, 100)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return written.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("size", [(240, 120), (30, 900), (900, 30), (1, 1)])
def test_every_thumbnail_has_one_size_and_is_small(size: tuple[int, int]) -> None:
    made = thumbnail.thumbnail(views(flat("#204080", size)))
    assert opened(made).size == (thumbnail.WIDTH, thumbnail.HEIGHT)
    assert opened(made).format == "WEBP"
    assert len(made) < 20_000


def test_the_figure_with_the_most_detail_is_taken() -> None:
    made = thumbnail.thumbnail(views(flat("#ff0000"), samples.png(), flat("#00ff00")))
    colours = opened(made).convert("RGB").getcolors(1 << 20)
    assert colours is not None
    assert len(colours) > 500


def test_empty_margins_are_cut_off_and_the_figure_stands_on_white() -> None:
    figure = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    figure.paste((200, 0, 0, 255), (295, 295, 305, 305))
    written = io.BytesIO()
    figure.save(written, "PNG")
    made = opened(thumbnail.thumbnail(views(written.getvalue()))).convert("RGB")
    red, green, blue = made.getpixel((thumbnail.WIDTH // 2, 20))
    assert red > 150 > green + blue
    assert min(made.getpixel((5, 5))) > 245


@pytest.mark.parametrize("data", [b"", b"no picture", samples.png()[:80], flat("#ffffff")])
def test_what_cannot_be_read_or_shows_nothing_is_passed_over(data: bytes) -> None:
    assert thumbnail.thumbnail(views(data)) == b""
    assert thumbnail.thumbnail(views(data, samples.png())) != b""


def test_only_a_full_record_gives_a_thumbnail() -> None:
    assert thumbnail.thumbnail(views(samples.png(), notice="quick")) == b""
    assert thumbnail.thumbnail(views(samples.png(), notice="nothing")) == b""


def test_another_process_with_another_hash_seed_makes_the_same_bytes() -> None:
    code = "import samples, sys; from guidewright.render import thumbnail as t; sys.stdout.buffer.write(t._scaled(samples.png()))"
    made = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=samples.HERE,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert made[0] == made[1] == thumbnail.thumbnail(views(samples.png()))


def test_a_guide_without_a_figure_gets_its_categorys_drawing() -> None:
    plain = card(samples.GUIDE, views())
    found = pictures([plain], samples.SITE)
    assert list(found) == ["assets/categories/getting_started.svg"]
    root = ElementTree.fromstring(str(found["assets/categories/getting_started.svg"]))
    assert (root.get("width"), root.get("height")) == (str(thumbnail.WIDTH), str(thumbnail.HEIGHT))


def test_neighbouring_categories_have_different_drawings() -> None:
    drawings = [thumbnail.drawing(number) for number in range(6)]
    assert len(set(drawings)) == 6
    assert thumbnail.drawing(7) == thumbnail.drawing(7)

"""The badge: well-formed, in words that it has room for, in the colour of what it says."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
import samples

from guidewright.model import Notice
from guidewright.render.badge import COLOURS, badge, size, state, width, words
from guidewright.render.interface import EN, Language

SVG = "{http://www.w3.org/2000/svg}"


def drawn(views: list, failed: tuple[str, ...] = (), language: Language = EN) -> ET.Element:
    return ET.fromstring(badge(views, failed, language))


def all_(notice: Notice) -> list:
    return samples.views(jax=notice, tensorflow=notice, torch=notice)


@pytest.mark.parametrize(
    ("views", "failed", "said", "kind"),
    [
        (samples.views(), (), "JAX ✓ TensorFlow ✓ PyTorch ✓", "passed"),
        (all_("quick"), (), "JAX ✓ TensorFlow ✓ PyTorch ✓ · quick run", "quick"),
        (samples.views(jax="quick"), (), "JAX ✓ TensorFlow ✓ PyTorch ✓ · partly a quick run", "partly"),
        (samples.views(jax="nothing"), (), "JAX – TensorFlow ✓ PyTorch ✓ · partly proven", "partly"),
        (
            samples.views(jax="nothing", torch="quick"),
            (),
            "JAX – TensorFlow ✓ PyTorch ✓ · partly proven · partly a quick run",
            "partly",
        ),
        (
            samples.views(jax="proven elsewhere"),
            (),
            "JAX ✓ TensorFlow ✓ PyTorch ✓ · older versions",
            "partly",
        ),
        (samples.views(), ("torch",), "JAX ✓ TensorFlow ✓ PyTorch ✗", "failed"),
        (all_("nothing"), (), "JAX – TensorFlow – PyTorch –", "nothing"),
    ],
)
def test_a_badge_says_what_holds_and_has_its_colour(views: list, failed: tuple, said: str, kind: str) -> None:
    assert words(views, failed) == said
    assert state(views, failed) == kind
    image = drawn(views, failed)
    title = image.find(f"{SVG}title")
    assert title is not None
    assert title.text == image.get("aria-label") == f"proven on: {said}"
    assert image.get("role") == "img"
    assert [text.text for text in image.iter(f"{SVG}text")] == ["proven on", said]
    assert COLOURS[kind] in {path.get("fill") for path in image.iter(f"{SVG}path")}


def test_the_texts_fit_into_their_halves() -> None:
    image = drawn(samples.views())
    left, right = image.iter(f"{SVG}text")
    end = [float(text.get("x", 0)) + float(text.get("textLength", 0)) for text in (left, right)]
    assert end[0] < float(right.get("x", 0)) - 6
    assert end[1] < float(image.get("width", 0)) == size(samples.views(), (), EN)


def test_a_text_is_as_wide_as_its_letters() -> None:
    assert width("") == 0
    assert width("iiii") < width("nnnn") < width("WWWW")
    assert width("한국") == 2 * 11
    assert width("proven on") == 56  # as Verdana and DejaVu Sans set it at 11 pixels


@pytest.mark.parametrize("label", ["A <&> \"B\" 'C'", "백엔드", "]]>"])
def test_any_label_gives_well_formed_xml(label: str) -> None:
    views = [replace(view, label=label) for view in samples.views()]
    texts = [text.text for text in drawn(views).iter(f"{SVG}text")]
    assert texts[1] == " ".join([f"{label} ✓"] * 3)


def test_a_badge_asks_for_nothing_elsewhere_and_is_in_the_pages_language() -> None:
    korean = Language(code="ko", texts={"badge_name": "검증"})
    image = badge(samples.views(), (), korean).decode()
    assert ET.fromstring(image).get("lang") == "ko"
    assert "검증" in image
    assert image.count("http") == 1  # the namespace
    assert "href" not in image

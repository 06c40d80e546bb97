"""Shown outputs → blocks of the page notebook, and the images' files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from guidewright.model import HtmlOutput, ImageOutput, ShownOutput, TextOutput
from guidewright.render.addresses import page_path, relative
from guidewright.render.escapes import inert
from guidewright.render.pictures import picture

Block = dict[str, Any]
"""One piece of a page, as the template knows it: a ``kind``, and what belongs to that kind."""


@dataclass(slots=True)
class Figures:
    """Collects a page's images under ``guides/<slug>/``."""

    slug: str
    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, image: ImageOutput, stem: str) -> Block:
        """Keep an image and return the link to it from the page, and its size for a browser to keep free."""
        made = picture(image)
        path = f"guides/{self.slug}/{stem}.{made.suffix}"
        self.files[path] = made.data
        width, height = made.size or (0, 0)
        return {"link": relative(path, page_path(self.slug)), "width": width, "height": height}


def blocks(
    outputs: Sequence[ShownOutput],
    *,
    figures: Figures,
    stem: str,
    words: Sequence[str] = (),
    otherwise: str,
) -> list[Block]:
    """Return the blocks of one cell's outputs.

    Args:
        stem: names the images' files.
        words: what the author says that the images show, in their order.
        otherwise: what is said of an image without such words, and without any of its own.
    """
    found: list[Block] = []
    described = iter(words)
    for number, output in enumerate(outputs, start=1):
        match output:
            case TextOutput():
                found.append({"kind": "text", "text": output.text, "stream": output.stream})
            case HtmlOutput():
                found.append(
                    {
                        "kind": "html",
                        "html": inert(output.html.strip()),
                        "source": output.html,
                        "text": output.text,
                    }
                )
            case ImageOutput():
                alt = next(described, "") or output.alt or otherwise
                found.append({"kind": "image", "alt": alt, **figures.add(output, f"{stem}-{number}")})
    return found


def has_image(outputs: Sequence[ShownOutput]) -> bool:
    return any(isinstance(output, ImageOutput) for output in outputs)

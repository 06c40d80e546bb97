"""Shown outputs → blocks of the page notebook, and the images' files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from guidewright.model import HtmlOutput, ImageOutput, ShownOutput, TextOutput
from guidewright.render.addresses import page_path, relative
from guidewright.render.escapes import inert

Block = dict[str, Any]
"""One piece of a page, as the template knows it: a ``kind``, and what belongs to that kind."""

SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}


@dataclass(slots=True)
class Figures:
    """Collects a page's images under ``guides/<slug>/``."""

    slug: str
    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, image: ImageOutput, stem: str) -> str:
        """Keep an image and return the link to it from the page."""
        path = f"guides/{self.slug}/{stem}.{SUFFIXES[image.mime]}"
        self.files[path] = image.data
        return relative(path, page_path(self.slug))


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
                link = figures.add(output, f"{stem}-{number}")
                found.append(
                    {"kind": "image", "link": link, "alt": next(described, "") or output.alt or otherwise}
                )
    return found


def has_image(outputs: Sequence[ShownOutput]) -> bool:
    return any(isinstance(output, ImageOutput) for output in outputs)

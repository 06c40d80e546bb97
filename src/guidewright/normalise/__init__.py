"""Raw outputs of a cell → what the reader sees, and what is compared.

``terminal`` resolves terminal control, ``sanitise`` makes HTML and SVG harmless, ``noise`` holds the normalisers.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from guidewright.model import HtmlOutput, ImageOutput, NotebookOutput, ShownOutput, TextOutput
from guidewright.normalise.noise import NORMALISERS, comparable
from guidewright.normalise.sanitise import safe_html, safe_svg
from guidewright.normalise.terminal import resolve

__all__ = ["NORMALISERS", "comparable", "resolve", "safe_html", "safe_svg", "shown"]

Stream = Literal["stdout", "stderr", "result", "error"]

_PRE_TWIN = re.compile(r"\s*<pre\b[^>]*>(?:(?!</?pre\b).)*</pre>\s*", re.DOTALL | re.IGNORECASE)
_PLACEHOLDER = re.compile(r"<[^\n]*>")
"""What stands in for an object without a text of its own, such as ``<Figure size 640x480 with 1 Axes>``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Raw:
    """Text whose terminal control is not resolved yet."""

    text: str
    stream: Stream
    own_line: bool = False
    """Whether it starts on a new line and ends with a line break: a display, not a piece of a stream."""


def shown(outputs: Sequence[NotebookOutput]) -> tuple[ShownOutput, ...]:
    """Return the outputs of one cell as the reader sees them.

    Between two outputs of another kind, all of stdout (with displayed text) is one block, and all of stderr another
    after it: the kernel sends the two over separate channels, and their order changes from run to run.
    """
    blocks: list[ShownOutput] = []
    texts: dict[Stream, str] = {}
    for output in outputs:
        piece = _piece(output)
        if isinstance(piece, _Raw) and piece.stream in ("stdout", "stderr"):
            texts[piece.stream] = _joined(texts.get(piece.stream, ""), piece)
            continue
        if piece is None:
            continue
        blocks += [
            *_blocks(texts),
            *(_blocks({piece.stream: piece.text}) if isinstance(piece, _Raw) else [piece]),
        ]
        texts = {}
    return (*blocks, *_blocks(texts))


def _joined(before: str, piece: _Raw) -> str:
    if not piece.own_line:
        return before + piece.text
    start = "" if before.endswith("\n") or not before else "\n"
    end = "" if piece.text.endswith("\n") else "\n"
    return before + start + piece.text + end


def _blocks(texts: Mapping[Stream, str]) -> list[ShownOutput]:
    resolved = [(stream, resolve(texts[stream])) for stream in sorted(texts, reverse=True)]  # stdout, stderr
    return [TextOutput(text=text, stream=stream) for stream, text in resolved if text.strip()]


def _piece(output: NotebookOutput) -> _Raw | ShownOutput | None:
    kind = output.get("output_type")
    if kind == "stream":
        name: Stream = "stderr" if output.get("name") == "stderr" else "stdout"
        return _Raw(text=_text(output.get("text", "")), stream=name)
    if kind == "error":
        lines = "\n".join(output.get("traceback", ())) or f"{output.get('ename')}: {output.get('evalue')}"
        return _Raw(text=lines, stream="error")
    bundle = output.get("data", {})
    plain = _text(bundle.get("text/plain", ""))
    return _html(bundle, plain) or _image(bundle, plain) or _plain(bundle, plain, kind == "execute_result")


def _text(value: Any) -> str:
    """Join what nbformat allows to be a list of lines."""
    return value if isinstance(value, str) else "".join(value)


def _html(bundle: Mapping[str, Any], plain: str) -> HtmlOutput | None:
    html = _text(bundle.get("text/html", ""))
    if not html or (plain and _PRE_TWIN.fullmatch(html)):
        return None
    clean = safe_html(html)
    return HtmlOutput(html=clean, text=_meaning(plain)) if clean else None


def _image(bundle: Mapping[str, Any], plain: str) -> ImageOutput | None:
    if "image/svg+xml" in bundle and (data := safe_svg(_text(bundle["image/svg+xml"]))):
        return ImageOutput(mime="image/svg+xml", data=data, alt=_meaning(plain))
    mimes: tuple[Literal["image/png", "image/jpeg"], ...] = ("image/png", "image/jpeg")
    for mime in mimes:
        if data := _decoded(_text(bundle.get(mime, ""))):
            return ImageOutput(mime=mime, data=data, alt=_meaning(plain))
    return None


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        return b""


def _plain(bundle: Mapping[str, Any], plain: str, is_result: bool) -> _Raw | None:
    if not _meaning(plain):
        plain = next(
            (_text(bundle[mime]) for mime in ("text/markdown", "text/latex") if mime in bundle), plain
        )
    return _Raw(text=plain, stream="result" if is_result else "stdout", own_line=True) if plain else None


def _meaning(plain: str) -> str:
    """Return the plain text if it says more than that there is an object."""
    text = resolve(plain)
    return "" if _PLACEHOLDER.fullmatch(text.strip()) else text

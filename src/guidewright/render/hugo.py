"""Guide and one backend's view → a page of a Hugo site, in the dialect that :mod:`guidewright.translate.hugo` reads."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from guidewright.model import BackendView, Cell, Guide, ShownOutput, TextOutput
from guidewright.render.fence import fence
from guidewright.render.marks import without_marks

_TARGET = re.compile(r"(?<=\]\()(?P<target>[^()\s]+)(?=(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\))")
_LABELS = {
    "author": "Author",
    "created": "Created",
    "modified": "Last modified",
    "description": "Description",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What stands at a page's head beside the guide's own."""

    labels: Mapping[str, Any]
    """The language's ``hugo`` settings."""
    checked: dt.date | None = None
    colab: str = ""
    source: str = ""


def page(guide: Guide, view: BackendView, *, head: Head, to_link: Callable[[str], str]) -> str:
    """Return the page: words, code with today's backend, and text outputs folded away.

    Args:
        to_link: writes a link's target as the Hugo site does.
    """
    parts = [*_head(guide, head)]
    for cell in guide.cells:
        if not cell.hidden and cell.admits(view.backend) and "remove-cell" not in cell.tags:
            parts += _cell(cell, view, to_link)
    return "\n\n".join(parts) + "\n"


def _head(guide: Guide, head: Head) -> Iterator[str]:
    header, labels = guide.header, {**_LABELS, **head.labels}
    front = {
        "slug": guide.slug,
        "title": header.title,
        "toc": True,
        "weight": labels.get("weight", 1),
        "type": "docs",
    }
    yield f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10**6).strip()}\n---"
    if head.checked:
        yield f'{{{{< keras/original checkedAt="{head.checked.isoformat()}" >}}}}'
    form = labels.get("date_format", "%Y/%m/%d")
    facts = {
        "author": ", ".join(header.authors),
        "created": header.created.strftime(form),
        "modified": header.modified.strftime(form),
        "description": header.description,
    }
    yield "  \n".join(f"**{labels[key]}:** {value}" for key, value in facts.items())
    cards = [("Colab", head.colab, ' tagType="warning"'), ("GitHub", head.source, "")]
    shown = [
        f'{{{{< card link="{url}" title="{name}" tag="{name}"{more}>}}}}' for name, url, more in cards if url
    ]
    if shown:
        yield "\n".join(['{{< cards cols="2" >}}', *shown, "{{< /cards >}}"])


def _cell(cell: Cell, view: BackendView, to_link: Callable[[str], str]) -> Iterator[str]:
    if cell.kind == "markdown":
        # Goldmark, Hugo's Markdown, drops HTML and keeps what is in it.
        yield _TARGET.sub(lambda found: to_link(found["target"]), without_marks(cell.source))
        return
    if cell.id in view.code and "remove-input" not in cell.tags:
        yield fence(view.code[cell.id], "python")
    if "remove-output" not in cell.tags:
        yield from _outputs(view.outputs.get(cell.id, ()))


def _outputs(outputs: tuple[ShownOutput, ...]) -> Iterator[str]:
    texts = [output.text for output in outputs if isinstance(output, TextOutput)]
    if texts:
        body = fence("\n\n".join(text.strip("\n") for text in texts), "plain")
        yield f'{{{{% details title="{{{{< t f_result >}}}}" closed="true" %}}}}\n\n{body}\n\n{{{{% /details %}}}}'

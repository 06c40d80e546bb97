"""Guide and one backend's view → the ``.py`` file that readers download."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml

from guidewright.model import BackendView, Guide
from guidewright.pycode import percent
from guidewright.render import nodes

_FORMAT = {"text_representation": {"extension": ".py", "format_name": "percent", "format_version": "1.3"}}
# Which jupytext wrote the file is nothing to its readers, and would change its bytes.
_VERSION = re.compile(r"^# +jupytext_version: .*\n", re.MULTILINE)
# Tags that mean something to Guidewright only.
_OWN_TAGS = {"varies", "parameters"}


def download(guide: Guide, view: BackendView) -> bytes:
    """Return the guide as a percent file for one backend: what ``python`` runs and editors open as a notebook.

    It has no ``quick`` and no ``test`` cell, no cell of other backends, and no key that only Guidewright reads.
    """
    header = _header(guide)
    cells = list(_cells(guide, view))
    return (percent.write(header, cells) or by_jupytext(header, cells)).encode()


def _cells(guide: Guide, view: BackendView) -> Iterator[percent.PlainCell]:
    for cell in guide.cells:
        if cell.hidden or not cell.admits(view.backend):
            continue
        if cell.kind == "markdown":
            yield percent.PlainCell(cell_type="markdown", source=cell.source)
        elif cell.id in view.code:
            tags = sorted(cell.tags - _OWN_TAGS)
            options = {"tags": tags} if tags else {}
            yield percent.PlainCell(cell_type="code", source=view.code[cell.id], options=options)


def by_jupytext(header: str, cells: Sequence[percent.PlainCell]) -> str:
    """Return the file of a header and cells, of whatever kind they are."""
    import jupytext  # slow to load, and needed for few files

    found = [nodes.raw_cell(f"---\n{header}---", id="header")]
    for number, cell in enumerate(cells):
        make = nodes.markdown_cell if cell.cell_type == "markdown" else nodes.code_cell
        found.append(make(cell.source, id=f"cell-{number}", metadata=cell.options))
    kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"jupytext": _FORMAT, "kernelspec": kernelspec}
    book = nodes.notebook(cells=found, metadata=metadata)
    script: str = jupytext.writes(book, fmt="py:percent")
    return _VERSION.sub("", script, count=1).rstrip("\n") + "\n"


def _header(guide: Guide) -> str:
    header = guide.header
    fields = {
        "title": header.title,
        "description": header.description,
        "authors": list(header.authors),
        "created": header.created,
        "modified": header.modified,
        "tags": list(header.tags),
        "requires": list(header.requires),
    }
    kept = {key: value for key, value in fields.items() if value}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, default_flow_style=None, width=10**6)

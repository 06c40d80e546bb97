"""Guide and one backend's view → the ``.py`` file that readers download."""

from __future__ import annotations

import re
from typing import Any

import jupytext
import yaml

from guidewright.model import BackendView, Cell, Guide
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
    cells = [nodes.raw_cell(f"---\n{_header(guide)}---", id="header")]
    for cell in guide.cells:
        if cell.hidden or not cell.admits(view.backend):
            continue
        if cell.kind == "markdown":
            cells.append(nodes.markdown_cell(cell.source, id=cell.id))
        elif cell.id in view.code:
            cells.append(_code(cell, view.code[cell.id]))
    kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"jupytext": _FORMAT, "kernelspec": kernelspec}
    book = nodes.notebook(cells=cells, metadata=metadata)
    script: str = jupytext.writes(book, fmt="py:percent")
    return (_VERSION.sub("", script, count=1).rstrip("\n") + "\n").encode()


def _code(cell: Cell, code: str) -> Any:
    tags = sorted(cell.tags - _OWN_TAGS)
    return nodes.code_cell(code, id=cell.id, metadata={"tags": tags} if tags else {})


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

"""Guide and one backend's view → the notebook that readers open: without outputs for Colab, or an executed copy."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import nbformat

from guidewright.model import BackendView, Cell, CellRun, Guide, NotebookOutput
from guidewright.render import colab, ipynb, nodes, proof
from guidewright.render.addresses import SiteInfo
from guidewright.render.interface import EN, Language, text

TITLE_ID = "guidewright-title"
COLAB_ID = "guidewright-colab"
_HEADING = re.compile(r"^(?P<mark> {0,3}#{1,6}[ \t]+)(?P<words>.*?)[ \t]*\{#(?P<id>[^\s}]+)\}[ \t#]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def notebook(
    guide: Guide, view: BackendView, *, site: SiteInfo, executed: bool, language: Language = EN
) -> bytes:
    """Return a valid notebook (nbformat 4.5) as the same bytes for the same input.

    Args:
        executed: whether to put in the outputs of ``view.record``, which must then be a full record.

    Raises:
        ValueError: an executed copy is asked for without a full record.
    """
    if executed and (view.record is None or view.record.profile != "full"):
        raise ValueError(f"no full record of {guide.slug} on {view.backend}")
    runs = {run.id: run for run in view.record.cells} if executed and view.record else {}
    anchors = _anchors(guide)
    cells = [_title(guide, view, site, language), _install(guide, view, site, language)]
    for cell in guide.cells:
        if cell.hidden or not cell.admits(view.backend):
            continue
        if cell.kind == "markdown":
            prose = _links(_without_ids(cell.source), anchors, site, language)
            prose, attachments = with_attachments(prose, guide.pictures)
            made = nodes.markdown_cell(prose, id=cell.id)
            made.update({"attachments": attachments} if attachments else {})
            cells.append(made)
        elif cell.id in view.code:
            cells.append(_code(cell, view.code[cell.id], runs.get(cell.id)))
    return _bytes(nodes.notebook(cells=cells, metadata=_metadata(guide, view, executed)))


def with_attachments(markdown: str, pictures: Mapping[str, bytes]) -> tuple[str, dict[str, dict[str, str]]]:
    """Return prose that shows a guide's own pictures as attachments, and these, as nbformat has them."""
    found: dict[str, dict[str, str]] = {}
    for address, data in pictures.items():
        name = address.rpartition("/")[2]
        if f"]({address}" in markdown and (mime := mimetypes.guess_type(name)[0]):
            markdown = markdown.replace(f"]({address}", f"](attachment:{name}")
            found[name] = {mime: base64.b64encode(data).decode()}
    return markdown, found


def _bytes(book: Any) -> bytes:
    shape = ipynb.shape(book)
    if shape not in _VALID:
        nbformat.validate(book)
        _VALID.add(shape)
    return ipynb.written(book)


_VALID: set[Any] = set()
"""Shapes of notebooks that are valid: there are few, and validating takes longer than writing."""


def _metadata(guide: Guide, view: BackendView, executed: bool) -> dict[str, Any]:
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    if executed and view.record:
        language["version"] = view.record.environment.python
    metadata: dict[str, Any] = {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": language,
    }
    if guide.header.accelerator == "gpu":
        metadata["accelerator"] = "GPU"
    return metadata


def _title(guide: Guide, view: BackendView, site: SiteInfo, language: Language) -> Any:
    parts = [f"# {guide.header.title}", guide.header.description, proof.plain(proof.line([view], language))]
    if url := site.page_url(guide.slug, language.code):
        parts.append(f"[{text('read_online', language)}]({url})")
    return nodes.markdown_cell("\n\n".join(parts), id=TITLE_ID)


def _install(guide: Guide, view: BackendView, site: SiteInfo, language: Language) -> Any:
    source = colab.source(guide, view, site=site, language=language)
    return nodes.code_cell(source, id=COLAB_ID)


def _code(cell: Cell, code: str, run: CellRun | None) -> Any:
    metadata: dict[str, Any] = {}
    if tags := sorted(cell.tags - {"varies"}):
        metadata["tags"] = tags
    folded = {"source_hidden": "hide-input", "outputs_hidden": "hide-output"}
    if jupyter := {key: True for key, tag in folded.items() if tag in cell.tags}:
        metadata["jupyter"] = jupyter
    made = nodes.code_cell(code, id=cell.id, metadata=metadata)
    if run:
        made.outputs = [_counted(output, run.execution_count) for output in _described(run.outputs, cell.alt)]
        made.execution_count = run.execution_count
    return made


def _counted(output: dict[str, Any], count: int | None) -> dict[str, Any]:
    """Number a cell's value as its cell, which the record says once."""
    is_value = output.get("output_type") == "execute_result"
    return {**output, "execution_count": count} if is_value else output


def _described(outputs: Sequence[NotebookOutput], words: Sequence[str]) -> Iterator[Any]:
    """Put the author's words on the images, where nbconvert's templates look for them."""
    described = iter(words)
    for output in map(_plain, outputs):
        image = next((mime for mime in output.get("data", {}) if mime.startswith("image/")), None)
        if image and (alt := next(described, "")):
            metadata = output.get("metadata", {})
            output["metadata"] = {**metadata, image: {**metadata.get(image, {}), "alt": alt}}
        yield output


def _plain(value: Any) -> Any:
    """Turn read-only mappings and tuples into what nbformat knows."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _without_ids(markdown: str) -> str:
    """Drop the ``{#id}`` of headings, but not in fenced code."""
    return "\n".join(
        f"{heading['mark']}{heading['words']}" if heading else line for line, heading in _headings(markdown)
    )


def _headings(markdown: str) -> list[tuple[str, re.Match[str] | None]]:
    """Return each line, with its match where it is a heading that has an id."""
    found = []
    fence = ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        found.append((line, None if fence or mark else _HEADING.match(line)))
    return found


def _anchors(guide: Guide) -> dict[str, str]:
    """Heading id → the anchor that Jupyter makes of the heading's words."""
    prose = (cell.source for cell in guide.cells if cell.kind == "markdown" and not cell.hidden)
    matches = [heading for source in prose for _, heading in _headings(source) if heading]
    return {heading["id"]: re.sub(r"[`*_]", "", heading["words"]).replace(" ", "-") for heading in matches}


def _links(markdown: str, anchors: Mapping[str, str], site: SiteInfo, language: Language) -> str:
    """Point links within the page at Jupyter's anchors, and links to other guides at the site."""

    def within(link: re.Match[str]) -> str:
        return f"](#{anchors.get(link[1], link[1])})"

    def elsewhere(link: re.Match[str]) -> str:
        url = site.page_url(link[1].lstrip("./"), language.code)
        return f"]({url}{link[2] or ''})" if url else link[0]

    markdown = re.sub(r"\]\(#([^)\s]+)\)", within, markdown)
    return re.sub(r"\]\(([^)\s:#]+)\.md(#[^)\s]*)?\)", elsewhere, markdown)

"""HTML and SVG out of a kernel → what may stand in a page: no script, no event handler, nothing from elsewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import nh3

_TAGS = nh3.ALLOWED_TAGS | {"tfoot"}
_ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    "*": {"class", "style", "title", "lang", "dir", "role", "aria-label", "aria-hidden"},
    "details": {"open"},
}
_STYLES = {
    "border", "border-collapse", "color", "background-color", "display", "font-family", "font-size", "font-style",
    "font-weight", "height", "line-height", "margin", "margin-left", "margin-right", "max-width", "min-width",
    "overflow-x", "padding", "text-align", "text-decoration", "vertical-align", "white-space", "width",
}  # fmt: skip
"""Properties that stay inside their element's box; those that place or stack it do not."""
_INLINE_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
_EMPTY_HEADER = re.compile(r"<th((?:\s[^<>]*)?)>\s*</th>")
_ABSOLUTE_LINK = re.compile(r"(?:https?://|mailto:)")

_SVG = "http://www.w3.org/2000/svg"
_SVG_TAGS = frozenset(
    {
        "svg", "g", "defs", "symbol", "use", "title", "desc", "style", "path", "rect", "circle", "ellipse", "line",
        "polyline", "polygon", "text", "tspan", "textPath", "image", "clipPath", "mask", "pattern", "marker",
        "linearGradient", "radialGradient", "stop", "switch",
    }
)  # fmt: skip
_FOREIGN = re.compile(r"url\(\s*['\"]?\s*(?!#)|@import|expression\(|javascript:|\\", re.IGNORECASE)


def safe_html(html: str) -> str:
    """Sanitise a fragment. Links to other sites stay, images only where they are in the text itself.

    Returns the empty string where nothing is left that a reader could see.
    """
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_filtered,
        url_schemes={"http", "https", "mailto", "data"},
        filter_style_properties=_STYLES,
    ).strip()
    # A frame's corner is no header of anything.
    clean = _EMPTY_HEADER.sub(r"<td\1></td>", clean)
    visible = nh3.clean(clean, tags={"img"}, attributes={"img": {"src"}}, url_schemes={"data"})
    return clean if "<img src" in visible or visible.replace("<img>", "").strip() else ""


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    if attribute in ("src", "href", "cite"):
        allowed = _INLINE_IMAGE if tag == "img" else _ABSOLUTE_LINK
        return value if allowed.match(value) else None
    if attribute == "style" and _FOREIGN.search(value):
        return None
    return value


def safe_svg(svg: str) -> bytes | None:
    """Sanitise an SVG document; None where it is no well-formed SVG, or declares entities.

    Elements and attributes lose their prefixes (``xlink:href`` becomes SVG 2's ``href``), as does all that is not SVG.
    """
    if "<!ENTITY" in svg:
        return None
    try:
        root = _safe_element(ET.fromstring(svg))
    except ET.ParseError:
        return None
    if root is None or root.tag != "svg":
        return None
    root.set("xmlns", _SVG)
    return ET.tostring(root, encoding="unicode").encode()


def _safe_element(element: ET.Element) -> ET.Element | None:
    namespace, _, name = element.tag.rpartition("}") if isinstance(element.tag, str) else ("", "", "")
    if name not in _SVG_TAGS or namespace not in ("", "{" + _SVG):
        return None
    if name == "style" and _FOREIGN.search(element.text or ""):
        return None
    clean = ET.Element(name, dict(filter(None, map(_safe_attribute, element.attrib.items()))))
    clean.text, clean.tail = element.text, element.tail
    for child in element:
        if (kept := _safe_element(child)) is not None:
            clean.append(kept)
        elif child.tail and child.tail.strip():
            _append_text(clean, child.tail)
    return clean


def _append_text(parent: ET.Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _safe_attribute(item: tuple[str, str]) -> tuple[str, str] | None:
    name, value = item[0].rpartition("}")[2], item[1]
    if name.lower().startswith("on") or _FOREIGN.search(value):
        return None
    if name in ("href", "src") and not (value.startswith("#") or _INLINE_IMAGE.match(value)):
        return None
    return name, value

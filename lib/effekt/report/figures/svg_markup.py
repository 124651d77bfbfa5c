"""From matplotlib's SVG to a fragment that may stand in a page with other figures under a strict content policy."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from urllib.parse import quote, unquote

from effekt.report.sentences import Filled

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_CELL = "cell~"
_PARTS = "parts~"
_DROPPED = ("metadata", "style")
_GEOMETRY = ("d", "x", "y", "transform", "points", "width", "height")
_LONG = re.compile(r"-?\d+\.\d{3,}")
_FONT = re.compile(r"(?P<weight>bold|[1-9]00)?\s*(?P<size>[0-9.]+)px")


def cell_id(part: Filled) -> str:
    """The group id that carries a cell through matplotlib to `clean`."""
    return _CELL + quote(f"{part.cell}|{part.value}", safe="")


def parts_id(parts: Sequence[Filled]) -> str:
    """The group id that carries a text of several parts, some of them cells, through matplotlib to `clean`."""
    return _PARTS + quote(json.dumps([[part.text, part.cell, str(part.value)] for part in parts], ensure_ascii=False), safe="")


def clean(source: str, name: str, title: str, alt: str) -> str:
    """`source` without prologue, metadata, style sheets and style attributes; ids made unique to `name`; labelled for screen readers."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", source))
    _drop(root)
    for element in root.iter():
        _attributes(element, name)
    for side in ("width", "height"):
        root.attrib.pop(side, None)
    root.attrib.pop("version", None)
    root.attrib.update({"class": "figure-drawing", "role": "img", "aria-label": alt, "stroke-linejoin": "round", "font-family": "sans-serif"})
    heading = ElementTree.Element(f"{{{_SVG}}}title")
    heading.text = title
    root.insert(0, heading)
    return re.sub(r">\s+<", "><", ElementTree.tostring(root, encoding="unicode")).strip()


def _drop(element: ElementTree.Element) -> None:
    for child in list(element):
        if child.tag.rsplit("}", 1)[-1] in _DROPPED:
            element.remove(child)
        else:
            _drop(child)


def _attributes(element: ElementTree.Element, name: str) -> None:
    _identity(element, name)
    for declaration in element.attrib.pop("style", "").split(";"):
        if ":" in declaration:
            _presentation(element, *(part.strip() for part in declaration.split(":", 1)))
    for key, value in list(element.attrib.items()):
        if key in _GEOMETRY:
            element.set(key, _LONG.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value))
        if key == "transform" and value.startswith("rotate(-0 "):
            del element.attrib[key]
        if value.startswith("url(#"):
            element.set(key, f"url(#{name}-{value[5:]}")
        if key == f"{{{_XLINK}}}href" and value.startswith("#"):
            element.set(key, f"#{name}-{value[1:]}")


def _identity(element: ElementTree.Element, name: str) -> None:
    identity = element.attrib.pop("id", "")
    if identity.startswith(_CELL):
        cell, value = unquote(identity[len(_CELL) :]).split("|", 1)
        element.attrib.update({"data-cell": cell, "data-value": value})
    elif identity.startswith(_PARTS):
        _divide(element, json.loads(unquote(identity[len(_PARTS) :])))
    elif identity.startswith("matplotlib.axis"):
        element.set("data-scale", "yes")
    elif identity and element.tag.rsplit("}", 1)[-1] != "g":
        element.set("id", f"{name}-{identity}")


def _divide(group: ElementTree.Element, parts: list[list[str]]) -> None:
    """The text of a group as one `tspan` a part; a part that is a cell names it."""
    text = next(element for element in group.iter() if element.tag == f"{{{_SVG}}}text")
    text.text = None
    for told, cell, value in parts:
        span = ElementTree.SubElement(text, f"{{{_SVG}}}tspan", {"data-cell": cell, "data-value": value} if cell else {})
        span.text = told


def _presentation(element: ElementTree.Element, key: str, value: str) -> None:
    """One CSS declaration as the SVG attribute of the same meaning; the typeface is the page's own."""
    if key == "font":
        found = _FONT.search(value)
        if found:
            element.set("font-size", found["size"])
            if found["weight"]:
                element.set("font-weight", found["weight"])
    elif key == "font-size":
        element.set(key, value.removesuffix("px"))
    elif key != "font-family":
        element.set(key, value)

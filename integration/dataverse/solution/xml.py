"""Building XML from plain calls: ``tree("a", tree("b", "text"), name="value")``."""

from __future__ import annotations

from xml.etree import ElementTree

Element = ElementTree.Element


def tree(tag: str, /, *inside: Element | str, **attributes: str) -> Element:
    """An element with attributes (in their order), children and text."""
    element = Element(tag, attributes)
    for one in inside:
        if isinstance(one, str):
            element.text = one
        else:
            element.append(one)
    return element


def label(text: str) -> Element:
    """A name in English, as forms want it."""
    return tree("labels", tree("label", description=text, languagecode="1033"))


def localized(tag: str, text: str) -> Element:
    """A name in English, as the rest of the file wants it: ``<LocalizedNames>`` around one ``<LocalizedName>``."""
    return tree(f"{tag}s", tree(tag, description=text, languagecode="1033"))


def document(root: Element) -> bytes:
    """The file: indented, always the same bytes for the same content."""
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()

"""What is inside a solution file: a zip, and XML in it. A damaged one is a refusal, wherever it is damaged."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from xml.etree import ElementTree

from integration.sandbox.shell.refusal import Refusal

Element = ElementTree.Element
LARGEST = 64 * 1024 * 1024
"""Bytes of all files inside; more is refused before it is unpacked."""
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
    LookupError,
)  # fmt: skip
"""What reading a damaged zip raises, depending on where it is damaged."""


def opened(content: bytes) -> dict[str, bytes]:
    """Name -> content of every file in it. Raises :class:`Refusal`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise bad_file("The solution file is invalid. What is compressed in it is too large.")
            return {entry.filename: package.read(entry) for entry in entries}
    except DAMAGED as error:
        raise bad_file("The solution file is invalid. The compressed file cannot be opened.") from error


class _Plain(ElementTree.TreeBuilder):
    """Builds trees of texts without a document type: entities that grow while they are read have nowhere to be
    declared, in whatever encoding the text is."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ValueError("a document type is not allowed")


def parsed(files: dict[str, bytes], name: str) -> Element:
    """Raises :class:`Refusal`."""
    try:
        parser = ElementTree.XMLParser(target=_Plain())  # noqa: S314 - see the class of its target
        root = ElementTree.fromstring(files[name], parser)  # noqa: S314
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # no XML, or in an encoding nobody knows
        raise bad_xml(name, str(error)) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # namespaces of the file do not matter here
    return root


def bad_file(message: str) -> Refusal:
    return Refusal(400, "0x80048060", message)


def bad_xml(file: str, why: str) -> Refusal:
    return Refusal(400, "0x8004802c", f"The import file is invalid. {file} cannot be read: {why}.")

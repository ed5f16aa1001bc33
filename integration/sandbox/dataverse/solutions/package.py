"""A solution file as an organization reads it: manifest, tables, columns, keys, lookups, roles, web resources, forms.

Refused as the service refuses it: no zip or a file missing (0x80048060), XML that cannot be read (0x8004802c), a format
of a later version (0x80048068).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from integration.sandbox.dataverse.solutions.opening import bad_file, bad_xml, opened, parsed
from integration.sandbox.shell.refusal import Refusal

NEEDED = ("[Content_Types].xml", "solution.xml", "customizations.xml")
NEWEST_FORMAT = (9, 2)
LONGEST_NUMBER = 9
VERSION = re.compile(r"[0-9]{1,9}([.][0-9]{1,9}){1,3}")
Element = ElementTree.Element


@dataclass(frozen=True)
class Manifest:
    """Who made it, which version, whether its parts may be changed."""

    name: str
    title: str
    description: str
    version: str
    managed: bool
    publisher: str
    publisher_title: str
    prefix: str
    option_prefix: int
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnIn:
    """``schema`` is the schema name; ``facts`` are the texts of the other elements, by their name."""

    schema: str
    kind: str
    label: str
    facts: dict[str, str]

    @property
    def name(self) -> str:
        return self.schema.lower()


@dataclass(frozen=True)
class FormIn:
    """``type`` is the number of the kind of form."""

    id: str
    name: str
    type: int
    xml: str


@dataclass(frozen=True)
class TableIn:
    """A table that the solution brings, or (``whole`` is false) adds something to."""

    schema: str
    label: str
    whole: bool
    columns: tuple[ColumnIn, ...]
    keys: dict[str, tuple[str, ...]]
    forms: tuple[FormIn, ...]
    owned: str = "organization"
    set: str = ""
    tracked: bool = True

    @property
    def name(self) -> str:
        return self.schema.lower()


@dataclass(frozen=True)
class LookupIn:
    """A relationship: the lookup ``column`` of ``table`` leads to ``target``."""

    schema: str
    table: str
    column: str
    target: str


@dataclass(frozen=True)
class RoleIn:
    id: str
    name: str
    privileges: dict[str, str]


@dataclass(frozen=True)
class WebIn:
    id: str
    name: str
    title: str
    type: int
    content: bytes


@dataclass(frozen=True)
class Package:
    """All of a solution file."""

    manifest: Manifest
    tables: tuple[TableIn, ...] = ()
    lookups: tuple[LookupIn, ...] = ()
    roles: tuple[RoleIn, ...] = ()
    webs: tuple[WebIn, ...] = field(default=())


def read_package(content: bytes) -> Package:
    """Raises :class:`Refusal`."""
    files = opened(content)
    missing = [name for name in NEEDED if name not in files]
    if missing:
        raise bad_file(
            "The solution file is invalid. The compressed file must contain the following files at its root: "
            f"solution.xml, customizations.xml, and [Content_Types].xml. Missing: {', '.join(missing)}."
        )
    if not any(one.get("Extension") == "xml" for one in parsed(files, "[Content_Types].xml")):
        raise bad_file("The solution file is invalid. [Content_Types].xml has no default for the extension xml.")
    root = parsed(files, "customizations.xml")
    return Package(
        _manifest(parsed(files, "solution.xml")),
        tuple(_table(one) for one in root.iterfind("./Entities/Entity")),
        tuple(_lookup(one) for one in root.iterfind("./EntityRelationships/EntityRelationship")),
        tuple(_role(one) for one in root.iterfind("./Roles/Role")),
        tuple(_web(one, files) for one in root.iterfind("./WebResources/WebResource")),
    )


def _manifest(root: Element) -> Manifest:
    parts = root.get("SolutionPackageVersion", "0").split(".")
    given = tuple(int(part[:LONGEST_NUMBER]) for part in parts if part.isdecimal())
    if given > NEWEST_FORMAT:
        raise Refusal(
            400, "0x80048068", "The solution package you are importing was generated on a newer version of the service."
        )
    element = root.find("SolutionManifest")
    publisher = element.find("Publisher") if element is not None else None
    if element is None or publisher is None:
        raise bad_xml("solution.xml", "SolutionManifest or Publisher is missing")
    return Manifest(
        name=_text(element, "UniqueName", "solution.xml"),
        title=_described(element, "LocalizedNames/LocalizedName"),
        description=_described(element, "Descriptions/Description"),
        version=_version(element),
        managed=element.findtext("Managed") == "1",
        publisher=_text(publisher, "UniqueName", "solution.xml"),
        publisher_title=_described(publisher, "LocalizedNames/LocalizedName"),
        prefix=_text(publisher, "CustomizationPrefix", "solution.xml"),
        option_prefix=_number(publisher, "CustomizationOptionValuePrefix", 10_000, "solution.xml"),
        requires=tuple(_missing(element)),
    )


def _missing(element: Element) -> Iterator[str]:
    for one in element.iterfind("./MissingDependencies/MissingDependency/Required"):
        yield one.get("schemaName") or one.get("displayName") or "?"


def _table(element: Element) -> TableIn:
    entity = element.find("./EntityInfo/entity")
    if entity is None:
        raise bad_xml("customizations.xml", "an Entity without EntityInfo/entity")
    return TableIn(
        schema=entity.get("Name", ""),
        label=_described(entity, "LocalizedNames/LocalizedName"),
        whole=entity.get("unmodified") != "1",
        columns=tuple(_column(one) for one in entity.iterfind("./attributes/attribute")),
        keys={one.get("Name", ""): _key(one) for one in entity.iterfind("./EntityKeys/EntityKey")},
        forms=tuple(_forms(element)),
        owned="user" if entity.findtext("OwnershipTypeMask") == "UserOwned" else "organization",
        set=entity.findtext("EntitySetName") or "",
        tracked=entity.findtext("ChangeTrackingEnabled") == "1",
    )


def _column(element: Element) -> ColumnIn:
    facts = {one.tag: (one.text or "").strip() for one in element if not len(one)}
    label = _described(element, "displaynames/displayname") or element.get("PhysicalName", "")
    return ColumnIn(element.get("PhysicalName", ""), facts.get("Type", ""), label, facts)


def _key(element: Element) -> tuple[str, ...]:
    return tuple((one.text or "").strip() for one in element.iterfind("./EntityKeyAttributes/AttributeName"))


FORM_TYPES = {"main": 2, "quick": 6, "quickCreate": 7, "card": 11}


def _forms(element: Element) -> Iterator[FormIn]:
    for group in element.iterfind("./FormXml/forms"):
        for one in group.iterfind("systemform"):
            form = one.find("form")
            if form is None:
                raise bad_xml("customizations.xml", "a systemform without form")
            name = _described(one, "LocalizedNames/LocalizedName")
            try:
                text = ElementTree.tostring(form, encoding="unicode")
            except RecursionError as error:
                raise bad_xml("customizations.xml", f"the form “{name}” is nested too deeply") from error
            yield FormIn(_bare(one.findtext("formid") or ""), name, FORM_TYPES.get(group.get("type", ""), 2), text)


def _lookup(element: Element) -> LookupIn:
    names = ("ReferencingEntityName", "ReferencingAttributeName", "ReferencedEntityName")
    table, column, target = (_text(element, name, "customizations.xml").lower() for name in names)
    return LookupIn(element.get("Name", ""), table, column, target)


def _role(element: Element) -> RoleIn:
    held = {one.get("name", ""): one.get("level", "") for one in element.iterfind("./RolePrivileges/RolePrivilege")}
    return RoleIn(_bare(element.get("id", "")), element.get("name", ""), held)


def _web(element: Element, files: dict[str, bytes]) -> WebIn:
    path = (element.findtext("FileName") or "").lstrip("/")
    if path not in files:
        raise bad_file(f"The solution file is invalid. The file {path} of a web resource is missing.")
    return WebIn(
        _bare(element.findtext("WebResourceId") or ""),
        _text(element, "Name", "customizations.xml"),
        element.findtext("DisplayName") or "",
        _number(element, "WebResourceType", 1, "customizations.xml"),
        files[path],
    )


def _text(element: Element, name: str, file: str) -> str:
    found = element.findtext(name)
    if not found:
        raise bad_xml(file, f"{name} is missing")
    return found.strip()


def _number(element: Element, name: str, otherwise: int, file: str) -> int:
    found = (element.findtext(name) or str(otherwise)).strip()
    if not found.isdecimal() or len(found) > LONGEST_NUMBER:
        raise bad_xml(file, f"{name} must be a whole number, not '{found}'")
    return int(found)


def _version(element: Element) -> str:
    found = _text(element, "Version", "solution.xml")
    if not VERSION.fullmatch(found):
        raise bad_xml("solution.xml", f"'{found}' is no version such as 1.0.0.0")
    return found


def _described(element: Element, path: str) -> str:
    found = element.find(path)
    return found.get("description", "") if found is not None else ""


def _bare(number: str) -> str:
    return number.strip("{}").lower()

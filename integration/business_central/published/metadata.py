"""What the service is, in its own words: the service document and ``$metadata`` (CSDL 4.0)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from integration.business_central.published.properties import COMPANY, PROPERTIES, SCALE, Property, Type

SCHEMA = "NAV"
"""The namespace of Business Central's published pages."""
COMPANIES, SET = "Company", "ProductItemAvailability"
EDM, EDMX = "http://docs.oasis-open.org/odata/ns/edm", "http://docs.oasis-open.org/odata/ns/edmx"
PRECISION = 15


def document() -> dict[str, Any]:
    """The service document's entity sets."""
    return {"value": [{"name": name, "kind": "EntitySet", "url": name} for name in (COMPANIES, SET)]}


def metadata() -> bytes:
    """The description of the two entity sets."""
    edmx = Element("edmx:Edmx", {"xmlns:edmx": EDMX, "Version": "4.0"})
    schema = SubElement(SubElement(edmx, "edmx:DataServices"), "Schema", {"xmlns": EDM, "Namespace": SCHEMA})
    company = _entity(schema, COMPANIES, "Name", COMPANY.values())
    contained = {"Name": SET, "Type": f"Collection({SCHEMA}.{SET})", "ContainsTarget": "true"}
    SubElement(company, "NavigationProperty", contained)
    _entity(schema, SET, "ProductId", PROPERTIES.values())
    container = SubElement(schema, "EntityContainer", {"Name": SCHEMA})
    for name in (COMPANIES, SET):
        SubElement(container, "EntitySet", {"Name": name, "EntityType": f"{SCHEMA}.{name}"})
    text: bytes = tostring(edmx, "utf-8", xml_declaration=True)
    return text


def _entity(schema: Element, name: str, key: str, properties: Iterable[Property]) -> Element:
    entity = SubElement(schema, "EntityType", {"Name": name})
    SubElement(SubElement(entity, "Key"), "PropertyRef", {"Name": key})
    for one in properties:
        facets = {"Name": one.name, "Type": one.type.value, "Nullable": "false"}
        if one.length:
            facets["MaxLength"] = str(one.length)
        if one.type is Type.NUMBER:
            facets |= {"Precision": str(PRECISION), "Scale": str(SCALE)}
        SubElement(entity, "Property", facets)
    return entity

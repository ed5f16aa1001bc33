"""``$metadata``: the tables as an OData schema (CSDL), with every navigation property that can really be followed."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from integration.sandbox.dataverse.metadata.csdl_actions import declare_actions, import_actions
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.query.options import parse_query
from integration.sandbox.dataverse.store.model import Collection, Column, Key, Model, Table
from integration.sandbox.dataverse.store.values import edm_type
from integration.sandbox.shell.messages import Response

Element = ElementTree.Element
EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
NAMESPACE = "Microsoft.Dynamics.CRM"
ALIAS = "mscrm"
PRINCIPALS = frozenset({"systemuser", "team"})
VOCABULARIES = ("OData.Community.Keys.V1", "OData.Community.Display.V1", "Org.OData.Core.V1")
RESULTS: dict[str, dict[str, str]] = {
    "WhoAmI": {"BusinessUnitId": "Edm.Guid", "UserId": "Edm.Guid", "OrganizationId": "Edm.Guid"},
    "RetrieveVersion": {"Version": "Edm.String"},
    "RetrieveAvailableLanguages": {"LocaleIds": "Collection(Edm.Int32)"},
    "RetrieveExchangeRate": {"ExchangeRate": "Edm.Decimal"},
}
PARAMETERS: dict[str, dict[str, str]] = {"RetrieveExchangeRate": {"TransactionCurrencyId": "Edm.Guid"}}


def answer_schema(exchange: Exchange) -> Response:
    """GET $metadata, with descriptions, limits on writing and alternate keys where ``annotations=true``"""
    annotated = parse_query(exchange.request.query).others.get("annotations") == "true"
    text = ElementTree.tostring(schema_of(exchange.model, annotated), encoding="utf-8", xml_declaration=True)
    return Response(200, text, {"Content-Type": "application/xml"})


def schema_of(model: Model, annotated: bool) -> Element:
    """The whole document."""
    root = Element("edmx:Edmx", {"Version": "4.0", "xmlns:edmx": EDMX})
    if annotated:
        for name in VOCABULARIES:
            place = {"Uri": f"http://vocabularies.odata.org/{name}.xml"}
            reference = ElementTree.SubElement(root, "edmx:Reference", place)
            ElementTree.SubElement(reference, "edmx:Include", {"Namespace": name, "Alias": name.split(".")[-2]})
            ElementTree.SubElement(reference, "edmx:IncludeAnnotations", {"TermNamespace": name})
    services = ElementTree.SubElement(root, "edmx:DataServices")
    schema = ElementTree.SubElement(services, "Schema", {"Namespace": NAMESPACE, "Alias": ALIAS, "xmlns": EDM})
    _bases(schema)
    for table in model:
        _entity(schema, model, table, annotated)
    for name in RESULTS:
        _function(schema, name)
    declare_actions(schema)
    _container(schema, model)
    return root


def _bases(schema: Element) -> None:
    """What every table begins with, and what users and teams have in common: they own rows."""
    ElementTree.SubElement(schema, "EntityType", {"Name": "crmbaseentity", "Abstract": "true"})
    principal = ElementTree.SubElement(schema, "EntityType", {"Name": "principal", "BaseType": _type("crmbaseentity")})
    _key(principal, "ownerid")
    _property(principal, "ownerid", "Edm.Guid")


def _entity(schema: Element, model: Model, table: Table, annotated: bool) -> None:
    base = "principal" if table.name in PRINCIPALS else "crmbaseentity"
    entity = ElementTree.SubElement(schema, "EntityType", {"Name": table.name, "BaseType": _type(base)})
    if table.name not in PRINCIPALS:
        _key(entity, table.id)
    for name, column in table.properties.items():
        made = _property(entity, name, edm_type(column))
        if annotated:
            _about_column(made, column)
    for name, (column, target) in table.navigation.items():
        _lookup(entity, model, table, name, column, target)
    for name, collection in table.collections.items():
        _collection(entity, model, table, name, collection)
    if annotated:
        _annotate(entity, "Org.OData.Core.V1.Description", table.label)
        _about_keys(entity, (key for key in table.keys.values() if key.active))


def _type(name: str) -> str:
    return f"{ALIAS}.{name}"


def _key(entity: Element, name: str) -> None:
    key = ElementTree.SubElement(entity, "Key")
    ElementTree.SubElement(key, "PropertyRef", {"Name": name})


def _property(entity: Element, name: str, kind: str) -> Element:
    facts = {"Scale": "Variable"} if kind == "Edm.Decimal" else {}
    facts |= {"Unicode": "false"} if kind == "Edm.String" else {}
    return ElementTree.SubElement(entity, "Property", {"Name": name, "Type": kind, **facts})


# --- navigation ----------------------------------------------------------------------------------------------


def _lookup(entity: Element, model: Model, table: Table, name: str, column: Column, target: str) -> None:
    kind = target if target in model.tables else "principal"
    facts = {"Name": name, "Type": _type(kind), "Nullable": "false"}
    partner = partner_of(model, table, column, target)
    made = ElementTree.SubElement(entity, "NavigationProperty", facts | ({"Partner": partner} if partner else {}))
    key = "ownerid" if kind == "principal" or target in PRINCIPALS else model[target].id
    ElementTree.SubElement(made, "ReferentialConstraint", {"Property": column.property, "ReferencedProperty": key})


def _collection(entity: Element, model: Model, table: Table, name: str, collection: Collection) -> None:
    if collection.between:
        partner = name
    else:
        partner = model[collection.table].columns[collection.lookup].navigation_to(table.name)
    facts = {"Name": name, "Type": f"Collection({_type(collection.table)})", "Partner": partner}
    ElementTree.SubElement(entity, "NavigationProperty", facts)


def partner_of(model: Model, table: Table, column: Column, target: str) -> str:
    """The collection that leads back along a lookup, blank where there is none."""
    far = model.tables.get(target)
    if far is None:
        return ""
    for name, collection in far.collections.items():
        if (collection.table, collection.lookup) == (table.name, column.name):
            return name
    return ""


# --- annotations ---------------------------------------------------------------------------------------------


def _annotate(element: Element, term: str, text: str) -> None:
    if text:
        ElementTree.SubElement(element, "Annotation", {"Term": term, "String": text})


def _about_column(element: Element, column: Column) -> None:
    _annotate(element, "Org.OData.Core.V1.Description", column.label)
    if not (column.creatable or column.updatable):
        term = "Org.OData.Core.V1.Computed"
    elif not column.updatable:
        term = "Org.OData.Core.V1.Immutable"
    else:
        return
    made = ElementTree.SubElement(element, "Annotation", {"Term": term})
    ElementTree.SubElement(made, "Bool").text = "true"


def _about_keys(entity: Element, keys: Iterable[Key]) -> None:
    made = ElementTree.Element("Annotation", {"Term": "OData.Community.Keys.V1.AlternateKeys"})
    listed = ElementTree.SubElement(made, "Collection")
    for key in keys:
        record = ElementTree.SubElement(listed, "Record", {"Type": "OData.Community.Keys.V1.AlternateKey"})
        value = ElementTree.SubElement(record, "PropertyValue", {"Property": "Key"})
        parts = ElementTree.SubElement(value, "Collection")
        for name in key.columns:
            part = ElementTree.SubElement(parts, "Record", {"Type": "OData.Community.Keys.V1.PropertyRef"})
            ElementTree.SubElement(part, "PropertyValue", {"Property": "Alias", "String": name})
            ElementTree.SubElement(part, "PropertyValue", {"Property": "Name", "PropertyPath": name})
    if len(listed):
        entity.append(made)


# --- functions and the container -----------------------------------------------------------------------------


def _function(schema: Element, name: str) -> None:
    result = ElementTree.SubElement(schema, "ComplexType", {"Name": f"{name}Response"})
    for part, kind in RESULTS[name].items():
        _property(result, part, kind)
    function = ElementTree.SubElement(schema, "Function", {"Name": name})
    for part, kind in PARAMETERS.get(name, {}).items():
        ElementTree.SubElement(function, "Parameter", {"Name": part, "Type": kind, "Nullable": "false"})
    ElementTree.SubElement(function, "ReturnType", {"Type": _type(f"{name}Response"), "Nullable": "false"})


def _container(schema: Element, model: Model) -> None:
    container = ElementTree.SubElement(schema, "EntityContainer", {"Name": "System"})
    for table in model:
        facts = {"Name": table.set, "EntityType": f"{NAMESPACE}.{table.name}"}
        entity_set = ElementTree.SubElement(container, "EntitySet", facts)
        for name, (_, target) in table.navigation.items():
            if target in model.tables:
                _bind(entity_set, name, model[target].set)
        for name, collection in table.collections.items():
            _bind(entity_set, name, model[collection.table].set)
    for name in RESULTS:
        ElementTree.SubElement(container, "FunctionImport", {"Name": name, "Function": f"{NAMESPACE}.{name}"})
    import_actions(container)


def _bind(entity_set: Element, path: str, target: str) -> None:
    ElementTree.SubElement(entity_set, "NavigationPropertyBinding", {"Path": path, "Target": target})

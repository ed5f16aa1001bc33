"""Bodies of requests that define tables, columns, keys and relationships, as clients send them."""

from __future__ import annotations

import itertools
from typing import Any

CRM = "Microsoft.Dynamics.CRM"
ACCOUNT = "EntityDefinitions(LogicalName='account')"
numbers = itertools.count(1)


def words(text: str) -> dict[str, Any]:
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


def fresh(prefix: str = "new_C") -> str:
    """A schema name nobody has yet."""
    return f"{prefix}{next(numbers)}"


def column(kind: str, schema: str = "", **facts: Any) -> dict[str, Any]:
    name = schema or fresh()
    return {
        "@odata.type": f"{CRM}.{kind}AttributeMetadata",
        "SchemaName": name,
        "DisplayName": words(f"Label of {name}"),
        **facts,
    }


def options(*values: Any) -> dict[str, Any]:
    return {"Options": [{"Value": value, "Label": words(f"Value {value}")} for value in values]}


def table(schema: str = "", *columns: dict[str, Any], **facts: Any) -> dict[str, Any]:
    primary = column("String", "new_Name", IsPrimaryName=True)
    return {
        "@odata.type": f"{CRM}.EntityMetadata",
        "SchemaName": schema or fresh("new_T"),
        "DisplayName": words("Wine"),
        "OwnershipType": "UserOwned",
        "Attributes": [primary, *columns],
        **facts,
    }


def one_to_many(schema: str, far: str, near: str, lookup: str) -> dict[str, Any]:
    return {
        "@odata.type": f"{CRM}.OneToManyRelationshipMetadata",
        "SchemaName": schema,
        "ReferencedEntity": far,
        "ReferencingEntity": near,
        "Lookup": {"@odata.type": f"{CRM}.LookupAttributeMetadata", "SchemaName": lookup, "DisplayName": words(lookup)},
    }


def many_to_many(schema: str, one: str, other: str, **facts: Any) -> dict[str, Any]:
    return {
        "@odata.type": f"{CRM}.ManyToManyRelationshipMetadata",
        "SchemaName": schema,
        "Entity1LogicalName": one,
        "Entity2LogicalName": other,
        **facts,
    }

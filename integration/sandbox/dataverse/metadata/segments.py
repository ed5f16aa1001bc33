"""Segments of an address below the definition sets: a name with its key, or the type that a set is narrowed to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.metadata.describe import PREFIX
from integration.sandbox.dataverse.query.options import QueryOptions
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.store.values import guid

KEYED = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
BY_NAME = re.compile(r"(\w+)='([^']*)'")
NAMED_BY = {
    "EntityDefinitions": ("LogicalName",),
    "RelationshipDefinitions": ("SchemaName", "LogicalName"),
    "GlobalOptionSetDefinitions": ("Name",),
    "Attributes": ("LogicalName",),
    "Keys": ("LogicalName",),
}
"""The names by which each is found beside its number."""
COLUMN_TYPES = frozenset(
    f"{PREFIX}{name}AttributeMetadata"
    for name in ("BigInt", "Boolean", "DateTime", "Decimal", "Double", "EntityName", "File", "Image", "Integer",
                 "Lookup", "ManagedProperty", "Memo", "Money", "MultiSelectPicklist", "Picklist", "State", "Status",
                 "String", "UniqueIdentifier")
)  # fmt: skip
RELATIONSHIP_TYPES = frozenset(f"{PREFIX}{name}RelationshipMetadata" for name in ("OneToMany", "ManyToMany"))


def split_segment(segment: str) -> tuple[str, str | None]:
    """The name and the key, without the name of the key; ``None`` where there is no key. Raises :class:`Refusal`."""
    found = KEYED.fullmatch(segment)
    if found is None:
        return segment, None
    name, key = found.groups()
    number = guid(key.removeprefix("MetadataId="))
    if number is not None:
        return name, number
    named = BY_NAME.fullmatch(key)
    if named is None or named[1] not in NAMED_BY.get(name, ()):
        raise odata(
            f"The key in the request URI is not valid for resource '{name}'. Ensure that the names and number of key "
            "properties match the declared or alternate key properties for the resource."
        )
    return name, named[2]


def type_of(rest: Sequence[str], types: frozenset[str]) -> str:
    """The type that the next segment names, blank where it names none. Raises :class:`Refusal`."""
    found = rest[0] if rest and rest[0].startswith(PREFIX) else ""
    if found and found not in types:
        raise refusals.unknown_segment(found)
    return found


def check_plain(options: QueryOptions, kind: str) -> None:
    """Raises :class:`Refusal` where something is to be expanded that the type does not have."""
    for part in options.expand:
        raise refusals.unknown_property(part.navigation, kind)

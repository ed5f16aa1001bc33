"""Tables, columns, relationships and choices in the shape of the service's metadata."""

from __future__ import annotations

import uuid
from typing import Any

from integration.sandbox.dataverse.security.privileges import identity, named, verbs
from integration.sandbox.dataverse.store.model import CHOICES, TEXTS, Choice, Column, Key, Model, Table

Entry = dict[str, Any]
NAMESPACE = uuid.UUID("0d3f8c55-9d2b-5c11-8b64-6f1a52f3f0aa")
PREFIX = "Microsoft.Dynamics.CRM."
LANGUAGE = 1033
OWNERSHIP = {"user": "UserOwned", "organization": "OrganizationOwned", "none": "None"}
REQUIRED = {0: "None", 1: "ApplicationRequired", 2: "SystemRequired"}
METADATA_TYPES = {
    "Customer": "LookupAttributeMetadata",
    "Owner": "LookupAttributeMetadata",
    "Uniqueidentifier": "UniqueIdentifierAttributeMetadata",
}


def metadata_id(*names: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "/".join(names)))


def label(text: str) -> Entry:
    localized = {
        "Label": text,
        "LanguageCode": LANGUAGE,
        "IsManaged": True,
        "MetadataId": metadata_id("label", text),
        "HasChanged": None,
    }
    return {"LocalizedLabels": [localized], "UserLocalizedLabel": localized}


def managed(value: Any, name: str) -> Entry:
    return {"Value": value, "CanBeChanged": False, "ManagedPropertyLogicalName": name}


def describe_table(table: Table) -> Entry:
    """One row of EntityDefinitions without what ``$expand`` adds."""
    return {
        "LogicalName": table.name,
        "SchemaName": table.schema,
        "LogicalCollectionName": table.set,
        "CollectionSchemaName": table.set,
        "EntitySetName": table.set,
        "ObjectTypeCode": table.code,
        "PrimaryIdAttribute": table.id,
        "PrimaryNameAttribute": table.name_column or None,
        "OwnershipType": OWNERSHIP[table.owned],
        "ChangeTrackingEnabled": table.tracked,
        "IsOptimisticConcurrencyEnabled": True,
        "IsCustomEntity": table.custom,
        "IsPrivate": False,
        "IsManaged": not table.custom,
        "IsActivity": False,
        "IsActivityParty": False,
        "HasActivities": False,
        "HasNotes": any(collection.table == "annotation" for collection in table.collections.values()),
        "HasFeedback": False,
        "TableType": "Standard",
        "PrimaryImageAttribute": None,
        "IsLogicalEntity": False,
        "IntroducedVersion": "1.0.0.0" if table.custom else "5.0.0.0",
        "IsIntersect": not table.name_column,
        "IsValidForAdvancedFind": bool(table.name_column),
        "IsCustomizable": managed(True, "iscustomizable"),
        "CanCreateAttributes": managed(True, "cancreateattributes"),
        "DisplayName": label(table.label),
        "DisplayCollectionName": label(f"{table.label}s"),
        "Description": label(table.label),
        "Privileges": [_privilege(table, verb) for verb in verbs(table)],
        "MetadataId": metadata_id(table.name),
        "HasChanged": None,
    }


def _privilege(table: Table, verb: str) -> Entry:
    owned = table.owned == "user"
    return {
        "CanBeBasic": owned,
        "CanBeDeep": owned,
        "CanBeGlobal": True,
        "CanBeLocal": owned,
        "CanBeEntityReference": False,
        "CanBeParentEntityReference": False,
        "Name": named(table, verb),
        "PrivilegeId": identity(named(table, verb)),
        "PrivilegeType": verb,
    }


def describe_column(table: Table, column: Column) -> Entry:
    """One row of Attributes with everything its type adds."""
    kind = METADATA_TYPES.get(column.type, f"{column.type}AttributeMetadata")
    entry: Entry = {
        "@odata.type": f"#{PREFIX}{kind}",
        "LogicalName": column.name,
        "SchemaName": column.schema or column.name.capitalize(),
        "EntityLogicalName": table.name,
        "AttributeType": column.type,
        "AttributeTypeName": {"Value": f"{column.type}Type"},
        "AttributeOf": None,
        "IsPrimaryId": column.name == table.id,
        "IsPrimaryName": column.name == table.name_column,
        "IsCustomAttribute": bool(column.schema),
        "IsValidForCreate": column.creatable,
        "IsValidForUpdate": column.updatable,
        "IsValidForRead": True,
        "IsLogical": False,
        "RequiredLevel": managed(REQUIRED[column.required], "canmodifyrequirementlevelsettings"),
        "DisplayName": label(column.label),
        "Description": label(column.label),
        "MetadataId": metadata_id(table.name, column.name),
        "HasChanged": None,
    }
    entry.update(_limits(column))
    return entry


def describe_key(table: Table, key: Key) -> Entry:
    """One row of Keys."""
    return {
        "SchemaName": key.name,
        "LogicalName": key.name.lower(),
        "EntityLogicalName": table.name,
        "KeyAttributes": list(key.columns),
        "EntityKeyIndexStatus": "Active" if key.active else "Failed",
        "DisplayName": label(key.name),
        "IsCustomizable": managed(True, "iscustomizable"),
        "AsyncJob": None,
        "MetadataId": metadata_id("key", table.name, key.name),
        "HasChanged": None,
    }


def _limits(column: Column) -> Entry:
    if column.type in TEXTS and column.length is not None:
        return {"MaxLength": column.length, "Format": "TextArea" if column.type == "Memo" else "Text"}
    if column.type in ("Integer", "BigInt", "Decimal", "Double", "Money") and column.minimum is not None:
        found: Entry = {"MinValue": column.minimum, "MaxValue": column.maximum}
        if column.type != "Integer":
            found["Precision"] = 2 if column.type == "Money" else column.precision
        if column.type == "Money":
            found["PrecisionSource"] = column.precision_source
            found["CalculationOf"] = column.base_of or None
            found["IsBaseCurrency"] = bool(column.base_of)
        return found
    if column.type == "DateTime":
        behavior = {"Value": "DateOnly" if column.day == "only" else "UserLocal"}
        return {"Format": "DateOnly" if column.day else "DateAndTime", "DateTimeBehavior": behavior}
    return {"Targets": list(column.targets)} if column.is_lookup else {}


def option_set(table: Table, column: Column) -> Entry | None:
    """The choices of a column, or its two labels for yes/no columns."""
    head = {
        "MetadataId": metadata_id("options", table.name, column.name),
        "Name": f"{table.name}_{column.name}",
        "OptionSetType": {"State": "State", "Status": "Status", "Boolean": "Boolean"}.get(column.type, "Picklist"),
        "IsGlobal": False,
        "IsCustomOptionSet": False,
        "DisplayName": label(column.label),
    }
    if column.type == "Boolean":
        return {**head, "TrueOption": option(1, column.words[1]), "FalseOption": option(0, column.words[0])}
    if column.type not in CHOICES:
        return None
    options = [option(value, choice) for value, choice in column.options.items()]
    if column.type == "State":
        reasons = table.columns["statuscode"].options
        for entry in options:
            entry["@odata.type"] = f"#{PREFIX}StateOptionMetadata"
            entry["DefaultStatus"] = min(v for v, reason in reasons.items() if reason.state == entry["Value"])
            entry["InvariantName"] = entry["Label"]["LocalizedLabels"][0]["Label"]
    return {**head, "Options": options}


def option(value: int, choice: Choice) -> Entry:
    entry: Entry = {
        "Value": value,
        "Label": label(choice.label),
        "Description": {"LocalizedLabels": [], "UserLocalizedLabel": None},
        "Color": None,
        "IsManaged": True,
        "ExternalValue": None,
        "ParentValues": [],
        "Tag": None,
        "IsHidden": False,
        "MetadataId": None,
        "HasChanged": None,
    }
    if choice.state is not None:
        entry["@odata.type"] = f"#{PREFIX}StatusOptionMetadata"
        entry["State"] = choice.state
    return entry


def lookups(model: Model, table: Table) -> list[Entry]:
    """ManyToOneRelationships: the lookups of this table, one entry per table they can lead to."""
    return [
        describe_lookup(model, table, column, target)
        for column in table.columns.values()
        for target in column.targets
        if target in model.tables
    ]


def pointing(model: Model, table: Table) -> list[Entry]:
    """OneToManyRelationships: the lookups of other tables that lead here."""
    return [describe_lookup(model, model[column.table], column, table.name) for column in model.referencing(table.name)]


def describe_lookup(model: Model, table: Table, column: Column, target: str) -> Entry:
    far = model[target]
    named = [
        name
        for name, collection in far.collections.items()
        if collection.table == table.name and collection.lookup == column.name
    ]
    schema = named[0] if named else f"{target}_{table.name}_{column.name}"
    return {
        "@odata.type": f"#{PREFIX}OneToManyRelationshipMetadata",
        "SchemaName": schema,
        "RelationshipType": "OneToManyRelationship",
        "ReferencingEntity": table.name,
        "ReferencingAttribute": column.name,
        "ReferencingEntityNavigationPropertyName": column.navigation_to(target),
        "ReferencedEntity": target,
        "ReferencedAttribute": far.id,
        "ReferencedEntityNavigationPropertyName": schema,
        "IsCustomRelationship": bool(column.schema),
        "IsValidForAdvancedFind": True,
        "IsManaged": not column.schema,
        "SecurityTypes": "None",
        "MetadataId": metadata_id("relationship", schema),
        "HasChanged": None,
    }


def joined(model: Model, table: Table) -> list[Entry]:
    """ManyToManyRelationships."""
    return [
        {
            "@odata.type": f"#{PREFIX}ManyToManyRelationshipMetadata",
            "SchemaName": name,
            "RelationshipType": "ManyToManyRelationship",
            "IntersectEntityName": collection.between,
            "Entity1LogicalName": table.name,
            "Entity1IntersectAttribute": collection.near,
            "Entity1NavigationPropertyName": name,
            "Entity2LogicalName": collection.table,
            "Entity2IntersectAttribute": collection.far,
            "Entity2NavigationPropertyName": name,
            "IsCustomRelationship": model[collection.between].custom,
            "MetadataId": metadata_id("relationship", name),
            "HasChanged": None,
        }
        for name, collection in table.collections.items()
        if collection.between
    ]

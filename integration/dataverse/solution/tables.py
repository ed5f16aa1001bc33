"""Tables, columns, alternate keys and relationships of the solution, as ``customizations.xml`` says them."""

from __future__ import annotations

from collections.abc import Iterator

from integration.dataverse.solution.description import Column, Solution, Table
from integration.dataverse.solution.forms import main_form, public_view, quick_view
from integration.dataverse.solution.ribbon import ribbon
from integration.dataverse.solution.xml import Element, localized, tree

LARGEST_MONEY = "922337203685477"
TYPES = {
    "text": "nvarchar",
    "memo": "ntext",
    "money": "money",
    "date": "datetime",
    "datetime": "datetime",
    "whole": "int",
    "yesno": "bit",
    "lookup": "lookup",
}


def entities(solution: Solution) -> Element:
    """Every table with what it brings or gets."""
    return tree("Entities", *(_entity(solution, table) for table in solution.tables))


def _entity(solution: Solution, table: Table) -> Element:
    parts = [tree("Name", table.name, LocalizedName=table.title or table.name, OriginalName="")]
    parts.append(tree("EntityInfo", _own(table) if table.own else _extended(table)))
    if table.own:
        forms = [tree("forms", main_form(solution, table), type="main")]
        if solution.quick_view["table"] == table.name:
            forms.append(tree("forms", quick_view(solution, table), type="quick"))
        parts += [tree("FormXml", *forms), tree("SavedQueries", tree("savedqueries", public_view(solution, table)))]
    parts.append(ribbon(solution, table))
    return tree("Entity", *parts)


def _own(table: Table) -> Element:
    key = _attribute(Column(f"{table.name}Id", "primarykey", table.title, required=True))
    columns = [one for column in table.columns for one in _attributes(column)]
    return tree(
        "entity",
        localized("LocalizedName", table.title),
        localized("LocalizedCollectionName", table.titles),
        localized("Description", table.description),
        tree("attributes", key, *columns, *_currency(table)),
        *_keys(table),
        tree("EntitySetName", set_name(table.name)),
        tree("OwnershipTypeMask", "OrgOwned"),
        tree("IsDuplicateCheckSupported", "0"),
        tree("ChangeTrackingEnabled", "1"),
        tree("IntroducedVersion", "1.0.0.0"),
        tree("IsCustomizable", "1"),
        Name=table.name,
    )


def _extended(table: Table) -> Element:
    columns = tree("attributes", *(one for column in table.columns for one in _attributes(column)))
    return tree("entity", columns, *_keys(table), Name=table.name, unmodified="1")


def set_name(name: str) -> str:
    """The plural by which the Web API calls a table, as the service forms it."""
    low = name.lower()
    if low.endswith("y") and low[-2] not in "aeiou":
        return f"{low[:-1]}ies"
    return f"{low}es" if low.endswith(("s", "x", "z", "ch", "sh")) else f"{low}s"


def _keys(table: Table) -> list[Element]:
    keys = [
        tree(
            "EntityKey",
            tree("LogicalName", name.lower()),
            tree("EntityKeyAttributes", *(tree("AttributeName", column) for column in columns)),
            tree("IntroducedVersion", "1.0.0.0"),
            tree("displaynames", tree("displayname", description="Business Central No.", languagecode="1033")),
            Name=name,
        )
        for name, columns in table.keys.items()
    ]
    return [tree("EntityKeys", *keys)] if keys else []


def _attributes(column: Column) -> Iterator[Element]:
    yield _attribute(column)
    if column.type == "money":
        base = Column(f"{column.name}_Base", "money", f"{column.label} (Base)")
        yield _attribute(base, tree("CalculationOf", column.name.lower()), read_only=True)


def _attribute(column: Column, *more: Element, read_only: bool = False) -> Element:
    name = column.name.lower()
    facts = [
        tree("Type", TYPES.get(column.type, column.type)),
        tree("Name", name),
        tree("LogicalName", name),
        tree("RequiredLevel", _level(column)),
        tree("DisplayMask", _mask(column)),
        tree("ImeMode", "auto"),
        tree("ValidForReadApi", "1"),
        tree("ValidForCreateApi", "0" if read_only else "1"),
        tree("ValidForUpdateApi", "0" if read_only or column.type == "primarykey" else "1"),
        tree("IsCustomField", "1"),
        tree("IntroducedVersion", "1.0.0.0"),
        *_facts(column),
        *more,
        tree("displaynames", tree("displayname", description=column.label, languagecode="1033")),
    ]
    return tree("attribute", *facts, PhysicalName=column.name)


def _level(column: Column) -> str:
    if column.type == "primarykey":
        return "systemrequired"
    return "applicationrequired" if column.required else "none"


def _mask(column: Column) -> str:
    plain = "ValidForAdvancedFind|ValidForForm|ValidForGrid"
    if column.type == "primarykey":
        return "ValidForAdvancedFind|RequiredForGrid"
    return f"PrimaryName|{plain}" if column.primary else plain


def _facts(column: Column) -> list[Element]:
    if column.type == "text":
        return [tree("MaxLength", str(column.length)), tree("Length", str(2 * column.length)), tree("Format", "text")]
    if column.type == "memo":
        return [tree("MaxLength", str(column.length)), tree("Format", "textarea")]
    if column.type == "money":
        bounds = [tree("MinValue", f"-{LARGEST_MONEY}"), tree("MaxValue", LARGEST_MONEY)]
        return [*bounds, tree("Accuracy", "2"), tree("AccuracySource", "2")]
    if column.type == "decimal":
        return [tree("MinValue", "0.000000000001"), tree("MaxValue", "100000000000"), tree("Accuracy", "12")]
    if column.type in ("date", "datetime"):
        day = column.type == "date"
        return [tree("Format", column.type), tree("Behavior", "2" if day else "1")]
    return [tree("LookupStyle", "single")] if column.type == "lookup" else []


def _currency(table: Table) -> list[Element]:
    """A table with amounts says in which currency, and at which rate to the base currency."""
    if not any(column.type == "money" for column in table.columns):
        return []
    rate = Column("ExchangeRate", "decimal", "Exchange Rate")
    return [
        _attribute(Column("TransactionCurrencyId", "lookup", "Currency", to="TransactionCurrency")),
        _attribute(rate, read_only=True),
    ]


# --- relationships --------------------------------------------------------------------------------------------


def relationships(solution: Solution) -> Element:
    """One of them for every lookup."""
    found = [_relationship(table, column) for table in solution.tables for column in _lookups(table)]
    return tree("EntityRelationships", *found)


def _lookups(table: Table) -> Iterator[Column]:
    yield from (column for column in table.columns if column.type == "lookup")
    if _currency(table):
        yield Column("TransactionCurrencyId", "lookup", "Currency", to="TransactionCurrency")


def _relationship(table: Table, column: Column) -> Element:
    ours = next(name for name in (column.name, table.name) if name.startswith("bci_"))
    name = f"{ours}_{table.name if ours == column.name else column.to}"
    return tree(
        "EntityRelationship",
        tree("EntityRelationshipType", "OneToMany"),
        tree("IsCustomizable", "1"),
        tree("IntroducedVersion", "1.0.0.0"),
        tree("ReferencingEntityName", table.name),
        tree("ReferencedEntityName", column.to),
        tree("CascadeAssign", "NoCascade"),
        tree("CascadeDelete", "RemoveLink"),
        tree("CascadeReparent", "NoCascade"),
        tree("CascadeShare", "NoCascade"),
        tree("CascadeUnshare", "NoCascade"),
        tree("ReferencingAttributeName", column.name),
        Name=name,
    )

"""Bodies of metadata requests become changes: tables, columns, relationships and keys as the service defines them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.metadata.customize import Change, next_code
from integration.sandbox.dataverse.store.keys import check_key
from integration.sandbox.dataverse.store.model import Key, Model, Table
from integration.sandbox.shell.refusal import Refusal

Body = dict[str, Any]
Line = list[Any]
SCHEMA_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}_[A-Za-z0-9_]{1,90}")
KIND = re.compile(r"#?Microsoft\.Dynamics\.CRM\.(?:Complex)?(\w+)AttributeMetadata")
OWNERSHIP = {"UserOwned": "user", "OrganizationOwned": "organization"}
NEEDED = {"None": 0, "Recommended": 0, "ApplicationRequired": 1, "SystemRequired": 2}
DEFAULT_LENGTH = {"String": 100, "Memo": 2000}
LONGEST = {"String": 4000, "Memo": 1_048_576}
MOST_DECIMALS = {"Decimal": 10, "Double": 5, "Money": 4}
LARGEST = 100_000_000_000
STATES = [[0, "Active"], [1, "Inactive"]]
REASONS = [[1, "Active", 0], [2, "Inactive", 1]]
OWNED: dict[str, Line] = {
    "ownerid": ["Owner", "Owner", "cu", {"to": ["systemuser", "team"], "need": 2}],
    "owneridtype": ["EntityName", "", ""],
    "owningbusinessunit": ["Lookup", "Owning Business Unit", "", {"to": ["businessunit"]}],
    "owninguser": ["Lookup", "Owning User", "", {"to": ["systemuser"]}],
    "owningteam": ["Lookup", "Owning Team", "", {"to": ["team"]}],
}
COMMON: dict[str, Line] = {
    "createdon": ["DateTime", "Created On", ""],
    "createdby": ["Lookup", "Created By", "", {"to": ["systemuser"]}],
    "modifiedon": ["DateTime", "Modified On", ""],
    "modifiedby": ["Lookup", "Modified By", "", {"to": ["systemuser"]}],
    "createdonbehalfby": ["Lookup", "Created By (Delegate)", "", {"to": ["systemuser"]}],
    "modifiedonbehalfby": ["Lookup", "Modified By (Delegate)", "", {"to": ["systemuser"]}],
    "versionnumber": ["BigInt", "Version Number", ""],
    "importsequencenumber": ["Integer", "Import Sequence Number", "c", {"min": -(2**31), "max": 2**31 - 1}],
    "overriddencreatedon": ["DateTime", "Record Created On", "c", {"day": "format"}],
    "statecode": ["State", "Status", "cu", {"options": STATES, "need": 2}],
    "statuscode": ["Status", "Status Reason", "cu", {"options": REASONS}],
}


def new_table(model: Model, body: Body) -> Change:
    """``EntityMetadata`` -> a table. One of its columns is the primary name."""
    schema = schema_name(body)
    name = schema.lower()
    if name in model.tables:
        raise refusals.invalid(f"An entity with the specified name {name} already exists. Specify a unique name.")
    attributes = body.get("Attributes")
    if not isinstance(attributes, list) or not all(isinstance(one, dict) for one in attributes):
        raise refusals.invalid("The entity needs 'Attributes', at least its primary name.")
    named = [one for one in attributes if one.get("IsPrimaryName")]
    if len(named) != 1:
        raise refusals.invalid("Exactly one attribute of the entity must be its primary name.")
    if _type(named[0]) != "String":
        raise refusals.invalid("The primary name of the entity must be a column of type String.")
    label = label_of(body.get("DisplayName"), schema)
    owned = OWNERSHIP.get(str(body.get("OwnershipType", "UserOwned")), "")
    if not owned:
        raise refusals.invalid(f"The ownership type '{body.get('OwnershipType')}' is invalid for an entity.")
    columns: dict[str, Line] = {f"{name}id": ["Uniqueidentifier", label, "c", {"need": 2, "schema": f"{schema}Id"}]}
    columns.update(COMMON)
    columns.update(OWNED if owned == "user" else {"organizationid": ["Lookup", "", "", {"to": ["organization"]}]})
    for column, line in map(new_line, attributes):
        if column in columns:
            raise refusals.invalid(f"An attribute with the specified name {column} already exists in {name}.")
        columns[column] = line
    return Change("table", name, "", _block(model, schema, label, owned, schema_name(named[0]).lower(), columns))


def _block(model: Model, schema: str, label: str, owned: str, name: str, columns: dict[str, Line]) -> Body:
    return {
        "set": set_name(schema.lower()),
        "schema": schema,
        "label": label,
        "code": next_code(model),
        "id": f"{schema.lower()}id",
        "name": name,
        "owned": owned,
        "tracked": True,
        "bulk": True,
        "custom": True,
        "collections": {},
        "columns": columns,
    }


def set_name(name: str) -> str:
    """The plural as the service forms it."""
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "z", "ch", "sh")) else f"{name}s"


def new_column(table: Table, body: Body) -> Change:
    """``AttributeMetadata`` -> a column of the table."""
    name, line = new_line(body)
    if name in table.columns:
        raise refusals.invalid(f"An attribute with the specified name {name} already exists in {table.name}.")
    return Change("column", table.name, name, line)


def new_line(body: Body) -> tuple[str, Line]:
    """Logical name and definition of a column. Raises :class:`Refusal`."""
    kind = _type(body)
    build = FACTS.get(kind)
    if build is None:
        raise refusals.not_offered(f"columns of type '{body.get('@odata.type')}'")
    schema = schema_name(body)
    facts = {**build(body), "schema": schema}
    needed = need_of(body)
    if needed:
        facts["need"] = needed
    return schema.lower(), [kind, label_of(body.get("DisplayName"), schema), "cu", facts]


def _type(body: Body) -> str:
    """The type of a column, blank for what is none."""
    found = KIND.fullmatch(str(body.get("@odata.type")))
    return found[1] if found else ""


def need_of(body: Body) -> int | None:
    """How much a column is needed, ``None`` where nothing is said about it. Raises :class:`Refusal`."""
    level = body.get("RequiredLevel")
    if not isinstance(level, dict) or "Value" not in level:
        return None
    value = level["Value"]
    if not isinstance(value, str) or value not in NEEDED:
        raise refusals.invalid(f"The requirement level '{value}' does not exist; there are {', '.join(NEEDED)}.")
    return NEEDED[value]


def new_key(table: Table, body: Body) -> Change:
    """``EntityKeyMetadata`` -> an alternate key."""
    columns = body.get("KeyAttributes")
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        raise refusals.invalid("The key needs 'KeyAttributes', the names of its columns.")
    key = Key(schema_name(body), tuple(columns))
    check_key(table, key)
    return Change("key", table.name, key.name, {"columns": columns})


def new_relationship(model: Model, body: Body) -> list[Change]:
    """``OneToManyRelationshipMetadata`` with its lookup, or ``ManyToManyRelationshipMetadata``."""
    schema = schema_name(body)
    if str(body.get("@odata.type")).endswith("ManyToManyRelationshipMetadata"):
        return [_joining(model, schema, body)]
    far, near = (_table(model, body.get(name)) for name in ("ReferencedEntity", "ReferencingEntity"))
    lookup = body.get("Lookup")
    if not isinstance(lookup, dict):
        raise refusals.invalid("The relationship needs 'Lookup', the column to be made.")
    if schema in far.collections:
        raise refusals.invalid(f"A relationship with the name {schema} already exists.")
    column = schema_name(lookup)
    name, label = column.lower(), label_of(lookup.get("DisplayName"), column)
    if name in near.columns:
        raise refusals.invalid(f"An attribute with the specified name {name} already exists in {near.name}.")
    facts = {"to": [far.name], "nav": {far.name: column}, "schema": column}
    return [
        Change("column", near.name, name, ["Lookup", label, "cu", facts]),
        Change("collection", far.name, schema, [near.name, name]),
    ]


def _joining(model: Model, schema: str, body: Body) -> Change:
    one, other = (_table(model, body.get(f"Entity{number}LogicalName")) for number in (1, 2))
    name = schema_name({"SchemaName": body.get("IntersectEntityName") or schema}).lower()
    if name in model.tables:
        raise refusals.invalid(f"An entity with the specified name {name} already exists. Specify a unique name.")
    near, far = (one.id, other.id) if one.name != other.name else (f"{one.id}one", f"{one.id}two")
    columns: dict[str, Line] = {
        f"{name}id": ["Uniqueidentifier", name, ""],
        near: ["Uniqueidentifier", near, ""],
        far: ["Uniqueidentifier", far, ""],
        "versionnumber": ["BigInt", "Version Number", ""],
    }
    block = _block(model, name, name, "none", "", columns)
    joined = [[one.name, near, schema], [other.name, far, schema]]
    return Change("table", name, "", {**block, "set": f"{name}set", "bulk": False, "between": joined})


def _table(model: Model, name: Any) -> Table:
    if not isinstance(name, str) or name not in model.tables:
        raise Refusal(400, "0x80041102", f"The entity with a name = '{name}' was not found in the MetadataCache.")
    return model[name]


def schema_name(body: Body) -> str:
    """The checked schema name: a publisher's prefix, an underscore, letters and digits."""
    name = body.get("SchemaName")
    if not isinstance(name, str) or not SCHEMA_NAME.fullmatch(name):
        raise refusals.invalid(f"The name '{name}' is invalid: a custom name starts with a prefix such as 'new_'.")
    return name


def label_of(label: Any, otherwise: str) -> str:
    """The first text of a label."""
    texts = label.get("LocalizedLabels") if isinstance(label, dict) else None
    first = texts[0] if isinstance(texts, list) and texts else None
    text = first.get("Label") if isinstance(first, dict) else None
    return text if isinstance(text, str) and text else otherwise


# --- what each type of column adds ----------------------------------------------------------------------------


def _length(kind: str) -> Callable[[Body], Body]:
    return lambda body: {"len": checked_length(kind, body.get("MaxLength"), DEFAULT_LENGTH[kind])}


def checked_length(kind: str, value: Any, otherwise: int) -> int:
    """``otherwise`` where nothing is said. Raises :class:`Refusal`."""
    if value is None:
        return otherwise
    if type(value) is not int or not 0 < value <= LONGEST[kind]:
        raise refusals.invalid(f"The length of a column must lie between 1 and {LONGEST[kind]}, not {value}.")
    return value


def checked_precision(kind: str, value: Any, otherwise: int) -> int:
    """``otherwise`` where nothing is said. Raises :class:`Refusal`."""
    if value is None or value == otherwise:
        return otherwise
    if type(value) is not int or not 0 <= value <= MOST_DECIMALS.get(kind, 0):
        raise refusals.invalid(f"The precision of a column must lie between 0 and {MOST_DECIMALS.get(kind, 0)}.")
    return value


def checked_bounds(body: Body, low: Any, high: Any, whole: bool) -> tuple[Any, Any]:
    """Smallest and largest value; ``low`` and ``high`` where nothing is said. Raises :class:`Refusal`."""
    found = []
    for name, otherwise in (("MinValue", low), ("MaxValue", high)):
        value = otherwise if body.get(name) is None else body[name]
        if type(value) not in (int, Decimal):
            raise refusals.invalid(f"The {name} must be a number.")
        if whole and value != int(value):
            raise refusals.invalid(f"The {name} must be a whole number.")
        found.append(value)
    if found[0] > found[1]:
        raise refusals.invalid("The MinValue must not be greater than the MaxValue.")
    return found[0], found[1]


def _range(kind: str, low: int, high: int, precision: int | None = None) -> Callable[[Body], Body]:
    def facts(body: Body) -> Body:
        least, most = checked_bounds(body, low, high, precision is None)
        if least < low or most > high:
            raise refusals.invalid(f"The values of a column of type {kind} lie between {low} and {high}.")
        bounds = {"min": str(least), "max": str(most)}
        if precision is None:
            return bounds
        return {**bounds, "prec": checked_precision(kind, body.get("Precision"), precision)}

    return facts


def _choices(body: Body) -> Body:
    options = body.get("OptionSet")
    listed = options.get("Options") if isinstance(options, dict) else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise refusals.invalid("A choice column needs 'OptionSet' with 'Options'.")
    if not all(type(one.get("Value")) is int for one in listed):
        raise refusals.invalid("Every option needs a whole number as its value.")
    values = [one["Value"] for one in listed]
    if len(set(values)) < len(values):
        raise refusals.invalid("Every option needs a value of its own.")
    return {"options": [[one["Value"], label_of(one.get("Label"), str(one["Value"]))] for one in listed]}


def _moment(body: Body) -> Body:
    behavior = body.get("DateTimeBehavior")
    if isinstance(behavior, dict) and behavior.get("Value") == "DateOnly":
        return {"day": "only"}
    return {"day": "format"} if body.get("Format") == "DateOnly" else {}


FACTS: dict[str, Callable[[Body], Body]] = {
    "String": _length("String"),
    "Memo": _length("Memo"),
    "Integer": _range("Integer", -(2**31), 2**31 - 1),
    "BigInt": _range("BigInt", -(2**63), 2**63 - 1),
    "Decimal": _range("Decimal", -LARGEST, LARGEST, 2),
    "Double": _range("Double", -LARGEST, LARGEST, 5),
    "Boolean": lambda body: {},
    "DateTime": _moment,
    "Picklist": _choices,
    "UniqueIdentifier": lambda body: {},
}

"""PUT of a table or a column: the whole definition comes back with what is to be different. What a column is stays as
it is."""

from __future__ import annotations

from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.metadata.customize import Change
from integration.sandbox.dataverse.metadata.definitions import (
    KIND,
    LONGEST,
    checked_bounds,
    checked_precision,
    label_of,
    need_of,
)
from integration.sandbox.dataverse.metadata.describe import METADATA_TYPES
from integration.sandbox.dataverse.store.model import WHOLE, Column, Table

Body = dict[str, Any]
Line = list[Any]


def changed_table(table: Table, body: Body) -> Change:
    """A new label, or the tracking of changes, which nobody can turn off again. Raises :class:`Refusal`."""
    tracked = body.get("ChangeTrackingEnabled", table.tracked)
    if type(tracked) is not bool:
        raise refusals.invalid("ChangeTrackingEnabled must be true or false.")
    if table.tracked and not tracked:
        raise refusals.invalid(f"Change tracking of the entity {table.name} cannot be turned off.")
    head = {"label": label_of(body.get("DisplayName"), table.label), "tracked": tracked}
    return Change("head", table.name, "", head)


def changed_column(column: Column, body: Body) -> Change:
    """The change that brings the column to the definition. Raises :class:`Refusal`."""
    kind = METADATA_TYPES.get(column.type, f"{column.type}AttributeMetadata").removesuffix("AttributeMetadata")
    found = KIND.fullmatch(str(body.get("@odata.type")))
    if found is None or found[1] != kind:
        raise refusals.invalid(f"The attribute {column.name} is of type {kind}; its type cannot be changed.")
    type_, label, writable, facts = line_of(column)
    facts |= _limits(column, body)
    needed = need_of(body)
    if needed is not None:
        facts["need"] = needed
    return Change(
        "column", column.table, column.name, [type_, label_of(body.get("DisplayName"), label), writable, facts]
    )


def line_of(column: Column) -> Line:
    """The column as one line of ``entities.json``."""
    facts: Body = {
        "len": column.length,
        "min": None if column.minimum is None else str(column.minimum),
        "max": None if column.maximum is None else str(column.maximum),
        "prec": column.precision,
        "source": column.precision_source,
        "base": column.base_of,
        "options": [_option(value, choice.label, choice.state) for value, choice in column.options.items()],
        "to": list(column.targets),
        "nav": dict(column.navigation),
        "need": column.required,
        "day": column.day,
        "schema": column.schema,
    }
    kept = {name: value for name, value in facts.items() if value not in (None, "", [], {}, 0) or name == "prec"}
    if column.precision is None:
        del kept["prec"]
    return [column.type, column.label, "c" * column.creatable + "u" * column.updatable, kept]


def _option(value: int, label: str, state: int | None) -> Line:
    return [value, label] if state is None else [value, label, state]


def _limits(column: Column, body: Body) -> Body:
    found: Body = {}
    length = body.get("MaxLength")
    if column.length is not None and length is not None:
        most = LONGEST.get(column.type, 4000)
        if type(length) is not int or not 0 < length <= most:
            raise refusals.invalid(f"The length of {column.name} must lie between 1 and {most}, not {length}.")
        found["len"] = length
    if column.minimum is not None:
        least, most = checked_bounds(body, column.minimum, column.maximum, column.type in WHOLE)
        found |= {"min": str(least), "max": str(most)}
    if column.precision is not None:
        found["prec"] = checked_precision(column.type, body.get("Precision"), column.precision)
    return found

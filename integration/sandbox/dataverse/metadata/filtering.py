"""``$select`` and ``$filter`` over entries of metadata, which are no rows of a table."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.metadata.describe import Entry
from integration.sandbox.dataverse.query import criteria
from integration.sandbox.dataverse.query.criteria import (
    Compare,
    Criterion,
    Lambda,
    Literal,
    Negated,
    QueryFunction,
    TextFunction,
)
from integration.sandbox.dataverse.query.options import QueryOptions
from integration.sandbox.dataverse.refusals import odata

ALWAYS = ("@odata.type", "MetadataId")
REFUSED = ("orderby", "top", "apply", "skiptoken", "deltatoken")
COMPARE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def pick(entries: Sequence[Entry], options: QueryOptions) -> list[Entry]:
    """The entries that pass ``$filter``. Raises :class:`Refusal`."""
    if options.count or any(getattr(options, name) is not None for name in REFUSED):
        raise odata("The metadata entities only support the query options $select, $filter and $expand.")
    if options.filter is None:
        return list(entries)
    wanted = criteria.parse(options.filter, options.aliases)
    return [entry for entry in entries if passes(entry, wanted)]


def narrow(entry: Entry, options: QueryOptions, kind: str) -> Entry:
    """The selected properties, in the order selected. Raises :class:`Refusal` for an unknown one."""
    if options.select is None:
        return entry
    for name in options.select:
        if name not in entry:
            raise refusals.unknown_property(name, kind)
    always = [name for name in ALWAYS if name in entry and name not in options.select]
    return {name: entry[name] for name in (*always, *options.select)}


def passes(entry: Entry, wanted: Criterion) -> bool:
    match wanted:
        case criteria.Every(parts=parts):
            return all(passes(entry, part) for part in parts)
        case criteria.Any(parts=parts):
            return any(passes(entry, part) for part in parts)
        case Negated(part=part):
            return not passes(entry, part)
        case Compare(path=path, operator=name, value=Literal() as literal):
            return _compare(at(entry, path.text), name, _value(literal))
        case TextFunction(name=name, path=path, value=literal):
            return _text(name, at(entry, path.text), literal)
        case QueryFunction() | Lambda() | Compare():
            raise odata("This filter is not supported for metadata entities.")


def at(entry: Entry, path: str) -> Any:
    """A property, or one inside a complex property: ``RequiredLevel/Value``."""
    found: Any = entry
    for name in path.split("/"):
        if not isinstance(found, dict) or name not in found:
            raise refusals.unknown_property(name, "EntityMetadata")
        found = found[name]
    return found


def _compare(found: Any, name: str, value: Any) -> bool:
    if found is None or value is None:
        return bool(COMPARE[name](found is None, value is None)) if name in ("eq", "ne") else False
    if _kind(found) != _kind(value):
        raise odata(
            "A binary operator with incompatible types was detected. Found operand types "
            f"'{_kind(found)}' and '{_kind(value)}'."
        )
    return bool(COMPARE[name](found, value))


def _kind(value: Any) -> str:
    """The type that two sides of a comparison share; a complex property or a list shares its own with no literal."""
    if isinstance(value, bool):
        return "Edm.Boolean"
    if isinstance(value, int | Decimal):
        return "Edm.Decimal"
    return "Edm.String" if isinstance(value, str) else "Edm.Untyped"


def _text(name: str, found: Any, literal: Literal) -> bool:
    if literal.kind != "text" or not isinstance(found, str | None):
        raise odata(f"No function signature for the function with name '{name}' matches the specified arguments.")
    text, inside = literal.text, found or ""
    return {"contains": text in inside, "startswith": inside.startswith(text), "endswith": inside.endswith(text)}[name]


def _value(literal: Literal) -> Any:
    if literal.kind == "enum":
        return literal.text.partition("'")[2].rstrip("'")
    if literal.kind == "boolean":
        return literal.text == "true"
    if literal.kind == "number":
        return _number(literal.text)
    if literal.kind == "guid":
        return literal.text.lower()
    return None if literal.kind == "null" else literal.text


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.rstrip("mMdDfFlL"))
    except ArithmeticError as error:
        raise odata(f"The number '{text}' is too large or too small.") from error

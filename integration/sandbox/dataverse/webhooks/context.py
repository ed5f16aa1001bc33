"""The body a webhook is called with: the execution context of one event, in the service's own kind of JSON.

Collections are lists of key and value, values that are more than a text or a number name their type, moments count
milliseconds since 1970.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.sandbox.dataverse.store.model import CHOICES, Column, Table
from integration.sandbox.dataverse.store.payload import Values

CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
NOBODY = "00000000-0000-0000-0000-000000000000"
LARGEST = 256 * 1024
LEFT_OUT = ("ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages")
"""What a body above the limit goes without."""
ASYNCHRONOUS, POST_OPERATION = 1, 40


@dataclass(frozen=True, slots=True)
class Sender:
    """What all bodies of one transaction have in common."""

    organization: str
    name: str
    user: str
    business_unit: str
    moment: dt.datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One row after one message, for one step. ``step`` is its id and its name."""

    message: str
    table: Table
    row: str
    values: Values
    tag: str
    sender: Sender
    step: tuple[str, str]
    job: str
    correlation: str


def body(event: Event) -> tuple[str, bool]:
    """The body as JSON, and whether something was left out because it was too long."""
    content = _content(event)
    text = _json(content)
    if len(text.encode()) <= LARGEST:
        return text, False
    return _json({name: value for name, value in content.items() if name not in LEFT_OUT}), True


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _content(event: Event) -> dict[str, Any]:
    sender = event.sender
    step, called = event.step
    given = [] if event.message != "Create" else [_pair("id", event.row)]
    return {
        "BusinessUnitId": sender.business_unit,
        "CorrelationId": event.correlation,
        "Depth": 1,
        "InitiatingUserAzureActiveDirectoryObjectId": NOBODY,
        "InitiatingUserId": sender.user,
        "InputParameters": [_pair("Target", _target(event))],
        "IsExecutingOffline": False,
        "IsInTransaction": False,
        "IsOfflinePlayback": False,
        "IsolationMode": 1,
        "MessageName": event.message,
        "Mode": ASYNCHRONOUS,
        "OperationCreatedOn": _moment(sender.moment),
        "OperationId": event.job,
        "OrganizationId": sender.organization,
        "OrganizationName": sender.name,
        "OutputParameters": given,
        "OwningExtension": reference("sdkmessageprocessingstep", step, called),
        "ParentContext": None,
        "PostEntityImages": [],
        "PreEntityImages": [],
        "PrimaryEntityId": event.row,
        "PrimaryEntityName": event.table.name,
        "RequestId": event.correlation,
        "SecondaryEntityName": "none",
        "SharedVariables": [_pair("tag", event.tag)] if event.tag else [],
        "Stage": POST_OPERATION,
        "UserAzureActiveDirectoryObjectId": NOBODY,
        "UserId": sender.user,
    }


def _target(event: Event) -> dict[str, Any]:
    """The row with the columns that were written; of a deleted row just which it was."""
    if event.message == "Delete":
        return reference(event.table.name, event.row)
    empty = event.message == "Update"
    return {
        "__type": f"Entity:{CONTRACTS}",
        "Attributes": [
            _pair(name, value if value is None else attribute(event.table.columns[name], value, event.values))
            for name, value in event.values.items()
            if name not in event.table.hidden and name != "versionnumber" and (empty or value is not None)
        ],
        "EntityState": None,
        "FormattedValues": [],
        "Id": event.row,
        "KeyAttributes": [],
        "LogicalName": event.table.name,
        "RelatedEntities": [],
        "RowVersion": None,
    }


def _pair(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


def reference(table: str, row: str, name: str | None = None) -> dict[str, Any]:
    return {
        "__type": f"EntityReference:{CONTRACTS}",
        "Id": row,
        "KeyAttributes": [],
        "LogicalName": table,
        "Name": name,
        "RowVersion": None,
    }


def attribute(column: Column, value: Any, row: Values) -> Any:
    """One kept value (never ``None``) as the body has it."""
    if column.is_lookup:
        return reference(row.get(column.type_column) or column.targets[0], value)
    if column.type in CHOICES:
        return {"__type": f"OptionSetValue:{CONTRACTS}", "Value": value}
    converters: dict[str, Callable[[Any], Any]] = {
        "Money": lambda kept: {"__type": f"Money:{CONTRACTS}", "Value": _number(Decimal(kept).scaleb(-4))},
        "Decimal": lambda kept: _number(Decimal(kept)),
        "Boolean": bool,
        "DateTime": lambda kept: _moment(dt.datetime.fromisoformat(kept)),
    }
    return converters.get(column.type, lambda kept: kept)(value)


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _moment(when: dt.datetime) -> str:
    aware = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return f"/Date({int(aware.timestamp() * 1000)})/"

"""A table of customers, and filters over it."""

from __future__ import annotations

import uuid
from typing import Any

from integration.systems.values import Field, FieldType, Record, Table
from tests.makers import BLOCKED, STATE, amount, code, moment, option, reference, table, text

JIM = uuid.UUID("00000000-0000-4000-8000-000000000a1a")

CUSTOMER: Table = table(
    "customer",
    "Customer",
    [
        text("name"),
        code("no"),
        option("blocked", BLOCKED),
        option("statecode", STATE),
        amount("credit_limit"),
        Field("priority", FieldType.INTEGER),
        Field("combine", FieldType.BOOLEAN, label="Combine Shipments"),
        Field("last_shipment", FieldType.DATE),
        moment("modified"),
        Field("company", FieldType.UUID),
        reference("salesperson_code", "salesperson"),
        Field("salespersontype", FieldType.TABLE),
    ],
)


def record(**values: Any) -> Record:
    return Record("customer", uuid.uuid4(), values, "1")

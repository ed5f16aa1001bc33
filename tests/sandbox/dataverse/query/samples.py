"""Wines of Coho Winery: rows with a column of every type, half of them empty, as Python sees them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.sandbox.in_process import Inside

CRM = "Microsoft.Dynamics.CRM"
SET = "new_wines"
Row = dict[str, Any]
CELLARS = ("Dijon", "beaune", None)
"""Names of the cellars, one without a name."""
TEXTS = ("Riesling", "riesling", "RIESLANER", "Müller", "muller", "Pinot", "pinot noir", None)
COLORS = {1: "White", 2: "Red", 3: "Rosé"}


def column(kind: str, name: str, **facts: Any) -> dict[str, Any]:
    return {"@odata.type": f"{CRM}.{kind}AttributeMetadata", "SchemaName": f"new_{name}", **facts}


COLUMNS = (
    column("String", "Name", IsPrimaryName=True, MaxLength=100),
    column("String", "Region"),
    column("Memo", "Notes"),
    column("Integer", "Bottles"),
    column("BigInt", "Serial"),
    column("Decimal", "Acidity", Precision=4),
    column("Double", "Slope", Precision=5),
    column("Boolean", "Organic"),
    column("DateTime", "Tasted"),
    column("DateTime", "Harvest", Format="DateOnly", DateTimeBehavior={"Value": "DateOnly"}),
    column("Picklist", "Color", OptionSet={"Options": [
        {"Value": value, "Label": {"LocalizedLabels": [{"Label": text}]}} for value, text in COLORS.items()]}),
)  # fmt: skip


@dataclass(frozen=True)
class Samples:
    """``rows`` by their id, with the values as they were written; ``cellars`` by name."""

    inside: Inside
    rows: dict[str, Row]
    cellars: dict[str | None, str]

    def found(self, filter: str) -> set[str]:
        """The ids of the rows that a filter finds."""
        return {row["new_wineid"] for row in self.inside.rows(f"{SET}?$select=new_name&$filter={filter}")}

    def wanted(self, test: Any) -> set[str]:
        """The ids of the rows that pass a test in Python."""
        return {key for key, row in self.rows.items() if test(row)}


def make_samples(inside: Inside) -> Samples:
    """Sixteen wines; the numbers are such that texts of them sort otherwise than they do."""
    _define(inside)
    cellars = {name: inside.create("new_cellars", new_name=name) for name in CELLARS}
    rows: dict[str, Row] = {}
    for at in range(16):
        cellar = CELLARS[at % 3] if at % 4 else "nowhere"
        values = _values(at)
        bind = {} if cellar == "nowhere" else {"new_CellarId_at_bind": f"/new_cellars({cellars[cellar]})"}
        key = inside.create(
            SET, **{f"new_{name}": value for name, value in values.items() if value is not None}, **bind
        )
        rows[key] = {**values, "id": key, "cellar": cellar, "cellarid": cellars.get(cellar)}
    return Samples(inside, rows, cellars)


def _define(inside: Inside) -> None:
    cellar = {"SchemaName": "new_Cellar", "Attributes": [column("String", "Name", IsPrimaryName=True)]}
    for body in (cellar, {"SchemaName": "new_Wine", "Attributes": list(COLUMNS)}):
        answer = inside("POST", "EntityDefinitions", {"@odata.type": f"{CRM}.EntityMetadata", **body})
        assert answer.status_code == 204, answer.text
    relation = {
        "@odata.type": f"{CRM}.OneToManyRelationshipMetadata", "SchemaName": "new_cellar_wines",
        "ReferencedEntity": "new_cellar", "ReferencingEntity": "new_wine",
        "Lookup": {"@odata.type": f"{CRM}.LookupAttributeMetadata", "SchemaName": "new_CellarId"},
    }  # fmt: skip
    answer = inside("POST", "RelationshipDefinitions", relation)
    assert answer.status_code == 204, answer.text


def _values(at: int) -> Row:
    number = (at * 7) % 12
    return {
        "name": TEXTS[at % len(TEXTS)],
        "region": TEXTS[(at * 3 + 1) % len(TEXTS)],
        "notes": None if at % 5 == 0 else f"Row {at % 3}",
        "bottles": None if at % 6 == 5 else number - 3,
        "serial": None if at % 7 == 6 else (number - 5) * 10**12,
        "acidity": None if at % 4 == 3 else Decimal(number * 25 - 100) / 10,
        "slope": None if at % 5 == 4 else number * 1.5 - 4,
        "organic": at % 3 == 0,
        "tasted": None if at % 4 == 2 else f"2026-0{1 + at % 3}-{10 + number:02d}T{number:02d}:30:00Z",
        "harvest": None if at % 3 == 1 else f"20{20 + at % 5}-09-{1 + number:02d}",
        "color": (None, 1, 2, 3)[at % 4],
    }


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)

"""The tables of an organization as it describes them: sets, columns, lengths, options, navigation names, bulk calls.

One batch of reads a table, kept as text in a cache that all workers share, so that a run asks for nothing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from integration.dataverse import batch
from integration.dataverse.problems import problem_of
from integration.dataverse.session import Cache, MemoryCache, Session
from integration.systems.base import Field, FieldType, Option, Table
from integration.systems.errors import NotFound, Problem, TableMissing

KEPT_SECONDS = 24 * 3600.0
TYPES = {
    "String": FieldType.TEXT,
    "Memo": FieldType.MEMO,
    "Integer": FieldType.INTEGER,
    "BigInt": FieldType.INTEGER,
    "Decimal": FieldType.DECIMAL,
    "Double": FieldType.DECIMAL,
    "Money": FieldType.DECIMAL,
    "Boolean": FieldType.BOOLEAN,
    "Picklist": FieldType.OPTION,
    "State": FieldType.OPTION,
    "Status": FieldType.OPTION,
    "Lookup": FieldType.REFERENCE,
    "Customer": FieldType.REFERENCE,
    "Owner": FieldType.REFERENCE,
    "Uniqueidentifier": FieldType.UUID,
    "EntityName": FieldType.TABLE,
}
SCALES = {"Money": 4, "Decimal": 10, "Double": 5}
COMMON = "LogicalName,AttributeType,DisplayName,IsValidForCreate,IsValidForUpdate,IsValidForRead,RequiredLevel"
CASTS = {
    "String": "LogicalName,MaxLength",
    "Memo": "LogicalName,MaxLength",
    "Integer": "LogicalName,MinValue,MaxValue",
    "Decimal": "LogicalName,MinValue,MaxValue,Precision",
    "Double": "LogicalName,MinValue,MaxValue,Precision",
    "Money": "LogicalName,MinValue,MaxValue,Precision",
    "DateTime": "LogicalName,Format,DateTimeBehavior",
    "Lookup": "LogicalName,Targets",
}
WITH_OPTIONS = ("Picklist", "State", "Status")
ENTITY = "LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,ChangeTrackingEnabled,DisplayName"


@dataclass(frozen=True, slots=True)
class Entity:
    """One table: its set, its key, what it can do, and how its lookups are written. ``dates`` are columns that are
    dates without a time, ``shown_as_date`` those that travel as midnight UTC."""

    table: Table
    set_name: str
    key: str
    tracks_changes: bool
    messages: frozenset[str] = frozenset()
    navigations: Mapping[tuple[str, str], str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, str] = field(default_factory=dict)
    shown_as_date: frozenset[str] = frozenset()

    def column_of(self, name: str) -> str:
        """The column a field is read from: a TABLE field comes with the lookup it belongs to."""
        if self.table.fields[name].type is not FieldType.TABLE:
            return name
        lookup = name.removesuffix("type")
        return lookup if lookup in self.table.fields else name

    def navigation(self, lookup: str, target: str) -> str:
        """The navigation property that sets this lookup to a row of that table."""
        return self.navigations.get((lookup, target), lookup)

    def key_of(self, target: str) -> str:
        return self.keys.get(target, f"{target}id")


class Metadata:
    """Descriptions of tables, each read once and cached."""

    def __init__(self, session: Session, cache: Cache | None = None) -> None:
        self._session = session
        self._cache: Cache = cache or MemoryCache()
        self._known: dict[str, Entity] = {}
        self._lock = threading.Lock()

    def entity(self, name: str) -> Entity:
        """The description of a table. Raises ``TableMissing``."""
        with self._lock:
            if name not in self._known:
                self._known[name] = _entity(self._told(name))
            return self._known[name]

    def tables(self) -> Sequence[tuple[str, str]]:
        """(logical name, label) of all tables, by label."""
        told = self._cached("tables", self._read_tables)
        return [(name, label) for name, label in told]

    def forget(self) -> None:
        """Read everything again: somebody changed the organization's tables."""
        self._known = {}

    def _read_tables(self) -> Any:
        answer = self._session.request("GET", "EntityDefinitions?$select=LogicalName,DisplayName,EntitySetName")
        rows = answer.json()["value"]
        pairs = [(row["LogicalName"], _label(row) or row["LogicalName"]) for row in rows if row.get("EntitySetName")]
        return sorted(pairs, key=lambda pair: pair[1].lower())

    def _told(self, name: str) -> Any:
        return self._cached(f"table {name}", lambda: self._read(name))

    def _cached(self, key: str, read: Any) -> Any:
        full = f"metadata {self._session.url} {key}"
        kept = self._cache.get(full)
        if kept is not None:
            return json.loads(kept)
        told = json.loads(json.dumps(read(), default=str))
        self._cache.put(full, json.dumps(told), KEPT_SECONDS)
        return told

    def _read(self, name: str) -> Any:
        """Everything about a table in one batch."""
        base = f"EntityDefinitions(LogicalName='{quote(name)}')"
        casts = f"{base}/Attributes/Microsoft.Dynamics.CRM."
        paths = {"entity": f"{base}?$select={ENTITY}", "columns": f"{base}/Attributes?$select={COMMON}"}
        paths |= {kind: f"{casts}{kind}AttributeMetadata?$select={columns}" for kind, columns in CASTS.items()}
        paths |= {
            kind: f"{casts}{kind}AttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)"
            for kind in WITH_OPTIONS
        }
        select = "ReferencingAttribute,ReferencedEntity,ReferencedAttribute,ReferencingEntityNavigationPropertyName"
        paths["relations"] = f"{base}/ManyToOneRelationships?$select={select}"
        messages = quote(f"primaryobjecttypecode eq '{name}'", safe="'")
        paths["messages"] = (
            f"sdkmessagefilters?$select=sdkmessagefilterid&$expand=sdkmessageid($select=name)&$filter={messages}"
        )
        paths["sets"] = "EntityDefinitions?$select=LogicalName,EntitySetName,PrimaryIdAttribute"
        answers = batch.send(self._session, [batch.Part("GET", path) for path in paths.values()])
        told: dict[str, Any] = {}
        for part, answer in zip(paths, answers, strict=True):
            if answer.status >= 300:
                raise self._missing(name, problem_of(answer)) if part == "entity" else problem_of(answer)
            told[part] = answer.json()
        return told

    def _missing(self, name: str, problem: Problem) -> Problem:
        if isinstance(problem, NotFound | TableMissing):
            return TableMissing(f"The organization has no table “{name}”.", raw=problem.raw)
        return problem


def _entity(told: Any) -> Entity:
    about = told["entity"]
    more = {row["LogicalName"]: row for kind in (*CASTS, *WITH_OPTIONS) for row in told[kind]["value"]}
    fields = {
        row["LogicalName"]: _field(row, more.get(row["LogicalName"], {}))
        for row in told["columns"]["value"]
        if row["AttributeType"] in TYPES or row["AttributeType"] == "DateTime"
    }
    relations = told["relations"]["value"]
    navigations = {
        (row["ReferencingAttribute"], row["ReferencedEntity"]): row["ReferencingEntityNavigationPropertyName"]
        for row in relations
    }
    sets = told["sets"]["value"]
    return Entity(
        Table(
            about["LogicalName"],
            _label(about) or about["LogicalName"],
            fields,
            name_field=about.get("PrimaryNameAttribute") or "",
            number_field=next((n for n in ("accountnumber", "productnumber") if n in fields), ""),
            tracks_changes=bool(about.get("ChangeTrackingEnabled")),
        ),
        about["EntitySetName"],
        about["PrimaryIdAttribute"],
        bool(about.get("ChangeTrackingEnabled")),
        frozenset(str((row.get("sdkmessageid") or {}).get("name")) for row in told["messages"]["value"]),
        navigations,
        {row["LogicalName"]: row["PrimaryIdAttribute"] for row in sets},
        {row["LogicalName"]: row["EntitySetName"] for row in sets},
        frozenset(n for n, f in fields.items() if f.type is FieldType.DATE and not _date_only(more.get(n, {}))),
    )


def _field(row: Any, more: Any) -> Field:
    kind = row["AttributeType"]
    type_ = TYPES.get(kind) or (FieldType.DATE if more.get("Format") == "DateOnly" else FieldType.DATETIME)
    scale = None
    if type_ is FieldType.DECIMAL:
        scale = int(more["Precision"]) if more.get("Precision") is not None else SCALES.get(kind, 2)
    options = (more.get("OptionSet") or {}).get("Options") or ()
    return Field(
        row["LogicalName"],
        type_,
        _label(row) or row["LogicalName"],
        max_length=more.get("MaxLength"),
        scale=scale,
        minimum=_number(more.get("MinValue")),
        maximum=_number(more.get("MaxValue")),
        options=tuple(Option(int(option["Value"]), _label({"DisplayName": option["Label"]})) for option in options),
        targets=tuple(more.get("Targets") or ()),
        required=(row.get("RequiredLevel") or {}).get("Value") == "ApplicationRequired",
        insertable=bool(row.get("IsValidForCreate", True)),
        updatable=bool(row.get("IsValidForUpdate", True)),
    )


def _date_only(more: Any) -> bool:
    return (more.get("DateTimeBehavior") or {}).get("Value") == "DateOnly"


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _label(row: Any) -> str:
    label = (row.get("DisplayName") or {}).get("UserLocalizedLabel") or {}
    return str(label.get("Label") or "")

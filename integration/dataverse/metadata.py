"""The tables of an organization as it describes them: sets, columns, lengths, options, navigation names, bulk calls.

One batch of reads a table and one list of all tables, kept as text in a cache that all workers share, so that a run
asks for nothing. Whoever changes an organization's tables, or meets one that differs, says ``forget``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from integration.dataverse import batch
from integration.dataverse.columns import field_of, is_column, is_date_only, label_of
from integration.dataverse.entity import Entity
from integration.dataverse.problems import MALFORMED, problem_of
from integration.dataverse.reading import zones
from integration.dataverse.session import Cache, MemoryCache, Session
from integration.dataverse.writing.actions import names_of
from integration.systems.errors import BadAnswer, NotFound, Problem, TableMissing
from integration.systems.values import FieldType, Table

__all__ = ["Entity", "Metadata", "last_described"]

KEPT_SECONDS = 24 * 3600.0
SHAPE = 4
"""Counted up when what is kept changes its form, so that nobody reads what an older version kept."""
MODIFIED, STATE = "modifiedon", "statecode"
MESSAGES = ("CreateMultiple", "UpdateMultiple")
NUMBERS = ("accountnumber", "productnumber", "ordernumber", "quotenumber", "invoicenumber", "isocurrencycode")
COMMON = (
    "LogicalName,AttributeType,AttributeOf,DisplayName,IsValidForCreate,IsValidForUpdate,IsValidForRead,RequiredLevel"
)
CASTS = {
    "String": "LogicalName,MaxLength",
    "Memo": "LogicalName,MaxLength",
    "Integer": "LogicalName,MinValue,MaxValue",
    "Decimal": "LogicalName,MinValue,MaxValue,Precision",
    "Double": "LogicalName,MinValue,MaxValue,Precision",
    "Money": "LogicalName,MinValue,MaxValue,Precision,PrecisionSource",
    "DateTime": "LogicalName,Format,DateTimeBehavior",
    "Lookup": "LogicalName,Targets",
}
ORGANIZATION = "organization"
OPTIONS = "OptionSet($select=Options)"
WITH_OPTIONS = {
    "Picklist": f"{OPTIONS},GlobalOptionSet($select=Options,Name)",
    "State": OPTIONS,
    "Status": OPTIONS,
    "Boolean": "OptionSet($select=TrueOption,FalseOption)",
}
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
TABLES = "LogicalName,DisplayName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,IsIntersect"
ENTITY = "LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,ChangeTrackingEnabled,DisplayName"


class Metadata:
    """Descriptions of tables, each read once and cached."""

    def __init__(self, session: Session, cache: Cache | None = None, zone: str = "") -> None:
        self._session, self._zone = session, zone
        self._cache: Cache = cache or MemoryCache()
        self._entities: dict[str, Entity] = {}
        self._lock = threading.Lock()

    def entity(self, name: str) -> Entity:
        """The description of a table. Raises ``TableMissing``."""
        if not _NAME.fullmatch(name):
            raise TableMissing(f"“{name}” is not the name of a table.")
        with self._lock:
            if name not in self._entities:
                self._entities[name] = self._opened(name)
            return self._entities[name]

    def _opened(self, name: str) -> Entity:
        """Raises ``BadAnswer``, and keeps nothing, where the description is not of the documented form."""
        try:
            return replace(_entity(self._definition_of(name), self._catalog()), zone=self.zone)
        except MALFORMED as error:
            self._drop(name)
            raise BadAnswer(f"The organization describes its table “{name}” in a way that cannot be read.") from error

    def zone(self) -> dt.tzinfo:
        """Where days of user-local columns are meant: the zone set for it, else everywhere (``zones.py``). Raises
        ``ConfigurationProblem`` for a zone set that is none."""
        return zones.zone(self._zone) if self._zone else zones.EVERYWHERE

    def tables(self) -> Sequence[tuple[str, str]]:
        """(logical name, label) of all tables, by label."""
        pairs = [(row["LogicalName"], label_of(row) or row["LogicalName"]) for row in self._catalog()]
        return sorted(pairs, key=lambda pair: pair[1].lower())

    def forget(self, *names: str) -> None:
        """Read these tables again, here and in every process that shares the cache: somebody changed them."""
        with self._lock:
            for name in names:
                self._entities.pop(name, None)
            self._drop(*names)

    def _drop(self, *names: str) -> None:
        self._cache.drop([self._key(key) for key in ("tables", *(f"table {name}" for name in names))])

    def _catalog(self) -> Any:
        """All tables that have a set, as the service tells them."""
        return self._cached("tables", self._read_tables)

    def _read_tables(self) -> Any:
        answer = self._session.request("GET", f"EntityDefinitions?$select={TABLES}", metadata=True).json()
        try:
            return [row for row in answer["value"] if row.get("EntitySetName") and not row.get("IsIntersect")]
        except MALFORMED as error:
            raise BadAnswer("The organization lists its tables in a way that cannot be read.") from error

    def _key(self, key: str) -> str:
        return _key(self._session.url, key)

    def _definition_of(self, name: str) -> Any:
        return self._cached(f"table {name}", lambda: self._read(name))

    def _cached(self, key: str, read: Any) -> Any:
        full = self._key(key)
        kept = self._cache.get(full)
        if kept:
            return json.loads(kept)
        described = json.loads(json.dumps(read(), default=str))
        self._cache.put(full, json.dumps(described), KEPT_SECONDS)
        return described

    def _read(self, name: str) -> Any:
        """Everything about a table in one batch."""
        base = f"EntityDefinitions(LogicalName='{name}')"
        casts = f"{base}/Attributes/Microsoft.Dynamics.CRM."
        paths = {"entity": f"{base}?$select={ENTITY}", "columns": f"{base}/Attributes?$select={COMMON}"}
        paths |= {kind: f"{casts}{kind}AttributeMetadata?$select={columns}" for kind, columns in CASTS.items()}
        paths |= {
            kind: f"{casts}{kind}AttributeMetadata?$select=LogicalName&$expand={expand}"
            for kind, expand in WITH_OPTIONS.items()
        }
        select = "ReferencingAttribute,ReferencedEntity,ReferencedAttribute,ReferencingEntityNavigationPropertyName"
        paths["relations"] = f"{base}/ManyToOneRelationships?$select={select}"
        either = " or ".join(f"sdkmessageid/name eq '{message}'" for message in MESSAGES)
        messages = quote(f"primaryobjecttypecode eq '{name}' and ({either})", safe="'()/")
        paths[ORGANIZATION] = "organizations?$select=pricingdecimalprecision"
        paths["messages"] = (
            f"sdkmessagefilters?$select=sdkmessagefilterid&$expand=sdkmessageid($select=name)&$filter={messages}"
        )
        answers = batch.send(self._session, [batch.Part("GET", path) for path in paths.values()], metadata=True)
        described: dict[str, Any] = {}
        for part, answer in zip(paths, answers, strict=True):
            if answer.status >= 300 and part == ORGANIZATION:
                described[part] = {"value": []}  # whoever may not look at it goes without
                continue
            if answer.status >= 300:
                raise self._missing(name, problem_of(answer)) if part == "entity" else problem_of(answer)
            described[part] = answer.json()
        return described

    def _missing(self, name: str, problem: Problem) -> Problem:
        if isinstance(problem, NotFound | TableMissing):
            return TableMissing(f"The organization has no table “{name}”.", raw=problem.raw)
        return problem


def last_described(
    url: str, last: Callable[[Sequence[str]], Mapping[str, str]], names: Sequence[str]
) -> dict[str, Table]:
    """Name -> the table as it was described last at this address, out of what is still kept (``last``: keys -> texts,
    however old). Nothing is asked; a table that nothing is kept of is left out."""
    catalog, *keys = (_key(f"{url.rstrip('/')}/", key) for key in ("tables", *(f"table {name}" for name in names)))
    kept = last([catalog, *keys])
    found = {name: kept[key] for name, key in zip(names, keys, strict=True) if key in kept and catalog in kept}
    return {name: _entity(json.loads(text), json.loads(kept[catalog])).table for name, text in found.items()}


def _key(url: str, key: str) -> str:
    return f"metadata {SHAPE} {url} {key}"


def _entity(described: Any, catalog: Any) -> Entity:
    about = described["entity"]
    more = {row["LogicalName"]: row for kind in (*CASTS, *WITH_OPTIONS) for row in described[kind]["value"]}
    prices = next((row.get("pricingdecimalprecision") for row in described[ORGANIZATION]["value"]), None)
    fields = {
        row["LogicalName"]: field_of(row, more.get(row["LogicalName"], {}), prices)
        for row in described["columns"]["value"]
        if is_column(row)
    }
    relations = described["relations"]["value"]
    navigations = {
        (row["ReferencingAttribute"], row["ReferencedEntity"]): row["ReferencingEntityNavigationPropertyName"]
        for row in relations
    }
    return Entity(
        Table(
            about["LogicalName"],
            label_of(about) or about["LogicalName"],
            fields,
            name_field=about.get("PrimaryNameAttribute") or "",
            number_field=next((n for n in NUMBERS if n in fields), ""),
            tracks_changes=bool(about.get("ChangeTrackingEnabled")),
            id_field=about["PrimaryIdAttribute"],
            modified_field=MODIFIED if MODIFIED in fields else "",
            state_field=STATE if STATE in fields else "",
            actions=names_of(about["LogicalName"]),
        ),
        about["EntitySetName"],
        about["PrimaryIdAttribute"],
        bool(about.get("ChangeTrackingEnabled")),
        frozenset(str((row.get("sdkmessageid") or {}).get("name")) for row in described["messages"]["value"]),
        navigations,
        {row["LogicalName"]: row["PrimaryIdAttribute"] for row in catalog},
        {row["LogicalName"]: row["PrimaryNameAttribute"] for row in catalog if row.get("PrimaryNameAttribute")},
        {row["LogicalName"]: row["EntitySetName"] for row in catalog},
        {
            n: row["GlobalOptionSet"]["Name"]
            for n, row in more.items()
            if (row.get("GlobalOptionSet") or {}).get("Name")
        },
        frozenset(n for n, f in fields.items() if f.type is FieldType.DATE and not is_date_only(more.get(n, {}))),
    )

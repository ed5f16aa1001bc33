"""What fields, values and tables are called on the pages of runs, dry runs and the audit log.

Rows of the history keep the names of columns, since captions change. A page asks the systems for them. Where Dynamics
365 Sales does not answer within two seconds, things are called as it called them last; a column of a table that it
never described is called as the field that it is mapped with.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import timezone

from integration.connection import systems
from integration.connection.opening import open_for_words
from integration.defaults import STANDARD
from integration.documents.account_statistics.plan import STATISTICS
from integration.models import ConnectionSetup, FieldMapping, RecordChange, SyncError, TableMapping
from integration.pages.runs.nouns import noun
from integration.sync.undo.exact import REFERENCE
from integration.systems.errors import ConfigurationProblem, Problem, TableMissing
from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, FilterError, Not, in_words, parse
from integration.systems.naming import names_of
from integration.systems.values import YES_OR_NO, Field, FieldType, Ref, Side, Table, is_option_table
from integration.systems.wording import NAMELESS, field_name

ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
OURS = "bci_"
"""How columns begin that the integration's solution brings; a run over customers also writes their statistics."""
NAMING_TABLES = ("_table", "typecode")
"""How columns end whose values are names of tables: ``record_table``, ``objectidtypecode``."""
RESTS = 60.0
"""Seconds before Sales is asked once more for what it did not answer."""

_rests: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that was written, or would be: caption, old and new value; ``name`` is the column, for a tooltip."""

    name: str
    label: str
    old: str
    new: str


@dataclass(slots=True)
class Captions:
    """Captions of one page. Each table is asked for once."""

    _tables: dict[tuple[Side, str], Table | None] = field(default_factory=dict)
    _partners: dict[tuple[int, str, str], dict[str, str]] = field(default_factory=dict)
    _named: dict[str, str] = field(default_factory=dict)

    @classmethod
    def as_kept(cls, mappings: Iterable[TableMapping]) -> Captions:
        """Of these mappings, as Sales called things last. It is not asked, and many mappings cost as many queries as
        one."""
        rows, captions = list(mappings), cls()
        tables = {STATISTICS, *(one.crm_table for one in rows)}
        captions._tables |= {(Side.CRM, name): None for name in tables}
        captions.as_described_last(name for name in tables if not is_option_table(name))
        captions._partners |= _partners(rows)
        return captions

    def as_described_last(self, tables: Iterable[str]) -> None:
        """These tables of Sales are called as it called them last, for all of which one query is enough."""
        found = systems.last_described(ConnectionSetup.current(), sorted(set(tables)))
        self._tables |= {(Side.CRM, name): table for name, table in found.items()}

    def table(self, side: Side, name: str) -> str:
        """What one record of the table is called."""
        found = self._described(side, name)
        return found.label if found is not None and found.label else noun(name)

    def changes(
        self,
        mapping: TableMapping,
        side: Side,
        fields: Iterable[Sequence[str]],
        names: dict[str, str],
        exact: Mapping[str, Sequence[Any]] | None = None,
    ) -> list[FieldChange]:
        """Fields written on this side, as (column, old, new) are kept. ``names``: id -> what a record is called;
        ``exact``: which records those fields refer to that refer to one."""
        kept = [(str(one[0]), str(one[1]), str(one[2])) for one in fields]
        names = {**self._named_of(self._meant(mapping, side, kept) + _refs(exact or {}), side, names), **names}
        found = [self._change(mapping, side, *one, names) for one in kept]
        return [_by_its_own_name(one, (exact or {}).get(one.name), names) for one in found]

    def _meant(self, mapping: TableMapping, side: Side, kept: Iterable[tuple[str, str, str]]) -> list[Ref]:
        """The records whose ids stand where a value should."""
        found = []
        for name, *texts in kept:
            described = self._field(side, mapping.table(side), name.partition(" (")[0])
            ids = [uuid.UUID(text) for text in texts if ID.fullmatch(text)]
            found += [Ref(table, id) for id in ids for table in (described.targets if described else ())]
        return found

    def _named_of(self, refs: Iterable[Ref], side: Side, names: Mapping[str, str]) -> dict[str, str]:
        """The names of those records that no run has named: their own system says them, once."""
        wanted = [one for one in refs if str(one.id) not in (*names, *self._named)]
        if wanted:
            self._named |= {str(one.id): "" for one in wanted}
            self._named |= {str(id): called for id, called in _ask_names(side, wanted).items()}
        return {id: called for id, called in self._named.items() if called}

    def _change(
        self, mapping: TableMapping, side: Side, name: str, old: str, new: str, names: dict[str, str]
    ) -> FieldChange:
        column, _, besides = name.partition(" (")
        found = self._field(side, mapping.table(side), column)
        label = self.of_field(mapping, side, column)
        label = f"{label} ({besides}" if besides else label
        return FieldChange(name, label, _value(old, found, names), _value(new, found, names))

    def of_field(self, mapping: TableMapping, side: Side, name: str) -> str:
        """What people call a column of one side of a mapping."""
        found = self._field(side, mapping.table(side), name)
        if found is None and side is Side.CRM and name.startswith(OURS):
            found = self._field(side, STATISTICS, name)
        return field_name(found) if found is not None else self._by_partner(mapping, side, name)

    def filter(self, mapping: TableMapping, side: Side, text: str) -> str:
        """A filter of this side of a mapping, as it was typed, in words; blank for every record."""
        table = self._described(side, mapping.table(side))
        try:
            where = self._with_nouns(side, _parsed(text, table))
        except FilterError:
            return text
        return in_words(where, table, timezone.get_current_timezone(), lambda name: self.of_field(mapping, side, name))

    def _with_nouns(self, side: Side, where: Filter) -> Filter:
        """With what the records of a table are called, where a value is the name of one."""
        match where:
            case Comparison(field=name, value=str(value)) if value and name.endswith(NAMING_TABLES):
                return replace(where, value=self.table(side, value) if side is Side.ERP else noun(value))
            case AllOf(parts=parts) | AnyOf(parts=parts):
                return replace(where, parts=tuple(self._with_nouns(side, part) for part in parts))
            case Not(part=part):
                return Not(self._with_nouns(side, part))
        return where

    def _field(self, side: Side, table: str, name: str) -> Field | None:
        found = self._described(side, table)
        return found.fields.get(name) if found is not None else None

    def _by_partner(self, mapping: TableMapping, side: Side, name: str) -> str:
        """A column of Sales as the field it is mapped with; else its name spelled out."""
        if side is Side.CRM:
            partner = self._partners_of(mapping).get(name, "")
            found = self._field(Side.ERP, mapping.erp_table, partner) if partner else None
            if found is not None:
                return field_name(found)
        return spelled_out(name)

    def _partners_of(self, mapping: TableMapping) -> dict[str, str]:
        """Column of Sales -> the field it is mapped with."""
        here = (mapping.pk, mapping.erp_table, mapping.crm_table)
        if here not in self._partners:
            self._partners |= _partners([mapping])
        return self._partners[here]

    def _described(self, side: Side, name: str) -> Table | None:
        if (side, name) not in self._tables:
            self._tables[side, name] = _describe_erp(name) if side is Side.ERP else _describe_crm(name)
        return self._tables[side, name]


def _partners(mappings: Sequence[TableMapping]) -> dict[tuple[int, str, str], dict[str, str]]:
    """For each mapping, column of Sales -> the field it is mapped with; as the standard has it, where nobody maps it
    any more."""
    mapped: dict[int, list[tuple[str, str]]] = {}
    rows = FieldMapping.objects.filter(mapping__in=[one.pk for one in mappings if one.pk])
    for pk, crm, erp in rows.values_list("mapping_id", "crm_field", "erp_field"):
        mapped.setdefault(pk, []).append((crm, erp))
    found = {}
    for one in mappings:
        tables = (one.erp_table, one.crm_table)
        standard = (default for default in STANDARD if (default.erp_table, default.crm_table) == tables)
        pairs = [(field.crm_field, field.erp_field) for default in standard for field in default.fields]
        found[(one.pk, *tables)] = {crm: erp for crm, erp in [*pairs, *mapped.get(one.pk, [])] if crm and erp}
    return found


def _parsed(text: str, table: Table | None) -> Filter:
    """Also a filter that no longer fits its table. Raises ``FilterError`` for what is none."""
    with suppress(FilterError):
        return parse(text, table)
    return parse(text)


def _describe_erp(name: str) -> Table | None:
    with suppress(TableMissing):
        return systems.open_erp().describe(name)
    return None


def _describe_crm(name: str) -> Table | None:
    """As it answers, else as it described the table last; ``None`` where it never did."""
    setup = ConnectionSetup.current()
    return _ask_for(name, setup) or systems.last_described(setup, [name]).get(name)


def _ask_for(name: str, setup: ConnectionSetup) -> Table | None:
    """``None`` where Sales does not answer at once; it then is left in peace for a minute."""
    if _rests.get(setup.url, 0.0) > time.monotonic():
        return None
    try:
        with open_for_words(setup) as crm:
            return crm.describe(name)
    except (TableMissing, ConfigurationProblem):
        return None
    except Problem:
        _rests[setup.url] = time.monotonic() + RESTS
        return None


def _ask_names(side: Side, wanted: Sequence[Ref]) -> Mapping[uuid.UUID, str]:
    """Nothing where Sales does not answer at once; it then is left in peace for a minute."""
    if side is Side.ERP:
        return names_of(systems.open_erp(), wanted)
    setup = ConnectionSetup.current()
    if _rests.get(setup.url, 0.0) > time.monotonic():
        return {}
    try:
        with open_for_words(setup) as crm:
            return names_of(crm, wanted)
    except Problem:
        return {}


def _value(text: str, field: Field | None, names: dict[str, str]) -> str:
    """A kept value as people read it: options by label, yes and no by the words of their field, records by name, also
    where an older row holds a number."""
    if field is not None and field.type is FieldType.BOOLEAN and text in YES_OR_NO:
        return field.words[YES_OR_NO.index(text)]
    if field is not None and field.options and text.lstrip("-").isdecimal():
        return next((one.label for one in field.options if str(one.value) == text), text)
    return names.get(text.lower(), NAMELESS) if ID.fullmatch(text) else text


def _by_its_own_name(change: FieldChange, exact: Sequence[Any] | None, names: dict[str, str]) -> FieldChange:
    """A reference that was translated carries the name of the record it came from: a salesperson's code where a user
    is meant."""
    if exact is None or not (ids := references([exact])) or ids[-1] not in names or not _is_reference(exact[1]):
        return change
    return replace(change, new=names[ids[-1]])


def _refs(exact: Mapping[str, Sequence[Any]]) -> list[Ref]:
    """The records that these values were changed to refer to."""
    return [Ref(value[2], uuid.UUID(value[1])) for _, value in exact.values() if _is_reference(value)]


def references(exacts: Iterable[Sequence[Any]]) -> list[str]:
    """The ids of the records that exact values refer to."""
    return [str(value[1]) for each in exacts for value in each if _is_reference(value)]


def _is_reference(value: Any) -> bool:
    return isinstance(value, list) and value[:1] == [REFERENCE]


def spelled_out(name: str) -> str:
    """A column that nobody has a caption for."""
    return name.replace("_", " ").strip().capitalize()


def names_in(fields: Iterable[Iterable[Sequence[str]]], also: Iterable[str] = ()) -> dict[str, str]:
    """Values among these fields that are ids, and other ids -> what those records are called, as far as any run has
    said it."""
    texts = {str(value).lower() for each in fields for one in each for value in one[1:3]}
    ids = sorted({*(text for text in texts if ID.fullmatch(text)), *also})
    return named_by_runs(ids) if ids else {}


def named_by_runs(ids: Sequence[str]) -> dict[str, str]:
    """id of either side, as text -> the name by which a run knew that record last."""
    found: dict[str, str] = {}
    for model in (SyncError, RecordChange):
        for side in Side:
            column = f"{side.value}_id"
            rows = model.objects.filter(**{f"{column}__in": ids}).exclude(label="").order_by("pk")
            found |= {str(id): label for id, label in rows.values_list(column, "label") if not is_id(label)}
    return found


def is_id(text: str) -> bool:
    """Is this an id, which no person reads?"""
    return ID.fullmatch(text) is not None

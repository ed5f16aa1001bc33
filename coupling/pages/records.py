"""What a list or a card shows of the records of either side, with their couplings."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from coupling.models import Coupling
from coupling.pages.tables import captions, listed, shown_tables
from integration.connection.systems import Connected
from integration.models import TableMapping
from integration.pages.amounts import price
from integration.pages.lists.cells import is_price
from integration.sync.memory.halves import PARTNERLESS
from integration.sync.memory.ledger import Agreed, Pair, State
from integration.sync.rules import TableRule
from integration.systems.filters import EVERYTHING, AnyOf, Comparison, Filter, FilterError, parse
from integration.systems.values import Field, FieldType, Record, Ref, Side, Table, Value
from integration.systems.wording import NAMELESS, field_name, record_name, value_text

NUMBERS = (FieldType.DECIMAL, FieldType.INTEGER)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as a page shows it. ``refers_to``: the record it names, where that has a card."""

    label: str
    text: str
    numeric: bool = False
    refers_to: Ref | None = None

    @property
    def is_long(self) -> bool:
        """May it be more than its place on a card shows, so that it scrolls there?"""
        return len(self.text) > LONG or self.text.count("\n") > LINES


@dataclass(frozen=True, slots=True)
class Line:
    """One record to choose: its cells."""

    id: uuid.UUID
    title: str
    cells: tuple[Cell, ...]


MappedPair = tuple[TableMapping, Pair]
LONG, LINES = 100, 3
"""Letters and line breaks of a value that its place on a card shows for certain."""


def has_lacking(agreed: Agreed) -> bool:
    """Is there a half that says: seen, and without a partner on the other side?"""
    return any(half[:1] == PARTNERLESS for halves in agreed.values() for half in halves)


def title_of(side: Side, table: str, described: Table | None = None) -> str:
    """What the list of this table is called, also while its side does not answer."""
    name = listed(side, described).captions if described is not None else captions(side, table)
    return name + (" – Dynamics 365 Sales" if side is Side.CRM else "")


def columns_of(side: Side, table: Table) -> list[str]:
    """The columns of a list of this table."""
    return list(listed(side, table).columns)


def read_columns(side: Side, table: Table) -> list[str]:
    """What a list has to read: its columns, and what records are named by."""
    return list(dict.fromkeys([*columns_of(side, table), *naming(side, table)]))


def read(
    connected: Connected, rule: TableRule, side: Side, ids: Sequence[uuid.UUID], more: Collection[str] = ()
) -> Mapping[uuid.UUID, Record]:
    """These records of a side with what the mapping and a list need of them, and these columns."""
    table = rule.table(side)
    columns = list(dict.fromkeys([*rule.columns(side), *read_columns(side, table), *sorted(more)]))
    return connected.system(side).get(table.name, list(ids), columns) if ids else {}


def mappings_of(side: Side, table: str) -> list[TableMapping]:
    """The mappings that couple records of this table, in their order."""
    return list(TableMapping.objects.of_table(side, table))


def inside(table: Table, mappings: Sequence[TableMapping]) -> Filter:
    """Records of Sales inside the filter of at least one of these mappings. A filter that does not fit the table any
    more hides nothing: the mapping's own page tells what is wrong with it."""
    try:
        filters = tuple(parse(mapping.crm_filter, table) for mapping in mappings)
    except FilterError:
        return EVERYTHING
    return EVERYTHING if EVERYTHING in filters else AnyOf(filters)


def searched(table: Table, text: str) -> Filter:
    """Records whose number or name contains this text."""
    names = [name for name in _naming(table) if table.fields[name].type.textual]
    if not text.strip() or not names:
        return EVERYTHING
    return AnyOf(tuple(Comparison(name, "contains", text.strip()) for name in names))


def lines(side: Side, table: Table, records: Iterable[Record]) -> list[Line]:
    """Records as lines to choose from."""
    columns = columns_of(side, table)
    return [Line(one.id, name_of(side, table, one), cells(table, columns, one)) for one in records]


def mapped_pairs(
    side: Side, mappings: Sequence[TableMapping], ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, MappedPair]:
    """What the ledgers of these mappings know of these records. A pair goes before a row that was only reserved."""
    return {id: (mapping, row.pair) for id, (mapping, row) in mapped_rows(side, mappings, ids).items()}


def mapped_rows(
    side: Side, mappings: Sequence[TableMapping], ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, tuple[TableMapping, Coupling]]:
    """The same as they are stored."""
    if not mappings or not ids:
        return {}
    by_pk = {mapping.pk: mapping for mapping in mappings}
    rows = Coupling.objects.filter(mapping__in=by_pk, **{f"{side.value}_id__in": list(ids)}).order_by("mapping")
    found: dict[uuid.UUID, tuple[TableMapping, Coupling]] = {}
    for row in sorted(rows, key=lambda row: row.state == State.RESERVED.value):
        found.setdefault(getattr(row, f"{side.value}_id"), (by_pk[row.mapping_id], row))
    return found


def cells(table: Table, columns: Iterable[str], record: Record) -> tuple[Cell, ...]:
    """The values of these columns as people read them."""
    return tuple(_cell(table.fields[name], record.values.get(name)) for name in columns)


def _cell(field: Field, value: Value) -> Cell:
    refers_to = value if isinstance(value, Ref) and value.table in shown_tables() else None
    return Cell(field_name(field), shown(value, field), field.type in NUMBERS, refers_to)


def name_of(side: Side, table: Table, record: Record) -> str:
    """A record as people call it: number and name, or what its file names it by."""
    return record_name(table, record, listed(side, table).named_by)


def naming(side: Side, table: Table) -> list[str]:
    """What has to be read of a record to call it by its name."""
    return list(dict.fromkeys([*_naming(table), *listed(side, table).named_by]))


def shown(value: Value, field: Field | None = None) -> str:
    """A value as a page shows it: moments by the clock of the person, a price with the decimals of money."""
    if field is not None and is_price(field) and isinstance(value, Decimal):
        return price(value)
    if isinstance(value, Ref) and not value.label:
        return NAMELESS
    return value_text(value, field, timezone.get_current_timezone())


def _naming(table: Table) -> list[str]:
    names = (table.number_field, table.name_field)
    return list(dict.fromkeys(name for name in names if name and name in table.fields))

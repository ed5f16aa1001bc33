"""What a list or a card shows of the records of either side, with their couplings."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from integration.models import TableMapping
from integration.models.systems import Connected
from integration.sync.ledger import Partner, State
from integration.sync.plan import Planner
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options, Scope
from integration.sync.special.base import Run
from integration.systems.base import Field, FieldType, Page, Record, Ref, Side, System, Table, Value
from integration.systems.errors import Problem
from integration.systems.filters import EVERYTHING, AnyOf, Comparison, Filter, both

ROWS = 25
COUPLED_AT_MOST = 500

COLUMNS: dict[tuple[Side, str], tuple[str, ...]] = {
    (Side.ERP, "customer"): ("no", "name", "city", "phone_no", "salesperson_code", "currency_code", "blocked"),
    (Side.ERP, "vendor"): ("no", "name", "city", "phone_no", "purchaser_code", "blocked"),
    (Side.ERP, "contact"): ("no", "name", "type", "company_no", "e_mail", "phone_no"),
    (Side.ERP, "salesperson"): ("code", "name", "e_mail", "phone_no"),
    (Side.ERP, "item"): ("no", "description", "base_unit_of_measure", "unit_price", "inventory", "blocked"),
    (Side.ERP, "resource"): ("no", "name", "base_unit_of_measure", "unit_price", "blocked"),
    (Side.ERP, "opportunity"): ("no", "description", "contact_no", "salesperson_code", "status"),
    (Side.ERP, "currency"): ("code", "description", "iso_code", "exchange_rate"),
    (Side.CRM, "account"): ("name", "address1_city", "telephone1", "ownerid", "customertypecode", "statecode"),
    (Side.CRM, "contact"): ("fullname", "parentcustomerid", "emailaddress1", "telephone1", "statecode"),
    (Side.CRM, "product"): ("productnumber", "name", "price", "producttypecode", "statecode"),
    (Side.CRM, "systemuser"): ("fullname", "internalemailaddress", "isdisabled", "islicensed"),
    (Side.CRM, "opportunity"): ("name", "parentaccountid", "estimatedvalue", "statecode"),
}
"""The columns of a list, in order; other tables show their first few."""

TITLES = {
    (Side.ERP, "customer"): "Customers",
    (Side.ERP, "vendor"): "Vendors",
    (Side.ERP, "contact"): "Contacts",
    (Side.ERP, "salesperson"): "Salespeople/Purchasers",
    (Side.ERP, "item"): "Items",
    (Side.ERP, "resource"): "Resources",
    (Side.ERP, "opportunity"): "Opportunities",
    (Side.ERP, "currency"): "Currencies",
    (Side.ERP, "unit_of_measure"): "Units of Measure",
    (Side.ERP, "customer_price_group"): "Customer Price Groups",
    (Side.ERP, "sales_price"): "Sales Prices",
    (Side.CRM, "account"): "Accounts – Dynamics 365 Sales",
    (Side.CRM, "contact"): "Contacts – Dynamics 365 Sales",
    (Side.CRM, "product"): "Products – Dynamics 365 Sales",
    (Side.CRM, "systemuser"): "Users – Dynamics 365 Sales",
    (Side.CRM, "opportunity"): "Opportunities – Dynamics 365 Sales",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as a page shows it."""

    label: str
    text: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a list: its cells and the mapping it is coupled by, if it is."""

    id: uuid.UUID
    title: str
    cells: tuple[Cell, ...]
    mapping: TableMapping | None = None
    partner: Partner | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """One mapped pair of fields of two coupled records."""

    erp_label: str
    erp_text: str
    crm_label: str
    crm_text: str
    differs: bool


def title_of(side: Side, table: Table) -> str:
    """What the list of this table is called."""
    return TITLES.get((side, table.name), table.label + (" – Dynamics 365 Sales" if side is Side.CRM else ""))


def columns_of(side: Side, table: Table) -> list[str]:
    """The columns of a list of this table."""
    chosen = COLUMNS.get((side, table.name)) or tuple(table.fields)[:6]
    return [name for name in chosen if name in table.fields]


def mappings_of(side: Side, table: str) -> list[TableMapping]:
    """The mappings that couple records of this table."""
    return list(TableMapping.objects.filter(**{f"{side.value}_table": table}).order_by("position"))


def searched(table: Table, text: str) -> Filter:
    """Records whose number or name contains this text."""
    names = [name for name in (table.number_field, table.name_field) if name and table.fields[name].type.textual]
    if not text.strip() or not names:
        return EVERYTHING
    return AnyOf(tuple(Comparison(name, "contains", text.strip()) for name in dict.fromkeys(names)))


def page_of(
    system: System, table: Table, where: Filter, order: str = "", after: str | None = None
) -> tuple[list[Line], str | None]:
    """One page of a list, and the bookmark of the next one. Two queries for the couplings, however many rows."""
    columns = columns_of(system.side, table)
    order = order if order.removeprefix("-") in table.fields else (table.number_field or table.name_field)
    page: Page = system.find(table.name, where, _with_name(table, columns), [order] if order else [], ROWS, after)
    return lines(system.side, table, columns, page.records), page.cursor


def coupled_page(system: System, table: Table, where: Filter, search: str) -> list[Line]:
    """The coupled records of a table (the first few hundred), read by their ids."""
    ids: list[uuid.UUID] = []
    for mapping in mappings_of(system.side, table.name):
        couplings = mapping.couplings.filter(state=State.COUPLED.value)
        ids += couplings.values_list(f"{system.side.value}_id", flat=True)[:COUPLED_AT_MOST]
    columns = columns_of(system.side, table)
    found = system.get(table.name, ids, _with_name(table, columns)).values()
    text = search.strip().casefold()
    wanted = [r for r in found if not text or any(text in shown(v).casefold() for v in r.values.values())]
    return lines(system.side, table, columns, wanted)


def lines(side: Side, table: Table, columns: Sequence[str], records: Iterable[Record]) -> list[Line]:
    """Records as lines of a list, with their couplings."""
    listed = list(records)
    coupled = couplings_of(side, table.name, [record.id for record in listed])
    return [
        Line(record.id, name_of(table, record), cells(table, columns, record), *coupled.get(record.id, (None, None)))
        for record in listed
    ]


def couplings_of(side: Side, table: str, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[TableMapping, Partner]]:
    """What these records are coupled by; reserved pairs (never written) are none."""
    found: dict[uuid.UUID, tuple[TableMapping, Partner]] = {}
    for mapping in mappings_of(side, table):
        for id, partner in mapping.couplings.partners(side, ids).items():
            if partner.state is not State.RESERVED:
                found.setdefault(id, (mapping, partner))
    return found


def cells(table: Table, columns: Sequence[str], record: Record) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            table.fields[name].label or name,
            shown(record.values.get(name), table.fields[name]),
            table.fields[name].type in (FieldType.DECIMAL, FieldType.INTEGER),
        )
        for name in columns
    )


def name_of(table: Table, record: Record) -> str:
    """A record as people call it: number and name."""
    parts = [shown(record.values.get(name)) for name in (table.number_field, table.name_field) if name]
    return " ".join(dict.fromkeys(part for part in parts if part)) or str(record.id)


def side_by_side(connected: Connected, mapping: TableMapping, ours: Record | None, theirs: Record | None) -> list[Pair]:
    """The mapped fields of two records; where the engine would write one of them, it differs. Raises
    ``ConfigurationProblem`` for a broken mapping."""
    rule = mapping.rule(connected.erp, connected.crm)
    differing = _differing(connected, mapping, rule, ours, theirs) if ours and theirs else set()
    pairs = []
    for field in rule.fields:
        left, right = rule.field(Side.ERP, field), rule.field(Side.CRM, field)
        if left is not None and right is not None:
            a = shown(ours.values.get(left.name), left) if ours else ""
            b = shown(theirs.values.get(right.name), right) if theirs else ""
            pairs.append(Pair(left.label, a, right.label, b, field.key in differing))
    return pairs


def _differing(connected: Connected, mapping: TableMapping, rule: TableRule, ours: Record, theirs: Record) -> set[str]:
    to_crm = rule.direction.includes(Direction.TO_CRM)
    direction = Direction.TO_CRM if to_crm else Direction.TO_ERP
    source, destination = (connected.erp, connected.crm) if to_crm else (connected.crm, connected.erp)
    ledger: Any = mapping.couplings
    options = Options(scope=Scope.IDS, dry_run=True)
    planner = Planner(Run(rule, direction, source, destination, ledger, options, connected.context))
    return planner.differing(ours, theirs) if to_crm else planner.differing(theirs, ours)


def shown(value: Value, field: Field | None = None) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, Ref):
        return value.label or str(value.id)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field is not None and field.options:
        return next((option.label.strip() for option in field.options if option.value == value), str(value))
    return str(value)


def _with_name(table: Table, columns: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*columns, *(n for n in (table.number_field, table.name_field) if n)]))


__all__ = ["Line", "Pair", "Problem", "both", "columns_of", "coupled_page", "page_of", "side_by_side", "title_of"]

"""The rules of one mapping as frozen values: what the engine is told. Stored form: ``models/mapping/``."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from integration.sync.direction import Direction
from integration.sync.transformations import Transformation
from integration.systems.filters import EVERYTHING, Filter, fields_of
from integration.systems.values import Field, Side, Table, Value, is_option_table

__all__ = [
    "ConflictPolicy",
    "Context",
    "DeletionPolicy",
    "Direction",
    "FieldRule",
    "Limits",
    "Reference",
    "TableRule",
    "Template",
    "Trade",
]


class ConflictPolicy(StrEnum):
    """What happens when both sides changed the same two-way field."""

    NONE = "none"
    SEND = "send"
    GET = "get"

    def lets(self, direction: Direction) -> bool:
        """May this pass overwrite the other side's change?"""
        return self is (ConflictPolicy.SEND if direction is Direction.TO_CRM else ConflictPolicy.GET)


class DeletionPolicy(StrEnum):
    """What happens to a coupling when one of its rows is gone."""

    NONE = "none"
    RESTORE = "restore"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Reference:
    """Which mapping translates a reference field: its two tables. ``crm_table`` is ``entity.column`` where the
    Sales side is an option column instead of a lookup."""

    erp_table: str
    crm_table: str

    def table(self, side: Side) -> str:
        return self.erp_table if side is Side.ERP else self.crm_table

    @property
    def is_option(self) -> bool:
        return is_option_table(self.crm_table)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One pair of fields. ``erp_field`` or ``crm_field`` is blank where ``constant`` is the source.

    ``key`` names the pair in the agreed values; it is made of the two names, so it survives a reset to defaults.
    ``revision`` counts how often the pair was enabled or re-pointed: values agreed under an earlier one no longer
    count, and ``first_wins`` says who wins where two coupled records differ and never agreed (``None``: the policy).
    """

    direction: Direction
    erp_field: str = ""
    crm_field: str = ""
    constant: str = ""
    validate: bool = True
    not_null: bool = False
    clear_on_failed: bool = False
    reference: Reference | None = None
    transformations: tuple[Transformation, ...] = ()
    revision: int = 0
    first_wins: Side | None = None

    @property
    def key(self) -> str:
        again = f"#{self.revision}" if self.revision else ""
        return f"{self.erp_field}:{self.crm_field}{again}"

    def field(self, side: Side) -> str:
        return self.erp_field if side is Side.ERP else self.crm_field


@dataclass(frozen=True, slots=True)
class Template:
    """What a new record of one ``side`` is filled with where the mapping says nothing, for source records that meet
    the ``condition``."""

    name: str
    side: Side
    values: Mapping[str, Value]
    condition: Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may do without a person's word: change so many percent of the coupled records (but always
    ``changed_at_least``), and blank so many fields."""

    changed_percent: int = 20
    changed_at_least: int = 100
    blanked: int = 50


@dataclass(frozen=True, slots=True)
class TableRule:
    """One mapping with both tables as their systems describe them now."""

    name: str
    erp: Table
    crm: Table
    direction: Direction
    fields: tuple[FieldRule, ...]
    only_coupled: bool = True
    erp_filter: Filter = EVERYTHING
    crm_filter: Filter = EVERYTHING
    conflict: ConflictPolicy = ConflictPolicy.NONE
    deletion: DeletionPolicy = DeletionPolicy.NONE
    templates: tuple[Template, ...] = ()
    limits: Limits = Limits()
    crm_modified: str = ""

    def __post_init__(self) -> None:
        """Under a one-way mapping every field is one-way, that way: nobody would ever carry the other half."""
        if self.direction is not Direction.BOTH:
            one_way = (
                replace(one, direction=self.direction) if one.direction is Direction.BOTH else one
                for one in self.fields
            )
            object.__setattr__(self, "fields", tuple(one_way))

    def modified(self, side: Side) -> str:
        """The column that a person chose to read the changes of this side by; blank: what the system goes by."""
        return self.crm_modified if side is Side.CRM else ""

    def table(self, side: Side) -> Table:
        return self.erp if side is Side.ERP else self.crm

    def filter(self, side: Side) -> Filter:
        return self.erp_filter if side is Side.ERP else self.crm_filter

    def field(self, side: Side, rule: FieldRule) -> Field | None:
        name = rule.field(side)
        return self.table(side).fields.get(name) if name else None

    def fields_towards(self, direction: Direction) -> Iterator[FieldRule]:
        """The field rules that a pass in this direction carries."""
        return (rule for rule in self.fields if rule.direction.includes(direction))

    def templates_for(self, side: Side) -> tuple[Template, ...]:
        """Those for new records of this side, first choice first."""
        return tuple(template for template in self.templates if template.side is side)

    def columns(self, side: Side) -> tuple[str, ...]:
        """Every column of one side that mapping, filter or the conditions of templates look at, sorted."""
        mapped = {rule.field(side) for rule in self.fields} | fields_of(self.filter(side))
        for template in self.templates:
            mapped |= fields_of(template.condition) if template.side is side.other else set()
        return tuple(sorted(name for name in mapped if name))


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Trade:
    """What the documents of a run go by. ``orders``: is sales order integration on? ``keeps_amounts``: Sales leaves
    amounts as they are written. ``lines``: the rule of the lines, where a run carries whole documents."""

    orders: bool = False
    keeps_amounts: bool = False
    lines: TableRule | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a run knows about both ends. ``local_currency`` is the ERP's LCY code: a blank currency there means it.
    ``filters`` are the filters of all mappings as text, (ERP table, Sales table) -> [(ERP filter, Sales filter)], one
    for each mapping over that pair: a record is theirs if any of these filters takes it, and a record that refers to
    one outside all of them is left out instead of failing. ``quantity_decimals``: how many decimals quantities of a new
    product have in Sales, 0 to 5. ``trade`` is what documents go by. ``clock`` says what time it is."""

    local_currency: str = ""
    company: str = ""
    organization_id: uuid.UUID | None = None
    user_id: uuid.UUID | None = None
    filters: Mapping[tuple[str, str], Sequence[tuple[str, str]]] = field(default_factory=dict)
    quantity_decimals: int = 5
    trade: Trade = Trade()
    clock: Callable[[], dt.datetime] = utc_now

    def filters_of(self, side: Side, table: str, other: str = "") -> list[str]:
        """The filters of this side of all mappings of its table (over ``other``, where it is given)."""
        place = 0 if side is Side.ERP else 1
        found: list[str] = []
        for tables, pairs in self.filters.items():
            if tables[place] == table and other in ("", tables[1 - place]):
                found += [pair[place] for pair in pairs]
        return found

"""Values in the cells of a list, and the columns they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils import timezone

from integration.pages.amounts import plain, price
from integration.pages.states import Shown
from integration.systems.values import Field, FieldType, Money, Record, Table, Value
from integration.systems.wording import field_name, shorten, value_text

LONGEST_CELL, LONGEST_TITLE = 200, 1000
PENNIES = 2
PRICES = ("unit_price", "unit_cost")
"""Business Central keeps them with five decimals; people write those that are not blank."""


class Width(StrEnum):
    """How wide a column is: the name of a class in ``lists.css``. Wide ones share what is left."""

    CODE = "code"
    NUMBER = "number"
    COUNT = "count"
    DATE = "date"
    MOMENT = "moment"
    CHOICE = "choice"
    STATE = "state"
    TEXT = "text"
    NAME = "name"


WIDTHS = {
    FieldType.CODE: Width.CODE, FieldType.INTEGER: Width.NUMBER, FieldType.DECIMAL: Width.NUMBER,
    FieldType.BOOLEAN: Width.CODE, FieldType.DATE: Width.DATE, FieldType.DATETIME: Width.MOMENT,
    FieldType.OPTION: Width.CHOICE,
}  # fmt: skip
UNSORTED = (FieldType.REFERENCE, FieldType.MEMO, FieldType.TABLE, FieldType.UUID)
"""What not every system orders by."""
NUMBERS = (FieldType.DECIMAL, FieldType.INTEGER)
KEYS = (FieldType.UUID, FieldType.TABLE)
"""Nobody reads them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; ``order`` is what sorts by it (blank: nothing does), ``turned`` where a later value is a
    smaller one (an age), ``fades`` where it is shown only if something stands in it."""

    name: str
    label: str
    width: Width = Width.TEXT
    order: str = ""
    number: bool = False
    turned: bool = False
    fades: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """A button of one row: the form of the list sends it there. ``closed``: it does nothing now."""

    label: str
    url: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. ``title`` has all of a text that is cut; ``state`` is shown with its dot, ``soft`` in quiet ink;
    ``links`` (label, address) stand before the state; ``fold`` is what the cell unfolds to; ``presses`` are buttons;
    ``wraps``: whole sentences, on as many lines as they need."""

    text: str = ""
    url: str = ""
    title: str = ""
    state: Shown | None = None
    number: bool = False
    soft: bool = False
    links: Sequence[tuple[str, str]] = ()
    fold: str = ""
    presses: Sequence[Press] = ()
    wraps: bool = False


def column_of(table: Table, field: Field) -> Column:
    """The column of a field. A reference of Business Central is a code."""
    width = WIDTHS.get(field.type, Width.TEXT)
    if field.name in (table.name_field, "description"):
        width = Width.NAME
    elif field.type is FieldType.REFERENCE and field.name.endswith(("_code", "_no", "_group", "_of_measure")):
        width = Width.CODE
    sorts = field.name if field.sortable and field.type not in UNSORTED else ""
    return Column(field.name, field_name(field), width, sorts, field.type in NUMBERS)


def offered(table: Table) -> list[Column]:
    """Every column that a list of this table can have, by its label."""
    found = [column_of(table, field) for field in table.fields.values() if field.type not in KEYS]
    return sorted(found, key=lambda column: column.label.casefold())


def cell_of(record: Record, field: Field) -> Cell:
    """A value of a record in a list: amounts with thousands apart, blank for 0, moments by the person's clock."""
    value = record.values.get(field.name)
    return text_cell(number_text(value, field) if field.type in NUMBERS else worded(value, field), field)


def text_cell(text: str, field: Field | None = None) -> Cell:
    """A text, cut where nobody would read on."""
    number = field is not None and field.type in NUMBERS
    return Cell(shorten(text, LONGEST_CELL), title=shorten(text, LONGEST_TITLE), number=number)


def worded(value: Value, field: Field | None = None) -> str:
    """A value as who looks has chosen, in their time; for a spreadsheet as it is."""
    return value_text(value, field, timezone.get_current_timezone())


def number_text(value: Value, field: Field) -> str:
    """``1,234.50`` for money, ``2.5`` for quantities, nothing for 0."""
    if not isinstance(value, (int, Decimal)) or not value:
        return ""
    exact = Decimal(value)
    return price(exact) if is_price(field) or field.scale == PENNIES else plain(exact)


def is_price(field: Field) -> bool:
    """Is it an amount of money, or what one piece of something costs?"""
    return field.money is not Money.NONE or field.name in PRICES

"""Columns of lists of posted documents and entries: amounts in the currency of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from integration.business_central.documents.masters import Masters
from integration.pages.amounts import money, typed
from integration.pages.lists.cells import Cell, Column, Width, worded
from integration.pages.parts import first_url
from integration.pages.states import Shown
from integration.views.stored_lists import Own

STATE = "state_of"


def in_currency(rows: Iterable[Any]) -> list[Any]:
    """The rows, each with the ``step`` and the ``currency`` of its amounts."""
    masters, found = Masters(), list(rows)
    for row in found:
        row.step = masters.step(row.currency_code_id).normalize()
        row.currency = masters.currency_code(row.currency_code_id)
    return found


def amounts(names: Sequence[tuple[str, str]]) -> list[Own]:
    """The currency, and amounts in it; one that is 0 is blank but in a spreadsheet, where nothing stands between
    thousands."""
    masters = Masters()

    def amount(name: str, label: str) -> Own:
        column = Column(name, label, Width.NUMBER, name, number=True)

        def cell(row: Any) -> Cell:
            value, step = getattr(row, name), masters.step(row.currency_code_id)
            return Cell(money(value, step) if value else "", number=True)

        return Own(column, cell, lambda row: typed(getattr(row, name), masters.step(row.currency_code_id)))

    code = Column("currency_code", "Currency", Width.CODE)
    return [
        Own(code, lambda row: Cell(masters.currency_code(row.currency_code_id))),
        *(amount(name, label) for name, label in names),
    ]


def local_amounts(names: Sequence[tuple[str, str]]) -> list[Own]:
    """Amounts in the local currency."""
    step = Masters().local_step

    def amount(name: str, label: str) -> Own:
        column = Column(name, label, Width.NUMBER, name, number=True)
        return Own(
            column,
            lambda row: Cell(money(getattr(row, name), step) if getattr(row, name) else "", number=True),
            lambda row: typed(getattr(row, name), step),
        )

    return [amount(name, label) for name, label in names]


def plain(name: str, label: str, width: Width = Width.TEXT) -> Own:
    """A field under a shorter name."""

    def cell(row: Any) -> Cell:
        text = worded(getattr(row, name))
        return Cell(text, title=text)

    return Own(Column(name, label, width, name), cell)


def customer(field: str, name: Callable[[Any], str]) -> list[Own]:
    """The customer who pays: the number, and the name that leads to the card."""

    def cell(row: Any) -> Cell:
        url = first_url("record", ("erp", "customer", getattr(row, f"{field}_id")))
        return Cell(name(row), url, name(row))

    return [
        Own(Column(field, "Customer No.", Width.CODE), lambda row: Cell(getattr(row, field).no)),
        Own(Column("customer", "Customer", Width.NAME), cell),
    ]


def state(shown: Callable[[Any], Shown]) -> Own:
    """How it stands, as a dot with its word."""

    def cell(row: Any) -> Cell:
        found = shown(row)
        return Cell(found.label, state=found, title=found.label)

    return Own(Column(STATE, "State", Width.STATE), cell)

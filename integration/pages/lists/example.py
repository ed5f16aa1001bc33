"""A list of a few firms with every part that a list has, for the page of components."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import mark_safe

from integration.pages.lists.address import Address, Asked
from integration.pages.lists.cells import Cell, Column, Press, Width
from integration.pages.lists.layout import chosen_columns, views_of
from integration.pages.lists.pane import pane, selected
from integration.pages.lists.shown import Line, Look, ShownList, columns_named
from integration.pages.states import Shown, Style
from integration.systems.values import Field, FieldType, Option, Table

KEY, SIZE, STATE, COUNTRY = "components", 2, "state", "country"
TABLE = Table(
    "firm",
    "Firm",
    {
        "name": Field("name", FieldType.TEXT, "Name"),
        "balance": Field("balance", FieldType.DECIMAL, "Balance"),
        "since": Field("since", FieldType.DATE, "Customer since"),
        "kind": Field("kind", FieldType.OPTION, "Kind", options=(Option(0, "Company"), Option(1, "Person"))),
    },
)
OFFERED = (
    Column("name", "Name", Width.NAME, "name"),
    Column("balance", "Balance", Width.NUMBER, "balance", number=True),
    Column("coupling", "Coupling", Width.STATE),
    Column("message", "Message"),
    Column("actions", "Actions", Width.STATE),
)
USUAL = ("name", "balance", "coupling", "message", "actions")
FIRMS = (
    ("Adatum", "1,200.00", Shown("Coupled", Style.FAVORABLE), "The address is too long."),
    ("Fabrikam, Inc.", "", Shown("Not coupled", Style.SUBDUED), ""),
    ("Litware", "75.50", Shown("Failed", Style.UNFAVORABLE), "Somebody else has the account open."),
)
ADVICE = mark_safe("<p>Shorten it, then press Retry.</p>")


def example(asked: Asked, person: Any) -> ShownList:
    """The list as it was asked for; its second page begins behind the first two firms."""
    address = Address(asked, (STATE, COUNTRY))
    shown = ShownList(KEY, "Firms", ("firm", "firms"), address, "name", views=views_of(person, KEY))
    country = selected(COUNTRY, "Country", [("", "All"), ("gb", "Great Britain")], address.value(COUNTRY))
    shown.offered, shown.selectable, shown.also = OFFERED, True, "2 coupled"
    names = [column.name for column in OFFERED]
    shown.columns = columns_named(OFFERED, chosen_columns(person, KEY, USUAL, names))
    shown.pane = pane(TABLE, ("name", "balance", "kind"), address, [country])
    here = address.value(STATE)
    looks = (("", "All"), ("coupled", "Coupled"), ("failed", "Failed"))
    shown.looks = [Look(label, address.query(state=state), state == here) for state, label in looks]
    behind = int(shown.open_bookmark() or 0)
    shown.lines = [_line(shown, place) for place in range(behind, min(behind + SIZE, len(FIRMS)))]
    shown.keep_bookmark(str(behind + SIZE) if behind + SIZE < len(FIRMS) else "")
    shown.count_rows(len(FIRMS))
    return shown


def empty() -> ShownList:
    """The same list without a row."""
    return ShownList(KEY, "Firms without an order", ("firm", "firms"), Address({}), columns=OFFERED[:2])


def _line(shown: ShownList, place: int) -> Line:
    name, balance, state, message = FIRMS[place]
    cells = {
        "name": Cell(name, title=name),
        "balance": Cell(balance, number=True),
        "coupling": Cell(state.label, state=state),
        "message": Cell(message, fold=ADVICE if message else ""),
        "actions": Cell(presses=[Press("Retry", "#", closed=not message)]),
    }
    return Line(place, name, "#", [cells[column.name] for column in shown.columns])

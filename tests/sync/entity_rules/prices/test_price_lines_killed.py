"""A run that dies in the middle of handing a line on: the next ones bring the same list about, with one line each."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from uuid import UUID

import pytest

from integration.sync.run import Scope
from integration.systems.errors import Unreachable
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import Cronus, standard
from tests.sync.entity_rules.prices.calendar import GROUP, NEW_YEAR, PRICE, Calendar, amounts, go, look_at, year_end
from tests.sync.entity_rules.prices.calendar import bicycle as bicycle
from tests.sync.entity_rules.prices.calendar import calendar as calendar
from tests.sync.entity_rules.prices.calendar import retail as retail

DEATHS = pytest.mark.parametrize(
    ("verb", "done"), [(verb, done) for verb in ("insert", "update", "delete") for done in (0, None)]
)
"""Killed in this kind of write, before or after it took effect."""


def die_in(cronus: Cronus, verb: str, done: int | None) -> None:
    died = Unreachable("The worker was killed.")
    cronus.crm.fail_on(verb, died, when=lambda call: call.table == "productpricelevel", done=done)


def synchronized(cronus: Cronus) -> None:
    """Two more runs, the second of which has nothing to do."""
    for _ in range(2):
        go(cronus)
        go(cronus, scope=Scope.EVERYTHING)
    written = len([call for call in cronus.crm.log if call.verb in ("insert", "update", "delete")])
    go(cronus, scope=Scope.EVERYTHING)
    assert len([call for call in cronus.crm.log if call.verb in ("insert", "update", "delete")]) == written
    assert cronus.journal.failures == []


def coupled(cronus: Cronus) -> set[UUID]:
    """The lines that belong to a price."""
    return {pair.crm_id for pair in cronus.ledger(standard(PRICE)).rows.values() if pair.state == "coupled"}


@DEATHS
def test_killed_at_the_turn_of_the_year_there_is_one_line_with_the_price_of_the_new_one(
    cronus: Cronus, bicycle: UUID, retail: UUID, calendar: Calendar, verb: str, done: int | None
) -> None:
    old, new = year_end(cronus, bicycle, retail)
    go(cronus)
    calendar.day = NEW_YEAR
    die_in(cronus, verb, done)
    with suppress(Unreachable):
        look_at(cronus, old, new)
    synchronized(cronus)
    assert amounts(cronus, retail) == [60]
    assert coupled(cronus) == set(cronus.crm.ids("productpricelevel")) - lines_of_the_default_list(cronus)


@DEATHS
def test_killed_while_a_price_ends_there_is_no_line(
    cronus: Cronus, bicycle: UUID, retail: UUID, calendar: Calendar, verb: str, done: int | None
) -> None:
    price = cronus.price(retail, bicycle, "50", ending_date=dt.date(2026, 12, 31))
    go(cronus)
    calendar.day = NEW_YEAR
    die_in(cronus, verb, done)
    with suppress(Unreachable):
        look_at(cronus, price)
    synchronized(cronus)
    assert amounts(cronus, retail) == []


@DEATHS
def test_killed_while_a_price_moves_it_is_on_the_other_list_alone(
    cronus: Cronus, bicycle: UUID, retail: UUID, verb: str, done: int | None
) -> None:
    trade = cronus.price_group("TRADE")
    cronus.make(GROUP, trade)
    price = cronus.price(retail, bicycle, "8")
    cronus.price(retail, bicycle, "9")
    go(cronus)
    cronus.erp.edit("sales_price", price, sales_code=Ref("customer_price_group", trade))
    die_in(cronus, verb, done)
    with suppress(Unreachable):
        go(cronus)
    synchronized(cronus)
    assert (amounts(cronus, retail), amounts(cronus, trade)) == ([9], [8])
    assert coupled(cronus) == set(cronus.crm.ids("productpricelevel")) - lines_of_the_default_list(cronus)


def lines_of_the_default_list(cronus: Cronus) -> set[UUID]:
    lists = {id for id in cronus.crm.ids("pricelevel") if "Default" in str(cronus.crm.values("pricelevel", id)["name"])}
    lines = cronus.crm.ids("productpricelevel")
    return {id for id in lines if cronus.crm.values("productpricelevel", id)["pricelevelid"].id in lists}

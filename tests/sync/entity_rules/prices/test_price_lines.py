"""Which price of an item stands on the price list of its group, and how the line changes hands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from integration.sync.run import Counters, Scope
from integration.systems.errors import Refused
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, Cronus, changed, standard
from tests.sync.entity_rules.prices.calendar import (
    CURRENCY,
    GROUP,
    LAST_DAY,
    NEW_YEAR,
    PRICE,
    UNIT,
    Calendar,
    amounts,
    bicycle,
    calendar,
    go,
    look_at,
    retail,
    year_end,
)

__all__ = ["bicycle", "calendar", "retail"]


# --- which price it is ---------------------------------------------------------------------------------------


def test_one_price_for_everybody_and_one_from_ten_pieces_make_one_line_and_no_failure(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cronus.price(retail, bicycle, "80", minimum_quantity=Decimal(10))
    cronus.price(retail, bicycle, "100")
    assert go(cronus) == Counters(inserted=1, skipped=1)
    assert amounts(cronus, retail) == [100]
    assert cronus.reasons() == ["It applies from 10 pieces; a price list has the price of a single one."]


def test_a_price_from_ten_pieces_alone_makes_no_line_and_is_never_skipped_for_failing(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cronus.price(retail, bicycle, "80", minimum_quantity=Decimal(10))
    for _ in range(3):
        assert go(cronus, scope=Scope.EVERYTHING) == Counters(skipped=1)
        assert cronus.journal.failures == []
    assert amounts(cronus, retail) == []


def test_prices_for_the_base_unit_a_box_and_no_unit_make_one_line_for_the_base_unit(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    box = cronus.erp.add("unit_of_measure", code="BOX")
    cronus.make(UNIT, box)
    cronus.price(retail, bicycle, "80", unit_of_measure_code=Ref("unit_of_measure", box))
    cronus.price(retail, bicycle, "11")
    pieces = cronus.price(retail, bicycle, "10", unit_of_measure_code=Ref("unit_of_measure", cronus.pieces))
    assert go(cronus) == Counters(inserted=1, skipped=2)
    assert amounts(cronus, retail) == [10]
    assert cronus.twin(PRICE, pieces)["uomid"].label == "PCS"
    assert any("unit BOX" in reason for reason in cronus.reasons())


def test_a_price_in_another_currency_than_its_list_is_left_out(cronus: Cronus, bicycle: UUID, retail: UUID) -> None:
    euro = cronus.currency("EUR", "1.25")
    cronus.make(CURRENCY, euro)
    cronus.price(retail, bicycle, "120", currency_code=Ref("currency", euro))
    cronus.price(retail, bicycle, "100")
    assert go(cronus) == Counters(inserted=1, skipped=1)
    assert amounts(cronus, retail) == [100]
    assert "EUR" in cronus.reasons()[0]


def test_an_expired_price_of_an_item_that_is_not_coupled_is_left_out_and_does_not_wait(
    cronus: Cronus, retail: UUID
) -> None:
    pump = cronus.item("1001", "Pump")
    cronus.price(retail, pump, "4", ending_date=dt.date(2025, 12, 31))
    assert go(cronus) == Counters(skipped=1)


def test_prices_outside_the_filter_of_the_mapping_do_not_compete(cronus: Cronus, bicycle: UUID, retail: UUID) -> None:
    cronus.price(retail, bicycle, "100")
    cronus.price(retail, bicycle, "1", starting_date=dt.date(2026, 1, 1))
    rule = changed(PRICE, erp_filter="sales_type = 'Customer Price Group' and unit_price > 50")
    cronus.run(TO_CRM, rule)
    assert amounts(cronus, retail) == [100]


def test_an_ended_price_in_another_currency_does_not_keep_a_group_from_its_price_list(
    cronus: Cronus, bicycle: UUID, calendar: Calendar
) -> None:
    euro = cronus.currency("EUR", "1.25")
    trade = cronus.price_group("TRADE")
    cronus.price(trade, bicycle, "8", currency_code=Ref("currency", euro), ending_date=dt.date(2025, 12, 31))
    cronus.price(trade, bicycle, "7")
    [list_id] = cronus.make(GROUP, trade)
    assert cronus.crm.values("pricelevel", list_id)["transactioncurrencyid"].id == cronus.gbp


def test_an_amount_has_the_decimals_that_prices_of_the_organization_have_and_is_written_once(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cronus.price(retail, bicycle, "0.12345")
    go(cronus)
    assert amounts(cronus, retail) == [Decimal("0.12")]
    before = len(cronus.crm.log)
    go(cronus, scope=Scope.EVERYTHING, force=True)
    assert [call for call in cronus.crm.log[before:] if call.verb in ("insert", "update", "delete")] == []


# --- how it changes hands ------------------------------------------------------------------------------------


def test_the_line_follows_on_the_day_and_stays_one_line(
    cronus: Cronus, bicycle: UUID, retail: UUID, calendar: Calendar
) -> None:
    old, new = year_end(cronus, bicycle, retail)
    assert go(cronus) == Counters(inserted=1, skipped=1)
    line = cronus.pair(old, standard(PRICE)).crm_id
    calendar.day = NEW_YEAR
    look_at(cronus, old, new)
    assert amounts(cronus, retail) == [60]
    assert cronus.pair(new, standard(PRICE)).crm_id == line
    assert not cronus.is_coupled(PRICE, old)
    assert cronus.journal.failures == []


def test_a_look_at_the_old_price_alone_brings_the_new_one(
    cronus: Cronus, bicycle: UUID, retail: UUID, calendar: Calendar
) -> None:
    old, _ = year_end(cronus, bicycle, retail)
    go(cronus)
    calendar.day = NEW_YEAR
    look_at(cronus, old)
    assert amounts(cronus, retail) == [60]


def test_a_second_look_on_the_same_day_writes_nothing(
    cronus: Cronus, bicycle: UUID, retail: UUID, calendar: Calendar
) -> None:
    old, new = year_end(cronus, bicycle, retail)
    go(cronus)
    calendar.day = NEW_YEAR
    look_at(cronus, old, new)
    before = cronus.all("productpricelevel")
    written = len([call for call in cronus.crm.log if call.verb in ("insert", "update", "delete")])
    go(cronus, scope=Scope.EVERYTHING)
    assert cronus.all("productpricelevel") == before
    assert len([call for call in cronus.crm.log if call.verb in ("insert", "update", "delete")]) == written


def test_a_price_that_ends_without_a_successor_takes_its_line_with_it(
    cronus: Cronus, bicycle: UUID, retail: UUID, calendar: Calendar
) -> None:
    old = cronus.price(retail, bicycle, "50", ending_date=LAST_DAY)
    go(cronus)
    calendar.day = NEW_YEAR
    assert look_at(cronus, old) == Counters(uncoupled=1)
    assert amounts(cronus, retail) == []
    assert cronus.reasons() == ["It applied until 2026-12-31."]
    assert go(cronus) == Counters()


def test_a_line_that_cannot_be_deleted_stays_coupled_and_is_tried_again(
    cronus: Cronus, bicycle: UUID, retail: UUID, calendar: Calendar
) -> None:
    old = cronus.price(retail, bicycle, "50", ending_date=LAST_DAY)
    go(cronus)
    calendar.day = NEW_YEAR
    cronus.crm.fail_on("delete", Refused("The price list is locked."))
    assert look_at(cronus, old) == Counters(failed=1)
    assert cronus.is_coupled(PRICE, old)
    go(cronus)
    assert amounts(cronus, retail) == []


def test_when_the_price_that_held_the_line_is_deleted_the_next_one_takes_it_over(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cheap = cronus.price(retail, bicycle, "8")
    dear = cronus.price(retail, bicycle, "9")
    go(cronus)
    line = cronus.pair(cheap, standard(PRICE)).crm_id
    cronus.erp.remove("sales_price", cheap)
    go(cronus)
    assert (amounts(cronus, retail), cronus.journal.failures) == ([9], [])
    assert cronus.pair(dear, standard(PRICE)).crm_id == line


def test_a_better_price_takes_the_line_over_at_once(cronus: Cronus, bicycle: UUID, retail: UUID) -> None:
    first = cronus.price(retail, bicycle, "9")
    go(cronus)
    second = cronus.price(retail, bicycle, "8")
    assert go(cronus) == Counters(modified=1)
    assert (amounts(cronus, retail), cronus.journal.failures) == ([8], [])
    assert (cronus.is_coupled(PRICE, first), cronus.is_coupled(PRICE, second)) == (False, True)


def test_a_price_that_becomes_one_for_many_pieces_hands_the_line_to_the_other(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cheap = cronus.price(retail, bicycle, "8")
    cronus.price(retail, bicycle, "9")
    go(cronus)
    cronus.erp.edit("sales_price", cheap, minimum_quantity=Decimal(10))
    go(cronus)
    assert (amounts(cronus, retail), cronus.journal.failures) == ([9], [])


def test_a_price_for_all_customers_from_now_on_hands_its_line_on_or_takes_it_along(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    cheap, dear = cronus.price(retail, bicycle, "8"), cronus.price(retail, bicycle, "9")
    go(cronus)
    cronus.erp.edit("sales_price", cheap, sales_type=2, sales_code=None)
    go(cronus)
    assert (amounts(cronus, retail), cronus.journal.failures) == ([9], [])
    assert not cronus.is_coupled(PRICE, cheap)
    cronus.erp.edit("sales_price", dear, sales_type=2, sales_code=None)
    go(cronus)
    assert (amounts(cronus, retail), cronus.journal.failures) == ([], [])


def test_a_line_stays_when_a_narrower_filter_leaves_its_price_out(cronus: Cronus, bicycle: UUID, retail: UUID) -> None:
    cronus.price(retail, bicycle, "8")
    go(cronus)
    rule = changed(PRICE, erp_filter="sales_type = 'Customer Price Group' and unit_price > 50")
    cronus.run(TO_CRM, rule, scope=Scope.EVERYTHING)
    assert amounts(cronus, retail) == [8]

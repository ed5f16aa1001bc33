"""A price that moves to another group or item, and a mapping without what identifies a line."""

from __future__ import annotations

from uuid import UUID

import pytest

from integration.systems.errors import ConfigurationProblem
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, Cronus, changed
from tests.sync.entity_rules.prices.calendar import GROUP, ITEM, PRICE, amounts, bicycle, calendar, go, retail

__all__ = ["bicycle", "calendar", "retail"]


# --- a price that moves --------------------------------------------------------------------------------------


def test_a_price_moved_to_another_group_is_on_that_list_and_no_longer_on_the_first(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    trade = cronus.price_group("TRADE")
    cronus.make(GROUP, trade)
    price = cronus.price(retail, bicycle, "8")
    go(cronus)
    cronus.erp.edit("sales_price", price, sales_code=Ref("customer_price_group", trade))
    go(cronus)
    assert (amounts(cronus, retail), amounts(cronus, trade)) == ([], [8])
    assert cronus.is_coupled(PRICE, price)


def test_a_price_moved_to_another_item_leaves_the_line_of_the_first_to_the_next_price(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    pump = cronus.item("1001", "Pump")
    cronus.make(ITEM, pump)
    price = cronus.price(retail, bicycle, "8")
    cronus.price(retail, bicycle, "9")
    go(cronus)
    cronus.erp.edit("sales_price", price, item_no=Ref("item", pump))
    go(cronus)
    assert sorted(amounts(cronus, retail)) == [8, 9]
    assert cronus.twin(PRICE, price)["productid"].label == "1001"


def test_two_prices_that_change_places_between_groups_end_on_each_others_list(
    cronus: Cronus, bicycle: UUID, retail: UUID
) -> None:
    trade = cronus.price_group("TRADE")
    cronus.make(GROUP, trade)
    one, other = cronus.price(retail, bicycle, "8"), cronus.price(trade, bicycle, "7")
    go(cronus)
    cronus.erp.edit("sales_price", one, sales_code=Ref("customer_price_group", trade))
    cronus.erp.edit("sales_price", other, sales_code=Ref("customer_price_group", retail))
    go(cronus)
    go(cronus)
    assert (amounts(cronus, retail), amounts(cronus, trade)) == ([7], [8])


# --- without what identifies a line --------------------------------------------------------------------------


@pytest.mark.parametrize(("column", "label"), [("pricelevelid", "pricelevelid"), ("productid", "productid")])
def test_without_the_field_for_list_or_product_the_run_says_so_before_it_touches_a_row(
    cronus: Cronus, bicycle: UUID, retail: UUID, column: str, label: str
) -> None:
    cronus.price(retail, bicycle, "8")
    with pytest.raises(ConfigurationProblem, match=f"cannot be synchronized without its field mapping.*{label}"):
        cronus.run(TO_CRM, changed(PRICE, without=(column,)))
    assert amounts(cronus, retail) == []

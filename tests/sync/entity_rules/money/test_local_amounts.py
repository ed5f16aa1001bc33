"""Amounts in local currency in rows of Sales that have a currency of their own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from integration.sync.rules import Direction
from integration.sync.run import Counters, Scope
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, changed, standard
from tests.sync.entity_rules.deals import adatum, helen, opportunity

__all__ = ["adatum", "helen"]

CUSTOMER, OPPORTUNITY = "CUSTOMER", "OPPORTUNITY"
RATES = {"JPY": ("192.3076923077", 0), "EUR": ("1.1716461629", 2)}


def currency(cronus: Cronus, code: str, rate: str = "", decimals: int = 2) -> tuple[Any, Any]:
    """A currency on both sides, coupled."""
    rate, decimals = RATES.get(code, (rate, decimals))
    ours = cronus.erp.add("currency", code=code, iso_code=code, exchange_rate=Decimal(rate))
    theirs = cronus.crm.add(
        "transactioncurrency", isocurrencycode=code, exchangerate=Decimal(rate), currencyprecision=decimals
    )
    cronus.couple(standard("CURRENCY"), ours, theirs)
    return ours, theirs


def limit(cronus: Cronus, firm: UUID) -> Decimal:
    return cronus.twin(CUSTOMER, firm)["creditlimit"]


def test_a_credit_limit_of_a_customer_in_yen_is_in_yen(cronus: Cronus) -> None:
    yen, _ = currency(cronus, "JPY")
    firm = cronus.customer("Adatum", "C10", credit_limit_lcy=Decimal("1234.56"), currency_code=Ref("currency", yen))
    cronus.make(CUSTOMER, firm)
    assert limit(cronus, firm) == Decimal(237415)


def test_a_credit_limit_of_a_customer_in_local_currency_stays_as_it_is(cronus: Cronus) -> None:
    firm = cronus.customer("Adatum", "C10", credit_limit_lcy=Decimal("1234.56"))
    cronus.make(CUSTOMER, firm)
    assert limit(cronus, firm) == Decimal("1234.56")


def test_a_new_rate_is_no_change_of_a_credit_limit(cronus: Cronus) -> None:
    yen, there = currency(cronus, "JPY")
    firm = cronus.customer("Adatum", "C10", credit_limit_lcy=Decimal("1234.56"), currency_code=Ref("currency", yen))
    cronus.make(CUSTOMER, firm)
    cronus.crm.edit("transactioncurrency", there, exchangerate=Decimal(200))
    assert [one.changed for one in cronus.both(standard(CUSTOMER), scope=Scope.EVERYTHING)] == [0, 0]
    cronus.erp.edit("customer", firm, credit_limit_lcy=Decimal(1000))
    cronus.both(standard(CUSTOMER))
    assert limit(cronus, firm) == Decimal(200000)


def test_another_currency_of_the_customer_takes_its_credit_limit_along(cronus: Cronus) -> None:
    yen, _ = currency(cronus, "JPY")
    euro, _ = currency(cronus, "EUR")
    firm = cronus.customer("Adatum", "C10", credit_limit_lcy=Decimal(3000), currency_code=Ref("currency", yen))
    cronus.make(CUSTOMER, firm)
    cronus.erp.edit("customer", firm, currency_code=Ref("currency", euro))
    cronus.both(standard(CUSTOMER))
    assert limit(cronus, firm) == Decimal("3514.94")
    assert [one.changed for one in cronus.both(standard(CUSTOMER), scope=Scope.EVERYTHING)] == [0, 0]


@pytest.mark.parametrize("rate", ["0", None])
def test_where_there_is_no_rate_the_record_says_so(cronus: Cronus, rate: str | None) -> None:
    yen, there = currency(cronus, "JPY")
    cronus.crm.edit("transactioncurrency", there, exchangerate=None if rate is None else Decimal(rate))
    firm = cronus.customer("Adatum", "C10", credit_limit_lcy=Decimal("1234.56"), currency_code=Ref("currency", yen))
    rule = changed(CUSTOMER, erp_filter="", only_coupled=False)
    assert cronus.run(TO_CRM, rule, create=True) == Counters(failed=1)
    assert "JPY has no exchange rate" in cronus.messages()
    assert cronus.crm.ids("account") == []
    assert cronus.erp.values("customer", firm)["credit_limit_lcy"] == Decimal("1234.56")


# --- opportunities: the salesperson chooses the currency -----------------------------------------------------------


def test_an_opportunity_in_euro_has_its_local_value_in_euro(cronus: Cronus, adatum: UUID, helen: UUID) -> None:
    _, euro = currency(cronus, "EUR")
    deal = opportunity(cronus, helen, adatum, estimated_value_lcy=Decimal(1))
    cronus.run(TO_CRM, standard(OPPORTUNITY))
    twin = cronus.pair(deal, standard(OPPORTUNITY)).crm_id
    cronus.crm.edit("opportunity", twin, transactioncurrencyid=Ref("transactioncurrency", euro))
    cronus.erp.edit("opportunity", deal, estimated_value_lcy=Decimal(3000))
    cronus.both(standard(OPPORTUNITY))
    assert cronus.twin(OPPORTUNITY, deal)["estimatedvalue"] == Decimal("3514.94")
    assert [one.changed for one in cronus.both(standard(OPPORTUNITY), scope=Scope.EVERYTHING)] == [0, 0]


def test_a_new_opportunity_is_made_in_local_currency(cronus: Cronus, adatum: UUID, helen: UUID) -> None:
    deal = opportunity(cronus, helen, adatum, estimated_value_lcy=Decimal(3000))
    cronus.run(TO_CRM, standard(OPPORTUNITY))
    made = cronus.twin(OPPORTUNITY, deal)
    assert (made["estimatedvalue"], made["transactioncurrencyid"].id) == (Decimal(3000), cronus.gbp)


def test_a_value_that_goes_both_ways_comes_back_in_local_currency(cronus: Cronus, adatum: UUID, helen: UUID) -> None:
    _, euro = currency(cronus, "EUR")
    deal = opportunity(cronus, helen, adatum, estimated_value_lcy=Decimal(1))
    cronus.run(TO_CRM, both_ways())
    twin = cronus.pair(deal, both_ways()).crm_id
    in_euro = Ref("transactioncurrency", euro)
    cronus.crm.edit("opportunity", twin, transactioncurrencyid=in_euro, estimatedvalue=Decimal("3514.94"))
    cronus.run(TO_ERP, both_ways())
    assert cronus.erp.values("opportunity", deal)["estimated_value_lcy"] == Decimal("3000.00")
    assert [one.changed for one in cronus.both(both_ways(), scope=Scope.EVERYTHING)] == [0, 0]


def both_ways() -> Any:
    rule = standard(OPPORTUNITY)
    fields = tuple(
        replace(one, direction=Direction.BOTH) if one.crm_field == "estimatedvalue" else one for one in rule.fields
    )
    return replace(rule, fields=fields)

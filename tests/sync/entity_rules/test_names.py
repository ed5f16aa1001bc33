"""Names that are one for Sales, however they are written here: found again, never doubled, never the end of a run."""

from __future__ import annotations

import uuid

import pytest

from integration.sync.matching.pairs import by_name
from integration.sync.run import Counters
from integration.systems.errors import InvalidValue
from integration.systems.text import REFUSED
from integration.systems.values import Record, Value
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, standard

UNIT, GROUP, CURRENCY, CUSTOMER = "UNIT OF MEASURE", "CUSTPRCGRP-PRICE", "CURRENCY", "CUSTOMER"
WRITINGS = ["Café", "CAFE", "Cafe\u0301", "CAFÉ ", "cafe\u00a0"]


@pytest.mark.parametrize("written", WRITINGS)
def test_a_unit_group_is_found_however_sales_writes_its_name(cronus: Cronus, written: str) -> None:
    group = cronus.crm.add("uomschedule", name=f"NAV {written}", baseuomname="CAFÉ")
    unit = cronus.erp.add("unit_of_measure", code="CAFÉ")
    cronus.run(TO_CRM, standard(UNIT), create=True)
    assert cronus.pair(unit, standard(UNIT)).crm_id == group


@pytest.mark.parametrize("written", WRITINGS)
def test_a_price_list_is_found_however_sales_writes_its_name(cronus: Cronus, written: str) -> None:
    there = cronus.crm.add("pricelevel", name=written)
    group = cronus.price_group("CAFÉ")
    cronus.run(TO_CRM, standard(GROUP), create=True)
    assert cronus.pair(group, standard(GROUP)).crm_id == there


def test_a_currency_is_found_though_its_iso_code_stands_there_in_small_letters(cronus: Cronus) -> None:
    there = cronus.crm.add("transactioncurrency", isocurrencycode="eur", currencyname="Euro")
    euro = cronus.currency("EUR", "1.25")
    cronus.run(TO_CRM, standard(CURRENCY), create=True)
    assert cronus.pair(euro, standard(CURRENCY)).crm_id == there


def test_two_codes_that_are_one_name_for_sales_share_no_price_list(cronus: Cronus) -> None:
    there = cronus.crm.add("pricelevel", name="Cafe")
    accented, plain = cronus.price_group("CAFÉ"), cronus.price_group("CAFE")
    counters = cronus.run(TO_CRM, standard(GROUP), create=True)
    assert cronus.pair(plain, standard(GROUP)).crm_id == there
    assert not cronus.is_coupled(GROUP, accented)
    assert counters.failed == 1


def named(*names: str) -> list[Record]:
    return [Record("pricelevel", uuid.uuid4(), {"name": name}, "1") for name in names]


def test_a_row_that_is_written_alike_comes_before_one_that_is_only_equal_for_sales() -> None:
    cafe = uuid.uuid4()
    alike, equal = named("Cafe", "Café")
    assert by_name({cafe: "CAFE"}, [equal, alike], "name") == {cafe: [alike]}


def test_a_row_that_nobody_asked_for_is_nobodys() -> None:
    assert by_name({uuid.uuid4(): "Retail"}, named("Wholesale", ""), "name") == {}
    assert by_name({uuid.uuid4(): ""}, named(""), "name") == {}


@pytest.fixture
def strict(cronus: Cronus) -> Cronus:
    """Sales refuses characters that XML cannot hold, as Dataverse does."""

    def refuse(values: dict[str, Value]) -> dict[str, Value]:
        for name, value in values.items():
            if isinstance(value, str) and REFUSED.search(value):
                raise InvalidValue("Invalid character in field.", field=name, value=value)
        return values

    cronus.crm.plug_ins["account"] = refuse
    return cronus


def test_a_character_that_sales_refuses_arrives_as_a_blank_and_is_left_alone_here(strict: Cronus) -> None:
    adatum = strict.customer("Adatum\x0bCorporation", "10000")
    [account] = strict.make(CUSTOMER, adatum)
    assert strict.crm.values("account", account)["name"] == "Adatum Corporation"
    strict.crm.edit("account", account, statecode=0)
    rule = standard(CUSTOMER)
    for direction in (TO_ERP, TO_CRM, TO_ERP):
        assert strict.run(direction, rule).modified == 0
    strict.run(TO_ERP, rule, force=True)
    assert strict.erp.values("customer", adatum)["name"] == "Adatum\x0bCorporation"


def test_an_edit_in_sales_beside_such_a_character_still_arrives(strict: Cronus) -> None:
    adatum = strict.customer("Adatum\x0bCorporation", "10000")
    [account] = strict.make(CUSTOMER, adatum)
    strict.crm.edit("account", account, name="Adatum Company", statecode=0)
    assert strict.run(TO_ERP, standard(CUSTOMER)) == Counters(modified=1)
    assert strict.erp.values("customer", adatum)["name"] == "Adatum Company"

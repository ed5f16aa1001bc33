"""A record born in Sales keeps everything a person entered there; only what Business Central gave comes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from integration.sync.run import Scope
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, standard

Born = Callable[[Cronus], tuple[uuid.UUID, dict[str, object]]]


def opportunity(cronus: Cronus) -> tuple[uuid.UUID, dict[str, object]]:
    """Fifty bicycles for Adatum, entered with value, account and a coupled contact."""
    firm = cronus.customer("Adatum", "C10")
    [account] = cronus.make("CUSTOMER", firm)
    [helen] = cronus.make("CONTACT", cronus.person(firm, "Helen Ray"))
    entered = {
        "name": "Fifty bicycles",
        "estimatedvalue": Decimal(1000),
        "parentaccountid": Ref("account", account),
        "parentcontactid": Ref("contact", helen),
        "ownerid": Ref("systemuser", cronus.jim_user),
        "statecode": 0,
    }
    return cronus.crm.add("opportunity", **entered), entered


def product(cronus: Cronus, type: int) -> tuple[uuid.UUID, dict[str, object]]:
    """A product that somebody described, priced and weighed in Sales."""
    units = {cronus.crm.values("uom", id)["name"]: id for id in cronus.crm.ids("uom")}
    entered = {
        "name": "Bicycle",
        "productnumber": "S-1",
        "producttypecode": type,
        "price": Decimal(500),
        "standardcost": Decimal(300),
        "currentcost": Decimal(310),
        "stockvolume": Decimal(2),
        "stockweight": Decimal(14),
        "vendorpartnumber": "V-77",
        "defaultuomid": Ref("uom", units["PCS"]),
        "defaultuomscheduleid": Ref("uomschedule", cronus.pieces_group),
        "statecode": 0,
        "statuscode": 1,
    }
    return cronus.crm.add("product", **entered), entered


def account(cronus: Cronus) -> tuple[uuid.UUID, dict[str, object]]:
    """A firm with a credit limit, a city and a phone."""
    id = cronus.account("Fabrikam", creditlimit=Decimal(5000), emailaddress1="info@fabrikam.example")
    return id, cronus.crm.values("account", id)


BORN: list[tuple[str, str, Born, set[str]]] = [
    ("OPPORTUNITY", "opportunity", opportunity, set()),
    ("ITEM-PRODUCT", "product", lambda cronus: product(cronus, 1), {"productnumber"}),
    ("RESOURCE-PRODUCT", "product", lambda cronus: product(cronus, 3), {"productnumber"}),
    ("CUSTOMER", "account", account, set()),
]
EACH = pytest.mark.parametrize(("mapping", "table", "born", "given"), BORN, ids=[one[0] for one in BORN])


def lost(cronus: Cronus, table: str, id: uuid.UUID, entered: dict[str, object]) -> dict[str, object]:
    """What a person entered and is no longer there: the column and what it holds now."""
    now = cronus.crm.values(table, id)
    return {name: now[name] for name, value in entered.items() if now[name] != value}


@EACH
@pytest.mark.parametrize("told", [True, False], ids=["versions told", "versions not told"])
def test_nothing_a_person_entered_changes_in_any_later_pass(
    cronus: Cronus, mapping: str, table: str, born: Callable[..., Any], given: set[Any], told: bool
) -> None:
    cronus.crm.tells_versions = told
    id, entered = born(cronus)
    assert cronus.run(TO_ERP, standard(mapping), create=True).inserted == 1, cronus.messages()
    assert set(lost(cronus, table, id, entered)) <= given
    for scope in (Scope.CHANGED, Scope.EVERYTHING, Scope.CHANGED):
        for direction in (TO_CRM, TO_ERP):
            cronus.run(direction, standard(mapping), scope=scope, force=scope is Scope.EVERYTHING)
            assert set(lost(cronus, table, id, entered)) <= given


@EACH
def test_it_is_there_once_on_both_sides_and_then_nothing_moves(
    cronus: Cronus, mapping: str, table: str, born: Callable[..., Any], given: set[Any]
) -> None:
    id, _ = born(cronus)
    cronus.run(TO_ERP, standard(mapping), create=True)
    cronus.both(standard(mapping))
    assert [counters.changed for counters in (*cronus.both(standard(mapping)), *cronus.both(standard(mapping)))] == [
        0
    ] * 4
    assert len([pair for pair in cronus.ledger(standard(mapping)).rows.values() if pair.crm_id == id]) == 1


@EACH
def test_an_edit_in_sales_before_the_second_pass_is_kept_too(
    cronus: Cronus, mapping: str, table: str, born: Callable[..., Any], given: set[Any]
) -> None:
    id, entered = born(cronus)
    named = "name"
    cronus.run(TO_ERP, standard(mapping), create=True)
    cronus.crm.edit(table, id, **{named: "Something better"})
    for _ in range(2):
        cronus.both(standard(mapping))
    assert set(lost(cronus, table, id, {**entered, named: "Something better"})) <= given


LATER = [
    (
        "OPPORTUNITY",
        opportunity,
        {"status": 1, "estimated_value_lcy": Decimal(1200)},
        ("estimatedvalue", Decimal(1200)),
    ),
    ("ITEM-PRODUCT", BORN[1][2], {"unit_cost": Decimal(290)}, ("standardcost", Decimal(290))),
]


@pytest.mark.parametrize(("mapping", "born", "edit", "seen"), LATER, ids=[one[0] for one in LATER])
def test_a_later_edit_in_business_central_arrives_and_brings_nothing_else(
    cronus: Cronus, mapping: str, born: Callable[..., Any], edit: dict[str, Any], seen: tuple[Any, ...]
) -> None:
    id, entered = born(cronus)
    rule = standard(mapping)
    cronus.run(TO_ERP, rule, create=True)
    cronus.both(rule)
    erp_id = next(pair.erp_id for pair in cronus.ledger(rule).rows.values() if pair.crm_id == id)
    before = cronus.crm.values(rule.crm.name, id)
    cronus.erp.edit(rule.erp.name, erp_id, **edit)
    cronus.both(rule)
    after = cronus.crm.values(rule.crm.name, id)
    column, value = seen
    assert after[column] == value
    moved = {name for name in after if after[name] != before[name]}
    assert moved <= {column, "currentcost", "standardcost"}
    assert entered


def test_a_birth_gives_its_number_to_sales_in_the_same_run(cronus: Cronus) -> None:
    id, _ = product(cronus, 1)
    cronus.run(TO_ERP, standard("ITEM-PRODUCT"), create=True)
    made = cronus.erp_twin("ITEM-PRODUCT", id)
    assert cronus.crm.values("product", id)["productnumber"] == made["no"] != "S-1"

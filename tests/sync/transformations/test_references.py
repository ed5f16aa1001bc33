"""References through whole runs: what waits, what is cleared, what comes once its row is coupled."""

from __future__ import annotations

import pytest

from integration.sync.rules import Reference
from integration.sync.run import Counters
from integration.systems.values import Ref
from tests.makers import CUSTOMER_FIELDS, customer_rule, field_rule, salespeople_rule
from tests.sync.world import TO_CRM, World

SALESPEOPLE = Reference("salesperson", "systemuser")
OWNER = ("salesperson_code", "ownerid")


@pytest.mark.scenario("CRMCouplingTest.NAVtoCRMSyncClearValueOnFailedSyncNo")
def test_without_clearing_an_uncoupled_reference_fails_the_record_and_leaves_the_other_side_as_it_is() -> None:
    world = World()
    adatum = world.synchronized()
    anna = world.erp.add("salesperson", code="AL", name="Anna Lidman")
    world.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", anna), phone_no="030 7")
    before = world.account_of(adatum).values
    assert world.run(TO_CRM) == Counters(failed=1)
    assert "AL" in world.journal.failures[0].message
    assert "salesperson_code" in world.journal.failures[0].message
    assert world.pair(adatum).to_crm.result == "waiting"
    assert world.account_of(adatum).values == before


def test_a_reference_that_was_cleared_is_filled_as_soon_as_its_row_is_coupled_and_the_record_synchronized() -> None:
    world = World()
    clearing = [
        field_rule(*OWNER, TO_CRM, reference=SALESPEOPLE, clear_on_failed=True)
        if field.crm_field == "ownerid" else field for field in CUSTOMER_FIELDS
    ]  # fmt: skip
    rule = customer_rule(clearing)
    anna = world.erp.add("salesperson", code="AL", name="Anna Lidman")
    adatum = world.add_customer("Adatum")
    world.erp.edit("customer", adatum, salesperson_code=Ref("salesperson", anna))
    assert world.run(TO_CRM, rule, create=True) == Counters(inserted=1)
    assert world.account_of(adatum).values["ownerid"] is None
    user = world.crm.add("systemuser", fullname="Anna Lidman")
    world.couple(salespeople_rule(), anna, user)
    assert world.ids(TO_CRM, adatum, rule=rule) == Counters(modified=1)
    assert world.account_of(adatum).values["ownerid"] == Ref("systemuser", user)


def test_references_of_a_page_are_looked_up_with_one_question_to_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for name in ("Adatum", "Fabrikam", "Coho Winery"):
        world.add_customer(name)
    asked: list[set[Reference]] = []
    ledger = world.ledger(customer_rule())
    resolve_each = ledger.resolve_each
    monkeypatch.setattr(
        ledger, "resolve_each", lambda wanted, side: asked.append({*wanted}) or resolve_each(wanted, side)
    )
    world.run(TO_CRM, create=True)
    assert [SALESPEOPLE in wanted for wanted in asked] == [True]

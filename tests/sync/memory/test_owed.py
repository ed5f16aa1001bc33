"""What is owed to one side is paid by that pass, whatever comes between; what waits goes when it can."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.rules import Reference
from integration.sync.run import Counters, Scope
from integration.systems.values import Ref, Row, Side, Written
from tests.makers import CUSTOMER_FIELDS, account, currency_rule, customer_rule, field_rule
from tests.sync.entity_rules.cronus import Cronus, standard
from tests.sync.world import TO_CRM, TO_ERP, World

PARENT = field_rule("bill_to_customer_no", "parentaccountid", reference=Reference("customer", "account"))
RING = customer_rule([*CUSTOMER_FIELDS, PARENT], only_coupled=False)


@pytest.fixture(params=[True, False], ids=["versions told", "versions not told"])
def world(request: pytest.FixtureRequest) -> World:
    world = World()
    world.crm.tells_versions = request.param
    return world


def franc(world: World) -> tuple[uuid.UUID, uuid.UUID]:
    """Swiss francs on both sides, not coupled yet."""
    here = world.erp.add("currency", code="CHF", description="Franc", iso_code="CHF")
    return here, world.crm.add("transactioncurrency", isocurrencycode="CHF", currencyname="Franc")


RULE = customer_rule([*CUSTOMER_FIELDS[:8], replace(CUSTOMER_FIELDS[8], clear_on_failed=True), CUSTOMER_FIELDS[9]])


def test_a_released_reference_arrives_here_though_a_pass_to_sales_comes_first(world: World) -> None:
    here, there = franc(world)
    adatum = world.synchronized()
    world.crm.edit("account", world.pair(adatum).crm_id, transactioncurrencyid=Ref("transactioncurrency", there))
    world.both(RULE)
    assert world.customer_of(adatum).values["currency_code"] is None
    world.couple(currency_rule(), here, there)
    world.erp.edit("customer", adatum, city="Rome")
    world.run(TO_CRM, RULE)
    world.run(TO_CRM, RULE)
    world.run(TO_ERP, RULE)
    assert world.customer_of(adatum).values["currency_code"] == Ref("currency", here)
    assert world.account_of(adatum).values["transactioncurrencyid"] == Ref("transactioncurrency", there)
    assert world.account_of(adatum).values["address1_city"] == "Rome"


def test_a_released_reference_arrives_in_sales_though_a_pass_from_sales_comes_first(world: World) -> None:
    here, there = franc(world)
    adatum = world.synchronized()
    world.erp.edit("customer", adatum, currency_code=Ref("currency", here))
    world.both(RULE)
    world.couple(currency_rule(), here, there)
    world.crm.edit("account", world.pair(adatum).crm_id, address1_city="Rome")
    world.run(TO_ERP, RULE)
    world.run(TO_ERP, RULE)
    world.run(TO_CRM, RULE)
    assert world.account_of(adatum).values["transactioncurrencyid"] == Ref("transactioncurrency", there)
    assert world.customer_of(adatum).values["city"] == "Rome"


def test_an_edit_under_a_bulk_create_survives_two_passes_to_sales_before_one_back(world: World) -> None:
    adatum = world.add_customer("Adatum", phone_no="")
    world.run(TO_CRM, create=True)
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 1")
    world.erp.edit("customer", adatum, city="Rome")
    world.run(TO_CRM)
    world.erp.edit("customer", adatum, address="Main Street 7")
    world.run(TO_CRM)
    world.run(TO_ERP)
    assert world.customer_of(adatum).values["phone_no"] == "030 1"
    assert world.account_of(adatum).values["telephone1"] == "030 1"
    assert world.account_of(adatum).values["address1_city"] == "Rome"


def test_an_edit_under_a_bulk_create_survives_the_second_round_of_the_same_pass(world: World) -> None:
    """Adatum pays through Fabrikam and Fabrikam through Adatum, so both are written twice."""
    adatum, fabrikam = world.add_customer("Adatum"), world.add_customer("Fabrikam")
    world.erp.edit("customer", adatum, bill_to_customer_no=Ref("customer", fabrikam))
    world.erp.edit("customer", fabrikam, bill_to_customer_no=Ref("customer", adatum))
    inserting = world.crm.insert

    def insert_and_edit(table: str, rows: Sequence[Row]) -> list[Written]:
        answers = inserting(table, rows)
        for row in rows:
            world.crm.edit(table, row.id, telephone1=f"031 {row.values['name']}")
        return answers

    world.crm.insert = insert_and_edit
    assert world.run(TO_CRM, RING) == Counters(inserted=2)
    world.both(RING)
    assert world.customer_of(adatum).values["phone_no"] == "031 Adatum"
    assert world.customer_of(fabrikam).values["phone_no"] == "031 Fabrikam"
    theirs = world.crm.values("account", world.pair(adatum).crm_id)
    assert theirs["parentaccountid"].id == world.pair(fabrikam).crm_id


def test_a_row_written_only_in_the_second_round_counts_as_modified(world: World) -> None:
    adatum = world.synchronized("Adatum")
    world.both(RING)
    coho = world.add_customer("Coho Winery")
    world.erp.edit("customer", adatum, bill_to_customer_no=Ref("customer", coho))
    counters = world.run(TO_CRM, RING)
    written = {change.erp_id: change.action for change in world.journal.changed}
    assert written[adatum] == "modified"
    assert counters.modified == sum(action == "modified" for action in written.values())
    assert counters.unchanged == 0


def test_a_full_run_deals_with_everybody_who_is_edited_while_it_reads(world: World) -> None:
    world.erp.page_size = 2
    ids = [world.add_customer(f"Firm {number}") for number in range(10)]
    left = list(ids)
    reading = world.erp.changes

    def reading_while_people_type(*arguments: Any, **more: Any) -> Iterator[Any]:
        for page in reading(*arguments, **more):
            yield page
            if left:
                late = left.pop()
                world.erp.edit("customer", late, city=f"Oslo {len(left)}")

    world.erp.changes = reading_while_people_type
    counters = world.run(TO_CRM, customer_rule(), scope=Scope.EVERYTHING, create=True)
    world.erp.changes = reading
    assert counters == Counters(inserted=10)
    assert len(world.crm.ids("account")) == 10
    world.both()
    assert {world.account_of(id).values["address1_city"] for id in ids} == {
        world.customer_of(id).values["city"] for id in ids
    }


def test_a_contact_left_out_since_its_customer_is_blocked_follows_when_it_is_not_any_more() -> None:
    cronus = Cronus()
    customers = standard("CUSTOMER")
    firm = cronus.customer("Adatum", "C10", blocked=3)
    person = cronus.person(firm, "Helen Ray")
    contacts = replace(standard("CONTACT"), only_coupled=False)
    assert cronus.run(TO_CRM, contacts) == Counters(skipped=1)
    assert len(cronus.reasons()) == 1
    cronus.erp.edit("customer", firm, blocked=0)
    cronus.ids(TO_CRM, firm, rule=customers, create=True)
    assert cronus.run(TO_CRM, contacts) == Counters(inserted=1)
    assert cronus.is_coupled("CONTACT", person)


def test_a_wait_that_is_stored_behind_the_coupling_it_waits_for_is_found_all_the_same(world: World) -> None:
    here, there = franc(world)
    adatum = world.add_customer("Adatum", currency_code=Ref("currency", here))
    world.run(TO_CRM, RULE, create=True)
    ledger, waiting = world.ledger(RULE), world.pair(adatum)
    ledger.rows[adatum] = replace(waiting, waits=frozenset())
    world.couple(currency_rule(), here, there)
    ledger.remember([waiting])  # another worker stores what it had decided before
    world.run(TO_CRM, RULE)
    assert world.account_of(adatum).values["transactioncurrencyid"] == Ref("transactioncurrency", there)


def test_a_pair_made_by_hand_merges_blank_fields_and_asks_about_the_others(world: World) -> None:
    adatum = world.add_customer("Adatum", phone_no="", city="Oslo")
    theirs = world.crm.add("account", **account("Adatum", telephone1="030 1", address1_city="Rome"))
    field_rule = Pair(adatum, theirs, State.COUPLED, owed_erp=True, owed_crm=True)
    world.ledger(customer_rule()).remember([field_rule])
    world.both()
    assert {failure.code for failure in world.journal.failures} == {"conflict"}
    assert (world.customer_of(adatum).values["city"], world.account_of(adatum).values["address1_city"]) == (
        "Oslo",
        "Rome",
    )
    world.ids(TO_CRM, adatum, winner=Side.ERP)
    world.both()
    assert world.account_of(adatum).values["address1_city"] == "Oslo"


def test_a_run_of_what_is_owed_carries_what_is_over_with_waiting_and_lets_what_failed_or_waits_be(world: World) -> None:
    franc_here, franc_there = franc(world)
    crown = world.erp.add("currency", code="SEK", description="Crown", iso_code="SEK")
    adatum, fabrikam, litware = (world.synchronized(name) for name in ("Adatum", "Fabrikam", "Litware"))
    world.erp.edit("customer", adatum, phone_no="030 1")
    world.crm.edit("account", world.pair(adatum).crm_id, telephone1="030 2")
    world.erp.edit("customer", fabrikam, currency_code=Ref("currency", franc_here))
    world.erp.edit("customer", litware, currency_code=Ref("currency", crown))
    world.run(TO_CRM, RULE)
    world.couple(currency_rule(), franc_here, franc_there)

    assert world.run(TO_CRM, RULE, scope=Scope.OWED) == Counters(modified=1)

    assert world.account_of(fabrikam).values["transactioncurrencyid"] == Ref("transactioncurrency", franc_there)
    assert world.pair(adatum).to_crm == Outcome(Result.FAILURE, "conflict")
    reads = world.erp.calls["get"]
    assert world.run(TO_CRM, RULE, scope=Scope.OWED) == Counters()
    assert world.erp.calls["get"] == reads

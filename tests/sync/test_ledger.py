"""What every ledger does: the one in memory and the one in the database."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.db import IntegrityError

from integration.models import TableMapping
from integration.sync.ledger import (
    Fenced,
    Ledger,
    MemoryLedger,
    Outcome,
    Partner,
    Result,
    State,
    Touch,
    after_touch,
    is_open,
)
from integration.sync.rules import Direction, Reference
from integration.systems.base import Side

TO_CRM, TO_ERP = Direction.TO_CRM, Direction.TO_ERP
SALESPEOPLE = Reference("salesperson", "systemuser")
TABLES = {"CUSTOMER": ("customer", "account"), "SALESPEOPLE": ("salesperson", "systemuser")}
FULL = Partner(
    uuid.uuid4(),
    uuid.uuid4(),
    State.COUPLED,
    "0000002A",
    'W/"4711"',
    {"name:name": ("Adatum", "Adatum"), "city:address1_city": ("Zürich", "ZÜRICH"), "no:number": ("", "7")},
    True,
    TO_ERP,
    True,
    Outcome(Result.FAILURE, "refused"),
    Outcome(Result.WAITING, "reference-not-coupled", f"currency/{uuid.uuid4()}"),
)


class Ledgers:
    """The ledgers of two mappings that can look into each other."""

    def __init__(self, database: bool) -> None:
        self._memory: dict[tuple[str, str], MemoryLedger] = {}
        for name, tables in TABLES.items():
            if database:
                TableMapping.objects.create(name=name, erp_table=tables[0], crm_table=tables[1])
            else:
                self._memory[tables] = MemoryLedger(self._memory)

    def __getitem__(self, name: str) -> Ledger:
        return self._memory[TABLES[name]] if self._memory else TableMapping.objects.get(name=name).couplings


@pytest.fixture(params=["memory", "database"])
def ledgers(request) -> Ledgers:
    if request.param == "database":
        request.getfixturevalue("db")
    return Ledgers(request.param == "database")


@pytest.fixture
def ledger(ledgers) -> Ledger:
    return ledgers["CUSTOMER"]


def coupled(**more) -> Partner:
    return replace(Partner(uuid.uuid4(), uuid.uuid4(), State.COUPLED), **more)


def kept(ledger: Ledger, partner: Partner) -> Partner | None:
    return ledger.partners(Side.ERP, [partner.erp_id]).get(partner.erp_id)


def test_a_pair_is_found_from_both_sides_exactly_as_it_was_remembered(ledger):
    ledger.remember([FULL])
    assert ledger.partners(Side.ERP, [FULL.erp_id, uuid.uuid4()]) == {FULL.erp_id: FULL}
    assert ledger.partners(Side.CRM, [FULL.crm_id]) == {FULL.crm_id: FULL}


def test_nobody_asked_for_is_nobody_found(ledger):
    ledger.remember([FULL])
    assert ledger.partners(Side.ERP, []) == {}


def test_remembering_again_replaces_what_was_known(ledger):
    ledger.remember([FULL])
    changed = Partner(FULL.erp_id, uuid.uuid4(), State.INTENDED, "2", "3", {"name:name": ("Fabrikam", "Fabrikam")})
    ledger.remember([changed])
    assert kept(ledger, FULL) == changed
    assert ledger.partners(Side.CRM, [FULL.crm_id]) == {}


def test_more_pairs_than_one_statement_takes_are_remembered_and_found(ledger):
    many = [coupled() for _ in range(1200)]
    ledger.remember(many)
    assert len(ledger.partners(Side.CRM, [partner.crm_id for partner in many])) == 1200
    ledger.forget(many[:1100])
    assert len(ledger.partners(Side.ERP, [partner.erp_id for partner in many])) == 100


def test_completing_an_intended_pair_changes_nothing_else_about_it(ledger):
    intended = replace(FULL, state=State.INTENDED)
    ledger.remember([intended])
    ledger.complete([intended])
    assert kept(ledger, FULL) == FULL


def test_a_forgotten_pair_is_gone_and_forgetting_it_twice_is_fine(ledger):
    ledger.remember([FULL])
    ledger.forget([FULL])
    ledger.forget([FULL])
    assert kept(ledger, FULL) is None


@pytest.mark.parametrize(
    ("what", "opens"),
    [
        ({}, set()),
        ({"pending": TO_CRM}, {TO_CRM}),
        ({"state": State.INTENDED}, {TO_CRM, TO_ERP}),
        ({"to_crm": Outcome(Result.FAILURE, "refused")}, {TO_CRM}),
        ({"to_erp": Outcome(Result.WAITING, "reference-not-coupled")}, {TO_ERP}),
        ({"to_crm": Outcome(Result.SUCCESS)}, set()),
        ({"to_crm": Outcome(Result.FAILURE, "refused"), "skipped": True}, set()),
        ({"state": State.INTENDED, "skipped": True}, set()),
        ({"state": State.RESERVED, "to_crm": Outcome(Result.FAILURE, "refused")}, {TO_CRM}),
        ({"state": State.RESERVED}, set()),
    ],
)
def test_what_is_open_for_a_direction_is_listed_by_its_source_id(ledger, what, opens):
    partner = coupled(**what)
    ledger.remember([partner, coupled()])
    for direction in (TO_CRM, TO_ERP):
        assert list(ledger.open(direction)) == ([partner.id(direction.source)] if direction in opens else [])
        assert is_open(partner, direction) is (direction in opens)


def test_references_are_resolved_through_the_ledger_of_the_other_mapping(ledgers):
    jim, coming = coupled(), coupled(state=State.INTENDED)
    ledgers["SALESPEOPLE"].remember([jim, coming])
    asked = ledgers["CUSTOMER"].resolve(SALESPEOPLE, Side.ERP, {jim.erp_id, coming.erp_id, uuid.uuid4()})
    assert asked == {jim.erp_id: jim.crm_id}
    assert ledgers["CUSTOMER"].resolve(SALESPEOPLE, Side.CRM, {jim.crm_id}) == {jim.crm_id: jim.erp_id}
    assert ledgers["CUSTOMER"].resolve(Reference("item", "product"), Side.ERP, {jim.erp_id}) == {}


def test_one_mapping_does_not_see_the_pairs_of_another(ledgers):
    ledgers["SALESPEOPLE"].remember([FULL])
    assert kept(ledgers["CUSTOMER"], FULL) is None
    ledgers["CUSTOMER"].forget([FULL])
    assert kept(ledgers["SALESPEOPLE"], FULL) == FULL


def test_coupled_pairs_that_a_full_read_did_not_show_are_named_and_unfinished_ones_are_not(ledger):
    seen, gone, coming = coupled(), coupled(), coupled(state=State.INTENDED)
    ledger.remember([seen, gone, coming])
    for side in Side:
        assert ledger.unseen(side, {seen.id(side)}) == [gone]


def test_a_page_that_breaks_off_leaves_no_trace(ledger):
    ledger.remember([FULL])

    def half_a_page() -> None:
        with ledger.page():
            ledger.forget([FULL])
            ledger.remember([coupled()])
            raise RuntimeError("The power went.")

    with pytest.raises(RuntimeError):
        half_a_page()
    assert kept(ledger, FULL) == FULL
    assert ledger.unseen(Side.ERP, ()) == [FULL]


# --- rows of other mappings that were written besides --------------------------------------------------------------


def touched(ledgers: Ledgers, partner: Partner, touch: Touch) -> Partner:
    ledgers["CUSTOMER"].remember([partner])
    ledgers["SALESPEOPLE"].touched([touch])
    return kept(ledgers["CUSTOMER"], partner)


def test_a_row_written_besides_is_remembered_in_its_new_version_where_nothing_was_left_to_carry(ledgers):
    partner = coupled(crm_version="1")
    after = touched(ledgers, partner, Touch(Side.CRM, "account", partner.crm_id, "1", "2"))
    assert after == replace(partner, crm_version="2")


def test_a_row_written_besides_over_somebodys_edit_makes_its_pair_pending_for_the_other_pass(ledgers):
    partner = coupled(crm_version="1", erp_version="1")
    assert touched(ledgers, partner, Touch(Side.CRM, "account", partner.crm_id, "9", "10")).pending is TO_ERP
    assert touched(ledgers, partner, Touch(Side.ERP, "customer", partner.erp_id, "9", "10")).pending is TO_CRM


def test_a_row_written_besides_whose_version_was_not_told_is_adopted_later(ledgers):
    partner = coupled(crm_version="1")
    after = touched(ledgers, partner, Touch(Side.CRM, "account", partner.crm_id, "1", ""))
    assert (after.crm_version, after.adopt, after.pending) == ("", True, None)


def test_a_row_written_besides_twice_by_us_needs_nobody_and_over_a_persons_edit_it_does():
    partner = coupled(adopt=True)
    ours = Touch(Side.CRM, "account", partner.crm_id, "5", "6", ours=True)
    assert after_touch(partner, ours) == partner
    assert after_touch(partner, replace(ours, ours=False)).pending is TO_ERP


def test_a_row_that_nobody_coupled_may_be_written_besides(ledgers):
    ledgers["SALESPEOPLE"].touched([Touch(Side.CRM, "account", uuid.uuid4(), "1", "2")])


# --- only in the database -----------------------------------------------------------------------------------------


@pytest.fixture
def stored(db) -> Ledger:
    return Ledgers(database=True)["CUSTOMER"]


def test_the_database_refuses_to_couple_one_sales_record_twice(stored):
    first = coupled()
    stored.remember([first])
    with pytest.raises(IntegrityError), stored.page():
        stored.remember([coupled(crm_id=first.crm_id)])


def test_a_run_that_lost_its_claim_cannot_begin_a_page(stored):
    def lost() -> None:
        raise Fenced

    with pytest.raises(Fenced), stored.fenced(lost).page():
        pytest.fail("The page began.")


@pytest.mark.parametrize("number", [20, 400])
def test_a_page_costs_the_same_queries_for_twenty_and_for_four_hundred_pairs(stored, number, django_assert_num_queries):
    many = [coupled() for _ in range(number)]
    with django_assert_num_queries(2):  # the second one: does anybody wait for them?
        stored.remember(many)
    with django_assert_num_queries(1):
        assert len(stored.partners(Side.ERP, [partner.erp_id for partner in many])) == number
    with django_assert_num_queries(2):
        stored.complete(many)
    with django_assert_num_queries(1):
        assert len(stored.resolve(Reference("customer", "account"), Side.ERP, {p.erp_id for p in many})) == number
    with django_assert_num_queries(1):
        assert list(stored.open(TO_CRM)) == []


# --- a reference that was left blank -------------------------------------------------------------------------


def left_blank(direction: Direction, awaited: str, **more) -> Partner:
    return coupled(**more).with_outcome(direction, Outcome(Result.SUCCESS, waiting_for=awaited))


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP])
def test_a_pair_with_a_blank_reference_is_open_again_when_the_record_it_points_to_is_coupled(ledgers, direction):
    jim = Partner(uuid.uuid4(), uuid.uuid4(), State.INTENDED)
    table = TABLES["SALESPEOPLE"][0 if direction is TO_CRM else 1]
    adatum, fabrikam = left_blank(direction, f"{table}/{jim.id(direction.source)}"), coupled()
    ledgers["CUSTOMER"].remember([adatum, fabrikam])
    ledgers["SALESPEOPLE"].remember([jim])
    assert list(ledgers["CUSTOMER"].open(direction)) == []
    ledgers["SALESPEOPLE"].complete([jim])
    assert list(ledgers["CUSTOMER"].open(direction)) == [adatum.id(direction.source)]
    assert list(ledgers["CUSTOMER"].open(direction.back)) == []


def test_a_pair_that_is_pending_the_other_way_is_opened_for_both(ledgers):
    jim = Partner(uuid.uuid4(), uuid.uuid4(), State.COUPLED)
    adatum = left_blank(TO_CRM, f"salesperson/{jim.erp_id}", pending=TO_ERP)
    ledgers["CUSTOMER"].remember([adatum])
    ledgers["SALESPEOPLE"].remember([jim])
    assert [list(ledgers["CUSTOMER"].open(way)) for way in (TO_CRM, TO_ERP)] == [[adatum.erp_id], [adatum.crm_id]]


def test_our_own_write_besides_does_not_make_a_pair_forget_what_it_had_to_carry(ledgers):
    adatum = coupled(pending=TO_CRM)
    ledgers["CUSTOMER"].remember([adatum])
    ledgers["SALESPEOPLE"].touched([Touch(Side.CRM, "account", adatum.crm_id, "another", "7")])
    assert [list(ledgers["CUSTOMER"].open(way)) for way in (TO_CRM, TO_ERP)] == [[adatum.erp_id], [adatum.crm_id]]

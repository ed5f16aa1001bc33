"""What a list lets a person narrow, how its lines stand, and the address that keeps all that."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from coupling.pages import records
from coupling.pages.comparison.judged import lacking
from coupling.pages.list_states import Known
from coupling.pages.lists import Listing, asked_for
from coupling.pages.records import has_lacking, inside, searched
from integration.models import ConnectionSetup, TableMapping
from integration.pages.lists.pane import pane
from integration.pages.parts import first_url
from integration.sync.memory.halves import partnerless, plain, unread
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.systems.filters import EVERYTHING, AnyOf, Comparison
from integration.systems.values import Side
from tests.coupling.pages.listed import ACCOUNT, CRM, CUSTOMER, ERP
from tests.makers import amount, table

PARTNER = Pair(uuid.uuid4(), uuid.uuid4(), State.COUPLED)


def mapping(direction: str = "both", crm_filter: str = "", name: str = "CUSTOMER") -> TableMapping:
    return TableMapping(
        name=name, erp_table="customer", crm_table="account", direction=direction, crm_filter=crm_filter
    )


def listing(side: Side = CRM, *mappings: TableMapping, **asked: str) -> Listing:
    """A list as it was asked for, with its pane, as far as no side has to answer."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(records, "mappings_of", lambda side, name: list(mappings))
        patched.setattr(ConnectionSetup, "current", lambda: ConnectionSetup(is_enabled=True))
        made = asked_for(side, "account" if side is CRM else "customer", asked)
    made.shown.pane = pane(ACCOUNT if side is CRM else CUSTOMER, (), made.shown.address)
    return made


# --- narrowing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "   ", "\t"])
def test_searching_for_nothing_finds_everything(typed: str) -> None:
    assert searched(CUSTOMER, typed) == EVERYTHING


def test_searching_looks_into_number_and_name() -> None:
    assert searched(CUSTOMER, " Ada ") == AnyOf(
        (Comparison("no", "contains", "Ada"), Comparison("name", "contains", "Ada"))
    )


def test_a_table_whose_records_have_no_text_for_a_name_is_not_searched() -> None:
    assert searched(table("rate", "Rate", [amount("rate")], named="rate"), "1") == EVERYTHING
    assert searched(table("rate", "Rate", [amount("rate")]), "1") == EVERYTHING


@pytest.mark.parametrize(
    ("filters", "narrowed"),
    [
        (["statecode = Active"], True),
        (["statecode = Active", "name = Adatum"], True),
        (["statecode = Active", ""], False),
        ([""], False),
        (["no_such_column = 1"], False),
        (["statecode ="], False),
    ],
)
def test_a_list_of_sales_is_inside_the_filter_of_one_of_its_mappings_and_a_broken_one_hides_nothing(
    filters: list[str], narrowed: bool
) -> None:
    found = inside(ACCOUNT, [mapping(crm_filter=one) for one in filters])

    assert (found != EVERYTHING) is narrowed


# --- lines ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "word"),
    [
        (Known(), "Not coupled"),
        (Known(pair=Pair(uuid.uuid4(), uuid.uuid4(), State.RESERVED)), "Not coupled"),
        (Known(pair=Pair(uuid.uuid4(), uuid.uuid4(), State.INTENDED)), "Coupled"),
        (Known(pair=PARTNER), "Coupled"),
        (Known(pair=PARTNER, changed=True), "Changed"),
        (Known(pair=replace(PARTNER, to_erp=Outcome(Result.WAITING)), changed=True), "Waiting"),
        (Known(pair=replace(PARTNER, to_erp=Outcome(Result.FAILURE, "refused"))), "Failed"),
        (Known(pair=PARTNER, changed=True, changed_there=True), "Both changed"),
        (Known(pair=PARTNER, error="refused"), "Failed"),
        (Known(error="refused"), "Failed"),
        (Known(pair=PARTNER, error="conflict", changed=True), "Conflict"),
        (Known(pair=replace(PARTNER, to_crm=Outcome(Result.SKIPPED, "conflict")), error="conflict"), "Conflict"),
        (Known(pair=replace(PARTNER, to_crm=Outcome(Result.SKIPPED, "refused")), error="refused"), "Skipped"),
        (Known(pair=Pair(uuid.uuid4(), uuid.uuid4(), to_erp=Outcome(Result.SKIPPED, "refused"))), "Skipped"),
    ],
)
def test_a_line_says_how_it_stands_and_the_most_urgent_thing_first(known: Known, word: str) -> None:
    assert known.label == word


@pytest.mark.parametrize(
    ("known", "leads_to"),
    [
        (Known(mapping(), PARTNER), ("crm", "account", PARTNER.crm_id)),
        (Known(mapping(), PARTNER, changed=True), ("erp", "customer", PARTNER.erp_id)),
        (Known(mapping(), PARTNER, "conflict"), ("erp", "customer", PARTNER.erp_id)),
    ],
)
def test_a_state_leads_to_the_partner_but_what_is_to_be_compared_to_the_card_of_the_record_itself(
    known: Known, leads_to: tuple[str, str, uuid.UUID]
) -> None:
    assert known.cell(ERP).url == first_url("record", leads_to)


@pytest.mark.parametrize(
    ("halves", "side"),
    [
        ((plain("a"), plain("a")), None),
        ((unread("a"), plain("a")), None),
        ((partnerless("a"), plain("")), ERP),
        ((plain(""), partnerless("a")), CRM),
        (None, None),
    ],
)
def test_a_value_without_a_partner_is_known_with_the_side_it_is_on(
    halves: tuple[str, ...] | None, side: Side | None
) -> None:
    assert lacking(halves) is side
    agreed = {} if halves is None else {"city:address1_city": halves}
    assert has_lacking(agreed) is (side is not None)
    pair = Pair(uuid.uuid4(), uuid.uuid4(), State.COUPLED, agreed=agreed)
    assert ("no partner" in Known(pair=pair).title) is (side is not None)


# --- what is asked for -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "chips"),
    [
        (listing(), []),
        (listing(q="ada"), ["Search: ada"]),
        (listing(CRM, mapping(), state="skipped"), []),
        (listing(CRM, mapping(), q="ada", **{"f-name": "Ada | Lit"}), ["Search: ada", "name: contains Ada or Lit"]),
        (listing(CRM, **{"f-nonsense": "1", "o-name": "contains"}), []),
    ],
)
def test_what_narrows_a_list_is_named_and_taken_off_one_by_one(shown: Listing, chips: list[str]) -> None:
    assert [f"{one.label}: {one.text}" for one in shown.shown.chips] == chips
    left = [parse_qs(one.query) for one in shown.shown.chips]
    assert all(len(query) < len(parse_qs(shown.shown.kept)) for query in left)


def test_the_states_of_records_are_ways_to_look_at_a_list_and_only_sales_has_rows_outside_of_a_filter() -> None:
    sales, ours = listing(CRM, mapping(), state="differing").shown.looks, listing(ERP, mapping()).shown.looks

    states = ["Coupled", "Not coupled", "Differing", "Waiting", "Failed", "Skipped"]
    assert [way.label for way in sales] == ["In the filter", *states, "All"]
    assert [way.label for way in ours] == ["All", *states]
    assert [way.label for way in (*sales, *ours) if way.here] == ["Differing", "All"]
    assert listing(CRM).shown.looks == []
    left_out = listing(ERP, mapping(), state="undone").shown.looks
    assert [way.label for way in left_out] == ["All", *states, "Left out by an undo"]


@pytest.mark.parametrize(
    ("shown", "changed", "query"),
    [
        (listing(), {}, {}),
        (listing(q="a b&c"), {}, {"q": ["a b&c"]}),
        (listing(q="ada", order="-name"), {"q": ""}, {"order": ["-name"]}),
        (listing(CRM, mapping(), state="all"), {}, {"state": ["all"]}),
        (listing(ERP, mapping(), state="all"), {}, {}),
        (listing(CRM, mapping(), state="nonsense", of="7", more="name", choose="columns"), {}, {}),
        (listing(CRM, mapping(), state="skipped"), {"after": "x"}, {"state": ["skipped"], "after": ["x"]}),
    ],
)
def test_the_address_of_a_list_keeps_what_narrows_it_and_leaves_blanks_out(
    shown: Listing, changed: dict[str, Any], query: dict[str, Any]
) -> None:
    assert parse_qs(shown.shown.address.query(**changed)) == query


@pytest.mark.parametrize(
    ("shown", "narrowed"),
    [
        (listing(CRM, mapping()), True),
        (listing(CRM, mapping(), state="uncoupled"), True),
        (listing(CRM, mapping(), state="skipped"), False),
        (listing(CRM, mapping(), state="all"), False),
        (listing(CRM), False),
        (listing(ERP, mapping()), False),
    ],
)
def test_a_list_says_when_rows_outside_of_filters_are_not_in_it(shown: Listing, narrowed: bool) -> None:
    assert shown.narrowed is narrowed


@pytest.mark.parametrize(
    ("side", "direction", "captions"),
    [
        (CRM, "both", [("CUSTOMER", "Create Customer")]),
        (ERP, "both", [("CUSTOMER", "Create Account")]),
        (ERP, "to_crm", [("CUSTOMER", "Create Account")]),
        (CRM, "to_crm", []),
        (ERP, "to_erp", []),
    ],
)
def test_a_list_offers_to_make_what_its_mappings_carry_away_from_it(
    side: Side, direction: str, captions: list[Any]
) -> None:
    assert listing(side, mapping(direction)).creations == captions


def test_a_list_names_the_other_side() -> None:
    assert (listing(ERP).elsewhere, listing(CRM).elsewhere) == ("Dynamics 365 Sales", "Business Central")

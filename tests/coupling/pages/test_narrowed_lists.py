"""What a list lets a person narrow, how its lines stand, and the address that keeps all that."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import parse_qs

import pytest

from coupling.filters import ALL, RecordFilter
from coupling.pages.compare import lacking
from coupling.pages.lists import SKIPPED, UNCOUPLED, Listing
from coupling.pages.records import Line, has_lacking, inside, searched
from integration.models import TableMapping
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


def listing(side: Side = CRM, *mappings: TableMapping, **more: Any) -> Listing:
    told = {"search": "", "state": "", "order": "", "is_enabled": True, **more}
    return Listing(side, "account" if side is CRM else "customer", "Accounts", mappings=mappings, **told)


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


def line(pair: Pair | None) -> Line:
    return Line(uuid.uuid4(), "Adatum", (), None, pair)


@pytest.mark.parametrize(
    ("pair", "coupled"),
    [
        (None, False),
        (Pair(uuid.uuid4(), uuid.uuid4(), State.RESERVED), False),
        (Pair(uuid.uuid4(), uuid.uuid4(), State.INTENDED), True),
        (PARTNER, True),
    ],
)
def test_a_line_is_coupled_when_its_twin_is_written_or_being_written(pair: Pair | None, coupled: bool) -> None:
    assert line(pair).coupled is coupled


@pytest.mark.parametrize("direction", ["to_crm", "to_erp"])
def test_a_line_that_rests_in_one_direction_is_skipped(direction: str) -> None:
    resting = Pair(uuid.uuid4(), uuid.uuid4(), **{direction: Outcome(Result.SKIPPED, "refused")})

    assert (line(resting).skipped, line(PARTNER).skipped, line(None).skipped) == (True, False, False)


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
    assert line(pair).lacks is (side is not None)


# --- the filter form -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "labels"),
    [
        (listing(), []),
        (listing(search="ada"), ["Number or name contains"]),
        (listing(CRM, mapping(), state=SKIPPED), ["Show"]),
        (listing(CRM, mapping(), state=SKIPPED, search="ada"), ["Number or name contains", "Show"]),
        (listing(CRM, mapping(), outside=True), ["Show"]),
        (listing(CRM, state=SKIPPED), []),
    ],
)
def test_what_narrows_a_list_is_named_and_taken_off_one_by_one(shown: Listing, labels: list[Any]) -> None:
    active = RecordFilter(shown).active

    assert [one.label for one in active] == labels
    for one in active:
        assert one.label in {"Number or name contains", "Show"}


def test_only_a_list_of_sales_offers_what_lies_outside_the_filter() -> None:
    sales, ours = RecordFilter(listing(CRM, mapping())), RecordFilter(listing(ERP, mapping()))

    assert (ALL, "All") in sales.choices
    assert ALL not in dict(ours.choices)
    assert ours.choices[0] == ("", "All")


def test_a_list_without_mappings_has_no_choice_of_states_and_one_without_an_order_keeps_none() -> None:
    assert set(RecordFilter(listing()).fields) == {"q"}
    assert set(RecordFilter(listing(CRM, mapping(), order="-name")).fields) == {"q", "state", "order"}


@pytest.mark.parametrize(
    ("shown", "changed", "query"),
    [
        (listing(), {}, {}),
        (listing(search="a b&c"), {}, {"q": ["a b&c"]}),
        (listing(search="ada", order="-name"), {"q": ""}, {"order": ["-name"]}),
        (listing(CRM, mapping(), outside=True), {}, {"state": [ALL]}),
        (listing(CRM, mapping(), state=SKIPPED), {"after": "x"}, {"state": [SKIPPED], "after": ["x"]}),
    ],
)
def test_the_address_of_a_list_keeps_what_narrows_it_and_leaves_blanks_out(
    shown: Listing, changed: dict[str, Any], query: dict[str, Any]
) -> None:
    assert parse_qs(shown.query(**changed)) == query
    assert RecordFilter(shown).query(**changed) == shown.query(**changed)


@pytest.mark.parametrize(
    ("shown", "narrowed"),
    [
        (listing(CRM, mapping()), True),
        (listing(CRM, mapping(), state=UNCOUPLED), True),
        (listing(CRM, mapping(), state=SKIPPED), False),
        (listing(CRM, mapping(), outside=True), False),
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

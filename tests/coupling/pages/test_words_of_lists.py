"""What a list of records is called, shows, and lets a person narrow: for tables that are known here, and for others."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qs

import pytest

from coupling.filters import ALL, RecordFilter
from coupling.pages import records
from coupling.pages.captions import COLUMNS, GENERAL, GROUPS, TITLES, USUAL_COLUMNS, group_of, noun
from coupling.pages.compare import lacking
from coupling.pages.lists import SKIPPED, UNCOUPLED, Listing
from coupling.pages.records import Line, columns_of, has_lacking, inside, name_of, read_columns, searched, sortable
from integration.models import TableMapping
from integration.sync.memory.halves import partnerless, plain, unread
from integration.sync.memory.ledger import Outcome, Partner, Result, State
from integration.systems.filters import EVERYTHING, AnyOf, Comparison
from integration.systems.values import Field, FieldType, Record, Side
from tests.makers import amount, code, crm_tables, erp_tables, reference, table, text

ERP, CRM = Side.ERP, Side.CRM
CUSTOMER = next(one for one in erp_tables() if one.name == "customer")
ACCOUNT = next(one for one in crm_tables() if one.name == "account")
SHIP = table("vessel", "Vessel", [code("no"), text("name"), *(text(f"deck_{n}") for n in range(9))], numbered="no")
PARTNER = Partner(uuid.uuid4(), uuid.uuid4(), State.COUPLED)


def mapping(direction: str = "both", crm_filter: str = "", name: str = "CUSTOMER") -> TableMapping:
    return TableMapping(
        name=name, erp_table="customer", crm_table="account", direction=direction, crm_filter=crm_filter
    )


def listing(side: Side = CRM, *mappings: TableMapping, **more) -> Listing:
    told = {"search": "", "state": "", "order": "", "is_enabled": True, **more}
    return Listing(side, "account" if side is CRM else "customer", "Accounts", mappings=mappings, **told)


# --- captions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("account", "Account"), ("uom", "Unit"), ("pricelevel", "Price List"), ("systemuser", "User"),
        ("salesperson", "Salesperson/Purchaser"), ("customer_price_group", "Customer Price Group"),
        ("unit_of_measure", "Unit of Measure"), ("new_vessel", "New Vessel"),
    ],
)  # fmt: skip
def test_one_record_of_a_table_has_a_noun_for_captions(table, expected):
    assert noun(table) == expected


@pytest.mark.parametrize(
    ("field", "group"),
    [
        ("name", GENERAL), ("no", GENERAL), ("city", "Address & Contact"), ("phone_no", "Address & Contact"),
        ("e_mail", "Address & Contact"), ("emailaddress1", "Address & Contact"),
        ("currency_code", "Invoicing & Prices"),
        ("unit_price", "Invoicing & Prices"), ("payment_terms_code", "Invoicing & Prices"),
        ("statecode", "Administration"), ("ownerid", "Administration"), ("system_id", "Administration"),
        ("modifiedon", "Administration"), ("createdon", "Administration"),
    ],
)  # fmt: skip
def test_a_field_of_a_card_stands_in_the_group_its_name_begins_with(field, group):
    assert group_of(field) == group


def test_no_group_of_a_card_is_called_like_another_or_is_empty():
    labels = [label for label, _ in GROUPS]

    assert len({*labels, GENERAL}) == len(labels) + 1
    assert all(starts for _, starts in GROUPS)


@pytest.mark.parametrize("place", sorted(COLUMNS, key=str))
def test_a_list_with_columns_of_its_own_shows_each_of_them_once(place):
    assert len(set(COLUMNS[place])) == len(COLUMNS[place])


@pytest.mark.parametrize("place", sorted(TITLES, key=str))
def test_a_list_of_sales_says_that_it_is_one(place):
    assert TITLES[place].endswith(" – Dynamics 365 Sales") is (place[0] is CRM)


@pytest.mark.parametrize(
    ("side", "table", "title"),
    [
        (ERP, CUSTOMER, "Customers"),
        (CRM, ACCOUNT, "Accounts – Dynamics 365 Sales"),
        (ERP, SHIP, "Vessel"),
        (CRM, SHIP, "Vessel – Dynamics 365 Sales"),
    ],
)
def test_a_table_nobody_knows_here_is_called_by_its_own_label(side, table, title):
    assert records.title_of(side, table) == title


# --- columns ------------------------------------------------------------------------------------------------------


def test_a_known_table_shows_only_the_columns_that_this_system_has():
    assert set(columns_of(ERP, CUSTOMER)) <= set(COLUMNS[ERP, "customer"])
    bare = table("customer", "Customer", [code("no"), text("name")], numbered="no", named="name")
    assert columns_of(ERP, bare) == ["no", "name"]


def test_another_table_shows_number_and_name_first_and_few_columns_in_all():
    assert columns_of(ERP, SHIP)[:2] == ["no", "name"]
    assert len(columns_of(ERP, SHIP)) == USUAL_COLUMNS


def test_an_id_and_what_the_system_keeps_for_itself_is_no_column_of_a_list():
    columns = [Field("key", FieldType.UUID), text("system_id"), text("hull")]

    assert columns_of(ERP, table("vessel", "Vessel", columns)) == ["hull"]


def test_a_list_reads_what_records_are_called_by_though_it_shows_it_in_no_column():
    wide = table("customer", "Customer", [code("key"), text("city"), text("title")], numbered="key", named="title")

    assert columns_of(ERP, wide) == ["city"]
    assert read_columns(ERP, wide) == ["city", "key", "title"]


@pytest.mark.parametrize(
    ("field", "can"),
    [
        (text("name"), True), (code("no"), True), (amount("price"), True), (reference("owner", "systemuser"), False),
        (Field("note", FieldType.MEMO), False), (Field("id", FieldType.UUID), False),
    ],
)  # fmt: skip
def test_a_list_is_sorted_by_what_both_systems_can_order(field, can):
    assert sortable(field) is can


@pytest.mark.parametrize(
    ("values", "called"),
    [({"no": "10000", "name": "Adatum"}, "10000 Adatum"), ({"no": "", "name": "Adatum"}, "Adatum"),
     ({"no": "10000", "name": ""}, "10000")],
)  # fmt: skip
def test_a_record_is_called_by_number_and_name_as_far_as_it_has_them(values, called):
    assert name_of(ERP, CUSTOMER, Record("customer", uuid.uuid4(), values, "1")) == called


def test_a_cell_says_its_caption_and_whether_it_is_a_number():
    tons = table("vessel", "Vessel", [text("hull", label="Hull"), Field("tons", FieldType.DECIMAL, label="Tons")])
    cells = records.cells(tons, ["hull", "tons"], Record("vessel", uuid.uuid4(), {"hull": "steel"}, "1"))

    assert [(cell.label, cell.text, cell.numeric) for cell in cells] == [("Hull", "steel", False), ("Tons", "", True)]


# --- narrowing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "   ", "\t"])
def test_searching_for_nothing_finds_everything(typed):
    assert searched(CUSTOMER, typed) == EVERYTHING


def test_searching_looks_into_number_and_name():
    assert searched(CUSTOMER, " Ada ") == AnyOf(
        (Comparison("no", "contains", "Ada"), Comparison("name", "contains", "Ada"))
    )


def test_a_table_whose_records_have_no_text_for_a_name_is_not_searched():
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
def test_a_list_of_sales_is_inside_the_filter_of_one_of_its_mappings_and_a_broken_one_hides_nothing(filters, narrowed):
    found = inside(ACCOUNT, [mapping(crm_filter=one) for one in filters])

    assert (found != EVERYTHING) is narrowed


# --- lines --------------------------------------------------------------------------------------------------------


def line(partner: Partner | None) -> Line:
    return Line(uuid.uuid4(), "Adatum", (), None, partner)


@pytest.mark.parametrize(
    ("partner", "coupled"),
    [
        (None, False),
        (Partner(uuid.uuid4(), uuid.uuid4(), State.RESERVED), False),
        (Partner(uuid.uuid4(), uuid.uuid4(), State.INTENDED), True),
        (PARTNER, True),
    ],
)
def test_a_line_is_coupled_when_its_twin_is_written_or_being_written(partner, coupled):
    assert line(partner).coupled is coupled


@pytest.mark.parametrize("direction", ["to_crm", "to_erp"])
def test_a_line_that_rests_in_one_direction_is_skipped(direction):
    resting = Partner(uuid.uuid4(), uuid.uuid4(), **{direction: Outcome(Result.SKIPPED, "refused")})

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
def test_a_value_without_a_partner_is_known_with_the_side_it_is_on(halves, side):
    assert lacking(halves) is side
    agreed = {} if halves is None else {"city:address1_city": halves}
    assert has_lacking(agreed) is (side is not None)
    pair = Partner(uuid.uuid4(), uuid.uuid4(), State.COUPLED, agreed=agreed)
    assert line(pair).lacks is (side is not None)


# --- the filter form ----------------------------------------------------------------------------------------------


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
def test_what_narrows_a_list_is_named_and_taken_off_one_by_one(shown, labels):
    active = RecordFilter(shown).active

    assert [one.label for one in active] == labels
    for one in active:
        assert one.label in {"Number or name contains", "Show"}


def test_only_a_list_of_sales_offers_what_lies_outside_the_filter():
    sales, ours = RecordFilter(listing(CRM, mapping())), RecordFilter(listing(ERP, mapping()))

    assert (ALL, "All") in sales.choices
    assert ALL not in dict(ours.choices)
    assert ours.choices[0] == ("", "All")


def test_a_list_without_mappings_has_no_choice_of_states_and_one_without_an_order_keeps_none():
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
def test_the_address_of_a_list_keeps_what_narrows_it_and_leaves_blanks_out(shown, changed, query):
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
def test_a_list_says_when_rows_outside_of_filters_are_not_in_it(shown, narrowed):
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
def test_a_list_offers_to_make_what_its_mappings_carry_away_from_it(side, direction, captions):
    assert listing(side, mapping(direction)).creations == captions


def test_a_list_names_the_other_side():
    assert (listing(ERP).elsewhere, listing(CRM).elsewhere) == ("Dynamics 365 Sales", "Business Central")

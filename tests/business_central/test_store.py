"""What the embedded company does beyond the contract: bulk, relations, versions, the cheap look."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from integration.business_central.models import (
    Contact,
    CountryRegion,
    Currency,
    Customer,
    CustomerPriceGroup,
    Item,
    NoSeriesLine,
    Opportunity,
    PaymentTerms,
    Salesperson,
    SalesPrice,
    ShipmentMethod,
)
from integration.business_central.store import EmbeddedCompany, changed_tables, committed_version
from integration.business_central.tables import MODELS, columns_of
from integration.defaults import STANDARD
from integration.systems.errors import (
    CursorExpired,
    DuplicateKey,
    InvalidValue,
    NotFound,
    RecordProblem,
    ReferenceMissing,
    Refused,
)
from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, Not, OneOf, matches, parse
from integration.systems.values import FieldType, Ref, Row, Value

pytestmark = pytest.mark.django_db
company = EmbeddedCompany()


def insert(table: str, **values: Value) -> RecordProblem | None:
    return company.insert(table, [Row(uuid.uuid4(), values)])[0].error  # type: ignore[return-value]


def found(table: str, typed: str | Filter, name: str = "name") -> list[Value]:
    where = parse(typed, company.describe(table)) if isinstance(typed, str) else typed
    return [record.values[name] for record in company.find(table, where, [name], [name]).records]


# --- describe ------------------------------------------------------------------------------------------------------


def test_every_field_of_the_standard_mappings_is_there_and_can_be_written_where_it_must() -> None:
    mapped = [mapping for mapping in STANDARD if mapping.erp_table in MODELS]
    assert {"CUSTOMER", "VENDOR", "CONTACT", "ITEM-PRODUCT", "SALESPRC-PRODPRICE"} <= {m.name for m in mapped}
    for mapping in mapped:
        table = company.describe(mapping.erp_table)
        parse(mapping.erp_filter, table)
        for field in mapping.fields:
            assert not field.erp_field or field.erp_field in table.fields, (mapping.name, field.erp_field)
            if field.erp_field and field.direction != "to_crm":
                assert table.fields[field.erp_field].updatable, (mapping.name, field.erp_field)


def test_what_the_company_keeps_itself_is_described_as_not_writable() -> None:
    fields = company.describe("item").fields

    assert not fields["inventory"].updatable
    assert not fields["system_modified_at"].insertable
    assert "row_version" not in fields
    error = insert("item", description="Desk", inventory=Decimal(5))
    assert isinstance(error, Refused)


def test_prices_are_described_as_not_negative() -> None:
    assert company.describe("item").fields["unit_price"].minimum == 0
    error = insert("item", description="Desk", unit_price=Decimal("-0.01"))
    assert isinstance(error, InvalidValue)
    assert error.field == "unit_price"


def test_a_price_points_to_its_group_as_to_a_table() -> None:
    group = CustomerPriceGroup.objects.create(code="RETAIL")
    desk = Item.objects.create(description="Desk")
    values = {"item_no": Ref("item", desk.pk), "unit_price": Decimal(9)}

    assert insert("sales_price", **values, sales_type=1, sales_code=Ref("customer_price_group", group.pk)) is None
    assert isinstance(insert("sales_price", **values, sales_type=1), InvalidValue)
    page = company.find("sales_price", parse("sales_code = retail", company.describe("sales_price")), ["sales_code"])
    assert [record.values["sales_code"].label for record in page.records] == ["RETAIL"]


# --- writing -------------------------------------------------------------------------------------------------------


def test_customers_without_number_get_the_next_ones_of_the_series() -> None:
    rows = [Row(uuid.uuid4(), {"name": name}) for name in ("Adatum", "Fabrikam", "Coho Winery")]

    assert all(answer.ok for answer in company.insert("customer", rows))

    assert found("customer", "", "no") == ["C00010", "C00020", "C00030"]


def test_a_batch_takes_a_few_queries_and_never_one_a_row(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    jim = Ref("salesperson", Salesperson.objects.create(code="JO", name="Jim Olive").pk)
    Customer.objects.create(name="Adatum")
    for size in (2, 300):
        rows = [Row(uuid.uuid4(), {"name": f"Firm {at}", "salesperson_code": jim}) for at in range(size)]
        with django_assert_max_num_queries(32 + size // 10):
            answers = company.insert("customer", rows)
        changed = [
            Row(row.id, {"phone_no": "030 1"}, answer.version) for row, answer in zip(rows, answers, strict=True)
        ]
        with django_assert_max_num_queries(20):
            assert all(answer.ok for answer in company.update("customer", changed))


def test_a_key_that_is_taken_is_a_duplicate_also_inside_one_batch() -> None:
    ShipmentMethod.objects.create(code="FOB")
    rows = [Row(uuid.uuid4(), {"code": code}) for code in ("fob", "EXW", " exw", "CIF")]

    answers = company.insert("shipment_method", rows)

    assert [type(answer.error) for answer in answers] == [DuplicateKey, type(None), DuplicateKey, type(None)]
    assert "FOB" in str(answers[0].error)


def test_a_combined_key_that_is_taken_fails_its_row_only() -> None:
    desk = Ref("item", Item.objects.create(description="Desk").pk)
    group = Ref("customer_price_group", CustomerPriceGroup.objects.create(code="RETAIL").pk)
    price = {"item_no": desk, "sales_type": 1, "sales_code": group}
    rows = [
        Row(uuid.uuid4(), {**price, "unit_price": Decimal(9)}),
        Row(uuid.uuid4(), {**price, "unit_price": Decimal(8)}),
    ]
    rows.append(Row(uuid.uuid4(), {**price, "starting_date": dt.date(2026, 1, 1)}))

    answers = company.insert("sales_price", rows)

    assert [type(answer.error) for answer in answers] == [type(None), DuplicateKey, type(None)]
    assert SalesPrice.objects.count() == 2


def test_a_number_cannot_be_changed_to_a_taken_or_a_blank_one() -> None:
    adatum, fabrikam = (Customer.objects.create(name=name) for name in ("Adatum", "Fabrikam"))

    taken, blank, fine = (
        company.update("customer", [Row(fabrikam.pk, {"no": no})])[0].error for no in (adatum.no, "", "F-1")
    )

    assert isinstance(taken, DuplicateKey)
    assert isinstance(blank, InvalidValue)
    assert fine is None
    assert Customer.objects.get(no="F-1").name == "Fabrikam"


def test_a_key_field_must_be_filled_in() -> None:
    error = insert("payment_terms", description="Net 30 days")

    assert isinstance(error, InvalidValue)
    assert error.message == "Code must be filled in."


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_text_that_no_database_takes_is_refused_by_field(text: str) -> None:
    error = insert("customer", name=text)

    assert isinstance(error, InvalidValue)
    assert error.field == "name"


@pytest.mark.parametrize("given", ["DE", "de", "Germany", "germany "])
def test_a_country_is_taken_by_code_or_by_name(given: str) -> None:
    CountryRegion.objects.create(code="DE", iso_code="DE", name="Germany")

    assert insert("customer", name="Coho Winery", country_region_code=given) is None

    assert found("customer", "country_region_code = de", "country_region_code") == ["DE"]


def test_a_country_nobody_knows_is_refused_with_its_name() -> None:
    error = insert("customer", name="Coho Winery", country_region_code="Atlantis")

    assert isinstance(error, ReferenceMissing)
    assert "Atlantis" in error.message
    assert error.field == "country_region_code"


def test_a_reference_into_the_wrong_table_is_refused() -> None:
    jim = Salesperson.objects.create(code="JO", name="Jim Olive")

    assert isinstance(insert("customer", name="Adatum", currency_code=Ref("salesperson", jim.pk)), InvalidValue)


def test_a_blocked_salesperson_gets_no_new_customers_but_keeps_the_old_ones() -> None:
    jim = Salesperson.objects.create(code="JO", name="Jim Olive")
    adatum = Customer.objects.create(name="Adatum", salesperson_code=jim)
    company.act("salesperson", jim.pk, "block")

    error = insert("customer", name="Fabrikam", salesperson_code=Ref("salesperson", jim.pk))

    assert isinstance(error, Refused)
    assert error.message == "Salesperson Code JO is blocked."
    assert company.update("customer", [Row(adatum.pk, {"phone_no": "1"})])[0].ok


@pytest.mark.parametrize(
    "e_mail", ["office", "of fice@adatum.example", "a@b@c", "@adatum.example", "a@b.example,c@d.example"]
)
def test_what_is_no_e_mail_address_is_refused(e_mail: str) -> None:
    error = insert("customer", name="Adatum", e_mail=e_mail)

    assert isinstance(error, InvalidValue)
    assert error.field == "e_mail"


def test_several_e_mail_addresses_go_with_semicolons() -> None:
    assert insert("customer", name="Adatum", e_mail="office@adatum.example; sales@adatum.example") is None


def test_a_refused_change_leaves_no_trace_on_the_row_it_came_with() -> None:
    adatum = Customer.objects.create(name="Adatum", e_mail="office@adatum.example")
    rows = [Row(adatum.pk, {"e_mail": "nonsense", "city": "Berlin"}), Row(adatum.pk, {"phone_no": "030 1"})]

    answers = company.update("customer", rows)

    assert [answer.ok for answer in answers] == [False, True]
    adatum.refresh_from_db()
    assert (adatum.e_mail, adatum.city, adatum.phone_no) == ("office@adatum.example", "", "030 1")


def test_a_failing_batch_leaves_the_outer_transaction_usable() -> None:
    desk = Ref("item", Item.objects.create(description="Desk").pk)
    group = Ref("customer_price_group", CustomerPriceGroup.objects.create(code="RETAIL").pk)
    price: dict[str, Any] = {"item_no": desk, "sales_type": 1, "sales_code": group}

    with transaction.atomic():
        answers = company.insert("sales_price", [Row(uuid.uuid4(), price), Row(uuid.uuid4(), price)])
        Currency.objects.create(code="EUR")

    assert [answer.ok for answer in answers] == [True, False]
    assert Currency.objects.exists()


def test_what_is_in_use_is_not_deleted_and_the_answer_says_by_what() -> None:
    terms, free = (PaymentTerms.objects.create(code=code) for code in ("NET 30", "COD"))
    Customer.objects.create(name="Adatum", payment_terms_code=terms)

    answers = company.delete("payment_terms", [Row(terms.pk), Row(free.pk)])

    assert isinstance(answers[0].error, Refused)
    assert "Customer" in answers[0].error.message
    assert answers[1].ok
    assert list(PaymentTerms.objects.all()) == [terms]


def test_a_stale_version_keeps_a_row_from_being_deleted() -> None:
    fob = ShipmentMethod.objects.create(code="FOB")
    version = str(fob.row_version)
    fob.save()

    assert not company.delete("shipment_method", [Row(fob.pk, version=version)])[0].ok
    assert ShipmentMethod.objects.exists()


def test_a_used_up_series_is_told_row_by_row() -> None:
    Customer.objects.create(name="Adatum")
    NoSeriesLine.objects.filter(series_code__code="CUST").update(ending_no="C00020")

    answers = company.insert("customer", [Row(uuid.uuid4(), {"name": name}) for name in ("Fabrikam", "Contoso")])

    assert answers[0].ok
    assert isinstance(answers[1].error, Refused)
    assert "CUST is used up" in answers[1].error.message


# --- acting --------------------------------------------------------------------------------------------------------


def test_blocking_without_a_choice_takes_the_strictest() -> None:
    adatum = Customer.objects.create(name="Adatum")

    company.act("customer", adatum.pk, "block")
    assert found("customer", "blocked = All") == ["Adatum"]
    company.act("customer", adatum.pk, "block", option=Customer.Blocked.SHIP)
    assert found("customer", "blocked = Ship") == ["Adatum"]
    company.act("customer", adatum.pk, "unblock")
    assert found("customer", "blocked = ' '") == ["Adatum"]


def test_an_action_nobody_knows_and_a_row_that_is_gone_are_told() -> None:
    with pytest.raises(Refused, match="no action"):
        company.act("customer", uuid.uuid4(), "publish")
    with pytest.raises(Refused, match="no action"):
        company.act("currency", uuid.uuid4(), "block")
    with pytest.raises(NotFound):
        company.act("customer", uuid.uuid4(), "block")


# --- reading -------------------------------------------------------------------------------------------------------


def test_a_look_at_nothing_new_takes_three_queries_whatever_the_size(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for size in (3, 60):
        Customer.objects.bulk_create(Customer(name=f"Firm {number}") for number in range(size))
        cursor = list(company.changes("customer", ["name"]))[-1].cursor
        with django_assert_num_queries(3):
            pages = list(company.changes("customer", ["name", "salesperson_code"], cursor))
        assert [len(page.records) for page in pages] == [0]


def test_references_are_named_by_one_join_however_many_rows_there_are(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [Salesperson.objects.create(code=code, name=code) for code in ("JO", "PS")]
    Customer.objects.bulk_create(Customer(name=f"Firm {at}", salesperson_code=people[at % 2]) for at in range(40))

    with django_assert_num_queries(1):
        page = company.find("customer", fields=["salesperson_code", "currency_code"])

    assert {record.values["salesperson_code"].label for record in page.records} == {"JO", "PS"}


def test_rows_changed_by_one_statement_are_paged_without_loss() -> None:
    Customer.objects.bulk_create(Customer(name=f"Firm {number}") for number in range(10))
    small = EmbeddedCompany(page_size=3)
    cursor = list(small.changes("customer", []))[-1].cursor
    Customer.objects.update(city="Berlin")

    seen: list[Value] = []
    for _ in range(10):
        page = next(iter(small.changes("customer", ["no"], cursor)))
        seen += [record.values["no"] for record in page.records]
        cursor = page.cursor

    assert sorted(map(str, seen)) == sorted(Customer.objects.values_list("no", flat=True))


def test_a_row_that_is_there_again_is_no_deletion() -> None:
    fob = ShipmentMethod.objects.create(code="FOB")
    cursor = list(company.changes("shipment_method", []))[-1].cursor
    fob.delete()
    ShipmentMethod.objects.create(system_id=fob.pk, code="FOB")

    pages = list(company.changes("shipment_method", ["code"], cursor))

    assert [record.id for page in pages for record in page.records] == [fob.pk]
    assert [id for page in pages for id in page.deleted] == []


@pytest.mark.parametrize("cursor", ["", "x", "1/x", "-3", "99999999"])
def test_a_cursor_of_another_time_or_place_has_expired(cursor: str) -> None:
    with pytest.raises(CursorExpired):
        list(company.changes("customer", [], cursor))


@pytest.mark.parametrize("after", ["x", "W10=", "WyJhIl0="])
def test_a_made_up_list_cursor_is_refused(after: str) -> None:
    with pytest.raises(CursorExpired):
        company.find("customer", after=after)


def test_a_list_is_paged_by_a_relation_and_by_a_blank_date() -> None:
    company_of = Contact.objects.create(name="Adatum")
    dates = [None, dt.date(2026, 3, 1), None, dt.date(2026, 1, 1), None]
    for number, date in enumerate(dates):
        Opportunity.objects.create(
            description=str(number), estimated_closing_date=date, contact_no=company_of if number % 2 else None
        )
    seen, after = [], None
    while True:
        page = company.find("opportunity", fields=["description"], order=["contact_no", "-estimated_closing_date"],
                            size=2, after=after)  # fmt: skip
        seen += [record.values["description"] for record in page.records]
        after = page.cursor
        if after is None:
            break

    assert seen[3:] == ["1", "3"]
    assert sorted(map(str, seen)) == ["0", "1", "2", "3", "4"]


def test_the_cheap_look_names_the_tables_that_changed(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fob = ShipmentMethod.objects.create(code="FOB")
    before = committed_version()
    assert changed_tables(before) == set()

    Customer.objects.create(name="Adatum")
    fob.delete()

    with django_assert_num_queries(2):
        changed = changed_tables(before)
    assert changed == {"customer", "contact", "contact_business_relation", "shipment_method"}


# --- filters mean the same in the database as in Python -----------------------------------------------------------

FILTERS: list[str | Filter] = [
    "name = ÄRZTEHAUS", "name <> ärztehaus", "not name contains ÖST", "name begins with ø", "name is blank",
    "salesperson_code = jo", "salesperson_code <> jo", "salesperson_code is blank", "not salesperson_code = jo",
    "not (salesperson_code = jo or credit_limit_lcy > 5)", "salesperson_code contains o",
    "salesperson_code in (jo, '')", "not salesperson_code in (jo, ps)", "blocked = ' '",
    "blocked in (Ship, All)", "blocked is blank",
    "credit_limit_lcy is blank", "credit_limit_lcy is not blank", "not credit_limit_lcy >= 10", "no > c00020",
    "no in (c00010, C00040)", "no begins with 'c0001'", "salesperson_code > jo", "combine_shipments = yes",
    "not combine_shipments = yes", "country_region_code = de", "country_region_code <> de", "city < m",
    Not(AllOf()), AllOf(), AnyOf(()), OneOf("no", ()), Not(OneOf("salesperson_code", ())),
    Comparison("salesperson_code", "=", uuid.UUID(int=7)), Comparison("salesperson_code", "<>", uuid.UUID(int=7)),
    OneOf("salesperson_code", (uuid.UUID(int=7), uuid.UUID(int=8))),
    Comparison("salesperson_code", "=", Ref("salesperson", uuid.UUID(int=7))),
    Comparison("salesperson_code", "=", str(uuid.UUID(int=7))),
]  # fmt: skip


@pytest.mark.parametrize("typed", FILTERS, ids=str)
def test_a_filter_finds_in_the_database_what_it_matches_in_python(typed: str | Filter) -> None:
    germany = CountryRegion.objects.create(code="DE", name="Germany")
    jim, peter = (
        Salesperson.objects.create(system_id=uuid.UUID(int=number), code=code)
        for number, code in ((7, "JO"), (8, "PS"))
    )
    made: list[dict[str, Any]] = [
        {"name": "Ärztehaus", "salesperson_code": jim, "credit_limit_lcy": 10, "blocked": 1, "city": "Östersund"},
        {"name": "Ørsted", "salesperson_code": peter, "country_region_code": germany, "combine_shipments": True},
        {"name": "", "credit_limit_lcy": 5, "blocked": 3, "city": "lund"},
        {"name": "Köhler Österreich", "salesperson_code": jim, "country_region_code": germany, "city": "Malmö"},
    ]
    for values in made:
        Customer.objects.create(**values)
    table = columns_of("customer").table
    where = parse(typed, table) if isinstance(typed, str) else typed

    names = [name for name, field in table.fields.items() if field.type is not FieldType.UUID]
    everything = company.find("customer", fields=names).records
    expected = {record.id for record in everything if matches(where, record)}

    assert {record.id for record in company.find("customer", where).records} == expected
    assert company.count("customer", where) == len(expected)

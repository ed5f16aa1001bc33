"""Descriptions of the tables: which columns there are, of which type and length, and who may write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.business_central.tables import MODELS, columns_of
from integration.defaults import STANDARD
from integration.systems.errors import FieldMissing, Refused, TableMissing
from integration.systems.filters import parse
from integration.systems.values import FieldType, Money
from tests.business_central.embedded import company, insert
from tests.business_central.tables.document_relations import DOCUMENT_RELATIONS

TEXTS = {
    "customer": "no 20, name 100, name_2 50, address 100, address_2 50, city 30, post_code 20, county 30, contact 100,"
    " phone_no 30, mobile_phone_no 30, fax_no 30, e_mail 80, vat_registration_no 20",
    "vendor": "no 20, name 100, name_2 50, address 100, address_2 50, city 30, post_code 20, county 30, contact 100,"
    " phone_no 30, mobile_phone_no 30, fax_no 30, e_mail 80, vat_registration_no 20",
    "contact": "no 20, name 100, name_2 50, first_name 30, middle_name 30, surname 30, job_title 30,"
    " salutation_code 10, company_name 100, address 100, address_2 50, city 30, post_code 20, county 30, phone_no 30,"
    " mobile_phone_no 30, fax_no 30, pager 30, e_mail 80, e_mail_2 80",
    "salesperson": "code 20, name 50, job_title 30, e_mail 80, e_mail_2 80, phone_no 30",
    "item": "no 20, description 100, description_2 50, vendor_item_no 50, gtin 14",
    "resource": "no 20, name 100, job_title 30",
    "opportunity": "no 20, description 100",
    "currency": "code 10, iso_code 3, description 30, symbol 10",
    "unit_of_measure": "code 10, description 50, international_standard_code 10, symbol 10",
    "customer_price_group": "code 10, description 100",
    "payment_terms": "code 10, description 100",
    "shipment_method": "code 10, description 100",
    "shipping_agent": "code 10, name 50, internet_address 250",
    "country_region": "code 10, name 50, iso_code 2",
    "contact_business_relation": "business_relation_code 10, no 20",
}
"""The lengths of Business Central's own columns, as its base application declares them."""
CODES = {
    "no", "code", "post_code", "salutation_code", "gtin", "iso_code", "international_standard_code",
    "business_relation_code",
}  # fmt: skip
OPTIONS = {
    ("customer", "blocked"): [" ", "Ship", "Invoice", "All"],
    ("vendor", "blocked"): [" ", "Payment", "All"],
    ("contact", "type"): ["Company", "Person"],
    ("item", "type"): ["Inventory", "Service", "Non-Inventory"],
    ("resource", "type"): ["Person", "Machine"],
    ("sales_price", "sales_type"): ["Customer", "Customer Price Group", "All Customers"],
    ("opportunity", "status"): ["Not Started", "In Progress", "Won", "Lost"],
    ("contact_business_relation", "link_to_table"): [" ", "Customer", "Vendor"],
}
RELATIONS = {
    "customer": {"primary_contact_no": "contact", "currency_code": "currency", "payment_terms_code": "payment_terms",
                 "shipment_method_code": "shipment_method", "shipping_agent_code": "shipping_agent",
                 "salesperson_code": "salesperson", "customer_price_group": "customer_price_group",
                 "vat_bus_posting_group": "vat_business_posting_group", "bill_to_customer_no": "customer"},
    "vendor": {"primary_contact_no": "contact", "currency_code": "currency", "payment_terms_code": "payment_terms",
               "shipment_method_code": "shipment_method", "shipping_agent_code": "shipping_agent",
               "purchaser_code": "salesperson"},
    "contact": {"company_no": "contact", "salesperson_code": "salesperson", "currency_code": "currency"},
    "item": {"base_unit_of_measure": "unit_of_measure", "vendor_no": "vendor",
             "vat_prod_posting_group": "vat_product_posting_group",
             "vat_bus_posting_gr_price": "vat_business_posting_group"},
    "resource": {"base_unit_of_measure": "unit_of_measure", "vendor_no": "vendor",
                 "vat_prod_posting_group": "vat_product_posting_group"},
    "g_l_account": {"vat_prod_posting_group": "vat_product_posting_group"},
    "vat_posting_setup": {"vat_bus_posting_group": "vat_business_posting_group",
                          "vat_prod_posting_group": "vat_product_posting_group"},
    **DOCUMENT_RELATIONS,
    "sales_price": {"item_no": "item", "sales_code": "customer_price_group", "customer_no": "customer",
                    "currency_code": "currency", "unit_of_measure_code": "unit_of_measure"},
    "opportunity": {"salesperson_code": "salesperson", "contact_no": "contact", "contact_company_no": "contact"},
    "currency_exchange_rate": {"currency_code": "currency"},
    "contact_business_relation": {"contact_no": "contact"},
}  # fmt: skip


@pytest.mark.parametrize("table", TEXTS)
def test_text_columns_are_as_long_as_in_the_product(table: str) -> None:
    fields = company.describe(table).fields
    for column in TEXTS[table].split(", "):
        name, length = column.strip().rsplit(" ", 1)
        assert (name, fields[name].max_length) == (name, int(length))
        assert (name, fields[name].type) == (name, FieldType.CODE if name in CODES else FieldType.TEXT)


@pytest.mark.parametrize(("table", "column"), OPTIONS)
def test_options_are_those_of_the_product_in_its_order(table: str, column: str) -> None:
    options = company.describe(table).fields[column].options

    assert [option.label for option in options] == OPTIONS[table, column]
    assert [option.value for option in options] == list(range(len(options)))


@pytest.mark.parametrize("table", sorted(MODELS))
def test_relations_point_to_the_tables_of_the_product(table: str) -> None:
    fields = company.describe(table).fields.values()
    relations = {field.name: field.targets[0] for field in fields if field.type is FieldType.REFERENCE}

    assert relations == RELATIONS.get(table, {})


@pytest.mark.parametrize(
    ("table", "column", "scale", "least"),
    [("customer", "credit_limit_lcy", 2, None), ("item", "unit_price", 5, 0), ("item", "net_weight", 5, 0),
     ("item", "inventory", 5, None), ("sales_price", "minimum_quantity", 5, 0), ("sales_price", "unit_price", 5, 0),
     ("resource", "unit_cost", 5, 0), ("currency", "exchange_rate", 10, None),
     ("opportunity", "estimated_value_lcy", 2, 0), ("opportunity", "probability_percent", 1, 0)],
)  # fmt: skip
def test_decimals_say_how_many_places_they_keep_and_where_they_begin(
    table: str, column: str, scale: int, least: int | None
) -> None:
    field = company.describe(table).fields[column]

    assert field.scale == scale
    assert field.maximum == Decimal(10) ** (15 - scale) - Decimal(10) ** -scale
    assert field.minimum == (-field.maximum if least is None else least)


def test_amounts_in_the_local_currency_say_so_and_prices_do_not() -> None:
    fields = {**company.describe("customer").fields, **company.describe("item").fields}

    assert fields["credit_limit_lcy"].money is Money.LOCAL
    assert fields["unit_price"].money is Money.NONE


def test_every_field_of_the_standard_mappings_exists_and_can_be_written_where_it_must() -> None:
    mapped = [mapping for mapping in STANDARD if mapping.erp_table in MODELS]
    assert {"CUSTOMER", "VENDOR", "CONTACT", "ITEM-PRODUCT", "SALESPRC-PRODPRICE"} <= {m.name for m in mapped}
    for mapping in mapped:
        table = company.describe(mapping.erp_table)
        parse(mapping.erp_filter, table)
        for field in mapping.fields:
            assert not field.erp_field or field.erp_field in table.fields, (mapping.name, field.erp_field)
            if field.erp_field and field.direction != "to_crm":
                assert table.fields[field.erp_field].updatable, (mapping.name, field.erp_field)


def test_what_the_company_keeps_itself_is_described_as_not_writable(db: None) -> None:
    fields = company.describe("item").fields

    assert not fields["inventory"].updatable
    assert not fields["system_modified_at"].insertable
    assert "row_version" not in fields
    error = insert("item", description="Desk", inventory=Decimal(5))
    assert isinstance(error, Refused)


@pytest.mark.parametrize(
    ("table", "required"),
    [("currency", {"code"}), ("payment_terms", {"code"}), ("customer", set()), ("item", set()),
     ("sales_price", {"item_no"}), ("currency_exchange_rate", {"currency_code"}),
     ("contact_business_relation", {"contact_no", "business_relation_code"})],
)  # fmt: skip
def test_only_keys_that_nothing_fills_in_are_required(table: str, required: set[str]) -> None:
    assert {name for name, field in company.describe(table).fields.items() if field.required} == required


def test_tables_are_listed_by_the_names_people_read() -> None:
    labels = [label for _, label in company.tables()]

    assert labels == sorted(labels, key=str.casefold)
    assert {"Customer", "Unit of Measure", "Salesperson/Purchaser", "Country/Region"} <= set(labels)
    assert len(labels) == len(MODELS) + 1  # Customer Statistics are worked out


def test_every_table_names_its_rows_by_columns_it_has() -> None:
    for name in MODELS:
        table = company.describe(name)
        assert {table.name_field, table.number_field} - {""} <= set(table.fields), name


def test_only_tables_with_a_blocked_column_can_be_blocked() -> None:
    blocking = {name for name in MODELS if "block" in company.describe(name).actions}

    assert blocking == {"customer", "vendor", "item", "resource", "salesperson", "g_l_account"}


def test_a_table_or_column_that_does_not_exist_is_named() -> None:
    with pytest.raises(TableMissing, match="purchase_header"):
        company.describe("purchase_header")
    with pytest.raises(FieldMissing, match=r"Customer \(customer\) has no field “fax”"):
        columns_of("customer").column("fax")

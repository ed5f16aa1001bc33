"""The tables as facts: whatever one of them says about another is true there."""

from __future__ import annotations

from collections import Counter

import pytest

from integration.sandbox.dataverse.store.model import CHOICES, TEXTS, Choice, Collection, load_model

MODEL = load_model()
ELSEWHERE = {"sla", "lead", "territory", "campaign"}
"""Tables that the sandbox knows by name only."""


def test_names_sets_and_codes_belong_to_one_table_each() -> None:
    for values in ([table.set for table in MODEL], [table.schema for table in MODEL], [table.code for table in MODEL]):
        assert [value for value, count in Counter(values).items() if count > 1] == []
    assert MODEL.sets["opportunities"] is MODEL["opportunity"]
    assert MODEL.sets["transactioncurrencies"] is MODEL["transactioncurrency"]


def test_every_table_has_its_id_its_name_and_its_version() -> None:
    for table in MODEL:
        assert table.columns[table.id].type == "Uniqueidentifier"
        assert not table.name_column or table.name_column in table.columns, table.name
        assert table.columns["versionnumber"].type == "BigInt"


def test_a_lookup_leads_to_tables_and_names_which_one_if_there_are_several() -> None:
    for table in MODEL:
        for column in table.columns.values():
            if not column.is_lookup:
                assert column.targets == ()
                continue
            assert set(column.targets) - set(MODEL.tables) <= ELSEWHERE, (table.name, column.name)
            if len(column.targets) > 1:
                assert table.columns[column.type_column].type == "EntityName"
            else:
                assert column.type_column == ""


def test_a_navigation_property_leads_through_one_column() -> None:
    for table in MODEL:
        for name, (column, target) in table.navigation.items():
            assert table.columns[column.name] is column
            assert not target or target in column.targets
            assert name not in table.properties or name == table.id or column.name == name, (table.name, name)


def test_a_collection_comes_back_to_the_table_it_belongs_to() -> None:
    for table in MODEL:
        for name, collection in table.collections.items():
            far = MODEL[collection.table]
            if collection.between:
                join = MODEL[collection.between].columns
                assert {collection.near, collection.far} <= set(join), (table.name, name)
            else:
                assert table.name in far.columns[collection.lookup].targets, (table.name, name)


def test_a_table_that_joins_two_others_is_a_collection_of_both() -> None:
    joins = [table for table in MODEL if table.joins]
    assert {table.name for table in joins} >= {"systemuserroles", "teamroles", "teammembership", "roleprivileges"}
    for table in joins:
        for name in table.joins:
            assert any(one.between == table.name for one in MODEL[name].collections.values())


def test_states_and_reasons_belong_together() -> None:
    for table in MODEL:
        assert table.has("statecode") == table.has("statuscode"), table.name
        if table.has("statecode"):
            states = set(table.columns["statecode"].options)
            reasons = {choice.state for choice in table.columns["statuscode"].options.values()}
            assert states == reasons, table.name


def test_choices_and_yes_or_no_have_labels_and_no_other_column_has_choices() -> None:
    for table in MODEL:
        for column in table.columns.values():
            if column.type in CHOICES:
                assert all(choice.label for choice in column.options.values())
            elif column.type == "Boolean":
                assert {value: bool(choice.label) for value, choice in column.words.items()} == {0: True, 1: True}
            else:
                assert column.words == {}
            assert (column.length is None) == (column.type not in TEXTS - {"EntityName"}), (table.name, column.name)


def test_an_amount_is_repeated_in_a_column_that_nobody_writes() -> None:
    for table in MODEL:
        for column in table.columns.values():
            if column.base_of:
                assert table.columns[column.base_of].type == column.type == "Money"
                assert not column.creatable
                assert not column.updatable
        assert set(table.base_columns) <= {column.name for column in table.money}


def test_rows_with_owners_say_who_owns_them_and_where() -> None:
    for table in MODEL:
        if table.owned == "user" and table.has("ownerid"):
            assert table.columns["ownerid"].targets == ("systemuser", "team")
            assert {"owninguser", "owningteam", "owningbusinessunit"} <= set(table.columns), table.name
        elif table.owned != "user":
            assert not table.has("ownerid"), table.name


@pytest.mark.parametrize(
    ("table", "column", "length"),
    [
        ("account", "name", 160), ("account", "accountnumber", 20), ("product", "name", 100),
        ("product", "productnumber", 100), ("salesorder", "name", 300), ("account", "address1_city", 80),
        ("account", "address1_postalcode", 20), ("account", "address1_line1", 250),
        ("salesorderdetail", "productdescription", 500), ("transactioncurrency", "isocurrencycode", 5),
        ("transactioncurrency", "currencysymbol", 10), ("transactioncurrency", "currencyname", 100),
    ],
)  # fmt: skip
def test_lengths_are_those_of_the_reference(table: str, column: str, length: int) -> None:
    assert MODEL[table].columns[column].length == length


@pytest.mark.parametrize(
    ("table", "name", "column", "target"),
    [
        ("salesorder", "customerid_account", "customerid", "account"),
        ("salesorder", "customerid_contact", "customerid", "contact"),
        ("contact", "parentcustomerid_account", "parentcustomerid", "account"),
        ("annotation", "objectid_salesorder", "objectid", "salesorder"),
        ("salesorderdetail", "QuoteDetailId", "quotedetailid", "quotedetail"),
        ("invoicedetail", "SalesOrderDetailId", "salesorderdetailid", "salesorderdetail"),
        ("account", "ownerid", "ownerid", ""),
    ],
)
def test_navigation_properties_are_those_of_the_reference(table: str, name: str, column: str, target: str) -> None:
    found, to = MODEL[table].navigation[name]

    assert (found.name, to) == (column, target)


@pytest.mark.parametrize(
    ("table", "name", "far"),
    [
        ("account", "contact_customer_accounts", "contact"), ("account", "Account_Annotation", "annotation"),
        ("salesorder", "order_details", "salesorderdetail"), ("quote", "quote_details", "quotedetail"),
        ("invoice", "invoice_details", "invoicedetail"), ("opportunity", "product_opportunities", "opportunityproduct"),
        ("pricelevel", "price_level_product_price_levels", "productpricelevel"),
        ("uomschedule", "unit_of_measure_schedule_conversions", "uom"),
        ("systemuser", "systemuserroles_association", "role"),
        ("team", "teammembership_association", "systemuser"),
    ],
)  # fmt: skip
def test_collections_are_those_of_the_reference(table: str, name: str, far: str) -> None:
    assert MODEL[table].collections[name].table == far


@pytest.mark.parametrize("table", ["uom", "productpricelevel", "transactioncurrency", "annotation"])
def test_four_tables_take_no_bulk_messages(table: str) -> None:
    assert not MODEL[table].bulk
    assert MODEL["account"].bulk
    assert MODEL["salesorderdetail"].bulk


def test_a_changed_table_replaces_the_old_one_and_a_removed_one_is_gone() -> None:
    model = load_model()
    before = model.tables
    model.remove("post")

    assert "posts" not in model.sets
    assert "post" in before
    assert [column.table for column in model.referencing("post")] == []
    model.put(MODEL["post"])
    assert model["post"] is model.sets["posts"]


def test_whatever_may_lead_to_a_table_is_known() -> None:
    found = {(column.table, column.name) for column in MODEL.referencing("pricelevel")}

    assert {("quote", "pricelevelid"), ("account", "defaultpricelevelid"), ("product", "pricelevelid")} <= found
    assert ("quotedetail", "pricelevelid") not in found


def test_what_is_added_to_one_model_is_in_no_other() -> None:
    one, other = load_model(), load_model()

    one["account"].columns["customertypecode"].options[99] = Choice("Friend")
    one["account"].collections["new_books"] = Collection("post", "regardingobjectid")
    one["account"].columns["new_color"] = one["account"].columns["fax"]

    for model in (other, load_model()):
        assert 99 not in model["account"].columns["customertypecode"].options
        assert "new_books" not in model["account"].collections
        assert "new_color" not in model["account"].columns


def test_people_meet_a_caption_and_no_database_name_on_every_table_that_has_pages() -> None:
    """Tables between two others have no form, and Microsoft gives their columns no caption."""
    for table in MODEL:
        if table.name_column and table.name != table.set:
            bare = [column.name for column in table.columns.values() if column.label == column.name]
            assert bare == [], table.name
    assert MODEL["opportunity"].columns["accountid"].label == "Account"
    assert MODEL["opportunity"].columns["contactid"].label == "Contact"

"""The fields of a mapping on their page: flags, directions, pairs of a person's own."""

from __future__ import annotations

import pytest
from django.test.client import Client

from integration.models import FieldMapping
from integration.models.mapping.table_mapping import TableMapping
from integration.models.stored.cache import metadata_cache
from tests.integration.mapping.pages import change, errors, lines, the

pytestmark = pytest.mark.django_db


# --- the fields ----------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMIntegrationMapping.FieldMappingListPageAllowsEditing")
def test_the_list_shows_types_and_edits_flags_but_not_the_fields_themselves(
    mapping: TableMapping, admin: Client
) -> None:
    page = admin.get("/mappings/CUSTOMER/fields/")
    assert "Reference to Salesperson" in page.content.decode()
    assert "Text, 160" in page.content.decode()
    editable = set(page.context["formset"].forms[0].fields)
    assert {"is_enabled", "direction", "not_null", "constant", "validate", "clear_on_failed"} <= editable
    assert not {"erp_field", "crm_field"} & editable
    change(admin, "address1_city", direction="to_crm", validate=None)
    city = mapping.fields.get(crm_field="address1_city")
    assert (city.direction, city.validate) == ("to_crm", False)
    assert the("CUSTOMER").full_run_needed


def test_a_flag_that_changes_nothing_of_what_is_carried_needs_no_full_run(mapping: TableMapping, admin: Client) -> None:
    change(admin, "address1_city", match_priority="3")
    assert mapping.fields.get(crm_field="address1_city").match_priority == 3
    assert not the("CUSTOMER").full_run_needed


@pytest.mark.scenario("CRMIntegrationMapping.FieldNotNullIsNotApplicableForGUIDsOnly")
def test_not_null_is_for_lookups_only(mapping: TableMapping, admin: Client) -> None:
    assert "id and lookup columns only" in errors(change(admin, "name", not_null="on"))["not_null"][0]
    change(admin, "transactioncurrencyid", not_null="on")
    assert mapping.fields.get(crm_field="transactioncurrencyid").not_null
    assert not mapping.fields.get(crm_field="name").not_null


def test_a_direction_that_the_types_do_not_allow_is_refused(mapping: TableMapping, admin: Client) -> None:
    FieldMapping.objects.create(
        mapping=mapping, erp_field="credit_limit", crm_field="telephone1", direction="to_crm", user_defined=True
    )
    answer = change(admin, "telephone1", direction="both")
    assert "cannot go into" in errors(answer)["direction"][0]


def test_the_last_field_of_a_direction_cannot_be_switched_off(mapping: TableMapping, admin: Client) -> None:
    mapping.fields.exclude(crm_field="name").update(direction="to_crm")
    answer = change(admin, "name", direction="to_crm")
    assert "no enabled field would carry that" in answer.content.decode()
    assert mapping.fields.get(crm_field="name").direction == "both"


def test_two_people_at_the_fields_do_not_overwrite_each_other(mapping: TableMapping, admin: Client) -> None:
    mine = lines(admin)
    change(admin, "address1_city", direction="to_crm")
    answer = admin.post("/mappings/CUSTOMER/fields/", mine)
    assert "city – address1_city, direction: “both ways” → “BC → Sales”" in answer.content.decode()


@pytest.mark.scenario("CRMIntegrationMapping.TestCreateFieldMappingsForRuntimeFields")
def test_a_new_pair_is_picked_from_both_tables_and_begins_disabled(mapping: TableMapping, admin: Client) -> None:
    page = admin.get("/mappings/CUSTOMER/fields/").content.decode()
    assert "numberofemployees · Integer" in page
    new = {"erp_field": "priority", "crm_field": "numberofemployees", "direction": "both"}
    admin.post("/mappings/CUSTOMER/fields/add/", new)
    added = mapping.fields.get(crm_field="numberofemployees")
    assert (added.erp_field, added.is_enabled, added.user_defined) == ("priority", False, True)


@pytest.mark.scenario("CRMIntegrationMapping.TestCreateFieldMappingsForRuntimeFieldsFailed")
@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ({"erp_field": "priority", "crm_field": "nowhere"}, "Select a valid choice"),
        ({"erp_field": "name", "crm_field": "name"}, "there already"),
        ({"erp_field": "name", "crm_field": "numberofemployees"}, "cannot go into"),
        ({"erp_field": "", "crm_field": "description"}, "give the constant"),
        ({"crm_field": "numberofemployees", "constant": "many", "direction": "to_crm"}, "needs a number"),
        ({"crm_field": "statecode", "constant": "Dormant", "direction": "to_crm"}, "has no option"),
        ({"erp_field": "city", "constant": "x" * 31, "direction": "to_erp"}, "at most 30"),
        ({"erp_field": "bill_to_customer_no", "crm_field": "ownerid"}, "No mapping translates"),
    ],
)
def test_a_pair_that_cannot_work_is_refused_in_words(
    mapping: TableMapping, admin: Client, new: dict[str, str], reason: str
) -> None:
    before = mapping.fields.count()
    answer = admin.post("/mappings/CUSTOMER/fields/add/", {"direction": "both", **new})
    assert reason in answer.content.decode()
    assert mapping.fields.count() == before


def test_a_stored_constant_is_checked_as_its_field_takes_it(mapping: TableMapping, admin: Client) -> None:
    FieldMapping.objects.create(mapping=mapping, crm_field="customertypecode", constant="Customer", direction="to_crm")
    assert "has no option “Friend”" in errors(change(admin, "customertypecode", constant="Friend"))["constant"][0]
    change(admin, "customertypecode", constant="Vendor")
    assert mapping.fields.get(crm_field="customertypecode").constant == "Vendor"


def test_a_persons_own_pair_can_be_removed_and_a_standard_one_cannot(mapping: TableMapping, admin: Client) -> None:
    admin.post(
        "/mappings/CUSTOMER/fields/add/",
        {"erp_field": "priority", "crm_field": "numberofemployees", "direction": "both"},
    )
    change(admin, "numberofemployees", DELETE="on")
    change(admin, "name", DELETE="on")
    assert not mapping.fields.filter(crm_field="numberofemployees").exists()
    assert mapping.fields.filter(crm_field="name").exists()


def test_a_column_that_vanished_is_shown_and_cannot_be_enabled(mapping: TableMapping, admin: Client) -> None:
    FieldMapping.objects.create(mapping=mapping, erp_field="name", crm_field="yominame", is_enabled=False)
    assert "“yominame” is not there" in admin.get("/mappings/CUSTOMER/fields/").content.decode()
    assert "“yominame” is not there" in errors(change(admin, "yominame", is_enabled="on"))["is_enabled"][0]


def test_reading_the_columns_anew_forgets_the_remembered_ones(mapping: TableMapping, admin: Client) -> None:
    metadata_cache().put("account", "its columns", 600)
    answer = admin.post("/mappings/CUSTOMER/fields/refresh/", follow=True)
    assert "read anew" in answer.content.decode()
    assert metadata_cache().get("account") is None


def test_what_keeps_the_fields_from_being_saved_stands_above_them_and_leads_to_its_row(
    mapping: TableMapping, admin: Client
) -> None:
    city = mapping.fields.get(crm_field="address1_city")
    page = change(admin, "address1_city", not_null="on").content.decode()
    assert "Nothing is saved yet." in page
    assert f'<a href="#pair-{city.pk}">{city.pair}</a>: Not Null is for id and lookup columns only.' in page
    assert f'<tr id="pair-{city.pk}" class="table-danger">' in page

"""Integration Table Mappings and Integration Field Mappings, as people use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test.client import Client

from integration import defaults
from integration.connection.enabling import enable
from integration.mappings.standard import create_missing
from integration.models import SyncJob, TableMapping
from integration.models.connection.setup import ConnectionSetup
from tests.integration.mapping.pages import save, shown, the
from tests.pages import seen_on

pytestmark = pytest.mark.django_db


# --- the list ------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSetupTest.IntTableUIDFieldTypeShowsTypeOnListPage")
def test_the_list_shows_every_mapping_with_its_columns(setup: ConnectionSetup, reader: Client) -> None:
    create_missing()
    page = reader.get("/mappings/").content.decode()
    for text in ("CUSTOMER", "blocked = &#x27; &#x27;", "both ways", "account.paymenttermscode", "GUID", "Option"):
        assert text in page
    assert "Sales Order Notes" in page
    assert "job-queue/?mapping=CUSTOMER" in page
    assert "job-queue/?mapping=OPPORTUNITY" not in page, "it has no job to lead to"


def test_the_list_is_in_the_order_in_which_tables_depend_on_each_other(setup: ConnectionSetup, reader: Client) -> None:
    create_missing()
    listed = [line.id for line in reader.get("/mappings/").context["list"].lines]
    assert listed == [default.name for default in defaults.STANDARD]


def test_the_list_is_searched_by_name_and_table(setup: ConnectionSetup, reader: Client) -> None:
    create_missing()
    found = reader.get("/mappings/?q=product").context["list"]
    assert [line.id for line in found.lines] == ["RESOURCE-PRODUCT", "ITEM-PRODUCT", "SALESPRC-PRODPRICE"]
    assert "No mappings like this" in reader.get("/mappings/?q=nothing").content.decode()


def test_the_list_costs_as_many_queries_for_many_mappings_as_for_few(
    setup: ConnectionSetup, reader: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    create_missing()
    reader.get("/mappings/")
    with django_assert_max_num_queries(10):
        reader.get("/mappings/")


def test_an_empty_list_says_where_mappings_come_from(db: None, reader: Client) -> None:
    assert "created when the connection is enabled" in reader.get("/mappings/").content.decode()


@pytest.mark.parametrize(
    "address",
    ["/mappings/CUSTOMER/", "/mappings/CUSTOMER/fields/", "/mappings/CUSTOMER/fields/add/",
     "/mappings/CUSTOMER/fields/refresh/", "/mappings/use-default/"],
)  # fmt: skip
def test_who_may_not_change_mappings_cannot_post_anywhere(mapping: TableMapping, reader: Client, address: str) -> None:
    assert reader.post(address, {"name": "CUSTOMER"}).status_code == 403


def test_an_unknown_mapping_is_not_found(setup: ConnectionSetup, admin: Client) -> None:
    assert admin.get("/mappings/NOBODY/").status_code == 404


@pytest.mark.scenario("CRMIntegrationMapping.JobLogForMappingSortedByStartDateTime")
def test_the_job_log_of_a_mapping_lists_its_own_jobs_newest_first(mapping: TableMapping, reader: Client) -> None:
    for name in ("CUSTOMER", "VENDOR", "CUSTOMER"):
        SyncJob.objects.create(mapping=the(name), direction="to_crm")
    address = reader.get("/mappings/CUSTOMER/").content.decode()
    assert "/synch/jobs/?mapping=CUSTOMER" in address
    listed = reader.get("/synch/jobs/?mapping=CUSTOMER").context["list"].lines
    assert [line.title for line in listed] == ["CUSTOMER", "CUSTOMER"]
    runs = [SyncJob.objects.get(pk=line.id) for line in listed]
    assert runs[0].queued_at > runs[1].queued_at


# --- one mapping ---------------------------------------------------------------------------------------------


def test_a_saved_filter_is_answered_with_the_rows_that_match(mapping: TableMapping, admin: Client) -> None:
    answer = save(admin, erp_filter="name begins with Ada", crm_filter="customertypecode = Customer").content.decode()
    assert "Customer: 1 matching row" in answer
    assert "Account: 2 matching rows" in answer
    assert the("CUSTOMER").erp_filter == "name begins with Ada"


def test_a_filter_that_does_not_fit_the_table_is_refused_beside_its_field(mapping: TableMapping, admin: Client) -> None:
    answer = save(admin, erp_filter="colour = red", crm_filter="statecode = Dormant")
    errors = answer.context["form"].errors
    assert "has no field “colour”" in errors["erp_filter"][0]
    assert "“Dormant” is not a value" in errors["crm_filter"][0]
    assert the("CUSTOMER").erp_filter == "blocked = ' '"


def test_filters_are_counted_while_they_are_typed(mapping: TableMapping, reader: Client) -> None:
    page = reader.get("/mappings/CUSTOMER/count/", {"erp_filter": "name = Adatum", "crm_filter": "name ="})
    text = page.content.decode()
    assert "1 matching row" in text
    assert "A value is missing" in text


def test_without_javascript_a_button_counts_and_saves_nothing(mapping: TableMapping, reader: Client) -> None:
    answer = reader.post("/mappings/CUSTOMER/", {**shown(reader), "erp_filter": "name = Adatum", "count": "1"})
    assert "1 matching row" in answer.content.decode()
    assert the("CUSTOMER").erp_filter == "blocked = ' '"


def test_a_changed_filter_asks_for_a_full_run_and_another_change_does_not(mapping: TableMapping, admin: Client) -> None:
    TableMapping.objects.update(erp_cursor="17", crm_cursor="delta")
    save(admin, conflict="send")
    assert (the("CUSTOMER").full_run_needed, the("CUSTOMER").erp_cursor) == (False, "17")
    save(admin, erp_filter="city = London")
    assert (the("CUSTOMER").full_run_needed, the("CUSTOMER").erp_cursor, the("CUSTOMER").crm_cursor) == (True, "", "")


def test_a_direction_nobody_carries_is_refused_on_the_page(mapping: TableMapping, admin: Client) -> None:
    mapping.fields.update(direction="to_crm")
    answer = save(admin, direction="both")
    assert "No enabled field goes this way" in answer.context["form"].errors["direction"][0]


def test_removing_couplings_that_come_back_is_warned_of(mapping: TableMapping, admin: Client) -> None:
    values = {name: value for name, value in shown(admin).items() if name != "only_coupled"}
    answer = admin.post("/mappings/CUSTOMER/", {**values, "deletion": "remove"}, follow=True)
    assert "Remove Coupling together with uncoupled records" in answer.content.decode()
    assert the("CUSTOMER").deletion == "remove"


def test_the_second_of_two_people_is_told_what_the_first_changed(mapping: TableMapping, admin: Client) -> None:
    seen = shown(admin)
    save(admin, conflict="send")
    answer = admin.post("/mappings/CUSTOMER/", {**seen, "deletion": "restore"})
    assert "resolve update conflicts: “None” → “Send Update to Integration”" in answer.content.decode()
    assert the("CUSTOMER").deletion == "none"


def test_the_page_works_and_says_so_when_the_organization_does_not_answer(
    mapping: TableMapping, admin: Client, broken: None
) -> None:
    page = admin.get("/mappings/CUSTOMER/fields/").content.decode()
    assert "No route to contoso" in page
    answer = save(admin, crm_filter="whatever = 1", erp_filter="city = London").content.decode()
    assert "is saved" in answer
    assert "No route to contoso" in answer
    assert the("CUSTOMER").crm_filter == "whatever = 1"


def test_a_table_that_is_not_there_is_told_by_name_and_the_page_works(setup: ConnectionSetup, admin: Client) -> None:
    create_missing()
    page = admin.get("/mappings/POSTEDSALESINV-INV/fields/").content.decode()
    assert "sales_invoice_header" in page
    assert "Business Central does not answer" not in page
    assert admin.get("/mappings/POSTEDSALESINV-INV/count/").status_code == 200


# --- use default synchronization setup -----------------------------------------------------------------------


def test_the_preview_shows_what_would_be_overwritten_and_changes_nothing(setup: ConnectionSetup, admin: Client) -> None:
    create_missing()
    TableMapping.objects.filter(name="VENDOR").update(erp_filter="city = London")
    page = admin.get("/mappings/use-default/").content.decode()
    assert "city = London" in page
    assert the("VENDOR").erp_filter == "city = London"


def test_only_the_selected_mappings_go_back_to_the_default(setup: ConnectionSetup, admin: Client) -> None:
    create_missing()
    TableMapping.objects.update(erp_filter="no = X")
    admin.post("/mappings/use-default/", {"name": ["VENDOR", "CONTACT"], **seen_on(admin, "/mappings/use-default/")})
    kept = set(TableMapping.objects.filter(erp_filter="no = X").values_list("name", flat=True))
    assert kept == {default.name for default in defaults.STANDARD} - {"VENDOR", "CONTACT"}


def test_what_is_missing_is_created_when_asked_for(setup: ConnectionSetup, admin: Client) -> None:
    enable(setup)
    the("VENDOR").delete()
    assert "Create what is missing: VENDOR" in admin.get("/mappings/use-default/").content.decode()
    admin.post("/mappings/use-default/", {"create": "1", **seen_on(admin, "/mappings/use-default/")})
    assert the("VENDOR").queue_entries.get().status == "ready"


# --- administration ------------------------------------------------------------------------------------------


def test_administration_shows_mappings_and_changes_none(mapping: TableMapping, admin: Client) -> None:
    address = f"/admin/integration/tablemapping/{mapping.pk}/change/"
    assert "address1_city" in admin.get(address).content.decode()
    assert admin.post(address, {"name": "OTHER"}).status_code == 403
    for model in ("fieldtransformation", "recordtemplate", "templateuse"):
        assert admin.get(f"/admin/integration/{model}/").status_code == 200

"""Integration Table Mappings and Integration Field Mappings, as people use them."""

import pytest

from integration import defaults
from integration.connection.enabling import enable
from integration.mappings.standard import create_missing
from integration.models import FieldMapping, SyncJob, TableMapping
from integration.models.stored.cache import metadata_cache
from tests.pages import seen_on

pytestmark = pytest.mark.django_db


def the(name: str) -> TableMapping:
    return TableMapping.objects.get(name=name)


def shown(client, name="CUSTOMER") -> dict[str, str]:
    form = client.get(f"/mappings/{name}/").context["form"]
    values = {field: form[field].value() for field in form.fields}
    return {field: "on" if value is True else value for field, value in values.items() if value is not False}


def save(client, name="CUSTOMER", **changes):
    return client.post(f"/mappings/{name}/", {**shown(client, name), **changes}, follow=True)


# --- the list --------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSetupTest.IntTableUIDFieldTypeShowsTypeOnListPage")
def test_the_list_shows_every_mapping_with_its_columns(setup, reader):
    create_missing()
    page = reader.get("/mappings/").content.decode()
    for text in ("CUSTOMER", "blocked = &#x27; &#x27;", "Bidirectional", "account.paymenttermscode", "GUID", "Option"):
        assert text in page
    assert "Sales Order Notes" in page


def test_the_list_is_in_the_order_in_which_tables_depend_on_each_other(setup, reader):
    create_missing()
    listed = [row.name for row in reader.get("/mappings/").context["rows"]]
    assert listed == [default.name for default in defaults.STANDARD]


def test_the_list_is_searched_by_name_and_table(setup, reader):
    create_missing()
    found = reader.get("/mappings/?q=product").context["rows"]
    assert [row.name for row in found] == ["RESOURCE-PRODUCT", "ITEM-PRODUCT", "SALESPRC-PRODPRICE"]
    assert "No mapping matches" in reader.get("/mappings/?q=nothing").content.decode()


def test_the_list_costs_as_many_queries_for_many_mappings_as_for_few(setup, reader, django_assert_max_num_queries):
    create_missing()
    reader.get("/mappings/")
    with django_assert_max_num_queries(10):
        reader.get("/mappings/")


def test_an_empty_list_says_where_mappings_come_from(db, reader):
    assert "created when the connection is enabled" in reader.get("/mappings/").content.decode()


@pytest.mark.parametrize(
    "address",
    ["/mappings/CUSTOMER/", "/mappings/CUSTOMER/fields/", "/mappings/CUSTOMER/fields/add/",
     "/mappings/CUSTOMER/fields/refresh/", "/mappings/use-default/"],
)  # fmt: skip
def test_who_may_not_change_mappings_cannot_post_anywhere(mapping, reader, address):
    assert reader.post(address, {"name": "CUSTOMER"}).status_code == 403


def test_an_unknown_mapping_is_not_found(setup, admin):
    assert admin.get("/mappings/NOBODY/").status_code == 404


@pytest.mark.scenario("CRMIntegrationMapping.JobLogForMappingSortedByStartDateTime")
def test_the_job_log_of_a_mapping_lists_its_own_jobs_newest_first(mapping, reader):
    for name in ("CUSTOMER", "VENDOR", "CUSTOMER"):
        SyncJob.objects.create(mapping=the(name), direction="to_crm")
    address = reader.get("/mappings/CUSTOMER/").content.decode()
    assert "/synch/jobs/?mapping=CUSTOMER" in address
    listed = list(reader.get("/synch/jobs/?mapping=CUSTOMER").context["jobs"])
    assert [job.mapping.name for job in listed] == ["CUSTOMER", "CUSTOMER"]
    assert listed[0].queued_at > listed[1].queued_at


# --- one mapping -----------------------------------------------------------------------------------------


def test_a_saved_filter_is_answered_with_the_rows_that_match(mapping, admin):
    answer = save(admin, erp_filter="name begins with Ada", crm_filter="customertypecode = Customer").content.decode()
    assert "Customer: 1 matching row" in answer
    assert "Account: 2 matching rows" in answer
    assert the("CUSTOMER").erp_filter == "name begins with Ada"


def test_a_filter_that_does_not_fit_the_table_is_refused_beside_its_field(mapping, admin):
    answer = save(admin, erp_filter="colour = red", crm_filter="statecode = Dormant")
    errors = answer.context["form"].errors
    assert "has no field “colour”" in errors["erp_filter"][0]
    assert "“Dormant” is not a value" in errors["crm_filter"][0]
    assert the("CUSTOMER").erp_filter == "blocked = ' '"


def test_filters_are_counted_while_they_are_typed(mapping, reader):
    page = reader.get("/mappings/CUSTOMER/count/", {"erp_filter": "name = Adatum", "crm_filter": "name ="})
    text = page.content.decode()
    assert "1 matching row" in text
    assert "A value is missing" in text


def test_without_javascript_a_button_counts_and_saves_nothing(mapping, reader):
    answer = reader.post("/mappings/CUSTOMER/", {**shown(reader), "erp_filter": "name = Adatum", "count": "1"})
    assert "1 matching row" in answer.content.decode()
    assert the("CUSTOMER").erp_filter == "blocked = ' '"


def test_a_changed_filter_asks_for_a_full_run_and_another_change_does_not(mapping, admin):
    TableMapping.objects.update(erp_cursor="17", crm_cursor="delta")
    save(admin, conflict="send")
    assert (the("CUSTOMER").full_run_needed, the("CUSTOMER").erp_cursor) == (False, "17")
    save(admin, erp_filter="city = London")
    assert (the("CUSTOMER").full_run_needed, the("CUSTOMER").erp_cursor, the("CUSTOMER").crm_cursor) == (True, "", "")


def test_a_direction_nobody_carries_is_refused_on_the_page(mapping, admin):
    mapping.fields.update(direction="to_crm")
    answer = save(admin, direction="both")
    assert "No enabled field goes this way" in answer.context["form"].errors["direction"][0]


def test_removing_couplings_that_come_back_is_warned_of(mapping, admin):
    values = {name: value for name, value in shown(admin).items() if name != "only_coupled"}
    answer = admin.post("/mappings/CUSTOMER/", {**values, "deletion": "remove"}, follow=True)
    assert "Remove Coupling together with uncoupled records" in answer.content.decode()
    assert the("CUSTOMER").deletion == "remove"


def test_the_second_of_two_people_is_told_what_the_first_changed(mapping, admin):
    seen = shown(admin)
    save(admin, conflict="send")
    answer = admin.post("/mappings/CUSTOMER/", {**seen, "deletion": "restore"})
    assert "resolve update conflicts: “None” → “Send Update to Integration”" in answer.content.decode()
    assert the("CUSTOMER").deletion == "none"


def test_the_page_works_and_says_so_when_the_organization_does_not_answer(mapping, admin, broken):
    page = admin.get("/mappings/CUSTOMER/fields/").content.decode()
    assert "Dynamics 365 Sales does not answer: No route to contoso" in page
    answer = save(admin, crm_filter="whatever = 1", erp_filter="city = London").content.decode()
    assert "is saved" in answer
    assert "No route to contoso" in answer
    assert the("CUSTOMER").crm_filter == "whatever = 1"


def test_a_table_that_is_not_there_is_told_by_name_and_the_page_works(setup, admin):
    create_missing()
    page = admin.get("/mappings/POSTEDSALESINV-INV/fields/").content.decode()
    assert "sales_invoice_header" in page
    assert "Business Central does not answer" not in page
    assert admin.get("/mappings/POSTEDSALESINV-INV/count/").status_code == 200


# --- the fields ------------------------------------------------------------------------------------------


def lines(client) -> dict[str, str]:
    """The field list as it would be sent back."""
    formset = client.get("/mappings/CUSTOMER/fields/").context["formset"]
    values = {f"form-{name}": value for name, value in formset.management_form.initial.items()}
    values["seen"] = formset.stamp()
    for form in formset:
        for name in form.fields:
            value = form[name].value()
            value = getattr(value, "pk", value)
            if value is not None and value is not False:
                values[form.add_prefix(name)] = "on" if value is True else value
    return values


def line_of(client, crm_field: str) -> str:
    formset = client.get("/mappings/CUSTOMER/fields/").context["formset"]
    return next(form.prefix for form in formset if form.instance.crm_field == crm_field)


def change(client, crm_field: str, **changes):
    line, values = line_of(client, crm_field), lines(client)
    for name, value in changes.items():
        if value is None:
            values.pop(f"{line}-{name}", None)
        else:
            values[f"{line}-{name}"] = value
    return client.post("/mappings/CUSTOMER/fields/", values, follow=True)


def errors(answer) -> dict:
    return {name: error for form in answer.context["formset"] for name, error in form.errors.items()}


@pytest.mark.scenario("CRMIntegrationMapping.FieldMappingListPageAllowsEditing")
def test_the_list_shows_types_and_edits_flags_but_not_the_fields_themselves(mapping, admin):
    page = admin.get("/mappings/CUSTOMER/fields/")
    assert "Reference to salesperson" in page.content.decode()
    assert "Text, 160" in page.content.decode()
    editable = set(page.context["formset"].forms[0].fields)
    assert {"is_enabled", "direction", "not_null", "constant", "validate", "clear_on_failed"} <= editable
    assert not {"erp_field", "crm_field"} & editable
    change(admin, "address1_city", direction="to_crm", validate=None)
    city = mapping.fields.get(crm_field="address1_city")
    assert (city.direction, city.validate) == ("to_crm", False)
    assert the("CUSTOMER").full_run_needed


def test_a_flag_that_changes_nothing_of_what_is_carried_needs_no_full_run(mapping, admin):
    change(admin, "address1_city", match_priority="3")
    assert mapping.fields.get(crm_field="address1_city").match_priority == 3
    assert not the("CUSTOMER").full_run_needed


@pytest.mark.scenario("CRMIntegrationMapping.FieldNotNullIsNotApplicableForGUIDsOnly")
def test_not_null_is_for_lookups_only(mapping, admin):
    assert "id and lookup columns only" in errors(change(admin, "name", not_null="on"))["not_null"][0]
    change(admin, "transactioncurrencyid", not_null="on")
    assert mapping.fields.get(crm_field="transactioncurrencyid").not_null
    assert not mapping.fields.get(crm_field="name").not_null


def test_a_direction_that_the_types_do_not_allow_is_refused(mapping, admin):
    FieldMapping.objects.create(
        mapping=mapping, erp_field="credit_limit", crm_field="telephone1", direction="to_crm", user_defined=True
    )
    answer = change(admin, "telephone1", direction="both")
    assert "cannot go into" in errors(answer)["direction"][0]


def test_the_last_field_of_a_direction_cannot_be_switched_off(mapping, admin):
    mapping.fields.exclude(crm_field="name").update(direction="to_crm")
    answer = change(admin, "name", direction="to_crm")
    assert "no enabled field would carry that" in answer.content.decode()
    assert mapping.fields.get(crm_field="name").direction == "both"


def test_two_people_at_the_fields_do_not_overwrite_each_other(mapping, admin):
    mine = lines(admin)
    change(admin, "address1_city", direction="to_crm")
    answer = admin.post("/mappings/CUSTOMER/fields/", mine)
    assert "city – address1_city, direction: “Bidirectional” → “To Integration Table”" in answer.content.decode()


@pytest.mark.scenario("CRMIntegrationMapping.TestCreateFieldMappingsForRuntimeFields")
def test_a_new_pair_is_picked_from_both_tables_and_begins_disabled(mapping, admin):
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
def test_a_pair_that_cannot_work_is_refused_in_words(mapping, admin, new, reason):
    before = mapping.fields.count()
    answer = admin.post("/mappings/CUSTOMER/fields/add/", {"direction": "both", **new})
    assert reason in answer.content.decode()
    assert mapping.fields.count() == before


def test_a_stored_constant_is_checked_as_its_field_takes_it(mapping, admin):
    FieldMapping.objects.create(mapping=mapping, crm_field="customertypecode", constant="Customer", direction="to_crm")
    assert "has no option “Friend”" in errors(change(admin, "customertypecode", constant="Friend"))["constant"][0]
    change(admin, "customertypecode", constant="Vendor")
    assert mapping.fields.get(crm_field="customertypecode").constant == "Vendor"


def test_a_persons_own_pair_can_be_removed_and_a_standard_one_cannot(mapping, admin):
    admin.post(
        "/mappings/CUSTOMER/fields/add/",
        {"erp_field": "priority", "crm_field": "numberofemployees", "direction": "both"},
    )
    change(admin, "numberofemployees", DELETE="on")
    change(admin, "name", DELETE="on")
    assert not mapping.fields.filter(crm_field="numberofemployees").exists()
    assert mapping.fields.filter(crm_field="name").exists()


def test_a_column_that_vanished_is_shown_and_cannot_be_enabled(mapping, admin):
    FieldMapping.objects.create(mapping=mapping, erp_field="name", crm_field="yominame", is_enabled=False)
    assert "“yominame” is not there" in admin.get("/mappings/CUSTOMER/fields/").content.decode()
    assert "“yominame” is not there" in errors(change(admin, "yominame", is_enabled="on"))["is_enabled"][0]


def test_reading_the_columns_anew_forgets_the_remembered_ones(mapping, admin):
    metadata_cache().put("account", "its columns", 600)
    answer = admin.post("/mappings/CUSTOMER/fields/refresh/", follow=True)
    assert "read anew" in answer.content.decode()
    assert metadata_cache().get("account") is None


# --- use default synchronization setup -------------------------------------------------------------------


def test_the_preview_shows_what_would_be_overwritten_and_changes_nothing(setup, admin):
    create_missing()
    TableMapping.objects.filter(name="VENDOR").update(erp_filter="city = London")
    page = admin.get("/mappings/use-default/").content.decode()
    assert "city = London" in page
    assert the("VENDOR").erp_filter == "city = London"


def test_only_the_selected_mappings_go_back_to_the_default(setup, admin):
    create_missing()
    TableMapping.objects.update(erp_filter="no = X")
    admin.post("/mappings/use-default/", {"name": ["VENDOR", "CONTACT"], **seen_on(admin, "/mappings/use-default/")})
    kept = set(TableMapping.objects.filter(erp_filter="no = X").values_list("name", flat=True))
    assert kept == {default.name for default in defaults.STANDARD} - {"VENDOR", "CONTACT"}


def test_what_is_missing_is_created_when_asked_for(setup, admin):
    enable(setup)
    the("VENDOR").delete()
    assert "Create what is missing: VENDOR" in admin.get("/mappings/use-default/").content.decode()
    admin.post("/mappings/use-default/", {"create": "1", **seen_on(admin, "/mappings/use-default/")})
    assert the("VENDOR").queue_entries.get().status == "ready"


# --- administration --------------------------------------------------------------------------------------


def test_administration_shows_mappings_and_changes_none(mapping, admin):
    address = f"/admin/integration/tablemapping/{mapping.pk}/change/"
    assert "address1_city" in admin.get(address).content.decode()
    assert admin.post(address, {"name": "OTHER"}).status_code == 403
    for model in ("fieldtransformation", "recordtemplate", "templateuse"):
        assert admin.get(f"/admin/integration/{model}/").status_code == 200

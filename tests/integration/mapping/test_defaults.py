"""The standard mappings: what they say, that they stay when changed, and the way back to them."""

import pytest
from pytest_django import DjangoAssertNumQueries

from integration import defaults
from integration.defaults.standard import BY_NAME
from integration.mappings.standard import create_missing, differences, reset
from integration.models import FieldMapping, JobQueueEntry, TableMapping
from integration.models.stored.audit import AuditEntry, acting
from integration.sync.matching.pairs import Criterion
from integration.sync.rules import Direction
from integration.systems.filters import parse

pytestmark = pytest.mark.django_db

EXPECTED = {  # name: (direction, enabled fields, inactivity minutes of the job or None)
    "SALESPEOPLE": ("to_erp", 3, 1440),
    "CURRENCY": ("to_crm", 3, 720),
    "PAYMENT TERMS": ("to_crm", 1, 1440),
    "SHIPMENT METHOD": ("to_crm", 1, 1440),
    "SHIPPING AGENT": ("to_crm", 1, 1440),
    "CUSTOMER": ("both", 19, 720),
    "VENDOR": ("both", 18, 720),
    "CONTACT": ("both", 18, 720),
    "UNIT OF MEASURE": ("to_crm", 1, 720),
    "RESOURCE-PRODUCT": ("both", 7, 720),
    "ITEM-PRODUCT": ("both", 11, 1440),
    "CUSTPRCGRP-PRICE": ("to_crm", 1, 1440),
    "SALESPRC-PRODPRICE": ("to_crm", 6, 1440),
    "OPPORTUNITY": ("both", 5, None),
    "POSTEDSALESINV-INV": ("to_crm", 25, 1440),
    "POSTEDSALESLINE-INV": ("to_crm", 6, None),
    "SALESORDER-NOTES": ("both", 1, None),
    "SALESORDER-ORDER": ("to_crm", 24, 720),
    "SALESQUOTE-QUOTE": ("to_erp", 0, None),
}
"""Not counted, for they are no fields of ours: ``owneridtype``, ``parentcustomeridtype``, an opportunity's account."""


def the(name: str) -> TableMapping:
    return TableMapping.objects.get(name=name)


@pytest.fixture
def standard() -> list[TableMapping]:
    return create_missing()


@pytest.mark.scenario(
    "CRMIntegrationMapping.SalesPersonMappedToCRMSystemuser",
    "CRMIntegrationMapping.CustomerMappedToCRMAccount",
    "CRMIntegrationMapping.CurrencyMappedToCRMTransactioncurrency",
    "CRMIntegrationMapping.ItemMappedToCRMProduct",
    "CRMIntegrationMapping.OpportunityMappedToCRMOpportunity",
    "CRMIntegrationMapping.ResourceMappedToCRMProduct",
    "CRMIntegrationMapping.SalesInvoiceHeaderMappedToCRMInvoice",
    "CRMIntegrationMapping.SalesInvoiceLineMappedToCRMInvoicedetail",
    "CRMIntegrationMapping.UnitOfMeasureMappedToCRMUomschedule",
    "CRMIntegrationMapping.SalesPriceMappedToCRMProductpricelevel",
    "CRMIntegrationMapping.ShippingAgentMappedToShippingMethodCodeEnum",
    "CRMIntegrationMapping.ShipmentMethodMappedToFreightTermsCodeEnum",
    "CRMIntegrationMapping.PaymentTermsMappedToPaymentTermsCodeEnum",
    "CRMSetupTest.InvokeResetConfigurationCreatesNewMappings",
)
def test_every_standard_mapping_has_its_direction_its_fields_and_one_job(standard: list[TableMapping]) -> None:
    found = {}
    for mapping in TableMapping.objects.all():
        jobs = [entry.inactivity_minutes for entry in mapping.queue_entries.all()]
        enabled = mapping.fields.filter(is_enabled=True).count()
        found[mapping.name] = (mapping.direction, enabled, *(jobs or [None]))
    assert found == EXPECTED


@pytest.mark.scenario(
    "CRMIntegrationMgtTest.DefaultTableMappingCurrency",
    "CRMIntegrationMgtTest.DefaultTableMappingContact",
    "CRMIntegrationMgtTest.DefaultTableMappingVendor",
    "CRMIntegrationMgtTest.DefaultTableMappingItem",
    "CRMIntegrationMgtTest.DefaultTableMappingResource",
    "CRMIntegrationMgtTest.DefaultTableMappingSalesInvoiceLine",
    "CRMIntegrationMgtTest.DefaultTableMappingSalesPerson",
    "CRMIntegrationMgtTest.DefaultTableMappingUnitOfMeasure",
)
@pytest.mark.parametrize(
    ("name", "erp_filter", "crm_filter", "only_coupled"),
    [
        ("CURRENCY", "", "", True),
        ("UNIT OF MEASURE", "", "", True),
        ("POSTEDSALESLINE-INV", "", "", False),
        ("SALESPEOPLE", "", "isdisabled = No and islicensed = Yes and isintegrationuser = No", True),
        ("VENDOR", "blocked = ' '", "statecode = Active and customertypecode = Vendor", True),
        ("ITEM-PRODUCT", "blocked = No", "producttypecode = 'Sales Inventory' and statecode = Active", True),
        ("RESOURCE-PRODUCT", "blocked = No", "producttypecode = Services and statecode = Active", True),
        (
            "CONTACT",
            "type = Person and company_no is not blank",
            "parentcustomerid is not blank and statecode = Active and parentcustomeridtype = account",
            True,
        ),
    ],
)
def test_the_standard_filters_say_who_takes_part(
    standard: list[TableMapping], name: str, erp_filter: str, crm_filter: str, only_coupled: bool
) -> None:
    mapping = the(name)
    assert (mapping.erp_filter, mapping.crm_filter, mapping.only_coupled) == (erp_filter, crm_filter, only_coupled)


@pytest.mark.scenario("CRMEntitySynchTest.CRMSetupDefaultMakesCustomerCountryCodeMappingDirectionBidirectional")
def test_the_standard_fields_carry_their_flags(standard: list[TableMapping]) -> None:
    customer = the("CUSTOMER").fields
    owner, country = customer.get(crm_field="ownerid"), customer.get(crm_field="address1_country")
    assert (owner.erp_field, owner.not_null, owner.direction) == ("salesperson_code", True, "to_crm")
    assert (country.direction, country.validate) == ("both", False)
    assert customer.get(crm_field="address1_stateorprovince").erp_field == "county"
    assert customer.get(crm_field="primarycontactid").clear_on_failed
    assert not customer.get(crm_field="accountnumber").is_enabled
    assert the("SALESPRC-PRODPRICE").fields.get(crm_field="pricingmethodcode").constant == "1"
    assert the("CONTACT").fields.get(crm_field="").constant == "Person"


def test_records_are_matched_by_the_standard_criteria(standard: list[TableMapping]) -> None:
    assert the("CUSTOMER").criteria() == (
        Criterion("name", "name", 1),
        Criterion("post_code", "address1_postalcode", 1),
        Criterion("e_mail", "emailaddress1", 2),
    )
    assert the("SALESPEOPLE").criteria() == (
        Criterion("e_mail", "internalemailaddress", 1),
        Criterion("name", "fullname", 2),
    )
    assert [c.erp_field for c in the("CONTACT").criteria()] == ["e_mail", "first_name", "surname"]
    single = {"ITEM-PRODUCT": "no", "RESOURCE-PRODUCT": "no", "CURRENCY": "iso_code", "UNIT OF MEASURE": "code"}
    assert {name: [c.erp_field for c in the(name).criteria()] for name in single} == {n: [f] for n, f in single.items()}


def test_every_standard_is_consistent_in_itself() -> None:
    order = {default.name: default.position for default in defaults.STANDARD}
    for default in defaults.STANDARD:
        assert len(default.name) <= 20
        assert all(order[name] < default.position for name in default.dependencies)
        parse(default.erp_filter)
        parse(default.crm_filter)
        pairs = [(field.erp_field, field.crm_field) for field in default.fields]
        assert len(pairs) == len(set(pairs))
        for one in default.direction.passes if default.fields or not default.internal else ():
            assert any(field.enabled and field.direction.includes(one) for field in default.fields)


def test_every_standard_mapping_and_field_passes_the_checks_of_a_person(standard: list[TableMapping]) -> None:
    for mapping in TableMapping.objects.all():
        mapping.full_clean()
        for field in mapping.fields.all():
            field.full_clean()


def test_enabling_again_creates_what_is_missing_and_leaves_what_was_changed(standard: list[TableMapping]) -> None:
    customer = the("CUSTOMER")
    customer.erp_filter, customer.direction = "blocked = ' ' and city = London", "to_crm"
    customer.save()
    customer.fields.get(crm_field="fax").delete()
    the("VENDOR").delete()
    assert [mapping.name for mapping in create_missing()] == ["VENDOR"]
    customer = the("CUSTOMER")
    assert (customer.direction, customer.erp_filter) == ("to_crm", "blocked = ' ' and city = London")
    assert not customer.fields.filter(crm_field="fax").exists()
    assert JobQueueEntry.objects.filter(mapping=the("VENDOR")).count() == 1


def test_the_base_part_alone_brings_no_products() -> None:
    create_missing("dataverse")
    names = set(TableMapping.objects.values_list("name", flat=True))
    assert {"CUSTOMER", "SALESPEOPLE", "PAYMENT TERMS"} <= names
    assert "ITEM-PRODUCT" not in names


def test_an_untouched_mapping_differs_in_nothing(standard: list[TableMapping]) -> None:
    assert [differences(mapping) for mapping in TableMapping.objects.all()] == [[]] * len(EXPECTED)


def test_the_preview_names_everything_a_reset_would_overwrite(standard: list[TableMapping]) -> None:
    customer = the("CUSTOMER")
    customer.only_coupled = False
    customer.save()
    customer.fields.filter(crm_field="fax").update(direction="to_crm")
    customer.fields.get(crm_field="websiteurl").delete()
    FieldMapping.objects.create(mapping=customer, erp_field="name_2", crm_field="yominame", user_defined=True)
    customer.queue_entries.update(minutes=5)
    shown = [(d.field, d.stored, d.default) for d in differences(customer)]
    assert shown == [
        ("synch. only coupled records", "no", "yes"),
        ("fax_no – fax: direction", "BC → Sales", "both ways"),
        ("home_page – websiteurl", "", "added"),
        ("name_2 – yominame", "removed", ""),
        ("job: minutes between runs", "5", "30"),
    ]


@pytest.mark.scenario("CRMIntegrationMapping.ResetIntegrationTableMappingConfiguration")
def test_a_reset_brings_everything_back_and_asks_for_a_full_run(standard: list[TableMapping]) -> None:
    TableMapping.objects.update(direction="to_crm", erp_cursor="17", crm_cursor="delta")
    FieldMapping.objects.filter(crm_field="name").delete()
    FieldMapping.objects.create(mapping=the("SALESPEOPLE"), erp_field="stray", crm_field="stray")
    reset(TableMapping.objects.all())
    assert [differences(mapping) for mapping in TableMapping.objects.all()] == [[]] * len(EXPECTED)
    assert {m.name: m.fields.filter(is_enabled=True).count() for m in TableMapping.objects.all()} == {
        name: fields for name, (_, fields, _) in EXPECTED.items()
    }
    customer, currency = the("CUSTOMER"), the("CURRENCY")
    assert (customer.full_run_needed, customer.erp_cursor, customer.crm_cursor) == (True, "", "")
    assert (currency.full_run_needed, currency.erp_cursor, currency.crm_cursor) == (False, "17", "delta")


def test_a_persons_own_mapping_has_no_standard_to_go_back_to(standard: list[TableMapping]) -> None:
    own = TableMapping.objects.create(
        name="OUR PROJECTS", erp_table="job", crm_table="new_project", user_defined=True, direction="to_crm"
    )
    assert differences(own) == []
    assert reset([own]) == []


@pytest.mark.scenario("CRMIntegrationMapping.PrioritizedMappingListOrderShouldSkipTablesMappedToOption")
def test_the_prioritized_list_runs_references_first_and_leaves_options_and_lines_out(
    standard: list[TableMapping],
) -> None:
    names = [mapping.name for mapping in TableMapping.objects.prioritized()]
    assert names[:6] == ["SALESPEOPLE", "CURRENCY", "CUSTOMER", "VENDOR", "CONTACT", "UNIT OF MEASURE"]
    assert not {"PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT", "POSTEDSALESLINE-INV"} & set(names)
    assert TableMapping.objects.exclude(pk__isnull=False).prioritized().count() == 0


def test_a_reset_takes_transformation_rules_away_and_says_so_first(standard: list[TableMapping]) -> None:
    customer = the("CUSTOMER")
    city = customer.fields.get(crm_field="address1_city")
    city.transformations.create(kind="uppercase")
    [difference] = differences(customer)
    assert (difference.field, difference.stored) == ("city – address1_city: transformation rules", "Uppercase")
    reset([customer])
    city.refresh_from_db()
    assert not city.transformations.exists()
    assert city.revision == 1
    assert the("CUSTOMER").full_run_needed


def test_a_field_that_a_reset_enables_begins_anew_and_the_others_do_not(standard: list[TableMapping]) -> None:
    customer = the("CUSTOMER")
    customer.fields.filter(crm_field="address1_city").update(is_enabled=False)
    reset([customer])
    assert dict(customer.fields.filter(revision__gt=0).values_list("crm_field", "revision")) == {"address1_city": 1}


def test_jobs_are_named_as_people_know_them(standard: list[TableMapping]) -> None:
    assert the("CUSTOMER").queue_entries.get().name == "CUSTOMER - Dataverse synchronization job"
    assert the("ITEM-PRODUCT").queue_entries.get().name == "ITEM-PRODUCT - Dynamics 365 Sales synchronization job"
    assert set(JobQueueEntry.objects.values_list("status", "max_attempts", "rerun_seconds")) == {("on_hold", 10, 30)}


def test_a_direction_is_one_of_three() -> None:
    assert {default.direction for default in BY_NAME.values()} == set(Direction)


def test_standard_mappings_are_made_with_few_questions_and_each_is_recorded_as_by_hand(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with acting("annette"), django_assert_max_num_queries(20):
        create_missing()

    entries = AuditEntry.objects.filter(who="annette", action=AuditEntry.Action.CREATED)
    customer, job = (entries.get(subject=name) for name in ("CUSTOMER", "CUSTOMER - Dataverse synchronization job"))
    assert set(entries.filter(kind="integration table mapping").values_list("subject", flat=True)) == {*EXPECTED}
    assert (customer.after["table"], customer.after["integration table"]) == ("customer", "account")
    assert (job.kind, job.after["mapping"], "minutes between runs" in job.after) == (
        "job queue entry",
        "CUSTOMER",
        False,
    )

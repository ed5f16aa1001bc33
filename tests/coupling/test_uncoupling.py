"""Delete Coupling, from cards, lists and the list of mappings, for each table that is coupled."""

from __future__ import annotations

import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.models import SyncJob, TableMapping
from integration.systems.values import Ref
from tests.coupling.conftest import press, told
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]

IN_A_JOB = {
    "ITEM-PRODUCT": ("item", "product"),
    "RESOURCE-PRODUCT": ("resource", "product"),
    "CONTACT": ("contact", "contact"),
    "OPPORTUNITY": ("opportunity", "opportunity"),
}
AT_ONCE = {
    "CURRENCY": ("currency", "transactioncurrency"),
    "UNIT OF MEASURE": ("unit_of_measure", "uomschedule"),
    "CUSTPRCGRP-PRICE": ("customer_price_group", "pricelevel"),
}


def three_pairs(name: str, tables: tuple[str, str]) -> tuple[TableMapping, list[uuid.UUID]]:
    mapping, _ = TableMapping.objects.get_or_create(
        name=name, defaults={"erp_table": tables[0], "crm_table": tables[1], "direction": "both"}
    )
    ids = [uuid.uuid4() for _ in range(3)]
    for id in ids:
        mapping.couplings.couple(id, uuid.uuid4())
    return mapping, ids


def run_all() -> list[SyncJob]:
    for job in SyncJob.objects.order_by("queued_at"):
        jobs.run(job.pk)
    return list(SyncJob.objects.order_by("queued_at"))


def left(mapping: TableMapping) -> set[uuid.UUID]:
    return set(mapping.couplings.values_list("erp_id", flat=True))


@pytest.mark.scenario(
    "CDSUncoupling.ItemListUncoupleMultiple",
    "CDSUncoupling.ResourceListUncoupleMultiple",
    "CDSUncoupling.OpportunityListUncoupleMultiple",
)
@pytest.mark.parametrize("name", IN_A_JOB)
def test_two_of_three_chosen_in_a_list_are_uncoupled_by_one_job(world: JobsWorld, clerk: Client, name: str) -> None:
    mapping, (first, second, third) = three_pairs(name, IN_A_JOB[name])
    press(clerk, "erp", mapping.erp_table, "uncouple", first, third, confirmed="yes")
    assert left(mapping) == {first, second, third}
    (job,) = run_all()
    assert (job.kind, job.uncoupled, job.failed) == (SyncJob.Kind.UNCOUPLE, 2, 0)
    assert left(mapping) == {second}


@pytest.mark.scenario(
    "CDSUncoupling.ItemListUncoupleSingle",
    "CDSUncoupling.ItemCardUncouple",
    "CDSUncoupling.ResourceListUncoupleSingle",
    "CDSUncoupling.ResourceCardUncouple",
    "CDSUncoupling.ContactListUncoupleSingle",
    "CDSUncoupling.ContactCardUncouple",
    "CDSUncoupling.OpportunityCardUncouple",
)
@pytest.mark.parametrize("name", IN_A_JOB)
def test_one_record_is_uncoupled_by_one_job_from_its_card_as_from_the_list(
    world: JobsWorld, clerk: Client, name: str
) -> None:
    mapping, (first, second, third) = three_pairs(name, IN_A_JOB[name])
    card = reverse("erp_card", args=[mapping.erp_table, second])
    press(clerk, "erp", mapping.erp_table, "uncouple", second, confirmed="yes", back=card)
    (job,) = run_all()
    assert job.uncoupled == 1
    assert left(mapping) == {first, third}


@pytest.mark.scenario(
    "CDSUncoupling.CurrencyListUncoupleMultiple",
    "CDSUncoupling.UnitsOfMeasureUncoupleMultiple",
    "CDSUncoupling.CustomerPriceGroupsUncoupleMultiple",
)
@pytest.mark.parametrize("name", AT_ONCE)
def test_what_bears_no_trace_in_sales_is_uncoupled_at_once(world: JobsWorld, clerk: Client, name: str) -> None:
    mapping, (first, second, third) = three_pairs(name, AT_ONCE[name])
    answer = press(clerk, "erp", mapping.erp_table, "uncouple", first, third, confirmed="yes")
    assert told(answer) == ["2 couplings deleted; the records stay."]
    assert left(mapping) == {second}
    assert not SyncJob.objects.exists()


@pytest.mark.scenario("CDSUncoupling.CurrencyListUncoupleSingle", "CDSUncoupling.UnitsOfMeasureUncoupleSingle")
@pytest.mark.parametrize("name", AT_ONCE)
def test_a_single_one_of_those_too(world: JobsWorld, clerk: Client, name: str) -> None:
    mapping, (first, second, third) = three_pairs(name, AT_ONCE[name])
    press(clerk, "erp", mapping.erp_table, "uncouple", second, confirmed="yes")
    assert left(mapping) == {first, third}
    assert not SyncJob.objects.exists()


@pytest.mark.scenario("CDSUncoupling.IntegarionTableMappingListUncoupleMultiple")
def test_the_chosen_mappings_lose_their_couplings_and_no_other_does(world: JobsWorld, clerk: Client) -> None:
    chosen = {"CUSTOMER": ("customer", "account"), "ITEM-PRODUCT": IN_A_JOB["ITEM-PRODUCT"],
              "SALESPEOPLE": ("salesperson", "systemuser")}  # fmt: skip
    mappings = [three_pairs(name, tables)[0] for name, tables in chosen.items()]
    others = [three_pairs("CURRENCY", AT_ONCE["CURRENCY"])[0], three_pairs("OPPORTUNITY", IN_A_JOB["OPPORTUNITY"])[0]]
    address = reverse("mappings_uncouple")
    asked = clerk.get(address, {"name": list(chosen)}).content.decode()
    assert "CUSTOMER: 3 couplings" in asked
    answer = clerk.post(address, {"name": list(chosen)})
    assert told(answer) == ["3 couplings deleted; the records stay."]
    made = run_all()
    assert {(job.mapping.name, job.uncoupled) for job in made} == {("CUSTOMER", 3), ("ITEM-PRODUCT", 3)}
    assert [len(left(mapping)) for mapping in (*mappings, *others)] == [0, 0, 0, 3, 3]


def test_a_mapping_with_more_couplings_than_one_page_loses_them_all(world: JobsWorld, clerk: Client) -> None:
    mapping, _ = three_pairs("ITEM-PRODUCT", IN_A_JOB["ITEM-PRODUCT"])
    for _ in range(600):
        mapping.couplings.couple(uuid.uuid4(), uuid.uuid4())
    clerk.post(reverse("mappings_uncouple"), {"name": "ITEM-PRODUCT"})
    (job,) = run_all()
    assert (job.uncoupled, job.records_done, job.records_total) == (603, 603, 603)
    assert not left(mapping)


def test_deleting_all_couplings_asks_first_and_needs_the_right_to(
    world: JobsWorld, clerk: Client, visitor: Client
) -> None:
    mapping, _ = three_pairs("CUSTOMER", ("customer", "account"))
    address = reverse("mappings_uncouple")
    clerk.get(address, {"name": "CUSTOMER"})
    assert visitor.get(address, {"name": "CUSTOMER"}).status_code == 403
    assert visitor.post(address, {"name": "CUSTOMER"}).status_code == 403
    assert len(left(mapping)) == 3
    assert told(clerk.post(address)) == ["Choose at least one mapping."]


@pytest.mark.scenario("CRMCouplingTest.RemoveCouplingForCustomerWithContacts")
def test_the_pairs_of_contacts_that_belong_to_both_firms_go_with_the_firm_and_cross_related_ones_stay(
    world: JobsWorld, clerk: Client
) -> None:
    world.erp.check_references = False  # in this small company, contacts point to customers
    adatum, account = world.add_customer("Adatum", no="C-1"), world.add_account("Adatum")
    elsewhere = world.add_account("Fabrikam")
    firm = world.erp.add("contact", name="Adatum", type=0)
    world.erp.add("contact_business_relation", contact_no=Ref("contact", firm), link_to_table=1, no="C-1")
    world.mapping().couplings.couple(adatum, account)
    contacts = world.mapping("CONTACT").couplings

    def person(name: str, company: uuid.UUID | None, parent: uuid.UUID) -> uuid.UUID:
        ours = world.erp.add("contact", first_name=name, type=1, company_no=Ref("customer", company or uuid.uuid4()))
        theirs = world.crm.add("contact", lastname=name, parentcustomerid=Ref("account", parent))
        contacts.couple(ours, theirs)
        return ours

    person("Helen", firm, account)
    person("Karen", firm, account)
    crossed = {person("Robert", firm, elsewhere), person("Bart", None, account)}
    press(clerk, "erp", "customer", "uncouple", adatum, confirmed="yes")
    run_all()
    assert not left(world.mapping())
    assert set(contacts.values_list("erp_id", flat=True)) == crossed

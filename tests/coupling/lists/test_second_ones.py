"""Before another record is created, the free one that may be the same is named: nobody makes a second one unawares."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from coupling.pages.asking.twins import core
from integration.models import TableMapping
from integration.systems.memory import MemorySystem
from tests.coupling.conftest import id_of, press
from tests.makers import customer

HERE = "/records/erp/customer/?state=uncoupled"


def create(clerk: Client, *ids: UUID) -> str:
    answer = press(clerk, "erp", "customer", "create", *ids, mapping="CUSTOMER", back=HERE)
    return str(answer.content.decode())


def test_the_free_account_of_the_same_name_is_named_with_the_way_to_couple_it(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    shown = create(clerk, adatum)

    assert "It may be there already." in shown
    assert "C-ADATUM Adatum: Adatum is equal by name." in shown
    assert f"{reverse('coupling', args=['CUSTOMER', adatum])}?back=%2Frecords%2Ferp%2Fcustomer" in shown


def test_of_several_firms_those_that_may_be_there_are_counted_and_matched_together(
    clerk: Client,
    mapping: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
) -> None:
    fabrikam = id_of(company, "Fabrikam")
    for _ in range(2):
        organization.add("account", name="Fabrikam", customertypecode=3)

    shown = create(clerk, adatum, fabrikam)

    assert "2 of them may be there already." in shown
    assert "Fabrikam: 2 free records are equal by name." in shown
    assert "Match-Based Coupling of All 2" in shown
    answer = press(clerk, "erp", "customer", "match", adatum, fabrikam, mapping="CUSTOMER", back=HERE)
    assert answer.url.startswith(reverse("match", args=["CUSTOMER"]))


def test_an_account_that_is_coupled_with_another_customer_is_no_reason_to_warn(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(id_of(company, "Fabrikam"), adatum_account)

    assert "may be there already" not in create(clerk, adatum)


def test_of_more_firms_than_a_page_looks_at_it_is_said_that_the_rest_was_not_compared(
    clerk: Client, mapping: TableMapping, company: MemorySystem
) -> None:
    seller = company.values("customer", id_of(company, "Fabrikam"))["salesperson_code"]
    firms = [company.add("customer", **customer(f"Branch {place}", salesperson_code=seller)) for place in range(51)]

    shown = create(clerk, *firms)

    assert "The first 50 of them were compared with what is free there, and none is equal." in shown
    assert "Match-Based Coupling of All 51" in shown


def test_the_account_of_a_firm_that_differs_in_its_legal_form_only_is_named(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, adatum: UUID
) -> None:
    seller = company.values("customer", adatum)["salesperson_code"]
    both = [
        company.add("customer", **customer(name, salesperson_code=seller)) for name in ("Hartwell Timber Ltd.", "Trey")
    ]
    for name in ("Hartwell Timber Limited", "Hartwell Boats Limited", "Treyford Ltd"):
        organization.add("account", name=name, customertypecode=3)
    before = organization.calls["find"]

    one, several = create(clerk, both[0]), create(clerk, *both)

    assert "It may be there already." in one
    assert "1 of them may be there already." in several
    assert all("Hartwell Timber Limited is called almost the same." in shown for shown in (one, several))
    assert not any("Boats" in shown or "Treyford" in shown for shown in (one, several))
    assert "Hartwell" not in create(clerk, both[1])
    assert organization.calls["find"] - before <= 4 * 3


@pytest.mark.parametrize(
    ("name", "other"),
    [("Hartwell Timber Ltd.", "HARTWELL TIMBER, Limited"), ("Litware, Inc.", "Litware"), ("Fabrik S.A.", "Fabrik SA")],
)
def test_names_that_differ_in_legal_form_punctuation_and_case_are_alike(name: str, other: str) -> None:
    assert core(name) == core(other)


def test_names_that_differ_in_a_word_that_tells_are_not_alike() -> None:
    assert core("Woodgrove Bank North") != core("Woodgrove Bank South")
    assert core("Limited Co.") == ()

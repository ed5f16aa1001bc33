"""Before a second one is made, the one that may be there already is named."""

from __future__ import annotations

from uuid import UUID

from django.test.client import Client
from django.urls import reverse

from integration.models import TableMapping
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, press

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
    assert f"{reverse('match', args=['CUSTOMER'])}?of=erp&amp;back=" in shown


def test_an_account_that_is_coupled_with_another_customer_is_no_reason_to_warn(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(id_of(company, "Fabrikam"), adatum_account)

    assert "may be there already" not in create(clerk, adatum)

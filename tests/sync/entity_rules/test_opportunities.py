"""Opportunities: the account behind the contact's company."""

from __future__ import annotations

from uuid import UUID

import pytest

from integration.sync.run import Counters
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, standard
from tests.sync.entity_rules.deals import CONTACT, CUSTOMER, OPPORTUNITY, adatum, helen, opportunity

__all__ = ["adatum", "helen"]


def test_an_opportunity_belongs_to_the_account_of_the_contacts_company(
    cronus: Cronus, adatum: UUID, helen: UUID
) -> None:
    deal = opportunity(cronus, helen, adatum)
    assert cronus.run(TO_CRM, standard(OPPORTUNITY)) == Counters(inserted=1)
    made = cronus.twin(OPPORTUNITY, deal)
    assert made["parentaccountid"] == Ref("account", cronus.pair(adatum, standard(CUSTOMER)).crm_id)
    assert made["parentcontactid"] == Ref("contact", cronus.pair(helen, standard(CONTACT)).crm_id)


def test_without_a_coupled_firm_the_account_stays_blank(cronus: Cronus, helen: UUID) -> None:
    deal = opportunity(cronus, helen, cronus.customer("Fabrikam", "C20"))
    assert cronus.run(TO_CRM, standard(OPPORTUNITY)) == Counters(inserted=1)
    assert cronus.twin(OPPORTUNITY, deal)["parentaccountid"] is None


@pytest.mark.parametrize("status", [2, 3])
def test_won_and_lost_opportunities_do_not_leave(cronus: Cronus, adatum: UUID, helen: UUID, status: int) -> None:
    opportunity(cronus, helen, adatum, status=status)
    assert cronus.run(TO_CRM, standard(OPPORTUNITY)) == Counters()


def test_an_opportunity_waits_for_its_contact(cronus: Cronus, adatum: UUID) -> None:
    tai = cronus.person(adatum, "Tai Yee")
    opportunity(cronus, tai, adatum)
    assert cronus.run(TO_CRM, standard(OPPORTUNITY)) == Counters(failed=1)
    assert "is not coupled yet" in cronus.messages()
    cronus.make(CONTACT, tai)
    assert cronus.run(TO_CRM, standard(OPPORTUNITY)) == Counters(inserted=1)


def test_a_name_changed_in_sales_arrives_and_the_account_does_not_come_back(
    cronus: Cronus, adatum: UUID, helen: UUID
) -> None:
    deal = opportunity(cronus, helen, adatum)
    [there] = cronus.make(OPPORTUNITY, deal)
    cronus.crm.edit("opportunity", there, name="Sixty bicycles", parentaccountid=None)
    assert cronus.run(TO_ERP, standard(OPPORTUNITY)) == Counters(modified=1)
    assert cronus.erp.values("opportunity", deal)["description"] == "Sixty bicycles"
    assert cronus.erp.values("opportunity", deal)["contact_company_no"].id == cronus.company_of(adatum)

"""Set Up Coupling and Select Coupling Criteria."""

from __future__ import annotations

import re
import uuid
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.models import SyncJob
from integration.models.mapping.table_mapping import TableMapping
from integration.pages import rows
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import Unreachable
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, page, read, told
from tests.integration.jobs_world import JobsWorld, world
from tests.makers import account

__all__ = ["world"]


def offered(shown: str) -> list[str]:
    return re.findall(r'aria-label="Choose ([^"]+)"', shown)


def couple(client: Client, erp_id: uuid.UUID, **more: object) -> HttpResponse:
    return client.post(reverse("coupling_set", args=["CUSTOMER", erp_id]), more)


@pytest.mark.scenario("CRMCouplingRecord.LookupFilteredCRMRecordForSalesperson")
def test_only_free_accounts_inside_the_filter_are_offered(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, adatum: UUID
) -> None:
    mapping.couplings.couple(id_of(company, "Fabrikam"), id_of(organization, "Coho Winery"))
    assert offered(page(clerk, "coupling", "CUSTOMER", adatum, q="")) == ["Adatum"]


def test_free_accounts_are_found_behind_many_that_are_taken(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "SCANNED", 3)
    taken = [organization.add("account", **account(f"Contoso {number}")) for number in range(10)]
    mapping.couplings.remember(Pair(uuid.uuid4(), id, State.COUPLED) for id in taken)
    organization.add("account", **account("Contoso Zürich"))
    assert offered(page(clerk, "coupling", "CUSTOMER", adatum, q="contoso")) == ["Contoso Zürich"]


def test_the_dialog_starts_looking_for_the_name_of_the_record(
    clerk: Client, mapping: TableMapping, adatum: UUID
) -> None:
    shown = page(clerk, "coupling", "CUSTOMER", adatum)
    assert 'value="Adatum"' in shown
    assert offered(shown) == ["Adatum"]


def test_typing_brings_the_candidates_alone(clerk: Client, mapping: TableMapping, adatum: UUID) -> None:
    address = reverse("coupling", args=["CUSTOMER", adatum])
    shown = clerk.get(address, {"q": "coho"}, headers={"HX-Request": "true"}).content.decode()
    assert offered(shown) == ["Coho Winery"]
    assert "<html" not in shown


@pytest.mark.scenario("CRMCouplingRecord.LookupCouplingRecordRefreshesValuesOnPage")
@pytest.mark.parametrize(("search", "is_closed"), [("nobody", True), ("ada", False)])
def test_couple_is_closed_while_there_is_no_record_to_couple_with_and_says_so(
    clerk: Client, mapping: TableMapping, adatum: UUID, search: str, is_closed: bool
) -> None:
    address = reverse("coupling", args=["CUSTOMER", adatum])
    whole = page(clerk, "coupling", "CUSTOMER", adatum, q=search)
    headers = {"HX-Request": "true", "HX-Target": "candidates"}
    typed = clerk.get(address, {"q": search}, headers=headers).content.decode()
    for shown in (whole, typed):
        assert ("disabled" in shown.partition("couple-button")[2].partition(">Couple<")[0]) is is_closed
        assert ("No record is there to couple with." in shown) is is_closed
    assert 'hx-swap-oob="true"' in typed


def test_choosing_another_account_shows_its_values_beside(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID
) -> None:
    coho = id_of(organization, "Coho Winery")
    organization.edit("account", coho, address1_city="Oslo")
    assert "Oslo" not in page(clerk, "coupling", "CUSTOMER", adatum)
    shown = page(clerk, "coupling", "CUSTOMER", adatum, crm_id=coho)
    assert "Oslo" in shown
    assert f'value="{coho}" aria-label="Choose Coho Winery" checked' in shown
    assert 'class="differs"' in shown


@pytest.mark.scenario("CRMCouplingRecord.DefaultDoNotSyncIfCoupled")
@pytest.mark.scenario("CRMCouplingRecord.CRMCouplingRecordCreateNewDisabledForCoupledRecord")
@pytest.mark.scenario("CRMCouplingRecord.GetCRMIDAfterOpenPageForCoupledCustomer")
def test_the_dialog_of_a_coupled_customer_stands_on_its_account_and_proposes_nothing(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    shown = page(clerk, "coupling", "CUSTOMER", adatum, q="coho")
    assert f'value="{adatum_account}" aria-label="Choose Adatum" checked' in shown
    assert 'id="after-no" value="" checked' in shown
    assert "Create New" not in shown


@pytest.mark.parametrize("after", ["get", "merge", "nonsense"])
def test_a_way_that_is_not_offered_any_more_gives_place_to_the_proposal(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID, after: str
) -> None:
    organization.edit("account", adatum_account, telephone1="", address1_city="")
    TableMapping.objects.filter(pk=mapping.pk).update(direction="to_crm")
    shown = page(clerk, "coupling", "CUSTOMER", adatum, crm_id=adatum_account, after=after, proposed="")
    assert re.findall(r'name="after" id="[^"]+" value="(\w*)" checked', shown) == ["send"]


@pytest.mark.scenario("CRMCouplingRecord.CRMCouplingRecordCreateNewEnabledForNotCoupledRecord")
def test_the_dialog_of_an_uncoupled_customer_offers_to_create_a_new_account(
    clerk: Client, mapping: TableMapping, adatum: UUID
) -> None:
    assert "Create New" in page(clerk, "coupling", "CUSTOMER", adatum)
    couple(clerk, adatum, create="yes")
    assert SyncJob.objects.get().run_options.create


@pytest.mark.scenario("CRMCouplingTest.CoupleCustomer")
def test_coupling_with_the_values_of_business_central_gives_the_account_the_customers_name(
    world: JobsWorld, clerk: Client
) -> None:
    world.couple_jim()
    adatum, theirs = world.add_customer("Adatum"), world.add_account("Adatum Ltd.")
    couple(clerk, adatum, crm_id=theirs, after="send")
    jobs.run(SyncJob.objects.get().pk)
    assert world.mapping().couplings.get().crm_id == theirs
    assert world.crm.values("account", theirs)["name"] == "Adatum"


@pytest.mark.scenario("CRMCouplingRecord.GetPerformInitialSynchronization")
@pytest.mark.scenario("CRMCouplingRecord.GetCRMIDAfterSelectingCRMRecord")
def test_coupling_without_synchronizing_starts_nothing_and_keeps_both_records_as_they_are(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID
) -> None:
    coho = id_of(organization, "Coho Winery")
    answer = couple(clerk, adatum, crm_id=coho, after="")
    assert mapping.couplings.get().crm_id == coho
    assert organization.values("account", coho)["name"] == "Coho Winery"
    assert not SyncJob.objects.exists()
    assert answer.url == reverse("erp_card", args=["customer", adatum])


@pytest.mark.scenario("CRMIntegrationRecordTest.CannotCreateCouplingToAlreadyCoupledCRMID")
def test_an_account_that_somebody_else_has_coupled_meanwhile_is_refused(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(id_of(company, "Fabrikam"), adatum_account)
    answer = couple(clerk, adatum, crm_id=adatum_account)
    assert read(answer) == ["Coupled already: C-FABRIKAM Fabrikam with Adatum."]
    assert mapping.couplings.count() == 1


@pytest.mark.scenario("CRMIntegrationRecordTest.CannotCreateCouplingToAlreadyCoupledRecord")
def test_a_customer_that_somebody_else_has_coupled_meanwhile_is_not_taken_from_him(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    answer = couple(clerk, adatum, crm_id=id_of(organization, "Coho Winery"), seen="")
    assert read(answer) == ["Coupled by somebody else meanwhile: C-ADATUM Adatum with Adatum. Look at it again."]
    assert mapping.couplings.get().crm_id == adatum_account


@pytest.mark.scenario("CRMIntegrationRecordTest.CanCoupleRecordToCRMID")
def test_a_coupled_customer_can_be_pointed_at_another_account(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    coho = id_of(organization, "Coho Winery")
    couple(clerk, adatum, crm_id=coho, seen=adatum_account)
    assert mapping.couplings.get().crm_id == coho


def test_coupling_the_same_pair_twice_says_so_and_forgets_nothing(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, "7", "8")])
    answer = couple(clerk, adatum, crm_id=adatum_account)
    assert read(answer) == ["Coupled already: C-ADATUM Adatum with Adatum."]
    for card in (f"/records/erp/customer/{adatum}/", f"/records/crm/account/{adatum_account}/"):
        assert f'href="{card}"' in told(answer)[0]
    assert mapping.couplings.get().seen_erp == "7"


@pytest.mark.scenario("CRMIntegrationRecordTest.CanCreateCouplingToCRMIDCoupledToDeletedIntegrationRecord")
def test_a_stale_coupling_of_a_deleted_customer_gives_way(
    clerk: Client, mapping: TableMapping, company: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    fabrikam = id_of(company, "Fabrikam")
    mapping.couplings.couple(fabrikam, adatum_account)
    company.remove("customer", fabrikam)
    couple(clerk, adatum, crm_id=adatum_account)
    assert mapping.couplings.get().erp_id == adatum


def test_records_outside_the_filter_are_not_coupled(
    clerk: Client,
    mapping: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
) -> None:
    vendor, blocked = id_of(organization, "Wingtip Toys"), id_of(company, "Litware")
    assert "outside the filter" in told(couple(clerk, adatum, crm_id=vendor))[0]
    assert "outside the filter" in told(couple(clerk, blocked, crm_id=adatum_account))[0]
    assert not mapping.couplings.exists()


@pytest.mark.parametrize("crm_id", ["", "adatum"])
def test_nothing_or_nonsense_chosen_is_said(clerk: Client, mapping: TableMapping, adatum: UUID, crm_id: str) -> None:
    assert told(couple(clerk, adatum, crm_id=crm_id)) == ["Choose the Dynamics 365 Sales record first."]


def test_an_account_that_is_gone_is_told(clerk: Client, mapping: TableMapping, adatum: UUID) -> None:
    assert "does not exist any more" in told(couple(clerk, adatum, crm_id=uuid.uuid4()))[0]


def test_the_dialog_names_the_salesperson_to_couple_first_and_leads_to_him(world: JobsWorld, clerk: Client) -> None:
    shown = page(clerk, "coupling", "CUSTOMER", world.add_customer("Adatum"))
    assert f'<a href="{reverse("coupling", args=["SALESPEOPLE", world.jim])}">Couple it first</a>' in shown


def test_while_sales_is_silent_the_dialog_names_our_record_and_says_so(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    organization.fail_on("describe", Unreachable("The line is dead."), times=9)
    here = reverse("erp_card", args=["customer", adatum])

    shown = page(clerk, "coupling", "CUSTOMER", adatum, q="ada")
    assert "C-ADATUM Adatum (CUSTOMER)" in shown
    assert "The records of Dynamics 365 Sales cannot be looked at now: The line is dead." in shown
    assert 'href="/couplings/CUSTOMER/' in shown.partition("Ask Again")[0].rpartition("<a ")[2]
    assert f'href="{here}"' in shown
    typed = clerk.get(
        reverse("coupling", args=["CUSTOMER", adatum]), headers={"HX-Request": "true", "HX-Target": "candidates"}
    ).content.decode()
    assert typed.startswith('<div id="candidates">')
    assert "The line is dead." in page(clerk, "coupling_from", "CUSTOMER", adatum_account)


def test_an_account_is_coupled_from_its_own_side_too(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, adatum: UUID
) -> None:
    coho = id_of(organization, "Coho Winery")
    mapping.couplings.couple(id_of(company, "Fabrikam"), id_of(organization, "Adatum"))
    shown = page(clerk, "coupling_from", "CUSTOMER", coho, q="")
    assert offered(shown) == ["C-ADATUM Adatum"]
    assert f"{reverse('coupling', args=['CUSTOMER', adatum])}?q=&amp;crm_id={coho}" in shown


def test_who_may_only_look_sets_up_no_coupling(
    visitor: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID
) -> None:
    addresses = [("coupling", adatum), ("coupling_from", adatum_account)]
    assert [visitor.get(reverse(name, args=["CUSTOMER", id])).status_code for name, id in addresses] == [403, 403]
    assert couple(visitor, adatum, crm_id=adatum_account).status_code == 403
    assert visitor.get(reverse("match", args=["CUSTOMER"])).status_code == 403
    assert visitor.post(reverse("match_start", args=["CUSTOMER"])).status_code == 403
    assert not mapping.couplings.exists()

"""A firm that is coupled with another account, or again: what belonged to the old pair, and what a mapping holds."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse

from coupling import commands
from coupling.models import CouplingError
from integration.models import SyncError, SyncJob, TableMapping
from integration.systems.values import Ref
from integration.systems.wording import NAMELESS
from tests.coupling.conftest import page, read, told
from tests.coupling.errors.errors import log
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


class Firm:
    """Adatum with Helen and Karen, on both sides, all coupled; Fabrikam is another account."""

    def __init__(self, world: JobsWorld) -> None:
        world.erp.check_references = False  # in this small company, contacts point to customers
        self.world = world
        self.adatum, self.account = world.add_customer("Adatum", no="C-1"), world.add_account("Adatum")
        self.fabrikam = world.add_account("Fabrikam")
        self.company = world.erp.add("contact", name="Adatum", type=0)
        world.erp.add("contact_business_relation", contact_no=Ref("contact", self.company), link_to_table=1, no="C-1")
        world.mapping().couplings.couple(self.adatum, self.account)
        self.contacts = world.mapping("CONTACT").couplings
        self.people = {self._person(name) for name in ("Helen", "Karen")}

    def _person(self, name: str) -> uuid.UUID:
        ours = self.world.erp.add("contact", first_name=name, type=1, company_no=Ref("customer", self.company))
        theirs = self.world.crm.add("contact", lastname=name, parentcustomerid=Ref("account", self.account))
        self.contacts.couple(ours, theirs)
        return ours

    def coupled_people(self) -> set[uuid.UUID]:
        return set(self.contacts.values_list("erp_id", flat=True)) & self.people


@pytest.fixture
def firm(world: JobsWorld) -> Firm:
    return Firm(world)


def couple_on_the_page(client: Client, firm: Firm, account: uuid.UUID) -> HttpResponse:
    seen = commands.coupled_with(firm.world.mapping(), firm.adatum) or ""
    return client.post(reverse("coupling_set", args=["CUSTOMER", firm.adatum]), {"crm_id": account, "seen": seen})


def test_coupling_a_customer_with_another_account_on_its_page_uncouples_the_people_of_the_old_one(
    firm: Firm, clerk: Client
) -> None:
    couple_on_the_page(clerk, firm, firm.fabrikam)
    assert commands.coupled_with(firm.world.mapping(), firm.adatum) == firm.fabrikam
    assert firm.coupled_people() == set()


def test_coupling_a_customer_with_another_account_by_command_does_the_same(
    firm: Firm, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("couple", "CUSTOMER", str(firm.adatum), str(firm.fabrikam))
    assert firm.coupled_people() == set()
    assert "2 contacts of this firm are not coupled. Match them under CONTACT." in capsys.readouterr().out


def test_after_coupling_a_firm_again_exactly_its_people_are_offered_to_be_matched(firm: Firm, clerk: Client) -> None:
    stranger = firm.world.erp.add("contact", first_name="Bart", type=1)
    commands.uncouple_inline(firm.world.mapping(), [firm.adatum], firm_connected(firm))
    assert firm.coupled_people() == set()
    said = [str(one) for one in told(couple_on_the_page(clerk, firm, firm.account))]
    offer = next(one for one in said if "contacts of this firm are not coupled" in one)
    assert offer.startswith("2 contacts")
    assert {uuid.UUID(id) for id in re.findall(r"selected=([0-9a-f-]{36})", offer)} == firm.people
    assert str(stranger) not in offer
    address = re.search(r'href="([^"]+)"', offer)
    assert address is not None
    assert "2 chosen records" in clerk.get(address[1].replace("&amp;", "&")).content.decode()


def test_where_everybody_of_the_firm_is_coupled_nothing_is_offered(firm: Firm, clerk: Client) -> None:
    firm.world.mapping().couplings.filter(erp_id=firm.adatum).delete()
    assert told(couple_on_the_page(clerk, firm, firm.account)) == ["The records are coupled."]


def firm_connected(firm: Firm) -> Any:
    """Both systems, as a command opens them."""

    class Connected:
        erp, crm = firm.world.erp, firm.world.crm

    return Connected()


# --- held by another mapping ---------------------------------------------------------------------------------


@pytest.fixture
def resellers(firm: Firm) -> TableMapping:
    """Another mapping of accounts, which holds Fabrikam."""
    made = TableMapping.objects.create(name="RESELLERS", erp_table="vendor", crm_table="account", direction="both")
    made.couplings.couple(uuid.uuid4(), firm.fabrikam)
    return made


HELD = f"Coupled in RESELLERS already: {NAMELESS} with Fabrikam. Delete that coupling first."


def test_the_dialog_names_the_mapping_that_holds_the_account_and_couples_nothing(
    firm: Firm, resellers: TableMapping, clerk: Client
) -> None:
    assert read(couple_on_the_page(clerk, firm, firm.fabrikam)) == [HELD]
    assert commands.coupled_with(firm.world.mapping(), firm.adatum) == firm.account


def test_the_command_names_the_mapping_that_holds_the_account(firm: Firm, resellers: TableMapping) -> None:
    with pytest.raises(CommandError, match="Coupled in RESELLERS already"):
        call_command("couple", "CUSTOMER", str(firm.adatum), str(firm.fabrikam))
    assert firm.coupled_people() == firm.people


def test_a_customer_that_another_mapping_holds_is_named_too(firm: Firm) -> None:
    mapping = firm.world.mapping()
    own = TableMapping.objects.create(name="FIRMS", erp_table="customer", crm_table="account", user_defined=True)
    alone = firm.world.add_customer("Litware")
    own.couplings.couple(alone, uuid.uuid4())
    with pytest.raises(CouplingError, match="Coupled in FIRMS already: Litware"):
        commands.couple(mapping, alone, firm.fabrikam)


# --- what was wrong before ----------------------------------------------------------------------------------------


def test_what_kept_both_records_out_before_they_were_coupled_is_past(world: JobsWorld, clerk: Client) -> None:
    litware, account, other = world.add_customer("Litware"), world.add_account("Litware"), world.add_customer("Trey")
    mapping = world.mapping()
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm", status=SyncJob.Status.FINISHED)
    log(job, litware, code="number-taken", message="The account has the number already. Couple with it.")
    log(job, None, account, code="refused")
    still = log(job, other, code="refused")

    clerk.post(reverse("coupling_set", args=["CUSTOMER", litware]), {"crm_id": account, "seen": "", "after": ""})

    assert mapping.couplings.get(erp_id=litware).crm_id == account
    assert list(SyncError.objects.open()) == [still]
    assert "Failed" not in page(clerk, "erp_card", "customer", litware)

"""Delete Coupling says what goes with it, what stays, and what happens next."""

from __future__ import annotations

import uuid
from dataclasses import replace
from uuid import UUID

import pytest
from django.test.client import Client

from coupling.models import Coupling
from coupling.pages.asking.outcome import outcome
from integration import jobs
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import Unreachable
from integration.systems.values import Ref
from tests.coupling.conftest import press
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


@pytest.fixture
def firm(world: JobsWorld) -> UUID:
    """Adatum, coupled, with one coupled person."""
    world.erp.check_references = False  # in this small company, contacts point to customers
    adatum, account = world.add_customer("Adatum", no="C-1"), world.add_account("Adatum")
    company = world.erp.add("contact", name="Adatum", type=0)
    jane = world.erp.add("contact", first_name="Jane", type=1, company_no=Ref("customer", company))
    world.erp.add("contact_business_relation", contact_no=Ref("contact", company), link_to_table=1, no="C-1")
    world.mapping("CONTACT").couplings.couple(jane, uuid.uuid4())
    world.mapping().couplings.couple(adatum, account)
    return adatum


def asked(clerk: Client, *ids: UUID) -> str:
    return press(clerk, "erp", "customer", "uncouple", *ids).content.decode()


def test_the_contacts_of_the_firm_are_counted(world: JobsWorld, clerk: Client, firm: UUID) -> None:
    assert "The coupling of 1 contact of the same firm." in asked(clerk, firm)


def test_account_statistics_that_go_with_it_are_named(world: JobsWorld, clerk: Client, firm: UUID) -> None:
    world.mapping().couplings.update(statistics_uploaded="2026-03-01T00:00:00Z")

    assert "The account statistics of 1 account in Dynamics 365 Sales are deleted." in asked(clerk, firm)


def test_what_refers_to_it_stays_coupled_and_is_counted(world: JobsWorld, clerk: Client, firm: UUID) -> None:
    about = {"bill_to": (str(firm), "")}
    world.mapping("REGION").couplings.remember([Pair(uuid.uuid4(), uuid.uuid4(), State.COUPLED, agreed=about)])

    assert "REGION: 1 coupled record refers to it. It stays coupled" in asked(clerk, firm)


def test_a_contact_that_goes_along_is_not_said_to_stay(world: JobsWorld, clerk: Client, firm: UUID) -> None:
    works_for = {"company": (str(firm), "")}
    jane = world.mapping("CONTACT").couplings.get().pair
    world.mapping("CONTACT").couplings.remember([replace(jane, agreed=works_for)])

    shown = asked(clerk, firm)

    assert "The coupling of 1 contact of the same firm." in shown
    assert "refers to it" not in shown


def test_the_message_counts_the_coupling_of_jane_who_goes_with_her_firm(
    world: JobsWorld, clerk: Client, firm: UUID
) -> None:
    press(clerk, "erp", "customer", "uncouple", firm, confirmed="yes")
    job = SyncJob.objects.get()
    jobs.run(job.pk)

    assert outcome(SyncJob.objects.get()).words == "2 couplings deleted."
    assert not Coupling.objects.exists()


@pytest.mark.parametrize(
    ("only_coupled", "numbered", "said"),
    [
        (True, False, "Until then no run touches them"),
        (False, False, "Otherwise the next run makes a new Account or Customer for them."),
        (False, True, "The next run makes no second Account or Customer"),
    ],
)
def test_what_happens_next_follows_from_the_mapping(
    world: JobsWorld, clerk: Client, firm: UUID, only_coupled: bool, numbered: bool, said: str
) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(only_coupled=only_coupled)
    if numbered:
        world.mapping().fields.filter(erp_field="post_code").update(crm_field="bci_number")

    shown = asked(clerk, firm)

    assert said in shown
    assert "may be coupled again at any time" in shown


def test_while_sales_is_silent_the_couplings_can_still_be_deleted(world: JobsWorld, clerk: Client, firm: UUID) -> None:
    world.crm.fail_on("get", Unreachable("The line is dead."), times=99)

    shown = asked(clerk, firm)

    assert "how many nobody can say now: The line is dead." in shown
    assert 'name="confirmed" value="yes"' in shown

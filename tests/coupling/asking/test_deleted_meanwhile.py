"""An account is deleted in Sales while its customer's card, dialog or list is open here: every button says so clearly,
and nothing is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.systems.memory import MemorySystem
from tests.coupling.conftest import id_of, press, read, told


@pytest.fixture
def gone(
    mapping: TableMapping, company: MemorySystem, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> UUID:
    """Adatum's customer, coupled and in conflict; its account was deleted after the page was shown."""
    failed = Outcome(Result.SKIPPED, "conflict")
    agreed = {"name:name": ("Adatum", "Adatum"), "city:address1_city": ("Bern", "Bern")}
    mapping.couplings.remember([Pair(adatum, adatum_account, State.COUPLED, "1", "1", agreed, to_crm=failed)])
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm", status="finished")
    about = {"erp_id": adatum, "crm_id": adatum_account, "label": "Adatum", "direction": "to_crm"}
    SyncError.objects.create(job=job, mapping=mapping, code="conflict", message="Both changed the city.", **about)
    organization.remove("account", adatum_account)
    return adatum


def said(answer: Any) -> str:
    page = re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2])
    return re.sub(r"\s+", " ", " ".join([*read(answer), page]))


ERP, CRM = ("erp", "customer"), ("crm", "account")
LOST = "one of both records was deleted. Restore it, delete the other one, too, or delete the coupling"


@pytest.mark.parametrize(
    ("action", "says_here", "says_there"),
    [
        ("synchronize", LOST, LOST),
        ("uncouple", "coupling deleted; the other record is gone already", "coupling deleted; this record is gone"),
        (
            "create",
            "the other record is deleted; a new one is created and coupled",
            "Coupled already: C-ADATUM Adatum with Adatum.",
        ),
    ],
)
def test_each_button_says_that_one_of_both_is_deleted_and_by_its_name_whose_card_is_open(
    clerk: Client, gone: UUID, adatum_account: UUID, action: str, says_here: str, says_there: str
) -> None:
    for (side, table), id, says in ((ERP, gone, says_here), (CRM, adatum_account, says_there)):
        asked = press(clerk, side, table, action, id, mapping="CUSTOMER")
        assert says in unescape(said(asked))
        assert str(adatum_account) not in said(asked).partition("CUSTOMER:")[0]
        assert action != "create" or "was deleted (id" not in said(asked)


@pytest.mark.parametrize("back", ["", "/records/erp/customer/"])
def test_a_decision_about_a_conflict_ends_at_the_card_with_one_message(
    clerk: Client, mapping: TableMapping, gone: UUID, back: str
) -> None:
    address = reverse("conflict", args=["CUSTOMER", gone])
    chosen = {"all": "erp", "erp_version": "1", "crm_version": "1", "conflicting": "city:address1_city", "back": back}

    answer = clerk.post(address, chosen)

    assert told(answer) == ["One of both records does not exist any more."]
    assert answer["Location"] == (back or reverse("erp_card", args=["customer", gone]))
    assert clerk.get(address)["Location"] == reverse("erp_card", args=["customer", gone])
    assert mapping.couplings.filter(erp_id=gone).exists()


@pytest.mark.parametrize("way", ["send", "get", "merge"])
def test_a_synchronization_that_somebody_presses_says_what_is_the_matter_and_keeps_the_coupling(
    clerk: Client, mapping: TableMapping, company: MemorySystem, gone: UUID, way: str
) -> None:
    before = company.values("customer", gone)

    answer = press(clerk, *ERP, "synchronize", gone, way=way)

    assert LOST in " ".join(told(answer))
    assert not SyncJob.objects.filter(status="queued").exists()
    assert company.values("customer", gone) == before
    assert mapping.couplings.filter(erp_id=gone).exists()


def test_of_many_the_others_are_done_and_the_one_is_named(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, gone: UUID
) -> None:
    fabrikam = id_of(company, "Fabrikam")
    mapping.couplings.couple(fabrikam, id_of(organization, "Coho Winery"))

    asked = unescape(said(press(clerk, *ERP, "synchronize", gone, fabrikam)))
    assert "1 synchronized" in asked
    assert LOST in asked
    assert "C-ADATUM Adatum" in asked

    press(clerk, *ERP, "uncouple", gone, fabrikam, confirmed="yes")
    jobs.run(SyncJob.objects.get(status="queued").pk)
    assert not mapping.couplings.exists()
    assert {gone, fabrikam} <= set(company.ids("customer"))


def test_an_account_that_was_deleted_while_the_dialog_stood_open_is_not_coupled(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    assert "Adatum" in said(clerk.get(reverse("coupling", args=["CUSTOMER", adatum])))
    organization.remove("account", adatum_account)

    answer = clerk.post(reverse("coupling_set", args=["CUSTOMER", adatum]), {"crm_id": adatum_account, "way": "send"})

    assert "does not exist any more" in " ".join(told(answer))
    assert not mapping.couplings.exists()
    assert not SyncJob.objects.exists()

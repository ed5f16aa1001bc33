"""What Synchronize Now and Create would write is shown before anything is written."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from coupling.pages.asking.effects import of_new
from coupling.pages.asking.left import left_of
from integration import jobs
from integration.models import SyncJob, TableMapping
from integration.sync.actions import Insert
from integration.sync.memory.halves import partnerless
from integration.sync.memory.ledger import Pair
from integration.sync.rules import Direction
from integration.systems.errors import Unreachable
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Option, Record, Ref, Side
from tests.coupling.conftest import id_of, press
from tests.coupling.pages.shown import rows
from tests.integration.jobs_world import JobsWorld, world
from tests.makers import account, code, field_rule, option, reference, rule, table
from tests.opened import opened

__all__ = ["world"]


@pytest.fixture
def agreed(mapping: TableMapping, adatum: UUID, adatum_account: UUID) -> TableMapping:
    """Adatum and its account, coupled and alike."""
    mapping.couplings.couple(adatum, adatum_account)
    TableMapping.objects.update(conflict="send")
    for direction in ("to_crm", "to_erp"):
        jobs.run(jobs.start(mapping, direction).pk)
    TableMapping.objects.update(conflict="none")
    SyncJob.objects.all().delete()
    return mapping


def test_the_fields_that_would_be_sent_are_shown_old_and_new(
    clerk: Client, agreed: TableMapping, company: MemorySystem, adatum: UUID
) -> None:
    company.edit("customer", adatum, phone_no="030 99")

    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()

    assert rows(shown) == [["Dynamics 365 Sales", "telephone1", "030 604", "030 99"]]
    assert "1 field in Dynamics 365 Sales would change." in shown
    assert not SyncJob.objects.exists()


def test_a_value_that_would_become_blank_is_warned_of(
    clerk: Client, agreed: TableMapping, company: MemorySystem, adatum: UUID
) -> None:
    company.edit("customer", adatum, phone_no="")

    shown = press(clerk, "erp", "customer", "synchronize", adatum, way="send", preview="yes").content.decode()

    assert rows(shown) == [["Dynamics 365 Sales", "telephone1", "030 604", "(blank) becomes blank"]]
    assert "1 value would become blank." in shown
    assert 'id="way-send" value="send" checked' in shown


def test_choosing_a_way_brings_its_preview_alone(
    clerk: Client, agreed: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    organization.edit("account", adatum_account, telephone1="030 98")
    sent = {"selected": adatum, "way": "get", "preview": "yes"}
    address = reverse("record_action", args=["erp", "customer", "synchronize"])

    shown = clerk.post(address, sent, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in shown
    assert rows(shown) == [["Business Central", "phone_no", "030 604", "030 98"]]


def test_a_merge_shows_what_goes_each_way_and_what_is_left_to_decide(
    clerk: Client,
    agreed: TableMapping,
    company: MemorySystem,
    organization: MemorySystem,
    adatum: UUID,
    adatum_account: UUID,
) -> None:
    company.edit("customer", adatum, phone_no="030 99")
    organization.edit("account", adatum_account, address1_city="Oslo")
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert sorted(row[0] for row in rows(shown)) == ["Business Central", "Dynamics 365 Sales"]

    organization.edit("account", adatum_account, telephone1="030 98")
    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()
    assert any("changed" in cell for row in rows(shown) for cell in row)


def test_a_selection_names_the_record_of_each_field_and_counts_those_that_stay(
    clerk: Client, agreed: TableMapping, company: MemorySystem, organization: MemorySystem, adatum: UUID
) -> None:
    fabrikam = id_of(company, "Fabrikam")
    agreed.couplings.couple(fabrikam, id_of(organization, "Coho Winery"))
    company.edit("customer", fabrikam, phone_no="030 7")

    shown = press(clerk, "erp", "customer", "synchronize", adatum, fabrikam, way="send", preview="yes").content.decode()

    assert ["C-FABRIKAM Fabrikam", "Dynamics 365 Sales", "telephone1", "030 1063", "030 7"] in rows(shown)
    assert "1 record stays as it is." in shown
    assert "Synchronize Now: 2 Customers" in shown


def test_a_new_account_is_shown_with_what_it_will_hold(clerk: Client, mapping: TableMapping, adatum: UUID) -> None:
    shown = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER").content.decode()

    assert ["Dynamics 365 Sales", "name", "Adatum"] in rows(shown)
    assert "Create Account in Dynamics 365 Sales: C-ADATUM Adatum" in shown
    assert not SyncJob.objects.exists()


@pytest.mark.parametrize("action", ["synchronize", "uncouple"])
def test_the_question_names_mapping_and_record(
    clerk: Client, mapping: TableMapping, adatum: UUID, adatum_account: UUID, action: str
) -> None:
    mapping.couplings.couple(adatum, adatum_account)

    shown = press(clerk, "erp", "customer", action, adatum).content.decode()

    assert "C-ADATUM Adatum</h1>" in shown
    assert "CUSTOMER: Customer ↔ Account" in shown


def test_while_sales_is_silent_the_question_says_so_and_can_still_be_answered(
    clerk: Client, mapping: TableMapping, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> None:
    mapping.couplings.couple(adatum, adatum_account)
    organization.fail_on("get", Unreachable("The line is dead."), times=99)
    organization.fail_on("describe", Unreachable("The line is dead."), times=99)

    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()

    assert "The line is dead." in shown
    assert 'value="merge" checked' in shown


def test_hostile_text_in_a_name_stays_text_in_the_question(
    clerk: Client, agreed: TableMapping, company: MemorySystem, adatum: UUID
) -> None:
    company.edit("customer", adatum, name="<script>alert(1)</script>")

    shown = press(clerk, "erp", "customer", "synchronize", adatum).content.decode()

    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


TERMS = (Option(1, "Net 30"),)
FIRM = table(
    "customer", "Customer", [code("no"), reference("terms_code", "payment_terms"), reference("contact", "contact")]
)
ACCOUNT = table("account", "Account", [option("paymenttermscode", TERMS), reference("primarycontactid", "contact")])


def test_what_stays_blank_since_nothing_is_coupled_with_it_is_said_with_what_to_do() -> None:
    fields = [field_rule("terms_code", "paymenttermscode"), field_rule("contact", "primarycontactid")]
    record = Record("customer", uuid.uuid4(), {"terms_code": Ref("payment_terms", uuid.uuid4(), "COD")}, "1")
    agreed = {one.key: (partnerless("x"), "") for one in fields}
    pair = Pair(record.id, uuid.uuid4(), agreed=agreed)
    terms, contact = left_of(rule("CUSTOMER", FIRM, ACCOUNT, fields), Direction.TO_CRM, Insert(record, pair, {}))
    assert terms.startswith("paymenttermscode stays blank: terms_code “COD” has no partner among the options")
    assert "primarycontactid stays blank" in contact
    assert "is not coupled with a record of Dynamics 365 Sales yet. Couple it first" in contact


def test_a_record_that_a_new_one_refers_to_is_shown_by_its_name_and_not_by_its_id(world: JobsWorld) -> None:
    world.couple_jim()
    ours = world.add_customer("Adatum")
    with opened() as connected:
        (row,) = of_new(connected, world.mapping(), Side.ERP, [ours]).rows
    assert "Jim Olive" in [one.new for one in row.fields]


@pytest.mark.parametrize("action", ["synchronize", "create", "uncouple"])
def test_wherever_in_a_question_about_many_sales_falls_silent_it_says_so_and_nothing_is_half_told(
    clerk: Client, mapping: TableMapping, company: MemorySystem, organization: MemorySystem, action: str
) -> None:
    chosen = [id_of(company, name) for name in ("Adatum", "Fabrikam")]
    if action != "create":
        for id in chosen:
            mapping.couplings.couple(id, organization.add("account", **account("Other firm")))
    press(clerk, "erp", "customer", action, *chosen, mapping="CUSTOMER")
    asked = [call.verb for call in organization.faults.log]
    assert asked

    for place in range(len(asked)):
        silent = iter(range(99))
        for verb in ("describe", "get", "find"):
            when = lambda _, from_here=place, silent=silent: next(silent) >= from_here  # noqa: E731
            organization.fail_on(verb, Unreachable("The line is dead."), times=99, when=when)
        shown = press(clerk, "erp", "customer", action, *chosen, mapping="CUSTOMER")
        organization.faults.planned.clear()

        assert shown.status_code == 200
        assert "nobody can say now" in shown.content.decode()
        assert not rows(shown.content.decode())
    assert not SyncJob.objects.exists()

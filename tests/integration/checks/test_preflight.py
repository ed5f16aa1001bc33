"""Everything that has to be right before a run: installation, connection, and what is in both systems."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.db.migrations.recorder import MigrationRecorder
from pytest_django.fixtures import Settings

from integration.checks.connection import connection
from integration.checks.contents import mappings, rules
from integration.checks.installation import installation, machine
from integration.checks.owners import owners
from integration.checks.prices import price_list, rates
from integration.connection.installation import COPY
from integration.connection.systems import Connected
from integration.jobs import queue
from integration.models import ConnectionSetup, TableMapping
from integration.sync.rules import Context
from integration.sync.special.prices.default_list import DEFAULT_PRICE_LIST
from integration.systems.findings import Finding, Severity
from integration.systems.memory import MemorySystem
from integration.systems.values import Field, FieldType, Ref, Row, Side
from tests.integration.checks.checked import no_queue
from tests.integration.jobs_world import JobsWorld, world
from tests.makers import reference, table, text

__all__ = ["no_queue", "world"]

pytestmark = pytest.mark.django_db


def told(found: Iterable[Finding]) -> dict[str, Finding]:
    return {one.code: one for one in found}


def connected(erp: MemorySystem, crm: MemorySystem, user: uuid.UUID | None = None) -> Connected:
    context = Context(local_currency="GBP", company="CRONUS", user_id=user or crm.user_id, filters={})
    return Connected(erp, crm, context)


# --- this installation ---------------------------------------------------------------------------------------


def test_a_missing_encryption_key_is_told_with_the_variable_to_set(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = []
    one = told(installation(ConnectionSetup.current()))["keys-unusable"]
    assert (one.severity, "FIELD_ENCRYPTION_KEYS" in one.fix) == (Severity.ERROR, True)


def test_a_secret_of_another_key_is_named(settings: Settings) -> None:
    setup = ConnectionSetup.current()
    setup.client_secret = "the secret of Contoso"
    setup.save()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    one = told(installation(ConnectionSetup.current()))["secret-unreadable"]
    assert "cannot be read" in one.message
    assert "Bring the former key" in one.fix


def test_a_pending_migration_is_named() -> None:
    last = MigrationRecorder.Migration.objects.filter(app="integration").order_by("name").last()
    last.delete()
    one = told(machine())["migrations-pending"]
    assert one.message == f"Pending: integration.{last.name}."
    assert one.fix == "Run: python manage.py migrate"


def test_a_missing_queue_is_an_error_and_its_workers_are_not_asked_for() -> None:
    found = told(machine())
    assert found["queue-unreachable"].message == "REDIS_URL is not set: there is no queue."
    assert "no-worker" not in found


def test_a_queue_that_does_not_answer_is_told(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    one = told(machine())["queue-unreachable"]
    assert one.message.startswith("The queue does not answer")


@pytest.mark.parametrize(("code", "fix"), [("no-worker", "manage.py work"), ("no-scheduler", "manage.py schedule")])
def test_a_queue_without_workers_or_scheduler_says_which_command_starts_one(
    monkeypatch: pytest.MonkeyPatch, code: str, fix: str
) -> None:
    monkeypatch.setattr("integration.checks.installation.queue_state", lambda: queue.QueueState(workers=0))
    one = told(machine())[code]
    assert (one.severity, fix in one.fix) == (Severity.ERROR, True)


def test_a_copied_database_is_told() -> None:
    setup = ConnectionSetup.current()
    setup.installation_id = "the place it was copied from"
    assert told(installation(setup))["database-copied"].message == COPY


# --- the connection ------------------------------------------------------------------------------------------


def test_a_connection_that_is_not_set_up_sends_to_the_guide() -> None:
    found, usable = connection(ConnectionSetup.current())
    assert [one.code for one in found] == ["not-set-up"]
    assert "Assisted Setup" in found[0].fix
    assert not usable


def test_an_organization_that_cannot_be_reached_is_told_and_nothing_more_is_asked(
    setup: ConnectionSetup, broken: None
) -> None:
    found, usable = connection(setup)
    assert told(found)["unreachable"].message == "No route to contoso.crm4.dynamics.com."
    assert not usable


def test_a_disabled_connection_is_a_warning(setup: ConnectionSetup) -> None:
    assert told(connection(setup)[0])["disabled"].severity is Severity.WARNING


def test_a_disabled_integration_user_is_told(setup: ConnectionSetup, organization: MemorySystem) -> None:
    organization.update("systemuser", [Row(organization.user_id, {"isdisabled": True})])
    assert "disabled in the organization" in told(connection(setup)[0])["integration-user"].message


def test_a_company_without_local_currency_is_told(setup: ConnectionSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integration.connection.systems.local_currency", lambda: "")
    assert told(connection(setup)[0])["local-currency"].fix == "Enter LCY Code in General Ledger Setup."


# --- what is in it -------------------------------------------------------------------------------------------


def currencies() -> tuple[MemorySystem, MemorySystem]:
    columns = [text("iso_code"), Field("exchange_rate", FieldType.DECIMAL)]
    erp = MemorySystem(Side.ERP, [table("currency", "Currency", columns, named="iso_code")])
    precision = Field("currencydecimalprecision", FieldType.INTEGER)
    base = reference("basecurrencyid", "transactioncurrency")
    organization = table("organization", "Organization", [base, precision], named="basecurrencyid")
    money = table("transactioncurrency", "Currency", [text("isocurrencycode")], named="isocurrencycode")
    return erp, MemorySystem(Side.CRM, [organization, money])


def test_a_currency_without_a_rate_is_named() -> None:
    erp, crm = currencies()
    erp.add("currency", iso_code="EUR", exchange_rate=Decimal("1.1"))
    erp.add("currency", iso_code="DKK", exchange_rate=None)
    found = list(rates(ConnectionSetup.current(), connected(erp, crm)))
    assert [(one.code, one.message) for one in found] == [
        ("rate-missing", "The currency DKK has no exchange rate for today.")
    ]


def test_a_base_currency_that_business_central_does_not_value_is_an_error() -> None:
    erp, crm = currencies()
    dollar = crm.add("transactioncurrency", isocurrencycode="USD")
    crm.add("organization", basecurrencyid=Ref("transactioncurrency", dollar))
    one = told(rates(ConnectionSetup.current(), connected(erp, crm)))["base-currency-unknown"]
    assert one.severity is Severity.ERROR
    assert "USD is the base currency" in one.message


def owned(world: JobsWorld) -> dict[str, Finding]:
    world.mapping().__class__.objects.update(only_coupled=False)
    return told(owners(ConnectionSetup.current(), connected(world.erp, world.crm)))


def test_a_salesperson_without_a_user_is_named_with_what_they_own(world: JobsWorld) -> None:
    world.add_customer("Adatum")
    world.add_customer("Fabrikam")
    one = owned(world)["owner-not-coupled"]
    assert one.message == "The salesperson Jim Olive has no coupled user, and owns: 2 × customer."
    assert "Couple Salespeople" in one.fix


def test_owners_are_fine_once_their_salesperson_is_coupled(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    assert list(owned(world)) == ["owners"]


def test_a_disabled_user_of_a_coupled_salesperson_is_named(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    world.crm.update("systemuser", [Row(world.jim_user, {"isdisabled": True})])
    one = owned(world)["owner-disabled"]
    assert one.message == (
        "The user Jim Olive is disabled and is to own the records of the salesperson Jim Olive: 1 × customer."
    )


def test_of_a_mapping_of_coupled_records_only_these_count(world: JobsWorld) -> None:
    world.add_customer("Adatum")
    fabrikam = world.add_customer("Fabrikam")
    customers = world.mapping()
    customers.couplings.couple(fabrikam, world.crm.add("account", name="Fabrikam"))
    TableMapping.objects.update(only_coupled=True)
    found = told(owners(ConnectionSetup.current(), connected(world.erp, world.crm)))
    assert found["owner-not-coupled"].message.endswith("and owns: 1 × customer.")


def test_no_record_is_read_while_every_salesperson_has_a_user(world: JobsWorld) -> None:
    world.couple_jim()
    for number in range(30):
        world.add_customer(f"Customer {number}")
    world.pages_of(10)
    world.erp.log.clear()
    world.crm.log.clear()
    assert list(owned(world)) == ["owners"]
    asked = [(one.verb, one.table) for one in (*world.erp.log, *world.crm.log) if one.verb != "describe"]
    assert asked == [("find", "salesperson"), ("get", "systemuser")]


def test_the_records_of_a_salesperson_without_a_user_are_counted_and_not_read(world: JobsWorld) -> None:
    for number in range(30):
        world.add_customer(f"Customer {number}")
    world.pages_of(10)
    world.erp.log.clear()
    assert "owns: 30 × customer" in owned(world)["owner-not-coupled"].message
    asked = [(one.verb, one.table) for one in world.erp.log if one.verb != "describe"]
    assert asked == [("find", "salesperson"), ("count", "customer")]


def test_a_default_price_list_that_somebody_else_changed_is_told() -> None:
    crm = MemorySystem(
        Side.CRM,
        [
            table("pricelevel", "Price List", [text("name")]),
            table("productpricelevel", "Price", [text("name"), reference("pricelevelid", "pricelevel")]),
        ],
    )
    listed, bicycle = uuid.uuid4(), uuid.uuid4()
    crm.insert("pricelevel", [Row(listed, {"name": DEFAULT_PRICE_LIST})])
    crm.insert("productpricelevel", [Row(bicycle, {"name": "Bicycle", "pricelevelid": Ref("pricelevel", listed)})])
    before = list(price_list(ConnectionSetup.current(), connected(crm, crm)))
    crm.add("productpricelevel", name="Lamp", pricelevelid=Ref("pricelevel", listed))
    after = told(price_list(ConnectionSetup.current(), connected(crm, crm)))["price-list-edited"]
    assert [one.code for one in before] == ["price-list"]
    assert "Change prices in Business Central" in after.fix
    assert "1 of its 2 lines" in after.message


def test_twins_that_are_no_organization_are_not_asked_for_their_metadata(
    setup: ConnectionSetup, organization: MemorySystem, company: MemorySystem
) -> None:
    assert list(mappings(setup, connected(company, organization))) == []


def test_options_that_are_gone_are_called_as_sales_calls_them(
    setup: ConnectionSetup, organization: MemorySystem, company: MemorySystem
) -> None:
    company.add_table(table("payment_terms", "Payment Terms", [text("code")], named="code"))
    name = "account.paymenttermscode"
    organization.add_table(table(name, "Account: Payment Terms", [text("label")], named="label"))
    terms = TableMapping.objects.create(
        name="PAYMENT TERMS", erp_table="payment_terms", crm_table=name, direction="to_crm"
    )
    terms.fields.create(erp_field="code", crm_field="label", direction="to_crm")
    terms.couplings.couple(uuid.uuid4(), uuid.uuid4())

    one = told(rules(setup, connected(company, organization)))["option-missing"]
    assert one.message == "1 coupled option of Account: Payment Terms is not there any more."

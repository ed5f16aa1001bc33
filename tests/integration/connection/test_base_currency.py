"""Who enables a connection is warned where nothing says what the organization's base currency is worth here."""

from __future__ import annotations

from decimal import Decimal
from typing import Never

import pytest
from django.test.client import Client

from integration import checks
from integration.checks import runner
from integration.models import ConnectionSetup
from integration.systems.errors import TimedOut
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Field, FieldType, Ref
from tests.makers import reference, table, text
from tests.pages import seen_on
from tests.setup_wizard.conftest import fresh, press, walk

__all__ = ["fresh"]
pytestmark = pytest.mark.django_db
WARNED = "USD is the base currency of Dynamics 365 Sales, and Business Central has no exchange rate for it."


@pytest.fixture
def dollars(company: MemorySystem, organization: MemorySystem) -> MemorySystem:
    """The organization counts in USD, the company in GBP."""
    base, precision = reference("basecurrencyid", "transactioncurrency"), "currencydecimalprecision"
    columns = [base, Field(precision, FieldType.INTEGER)]
    organization.add_table(table("organization", "Organization", columns, named="basecurrencyid"))
    organization.add_table(table("transactioncurrency", "Currency", [text("isocurrencycode")], named="isocurrencycode"))
    dollar = organization.add("transactioncurrency", isocurrencycode="USD")
    organization.add("organization", basecurrencyid=Ref("transactioncurrency", dollar))
    rate = [text("iso_code"), Field("exchange_rate", FieldType.DECIMAL)]
    company.add_table(table("currency", "Currency", rate, named="iso_code"))
    return company


def enable(admin: Client) -> str:
    return admin.post("/connection/enable/", seen_on(admin, "/connection/"), follow=True).content.decode()


def test_enabling_warns_of_a_base_currency_without_a_rate_and_enables(
    setup: ConnectionSetup, dollars: MemorySystem, admin: Client
) -> None:
    assert WARNED in enable(admin)
    assert ConnectionSetup.current().is_enabled
    dollars.add("currency", iso_code="USD", exchange_rate=Decimal("1.25"))
    assert WARNED not in enable(admin)


def test_the_guide_warns_of_it_when_it_finishes(
    fresh: tuple[MemorySystem, ...], dollars: MemorySystem, admin: Client
) -> None:
    walk(admin)
    press(admin, "finish", without=("run_full",))
    assert WARNED in admin.get("/connection/").content.decode()


def test_what_could_not_be_looked_at_in_time_is_said_and_enables_all_the_same(
    setup: ConnectionSetup, dollars: MemorySystem, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object, **__: object) -> Never:
        raise TimedOut("Dynamics 365 Sales did not answer within 10 seconds.")

    monkeypatch.setattr(runner, "open_either", late)
    assert "did not answer within 10 seconds" in enable(admin)
    assert ConnectionSetup.current().is_enabled
    assert [one.code for one in checks.warned(ConnectionSetup.current())] == ["timed-out"]

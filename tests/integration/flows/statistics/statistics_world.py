"""CRONUS, which sells, and an organization with the integration solution in memory: customers coupled with accounts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from integration.business_central.models import Customer
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.business_central.store import EmbeddedCompany
from integration.connection import systems
from integration.connection.recurring_jobs import follow_features
from integration.connection.systems import Connected
from integration.documents.account_statistics.plan import COLUMNS, LINK, STATISTICS, row_id
from integration.documents.account_statistics.run import StatisticsRun
from integration.models import ConnectionSetup, FieldMapping, TableMapping
from integration.sync.rules import Context, Direction
from integration.sync.run import Counters
from integration.systems.memory import MemorySystem
from integration.systems.values import Field, FieldType, Record, Side
from tests.business_central import trading
from tests.makers import account, code, crm_tables, reference, table, text
from tests.sync.world import MemoryJournal

MONEY = [column for source, column in COLUMNS.items() if source.endswith("_lcy")]


def organization(remote: bool = True) -> MemorySystem:
    """Sales with what the integration solution brings for statistics."""
    crm = MemorySystem(Side.CRM, crm_tables())
    crm.remote = remote
    accounts = crm.describe("account")
    crm.add_table(table("account", "Account", [*accounts.fields.values(), reference(LINK, STATISTICS)]))
    money = [Field(name, FieldType.DECIMAL, scale=4) for name in MONEY]
    named = [text("bci_name", 160), code("bci_customerno"), Field("bci_overdueamountsasof", FieldType.DATE)]
    own = [*named, *money, reference("transactioncurrencyid", "transactioncurrency")]
    crm.add_table(table(STATISTICS, "Account Statistics", own, named="bci_name"))
    crm.unique = {STATISTICS: [("bci_customerno",)]}
    return crm


class StatisticsWorld:
    """``couple("ADATUM")`` gives a customer an account; ``run()`` is what the recurring job does."""

    def __init__(self) -> None:
        self.erp, self.crm = EmbeddedCompany(), organization()
        self.mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
        FieldMapping.objects.create(mapping=self.mapping, erp_field="name", crm_field="name", direction=Direction.BOTH)
        self.pounds = self.crm.add("transactioncurrency", isocurrencycode="GBP", currencyname="Pound")
        self.invoices: set[uuid.UUID] = set()
        self.renewed: list[uuid.UUID] = []
        self.journal = MemoryJournal()

    def couple(self, no: str, **values: Any) -> uuid.UUID:
        made = self.crm.add("account", **account(no.title(), **values))
        self.mapping.couplings.couple(Customer.objects.get(no=no).pk, made)
        return made

    def statistics_run(self) -> StatisticsRun:
        self.journal = MemoryJournal()
        context = Context("GBP", "CRONUS", self.crm.organization_id, self.crm.user_id)
        connected = Connected(self.erp, self.crm, context)

        def coupled(ids: Any) -> set[uuid.UUID]:
            return self.invoices & set(ids) if ids else set(self.invoices)

        return StatisticsRun(
            connected, self.mapping, self.mapping.couplings, self.journal, coupled, self.renewed.extend
        )

    def run(self) -> dict[str, int]:
        return counted(self.statistics_run().of_all())

    def run_for(self, *numbers: str) -> dict[str, int]:
        ids = [Customer.objects.get(no=no).pk for no in numbers]
        return counted(self.statistics_run().of(ids))

    def row(self, account_id: uuid.UUID) -> Record | None:
        """The statistics of an account."""
        id = row_id(self.crm.organization_id, account_id)
        return self.crm.get(STATISTICS, [id], [*COLUMNS.values(), "transactioncurrencyid"]).get(id)

    def shown(self, account_id: uuid.UUID) -> dict[str, Any]:
        """The amounts of an account that are not 0, under their names in Business Central."""
        row = self.row(account_id)
        assert row is not None
        amounts = ((name.removesuffix("_lcy"), row.values[column]) for name, column in COLUMNS.items())
        return {name: value for name, value in amounts if value and name not in ("name", "no", "overdue_as_of")}


def invoice(amount: Any = 100, whose: str = "ADATUM") -> Any:
    """A posted invoice of so much, without VAT."""
    return ship_and_invoice(trading.order(trading.item("STAMP", 1, price=amount), whose=whose).pk)


def id_of(no: str) -> uuid.UUID:
    return Customer.objects.get(no=no).pk


def counted(counters: Counters) -> dict[str, int]:
    return {name: number for name, number in counters.as_dict().items() if number}


@pytest.fixture
def clock() -> Iterator[Any]:
    """15 January 2027; ``clock.move_to`` goes on."""
    with time_machine.travel("2027-01-15T09:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None, clock: Any) -> StatisticsWorld:
    trading.open_company()
    return StatisticsWorld()


@pytest.fixture
def connected(transactional_db: None, clock: Any, monkeypatch: pytest.MonkeyPatch) -> StatisticsWorld:
    """The same behind the stored connection, with its recurring job: all but the two systems is real."""
    trading.open_company()
    made = StatisticsWorld()
    monkeypatch.setattr(systems, "open_erp", lambda: made.erp)
    monkeypatch.setattr(systems, "open_crm", lambda setup, **_: made.crm)
    organization = {"organization_id": made.crm.organization_id, "user_id": made.crm.user_id}
    ConnectionSetup.objects.filter(pk=ConnectionSetup.current().pk).update(
        is_enabled=True, solution_version="1.0.0.0", **organization
    )
    follow_features(ConnectionSetup.current().features(), enabled=True)
    return made

"""One salesperson who cannot own accounts in Sales costs a run that salesperson's customers and no others."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from integration.dataverse.connecting import connect
from integration.dataverse.store import SalesOrganization
from integration.sync.engine import synchronize
from integration.sync.rules import Reference
from integration.sync.run import Options, Scope
from integration.systems.errors import NotAMember
from integration.systems.filters import EVERYTHING
from integration.systems.values import Ref
from tests.makers import customer, customer_rule, field_rule, salespeople_rule
from tests.organization import demo_organization
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.rules.owners import person
from tests.sync.world import TO_CRM, MemoryJournal, World


@pytest.fixture
def coho(tmp_path: Path) -> Iterator[dict[str, Any]]:
    with demo_organization(tmp_path) as running:
        yield running.ready


@pytest.fixture
def organization(coho: dict[str, Any]) -> Iterator[SalesOrganization]:
    made = connect(coho["url"], coho["tenant"], coho["client_id"], coho["client_secret"], coho["token_endpoint"])
    yield made
    made.close()


class Company:
    """CRONUS with customers of two salespeople: Peter, who may own accounts in Sales, and Anna, who may not."""

    def __init__(self, organization: SalesOrganization, boss: Caller) -> None:
        self.organization, self.world = organization, World()
        self.peter, self.anna = (self.world.erp.add("salesperson", code=code, name=code) for code in ("PS", "AL"))
        peter = boss.rows("systemusers?$filter=fullname eq 'Peter Saddow'&$select=systemuserid")[0]["systemuserid"]
        self.world.couple(salespeople_rule(), self.peter, uuid.UUID(peter))
        self.world.couple(salespeople_rule(), self.anna, uuid.UUID(person(boss, "Lidman")))
        owner = field_rule("salesperson_code", "ownerid", TO_CRM, reference=Reference("salesperson", "systemuser"))
        self.rule = replace(
            customer_rule([field_rule("name", "name"), owner]),
            crm=organization.describe("account"),
            crm_filter=EVERYTHING,
        )

    def add(self, name: str, seller: uuid.UUID, code: str) -> uuid.UUID:
        return self.world.erp.add("customer", **customer(name, salesperson_code=Ref("salesperson", seller, code)))

    def run(self) -> tuple[Any, MemoryJournal]:
        journal, options = MemoryJournal(), Options(scope=Scope.EVERYTHING, create=True)
        ledger = self.world.ledger(self.rule)
        counters = synchronize(
            self.rule, TO_CRM, self.world.erp, self.organization, ledger, journal, options, self.world.context
        )
        return counters, journal


def test_59_of_60_customers_are_made_and_one_error_says_what_to_do(
    coho: dict[str, Any], organization: SalesOrganization
) -> None:
    boss = Caller(coho, "administrator")
    company = Company(organization, boss)
    for number in range(59):
        company.add(f"Firm {number}", company.peter, "PS")
    company.add("Cannon Group PLC", company.anna, "AL")

    counters, journal = company.run()

    assert (counters.inserted, counters.failed) == (59, 1)
    (failure,) = journal.failures
    assert failure.code == "owner-unfit"
    assert "Cannon Group PLC" in failure.label
    for part in ("Cannon Group PLC", "Anna Lidman", "salesperson AL", "no security role", "Assign a security role"):
        assert part in failure.message
    assert "ntegration user" not in failure.message


def test_an_integration_user_that_is_disabled_ends_the_run_and_blames_no_record(
    coho: dict[str, Any], organization: SalesOrganization
) -> None:
    boss = Caller(coho, "administrator")
    company = Company(organization, boss)
    for number in range(40):
        company.add(f"Firm {number}", company.peter, "PS")
    us = organization.check().user_id
    boss("PATCH", f"systemusers({us})", {"isdisabled": True})

    with pytest.raises(NotAMember, match="integration user is disabled"):
        company.run()

"""CRONUS and a Sales organization in memory behind the stored connection, with real mappings, couplings and jobs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from integration.connection import systems
from integration.models import ConnectionSetup, FieldMapping, JobQueueEntry, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.systems.memory import MemorySystem
from integration.systems.memory.faults import Call
from integration.systems.system import every
from integration.systems.values import Option, Ref, Side
from tests.makers import account, crm_tables, customer, erp_tables, option, reference, table, text

TO_CRM, TO_ERP, BOTH = Direction.TO_CRM, Direction.TO_ERP, Direction.BOTH
PAIRS = {
    "SALESPEOPLE": [("name", "fullname", TO_ERP, 2), ("e_mail", "internalemailaddress", TO_ERP, 1)],
    "REGION": [("name", "name", TO_CRM, 1)],
    "CUSTOMER": [
        ("name", "name", BOTH, 1),
        ("post_code", "address1_postalcode", BOTH, 1),
        ("phone_no", "telephone1", BOTH, 0),
        ("salesperson_code", "ownerid", TO_CRM, 0),
    ],
    "CONTACT": [
        ("first_name", "firstname", BOTH, 0),
        ("surname", "lastname", BOTH, 0),
        ("e_mail", "emailaddress1", BOTH, 0),
    ],
}
MAPPINGS = {
    "SALESPEOPLE": ("salesperson", "systemuser", TO_ERP, "", "isdisabled = no", []),
    "REGION": ("region", "territory", TO_CRM, "", "", []),
    "CUSTOMER": ("customer", "account", BOTH, "", "statecode = Active", ["SALESPEOPLE", "REGION", "PAYMENT TERMS"]),
    "CONTACT": ("contact", "contact", BOTH, "", "", ["CUSTOMER"]),
}  # fmt: skip
OWN_TABLES = (
    table("region", "Region", [text("name")]),
    table(
        "contact_business_relation",
        "Contact Business Relation",
        [reference("contact_no", "contact"), text("no"), option("link_to_table", (Option(1, "Customer"),))],
        named="no",
    ),
)


class JobsWorld:
    """Both systems as ``erp`` and ``crm``; ``mapping(name)`` is the stored one."""

    def __init__(self) -> None:
        self.erp = MemorySystem(Side.ERP, [*erp_tables(), *OWN_TABLES])
        self.crm = MemorySystem(Side.CRM, [*crm_tables(), table("territory", "Territory", [text("name")])])
        self.crm.plug_ins["account"] = lambda values: {"statecode": 0, **values} if "name" in values else values
        for position, (name, (erp_table, crm_table, direction, ours, theirs, needs)) in enumerate(MAPPINGS.items()):
            mapping = TableMapping.objects.create(
                name=name, erp_table=erp_table, crm_table=crm_table, direction=direction, position=position,
                erp_filter=ours, crm_filter=theirs, dependencies=needs,
            )  # fmt: skip
            for erp_field, crm_field, way, match in PAIRS[name]:
                FieldMapping.objects.create(
                    mapping=mapping, erp_field=erp_field, crm_field=crm_field, direction=way, match_priority=match
                )
            JobQueueEntry.objects.create(name=name, mapping=mapping, status=JobQueueEntry.Status.READY)
        setup = ConnectionSetup.current()
        ConnectionSetup.objects.filter(pk=setup.pk).update(
            is_enabled=True, organization_id=self.crm.organization_id, user_id=self.crm.user_id
        )
        self.jim = self.erp.add("salesperson", code="JO", name="Jim Olive", e_mail="jim.olive@cronus.example")
        self.jim_user = self.crm.add(
            "systemuser", fullname="Jim Olive", internalemailaddress="jim.olive@cronus.example", isdisabled=False
        )

    def mapping(self, name: str = "CUSTOMER") -> TableMapping:
        return TableMapping.objects.get(name=name)

    def couple_jim(self) -> None:
        self.mapping("SALESPEOPLE").couplings.couple(self.jim, self.jim_user)

    def add_customer(self, name: str, **values: Any) -> uuid.UUID:
        return self.erp.add("customer", **customer(name, salesperson_code=Ref("salesperson", self.jim), **values))

    def add_account(self, name: str, **values: Any) -> uuid.UUID:
        return self.crm.add("account", **account(name, **values))

    def names(self, side: Side, table: str) -> list[str]:
        """The names of all rows, sorted."""
        system = self.erp if side is Side.ERP else self.crm
        return sorted(str(record.values["name"]) for record in every(system, table, fields=["name"]))

    def pages_of(self, rows: int) -> None:
        self.erp.page_size = self.crm.page_size = rows

    def during_insert(self, what: Callable[[], None], name: str, table: str = "account") -> None:
        """Do something while the row of this name is being written (in the run's own thread)."""
        self.crm.remote = False
        done: list[bool] = []

        def happens(call: Call) -> bool:
            named = any(row.values.get("name") == name for row in call.rows)
            if call.table == table and named and not done:
                done.append(True)
                what()
            return False

        for system in (self.erp, self.crm):
            system.fail_on("insert", RuntimeError("never raised"), when=happens)

    def before_page(self, number: int, what: Callable[[], None]) -> None:
        """Do something just before customers are read for that page."""
        read: list[bool] = []

        def happens(call: Call) -> bool:
            if call.table == "customer":
                read.append(True)
                if len(read) == number:
                    what()
            return False

        self.erp.fail_on("changes", RuntimeError("never raised"), when=happens)


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> JobsWorld:
    """The systems are in memory (this is the one seam), all else is real."""
    made = JobsWorld()
    monkeypatch.setattr(systems, "open_erp", lambda: made.erp)
    monkeypatch.setattr(systems, "open_crm", lambda setup, **_: made.crm)
    monkeypatch.setattr(systems, "local_currency", lambda: "GBP")
    monkeypatch.setattr(systems, "company_name", lambda: "CRONUS")
    return made


def ran(job: SyncJob) -> SyncJob:
    job.refresh_from_db()
    return job


def silent_for(job: SyncJob, seconds: float) -> None:
    """Nobody has heard of the job's worker for so long."""
    fresh = SyncJob.objects.get(pk=job.pk)
    assert fresh.heartbeat_at is not None
    fresh.heartbeat_at -= dt.timedelta(seconds=seconds)
    fresh.save(update_fields=["heartbeat_at"])


__all__ = ["BOTH", "TO_CRM", "TO_ERP", "JobsWorld", "MemorySystem", "ran", "silent_for", "world"]

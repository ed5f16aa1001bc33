"""A company in the worst state for lists and cards: cursors, changes on both sides, and every kind of pair."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from integration.business_central.models import Customer, Salesperson, Vendor
from integration.business_central.store import EmbeddedCompany
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.memory.ledger import Outcome, Pair, Result, State, Wait
from integration.systems.memory import MemorySystem
from integration.systems.system import System
from integration.systems.values import Row, Side
from tests.makers import account

FIELDS = (("name", "name"), ("phone_no", "telephone1"), ("city", "address1_city"))
EACH = 3
"""So many pairs of each kind, and so many records without one."""
KINDS = (
    "alike",
    "owed",
    "changed",
    "changed there",
    "changed on both sides",
    "in conflict",
    "failed",
    "skipped",
    "left out by an undo",
    "waiting",
)


@dataclass
class Firms:
    """The firms of one mapping: the pairs by kind, and one record of each side without one."""

    mapping: TableMapping
    pairs: dict[str, list[Pair]]
    free: uuid.UUID
    free_there: uuid.UUID


def filled(organization: MemorySystem) -> list[Firms]:
    """Customers and vendors of an organization whose accounts are both; all was read once by a run."""
    john = Salesperson.objects.create(code="JO", name="Jim Olive")
    made = [
        _firms(organization, "CUSTOMER", Customer, 3, salesperson_code=john),
        _firms(organization, "VENDOR", Vendor, 11),
    ]
    for firms in made:
        _read(firms, organization)
    for firms in made:
        _change(firms, organization)
    return made


def _firms(organization: MemorySystem, name: str, model: type, relationship: int, **values: object) -> Firms:
    mapping = TableMapping.objects.create(
        name=name, erp_table=name.lower(), crm_table="account", direction="both", erp_filter="blocked = ' '",
        crm_filter=f"customertypecode = {relationship}", position=relationship,
    )  # fmt: skip
    for position, (erp, crm) in enumerate(FIELDS):
        mapping.fields.create(erp_field=erp, crm_field=crm, direction="both", position=position)
    pairs: dict[str, list[Pair]] = {}
    for kind in (*KINDS, "free"):
        for number in range(EACH):
            here = model.objects.create(
                no=f"{name[0]}{kind[:3]}{len(pairs)}{number}".upper(),
                name=f"Adatum {kind} {number}",
                city="Rome",
                **values,
            )
            there = organization.add(
                "account", **account(f"Adatum {kind} {number}", customertypecode=relationship, address1_city="Rome")
            )
            pairs.setdefault(kind, []).append(Pair(here.pk, there, State.COUPLED))
    free = pairs.pop("free")[0]
    return Firms(mapping, pairs, free.erp_id, free.crm_id)


def _read(firms: Firms, organization: MemorySystem) -> None:
    versions: dict[uuid.UUID, str] = {}
    for system in (EmbeddedCompany(), organization):
        table = firms.mapping.table(system.side)
        for page in system.changes(table, []):
            versions.update((record.id, record.version) for record in page.records)
            setattr(firms.mapping, f"{system.side}_cursor", page.cursor)
    firms.mapping.save()
    for kind, pairs in firms.pairs.items():
        firms.pairs[kind] = [_pair(kind, one, versions) for one in pairs]
        firms.mapping.couplings.remember(firms.pairs[kind])
    job = SyncJob.objects.create(mapping=firms.mapping, direction="to_crm", status="finished")
    for kind, code in (("in conflict", "conflict"), ("failed", "refused"), ("skipped", "refused")):
        SyncError.objects.bulk_create(
            SyncError(
                job=job,
                mapping=firms.mapping,
                direction="to_crm",
                erp_id=one.erp_id,
                crm_id=one.crm_id,
                code=code,
                label="Adatum",
            )
            for one in firms.pairs[kind]
        )


def _pair(kind: str, pair: Pair, versions: dict[uuid.UUID, str]) -> Pair:
    results = {
        "in conflict": Outcome(Result.FAILURE, "conflict"),
        "failed": Outcome(Result.FAILURE, "refused"),
        "skipped": Outcome(Result.SKIPPED, "refused"),
        "left out by an undo": Outcome(Result.UNDONE),
    }
    waits = frozenset({Wait(Side.CRM, "payment_terms", uuid.uuid4())} if kind == "waiting" else ())
    return Pair(
        pair.erp_id, pair.crm_id, State.COUPLED, versions[pair.erp_id], versions[pair.crm_id],
        {"name:name": (f"={kind}", f"={kind}")}, owed_crm=kind == "owed", to_crm=results.get(kind, Outcome()),
        waits=waits,
    )  # fmt: skip


def _change(firms: Firms, organization: MemorySystem) -> None:
    systems: dict[Side, System] = {Side.ERP: EmbeddedCompany(), Side.CRM: organization}
    for kind, sides in (("changed", [Side.ERP]), ("changed there", [Side.CRM]), ("changed on both sides", list(Side))):
        for side in sides:
            column = "phone_no" if side is Side.ERP else "telephone1"
            rows = [Row(one.id(side), {column: "030 1"}) for one in firms.pairs[kind]]
            assert all(one.ok for one in systems[side].update(firms.mapping.table(side), rows))

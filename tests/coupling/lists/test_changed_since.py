"""What was changed since the runs looked last, as lists show it before the next run."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import Unreachable
from integration.systems.memory import MemorySystem
from integration.systems.values import Row, Side
from tests.coupling.conftest import page
from tests.coupling.pages.shown import names

CHANGED = {Side.ERP: ("customer", {"phone_no": "030 7"}), Side.CRM: ("account", {"telephone1": "040 9"})}


@pytest.fixture
def pair(
    mapping: TableMapping, company: MemorySystem, organization: MemorySystem, adatum: UUID, adatum_account: UUID
) -> Pair:
    """Adatum and its account, both looked at by a run that has read everything."""
    seen = {}
    for side, system, id in ((Side.ERP, company, adatum), (Side.CRM, organization, adatum_account)):
        pages = list(system.changes(mapping.table(side), []))
        setattr(mapping, f"{side}_cursor", pages[-1].cursor)
        seen[f"seen_{side}"] = next(one.version for one in pages[-1].records if one.id == id)
    mapping.save()
    made = Pair(adatum, adatum_account, State.COUPLED, **seen)
    mapping.couplings.remember([made])
    return made


def change(system: MemorySystem, pair: Pair) -> None:
    table, values = CHANGED[system.side]
    assert system.update(table, [Row(pair.id(system.side), values)])[0].ok


@pytest.mark.parametrize(
    ("changed", "differing", "word"),
    [
        ((), [], ""),
        ((Side.ERP,), ["Adatum"], "Changed"),
        ((Side.CRM,), ["Adatum"], "Differs"),
        ((Side.ERP, Side.CRM), ["Adatum"], "Both changed"),
    ],
)
def test_a_pair_that_was_changed_since_the_last_run_differs_and_one_changed_on_both_sides_says_so(
    clerk: Client, pair: Pair, company: MemorySystem, organization: MemorySystem,
    changed: Sequence[Side], differing: list[str], word: str,
) -> None:  # fmt: skip
    for system in (company, organization):
        if system.side in changed:
            change(system, pair)
    shown = page(clerk, "erp_list", "customer", state="differing")
    assert names(shown) == differing
    assert not word or f">{word}</a>" in shown


def test_a_pair_that_a_run_left_in_conflict_differs_and_leads_to_its_own_card(
    clerk: Client, mapping: TableMapping, pair: Pair
) -> None:
    job = SyncJob.objects.create(mapping=mapping, direction="to_crm", status="finished")
    SyncError.objects.create(job=job, mapping=mapping, direction="to_crm", code="conflict", erp_id=pair.erp_id)
    shown = page(clerk, "erp_list", "customer", state="differing")
    assert names(shown) == ["Adatum"]
    assert f'href="{reverse("erp_card", args=["customer", pair.erp_id])}">Conflict</a>' in shown


def test_a_change_that_no_pass_carries_makes_no_difference(
    clerk: Client, mapping: TableMapping, pair: Pair, organization: MemorySystem
) -> None:
    TableMapping.objects.update(direction="to_crm")
    change(organization, pair)
    assert names(page(clerk, "crm_list", "account", state="differing")) == []


def test_while_sales_is_silent_the_list_shows_what_changed_here_and_says_what_is_missing(
    clerk: Client, pair: Pair, company: MemorySystem, organization: MemorySystem
) -> None:
    change(company, pair)
    organization.fail_on("changes", Unreachable("The line is dead."))
    shown = page(clerk, "erp_list", "customer", state="differing")
    assert names(shown) == ["Adatum"]
    assert "since the last run is not among these" in shown

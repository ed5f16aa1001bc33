"""Account statistics once more: after a kill, beside another run; and the invoices whose payment moved."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integration.business_central.models import Customer
from integration.business_central.posting.payments import Payment, register_payment
from integration.documents.account_statistics.plan import LINK, STATISTICS, row_id
from integration.models.jobs.flows import FlowCursor
from integration.systems.errors import ConfigurationProblem, Unreachable
from tests.integration.flows.statistics.statistics_world import StatisticsWorld, clock, id_of, invoice, world

__all__ = ["clock", "world"]

D = Decimal

# --- killed, and again ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["insert", "update"])
def test_a_run_that_dies_in_sales_is_completed_by_the_next(world: StatisticsWorld, verb: str) -> None:
    adatum = world.couple("ADATUM")
    invoice(70)
    world.crm.fail_on(verb, Unreachable("Gone."))
    with pytest.raises(Unreachable):
        world.run()
    assert not FlowCursor.objects.exists()
    world.run()
    assert len(world.crm.ids(STATISTICS)) == 1
    assert world.shown(adatum)["balance"] == 70
    assert world.crm.values("account", adatum)[LINK] is not None
    assert world.run() == {}


def test_a_run_that_dies_before_its_cursors_move_makes_nothing_twice(
    world: StatisticsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    adatum = world.couple("ADATUM")
    world.run()
    invoice(70)
    run = world.statistics_run()
    with monkeypatch.context() as killed:
        killed.setattr("integration.documents.account_statistics.moved.store", _killed)
        with pytest.raises(KeyboardInterrupt):
            run.of_all()
    assert world.run() == {"unchanged": 1}
    assert world.shown(adatum)["balance"] == 70


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_row_that_another_run_made_meanwhile_is_updated(world: StatisticsWorld) -> None:
    adatum = world.couple("ADATUM")
    invoice(70)
    id = row_id(world.crm.organization_id, adatum)
    world.crm.fail_on("insert", RuntimeError("never raised"), when=lambda call: _comes(world, call, id))
    assert world.run() == {"inserted": 1}
    assert world.shown(adatum)["balance"] == 70


def _comes(world: StatisticsWorld, call: Any, id: uuid.UUID) -> bool:
    if call.table == STATISTICS and id not in world.crm.ids(STATISTICS):
        world.crm.add(STATISTICS, id, bci_name="Adatum")
    return False


def test_the_row_of_an_account_that_was_deleted_gives_its_number_free(world: StatisticsWorld) -> None:
    world.couple("ADATUM")
    world.run()
    world.crm.remove("account", world.mapping.couplings.get().crm_id)
    world.mapping.couplings.uncouple([id_of("ADATUM")])
    again = world.couple("ADATUM")
    assert world.run() == {"inserted": 1}
    assert len(world.crm.ids(STATISTICS)) == 1
    assert world.row(again) is not None


def test_a_customer_takes_over_the_number_of_a_row_that_nobody_refers_to(world: StatisticsWorld) -> None:
    adatum, contoso = world.couple("ADATUM"), world.couple("CONTOSO")
    world.run()
    world.crm.remove("account", contoso)
    world.mapping.couplings.uncouple([id_of("CONTOSO")])
    Customer.objects.filter(no="CONTOSO").delete()
    Customer.objects.filter(no="ADATUM").update(no="CONTOSO")
    assert world.run_for("CONTOSO") == {"modified": 1}
    assert [world.crm.values(STATISTICS, id)["bci_customerno"] for id in world.crm.ids(STATISTICS)] == ["CONTOSO"]
    assert world.row(adatum) is not None


def test_customers_that_change_numbers_with_one_another_keep_their_rows(world: StatisticsWorld) -> None:
    adatum, contoso = world.couple("ADATUM"), world.couple("CONTOSO")
    world.run()
    for before, after in (("ADATUM", "X"), ("CONTOSO", "ADATUM"), ("X", "CONTOSO")):
        Customer.objects.filter(no=before).update(no=after)
    assert world.run_for("ADATUM", "CONTOSO") == {"modified": 2}
    rows = [world.row(account) for account in (adatum, contoso)]
    assert [row.values["bci_customerno"] for row in rows if row is not None] == ["CONTOSO", "ADATUM"]


def test_an_organization_without_the_solution_is_named_and_one_that_has_just_got_it_is_seen(
    world: StatisticsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.couple("ADATUM")
    now = {name: world.crm.describe(name) for name in (STATISTICS, "account", "transactioncurrency")}
    fields = {name: field for name, field in now["account"].fields.items() if name != LINK}
    kept = {**now, "account": replace(now["account"], fields=fields)}
    monkeypatch.setattr(world.crm, "describe", kept.get)
    with pytest.raises(ConfigurationProblem, match="The integration solution is not installed"):
        world.run()
    monkeypatch.setattr(world.crm, "forget", lambda table: kept.update({table: now[table]}))
    assert world.run() == {"inserted": 1}


# --- invoices ------------------------------------------------------------------------------------------------------


def test_invoices_whose_payment_moved_are_looked_at_once(world: StatisticsWorld) -> None:
    world.couple("ADATUM")
    first, second = invoice(70), invoice(30)
    world.invoices = {first.pk, second.pk}
    world.run()
    assert sorted(world.renewed) == sorted([first.pk, second.pk]), "nobody knows what moved before the first run"
    world.renewed.clear()
    register_payment(Payment(D(20), invoice=first.pk))
    world.run_for("ADATUM")
    assert world.renewed == [first.pk]
    world.run()
    assert world.renewed == [first.pk, first.pk], "asked for by a person, the cursor stays"
    world.run()
    assert world.renewed == [first.pk, first.pk]


def test_invoices_that_sales_does_not_have_are_left_alone(world: StatisticsWorld) -> None:
    world.couple("ADATUM")
    world.run()
    posted = invoice(70)
    register_payment(Payment(D(20), invoice=posted.pk))
    world.run()
    assert world.renewed == []

"""Account statistics: who is looked at, what Sales shows afterwards, and that nothing is made twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from coupling.models import Coupling
from integration.business_central.models import Customer, DocumentType, SalesLine
from integration.business_central.posting.changing import DocumentChange, change, delete_document
from integration.business_central.posting.payments import Payment, register_payment
from integration.documents.account_statistics.plan import LINK, STATISTICS, row_id
from integration.mappings.build_rule import build_rule
from integration.models.jobs.flows import FlowCursor
from integration.sync.engine import synchronize
from integration.sync.rules import Context, Direction
from integration.sync.run import Options
from integration.systems.errors import Refused
from integration.systems.values import Ref, Row
from tests.business_central.trading import item, order
from tests.integration.flows.statistics.statistics_world import StatisticsWorld, clock, counted, id_of, invoice, world
from tests.sync.world import MemoryJournal

__all__ = ["clock", "world"]

D = Decimal


@pytest.mark.scenario("CRMStatisticsJobTest.AccountStatisticsCalculatesFlowFields")
def test_a_customer_gets_a_row_that_its_account_refers_to(world: StatisticsWorld) -> None:
    adatum = world.couple("ADATUM")
    order(item(price=100), document_type=DocumentType.INVOICE)
    Customer.objects.filter(no="ADATUM").update(credit_limit_lcy=500)

    assert world.run() == {"inserted": 1}
    assert world.shown(adatum) == {"outstanding_invoices": 120, "total": 120, "credit_limit": 500}
    row = world.row(adatum)
    assert row is not None
    assert (row.values["bci_name"], row.values["bci_customerno"]) == ("Adatum", "ADATUM")
    assert row.values["bci_balancelcy"] == 0, "0 is sent, so that nobody takes it for unknown"
    assert row.values["transactioncurrencyid"] == Ref("transactioncurrency", world.pounds)
    assert world.crm.values("account", adatum)[LINK] == Ref(STATISTICS, row.id)


@pytest.mark.scenario("CRMStatisticsJobTest.AccountStatisticsUpdatesFlowFields")
def test_a_changed_line_is_seen_with_the_next_run(world: StatisticsWorld) -> None:
    adatum = world.couple("ADATUM")
    made = order(item(price=100), document_type=DocumentType.INVOICE)
    world.run()
    line = SalesLine.objects.get(document_no=made)
    change(made.pk, DocumentChange(changed=[Row(line.pk, {"quantity": D(3)})]))

    assert world.shown(adatum)["outstanding_invoices"] == 120
    assert world.run() == {"modified": 1}
    assert world.shown(adatum)["outstanding_invoices"] == 360
    assert world.run() == {}, "nobody has moved since"


def test_only_customers_that_moved_are_looked_at(world: StatisticsWorld) -> None:
    adatum, contoso = world.couple("ADATUM"), world.couple("CONTOSO")
    world.run()
    invoice(70)
    before = world.crm.calls["get"]
    assert world.run() == {"modified": 1}
    assert world.crm.calls["get"] - before == 3, "the currency, the account, its row"
    assert world.shown(adatum) == {"balance": 70, "total": 70, "total_sales": 70}
    assert world.shown(contoso) == {}


def test_a_payment_that_is_applied_is_a_move_of_the_ledger(world: StatisticsWorld) -> None:
    adatum = world.couple("ADATUM")
    posted = invoice(70)
    world.run()
    register_payment(Payment(D(20), invoice=posted.pk))
    assert world.run() == {"modified": 1}
    assert world.shown(adatum) == {"balance": 50, "total": 50, "total_sales": 70}


def test_an_order_that_is_deleted_leaves_no_figures_behind(world: StatisticsWorld) -> None:
    adatum = world.couple("ADATUM")
    made = order(item(price=100))
    world.run()
    assert world.shown(adatum) == {"outstanding_orders": 120, "total": 120}
    delete_document(made.pk)
    assert world.run() == {"modified": 1}
    assert world.shown(adatum) == {}


def test_a_customer_who_pays_for_an_order_no_longer_is_looked_at_with_the_next_run(world: StatisticsWorld) -> None:
    adatum, contoso = world.couple("ADATUM"), world.couple("CONTOSO")
    made = order(item(price=100))
    world.run()
    change(made.pk, DocumentChange(header={"bill_to_customer_no": Ref("customer", id_of("CONTOSO"))}))
    assert world.run() == {"modified": 2}
    assert world.shown(adatum) == {}
    assert world.shown(contoso) == {"outstanding_orders": D("103.15"), "total": D("103.15")}  # Contoso pays in euros.


def test_a_due_date_that_passes_makes_an_amount_overdue(world: StatisticsWorld, clock: Any) -> None:
    adatum = world.couple("ADATUM")
    invoice(70)  # due on 14 February
    world.run()
    clock.move_to("2027-02-14T09:00:00Z")
    world.run()
    assert "overdue_amounts" not in world.shown(adatum)
    clock.move_to("2027-02-15T00:00:01Z")
    assert world.run() == {"modified": 1}
    assert world.shown(adatum)["overdue_amounts"] == 70
    row = world.row(adatum)
    assert row is not None
    assert str(row.values["bci_overdueamountsasof"]) == "2027-02-15"
    assert world.run() == {}


def test_a_new_day_alone_writes_no_row_but_a_person_who_asks_gets_the_day(world: StatisticsWorld, clock: Any) -> None:
    world.couple("ADATUM")
    order(item(price=100))
    world.run()
    clock.move_to("2027-01-16T09:00:00Z")
    assert world.run() == {"unchanged": 1}, "its open order is looked at once a day"
    assert world.run_for("ADATUM") == {"modified": 1}
    assert world.run_for("ADATUM") == {"unchanged": 1}


def test_sales_of_the_year_before_are_gone_on_the_first_of_january(world: StatisticsWorld, clock: Any) -> None:
    adatum = world.couple("ADATUM")
    posted = invoice(70)
    register_payment(Payment(D(70), invoice=posted.pk))
    world.run()
    assert world.shown(adatum) == {"total_sales": 70}
    clock.move_to("2028-01-01T09:00:00Z")
    assert world.run() == {"modified": 1}
    assert world.shown(adatum) == {}


def test_a_credit_limit_and_a_name_are_news(world: StatisticsWorld) -> None:
    adatum = world.couple("ADATUM")
    world.run()
    customer = Customer.objects.get(no="ADATUM")
    customer.name, customer.credit_limit_lcy = "Adatum Ltd.", D(900)
    customer.save()
    assert world.run() == {"modified": 1}
    row = world.row(adatum)
    assert row is not None
    assert (row.values["bci_name"], row.values["bci_creditlimitlcy"]) == ("Adatum Ltd.", 900)


@pytest.mark.scenario("CRMStatisticsJobTest.AccountStatisticsCreationDoesNotChangeCRMAccountSynchStatus")
def test_the_account_counts_as_unchanged_though_it_was_touched(world: StatisticsWorld) -> None:
    world.couple("ADATUM")
    journal, context = MemoryJournal(), Context("GBP", "CRONUS", world.crm.organization_id, world.crm.user_id)
    rule = build_rule(world.mapping, world.erp, world.crm)

    def carry(direction: Direction) -> dict[str, int]:
        ends = (world.erp, world.crm) if direction is Direction.TO_CRM else (world.crm, world.erp)
        return counted(synchronize(rule, direction, *ends, world.mapping.couplings, journal, Options(), context))

    carry(Direction.TO_CRM)
    carry(Direction.TO_ERP)
    world.run()
    assert set(carry(Direction.TO_ERP)) <= {"unchanged"}
    row = Coupling.objects.get()
    assert (row.owed_erp, row.owed_crm) == (False, False)


def test_a_name_typed_in_sales_just_before_still_reaches_business_central(world: StatisticsWorld) -> None:
    adatum = world.couple("ADATUM")
    context = Context("GBP", "CRONUS", world.crm.organization_id, world.crm.user_id)
    rule = build_rule(world.mapping, world.erp, world.crm)
    couplings = world.mapping.couplings
    synchronize(rule, Direction.TO_CRM, world.erp, world.crm, couplings, MemoryJournal(), Options(), context)
    world.crm.edit("account", adatum, name="Adatum & Sons")
    world.run()
    synchronize(rule, Direction.TO_ERP, world.crm, world.erp, couplings, MemoryJournal(), Options(), context)
    assert Customer.objects.get(no="ADATUM").name == "Adatum & Sons"


@pytest.mark.scenario("CRMStatisticsJobTest.AccountStatisticsJobFailsOnDeletedCustomerCRMAccount")
def test_a_customer_and_an_account_that_are_gone_are_an_error_each_and_asked_again(world: StatisticsWorld) -> None:
    world.couple("ADATUM")
    contoso = world.couple("CONTOSO")
    Customer.objects.filter(no="ADATUM").delete()
    world.crm.remove("account", contoso)

    assert world.run() == {"failed": 2}
    assert sorted(one.code for one in world.journal.failures) == ["account-gone", "customer-gone"]
    by_code = {one.code: one for one in world.journal.failures}
    assert "CONTOSO Contoso: the account does not exist any more" in by_code["account-gone"].message
    assert world.renewed == []
    assert world.run() == {"failed": 2}, "asked again"


def test_a_customer_without_an_account_is_refused_when_somebody_asks_for_it(world: StatisticsWorld) -> None:
    assert world.run_for("CONTOSO") == {"failed": 1}
    assert [one.code for one in world.journal.failures] == ["not-coupled"]
    assert "Couple it first" in world.journal.failures[0].message


def test_update_account_statistics_of_one_customer_moves_no_cursor(world: StatisticsWorld) -> None:
    world.couple("ADATUM"), world.couple("CONTOSO")
    world.run()
    before = dict(FlowCursor.objects.values_list("name", "cursor"))
    invoice(70)
    assert world.run_for("ADATUM") == {"modified": 1}
    assert dict(FlowCursor.objects.values_list("name", "cursor")) == before
    assert world.run() == {"unchanged": 1}, "the recurring run looks once more"


def test_a_row_that_sales_refuses_fails_alone_and_is_tried_again(world: StatisticsWorld) -> None:
    world.couple("ADATUM"), world.couple("CONTOSO")
    refused = row_id(world.crm.organization_id, world.mapping.couplings.get(erp_id=id_of("ADATUM")).crm_id)
    world.crm.fail_on("insert", Refused("No."), when=lambda call: any(row.id == refused for row in call.rows))
    assert world.run() == {"inserted": 1, "failed": 1}
    assert world.run() == {"inserted": 1}

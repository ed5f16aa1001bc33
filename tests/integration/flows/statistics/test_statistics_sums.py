"""Whatever is sold, shipped and paid in whatever order, Sales shows the sums of the books; killed anywhere, too."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from integration.business_central.models import (
    CustLedgerEntry,
    Customer,
    DocumentType,
    SalesHeader,
    SalesInvoiceHeader,
    SalesLine,
)
from integration.business_central.posting.changing import DocumentChange, change, delete_document
from integration.business_central.posting.crediting import cancel
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.business_central.posting.payments import Payment, register_payment
from integration.business_central.posting.shipping import ship
from integration.documents.account_statistics.plan import COLUMNS, LINK, STATISTICS, row_id
from integration.systems.errors import RecordProblem
from integration.systems.values import Row
from tests.business_central.trading import customer, item, lines_of, order
from tests.examples import examples
from tests.integration.flows.statistics.statistics_world import StatisticsWorld, clock, id_of, invoice, world

__all__ = ["clock", "world"]

D = Decimal
FIRMS = ("ADATUM", "CONTOSO")
DAYS = ("2027-01-15", "2027-01-16", "2027-02-14", "2027-02-15", "2027-04-01", "2028-01-01")
VERBS = ("order", "invoice", "draft", "ship", "pay", "cancel", "change", "payer", "delete", "limit", "run", "day")
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 5), st.sampled_from(["1", "2.5", "40", "0.5"])),
    min_size=3,
    max_size=10,
)


class Firm:
    """Does one verb after another. ``number`` chooses among what is there, ``amount`` how much."""

    def __init__(self, world: StatisticsWorld, clock: Any) -> None:
        self.world, self.clock, self.day = world, clock, 0

    def do(self, verb: str, number: int, amount: str) -> None:
        whose = FIRMS[number % 2]
        acts: dict[str, Callable[[], Any]] = {
            "order": lambda: order(item("DESK", 2, price=amount), whose=whose),
            "draft": lambda: order(item("DESK", 2, price=amount), whose=whose, document_type=DocumentType.INVOICE),
            "invoice": lambda: ship_and_invoice(self.one(SalesHeader, number)),
            "ship": lambda: ship(self.one(SalesHeader, number)),
            "pay": lambda: register_payment(Payment(D(amount), self.one(SalesInvoiceHeader, number))),
            "cancel": lambda: cancel(self.one(SalesInvoiceHeader, number)),
            "change": lambda: self.change(number, amount),
            "payer": lambda: self.payer(number, whose),
            "delete": lambda: delete_document(self.one(SalesHeader, number)),
            "limit": lambda: self.limit(whose, amount),
            "run": self.world.run,
            "day": lambda: self.next_day(number),
        }
        acts[verb]()

    def one(self, model: Any, number: int) -> uuid.UUID:
        ids = list(model.objects.order_by("no").values_list("pk", flat=True))
        return ids[number % len(ids)] if ids else uuid.uuid4()

    def change(self, number: int, amount: str) -> None:
        id = self.one(SalesHeader, number)
        lines = lines_of(SalesHeader(pk=id))
        if lines:
            change(id, DocumentChange(changed=[Row(lines[0].pk, {"quantity": D(amount)})]))

    def payer(self, number: int, whose: str) -> None:
        change(self.one(SalesHeader, number), DocumentChange(header={"bill_to_customer_no": customer(whose)}))

    def limit(self, whose: str, amount: str) -> None:
        row = Customer.objects.get(no=whose)
        row.credit_limit_lcy = D(amount)
        row.save()

    def next_day(self, number: int) -> None:
        self.day = min(self.day + number % 3, len(DAYS) - 1)
        self.clock.move_to(f"{DAYS[self.day]}T09:00:00Z")


def sums(no: str, today: dt.date) -> dict[str, Decimal]:
    """What the books say of a customer, added up one by one."""
    id = id_of(no)
    entries = list(CustLedgerEntry.objects.filter(customer_no=id))
    lines = list(SalesLine.objects.filter(document_no__bill_to_customer_no=id))
    orders = [line for line in lines if line.document_type == DocumentType.ORDER]
    drafts = SalesHeader.objects.filter(document_type=DocumentType.INVOICE, bill_to_customer_no=id)
    found = {
        "balance": sum(entry.remaining_amount_lcy for entry in entries),
        "overdue_amounts": sum(
            entry.remaining_amount_lcy for entry in entries if entry.open and entry.due_date < today
        ),
        "total_sales": sum(entry.sales_lcy for entry in entries if entry.posting_date.year == today.year),
        "outstanding_orders": sum(line.outstanding_amount_lcy for line in orders),
        "shipped_not_invoiced": sum(line.shipped_not_invoiced_lcy for line in orders),
        "outstanding_invoices": sum(
            (one.amount_including_vat / one.currency_factor).quantize(D("0.01"), "ROUND_HALF_UP") for one in drafts
        ),
        "credit_limit": Customer.objects.get(no=no).credit_limit_lcy,
    }
    counted = ("balance", "outstanding_orders", "shipped_not_invoiced", "outstanding_invoices")
    found["total"] = sum(found[name] for name in counted)
    return {name: D(value) for name, value in found.items() if value}


@examples(8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_sales_shows_the_sums_of_the_books(
    world: StatisticsWorld, clock: Any, steps: list[tuple[str, int, str]]
) -> None:
    with transaction.atomic():
        clock.move_to(f"{DAYS[0]}T09:00:00Z")
        accounts = {no: world.couple(no) for no in FIRMS}
        firm = Firm(world, clock)
        for verb, number, amount in steps:
            with suppress(RecordProblem), transaction.atomic():  # A refusal is an answer too.
                firm.do(verb, number, amount)
        world.run()
        today = dt.datetime.now(dt.UTC).date()
        for no, account in accounts.items():
            assert world.shown(account) == sums(no, today)
        assert set(world.run()) <= {"unchanged"}
        transaction.set_rollback(True)
    for id in world.crm.ids("account"):
        world.crm.remove("account", id)
    for id in world.crm.ids(STATISTICS):
        world.crm.remove(STATISTICS, id)


# --- killed at every request ---------------------------------------------------------------------------------------


class DiesAfter:
    """Sales, until so many requests were answered; then the power goes."""

    def __init__(self, crm: Any, requests: int) -> None:
        self._crm, self._left = crm, requests

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._crm, name)
        if name not in ("get", "find", "insert", "update", "delete"):
            return found

        def asked(*args: Any, **more: Any) -> Any:
            answer = found(*args, **more)
            self._left -= 1
            if self._left < 0:
                raise KeyboardInterrupt
            return answer

        return asked


@pytest.mark.parametrize("requests", range(7))
def test_killed_after_any_request_nothing_is_lost_or_doubled(world: StatisticsWorld, requests: int) -> None:
    accounts = {no: world.couple(no) for no in FIRMS}
    invoice(70)
    crm = world.crm
    world.crm = DiesAfter(crm, requests)  # type: ignore[assignment]
    with suppress(KeyboardInterrupt):
        world.run()
    world.crm = crm
    world.run()
    assert len(crm.ids(STATISTICS)) == 2
    assert world.shown(accounts["ADATUM"])["balance"] == 70
    for account in accounts.values():
        assert crm.values("account", account)[LINK].id == row_id(crm.organization_id, account)
    assert set(world.run()) <= {"unchanged"}
    assert set(COLUMNS.values()) <= set(crm.values(STATISTICS, crm.ids(STATISTICS)[0]))

"""Two people post at the same time: the same order, and orders of their own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from threading import Barrier, Thread

from integration.business_central.models import (
    CustLedgerEntry,
    Item,
    SalesHeader,
    SalesInvoiceHeader,
    SalesShipmentHeader,
)
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.systems.errors import RecordProblem
from tests.business_central import trading

InThread = Callable[[Callable[[], None], list[str]], Thread]


def two_people_post(in_thread: InThread, rounds: int) -> dict[str, object]:
    """What became of one order that two people post at once, and of ``rounds`` orders of each of them."""
    trading.open_company()
    trading.stock()
    failures: list[str] = []
    answers: list[str] = []
    shared = trading.order(trading.item(quantity=2)).pk
    own = {name: [trading.order(trading.item()).pk for _ in range(rounds)] for name in ("Annette", "Otto")}
    together = Barrier(2)

    def post(id: uuid.UUID) -> None:
        try:
            answers.append(ship_and_invoice(id, posting_date=trading.DAY).no)
        except RecordProblem as refused:
            answers.append(refused.code)

    def work(name: str) -> None:
        together.wait(20)
        for id in (shared, *own[name]):
            post(id)

    threads = [in_thread(lambda name=name: work(name), failures) for name in own]  # type: ignore[misc]
    for thread in threads:
        thread.join()
    return {
        "failures": failures,
        "refused": sorted(answer for answer in answers if not answer.startswith("103")),
        "invoices": sorted(SalesInvoiceHeader.objects.values_list("no", flat=True)),
        "shipments": SalesShipmentHeader.objects.count(),
        "entries": sorted(CustLedgerEntry.objects.values_list("entry_no", flat=True)),
        "stock": int(Item.objects.get(no="DESK").inventory),
        "done": SalesHeader.objects.filter(completely_invoiced=True).count(),
    }

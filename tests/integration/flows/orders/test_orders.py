"""A submitted order of Sales becomes an order."""

from __future__ import annotations

from decimal import Decimal

from tests.integration.flows.desk import Desk, desk, lines_of

__all__ = ["desk"]
D = Decimal


def test_a_submitted_order_becomes_an_order(desk: Desk) -> None:
    order = desk.order(desk.line("DESK", 3, "64.99"))

    job = desk.run()

    made = desk.made(order)
    assert (job.status, job.message, job.inserted, job.failed) == ("finished", "", 1, 0)
    assert (made.no, made.your_reference, made.status) == ("101001", "ORD-00001", 0)
    assert (made.amount, made.amount_including_vat) == (D("194.97"), D("233.96"))
    assert [line.no for line in lines_of(made)] == ["DESK"]
    assert desk.sales(order, "bci_number", "statecode", "statuscode") == ("101001", 1, 3)
    assert desk.run().inserted == 0

"""Whatever salespeople do with quotes, and whenever runs come: in the end the company has what Sales says."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from integration.business_central.models import SalesHeader
from integration.models import SyncError
from tests.integration.flows.desk import lines_of
from tests.integration.flows.quotes.quoting import LOST, Quoting, quoting

__all__ = ["quoting"]
STEPS = 60


@dataclass
class Deal:
    """A quote in Sales: its newest revision, what that sells, and how far it is."""

    quote: uuid.UUID
    quantity: int
    state: str = "active"
    order: uuid.UUID | None = None


class Salespeople:
    """They quote, revise, win, lose and order, as the dice say."""

    def __init__(self, quoting: Quoting, dice: random.Random) -> None:
        self.quoting, self.dice = quoting, dice
        self.deals: list[Deal] = []

    def any(self, state: str) -> Deal | None:
        found = [deal for deal in self.deals if deal.state == state]
        return self.dice.choice(found) if found else None

    def begin(self) -> None:
        quantity = self.dice.randint(1, 9)
        self.deals.append(Deal(self.quoting.quote(self.quoting.line("DESK", quantity)), quantity))

    def revise(self) -> None:
        if deal := self.any("active"):
            deal.quantity = self.dice.randint(1, 9)
            deal.quote = self.quoting.revise(deal.quote, self.quoting.line("DESK", deal.quantity))

    def lose(self) -> None:
        if deal := self.any("active"):
            deal.state = "lost"
            self.quoting.close(deal.quote, LOST)

    def win(self) -> None:
        if deal := self.any("active"):
            deal.state = "won"
            self.quoting.win(deal.quote, ordered=False)

    def win_and_order(self) -> None:
        if deal := self.any("active"):
            deal.state = "ordered"
            deal.order = self.quoting.win(deal.quote, self.quoting.line("DESK", deal.quantity))

    def order_later(self) -> None:
        if deal := self.any("won"):
            deal.state = "ordered"
            deal.order = self.quoting.win(deal.quote, self.quoting.line("DESK", deal.quantity))

    def step(self) -> None:
        runs: list[Callable[[], object]] = [self.quoting.process, self.quoting.work, self.quoting.run]
        people = [*[self.begin] * 4, self.revise, self.lose, self.win, self.win_and_order, self.order_later]
        self.dice.choice(runs if self.dice.random() < 0.3 else people)()


@pytest.mark.parametrize("seed", [1, 2])
def test_any_sequence_ends_in_what_sales_says(seed: int, quoting: Quoting) -> None:
    people = Salespeople(quoting, random.Random(seed))
    for _ in range(STEPS):
        people.step()

    for _ in range(2):
        quoting.process()
        quoting.work()
        quoting.run()

    assert not SyncError.objects.open().exists()
    assert len({deal.state for deal in people.deals}) >= 3
    open_quotes = set(SalesHeader.objects.filter(document_type=0).values_list("pk", flat=True))
    assert open_quotes == {quoting.here(deal.quote).pk for deal in people.deals if deal.state in ("active", "won")}
    for deal in people.deals:
        if deal.state == "ordered":
            order = quoting.made(deal.order)
            assert order.quote_no
            assert [line.quantity for line in lines_of(order)] == [deal.quantity]
            assert len(quoting.archived(order.quote_no)) >= 1
        elif deal.state != "lost":
            here = quoting.here(deal.quote)
            assert (here.status, [line.quantity for line in lines_of(here)]) == (
                int(deal.state == "won"),
                [deal.quantity],
            )
    orders = [deal.order for deal in people.deals if deal.order]
    assert SalesHeader.objects.filter(document_type=1).count() == len(orders)
    numbers = [quoting.made(order).quote_no for order in orders]
    assert len(numbers) == len(set(numbers))

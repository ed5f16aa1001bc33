"""What it costs to ask the standard account filter of 20,000 records, as every run over a delta link does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from integration.systems.filters import matches
from integration.systems.values import Record
from tests.bench.measure import Number, seconds
from tests.makers import account, customer_rule, firms


def run() -> Iterator[Number]:
    where = customer_rule().crm_filter
    records = [Record("account", uuid.uuid4(), account(name), "1") for name in firms(20_000)]

    def floor() -> int:
        return sum(r.values.get("statecode") == 0 and r.values.get("customertypecode") == 3 for r in records)

    def ours() -> int:
        return sum(matches(where, record) for record in records)

    assert floor() == ours() == len(records)
    taken = seconds(ours)
    yield Number("20,000 records through the account filter", round(taken, 4), "seconds")
    yield Number("the same, against two bare comparisons", round(taken / seconds(floor), 1), "times", limit=40)

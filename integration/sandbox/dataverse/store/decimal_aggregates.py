"""Sums and averages for SQLite of decimals that are kept as text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integration.sandbox.dataverse.store.values import EXACT, plain

TEN_PLACES = Decimal("1e-10")


class ExactSum:
    """The sum of decimals kept as text, as text; of none it is null."""

    def __init__(self) -> None:
        self.total, self.count = Decimal(0), 0

    def step(self, value: Any) -> None:
        if value is not None:
            self.total, self.count = EXACT.add(self.total, Decimal(value)), self.count + 1

    def finalize(self) -> Any:
        return plain(self.total) if self.count else None


class ExactAverage(ExactSum):
    """Their average, to ten decimals."""

    def finalize(self) -> Any:
        if not self.count:
            return None
        return plain(EXACT.divide(self.total, Decimal(self.count)).quantize(TEN_PLACES, ROUND_HALF_UP, EXACT))
